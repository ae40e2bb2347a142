"""The review page's cards: rejected and held documents first come first, with their explanations."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.dashboard.explain import Explanation, explain
from apps.filings.models import Filing
from apps.filings.states import State
from apps.reviews.models import Hold, ReviewItem

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Card:
    """A document that waits for a person."""

    filing: Filing
    explanations: list[Explanation] = field(default_factory=list)


def cards(tenant_id: UUID) -> dict[str, Any]:
    """The oldest hundred of each kind; `more` says that others wait behind them."""
    waiting = Filing.objects.filter(tenant_id=tenant_id, state__in=[State.HELD, State.REJECTED])
    filings = list(waiting.select_related("document").order_by("state_since")[: SHOWN + 1])
    holds = {
        hold.document_id: hold
        for hold in Hold.objects.filter(
            tenant_id=tenant_id, state=Hold.State.OPEN, document_id__in=[filing.document_id for filing in filings]
        )
    }
    documents = {filing.document_id for filing in filings}
    items = ReviewItem.objects.filter(tenant_id=tenant_id, state=ReviewItem.State.OPEN).order_by("opened_at")
    return {
        "cards": [
            Card(filing, explain(holds[filing.document_id].reasons) if filing.document_id in holds else [])
            for filing in filings[:SHOWN]
        ],
        "more": len(filings) > SHOWN,
        "items": [item for item in items[:SHOWN] if item.document_id not in documents],
    }
