"""KSeF's limits for a company: read before its first batch, every night, and when a refusal shows a change (R10)."""

from datetime import datetime

import structlog

from apps.ksef_client.errors import KsefError
from apps.ksef_client.limits import context_limits, rate_limits
from apps.tenants.context import acting_in

from .ledger import BudgetSpent, as_stated
from .line import Line
from .models import KsefSession, Lane, LedgerPause

log = structlog.get_logger()

TOO_MANY_DOCUMENTS = 420  # the status of a session with more documents than KSeF takes (API digest, 5.3)


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


def heed_limits(lane: Lane, line: Line, *, at: datetime, for_batch: bool = False) -> None:
    """Read them anew when KSeF has shown since then that what we know is not so, and before the first batch of all."""
    if _was_asked_to_pause(lane) or (for_batch and _may_take_fewer(lane)):
        learn_limits(lane, line, at=at)


def learn_limits(lane: Lane, line: Line, *, at: datetime) -> None:
    """Read them if that is possible now: filing goes on with what we know, and the next refusal asks again."""
    try:
        read_limits(lane, line, at=at)
    except (KsefError, BudgetSpent) as problem:
        with acting_in(lane.tenant_id):
            Lane.objects.filter(pk=lane.pk).update(limits_read_at=at)
        log.warning("limits.not_read", lane=str(lane.pk), why=str(problem)[:200])


def _was_asked_to_pause(lane: Lane) -> bool:
    pauses = LedgerPause.objects.filter(account=lane.account, asked_at__isnull=False)
    if lane.limits_read_at is not None:
        pauses = pauses.filter(asked_at__gt=lane.limits_read_at)
    return pauses.exists()


def _may_take_fewer(lane: Lane) -> bool:
    """Whether KSeF may take fewer documents in a package than we believe: never asked, or one was too many for it."""
    if lane.limits_read_at is None:
        return True
    with acting_in(lane.tenant_id):
        ended = KsefSession.objects.filter(lane=lane, ended_at__gt=lane.limits_read_at)
        return ended.filter(status_code=TOO_MANY_DOCUMENTS).exists()
