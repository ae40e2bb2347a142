"""Reads of what waits for a person."""

from uuid import UUID

from .models import Hold, ReviewItem


def waiting_for_a_person(tenant_id: UUID) -> int:
    """How many documents and items a person must decide on; holds that time solves are not counted."""
    holds = Hold.objects.filter(tenant_id=tenant_id, state=Hold.State.OPEN, releases_itself=False).count()
    return holds + ReviewItem.objects.filter(tenant_id=tenant_id, state=ReviewItem.State.OPEN).count()
