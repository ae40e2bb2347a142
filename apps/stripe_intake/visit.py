"""A worker's visit to one connection: its claim, its fence, and how each errand ends."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import connection as database
from django.db.models import Case, F, Min, When

from apps.audit.record import lock_chain
from apps.connections.models import StripeConnection
from apps.connections.stripe_access import StripeAccess, StripeAccessDenied, StripeTrouble, StripeUnavailable
from apps.tenants.context import acting_in

from .models import StripeErrand, StripeFeed
from .side import SideObjects
from .standing import degrade, recover

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
Kind, State = StripeErrand.Kind, StripeErrand.State

BLOCK = 100
# The longest answer of Stripe's (stripe_access.py) fits in twice; a worker that died keeps a connection no longer.
LEASE = timedelta(seconds=60)
RENEW_EVERY = timedelta(seconds=10)
DENIED_AGAIN = timedelta(minutes=15)
FAULT_AGAIN_FIRST, FAULT_AGAIN_LAST = timedelta(minutes=1), timedelta(hours=6)
# Invoices come before the credit notes that correct them, lists after what somebody waits for.
ORDER = [Kind.TAX_RATE, Kind.INVOICE, Kind.CREDIT_NOTE, Kind.EVENTS, Kind.ENDPOINT, Kind.COMPARE]


class LeaseLost(Exception):
    """Another worker serves this connection by now."""


@dataclass(slots=True)
class Visit:
    """What one worker holds while it serves one connection."""

    connection: StripeConnection
    token: UUID
    clock: Clock
    access: StripeAccess
    side: SideObjects
    renewed_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.renewed_at = self.clock()

    @property
    def tenant_id(self) -> UUID:
        return self.connection.tenant_id

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction that is rolled back when the lease went to another worker."""
        with acting_in(self.tenant_id):
            lock_chain(self.tenant_id)  # before any row, as everybody who also records does
            now = self.clock()
            mine = StripeFeed.objects.filter(connection=self.connection, lease_token=self.token)
            if not mine.update(lease_until=now + LEASE):
                raise LeaseLost(self.connection.id)
            yield
            self.renewed_at = now

    def renew(self) -> None:
        """To be called before each question to Stripe: whoever goes on working keeps the connection."""
        if self.clock() - self.renewed_at >= RENEW_EVERY:
            with self.writing():
                pass

    def due(self) -> list[StripeErrand]:
        """A block of what is due here, in the order it should be run."""
        with acting_in(self.tenant_id):
            due = StripeErrand.objects.filter(
                tenant_id=self.tenant_id, connection=self.connection, state=State.DUE, next_action_at__lte=self.clock()
            )
            block = list(due.order_by("next_action_at")[:BLOCK])
        return sorted(block, key=lambda errand: ORDER.index(Kind(errand.kind)))

    def finish(self, errands: Sequence[StripeErrand], *, again: datetime | None = None) -> None:
        """Done; `again` says when an errand that repeats is due next."""
        if not errands:
            return
        asked = Case(*(When(id=errand.id, then=errand.asked) for errand in errands))
        with self.writing():
            these = StripeErrand.objects.filter(id__in=[errand.id for errand in errands])
            these.update(attempts=0, reason="", denied=False, changed_at=self.clock())
            # A hint that came while it was being run leaves it due at once.
            these.filter(asked=asked).update(state=State.DONE if again is None else State.DUE, next_action_at=again)

    def fail(self, errand: StripeErrand, reason: str) -> None:
        """Asking again would change nothing; the next hint tries anew."""
        with self.writing():
            this = StripeErrand.objects.filter(id=errand.id, asked=errand.asked)
            this.update(state=State.FAILED, next_action_at=None, reason=reason[:500], changed_at=self.clock())
        log.warning("stripe.errand_failed", errand=str(errand.id), kind=errand.kind)

    def postpone(self, errand: StripeErrand, reason: str) -> None:
        """Our own fault: it waits longer each time and stays visible, while the others go on."""
        wait = min(FAULT_AGAIN_FIRST * 2 ** min(errand.attempts, 12), FAULT_AGAIN_LAST)
        with self.writing():
            StripeErrand.objects.filter(id=errand.id).update(
                attempts=F("attempts") + 1, next_action_at=self.clock() + wait, reason=reason[:500]
            )

    def deny(self, kind: str, denial: StripeAccessDenied) -> None:
        """A permission is missing: everything that needs it waits, everything else goes on."""
        with self.writing():
            waiting = StripeErrand.objects.filter(connection=self.connection, kind=kind, state=State.DUE)
            waiting.update(denied=True, reason=str(denial), next_action_at=self.clock() + DENIED_AGAIN)
            degrade(self.connection, str(denial), at=self.clock())


def claim(clock: Clock, token: UUID) -> StripeConnection | None:
    """The connection that was served longest ago of those with something due; None when there is none."""
    now = clock()
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM ksefkit_claim_stripe_feeds(%s, %s, %s, 1)", [now, now + LEASE, token])
        place = cursor.fetchone()
    if place is None:
        return None
    tenant_id, connection_id = place
    with acting_in(tenant_id):
        return StripeConnection.objects.get(id=connection_id)


def leave(connection: StripeConnection, token: UUID, trouble: StripeTrouble | None, *, at: datetime) -> None:
    """Let go of the connection: say when it is due next, and whether Stripe lets us in."""
    with acting_in(connection.tenant_id):
        lock_chain(connection.tenant_id)
        # Locked first and read then: an errand added meanwhile is either seen here or waits to set the time itself.
        feed = StripeFeed.objects.select_for_update().filter(connection=connection, lease_token=token).first()
        if feed is None:
            return
        due = StripeErrand.objects.filter(connection=connection, state=State.DUE)
        feed.next_action_at = due.aggregate(first=Min("next_action_at"))["first"]
        feed.paused_until, feed.pause_reason = _pause(trouble, at)
        feed.lease_until = feed.lease_token = None
        feed.save()
        if isinstance(trouble, StripeAccessDenied):
            degrade(connection, str(trouble), at=at)
        elif trouble is None and not due.filter(denied=True).exists():
            recover(connection, at=at)


def _pause(trouble: StripeTrouble | None, at: datetime) -> tuple[datetime | None, str]:
    match trouble:
        case StripeUnavailable():
            return at + timedelta(seconds=trouble.retry_after), str(trouble)
        case StripeAccessDenied():
            return at + DENIED_AGAIN, str(trouble)
        case _:
            return None, ""
