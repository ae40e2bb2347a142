"""Request limits: sliding windows of a second, a minute and an hour per (context, address) and group."""

import math
import threading
from collections import defaultdict, deque
from collections.abc import Mapping

from apps.ksef_simulator.store import Store
from apps.ksef_simulator.web.errors import TooManyRequests

WINDOWS = (("perSecond", 1, "sekundę"), ("perMinute", 60, "minutę"), ("perHour", 3600, "godzinę"))
Limits = Mapping[str, Mapping[str, int]]


class Limiter:
    """Counts every accepted request; a refused one did nothing and is not counted, so Retry-After stays true."""

    def __init__(self, published: Limits, store: Store, *, enforced: bool) -> None:
        self.published = {group: dict(values) for group, values in published.items()}
        self.enforced = enforced
        # The reserved limit of all calls of an address (API 2.9.0: published, not in force).
        self.global_enforced = False
        # Groups that draw on another group's counter, as opening and closing did before API 2.8.0.
        self.shared: dict[str, str] = {}
        self._store = store
        self.overrides: dict[str, Limits] = store.setting("rate-limits") or {}
        self._taken: dict[tuple[str, str, str], deque[float]] = defaultdict(deque)
        self._blocked: dict[tuple[str, str, str], float] = {}
        self._lock = threading.Lock()

    def limits_of(self, context: str) -> dict[str, Mapping[str, int]]:
        return {**self.published, **self.overrides.get(context, {})}

    def override(self, context: str, limits: Limits) -> None:
        self.overrides[context] = limits
        self._store.set("rate-limits", self.overrides)

    def restore(self, context: str) -> None:
        self.overrides.pop(context, None)
        self._store.set("rate-limits", self.overrides)

    def take(self, owner: str, address: str, group: str, counter: str, at: float) -> bool:
        """Count one request or raise 429; True when the caller came back before its Retry-After was over."""
        if not self.enforced:
            return False
        group, counter = self.shared.get(group, group), self.shared.get(counter, counter)
        key = (owner, address, counter)
        limits = self.limits_of(owner)[group]
        with self._lock:
            too_early = at < self._blocked.get(key, 0.0) - 0.01
            taken = self._taken[key]
            if taken and taken[-1] > at:
                taken.clear()  # the clock was set back: old marks would block for ever
            while taken and taken[0] <= at - 3600:
                taken.popleft()
            refusal = _refusal(taken, limits, at)
            if refusal is None:
                taken.append(at)
                self._blocked.pop(key, None)
                return too_early
            self._blocked[key] = at + refusal.retry_after
        refusal.ignored_wait = too_early
        raise refusal

    def usage(self, at: float) -> list[dict[str, object]]:
        """How much of each window is taken now."""
        with self._lock:
            rows = []
            for (owner, address, counter), taken in sorted(self._taken.items()):
                spent = {name: sum(1 for mark in taken if mark > at - length) for name, length, _ in WINDOWS}
                if spent["perHour"]:
                    rows.append({"context": owner, "address": address, "counter": counter, **spent})
            return rows

    def forget(self) -> None:
        with self._lock:
            self._taken.clear()
            self._blocked.clear()


def _refusal(taken: deque[float], limits: Mapping[str, int], at: float) -> TooManyRequests | None:
    worst: TooManyRequests | None = None
    for name, length, word in WINDOWS:
        allowed = limits.get(name, -1)
        if allowed < 0 or len(taken) < allowed:
            continue
        # The request fits once the oldest of the last `allowed` ones has left the window.
        free_at = (taken[-allowed] if allowed else at) + length
        wait = math.ceil(free_at - at)
        if wait > 0 and (worst is None or wait > worst.retry_after):
            worst = TooManyRequests(allowed, word, wait)
    return worst
