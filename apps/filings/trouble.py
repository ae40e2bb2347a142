"""Each kind of trouble with KSeF becomes a pause with a reason; nothing here decides about a document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from apps.connections.ksef import NoCredential, SignInBusy
from apps.ksef_client.errors import AccessDenied, KsefError, OutcomeUnknown, Refused, Unavailable

from .ledger import BudgetSpent
from .line import KsefClosed
from .schedule import after_fault

SIGN_IN_PAUSE = timedelta(seconds=1)
# Nothing gets better by itself until a person acts, who wakes the lane; this is only the safety net.
PERSON_PAUSE = timedelta(hours=1)

# What a step may meet on its way to KSeF; everything else is a fault of ours and rises.
TROUBLES = (KsefError, BudgetSpent, KsefClosed, SignInBusy, NoCredential)
Trouble = KsefError | BudgetSpent | KsefClosed | SignInBusy | NoCredential


@dataclass(frozen=True, slots=True)
class Pause:
    """Until when, why, and whether a person is told."""

    until: datetime
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    alarm: bool = False
    # The trouble counts as a fault of this row, so that the next pause is longer.
    is_fault: bool = True


def pause_for(trouble: Trouble, *, faults: int, at: datetime, jitter: float) -> Pause:
    """What to do about it: wait, how long, and what to say."""
    match trouble:
        case BudgetSpent():
            return Pause(trouble.until, "budget", {"group": trouble.group}, is_fault=False)
        case KsefClosed():
            return Pause(trouble.until + timedelta(seconds=2 * jitter), "ksef_down", is_fault=False)
        case SignInBusy():
            return Pause(at + SIGN_IN_PAUSE, "signing_in", is_fault=False)
        case NoCredential():
            return Pause(at + PERSON_PAUSE, "no_credential", alarm=True)
        case AccessDenied():
            return Pause(at + PERSON_PAUSE, "access_denied", {"said": _said(trouble)}, alarm=True)
        case Unavailable() | OutcomeUnknown() if trouble.retry_after:
            return Pause(at + trouble.retry_after, "ksef_asked", {"said": _said(trouble)}, is_fault=False)
        case Unavailable():
            return Pause(at + after_fault(faults, jitter=jitter), "ksef_unavailable", {"said": _said(trouble)})
        case OutcomeUnknown():
            return Pause(at + after_fault(faults, jitter=jitter), "answer_lost", {"said": _said(trouble)})
        case Refused():
            return Pause(at + after_fault(faults, jitter=jitter), "call_refused", {"said": _said(trouble)}, alarm=True)
        case _:
            return Pause(at + after_fault(faults, jitter=jitter), "ksef_unavailable", {"said": _said(trouble)})


def _said(error: KsefError) -> str:
    return str(error)[:300]
