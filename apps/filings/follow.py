"""Follows a closed session to its end: status, receipts, refusals; whatever is left over is looked for by hash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from apps.connections.ksef import forget_public_keys
from apps.ksef_client import batch as batch_calls
from apps.ksef_client import online as online_calls
from apps.ksef_client import sessions as calls
from apps.ksef_client.codes import SESSION_NOT_FOUND
from apps.ksef_client.errors import Refused, Unavailable
from apps.ksef_client.pages import every
from apps.ksef_client.sessions import SentInvoice, Session

from . import collect
from .alarms import clear_alarm, raise_alarm
from .attempts import End, Outcome
from .collect import ReceiptRefused
from .collective import file_pages
from .duplicates import resolve_duplicates
from .lanes import wake
from .lease import Lease
from .line import Line
from .models import Filing, KsefSession, Lane, Upo
from .move import Reason
from .outcomes import KEY_NOT_READ, NOTHING_JUDGED, SessionVerdict, Verdict, verdict_on_document, verdict_on_session
from .proved import accept_without_receipt, file_by_receipt, may_carry
from .schedule import STUCK_AFTER, after_fault, look_again, looks_in, next_poll
from .sessions import finish
from .settle import apply_answers, give_back, review, unsettled
from .states import State
from .times import FOUND_AT_ONCE, note_time

log = structlog.get_logger()

CLOSE_AGAIN_AFTER = timedelta(minutes=1)
# Lists and receipts may lag behind the session's status. So long the collective receipt is waited for before each
# document's own is fetched; so long until a document found nowhere counts as never taken, or while KSeF itself counts
# more documents in the session than its list shows.
TIME_FOR_PAGES = timedelta(seconds=26)
TIME_FOR_LEFTOVERS = timedelta(minutes=9)
TIME_WHILE_SHORT = timedelta(hours=2)
# A session that failed for a reason of KSeF's own may have taken some documents first: so long its list is looked at.
TIME_FOR_LISTS = timedelta(seconds=8)
# When so many documents have no receipt of their own yet, the next look asks about the others.
MOST_MISSING = 10


@dataclass(frozen=True, slots=True)
class Listed:
    """What KSeF's list of a session showed: documents by the hash of their bytes, and whether some must be missing."""

    named: frozenset[bytes] = frozenset()
    is_short: bool = False


NOTHING_LISTED = Listed()


def follow_session(lease: Lease[KsefSession], line: Line, *, jitter: float) -> None:
    """One look at a closed session, and everything that follows from it."""
    with lease.held() as session:
        pass
    status = line.call(lambda ksef: calls.session_status(ksef, session.reference))
    verdict = verdict_on_session(status.status.code)
    log.info("session.read", session=session.reference, code=status.status.code, polls=session.polls + 1)
    if verdict in (SessionVerdict.OPEN, SessionVerdict.PROCESSING):
        _not_yet(lease, line, session, verdict, jitter=jitter)
        return
    if verdict is SessionVerdict.DONE:
        if session.looks == 0:
            _note_time(line, session, lease)
        is_whole = file_pages(lease, line, session, status)
        if not is_whole and not _has_looked_for(session, TIME_FOR_PAGES):
            with lease.held() as session:
                _look_again(session, "receipt_missing", at=lease.clock(), jitter=jitter)
            return
    listed = _read_the_rest(lease, line, session, verdict, counted=status.invoice_count)
    _end(lease, line, status, verdict, listed, jitter=jitter)


def _not_yet(
    lease: Lease[KsefSession], line: Line, session: KsefSession, verdict: SessionVerdict, *, jitter: float
) -> None:
    """Slowness is no reason to send anything again (F1, F2). A close that was lost on the way is repeated (F3)."""
    at = lease.clock()
    age = at - (session.closed_at or session.opening_at)
    if verdict is SessionVerdict.OPEN and age > CLOSE_AGAIN_AFTER:
        close = online_calls.close_session if session.kind == KsefSession.Kind.ONLINE else batch_calls.close_batch
        line.call(lambda ksef: close(ksef, session.reference))
    with lease.held() as session:
        if age > STUCK_AFTER:
            raise_alarm(
                session.tenant_id,
                "session_stuck",
                subject=session.reference,
                params={"minutes": int(age.total_seconds() // 60), "count": session.document_count},
                at=at,
            )
        KsefSession.objects.filter(pk=session.pk).update(
            polls=session.polls + 1,
            faults=0,
            next_action_at=at + next_poll(age, jitter=jitter),
            lease_until=None,
            lease_token=None,
            plan_code="processing",
            plan_params={"count": session.document_count},
        )


def _read_the_rest(
    lease: Lease[KsefSession], line: Line, session: KsefSession, verdict: SessionVerdict, *, counted: int | None
) -> Listed:
    """Who has no receipt was refused, or is asked about one by one. Returns what KSeF's own list shows."""
    with lease.held() as session:
        left = unsettled(session)
    if not left:
        return NOTHING_LISTED
    if verdict is not SessionVerdict.FAILED:
        _apply(lease, _failed_list(line, session))
    with lease.held() as session:
        left = {digest: filing for digest, filing in unsettled(session).items() if filing.reason_code != "duplicate"}
    if not left:
        return NOTHING_LISTED
    answers = list(
        line.call(
            lambda ksef: list(every(lambda page: calls.session_invoices(ksef, session.reference, continuation=page)))
        )
    )
    _apply(lease, answers)
    _file_singly(lease, line, session, answers)
    # Pages shift while KSeF still adds to the list, so that one document may be in it twice and another not at all.
    shown = len({answer.reference for answer in answers})
    named = frozenset(digest for answer in answers if (digest := collect.decode_hash(answer.invoice_hash)))
    return Listed(named, is_short=shown < (counted or 0))


def _failed_list(line: Line, session: KsefSession) -> list[SentInvoice]:
    """The refused documents; this list may lag behind the session's status, and the list of all says the same."""
    try:
        return line.call(
            lambda ksef: list(every(lambda page: calls.failed_invoices(ksef, session.reference, continuation=page)))
        )
    except Refused as refused:
        if refused.has_code(SESSION_NOT_FOUND):
            raise
        log.info("session.no_failed_list", session=session.reference, said=str(refused)[:200])
        return []


def _apply(lease: Lease[KsefSession], answers: Sequence[SentInvoice]) -> None:
    with lease.held() as session:
        apply_answers(session, answers, at=lease.clock())


def _file_singly(lease: Lease[KsefSession], line: Line, session: KsefSession, answers: Sequence[SentInvoice]) -> None:
    """Accepted documents that no page of the receipt named: each has a receipt of its own."""
    with lease.held() as session:
        left = unsettled(session)
    good = [answer for answer in answers if verdict_on_document(answer.status.code) is Verdict.ACCEPTED]
    wanted = [(left[digest], answer) for answer in good if (digest := collect.decode_hash(answer.invoice_hash)) in left]
    start, missing = session.looks * MOST_MISSING % max(1, len(wanted)), 0
    for filing, answer in [*wanted[start:], *wanted[:start]]:
        missing += not _file_one(lease, line, session, filing, answer)
        if missing == MOST_MISSING:
            return


def _file_one(lease: Lease[KsefSession], line: Line, session: KsefSession, filing: Filing, answer: SentInvoice) -> bool:
    """False when KSeF has no receipt for it yet."""
    with lease.held() as session:
        nip = Lane.objects.select_related("connection").get(pk=session.lane_id).connection.context_nip
        if not may_carry(filing, answer.ksef_number, nip=nip):
            log.error("filing.absurd_number", filing=str(filing.pk), number=answer.ksef_number)
            return True
    number = str(answer.ksef_number)
    lease.demand_time()
    try:
        fetched = collect.fetch_own(line, session.reference, link=answer.upo_url, ksef_number=number)
        collect.demand_own(fetched, filing, number, nip=nip)
        with lease.held() as session:
            stored = collect.keep(fetched, session, kind=Upo.Kind.OWN, at=lease.clock())
            file_by_receipt(session, fetched, stored, nip=nip, at=lease.clock())
    except (Refused, ReceiptRefused, Unavailable) as problem:
        if not (collect.is_about_this_one(problem) or collect.is_not_there_yet(problem)):
            raise
        log.warning("receipt.missing", filing=str(filing.pk), problem=str(problem)[:200])
        with lease.held() as session:
            accept_without_receipt(filing.pk, answer, str(problem), at=lease.clock())
            if isinstance(problem, ReceiptRefused) and _has_looked_for(session, TIME_FOR_LEFTOVERS):
                facts = {"problem": str(problem)[:300], "session": session.reference}
                review(filing, "receipt_mismatch", facts, at=lease.clock())
        return not collect.is_not_there_yet(problem)
    return True


def _end(
    lease: Lease[KsefSession], line: Line, status: Session, verdict: SessionVerdict, listed: Listed, *, jitter: float
) -> None:
    """Finish the session when every document is settled; else look again, and in the end give the rest back."""
    resolve_duplicates(lease, line)
    at = lease.clock()
    text = " ".join([status.status.description, *status.status.details])[:1000]
    with lease.held() as session:
        lost = _lost(session, status.status.code, verdict, listed)
        if lost and verdict is SessionVerdict.FAILED:
            _failed_as_a_whole(session, lost, status.status.code, text, lease)
        elif lost:
            how = End(Outcome.LOST, status.status.code, text)
            give_back(session, how, at=at, reason=Reason("not_found"), filings=lost)
            wake(session.lane_id, at=at)
        left = list(unsettled(session).values())
        if left:
            _tell_of_the_rest(session, left, at=at)
            _look_again(session, "looking_up", at=at, jitter=jitter, count=len(left))
            return
        good = verdict is SessionVerdict.DONE
        finish(
            session,
            KsefSession.State.DONE if good else KsefSession.State.FAILED,
            at=at,
            code="done" if good else "failed",
            status_code=status.status.code,
            status_text=text,
        )
        for kind in ("session_stuck", "receipts_missing"):
            clear_alarm(session.tenant_id, kind, subject=session.reference, at=at)
        if good:
            clear_alarm(session.tenant_id, "key_not_read", at=at)
    log.info("session.ended", session=session.reference, code=status.status.code)


def _lost(session: KsefSession, code: int, verdict: SessionVerdict, listed: Listed) -> list[Filing]:
    """The documents that KSeF certainly did not take, as far as its lists can tell by now.

    One with a number waits for its receipt for as long as it takes, one that KSeF lists for its verdict; neither is
    ever sent again.
    """
    left = [
        filing
        for digest, filing in unsettled(session).items()
        if filing.reason_code != "duplicate" and filing.state != State.ACCEPTED
    ]
    if code in NOTHING_JUDGED:
        return left
    if listed.is_short:
        long = TIME_WHILE_SHORT
    else:
        long = TIME_FOR_LISTS if verdict is SessionVerdict.FAILED else TIME_FOR_LEFTOVERS
    unlisted = [filing for filing in left if bytes(filing.invoice_hash or b"") not in listed.named]
    return unlisted if _has_looked_for(session, long) else []


def _tell_of_the_rest(session: KsefSession, left: Sequence[Filing], *, at: datetime) -> None:
    """Someone is told when KSeF owes us an answer for too long."""
    if not _has_looked_for(session, TIME_FOR_LEFTOVERS):
        return
    accepted = sum(filing.state == State.ACCEPTED for filing in left)
    minutes = int((at - (session.closed_at or session.opening_at)).total_seconds() // 60)
    for kind, params in (
        ("receipts_missing", {"count": accepted}),
        ("session_stuck", {"count": len(left) - accepted, "minutes": minutes}),
    ):
        if params["count"]:
            raise_alarm(session.tenant_id, kind, subject=session.reference, params=params, at=at)
        else:
            clear_alarm(session.tenant_id, kind, subject=session.reference, at=at)


def _is_cheap(session: KsefSession) -> bool:
    """Whether all its documents stand on one page of each list: one with ten pages would use up the hour's reads."""
    return session.document_count <= calls.LARGEST_PAGE


def _has_looked_for(session: KsefSession, long: timedelta) -> bool:
    return session.looks >= looks_in(long, often=_is_cheap(session))


def _look_again(session: KsefSession, code: str, *, at: datetime, jitter: float, **params: object) -> None:
    KsefSession.objects.filter(pk=session.pk).update(
        looks=session.looks + 1,
        next_action_at=at + look_again(session.looks, often=_is_cheap(session), jitter=jitter),
        lease_until=None,
        lease_token=None,
        plan_code=code,
        plan_params=params,
    )


def _failed_as_a_whole(
    session: KsefSession, lost: Sequence[Filing], code: int, text: str, lease: Lease[KsefSession]
) -> None:
    """No document was judged. For a key KSeF cannot read nobody's document is to blame: one alarm, growing pauses."""
    at = lease.clock()
    is_key = code == KEY_NOT_READ
    lane = Lane.objects.get(pk=session.lane_id)
    pause = after_fault(lane.faults, jitter=0.5) if is_key else timedelta(0)
    outcome = Outcome.NOT_SENT if is_key else Outcome.SESSION_FAILED
    give_back(
        session,
        End(outcome, code, text),
        at=at,
        reason=Reason("session_failed", {"code": code, "said": text}),
        pause=pause,
        filings=lost,
    )
    if is_key:
        forget_public_keys()
        raise_alarm(session.tenant_id, "key_not_read", params={"said": text}, at=at)
        Lane.objects.filter(pk=lane.pk).update(faults=lane.faults + 1)
    wake(session.lane_id, at=at)


def _note_time(line: Line, session: KsefSession, lease: Lease[KsefSession]) -> None:
    if session.closed_at is None or session.kind != KsefSession.Kind.BATCH:
        return
    seconds = (lease.clock() - session.closed_at).total_seconds() * (FOUND_AT_ONCE if session.polls == 0 else 1.0)
    note_time(line.lane.place, seconds, batch=True, documents=session.document_count)
