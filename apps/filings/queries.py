"""Reads for pages: the weather, open alarms, what is near its deadline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min

from .models import Alarm, Difference, Filing, KsefSession, Lane, ProcessingTime, Weather
from .states import State

RECENT = timedelta(days=30)
MEDIAN_OF = 200


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
