"""Numbers KSeF gives: the KSeF number of a document with its CRC-8, and references of operations (digest, 9.2, 9.3)."""

import re
from dataclasses import dataclass
from datetime import date

_KSEF_NUMBER = re.compile(
    r"(?P<nip>[1-9](?:\d[1-9]|[1-9]\d)\d{7})-(?P<day>20[2-9]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
    r"-(?P<first>[0-9A-F]{6})-?(?P<second>[0-9A-F]{6})-(?P<crc>[0-9A-F]{2})",
    re.ASCII,
)
_REFERENCE = re.compile(r"\d{8}-[A-Z]{2}-[0-9A-F]{10}-[0-9A-F]{10}-[0-9A-F]{2}", re.ASCII)


class NotAKsefNumber(ValueError):
    """A text that cannot be a KSeF number: wrong form or wrong checksum."""


@dataclass(frozen=True, slots=True, order=True)
class KsefNumber:
    """A KSeF number whose form and checksum are right."""

    value: str

    def __post_init__(self) -> None:
        found = _KSEF_NUMBER.fullmatch(self.value)
        if not found:
            raise NotAKsefNumber(f"{self.value!r} does not have the form of a KSeF number.")
        try:
            _day(found["day"])
        except ValueError:
            raise NotAKsefNumber(f"{self.value!r} holds no date.") from None
        if found["crc"] != f"{crc8(self.value[:-3].encode()):02X}":
            raise NotAKsefNumber(f"{self.value!r} has a wrong checksum.")

    @property
    def nip(self) -> str:
        """The seller's NIP."""
        return self.value[:10]

    @property
    def accepted_on(self) -> date:
        """The day KSeF took the document in, which may differ from its issue date."""
        return _day(self.value[11:19])

    def __str__(self) -> str:
        return self.value


def crc8(content: bytes) -> int:
    """CRC-8 with polynomial 0x07, starting at 0, nothing reflected."""
    crc = 0
    for byte in content:
        crc = _CRC8[crc ^ byte]
    return crc


def is_reference(text: str) -> bool:
    """Whether a text has the form of KSeF's reference numbers; nothing in them is to be relied on."""
    return bool(_REFERENCE.fullmatch(text))


def _step(crc: int) -> int:
    for _ in range(8):
        crc = (crc << 1 ^ 0x07 if crc & 0x80 else crc << 1) & 0xFF
    return crc


_CRC8 = tuple(_step(byte) for byte in range(256))


def _day(digits: str) -> date:
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
