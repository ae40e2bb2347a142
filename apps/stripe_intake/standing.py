"""Whether Stripe lets us in: what the connections page shows and the alerts watch."""

from datetime import datetime

import structlog

from apps.audit.record import record
from apps.connections.models import StripeConnection

log = structlog.get_logger(__name__)
Status = StripeConnection.Status


def degrade(connection: StripeConnection, reason: str, *, at: datetime) -> None:
    """Stripe refused us something; its own text names the missing permission. Inside acting_in."""
    working = StripeConnection.objects.filter(id=connection.id, status=Status.ACTIVE)
    if working.update(status=Status.DEGRADED, status_reason=reason[:500]):
        _note(connection, "stripe.degraded", {"reason": reason}, at)
    else:
        StripeConnection.objects.filter(id=connection.id, status=Status.DEGRADED).update(status_reason=reason[:500])


def recover(connection: StripeConnection, *, at: datetime) -> None:
    """Everything that is due can be read again. Inside acting_in."""
    degraded = StripeConnection.objects.filter(id=connection.id, status=Status.DEGRADED)
    if degraded.update(status=Status.ACTIVE, status_reason=""):
        _note(connection, "stripe.recovered", {}, at)


def _note(connection: StripeConnection, event: str, data: dict[str, str], at: datetime) -> None:
    record(tenant_id=connection.tenant_id, event=event, subject=connection, data=data, at=at)
    log.warning(event, connection=str(connection.id), tenant=str(connection.tenant_id))
