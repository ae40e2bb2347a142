"""Raises an alarm once and clears it when it is over: one for an outage, not one for each document."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db.models import Count, Min, Q

from .models import Alarm, Filing
from .states import State

log = structlog.get_logger()

WARNED_BEFORE = timedelta(hours=24)
# These do not go by themselves in time: a person, or something a person can hurry, stands in the way.
_STUCK = (State.HELD, State.REJECTED, State.WAITING)

# Alarms about a lane that its next success ends.
PAUSES = ("access_denied", "call_refused", "internal_error", "ksef_blocked", "ksef_down", "no_credential")


def raise_alarm(
    tenant_id: UUID, kind: str, *, at: datetime, subject: str = "", params: Mapping[str, Any] | None = None
) -> None:
    """Tell a person, unless they were told of this already and it is not over."""
    alarm = Alarm(tenant_id=tenant_id, kind=kind, subject=subject, params=dict(params or {}), raised_at=at)
    before = Alarm.objects.filter(tenant_id=tenant_id, kind=kind, subject=subject, cleared_at__isnull=True)
    if before.update(params=alarm.params):
        return
    Alarm.objects.bulk_create([alarm], ignore_conflicts=True)
    log.warning("alarm.raised", tenant=str(tenant_id), kind=kind, subject=subject)


def clear_alarm(tenant_id: UUID, kind: str, *, at: datetime, subject: str = "") -> None:
    """It is over."""
    Alarm.objects.filter(tenant_id=tenant_id, kind=kind, subject=subject, cleared_at__isnull=True).update(cleared_at=at)


def clear_pauses(tenant_id: UUID, *, subject: str, at: datetime) -> None:
    """What kept this lane from KSeF is over; what else was found about it stays."""
    told = Alarm.objects.filter(tenant_id=tenant_id, subject=subject, cleared_at__isnull=True)
    told.filter(kind__in=PAUSES).update(cleared_at=at)


def warn_of_deadlines(tenant_id: UUID, *, at: datetime) -> None:
    """One alarm for all documents whose deadline comes within a day and that cannot go by themselves."""
    # An online document that merely waits is dated anew at midnight; one issued offline keeps its deadline.
    waits = Q(state__in=_STUCK) | Q(state__in=[State.READY, State.UNKNOWN], offline_at__isnull=False)
    near = Filing.objects.filter(waits, tenant_id=tenant_id, deadline__lt=at + WARNED_BEFORE)
    found = near.aggregate(count=Count("pk"), first=Min("deadline"))
    if found["count"]:
        params = {"count": found["count"], "deadline": found["first"].isoformat()}
        raise_alarm(tenant_id, "deadline_near", params=params, at=at)
    else:
        clear_alarm(tenant_id, "deadline_near", at=at)
