"""Watches credentials: which end soon, and which have not been changed for a long time."""

import math
from datetime import datetime, timedelta
from uuid import UUID

from apps.connections.credential_end import end_of_offline_certificate
from apps.connections.models import KsefConnection, StripeConnection
from apps.filings.alarms import clear_alarm, raise_alarm

# Days before the end at which a person is told again.
TOLD_AT = (60, 30, 14, 7, 1)
CHANGE_EVERY = timedelta(days=90)


def watch_credentials(tenant_id: UUID, *, at: datetime) -> None:
    """Raise and clear the alarms about the tenant's credentials. Runs inside acting_in."""
    for ksef in KsefConnection.objects.filter(tenant_id=tenant_id):
        _watch_end(ksef, ksef.credential_expires_at, at, kind="credential", subject=f"ksef:{ksef.pk}")
        offline_ends_at = end_of_offline_certificate(ksef)
        _watch_end(ksef, offline_ends_at, at, kind="offline_certificate", subject=f"ksef:{ksef.pk}:offline")
        _watch_age(tenant_id, f"ksef:{ksef.pk}", ksef.credential_changed_at if ksef.is_active else None, at)
    for stripe in StripeConnection.objects.filter(tenant_id=tenant_id):
        _watch_age(tenant_id, f"stripe:{stripe.pk}", stripe.key_changed_at if stripe.api_key_sealed else None, at)


def days_threshold(ends_at: datetime, at: datetime) -> int | None:
    """The step of TOLD_AT that has been reached: 60, 30, 14, 7 or 1, 0 once it has ended, None while it is far."""
    days = math.ceil((ends_at - at) / timedelta(days=1))
    if days <= 0:
        return 0
    reached = [step for step in TOLD_AT if days <= step]
    return min(reached) if reached else None


def _watch_end(connection: KsefConnection, ends_at: datetime | None, at: datetime, *, kind: str, subject: str) -> None:
    """Raise the alarm of the step that has been reached, `<kind>_ends` or `<kind>_ended`, and clear all others."""
    step = days_threshold(ends_at, at) if ends_at and connection.is_active else None
    for other in (*TOLD_AT, 0):
        known = f"{subject}:{other}"
        if other == step and ends_at:
            params = {"date": ends_at.date().isoformat(), "days": step}
            reached = f"{kind}_ended" if step == 0 else f"{kind}_ends"
            raise_alarm(connection.tenant_id, reached, subject=known, params=params, at=at)
        else:
            clear_alarm(connection.tenant_id, f"{kind}_ends", subject=known, at=at)
            clear_alarm(connection.tenant_id, f"{kind}_ended", subject=known, at=at)


def _watch_age(tenant_id: UUID, subject: str, changed_at: datetime | None, at: datetime) -> None:
    if changed_at is not None and at - changed_at >= CHANGE_EVERY:
        params = {"days": (at - changed_at).days, "where": "KSeF" if subject.startswith("ksef") else "Stripe"}
        raise_alarm(tenant_id, "credential_old", subject=subject, params=params, at=at)
    else:
        clear_alarm(tenant_id, "credential_old", subject=subject, at=at)
