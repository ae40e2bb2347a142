"""An entry as columns, for files that people and auditors take along."""

import json

from .words import ERASED, Told

COLUMNS = (
    "sequence",
    "at",
    "event",
    "actor",
    "subject_kind",
    "subject_id",
    "origin",
    "data",
    "words",
    "words_salt",
    "previous",
    "hash",
)


def as_columns(told: Told) -> dict[str, object]:
    """The cells by name, in the order of COLUMNS."""
    entry = told.entry
    cells = (
        entry.sequence,
        entry.at.isoformat(),
        entry.event,
        entry.actor,
        entry.subject_kind,
        entry.subject_id,
        entry.origin,
        json.dumps(entry.data, ensure_ascii=False, sort_keys=True),
        _words(told),
        told.salt.hex(),
        bytes(entry.previous_hash).hex(),
        bytes(entry.entry_hash).hex(),
    )
    return dict(zip(COLUMNS, cells, strict=True))


def _words(told: Told) -> str:
    if told.are_erased:
        return ERASED
    return json.dumps(told.words, ensure_ascii=False, sort_keys=True) if told.words else ""
