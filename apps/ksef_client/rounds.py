"""How many rounds of a password hash a key file asks for, read before any of them is done.

The count is the file's to choose (PKCS#5 in RFC 8018, PKCS#12 in RFC 7292, scrypt in RFC 7914), so a file of a hundred
bytes could keep a processor busy for hours. Read is only what lies open: what is encrypted itself is not looked into.
"""

import base64
import re
from collections.abc import Iterator
from itertools import pairwise

INTEGER, OCTETS = 0x02, 0x04
# A PKCS#12 file packs ASN.1 into strings of bytes, each alone under this tag; others are salts, keys and ciphers.
PACKED_UNDER = 0xA0
CONSTRUCTED, LONG_TAG = 0x20, 0x1F
DEEPEST = 40
ENCRYPTED_PEM = re.compile(rb"-----BEGIN ENCRYPTED PRIVATE KEY-----(.*?)-----END", re.DOTALL)

Element = tuple[int, bytes]


class NotReadable(ValueError):
    """This is not ASN.1 in BER."""


def rounds_of_pem(content: bytes) -> int:
    """Of all encrypted keys of a PEM file together; the older way of encrypting has one round."""
    return sum(rounds_of_der(_unarmoured(block[1])) for block in ENCRYPTED_PEM.finditer(content))


def rounds_of_der(content: bytes) -> int:
    """Of all password checks and keys of a PKCS#8 or PKCS#12 file together."""
    try:
        return _rounds([_first(content)], depth=0)
    except IndexError:
        raise NotReadable from None


def _rounds(siblings: list[Element], *, depth: int) -> int:
    """Wherever a salt is followed by a number, that number is the rounds: PBKDF2, the PKCS#12 ciphers and the MAC."""
    if depth > DEEPEST:
        raise NotReadable
    total = 0
    for (tag, _), (after, value) in pairwise(siblings):
        if tag & ~CONSTRUCTED == OCTETS and after == INTEGER:
            total += int.from_bytes(value)
    numbers = [int.from_bytes(value) for tag, value in siblings[1:4] if tag == INTEGER]
    if len(numbers) == 3 and siblings[0][0] & ~CONSTRUCTED == OCTETS:
        total += numbers[0] * numbers[1] * numbers[2]  # scrypt: N, r and p
    return total + sum(_rounds(_inside(*element), depth=depth + 1) for element in siblings)


def _inside(tag: int, value: bytes) -> list[Element]:
    if not tag & CONSTRUCTED:
        return []
    inner = list(_elements(value))
    if tag == PACKED_UNDER:
        packed = [_joined(*element) for element in inner if element[0] & ~CONSTRUCTED == OCTETS]
        return inner + [_first(octets) for octets in packed if octets]
    return inner


def _first(content: bytes) -> Element:
    tag, value, _ = _element(content, 0)  # readers of such files leave alone what comes after
    return tag, value


def _joined(tag: int, value: bytes) -> bytes:
    """A string of bytes may come in pieces."""
    return b"".join(_joined(*piece) for piece in _elements(value)) if tag & CONSTRUCTED else value


def _elements(content: bytes) -> Iterator[Element]:
    """Tag and value of each element. A value of unknown length ends with two zero bytes."""
    at = 0
    while at < len(content):
        tag, value, at = _element(content, at)
        yield tag, value


def _element(content: bytes, at: int) -> tuple[int, bytes, int]:
    tag, length, start = content[at], content[at + 1], at + 2
    if tag & LONG_TAG == LONG_TAG:
        raise NotReadable  # no such tag in these files
    if length == 0x80:
        end = _end_of_open(content, start, tag)
        return tag, content[start:end], end + 2
    if length > 0x80:
        size = length - 0x80
        length, start = int.from_bytes(content[start : start + size]), start + size
    if start + length > len(content):
        raise NotReadable
    return tag, content[start : start + length], start + length


def _end_of_open(content: bytes, at: int, tag: int) -> int:
    if not tag & CONSTRUCTED:
        raise NotReadable
    while content[at : at + 2] != b"\0\0":
        _, _, at = _element(content, at)
    return at


def _unarmoured(body: bytes) -> bytes:
    headless = b"".join(line for line in body.splitlines() if b":" not in line)
    try:
        return base64.b64decode(headless)
    except ValueError:
        raise NotReadable from None
