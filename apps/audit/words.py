"""Free words of an entry lie beside the chain, which holds only their salted hash: they can go, and it still holds."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from .models import AuditEntry, AuditWords

HASH = "words_sha256"
# Entries of these events name, in `words`, the entries whose words were erased because their time was over.
ERASING = frozenset({"document.anonymised", "audit.words_erased"})
ERASED = "erased after retention"


@dataclass(frozen=True, slots=True)
class Told:
    """An entry with the words beside it; `salt` lets anybody check the hash in the entry."""

    entry: AuditEntry
    words: Mapping[str, Any] | None = None
    salt: bytes = b""

    @property
    def are_erased(self) -> bool:
        return HASH in self.entry.data and self.words is None


def seal(words: Mapping[str, Any]) -> tuple[bytes, str]:
    """A fresh salt, and the hash that goes into the chain."""
    salt = secrets.token_bytes(32)
    return salt, words_hash(words, salt)


def words_hash(words: Mapping[str, Any], salt: bytes) -> str:
    canonical = json.dumps(words, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(salt + canonical.encode()).hexdigest()


def with_words(entries: Iterable[AuditEntry]) -> list[Told]:
    """Entries of one tenant with their words, in one query more than the entries took."""
    entries = list(entries)
    speaking = [entry for entry in entries if HASH in entry.data]
    known = _words_of(speaking[0].tenant_id, [entry.sequence for entry in speaking]) if speaking else {}
    return [
        Told(entry, known[entry.sequence].words, bytes(known[entry.sequence].salt))
        if entry.sequence in known
        else Told(entry)
        for entry in entries
    ]


def _words_of(tenant_id: UUID, sequences: list[int]) -> dict[int, AuditWords]:
    rows = AuditWords.objects.filter(tenant_id=tenant_id, sequence__in=sequences)
    return {row.sequence: row for row in rows}
