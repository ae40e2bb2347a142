"""Follows a closed session to its end: status, receipts, refusals; whatever is left over is looked for by hash."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from apps.connections.ksef import forget_public_keys
from apps.ksef_client import batch as batch_calls
from apps.ksef_client import online as online_calls
from apps.ksef_client import sessions as calls
from apps.ksef_client.errors import Refused
from apps.ksef_client.pages import every
from apps.ksef_client.sessions import SentInvoice, Session

from . import collect
from .alarms import clear_alarm, raise_alarm
from .attempts import End, Outcome
from .collect import Fetched, ReceiptRefused
from .duplicates import resolve_duplicates
from .lanes import wake
from .lease import Lease
from .line import Line
from .models import Filing, KsefSession, Lane, Upo
from .move import Reason
from .outcomes import KEY_NOT_READ, SessionVerdict, Verdict, verdict_on_document, verdict_on_session
from .schedule import STUCK_AFTER, after_fault, next_poll
from .sessions import finish
from .settle import accept_without_receipt, apply_answers, file_by_receipt, give_back, unsettled
from .states import State
from .times import FOUND_AT_ONCE, note_time

log = structlog.get_logger()

CLOSE_AGAIN_AFTER = timedelta(minutes=1)
# Lists and receipts may lag behind the session's status. So many looks (26 s) the collective receipt is waited for
# before each document's own is fetched; so many (9 minutes) until a document found nowhere counts as never taken.
LOOKS_FOR_PAGES = 3
LOOKS_FOR_LEFTOVERS = 6


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
        is_whole = _file_pages(lease, line, session, status)
        if not is_whole and session.looks < LOOKS_FOR_PAGES:
            with lease.held() as session:
                _look_again(session, "receipt_missing", at=lease.clock(), jitter=jitter)
            return
    _read_the_rest(lease, line, session, verdict)
    _end(lease, line, session, status, verdict, jitter=jitter)


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


def _file_pages(lease: Lease[KsefSession], line: Line, session: KsefSession, status: Session) -> bool:
    """File what the collective receipt proves; False when it is missing, or a page of it cannot be believed."""
    is_whole = bool(status.upo_pages) or status.successful_count == 0
    for page in status.upo_pages:
        lease.demand_time()
        try:
            fetched = collect.fetch_page(line, session, page)
            filed = _file_page(lease, fetched, page.reference)
        except (Refused, ReceiptRefused) as problem:
            log.warning("receipt.refused", session=session.reference, page=page.reference, problem=str(problem)[:200])
            is_whole = False
        else:
            log.info("session.filed", session=session.reference, documents=filed)
    return is_whole


def _file_page(lease: Lease[KsefSession], fetched: Fetched, page: str) -> int:
    """Kept only if it proves something of ours that is not filed yet."""
    at = lease.clock()
    with lease.held() as session:
        if unsettled(session).keys().isdisjoint(fetched.by_hash()):
            return 0
        nip = Lane.objects.select_related("connection").get(pk=session.lane_id).connection.context_nip
        stored = collect.keep(fetched, session, kind=Upo.Kind.COLLECTIVE, at=at, reference=page)
        return len(file_by_receipt(session, fetched, stored, nip=nip, at=at))


def _read_the_rest(lease: Lease[KsefSession], line: Line, session: KsefSession, verdict: SessionVerdict) -> None:
    """Who has no receipt was refused, or is asked about one by one."""
    with lease.held() as session:
        left = unsettled(session)
    if not left:
        return
    if verdict is not SessionVerdict.FAILED:
        failed = list(
            line.call(
                lambda ksef: list(every(lambda page: calls.failed_invoices(ksef, session.reference, continuation=page)))
            )
        )
        _apply(lease, failed)
    with lease.held() as session:
        left = {digest: filing for digest, filing in unsettled(session).items() if filing.reason_code != "duplicate"}
    if left:
        answers = list(
            line.call(
                lambda ksef: list(
                    every(lambda page: calls.session_invoices(ksef, session.reference, continuation=page))
                )
            )
        )
        _apply(lease, answers)
        _file_singly(lease, line, session, answers)


def _apply(lease: Lease[KsefSession], answers: Sequence[SentInvoice]) -> None:
    with lease.held() as session:
        apply_answers(session, answers, at=lease.clock())


def _file_singly(lease: Lease[KsefSession], line: Line, session: KsefSession, answers: Sequence[SentInvoice]) -> None:
    """Accepted documents that no page of the receipt named: each has a receipt of its own."""
    with lease.held() as session:
        left = unsettled(session)
    for answer in answers:
        digest = collect.decode_hash(answer.invoice_hash)
        if (
            digest not in left
            or verdict_on_document(answer.status.code) is not Verdict.ACCEPTED
            or not answer.ksef_number
        ):
            continue
        _file_one(lease, line, session, left[digest], answer)


def _file_one(lease: Lease[KsefSession], line: Line, session: KsefSession, filing: Filing, answer: SentInvoice) -> None:
    with lease.held() as session:
        nip = Lane.objects.select_related("connection").get(pk=session.lane_id).connection.context_nip
    number = str(answer.ksef_number)
    try:
        fetched = collect.fetch_own(line, session.reference, link=answer.upo_url, ksef_number=number)
        collect.demand_own(fetched, filing, number, nip=nip)
        with lease.held() as session:
            stored = collect.keep(fetched, session, kind=Upo.Kind.OWN, at=lease.clock())
            file_by_receipt(session, fetched, stored, nip=nip, at=lease.clock())
    except (Refused, ReceiptRefused) as problem:
        log.warning("receipt.missing", filing=str(filing.pk), problem=str(problem)[:200])
        with lease.held():
            accept_without_receipt(filing.pk, answer, str(problem), at=lease.clock())


def _end(
    lease: Lease[KsefSession],
    line: Line,
    session: KsefSession,
    status: Session,
    verdict: SessionVerdict,
    *,
    jitter: float,
) -> None:
    """Finish the session when every document is settled; else look again, and in the end give the rest back."""
    resolve_duplicates(lease, line)
    at = lease.clock()
    text = " ".join([status.status.description, *status.status.details])[:1000]
    with lease.held() as session:
        left = list(unsettled(session).values())
        # One with a number waits for its receipt for as long as it takes; it is never sent again.
        lost = [one for one in left if one.reason_code != "duplicate" and one.state != State.ACCEPTED]
        if verdict is SessionVerdict.FAILED and lost:
            _failed_as_a_whole(session, lost, status.status.code, text, lease)
            left = list(unsettled(session).values())
        elif lost and session.looks >= LOOKS_FOR_LEFTOVERS:
            give_back(
                session, End(Outcome.LOST, status.status.code, text), at=at, reason=Reason("not_found"), filings=lost
            )
            wake(session.lane_id, at=at)
            left = list(unsettled(session).values())
        if left:
            if session.looks >= LOOKS_FOR_LEFTOVERS:
                told = {"count": len(left)}
                raise_alarm(session.tenant_id, "receipts_missing", subject=session.reference, params=told, at=at)
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


def _look_again(session: KsefSession, code: str, *, at: datetime, jitter: float, **params: object) -> None:
    KsefSession.objects.filter(pk=session.pk).update(
        looks=session.looks + 1,
        next_action_at=at + after_fault(session.looks, jitter=jitter),
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
