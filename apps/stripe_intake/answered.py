"""ask_registers(): have due questions answered, and map documents again that were held for want of an answer."""

import time
from datetime import datetime
from uuid import UUID

from apps.documents.mapping.reasons import Code
from apps.filings.models import Filing
from apps.filings.open import CannotRerun, rerun
from apps.registers.checks import run_checks
from apps.reviews.models import Hold
from apps.tenants.context import acting_in

from .visit import Clock

LONGEST_SECONDS = 60.0


def ask_registers(*, clock: Clock, seconds: float = LONGEST_SECONDS) -> None:
    """Ask what is due, block by block, until nothing is left or the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and (asked := run_checks(at=clock())):
        release_what_waited(asked.tenant_id, set(asked.answered), at=clock())


def release_what_waited(tenant_id: UUID, numbers: set[str], *, at: datetime) -> None:
    """Documents held for a number that could not be confirmed until now; the mapping decides anew."""
    with acting_in(tenant_id):
        held = Hold.objects.filter(tenant_id=tenant_id, state=Hold.State.OPEN, first_code=Code.VIES_UNVERIFIED)
        waiting = [hold.document_id for hold in held if _numbers_of(hold) & numbers]
        for filing in Filing.objects.filter(tenant_id=tenant_id, document_id__in=waiting).select_related("document"):
            try:
                rerun(filing, at=at)
            except CannotRerun:
                continue  # it went out meanwhile


def _numbers_of(hold: Hold) -> set[str]:
    return {str(reason.get("params", {}).get("value", "")) for reason in hold.reasons}
