"""The optional state file: every committed change is in it before anybody hears of it."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from .codec import decode_record, encode
from .records.base import Record

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    position INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID
"""

Written = tuple[int, Record]
Deleted = tuple[str, str]


class Journal:
    """Records in an SQLite file. The process may be killed at any moment; a power cut may cost the last changes."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        # What is written reaches the operating system at once, which outlives this process; no fsync is waited for.
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(_SCHEMA)

    def read(self) -> Iterator[Written]:
        with self._lock:
            rows = self._database.execute("SELECT position, body FROM records ORDER BY position").fetchall()
        for position, body in rows:
            yield position, decode_record(json.loads(body))

    def write(self, written: Iterable[Written], deleted: Iterable[Deleted]) -> None:
        rows = [
            (record.KIND, record.id, position, json.dumps(encode(record), ensure_ascii=False))
            for position, record in written
        ]
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                self._database.executemany(
                    "INSERT INTO records (kind, id, position, body) VALUES (?, ?, ?, ?) "
                    "ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                    rows,
                )
                self._database.executemany("DELETE FROM records WHERE kind = ? AND id = ?", list(deleted))
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise

    def close(self) -> None:
        with self._lock:
            self._database.close()
