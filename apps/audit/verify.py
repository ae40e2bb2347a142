"""verify(): walk a tenant's chain and name the first entry that is not what was recorded."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from .chain import FIRST_HASH, hash_of
from .models import AuditEntry
from .words import ERASING, HASH, Told, with_words, words_hash

BLOCK = 5000


@dataclass(frozen=True, slots=True)
class ChainReport:
    """How far the chain holds; `broken_at` is the sequence of the first entry that does not."""

    tenant_id: UUID
    entries: int
    head: bytes
    broken_at: int | None = None
    fault: str = ""

    @property
    def intact(self) -> bool:
        return self.broken_at is None


def verify(tenant_id: UUID, *, known_head: tuple[int, bytes] | None = None) -> ChainReport:
    """Check every link; `known_head` (sequence, hash) from an export proves that the end was not cut off.

    Words beside the chain must be those that were said, or be named by a later entry as erased.
    """
    previous, count = FIRST_HASH, 0
    gone: set[int] = set()
    for told in told_in_order(tenant_id):
        entry = told.entry
        fault = _fault(told, expected=count + 1, previous=previous)
        if not fault and known_head and entry.sequence == known_head[0] and bytes(entry.entry_hash) != known_head[1]:
            fault = "it differs from the exported head"
        if fault:
            return ChainReport(tenant_id, count, previous, broken_at=count + 1, fault=fault)
        previous, count = bytes(entry.entry_hash), entry.sequence
        if told.are_erased:
            gone.add(entry.sequence)
        elif entry.event in ERASING:
            gone -= set(entry.data.get("words", []))
    if gone:
        return ChainReport(tenant_id, count, previous, broken_at=min(gone), fault="its words were taken away")
    if known_head and count < known_head[0]:
        return ChainReport(tenant_id, count, previous, broken_at=count + 1, fault="the end of the chain is missing")
    return ChainReport(tenant_id, count, previous)


def told_in_order(tenant_id: UUID) -> Iterator[Told]:
    """The whole chain, a block at a time: without server-side cursors iterator() would hold all of it in memory."""
    entries = AuditEntry.objects.filter(tenant_id=tenant_id).order_by("sequence", "id")
    block = list(entries[:BLOCK])
    while block:
        yield from with_words(block)
        # Two entries of one number would be a fork; the unique key refuses that, also to the table's owner.
        block = list(entries.filter(sequence__gt=block[-1].sequence)[:BLOCK]) if len(block) == BLOCK else []


def _fault(told: Told, *, expected: int, previous: bytes) -> str:
    entry = told.entry
    if entry.sequence != expected:
        return f"entry {expected} is missing"
    if bytes(entry.previous_hash) != previous:
        return "it does not follow from the entry before it"
    if bytes(entry.entry_hash) != hash_of(entry):
        return "its content was changed"
    if told.words is not None and words_hash(told.words, told.salt) != entry.data[HASH]:
        return "its words were changed"
    return ""
