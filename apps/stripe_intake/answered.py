"""Have registers asked, and map documents again that waited for what they say."""

import time
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.models import QuerySet

from apps.documents.mapping.reasons import Code
from apps.filings.models import Filing
from apps.filings.open import CannotRerun, rerun
from apps.filings.states import State
from apps.registers.checks import run_checks
from apps.registers.rates import load_rates
from apps.reviews.models import Hold
from apps.tenants.context import acting_in
from apps.tenants.platform import for_each_tenant

from .visit import Clock

LONGEST_SECONDS = 20.0


def ask_registers(*, clock: Clock, seconds: float = LONGEST_SECONDS) -> None:
    """Ask what is due, block by block, until nothing is left or the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and (asked := run_checks(at=clock())):
        _release_verified(asked.tenant_id, set(asked.answered), at=clock())


def refresh_rates(*, at: datetime) -> None:
    """Load what was published, and map the documents again that waited for it."""
    if load_rates(at=at):
        for_each_tenant(partial(_release_rated, at=at))


def _release_rated(tenant_id: UUID, *, at: datetime) -> None:
    with acting_in(tenant_id):
        waiting = Filing.objects.filter(
            tenant_id=tenant_id, state__in=[State.WAITING, State.HELD], reason_code=Code.FX_RATE_MISSING
        )
        _rerun(waiting, at=at)


def _release_verified(tenant_id: UUID, numbers: set[str], *, at: datetime) -> None:
    """Documents held for a number that could not be confirmed until now; the mapping decides anew."""
    with acting_in(tenant_id):
        held = Hold.objects.filter(tenant_id=tenant_id, state=Hold.State.OPEN, first_code=Code.VIES_UNVERIFIED)
        waiting = [hold.document_id for hold in held if _numbers_of(hold) & numbers]
        _rerun(Filing.objects.filter(tenant_id=tenant_id, document_id__in=waiting), at=at)


def _rerun(filings: QuerySet[Filing], *, at: datetime) -> None:
    for filing in filings.select_related("document"):
        try:
            rerun(filing, at=at)
        except CannotRerun:
            continue  # it went out meanwhile


def _numbers_of(hold: Hold) -> set[str]:
    return {str(reason.get("params", {}).get("value", "")) for reason in hold.reasons}
