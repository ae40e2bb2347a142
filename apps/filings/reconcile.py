"""The outcome of a send is unknown: look in the list of its session, by the hash of the bytes, before anything else.

KSeF has no idempotency key and no look-up by hash, and it does not say how soon a document appears in the list; so we
look after 10, 30 and 60 seconds, and only then send the very same bytes again (API digest, 10.3).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db.models import F
from django.db.models.functions import Coalesce, Least

from apps.ksef_client.sessions import SentInvoice

from . import attempts
from .attempts import End, Outcome
from .models import Filing, KsefSession, Lane
from .move import Reason, move
from .schedule import LOOKS, next_look
from .settle import give_back
from .states import State

log = structlog.get_logger()


def in_doubt(filing: Filing, session_id: UUID, *, at: datetime, said: str) -> None:
    """The answer to a send is lost. From now on only looking helps."""
    due = at + LOOKS[0]
    reason = Reason("answer_lost", {"said": said[:300]})
    move(filing, State.UNKNOWN, at=at, reason=reason, next_action_at=due, looks=0, sent_at=at)
    due_by(session_id, due)
    log.warning("filing.in_doubt", filing=str(filing.pk), session=str(session_id))


def doubt_leftovers(lane: Lane, *, at: datetime) -> int:
    """Documents whose sender died between intent and answer: whoever holds the lane's lease knows nobody is sending."""
    left = Filing.objects.filter(
        tenant_id=lane.tenant_id, lane=lane, state=State.SENDING, session__kind=KsefSession.Kind.ONLINE
    )
    count = 0
    for filing in left.select_for_update(of=("self",)):
        if filing.session_id is not None:
            in_doubt(filing, filing.session_id, at=at, said="")
            count += 1
    return count


def found_or_not(
    session: KsefSession, doubtful: Sequence[Filing], answers: Mapping[bytes, SentInvoice], *, at: datetime
) -> int:
    """Adopt what is in the session's list; look again for the rest, at last call it lost. Returns how many are lost."""
    lost = []
    for filing in doubtful:
        answer = answers.get(bytes(filing.invoice_hash or b""))
        if answer is not None:
            attempts.taken(filing, answer.reference, at=at)
            move(filing, State.SENT, at=at, invoice_reference=answer.reference, next_action_at=at, looks=0)
            continue
        pause = next_look(filing.looks + 1)
        if pause is None:
            lost.append(filing)
        else:
            Filing.objects.filter(pk=filing.pk, state=State.UNKNOWN).update(
                looks=filing.looks + 1, next_action_at=at + pause
            )
    if lost:
        give_back(session, End(Outcome.LOST), at=at, reason=Reason("never_landed"), filings=lost)
        log.info("filing.never_landed", session=session.reference, documents=len(lost))
    return len(lost)


def due_by(session_id: UUID, due: datetime) -> None:
    """The session has something to do at this moment, if not earlier."""
    KsefSession.objects.filter(pk=session_id).update(next_action_at=Least(Coalesce(F("next_action_at"), due), due))
