"""Texts on their way into a document: cleaned, cut to length, and a warning where something was cut."""

from apps.documents.mapping.reasons import Code, Reason
from apps.fa3.text import clean_text, fit_text


class Wording:
    """Cleans the texts of one document and remembers which were cut."""

    __slots__ = ("warnings",)

    def __init__(self) -> None:
        self.warnings: list[Reason] = []

    def fit(self, text: str, limit: int, field: str) -> str:
        """The cleaned text in at most `limit` code points."""
        cleaned = clean_text(text)
        if len(cleaned) <= limit:
            return cleaned
        self.warnings.append(Reason(Code.TEXT_TRUNCATED, field, {"limit": limit}))
        return fit_text(cleaned, limit).text

    @staticmethod
    def clean(text: str) -> str:
        return clean_text(text)
