"""One value of a document and where it came from."""

from dataclasses import dataclass

from apps.documents.mapping.outcome import File
from apps.documents.mapping.reasons import Text


@dataclass(frozen=True, slots=True)
class Origin:
    """One element, or a group of them: the fields it was read from, and in words how."""

    path: str  # below Faktura, rows by their place from 1
    fields: tuple[str, ...]
    note: Text


COPIED = Text("Przepisano.", "Copied.")
REPEATED = Text("Powtórzono z faktury pierwotnej.", "Repeated from the original.")


def original_prefix(file: File) -> str:
    """What stands before the fields of the original: a voided invoice is its own original."""
    is_of_another = file.document.correction is not None and file.setup.related.original_invoice is not None
    return "original_invoice." if is_of_another else ""
