"""The hash of an audit entry over its canonical content and the hash before it."""

import hashlib
import json
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import AuditEntry

FIRST_HASH = b"\x00" * 32
# Made once: json.dumps would build an encoder for every entry.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def hash_of(entry: "AuditEntry") -> bytes:
    """SHA-256 over previous hash and every column, in a form that never depends on the database."""
    content = [
        str(entry.tenant_id),
        entry.sequence,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.event,
        entry.actor,
        entry.subject_kind,
        entry.subject_id,
        entry.origin,
        entry.data,
    ]
    canonical = _CANONICAL.encode(content)
    return hashlib.sha256(bytes(entry.previous_hash) + canonical.encode()).digest()
