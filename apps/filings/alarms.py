"""Raises an alarm once and clears it when it is over: one for an outage, not one for each document."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from .models import Alarm

log = structlog.get_logger()


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


def clear_alarms(tenant_id: UUID, *, subject: str, at: datetime) -> None:
    """Everything about this subject is over."""
    Alarm.objects.filter(tenant_id=tenant_id, subject=subject, cleared_at__isnull=True).update(cleared_at=at)
