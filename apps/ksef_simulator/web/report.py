"""What the simulator received: the evidence a test reads after a run."""

import threading
from collections import Counter, defaultdict
from typing import Any

KEPT = 500


class Report:
    """Counters and short lists; nothing here holds a secret or a document."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self.requests: Counter[tuple[str, str]] = Counter()
            self.operations: Counter[str] = Counter()
            self.statuses: Counter[tuple[str, int]] = Counter()
            self.refused: Counter[tuple[str, str]] = Counter()
            self.totals: Counter[str] = Counter()
            self.lists: dict[str, list[dict[str, Any]]] = defaultdict(list)
            self.sessions_by_key: dict[str, list[str]] = defaultdict(list)

    def answered(self, operation: str, status: int) -> None:
        with self._lock:
            self.operations[operation] += 1
            self.statuses[operation, status] += 1

    def counted(self, context: str, group: str) -> None:
        with self._lock:
            self.requests[context, group] += 1

    def limited(self, context: str, group: str) -> None:
        with self._lock:
            self.refused[context, group] += 1

    def note(self, kind: str, **what: Any) -> None:
        """Keep one finding; the total goes on counting when the list is full."""
        with self._lock:
            self.totals[kind] += 1
            if len(self.lists[kind]) < KEPT:
                self.lists[kind].append(what)

    def key_used(self, fingerprint: str, session: str) -> None:
        with self._lock:
            self.sessions_by_key[fingerprint].append(session)

    def as_json(self) -> dict[str, Any]:
        with self._lock:
            return {
                "requests": _nested(self.requests),
                "tooManyRequests": _nested(self.refused),
                "operations": dict(sorted(self.operations.items())),
                "statuses": _nested(self.statuses),
                "totals": dict(sorted(self.totals.items())),
                "keyReuse": [
                    {"key": key, "sessions": sessions}
                    for key, sessions in self.sessions_by_key.items()
                    if len(sessions) > 1
                ],
                **{kind: list(items) for kind, items in self.lists.items()},
            }


def _nested(counter: Counter[Any]) -> dict[str, dict[str, int]]:
    nested: dict[str, dict[str, int]] = {}
    for (outer, inner), count in sorted(counter.items()):
        nested.setdefault(outer, {})[str(inner)] = count
    return nested
