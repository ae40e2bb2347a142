"""What is wrong with a document, for a person to read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding: where, a stable code, and the sentence in both languages."""

    code: str
    path: str  # element path as in the XML, e.g. Fa/FaWiersz[2]/P_11
    pl: str
    en: str
    is_warning: bool = False
