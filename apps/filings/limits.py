"""KSeF's limits for a company: read every night, and at once when a 429 shows that what we know is not so (R10)."""

from datetime import datetime

import structlog

from apps.ksef_client.errors import KsefError
from apps.ksef_client.limits import context_limits, rate_limits
from apps.tenants.context import acting_in

from .ledger import BudgetSpent, as_stated
from .line import Line
from .models import Lane, LedgerPause

log = structlog.get_logger()


def read_limits(lane: Lane, line: Line, *, at: datetime) -> None:
    """Ask KSeF, and let the line that asked keep to the answer from now on."""
    sizes = line.call(context_limits)
    rates = as_stated(line.call(rate_limits))
    limits = {
        "rates": rates,
        "documents_per_batch": sizes.batch.documents,
        "documents_per_session": sizes.online.documents,
    }
    with acting_in(lane.tenant_id):
        Lane.objects.filter(pk=lane.pk).update(limits=limits, limits_read_at=at)
    lane.limits, lane.limits_read_at = limits, at
    line.budget.stated = rates


def heed_limits(lane: Lane, line: Line, *, at: datetime) -> None:
    """Read them anew when KSeF asked for a pause since they were read last."""
    pauses = LedgerPause.objects.filter(account=lane.account)
    if lane.limits_read_at is not None:
        pauses = pauses.filter(asked_at__gt=lane.limits_read_at)
    if not pauses.filter(asked_at__isnull=False).exists():
        return
    try:
        read_limits(lane, line, at=at)
    except (KsefError, BudgetSpent) as problem:
        # Filing goes on with what we know; the next pause asks again.
        with acting_in(lane.tenant_id):
            Lane.objects.filter(pk=lane.pk).update(limits_read_at=at)
        log.warning("limits.not_read", lane=str(lane.pk), why=str(problem)[:200])
