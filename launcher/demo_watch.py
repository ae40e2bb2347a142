"""Watches the documents until nothing more happens to them, and says which did not end as they should."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any
from uuid import UUID

from apps.filings.models import FilingAttempt
from apps.filings.states import State
from apps.tenants.context import acting_in

from .demo_rows import Picture, Row, read_picture
from .demo_stripe import StripeSimulator
from .demo_table import Table
from .demo_verdict import FILED, Expected, Seen, differences

PAUSE = 0.5
# Seconds without any change, documents still on their way, after which the demo gives up: a lane in trouble pauses for
# up to 6 minutes between two tries.
QUIET = 420.0
SETTLED = 20.0  # the same, when no document is on its way
STRANGERS_SETTLED = 15.0  # a Stripe that is not our simulator cannot say that it is done
STRANGERS_QUIET = 900.0  # nor when its first document comes

OUTCOMES = {State.RECEIPTED: FILED, State.HELD: "held", State.EXCLUDED: "skipped", State.REJECTED: "rejected"}


class Watch:
    """One look at a time; `making` is the work that makes documents meanwhile."""

    def __init__(self, tenant_id: UUID, stripe: StripeSimulator | None, making: "Future[None]") -> None:
        self.read: Callable[[], Picture] = lambda: read_picture(tenant_id)
        self.tenant_id, self.stripe, self.making = tenant_id, stripe, making
        self.table = Table()
        self.picture = Picture((), 0)
        self.changed_at = time.monotonic()
        self.expected: list[Expected] | None = None

    def until_at_rest(self, *, wanted: int) -> list[str]:
        """A line for each document that did not end as it should; with a strange Stripe wait for `wanted` documents."""
        while True:
            self._look()
            if self.making.done():
                self.making.result()
                lines = self._lines(wanted)
                if not lines or time.monotonic() - self.changed_at > self._patience(wanted):
                    return lines
            time.sleep(PAUSE)

    def _patience(self, wanted: int) -> float:
        if self.stripe is None and len(self.picture.rows) < wanted:
            return STRANGERS_QUIET
        return SETTLED if self.picture.at_rest else QUIET

    def _look(self) -> None:
        picture = self.read()
        if picture != self.picture or not self.making.done():
            self.picture, self.changed_at = picture, time.monotonic()
        self.table.show(picture)

    def _lines(self, wanted: int) -> list[str]:
        if self.stripe is None:
            return self._lines_of_strangers(wanted)
        if self._story_goes_on(self.stripe):
            return ["the next step of a story is due"]
        if self.expected is None:
            self.expected = self.stripe.expected()
        lines = differences(self.expected, [seen(row) for row in self.picture.rows])
        return lines or ([] if self.picture.at_rest else ["documents are on their way"])

    def _story_goes_on(self, stripe: StripeSimulator) -> bool:
        if not self.picture.at_rest:
            return False
        filed = {row.stripe_id for row in self.picture.rows if row.state == State.RECEIPTED}
        played = stripe.go_on(filed)
        if played:
            self.expected = None
        return played

    def _lines_of_strangers(self, wanted: int) -> list[str]:
        if len(self.picture.rows) < wanted:
            return [f"{len(self.picture.rows)} of {wanted} documents have come"]
        if not self.picture.at_rest or time.monotonic() - self.changed_at < STRANGERS_SETTLED:
            return ["documents are on their way"]
        rejected = [row for row in self.picture.rows if row.state == State.REJECTED]
        return [f"{row.number} ({row.stripe_id}) was rejected, reason: {row.reason}" for row in rejected]

    def figures(self, *, seconds: float) -> dict[str, Any]:
        """What a script wants to know of a run."""
        with acting_in(self.tenant_id):
            attempts = FilingAttempt.objects.count()
        counts = {label.value: count for label, count in sorted(self.picture.counts().items())}
        return {"documents": len(self.picture.rows), **counts, "attempts": attempts, "seconds": round(seconds, 1)}


def seen(row: Row) -> Seen:
    state = State(row.state)
    outcome = OUTCOMES.get(state, str(row.label))
    if state in {State.HELD, State.EXCLUDED} and row.reason:
        outcome += f":{row.reason}"
    return Seen(row.stripe_id, outcome, ksef_number=row.ksef_number, has_upo=row.has_upo, reason=row.reason)
