"""The review page: what waits for a person, by reason, so that one decision can be made about many documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from apps.dashboard.explain import Explanation, explain
from apps.dashboard.reason_titles import title_of
from apps.filings.again import in_line
from apps.filings.models import Filing
from apps.filings.states import State
from apps.reviews.models import Hold, ReviewItem

SHOWN = 100
PREVIEW = 3
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Card:
    """A document that waits for a person."""

    filing: Filing
    explanations: list[Explanation] = field(default_factory=list)

    @property
    def message(self) -> str:
        return self.explanations[0].message if self.explanations else ""


@dataclass
class Group:
    """Documents that wait for the same reason, the longest waiting first."""

    code: str
    count: int
    deadline: datetime | None
    cards: list[Card] = field(default_factory=list)

    @cached_property
    def title(self) -> str:
        return title_of(self.code, self.cards[0].filing.reason_params if self.cards else {})

    @cached_property
    def says_the_same(self) -> bool:
        """Whether one sentence explains all of the shown; else each has values of its own."""
        return len({card.message for card in self.cards}) == 1

    @property
    def hidden(self) -> int:
        return self.count - len(self.cards)


def groups(tenant_id: UUID) -> list[Group]:
    """Every reason with the first few documents it holds; what must be filed soonest comes first."""
    waiting = _waiting(tenant_id)
    counted = waiting.values("reason_code").annotate(count=Count("id"), soonest=Min("deadline"))
    in_order = counted.order_by(F("soonest").asc(nulls_last=True), "-count", "reason_code")
    found = [Group(row["reason_code"], row["count"], row["soonest"]) for row in in_order]
    place = Window(RowNumber(), partition_by="reason_code", order_by=["state_since", "id"])
    first = waiting.annotate(place=place).filter(place__lte=PREVIEW).order_by("state_since", "id")
    by_code = {group.code: group for group in found}
    for card in _cards(tenant_id, first):
        by_code[card.filing.reason_code].cards.append(card)
    return found


def group_of(tenant_id: UUID, code: str) -> Group:
    """All documents of one reason, at most as many as can be decided about at once."""
    waiting = _waiting(tenant_id).filter(reason_code=code)
    cards = _cards(tenant_id, waiting.order_by("state_since", "id")[:MOST_AT_ONCE])
    return Group(code, waiting.count() if len(cards) == MOST_AT_ONCE else len(cards), None, cards)


def items(tenant_id: UUID) -> list[ReviewItem]:
    """What a person must look at and no waiting document shows."""
    documents = _undone(tenant_id).values("document_id")
    found = ReviewItem.objects.filter(tenant_id=tenant_id, state=ReviewItem.State.OPEN)
    return list(found.exclude(document_id__in=documents).order_by("opened_at")[:SHOWN])


def being_mapped(tenant_id: UUID) -> int:
    """How many documents a worker is about to map again: decided about, or freed by another document."""
    return Filing.objects.filter(in_line(timezone.now()), tenant_id=tenant_id).count()


def _waiting(tenant_id: UUID) -> QuerySet[Filing]:
    return _undone(tenant_id).exclude(in_line(timezone.now()))


def _undone(tenant_id: UUID) -> QuerySet[Filing]:
    return Filing.objects.filter(tenant_id=tenant_id, state__in=[State.HELD, State.REJECTED])


def _cards(tenant_id: UUID, filings: QuerySet[Filing]) -> list[Card]:
    found = list(filings.select_related("document"))
    reasons = _reasons(tenant_id, [filing.document_id for filing in found])
    return [Card(filing, explain(reasons.get(filing.document_id, []))) for filing in found]


def _reasons(tenant_id: UUID, documents: Sequence[UUID]) -> Mapping[UUID, Any]:
    held = Hold.objects.filter(tenant_id=tenant_id, state=Hold.State.OPEN, document_id__in=documents)
    return dict(held.values_list("document_id", "reasons"))
