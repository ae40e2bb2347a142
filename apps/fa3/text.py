"""Text that KSeF accepts (fa3-mapping 2.7)."""

import re
from dataclasses import dataclass

_BLANKS = "\t\n\r\x85\xa0\u2028\u2029"
# What XML 1.0 or KSeF refuses: controls, non-characters, lone surrogates (ksef-api 9.1). The blanks above, where they
# are controls, are folded first.
_REFUSED = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17)
)
_BLANK_RUN = re.compile(f"[ {_BLANKS}]+")
_REFUSED_RUN = re.compile(f"[{_REFUSED}]+")
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Text fit for a document, and whether something was cut off its end."""

    text: str
    is_truncated: bool


def clean_text(text: str) -> str:
    """The text without refused characters, on one line, single-spaced and trimmed."""
    if text.isprintable() and "  " not in text:  # nothing to fold or delete: nearly every text
        return text.strip(" ")
    return _BLANK_RUN.sub(" ", _REFUSED_RUN.sub("", text)).strip(" ")


def fit_text(text: str, limit: int) -> Cleaned:
    """The cleaned text in at most `limit` code points; what is longer ends in an ellipsis."""
    cleaned = clean_text(text)
    if len(cleaned) <= limit:
        return Cleaned(cleaned, is_truncated=False)
    return Cleaned(cleaned[: limit - 1] + _ELLIPSIS, is_truncated=True)


def find_refused(text: str) -> str | None:
    """The first character that KSeF would refuse, None when there is none."""
    match = _REFUSED_RUN.search(text)
    return match[0][0] if match else None
