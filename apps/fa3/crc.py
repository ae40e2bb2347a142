"""The checksum inside a KSeF number."""


def crc8(data: bytes) -> int:
    """CRC-8 with polynomial 0x07, initial value 0, no reflection, no final XOR (CRC-8/SMBUS)."""
    crc = 0
    for byte in data:
        crc = _TABLE[crc ^ byte]
    return crc


def _step(value: int) -> int:
    for _ in range(8):
        value = (value << 1) ^ 0x07 if value & 0x80 else value << 1
    return value & 0xFF


_TABLE = tuple(_step(value) for value in range(256))
