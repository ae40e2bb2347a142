"""Guesses from names, good enough for a warning and for nothing else."""

import re

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_PERSON_WORDS = (2, 3)
_COMPANY_WORD = re.compile(
    r"ab|ag|aps|as|bv|company|consulting|co|corp|digital|gmbh|group|holding|inc|kft|kg|labs|limited|llc|ltd|media|nv"
    r"|oy|oü|plc|sa|sarl|sas|services|sl|software|solutions|sp|spa|spółka|srl|sro|studio|systems|technologies|ug",
    re.IGNORECASE,
)
# Stems in Polish and English of the services GTU_12 names.
_GTU_12 = re.compile(
    r"\b(?:doradz|konsult|księgow|rachunkow|audyt|prawn|szkole|marketing|reklam|badani[ea] rynku"
    r"|consult|advis|bookkeep|accounting|audit|legal|training|advertis|market research)",
    re.IGNORECASE,
)


def looks_like_person(name: str) -> bool:
    """True for two or three capitalised words none of which marks a company."""
    words = name.split()
    if len(words) not in _PERSON_WORDS:
        return False
    return all(_WORD.fullmatch(word) and word.istitle() and not _COMPANY_WORD.fullmatch(word) for word in words)


def looks_like_gtu_12(name: str) -> bool:
    """True for names of consulting, accounting, legal, training, marketing and advertising services."""
    return _GTU_12.search(name) is not None
