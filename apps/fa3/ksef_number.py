"""The number KSeF gives to a document it accepted."""

import re
from datetime import date

from apps.fa3.crc import crc8
from apps.fa3.nip import is_valid_nip

_PATTERN = re.compile(
    r"(?P<nip>[1-9](?:[0-9][1-9]|[1-9][0-9])[0-9]{7})"
    r"-(?P<day>(?:20[2-9][0-9]|2[1-9][0-9]{2}|[3-9][0-9]{3})(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))"
    r"-[0-9A-F]{6}-?[0-9A-F]{6}"
    r"-(?P<check>[0-9A-F]{2})"
)


def is_valid_ksef_number(number: str) -> bool:
    """True for 35 characters, or 36 with the second hyphen of KSeF 1.0, whose NIP, day and checksum are right."""
    match = _PATTERN.fullmatch(number)
    if match is None or not is_valid_nip(match["nip"]) or not _is_day(match["day"]):
        return False
    stem = number[:-3]
    # Which spelling KSeF 1.0 hashed is not published, so a number with two inner hyphens may fit either.
    return match["check"] in {checksum(stem), checksum(stem[:26] + stem[26:].replace("-", ""))}


def checksum(stem: str) -> str:
    """The last two characters of a KSeF number, from all that stands before the last hyphen."""
    return f"{crc8(stem.encode()):02X}"


def nip_of(number: str) -> str:
    """The seller's NIP inside a KSeF number."""
    return number[:10]


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True
