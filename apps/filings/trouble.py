"""Each kind of trouble with KSeF becomes a pause with a reason; nothing here decides about a document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from apps.connections.ksef import NoCredential, SignInBusy
from apps.ksef_client.errors import AccessDenied, KsefError, OutcomeUnknown, Refused, Unavailable

from .ledger import BudgetSpent
from .schedule import after_fault
from .weather import KsefClosed

SIGN_IN_PAUSE = timedelta(seconds=1)
# Nothing gets better by itself until a person acts, who wakes the lane; this is only the safety net.
PERSON_PAUSE = timedelta(hours=1)

# When what usually passes by itself has lasted so long, a person is told (about 10 minutes of growing pauses).
FAULTS_TOLD_FROM = 6
DOWN_TOLD_AFTER = timedelta(minutes=10)
LONG_PAUSE = timedelta(hours=1)
DOWN = "ksef_down"  # one alarm, in whatever way KSeF is out of reach

# What a step may meet on its way to KSeF; everything else is a fault of ours and rises.
TROUBLES = (KsefError, BudgetSpent, KsefClosed, SignInBusy, NoCredential)
Trouble = KsefError | BudgetSpent | KsefClosed | SignInBusy | NoCredential


@dataclass(frozen=True, slots=True)
class Pause:
    """Until when, why, and whether a person is told."""

    until: datetime
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    alarm: str = ""  # the kind of it; empty when nobody needs to know yet
    # The trouble counts as a fault of this row, so that the next pause is longer.
    is_fault: bool = True


def pause_for(trouble: Trouble, *, faults: int, at: datetime, jitter: float) -> Pause:
    """What to do about it: wait, how long, and what to say."""
    match trouble:
        case BudgetSpent():
            return Pause(trouble.until, "budget", {"group": trouble.group}, is_fault=False)
        case KsefClosed():
            return _closed(trouble, at, jitter)
        case SignInBusy():
            return Pause(at + SIGN_IN_PAUSE, "signing_in", is_fault=False)
        case NoCredential():
            return Pause(at + PERSON_PAUSE, "no_credential", alarm="no_credential")
        case AccessDenied():
            return Pause(at + PERSON_PAUSE, "access_denied", {"said": _said(trouble)}, alarm="access_denied")
        case Unavailable() | OutcomeUnknown() if trouble.retry_after:
            long = DOWN if trouble.retry_after > LONG_PAUSE else ""
            return Pause(at + trouble.retry_after, "ksef_asked", {"said": _said(trouble)}, alarm=long, is_fault=False)
        case Refused():
            until = at + after_fault(faults, jitter=jitter)
            return Pause(until, "call_refused", {"said": _said(trouble)}, alarm="call_refused")
        case _:
            code = "answer_lost" if isinstance(trouble, OutcomeUnknown) else "ksef_unavailable"
            told = DOWN if faults + 1 >= FAULTS_TOLD_FROM else ""
            return Pause(at + after_fault(faults, jitter=jitter), code, {"said": _said(trouble)}, alarm=told)


def _closed(closed: KsefClosed, at: datetime, jitter: float) -> Pause:
    """Nobody was asked, so nothing is counted; a person is told of a block at once, of an outage when it lasts."""
    until = closed.until + timedelta(seconds=2 * jitter)
    if closed.is_blocked:
        return Pause(until, "ksef_blocked", alarm="ksef_blocked", is_fault=False)
    return Pause(until, DOWN, alarm=DOWN if at - closed.since > DOWN_TOLD_AFTER else "", is_fault=False)


def _said(error: KsefError) -> str:
    return str(error)[:300]
