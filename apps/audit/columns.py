"""An entry as columns, for files that people and auditors take along."""

import json

from .models import AuditEntry

COLUMNS = ("sequence", "at", "event", "actor", "subject_kind", "subject_id", "origin", "data", "previous", "hash")


def as_columns(entry: AuditEntry) -> dict[str, object]:
    """The cells by name, in the order of COLUMNS."""
    cells = (
        entry.sequence,
        entry.at.isoformat(),
        entry.event,
        entry.actor,
        entry.subject_kind,
        entry.subject_id,
        entry.origin,
        json.dumps(entry.data, ensure_ascii=False, sort_keys=True),
        bytes(entry.previous_hash).hex(),
        bytes(entry.entry_hash).hex(),
    )
    return dict(zip(COLUMNS, cells, strict=True))
