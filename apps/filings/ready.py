"""What a lane has ready to send."""

from datetime import datetime
from enum import Enum

from django.db.models import Q, QuerySet

from apps.connections.models import KsefConnection
from apps.fa3.calendar import day_begins, warsaw_date

from .models import Filing, Lane
from .nights import is_night
from .states import State


class Kind(Enum):
    """Documents that travel in sessions of their own: a session is online or offline as a whole."""

    ORDINARY = "ordinary"
    OFFLINE = "offline"
    # Goes online only, one by one, naming the refused original (API digest, 9.6).
    CORRECTED = "corrected"

    @property
    def is_offline(self) -> bool:
        return self is not Kind.ORDINARY


def ready(lane: Lane, *, at: datetime, kind: Kind = Kind.ORDINARY) -> QuerySet[Filing]:
    """Documents that may go out now, in order of arrival."""
    due = Q(next_action_at__isnull=True) | Q(next_action_at__lte=at)
    waiting = Filing.objects.filter(due, tenant_id=lane.tenant_id, lane=lane, state=State.READY)
    if not KsefConnection.objects.active().filter(tenant_id=lane.tenant_id, pk=lane.connection_id).exists():
        # Switched off: only what may have gone out already is finished where it began.
        waiting = waiting.filter(Q(keep_bytes=True) | Q(offline_at__isnull=False))
    if lane.backfill_at_night and not is_night(at):
        waiting = waiting.filter(backfill=False)
    return (
        waiting.exclude(dated_before_today(at))
        .filter(offline_at__isnull=not kind.is_offline, corrects_hash__isnull=kind is not Kind.CORRECTED)
        .order_by("state_since", "pk")
    )


def dated_before_today(at: datetime) -> Q:
    """Bytes built on an earlier day: they are built anew before they go (prepare.py).

    The day of issue is the day of sending (art. 106na(1)). Bytes that went out before, or were handed to the buyer as
    an offline document, stay as they are; a date a person or the settings chose comes out the same again.
    """
    return Q(keep_bytes=False, offline_at__isnull=True, built_at__lt=day_begins(warsaw_date(at)))


def is_dated_before_today(filing: Filing, at: datetime) -> bool:
    """The same of one document, for a worker that slept between the intent and the call."""
    is_fixed = filing.keep_bytes or filing.offline_at is not None
    return not is_fixed and filing.built_at is not None and filing.built_at < day_begins(warsaw_date(at))
