"""Reads of how the intake of a connection stands, and the button that tries again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.audit.record import record
from apps.tenants.models import User

from .doorbell import ring
from .errands import Hint, want
from .models import StripeErrand, StripeEvent, StripeFeed

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person sees of a connection's intake."""

    waiting: int  # objects still to be read
    stuck: list[StripeErrand]  # what did not work, with its reason
    refused: list[StripeEvent]  # of another mode or account
    paused_until: datetime | None
    pause_reason: str
    missed: int  # events that no delivery brought, found at the last look


def standing_of(tenant_id: UUID, connection_id: UUID) -> Standing:
    """Inside acting_in."""
    errands = StripeErrand.objects.filter(tenant_id=tenant_id, connection_id=connection_id)
    feed = StripeFeed.objects.filter(tenant_id=tenant_id, connection_id=connection_id).first()
    events = errands.filter(kind=StripeErrand.Kind.EVENTS).first()
    refused = StripeEvent.objects.filter(
        tenant_id=tenant_id, connection_id=connection_id, state=StripeEvent.State.REFUSED
    )
    return Standing(
        waiting=errands.filter(state=StripeErrand.State.DUE, kind__in=["invoice", "credit_note"]).count(),
        stuck=list(_stuck(errands)[:MOST_SHOWN]),
        refused=list(refused.order_by("-received_at")[:MOST_SHOWN]),
        paused_until=feed.paused_until if feed else None,
        pause_reason=feed.pause_reason if feed else "",
        missed=int(events.progress.get("missed", 0)) if events else 0,
    )


def try_again(errand: StripeErrand, *, by: User, at: datetime) -> None:
    """A person wants it asked again. Inside acting_in."""
    hint = Hint(StripeErrand.Kind(errand.kind), errand.subject)
    want(errand.tenant_id, errand.connection_id, [hint], at=at)
    record(tenant_id=errand.tenant_id, event="stripe.tried_again", subject=errand, actor=f"user:{by.id}", at=at)
    transaction.on_commit(ring)


def _stuck(errands: QuerySet[StripeErrand]) -> QuerySet[StripeErrand]:
    troubled = Q(state=StripeErrand.State.FAILED) | Q(denied=True) | Q(attempts__gt=0)
    return errands.filter(troubled).order_by("-changed_at")
