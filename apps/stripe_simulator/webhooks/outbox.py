from __future__ import annotations

import heapq
import itertools
import random
import threading
import time
from collections.abc import Sequence

from apps.stripe_simulator.records.base import Record
from apps.stripe_simulator.records.events import WebhookDelivery

_SEE_AGAIN = 60.0


class Outbox:
    """Which delivery is due next. It holds ids only: what they are is in the book."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._due: list[tuple[float, int, str]] = []
        self._arrival = itertools.count()
        self._in_hand = 0
        self._held: list[str] | None = None
        self._closed = False

    def notice(self, records: Sequence[Record]) -> None:
        """Take in the pending deliveries among records that were just committed."""
        pending = [record for record in records if isinstance(record, WebhookDelivery) and record.state == "pending"]
        if not pending:
            return
        with self._wake:
            for delivery in pending:
                if self._held is not None and delivery.tries == 0:
                    self._held.append(delivery.id)
                else:
                    self._push(delivery.id, delivery.due_at)
            self._wake.notify(len(pending))

    def take(self) -> str | None:
        """Wait for the next due delivery; None when the outbox is closed."""
        with self._wake:
            while not self._closed:
                wait = self._due[0][0] - time.time() if self._due else _SEE_AGAIN
                if wait <= 0:
                    self._in_hand += 1
                    return heapq.heappop(self._due)[2]
                self._wake.wait(min(wait, _SEE_AGAIN))
        return None

    def done(self) -> None:
        """Say that a taken delivery was dealt with."""
        with self._wake:
            self._in_hand -= 1

    def again(self, id: str, *, after: float) -> None:
        """Take a delivery up once more after some seconds."""
        with self._wake:
            self._push(id, time.time() + after)
            self._wake.notify()

    def hold(self) -> None:
        """Keep new deliveries back until they are let go, for instance in another order."""
        with self._wake:
            if self._held is None:
                self._held = []

    def let_go(self, *, order: str, spacing: float = 0.15) -> int:
        """Send what was held back: same, reverse or shuffle; spaced, so that several senders keep the order."""
        with self._wake:
            held, self._held = self._held or [], None
            if order == "reverse":
                held.reverse()
            elif order == "shuffle":
                random.SystemRandom().shuffle(held)
            now = time.time()
            for index, id in enumerate(held):
                self._push(id, now + index * spacing)
            self._wake.notify_all()
        return len(held)

    @property
    def held(self) -> int | None:
        """How many deliveries are held back; None when none would be."""
        with self._wake:
            return None if self._held is None else len(self._held)

    @property
    def waiting(self) -> int:
        """How many deliveries are due, in hand, held or waiting for their next try."""
        with self._wake:
            return len(self._due) + self._in_hand + len(self._held or [])

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._wake.notify_all()

    def _push(self, id: str, due_at: float) -> None:
        heapq.heappush(self._due, (due_at, next(self._arrival), id))
