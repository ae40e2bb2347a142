"""Open and close a review item: something a person must look at."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.audit.record import SYSTEM, lock_chain, record
from apps.documents.models import SourceDocument
from apps.tenants.models import User

from .models import ReviewItem


def open_item(
    tenant_id: UUID,
    kind: str,
    facts: Mapping[str, Any],
    *,
    at: datetime,
    document: SourceDocument | None = None,
) -> ReviewItem:
    """Lay something before a person, once as long as it stays open. Inside acting_in."""
    same = ReviewItem.objects.filter(
        tenant_id=tenant_id, kind=kind, document=document, facts=dict(facts), state=ReviewItem.State.OPEN
    )
    known = same.first()
    if known is not None:
        return known
    item = ReviewItem.objects.create(tenant_id=tenant_id, kind=kind, document=document, facts=dict(facts), opened_at=at)
    record(tenant_id=tenant_id, event="review.opened", subject=item, data={"kind": kind}, at=at)
    return item


def close_item(
    item: ReviewItem,
    *,
    at: datetime,
    by: User | None = None,
    note: str = "",
    state: ReviewItem.State = ReviewItem.State.RESOLVED,
) -> bool:
    """Close an open item; False when somebody else was first."""
    lock_chain(item.tenant_id)
    unclosed = ReviewItem.objects.filter(tenant_id=item.tenant_id, pk=item.pk, state=ReviewItem.State.OPEN)
    if not unclosed.update(state=state, closed_at=at, closed_by=by, closing_note=note):
        return False
    actor = f"user:{by.id}" if by else SYSTEM
    record(tenant_id=item.tenant_id, event="review.closed", subject=item, actor=actor, data={"state": state}, at=at)
    return True


def close_items_of(document: SourceDocument, *, at: datetime, by: User | None = None, note: str = "") -> int:
    """Close everything open about a document, once it is settled another way."""
    items = ReviewItem.objects.filter(tenant_id=document.tenant_id, document=document, state=ReviewItem.State.OPEN)
    return sum(close_item(item, at=at, by=by, note=note) for item in items)
