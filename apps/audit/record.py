"""record(): append one entry to a tenant's chain, inside the transaction of what it tells about."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone

from .chain import FIRST_HASH, hash_of
from .models import AuditEntry, AuditWords
from .origin import current_origin
from .words import HASH, seal

SYSTEM = "system"
# Who acts, without names or addresses: the report by person and the anonymity of the chain rest on it.
ACTOR = re.compile(r"(?:user|key):[0-9a-f-]+|system|stranger")
# The chain of what belongs to no company: sign-ins, platform staff, the chains' own nightly check.
PLATFORM = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Happening:
    """What record() takes, for callers that append several at once.

    `data` stays for ever and holds ids, codes and numbers; `words`, what people or KSeF said freely, goes in its time.
    """

    event: str
    subject: models.Model | tuple[str, str] | None = None
    actor: str = SYSTEM
    origin: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


def record(
    *,
    tenant_id: UUID,
    event: str,
    subject: models.Model | tuple[str, str] | None = None,
    actor: str = SYSTEM,
    origin: str = "",
    data: Mapping[str, Any] | None = None,
    words: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> AuditEntry:
    """Append one entry; must run inside acting_in(tenant_id)."""
    happening = Happening(
        event=event, subject=subject, actor=actor, origin=origin, data=data or {}, words=words or {}, at=at
    )
    return record_all(tenant_id=tenant_id, happenings=[happening])[0]


def record_all(*, tenant_id: UUID, happenings: Sequence[Happening]) -> list[AuditEntry]:
    """Append several entries in order with one lock and one INSERT."""
    if not happenings:
        return []
    lock_chain(tenant_id)
    last = AuditEntry.objects.filter(tenant_id=tenant_id).order_by("-sequence").first()
    sequence, previous = (last.sequence, bytes(last.entry_hash)) if last else (0, FIRST_HASH)
    entries, beside = [], []
    for happening in happenings:
        sequence += 1
        words = _words(tenant_id, sequence, happening)
        entry = _entry(tenant_id, sequence, previous, happening, words[1] if words else "")
        previous = bytes(entry.entry_hash)
        entries.append(entry)
        beside += [words[0]] if words else []
    written = AuditEntry.objects.bulk_create(entries)
    if beside:
        AuditWords.objects.bulk_create(beside)
    return written


def lock_chain(tenant_id: UUID) -> None:
    """Become the one transaction that appends to a tenant's chain; taken again it costs nothing.

    Whoever also locks rows takes this first: then no two transactions of a tenant ever wait for each other in a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [str(tenant_id)])


def _words(tenant_id: UUID, sequence: int, happening: Happening) -> tuple[AuditWords, str] | None:
    if not happening.words:
        return None
    # As the database gives it back, so that the hash is the same then.
    words = json.loads(json.dumps(dict(happening.words), cls=DjangoJSONEncoder))
    salt, digest = seal(words)
    return AuditWords(tenant_id=tenant_id, sequence=sequence, salt=salt, words=words), digest


def _entry(tenant_id: UUID, sequence: int, previous: bytes, happening: Happening, words_sha256: str) -> AuditEntry:
    if not ACTOR.fullmatch(happening.actor):
        raise ValueError(f"An actor is user:<id>, key:<id>, system or stranger, not {happening.actor!r}.")
    kind, identifier = _subject(happening.subject)
    entry = AuditEntry(
        tenant_id=tenant_id,
        sequence=sequence,
        at=happening.at or timezone.now(),
        event=happening.event,
        actor=happening.actor,
        subject_kind=kind,
        subject_id=identifier,
        origin=happening.origin or current_origin(),
        data=dict(happening.data) | ({HASH: words_sha256} if words_sha256 else {}),
        previous_hash=previous,
    )
    entry.entry_hash = hash_of(entry)
    return entry


def _subject(subject: models.Model | tuple[str, str] | None) -> tuple[str, str]:
    if subject is None:
        return "", ""
    if isinstance(subject, tuple):
        return subject
    return subject._meta.label_lower.rpartition(".")[2], str(subject.pk)
