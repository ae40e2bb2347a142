"""After a loss: Stripe's documents are read in again while nothing is sent, then KSeF says which are filed already."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from apps.audit.record import record
from apps.connections.ksef import Clock
from apps.connections.models import KsefConnection, StripeConnection
from apps.filings.lanes import lane_of, wake
from apps.filings.ledger import BudgetSpent
from apps.filings.line import line_of
from apps.filings.models import Lane
from apps.filings.rebuild import Report, rebuild
from apps.filings.trouble import TROUBLES
from apps.stripe_intake.begin import begin
from apps.stripe_intake.models import StripeErrand, StripeEvent, StripeFeed
from apps.stripe_intake.work import work
from apps.tenants.context import acting_in

# Long enough for any rebuild; one that is broken off leaves its company waiting and says so on its pages.
PAUSE = timedelta(hours=6)
PAUSE_CODE = "rebuilding"
A_MOMENT = 0.2


class NotRebuilt(Exception):
    """It could not be completed; nothing was sent, and nothing will be until the pause ends. The text is one line."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came back through one connection."""

    connection: str
    report: Report


def rebuild_company(
    tenant_id: UUID,
    *,
    since: datetime,
    clock: Clock,
    wait: Callable[[float], None] = time.sleep,
    read_stripe: bool = True,
) -> Iterator[Rebuilt]:
    """Hold everything back, read Stripe, then KSeF, and let go on. May be run again at any time; sends nothing.

    Without the order a document filed after the last backup would be mapped and sent anew, with another date and so
    other bytes, and KSeF's "duplicate" could not be told from a stranger's.
    """
    lanes = hold_back(tenant_id, at=clock())
    if not lanes:
        raise NotRebuilt("It has no KSeF connection; connect KSeF first.")
    if read_stripe:
        _read_stripe(tenant_id, clock, wait)
    for lane in lanes:
        yield Rebuilt(str(lane.connection), _read_ksef(lane, since, clock, wait))
    for lane in lanes:
        _let_go_on(lane, at=clock())


def hold_back(tenant_id: UUID, *, at: datetime) -> list[Lane]:
    """Pause the lanes of a company, of each connection that has a credential."""
    with acting_in(tenant_id):
        wanted = Q(is_active=True) | Q(lanes__isnull=False)
        connections = KsefConnection.objects.filter(wanted, tenant_id=tenant_id).distinct()
        lanes = [lane_of(connection) for connection in connections]
        Lane.objects.filter(pk__in=[lane.pk for lane in lanes]).update(
            paused_until=at + PAUSE, pause_code=PAUSE_CODE, pause_params={}
        )
        if lanes:
            record(tenant_id=tenant_id, event="archive.rebuild_begun", subject=("tenant", str(tenant_id)), at=at)
        return lanes


def _read_stripe(tenant_id: UUID, clock: Clock, wait: Callable[[float], None]) -> None:
    with acting_in(tenant_id):
        active = StripeConnection.objects.filter(tenant_id=tenant_id, status=StripeConnection.Status.ACTIVE)
        connections = list(active.values_list("pk", flat=True))
    for connection in connections:
        begin(tenant_id, connection, at=clock())
    while _stripe_has_more(tenant_id, at=clock()):
        work(clock=clock)
        wait(A_MOMENT)  # what a live worker holds just now is not ours to do


def _stripe_has_more(tenant_id: UUID, *, at: datetime) -> bool:
    with acting_in(tenant_id):
        paused = StripeFeed.objects.filter(tenant_id=tenant_id, paused_until__gt=at).first()
        if paused is not None:
            raise NotRebuilt(f"Stripe could not be read to the end: {paused.pause_reason}")
        errands = StripeErrand.objects.filter(tenant_id=tenant_id, state=StripeErrand.State.DUE, next_action_at__lte=at)
        events = StripeEvent.objects.filter(tenant_id=tenant_id, state=StripeEvent.State.RECEIVED)
        return errands.exists() or events.exists()


def _read_ksef(lane: Lane, since: datetime, clock: Clock, wait: Callable[[float], None]) -> Report:
    try:
        with line_of(lane, clock=clock, wait=wait) as line:
            return rebuild(lane, line, since=since, clock=clock, wait=wait)
    except BudgetSpent as spent:
        raise NotRebuilt(f"KSeF's limits are used up; run this again after {spent.until:%H:%M:%S} UTC.") from None
    except TROUBLES as trouble:
        raise NotRebuilt(f"KSeF could not be read: {trouble}") from None


def _let_go_on(lane: Lane, *, at: datetime) -> None:
    with acting_in(lane.tenant_id):
        Lane.objects.filter(pk=lane.pk, pause_code=PAUSE_CODE).update(paused_until=None, pause_code="", pause_params={})
        wake(lane.pk, at=at)
