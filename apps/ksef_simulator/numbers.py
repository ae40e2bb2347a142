"""KSeF numbers, collective identifiers and reference numbers, all closed by the same CRC-8."""

from datetime import datetime
from random import Random

from apps.ksef_simulator.clock import warsaw_day


def _crc_of_byte(byte: int) -> int:
    for _ in range(8):
        byte = (byte << 1) ^ 0x07 if byte & 0x80 else byte << 1
    return byte & 0xFF


_TABLE = tuple(_crc_of_byte(byte) for byte in range(256))


def crc8(text: str) -> str:
    """CRC-8 with polynomial 0x07 and start 0x00, as two upper hex digits (numer-ksef, API docs)."""
    crc = 0
    for byte in text.encode("ascii"):
        crc = _TABLE[crc ^ byte]
    return f"{crc:02X}"


def has_right_crc(number: str) -> bool:
    """Whether the last two characters check the 32 before the last dash; 36 characters are KSeF 1.0 numbers."""
    compact = number if len(number) == 35 else number[:26] + number[27:]
    return crc8(compact[:32]) == compact[33:]


class Numbers:
    """Source of every number the simulator gives out; with a seed the same run gives the same numbers."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def reference(self, kind: str, at: datetime) -> str:
        """A reference number: day, kind, milliseconds of the day in hex, an opaque block, CRC-8."""
        milliseconds = ((at.hour * 60 + at.minute) * 60 + at.second) * 1000 + at.microsecond // 1000
        # Only seven of the ten digits carry the time; the rest keeps references of one millisecond apart.
        body = f"{at:%Y%m%d}-{kind}-{milliseconds:07X}{self._hex(3)}-{self._hex(10)}"
        return f"{body}-{crc8(body)}"

    def ksef_number(self, nip: str, accepted_at: datetime) -> str:
        body = f"{nip}-{warsaw_day(accepted_at):%Y%m%d}-{self._hex(12)}"
        return f"{body}-{crc8(body)}"

    def collective_identifier(self, nip: str, at: datetime) -> str:
        body = f"{nip}-IZ{warsaw_day(at):%Y%m}-{self._hex(12)}"
        return f"{body}-{crc8(body)}"

    def hex(self, digits: int) -> str:
        return self._hex(digits).lower()

    def serial(self) -> str:
        """A certificate serial of 16 hex digits whose first bit is clear, so that it is positive in DER."""
        return f"{self._random.getrandbits(62) | 1 << 56:016X}"

    def uuid(self) -> str:
        raw = self.hex(32)
        return f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-a{raw[17:20]}-{raw[20:]}"

    def _hex(self, digits: int) -> str:
        return f"{self._random.getrandbits(4 * digits):0{digits}X}"
