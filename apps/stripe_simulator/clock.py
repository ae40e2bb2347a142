from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


class Clock:
    """The account's time. It may be set to another day and moved on, and ticks from there."""

    def __init__(self, start: datetime | None = None) -> None:
        self._lock = threading.Lock()
        self._offset = 0.0 if start is None else start.timestamp() - time.time()

    def now(self) -> float:
        with self._lock:
            return time.time() + self._offset

    def set(self, moment: datetime) -> None:
        with self._lock:
            self._offset = moment.timestamp() - time.time()

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._offset += seconds

    def real_time(self) -> None:
        with self._lock:
            self._offset = 0.0


def read_moment(text: str) -> datetime:
    """An ISO 8601 moment; without a zone it is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
