"""The figures of the overview: documents by status, and how long receipts took."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q

from apps.filings.models import Filing, Lane, Weather
from apps.filings.states import LABEL_OF, Label, State

RECENT = timedelta(days=30)
# Upper bounds in seconds; the last is open.
TIME_STEPS = (5, 15, 60, 300, 3600)


def silent_ksef(tenant_id: UUID) -> list[str]:
    """The KSeF environments this company files to that do not answer just now, by name."""
    lanes = list(Lane.objects.filter(tenant_id=tenant_id).select_related("connection").order_by("created_at"))
    silent = Weather.objects.filter(
        pk__in={lane.place for lane in lanes}, state__in=[Weather.State.DOWN, Weather.State.BLOCKED]
    )
    places = set(silent.values_list("pk", flat=True))
    return [lane.connection.get_environment_display() for lane in lanes if lane.place in places]


@dataclass(frozen=True, slots=True)
class StatusShare:
    """How many documents have a status, and their share of the longest bar in per cent."""

    label: Label
    count: int
    width: int

    @property
    def css(self) -> str:
        return self.label.value.replace("_", "-")


@dataclass(frozen=True, slots=True)
class TimeBar:
    """Documents whose receipt took up to `seconds` (None: longer than all steps)."""

    seconds: int | None
    count: int
    height: int
    x: int


def by_status(tenant_id: UUID) -> list[StatusShare]:
    counts = dict.fromkeys(Label, 0)
    rows = Filing.objects.filter(tenant_id=tenant_id).values_list("state").annotate(Count("id")).order_by()
    for state, count in rows:
        counts[LABEL_OF[State(state)]] += count
    longest = max(counts.values()) or 1
    return [StatusShare(label, count, round(100 * count / longest)) for label, count in counts.items()]


def time_to_receipt(tenant_id: UUID, *, at: datetime) -> list[TimeBar]:
    """Documents of the last 30 days by the time from arrival to the stored receipt."""
    took = ExpressionWrapper(F("receipted_at") - F("opened_at"), output_field=DurationField())
    recent = Filing.objects.filter(tenant_id=tenant_id, receipted_at__gte=at - RECENT).annotate(took=took)
    bounds = [timedelta(seconds=0), *(timedelta(seconds=seconds) for seconds in TIME_STEPS), timedelta(days=36500)]
    filters = {
        f"step{step}": Count("id", filter=_between(low, high)) for step, (low, high) in enumerate(pairwise(bounds))
    }
    counts = list(recent.aggregate(**filters).values())
    highest = max(counts) or 1
    steps: tuple[int | None, ...] = (*TIME_STEPS, None)
    return [
        TimeBar(seconds, count, round(118 * count / highest), 20 + position * 90)
        for position, (seconds, count) in enumerate(zip(steps, counts, strict=True))
    ]


def _between(low: timedelta, high: timedelta) -> Q:
    return Q(took__gt=low, took__lte=high) if low else Q(took__lte=high)
