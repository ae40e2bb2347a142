"""Tends an online session: asks about its documents when they are due, looks for lost ones, closes it when idle."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from apps.connections.ksef import forget_public_keys
from apps.ksef_client import online as online_calls
from apps.ksef_client import sessions as calls
from apps.ksef_client.codes import SESSION_NOT_FOUND
from apps.ksef_client.errors import KsefError, Refused
from apps.ksef_client.pages import every
from apps.ksef_client.sessions import SentInvoice

from . import collect
from .alarms import clear_alarm, raise_alarm
from .collect import ReceiptRefused
from .duplicates import resolve_duplicates
from .lanes import wake
from .lease import Lease
from .line import Line
from .models import Filing, KsefSession, Lane, Upo
from .outcomes import KEY_NOT_READ, SessionVerdict, Verdict, verdict_on_document, verdict_on_session
from .proved import accept_without_receipt, file_by_receipt, may_carry
from .reconcile import found_or_not
from .schedule import STUCK_AFTER, next_poll
from .sessions import IDLE, LONGEST, MOST_DOCUMENTS, finish
from .settle import UNSETTLED, apply_answers
from .states import State
from .times import note_time

log = structlog.get_logger()

SessionState = KsefSession.State
# From so many due documents on, one page of the session's list costs less than asking about each.
LIST_FROM = 4


def tend_session(lease: Lease[KsefSession], line: Line, *, jitter: float) -> None:
    """One round: documents that are due, then the session itself."""
    if _never_opened(lease):
        return
    due = _due(lease)
    doubtful = [filing for filing in due if filing.state == State.UNKNOWN and filing.reason_code != "duplicate"]
    asked = [filing for filing in due if filing.state in (State.SENT, State.ACCEPTED)]
    answers = _ask(lease, line, asked, whole_list=bool(doubtful))
    _settle(lease, line, doubtful, asked, answers, jitter=jitter)
    resolve_duplicates(lease, line)
    _tend_itself(lease, line, jitter=jitter)


def _never_opened(lease: Lease[KsefSession]) -> bool:
    """Whoever was opening it died before the answer: it holds no document, and a key serves one session only."""
    with lease.held() as session:
        if session.state != SessionState.OPENING:
            return False
        finish(session, SessionState.ABANDONED, at=lease.clock(), code="orphan")
        return True


def _due(lease: Lease[KsefSession]) -> list[Filing]:
    with lease.held() as session:
        rows = Filing.objects.filter(
            tenant_id=session.tenant_id, session=session, state__in=UNSETTLED, next_action_at__lte=lease.clock()
        )
        return list(rows.order_by("next_action_at"))


def _ask(
    lease: Lease[KsefSession], line: Line, asked: Sequence[Filing], *, whole_list: bool
) -> dict[bytes, SentInvoice]:
    with lease.held() as session:
        reference = session.reference
    if whole_list or len(asked) >= LIST_FROM:
        pages = line.call(
            lambda ksef: list(every(lambda page: calls.session_invoices(ksef, reference, continuation=page)))
        )
        return {digest: answer for answer in pages if (digest := collect.decode_hash(answer.invoice_hash))}
    answers = {}
    for filing in asked:
        of_filing = filing.invoice_reference
        try:
            answer = line.call(lambda ksef: calls.invoice_status(ksef, reference, of_filing))  # noqa: B023 called at once
        except Refused as refused:
            if refused.has_code(SESSION_NOT_FOUND):
                raise
            # One document KSeF does not know keeps nobody else waiting; it is asked about again, later and later.
            log.warning("filing.status_refused", filing=str(filing.pk), said=str(refused)[:200])
            continue
        # An answer about other bytes than ours says nothing about our document.
        if collect.decode_hash(answer.invoice_hash) == bytes(filing.invoice_hash or b""):
            answers[bytes(filing.invoice_hash or b"")] = answer
    return answers


def _settle(
    lease: Lease[KsefSession],
    line: Line,
    doubtful: Sequence[Filing],
    asked: Sequence[Filing],
    answers: dict[bytes, SentInvoice],
    *,
    jitter: float,
) -> None:
    at = lease.clock()
    with lease.held() as session:
        lost = found_or_not(session, doubtful, answers, at=at)
        settled = apply_answers(session, answers.values(), at=at)
        if lost or settled.again:
            wake(session.lane_id, at=at)
    for filing in [*asked, *doubtful]:
        answer = answers.get(bytes(filing.invoice_hash or b""))
        if answer is not None and verdict_on_document(answer.status.code) is Verdict.ACCEPTED:
            _receipt(lease, line, filing, answer, jitter=jitter)
    with lease.held() as session:
        for filing in Filing.objects.filter(pk__in=[one.pk for one in asked], state=State.SENT, next_action_at__lte=at):
            _ask_later(filing, at, jitter)


def _ask_later(filing: Filing, at: datetime, jitter: float) -> None:
    age = at - (filing.sent_at or at)
    if age > STUCK_AFTER:
        params = {"minutes": int(age.total_seconds() // 60), "count": 1}
        raise_alarm(filing.tenant_id, "session_stuck", subject=filing.number[:100], params=params, at=at)
    Filing.objects.filter(pk=filing.pk, state=filing.state).update(
        looks=filing.looks + 1, next_action_at=at + next_poll(age, jitter=jitter)
    )


def _receipt(lease: Lease[KsefSession], line: Line, filing: Filing, answer: SentInvoice, *, jitter: float) -> None:
    """It has a number: Filed when the receipt is here and is its own; until then it keeps the number and waits."""
    with lease.held() as session:
        nip = Lane.objects.select_related("connection").get(pk=session.lane_id).connection.context_nip
        if not may_carry(filing, answer.ksef_number, nip=nip):
            log.error("filing.absurd_number", filing=str(filing.pk), number=answer.ksef_number)
            return
    number = str(answer.ksef_number)
    try:
        fetched = collect.fetch_own(line, session.reference, link=answer.upo_url, ksef_number=number)
        collect.demand_own(fetched, filing, number, nip=nip)
        at = lease.clock()
        with lease.held() as session:
            stored = collect.keep(fetched, session, kind=Upo.Kind.OWN, at=at)
            filed = file_by_receipt(session, fetched, stored, nip=nip, at=at)
            clear_alarm(filing.tenant_id, "session_stuck", subject=filing.number[:100], at=at)
    except (KsefError, ReceiptRefused) as problem:
        log.warning("receipt.missing", filing=str(filing.pk), problem=str(problem)[:200])
        with lease.held():
            current = accept_without_receipt(filing.pk, answer, str(problem), at=lease.clock())
            if current.state == State.ACCEPTED:
                _ask_later(current, lease.clock(), jitter)
        return
    if filing.pk in filed:
        _note_time(line, answer)
        log.info("filing.filed", filing=str(filing.pk), ksef_number=number)


def _tend_itself(lease: Lease[KsefSession], line: Line, *, jitter: float) -> None:
    at = lease.clock()
    with lease.held() as session:
        if session.state == SessionState.OPEN and _is_over(session, at):
            KsefSession.objects.filter(pk=session.pk).update(state=SessionState.CLOSING, closing_at=at)
            session.state = SessionState.CLOSING
    if session.state == SessionState.CLOSING:
        lease.demand_time()
        line.call(lambda ksef: online_calls.close_session(ksef, session.reference))
        at = lease.clock()
        with lease.held() as session:
            KsefSession.objects.filter(pk=session.pk).update(state=SessionState.CLOSED, closed_at=at, faults=0)
            session.state, session.closed_at = SessionState.CLOSED, at
    if session.state == SessionState.CLOSED:
        _follow_to_the_end(lease, line, session, jitter=jitter)
    else:
        _plan_next(lease, last=(session.last_used_at or at) + IDLE)


def _follow_to_the_end(lease: Lease[KsefSession], line: Line, session: KsefSession, *, jitter: float) -> None:
    status = line.call(lambda ksef: calls.session_status(ksef, session.reference)).status
    verdict = verdict_on_session(status.code)
    at = lease.clock()
    with lease.held() as session:
        if status.code == KEY_NOT_READ:
            forget_public_keys()
            raise_alarm(session.tenant_id, "key_not_read", params={"said": status.description[:300]}, at=at)
        elif verdict is SessionVerdict.DONE:
            clear_alarm(session.tenant_id, "key_not_read", at=at)
        settled = not Filing.objects.filter(tenant_id=session.tenant_id, session=session, state__in=UNSETTLED).exists()
        if settled and verdict not in (SessionVerdict.OPEN, SessionVerdict.PROCESSING):
            text = " ".join([status.description, *status.details])[:1000]
            good = verdict is SessionVerdict.DONE
            finish(
                session,
                SessionState.DONE if good else SessionState.FAILED,
                at=at,
                code="done" if good else "failed",
                status_code=status.code,
                status_text=text,
            )
            return
        KsefSession.objects.filter(pk=session.pk).update(polls=session.polls + 1)
    _plan_next(lease, last=at + next_poll(at - (session.closed_at or at), jitter=jitter))


def _plan_next(lease: Lease[KsefSession], *, last: datetime) -> None:
    with lease.held() as session:
        rows = Filing.objects.filter(tenant_id=session.tenant_id, session=session, state__in=UNSETTLED)
        nearest = (
            rows.filter(next_action_at__isnull=False)
            .order_by("next_action_at")
            .values_list("next_action_at", flat=True)
        )
        first = nearest.first()
        KsefSession.objects.filter(pk=session.pk).update(
            next_action_at=min(first, last) if first else last,
            faults=0,
            lease_until=None,
            lease_token=None,
            plan_code="held_open" if session.state == SessionState.OPEN else "processing",
            plan_params={"count": rows.count()},
        )


def _is_over(session: KsefSession, at: datetime) -> bool:
    opened, used = session.opened_at or at, session.last_used_at or at
    return at >= used + IDLE or at >= opened + LONGEST or session.document_count >= MOST_DOCUMENTS


def _note_time(line: Line, answer: SentInvoice) -> None:
    if answer.invoicing_at and answer.acquired_at:
        seconds = max(0.0, (answer.acquired_at - answer.invoicing_at).total_seconds())
        note_time(line.lane.place, seconds, batch=False, documents=1)
