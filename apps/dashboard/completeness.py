"""Is anything missing? Stripe against us, us against KSeF, month by month: what an accountant signs off."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.dateparse import parse_datetime

from apps.connections.models import StripeConnection
from apps.dashboard.middleware import WARSAW
from apps.documents.models import SourceDocument
from apps.filings.models import Difference, Filing, Lane
from apps.filings.states import LABEL_OF, STATES_OF, Label, State
from apps.reviews.models import ReviewItem
from apps.stripe_intake.models import StripeErrand

MOST_SHOWN = 100
SETTLED = {Label.FILED, Label.NOT_FOR_KSEF}


@dataclass(frozen=True, slots=True)
class Month:
    """The documents Stripe issued in a month of the Warsaw calendar, by what became of them."""

    first: date
    counts: dict[Label, int]

    @property
    def last(self) -> date:
        return (self.first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def open(self) -> int:
        return sum(count for label, count in self.counts.items() if label not in SETTLED)

    @property
    def shown(self) -> list[tuple[Label, int]]:
        return [(label, self.counts.get(label, 0)) for label in Label]


@dataclass(frozen=True, slots=True)
class StripeSide:
    """One Stripe account: how far its lists were compared with what we hold, and what could not be read."""

    connection: StripeConnection
    compared_at: datetime | None  # every invoice and credit note it lists is known here up to then
    events_until: datetime | None  # every event it lists is known here up to then
    missed: int  # events that no delivery brought, fetched at the last look
    unread: int  # objects we know of and have not read yet


@dataclass(frozen=True, slots=True)
class KsefSide:
    """One KSeF connection: up to when both sides were compared, and where they differ."""

    lane: Lane
    differences: int


@dataclass
class Completeness:
    """The whole answer for one company at one moment."""

    at: datetime
    months: list[Month] = field(default_factory=list)
    stripe: list[StripeSide] = field(default_factory=list)
    ksef: list[KsefSide] = field(default_factory=list)
    without_filing: int = 0  # captured from Stripe, but nobody decided what becomes of them
    without_receipt: int = 0  # a KSeF number, no UPO yet
    gaps: list[ReviewItem] = field(default_factory=list)

    @cached_property
    def open(self) -> int:
        """Documents that are neither filed nor decided not to be."""
        return sum(month.open for month in self.months)

    @cached_property
    def is_missing_something(self) -> bool:
        unread = any(side.unread for side in self.stripe)
        differs = any(side.differences for side in self.ksef)
        return bool(unread or differs or self.without_filing or self.gaps)

    @cached_property
    def proven_until(self) -> datetime | None:
        """Both comparisons reach this far; None while one has never run."""
        marks = [side.compared_at for side in self.stripe] + [side.lane.compared_until for side in self.ksef]
        known = [mark for mark in marks if mark is not None]
        return min(known) if known and len(known) == len(marks) and self.stripe and self.ksef else None


def completeness(tenant_id: UUID, *, at: datetime) -> Completeness:
    """Inside acting_in."""
    known = Filing.objects.filter(tenant_id=tenant_id, stripe_id=OuterRef("stripe_id"))
    captured = SourceDocument.objects.filter(tenant_id=tenant_id)
    gaps = ReviewItem.objects.filter(tenant_id=tenant_id, kind="number_gap", state=ReviewItem.State.OPEN)
    return Completeness(
        at=at,
        months=_months(tenant_id),
        stripe=list(_stripe(tenant_id)),
        ksef=list(_ksef(tenant_id)),
        without_filing=captured.filter(~Exists(known)).values("stripe_id").distinct().count(),
        without_receipt=Filing.objects.filter(tenant_id=tenant_id, state=State.ACCEPTED).count(),
        gaps=[gap for gap in gaps.order_by("opened_at")[:MOST_SHOWN] if not _is_filled(gap)],
    )


def open_documents(tenant_id: UUID) -> list[Filing]:
    """What is neither filed nor decided, the oldest first."""
    states = sorted(state for label, its in STATES_OF.items() if label not in SETTLED for state in its)
    return list(Filing.objects.filter(tenant_id=tenant_id, state__in=states).order_by("issued_at", "id")[:MOST_SHOWN])


def documents_of(tenant_id: UUID, *, first: date | None, last: date | None) -> QuerySet[Filing]:
    """Every document of a period, for the file that is handed over."""
    filings = Filing.objects.filter(tenant_id=tenant_id)
    if first:
        filings = filings.filter(issued_at__date__gte=first)
    if last:
        filings = filings.filter(issued_at__date__lte=last)
    return filings.order_by("issued_at", "id")


def _months(tenant_id: UUID) -> list[Month]:
    """Newest first; documents without a date of issue are counted in the month in which they came."""
    by_month: dict[date, dict[Label, int]] = {}
    for column, rest in (("issued_at", {"issued_at__isnull": False}), ("opened_at", {"issued_at__isnull": True})):
        rows = Filing.objects.filter(tenant_id=tenant_id, **rest).annotate(month=TruncMonth(column, tzinfo=WARSAW))
        for month, state, count in rows.order_by().values_list("month", "state").annotate(Count("id")):
            counts = by_month.setdefault(month.date(), {})
            label = LABEL_OF[State(state)]
            counts[label] = counts.get(label, 0) + count
    return [Month(first, counts) for first, counts in sorted(by_month.items(), reverse=True)]


def _stripe(tenant_id: UUID) -> Iterator[StripeSide]:
    used = StripeConnection.objects.filter(tenant_id=tenant_id).exclude(status=StripeConnection.Status.DISCONNECTED)
    for connection in used.order_by("created_at"):
        errands = StripeErrand.objects.filter(tenant_id=tenant_id, connection=connection)
        progress = {kind: _progress(errands, kind) for kind in (StripeErrand.Kind.COMPARE, StripeErrand.Kind.EVENTS)}
        documents = errands.filter(kind__in=[StripeErrand.Kind.INVOICE, StripeErrand.Kind.CREDIT_NOTE])
        yield StripeSide(
            connection=connection,
            compared_at=_moment(progress[StripeErrand.Kind.COMPARE].get("compared_at")),
            events_until=_moment(progress[StripeErrand.Kind.EVENTS].get("looked_at")),
            missed=int(progress[StripeErrand.Kind.EVENTS].get("missed", 0)),
            unread=documents.exclude(state=StripeErrand.State.DONE).count(),
        )


def _ksef(tenant_id: UUID) -> Iterator[KsefSide]:
    for lane in Lane.objects.filter(tenant_id=tenant_id).select_related("connection").order_by("created_at"):
        if Filing.objects.filter(tenant_id=tenant_id, lane=lane).exists():
            differences = Difference.objects.filter(tenant_id=tenant_id, lane=lane, settled_at__isnull=True)
            yield KsefSide(lane, differences.count())


def _is_filled(gap: ReviewItem) -> bool:
    """Every number that was missing has come since."""
    numbers = set(gap.facts.get("numbers", []))
    came = SourceDocument.objects.filter(tenant_id=gap.tenant_id, number__in=numbers).values("number").distinct()
    return bool(came.count() == len(numbers) == gap.facts.get("missing"))


def _progress(errands: QuerySet[StripeErrand], kind: StripeErrand.Kind) -> dict[str, Any]:
    found = errands.filter(kind=kind).values_list("progress", flat=True).first()
    return found or {}


def _moment(text: object) -> datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None
