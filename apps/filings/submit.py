"""One step of a lane: what waits is brought up to date, a plan is made and written down, and what is due goes out."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db.models import Min

from apps.connections.ksef import forget_public_keys
from apps.ksef_client.endpoints import OPEN_BATCH, Group
from apps.ksef_client.errors import Unavailable
from apps.tenants.context import acting_in

from .alarms import clear_pauses, raise_alarm
from .batch import begin_batch
from .deadlines import next_midnight
from .lease import Lease
from .ledger import BudgetSpent, is_frozen, stated_rates, used
from .limits import heed_limits, learn_limits
from .line import line_of
from .models import Filing, KsefSession, Lane
from .offline import issue_offline_before_midnight, read_announcements, renew_deadlines, waits_offline
from .online import SessionUnusable, send_next
from .policy import BACKFILL_SIZE, FEW_SENDS, RECENT, Decision, SendBatch, SendOnline, Situation, Wait, decide
from .prepare import prepare
from .ready import Kind, ready
from .reconcile import doubt_leftovers
from .states import State
from .trouble import TROUBLES, Pause, Trouble, pause_for
from .weather import KsefClosed

log = structlog.get_logger()

ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """When the lane is due again, and what a person reads about it."""

    due: datetime | None
    code: str
    params: dict[str, Any] = field(default_factory=dict)


def work_lane(lease: Lease[Lane], *, wait: Callable[[float], None]) -> Lease[KsefSession] | None:
    """Work on a lane whose lease we hold and let go of it; a batch that was begun is handed back to be carried on."""
    with lease.held() as lane:
        wakes = lane.wakes
        doubt_leftovers(lane, at=lease.clock())
    # Needs nothing of KSeF, and a person may be waiting for it: also while the lane pauses.
    is_prepared = prepare(lane, at=lease.clock())
    if lane.paused_until and lane.paused_until > lease.clock():
        due = lane.paused_until if is_prepared else lease.clock()
        _let_go(lease, wakes, Plan(due, lane.pause_code, lane.pause_params))
        return None
    if waits_offline(lane):
        read_announcements(lane, clock=lease.clock)
        renew_deadlines(lane)
    try:
        begun, plan = _send_what_is_due(lease, lane, wait)
    except TROUBLES as trouble:
        if isinstance(trouble, KsefClosed | Unavailable):
            read_announcements(lane, clock=lease.clock)
            issue_offline_before_midnight(lane, at=lease.clock())
        _pause(lease, lane, wakes, trouble)
        return None
    _let_go(lease, wakes, plan if is_prepared else Plan(lease.clock(), plan.code, plan.params))
    return begun


def _send_what_is_due(
    lease: Lease[Lane], lane: Lane, wait: Callable[[float], None]
) -> tuple[Lease[KsefSession] | None, Plan]:
    """Online documents go out one after the other; a batch is begun here and carried on under a lease of its own."""
    unusable = 0
    for _ in range(ROUNDS):
        kind, decision = _decide(lane, at=lease.clock())
        match decision:
            case Wait():
                return None, Plan(decision.until, decision.code, decision.params)
            case SendBatch():
                with line_of(lane, clock=lease.clock, wait=wait) as line:
                    line.open()  # no document leaves its place for a sign-in that is refused
                    heed_limits(lane, line, at=lease.clock(), for_batch=True)
                    line.budget.demand_room(OPEN_BATCH)  # nor for a package that may not be announced now
                begun = begin_batch(lease, decision.size, kind)
                return begun, Plan(lease.clock(), "batch_begun", {"size": decision.size})
            case SendOnline():
                with line_of(lane, clock=lease.clock, wait=wait) as line:
                    try:
                        line.open()
                        heed_limits(lane, line, at=lease.clock())
                        if send_next(lease, line, kind):
                            note_success(lane, at=lease.clock())
                    except SessionUnusable as session:
                        unusable += 1
                        if session.is_full:
                            learn_limits(lane, line, at=lease.clock())
                        if unusable > 1:  # a new one too: KSeF may not be able to read our key (F11)
                            forget_public_keys()
                            raise Unavailable(f"KSeF opens sessions that take nothing: {session.__cause__}") from None
                    except (BudgetSpent, Unavailable):
                        if kind is Kind.CORRECTED or _sends_used(lane, at=lease.clock()) < FEW_SENDS:
                            raise
                        continue  # the counter of sends is full, not that of batches
    return None, Plan(lease.clock() + timedelta(seconds=1), "going_on")


def _decide(lane: Lane, *, at: datetime) -> tuple[Kind, Decision]:
    """The policy for what waits; documents issued offline go first, for their deadline is the nearest."""
    kinds = (Kind.CORRECTED, Kind.OFFLINE, Kind.ORDINARY) if waits_offline(lane) else (Kind.ORDINARY,)
    for kind in kinds:
        situation = _situation(lane, at=at, kind=kind)
        if situation.waiting:
            return kind, SendOnline() if kind is Kind.CORRECTED else decide(situation)
    return Kind.ORDINARY, Wait(None, "nothing_waits")


def _situation(lane: Lane, *, at: datetime, kind: Kind) -> Situation:
    stated = stated_rates(lane)
    with acting_in(lane.tenant_id):
        # More than the largest package need not be counted.
        arrived = list(ready(lane, at=at, kind=kind).values_list("state_since", flat=True)[: BACKFILL_SIZE + 1])
        recent = Filing.objects.filter(tenant_id=lane.tenant_id, opened_at__gt=at - RECENT, lane=lane)[:2].count()
    return Situation(
        now=at,
        midnight=next_midnight(at),
        waiting=len(arrived),
        oldest_at=arrived[0] if arrived else None,
        recent=recent,
        sends_used=_sends_used(lane, at=at),
        opens_used=used(lane.account, Group.BATCH_SESSION, stated, at=at),
    )


def _sends_used(lane: Lane, *, at: datetime) -> float:
    stated = stated_rates(lane)
    if is_frozen(lane.account, Group.INVOICE_SEND, stated, at=at):
        return 1.0
    return used(lane.account, Group.INVOICE_SEND, stated, at=at)


def _let_go(lease: Lease[Lane], wakes: int, plan: Plan) -> None:
    """Write the plan down. What became ready meanwhile is looked at again at once."""
    at = lease.clock()
    with lease.held() as lane:
        waiting = Filing.objects.filter(
            tenant_id=lane.tenant_id, lane=lane, state__in=[State.WAITING, State.READY], next_action_at__gt=at
        ).aggregate(first=Min("next_action_at"))
        moments = [moment for moment in (plan.due, waiting["first"]) if moment is not None]
        due = at if lane.wakes != wakes else min(moments, default=None)
        Lane.objects.filter(pk=lane.pk).update(
            lease_until=None,
            lease_token=None,
            next_action_at=due,
            plan_code=plan.code,
            plan_params=plan.params,
            planned_at=at,
            **({} if lane.paused_until and lane.paused_until > at else CLEAR_PAUSE),
        )


CLEAR_PAUSE: dict[str, Any] = {"paused_until": None, "pause_code": "", "pause_params": {}}


def _pause(lease: Lease[Lane], lane: Lane, wakes: int, trouble: Trouble) -> None:
    pause = pause_for(trouble, faults=lane.faults, at=lease.clock(), jitter=random.random())  # noqa: S311  spreads load
    note_pause(lane, pause, at=lease.clock())
    _let_go(lease, wakes, Plan(pause.until, pause.code, dict(pause.params)))


def note_pause(lane: Lane, pause: Pause, *, at: datetime) -> None:
    """Keep a lane from sending for a while, and tell a person if only a person can end it."""
    with acting_in(lane.tenant_id):
        Lane.objects.filter(pk=lane.pk).update(
            paused_until=pause.until,
            pause_code=pause.code,
            pause_params=dict(pause.params),
            faults=lane.faults + (1 if pause.is_fault else 0),
        )
        if pause.alarm:
            raise_alarm(lane.tenant_id, pause.alarm, subject=str(lane.pk), params=pause.params, at=at)
    log.warning("lane.paused", lane=str(lane.pk), why=pause.code, until=pause.until.isoformat())


def note_success(lane: Lane, *, at: datetime, step_of: UUID | None = None) -> None:
    """KSeF did what we asked: earlier trouble is over. A step that gave its session up proves no such thing."""
    with acting_in(lane.tenant_id):
        if step_of and KsefSession.objects.filter(pk=step_of, state=KsefSession.State.ABANDONED).exists():
            return
        if lane.faults:
            Lane.objects.filter(pk=lane.pk).update(faults=0)
            lane.faults = 0
        clear_pauses(lane.tenant_id, subject=str(lane.pk), at=at)
