"""The Polish tax number."""

import re

_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
_SEPARATORS = re.compile(r"[\s./-]+")
# TNrNIP of the schema; [0-9] because \d would also take digits of other scripts.
_PATTERN = re.compile(r"[1-9]([0-9][1-9]|[1-9][0-9])[0-9]{7}")


def clean(text: str) -> str:
    """The number as it stands in documents: no separators, no leading PL."""
    return _SEPARATORS.sub("", text).upper().removeprefix("PL")


def is_valid_nip(number: str) -> bool:
    """True for ten digits that the schema accepts and whose checksum is right."""
    if not _PATTERN.fullmatch(number):
        return False
    # The last digit has no weight.
    check = sum([weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False)]) % 11
    return check == int(number[9])  # a remainder of 10 equals no digit
