"""Reads for pages: the timeline of a document, the weather, what is near its deadline."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min

from apps.audit.models import AuditEntry
from apps.audit.words import with_words

from .models import Alarm, Difference, Filing, FilingAttempt, KsefSession, Lane, ProcessingTime, Weather
from .states import State

RECENT = timedelta(days=30)
MEDIAN_OF = 200


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a document, or is about to; `code` has its sentence in wording.py or on the page."""

    at: datetime
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    is_planned: bool = False


def timeline(filing: Filing) -> list[Event]:
    """Everything that happened to a document, in order, and what is planned next."""
    events = [Event(filing.opened_at, "opened")]
    attempts = FilingAttempt.objects.filter(tenant_id=filing.tenant_id, filing=filing).select_related("session")
    for number, attempt in enumerate(attempts.order_by("began_at"), start=1):
        events += _of_attempt(attempt, number)
    told = AuditEntry.objects.filter(tenant_id=filing.tenant_id, subject_kind="filing", subject_id=str(filing.pk))
    for one in with_words(
        told.exclude(event__in=["filing.opened", "filing.sending", "filing.sent"]).order_by("sequence")
    ):
        told_of = {"actor": one.entry.actor, **one.entry.data, "values": one.words or {}}
        events.append(Event(one.entry.at, one.entry.event, told_of))
    if filing.accepted_at:
        events.append(Event(filing.accepted_at, "numbered", {"number": filing.ksef_number, "mode": filing.ksef_mode}))
    if filing.receipted_at:
        events.append(Event(filing.receipted_at, "receipted"))
    if filing.next_action_at:
        reason = {"reason": filing.reason_code, "values": filing.reason_params}
        events.append(Event(filing.next_action_at, "next", reason, is_planned=True))
    return sorted(events, key=lambda event: (event.is_planned, event.at))


def _of_attempt(attempt: FilingAttempt, number: int) -> list[Event]:
    session = attempt.session
    facts = {"try": number, "session": session.reference, "kind": session.kind, "count": session.document_count}
    events = [Event(attempt.began_at, "attempt_began", facts)]
    taken = attempt.taken_at or session.closed_at
    if taken:
        events.append(Event(taken, "attempt_taken", facts | {"reference": attempt.invoice_reference or ""}))
    if attempt.ended_at:
        end = {"outcome": attempt.outcome, "code": attempt.status_code, "text": attempt.status_text or ""}
        events.append(Event(attempt.ended_at, "attempt_ended", facts | end))
    return events


@dataclass(frozen=True, slots=True)
class LaneWeather:
    """How one KSeF connection is doing: what KSeF answers, what waits here, what happens next."""

    lane: Lane
    weather: Weather | None
    backlog: dict[State, int]
    oldest_waiting_at: datetime | None
    open_sessions: Sequence[KsefSession]
    median_seconds: float | None
    ksef_seconds: dict[str, float]  # how long KSeF itself took lately, by size
    open_differences: int

    @property
    def waiting(self) -> int:
        return sum(count for state, count in self.backlog.items() if state in (State.READY, State.WAITING))

    @property
    def on_the_way(self) -> int:
        return sum(
            count
            for state, count in self.backlog.items()
            if state in (State.SENDING, State.SENT, State.UNKNOWN, State.ACCEPTED)
        )


def weather_of(tenant_id: UUID, *, at: datetime) -> list[LaneWeather]:
    """The page "KSeF weather": one entry for each connection that has had something to do."""
    lanes = Lane.objects.filter(tenant_id=tenant_id).select_related("connection").order_by("created_at")
    return [_lane_weather(lane, at) for lane in lanes]


def _lane_weather(lane: Lane, at: datetime) -> LaneWeather:
    unfinished = Filing.objects.filter(
        tenant_id=lane.tenant_id,
        lane=lane,
        state__in=[State.WAITING, State.READY, State.SENDING, State.SENT, State.UNKNOWN, State.ACCEPTED],
    )
    rows = unfinished.order_by().values_list("state").annotate(count=Count("pk"), oldest=Min("state_since"))
    counted = list(rows)
    return LaneWeather(
        lane=lane,
        weather=Weather.objects.filter(pk=lane.place).first(),
        backlog={State(state): count for state, count, _ in counted},
        oldest_waiting_at=min((oldest for state, _, oldest in counted if state == State.READY), default=None),
        open_sessions=list(
            KsefSession.objects.filter(tenant_id=lane.tenant_id, lane=lane, ended_at__isnull=True).order_by(
                "opening_at"
            )
        ),
        median_seconds=median_seconds(lane.tenant_id, at=at),
        ksef_seconds={row.bucket: _median(row.seconds) for row in ProcessingTime.objects.filter(place=lane.place)},
        open_differences=Difference.objects.filter(
            tenant_id=lane.tenant_id, lane=lane, settled_at__isnull=True
        ).count(),
    )


def median_seconds(tenant_id: UUID, *, at: datetime) -> float | None:
    """Our own median time from arrival to receipt, over the last 200 receipts."""
    recent = Filing.objects.filter(tenant_id=tenant_id, receipted_at__gte=at - RECENT).order_by("-receipted_at")
    pairs = recent.values_list("opened_at", "receipted_at")[:MEDIAN_OF]
    return _median([(done - opened).total_seconds() for opened, done in pairs if done]) if pairs else None


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return float(ordered[len(ordered) // 2])


def open_alarms(tenant_id: UUID) -> list[Alarm]:
    """What a person must know of now, newest first."""
    return list(Alarm.objects.filter(tenant_id=tenant_id, cleared_at__isnull=True).order_by("-raised_at"))


@dataclass(frozen=True, slots=True)
class Near:
    """How many documents must soon reach KSeF, and the most urgent of them."""

    count: int
    first: list[Filing]


def near_deadline(tenant_id: UUID, *, before: datetime, opened_before: datetime, shown: int = 5) -> Near:
    """Documents that came before a moment, have not reached KSeF and must before another; all of them are counted."""
    late = [State.WAITING, State.READY, State.HELD, State.REJECTED, State.UNKNOWN]
    near = Filing.objects.filter(tenant_id=tenant_id, state__in=late, deadline__lt=before, opened_at__lt=opened_before)
    return Near(near.count(), list(near.order_by("deadline", "pk")[:shown]))
