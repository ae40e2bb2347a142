"""The account's book: everything is in memory; a change is seen by others whole or not at all."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar, cast

from .journal import Journal
from .records.base import Record
from .records.parties import Account

R = TypeVar("R", bound=Record)


class Missing(LookupError):
    """No record of this kind has this id."""

    def __init__(self, kind: type[Record], id: str) -> None:
        super().__init__(f"No such {kind.KIND}: '{id}'")
        self.kind = kind.KIND
        self.id = id


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Which API request caused a change; both are None when nobody asked through the API."""

    request_id: str | None = None
    idempotency_key: str | None = None


class Shelf:
    """All records of one kind in the order in which they were made."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.positions: dict[str, int] = {}
        self.order: list[tuple[int, str]] = []

    def put(self, position: int, record: Record) -> None:
        if record.id not in self.positions:
            self.positions[record.id] = position
            self.order.append((position, record.id))
        self.records[record.id] = record

    def remove(self, id: str) -> None:
        if self.records.pop(id, None) is not None:
            position = self.positions.pop(id)
            del self.order[bisect_left(self.order, (position, id))]

    def newest_first(self, before: str | None = None) -> Iterator[Record]:
        """Newest first, starting after the record `before` when it is given."""
        end = len(self.order) if before is None else bisect_left(self.order, (self.positions[before], before))
        for index in range(end - 1, -1, -1):
            yield self.records[self.order[index][1]]

    def oldest_first(self, after: str) -> Iterator[Record]:
        start = bisect_left(self.order, (self.positions[after], after)) + 1
        for index in range(start, len(self.order)):
            yield self.records[self.order[index][1]]


class Book:
    def __init__(self, journal: Journal | None = None) -> None:
        self._lock = threading.RLock()
        self._shelves: dict[type[Record], Shelf] = {}
        self._journal = journal
        self._next_position = 1
        self.listeners: list[Callable[[Sequence[Record]], None]] = []
        for position, record in journal.read() if journal else ():
            self._shelf(type(record)).put(position, record)
            self._next_position = position + 1

    @contextmanager
    def change(self, *, at: float, trace: Trace | None = None) -> Iterator[Change]:
        """Collect a change and commit it when the block ends well; one change at a time."""
        with self._lock:
            change = Change(self, at=int(at), trace=trace or Trace())
            yield change
            self._commit(change)

    def _commit(self, change: Change) -> None:
        if not change.pending and not change.deleted:
            return
        written = [(self._position_for(record), record) for record in change.pending.values()]
        deleted = [(kind.KIND, id) for kind, id in change.deleted]
        if self._journal:
            self._journal.write(written, deleted)
        for position, record in written:
            self._shelf(type(record)).put(position, record)
        for kind, id in change.deleted:
            self._shelf(kind).remove(id)
        for listener in self.listeners:
            listener(list(change.pending.values()))

    def _position_for(self, record: Record) -> int:
        known = self._shelf(type(record)).positions.get(record.id)
        if known is not None:
            return known
        self._next_position += 1
        return self._next_position - 1

    def _shelf(self, kind: type[Record]) -> Shelf:
        return self._shelves.setdefault(kind, Shelf())

    def shelf(self, kind: type[Record]) -> Shelf:
        return self._shelf(kind)


class Change:
    """A view of the book that sees its own edits before everybody else does."""

    def __init__(self, book: Book, *, at: int, trace: Trace) -> None:
        self._book = book
        self.at = at
        self.trace = trace
        self.pending: dict[tuple[type[Record], str], Record] = {}
        self.deleted: set[tuple[type[Record], str]] = set()

    def find(self, kind: type[R], id: str) -> R | None:
        if (kind, id) in self.deleted:
            return None
        record = self.pending.get((kind, id)) or self._book.shelf(kind).records.get(id)
        return cast("R | None", record)

    def get(self, kind: type[R], id: str) -> R:
        record = self.find(kind, id)
        if record is None:
            raise Missing(kind, id)
        return record

    def put(self, record: R) -> R:
        self.pending[type(record), record.id] = record
        return record

    def delete(self, record: Record) -> None:
        self.pending.pop((type(record), record.id), None)
        self.deleted.add((type(record), record.id))

    def newest_first(self, kind: type[R]) -> Iterator[R]:
        """Every record of a kind, newest first, with this change's own edits."""
        shelf = self._book.shelf(kind)
        for (pending_kind, id), record in reversed(self.pending.items()):
            if pending_kind is kind and id not in shelf.records:
                yield cast(R, record)
        for known in shelf.newest_first():
            found = self.find(kind, known.id)
            if found is not None:
                yield found

    def page(self, kind: type[R], *, after: str | None = None, before: str | None = None) -> Iterator[R]:
        """Committed records of a kind: newest first, or oldest first when going back `before` a record."""
        shelf = self._book.shelf(kind)
        records = shelf.newest_first(after) if before is None else shelf.oldest_first(before)
        return cast(Iterator[R], records)

    def count(self, kind: type[Record]) -> int:
        return len(self._book.shelf(kind).records)

    @property
    def account(self) -> Account:
        return next(self.newest_first(Account))
