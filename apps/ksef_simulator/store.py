"""Where the simulator keeps what it must not forget: one SQLite file, or a private one without --state."""

import base64
import json
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

Record = TypeVar("Record")

_TABLES = """
CREATE TABLE IF NOT EXISTS record (kind TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS content (id TEXT PRIMARY KEY, body BLOB NOT NULL, packed INTEGER NOT NULL);
"""


class Store:
    """Records by kind and id, and large contents by id; every write is on disk before the call returns."""

    def __init__(self, path: Path | None) -> None:
        # An empty name is SQLite's private database: it lives in memory and spills to a file that is already unlinked.
        self._connection = sqlite3.connect(path or "", check_same_thread=False, isolation_level=None)
        self._lock = threading.RLock()
        if path:
            # WAL without a full sync: survives kill -9 of this process, which is what --state promises.
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_TABLES)

    def put(self, kind: str, identifier: str, record: object) -> None:
        self.put_many([(kind, identifier, record)])

    def put_many(self, records: Iterable[tuple[str, str, object]], packed: Iterable[tuple[str, bytes]] = ()) -> None:
        """Write records and packed contents, all of it or none."""
        rows = [(kind, identifier, to_json(record)) for kind, identifier, record in records]
        blobs = [(identifier, content, 1) for identifier, content in packed]
        # The connection as a context commits, and takes all of it back when a full disk refuses a part.
        with self._lock, self._connection:
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", rows)
            self._connection.executemany("INSERT OR REPLACE INTO content VALUES (?, ?, ?)", blobs)

    def put_raw(self, identifier: str, content: bytes) -> None:
        """Keep a content that would not get smaller, such as an encrypted part."""
        with self._lock:
            self._connection.execute("INSERT OR REPLACE INTO content VALUES (?, ?, 0)", (identifier, content))

    def remove(self, kind: str, identifier: str) -> None:
        with self._lock:
            self._connection.execute("DELETE FROM record WHERE kind = ? AND id = ?", (kind, identifier))

    def content(self, identifier: str) -> bytes:
        with self._lock:
            row = self._connection.execute("SELECT body, packed FROM content WHERE id = ?", (identifier,)).fetchone()
        return zlib.decompress(row[0]) if row[1] else bytes(row[0])

    def drop_contents(self, prefix: str) -> None:
        with self._lock:
            self._connection.execute("DELETE FROM content WHERE id >= ? AND id < ?", (prefix, prefix + "\uffff"))

    def all(self, kind: str, make: Callable[..., Record]) -> Iterator[Record]:
        with self._lock:
            rows = self._connection.execute("SELECT body FROM record WHERE kind = ? ORDER BY id", (kind,)).fetchall()
        for (body,) in rows:
            yield make(**from_json(body))

    def setting(self, name: str) -> Any:
        with self._lock:
            row = self._connection.execute(
                "SELECT body FROM record WHERE kind = 'setting' AND id = ?", (name,)
            ).fetchone()
        return None if row is None else from_json(row[0])

    def set(self, name: str, value: Any) -> None:
        self.put("setting", name, value)

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def packed(content: bytes) -> bytes:
    """A content as the store keeps it: deflated at the fastest level."""
    return zlib.compress(content, 1)


def to_json(record: object) -> str:
    return json.dumps(record, default=_encoded, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Any:
    return json.loads(text, object_hook=_decoded)


def _encoded(value: object) -> Any:
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, set | frozenset):
        return sorted(value)
    return {name: getattr(value, name) for name in _names(type(value))}


_kept: dict[type, tuple[str, ...]] = {}


def _names(record: type) -> tuple[str, ...]:
    """The members of a record that are kept: those not marked as its own business."""
    if record not in _kept:
        _kept[record] = tuple(each.name for each in fields(record) if not each.name.startswith("_"))
    return _kept[record]


def _decoded(value: dict[str, Any]) -> Any:
    if "$time" in value:
        return datetime.fromisoformat(value["$time"])
    if "$bytes" in value:
        return base64.b64decode(value["$bytes"])
    return value
