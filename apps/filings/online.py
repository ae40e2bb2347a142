"""One document in a held online session: the intent, the call, the answer; a lost answer is looked up, never resent."""

from dataclasses import dataclass

import structlog

from apps.ksef_client import online as calls
from apps.ksef_client.codes import SESSION_FULL, SESSION_UNUSABLE
from apps.ksef_client.crypto import SessionKey, encode, seal
from apps.ksef_client.errors import KsefError, OutcomeUnknown, Refused

from . import attempts
from .attempts import End, Outcome
from .lanes import wake
from .lease import LEASE, Lease
from .line import Line
from .models import Filing, FilingXml, KsefSession, Lane
from .move import Reason, move
from .ready import Kind, is_dated_before_today, ready
from .reconcile import due_by, in_doubt
from .schedule import first_poll
from .sessions import IDLE, finish, held_session, key_of, new_session
from .settle import review
from .states import State
from .times import recent_times

log = structlog.get_logger()

SessionState = KsefSession.State


class SessionUnusable(Exception):
    """The held session takes nothing more; the document waits for another one."""

    @property
    def is_full(self) -> bool:
        """Whether KSeF takes fewer documents in a session than we knew."""
        return isinstance(self.__cause__, KsefError) and self.__cause__.has_code(SESSION_FULL)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A document about to leave: everything the call needs, read while the intent was committed."""

    filing: Filing
    content: bytes
    session: KsefSession
    key: SessionKey
    corrects: bytes | None


def send_next(lease: Lease[Lane], line: Line, kind: Kind) -> bool:
    """Send the document that waits longest; False when nothing went out."""
    line.open()  # trouble with signing in must not look like trouble with a document
    outgoing = _begin(lease, _session(lease, line, offline=kind.is_offline), kind)
    if outgoing is None:
        return False
    lease.demand_time()
    if is_dated_before_today(outgoing.filing, lease.clock()):
        _dated_anew(lease, outgoing)
        return False
    try:
        reference = _send(line, outgoing)
    except OutcomeUnknown as lost:
        with lease.held():
            in_doubt(outgoing.filing, outgoing.session.pk, at=lease.clock(), said=str(lost))
        raise
    except Refused as refused:
        _refused(lease, outgoing, refused)
    except Exception as trouble:
        _not_sent(lease, outgoing, trouble)
        raise
    else:
        _taken(lease, line, outgoing, reference)
    return True


def _session(lease: Lease[Lane], line: Line, *, offline: bool) -> KsefSession:
    """The held session of the lane, or a new one."""
    at = lease.clock()
    with lease.held() as lane:
        held = held_session(lane, offline=offline, at=at)
        if held is not None:
            return held
        session, key = new_session(
            lane, KsefSession.Kind.ONLINE, offline=offline, at=at, lease_until=at + LEASE, lease_token=lease.token
        )
    try:
        opened = line.call(lambda ksef: calls.open_session(ksef, line.keys, key))
    except Exception as problem:
        # If KSeF opened it all the same, that session stays empty; the sweep closes such orphans.
        code = "orphan" if isinstance(problem, OutcomeUnknown) else "not_opened"
        with lease.held():
            finish(session, SessionState.ABANDONED, at=lease.clock(), code=code, status_text=str(problem)[:1000])
        raise
    at = lease.clock()
    with lease.held():
        KsefSession.objects.filter(pk=session.pk).update(
            state=SessionState.OPEN,
            reference=opened.reference,
            opened_at=at,
            last_used_at=at,
            valid_until=opened.valid_until,
            next_action_at=at + IDLE,
            lease_until=None,
            lease_token=None,
            plan_code="held_open",
        )
        session.refresh_from_db()
    return session


def _begin(lease: Lease[Lane], session: KsefSession, kind: Kind) -> Outgoing | None:
    """Commit the intent: from here on the document may be in KSeF."""
    at = lease.clock()
    with lease.held() as lane:
        filing = ready(lane, at=at, kind=kind).select_for_update().first()
        if filing is None or filing.xml_id is None:
            return None
        used = KsefSession.objects.filter(pk=session.pk, state=SessionState.OPEN)
        if not used.update(last_used_at=at, document_count=session.document_count + 1):
            raise SessionUnusable(session.reference)
        corrects = bytes(filing.corrects_hash) if filing.corrects_hash else None
        attempts.begin([filing], session, at=at, corrected_hash=corrects)
        move(filing, State.SENDING, at=at, session=session, next_action_at=None, data={"session": session.reference})
        content = FilingXml.objects.values_list("content", flat=True).get(pk=filing.xml_id)
        return Outgoing(filing, bytes(content), session, key_of(session), corrects)


def _send(line: Line, outgoing: Outgoing) -> str:
    sealed = seal(outgoing.content, outgoing.key)
    session = outgoing.session
    corrects = encode(outgoing.corrects) if outgoing.corrects else None
    return line.call(
        lambda ksef: calls.send_invoice(ksef, session.reference, sealed, offline=session.offline, corrects=corrects)
    )


def _taken(lease: Lease[Lane], line: Line, outgoing: Outgoing, reference: str) -> None:
    at, filing = lease.clock(), outgoing.filing
    due = at + first_poll(recent_times(line.lane.place, batch=False, documents=1), documents=1, batch=False)
    with lease.held():
        attempts.taken(filing, reference, at=at)
        move(filing, State.SENT, at=at, invoice_reference=reference, sent_at=at, next_action_at=due, looks=0)
        due_by(outgoing.session.pk, due)
    log.info("filing.sent", filing=str(filing.pk), session=outgoing.session.reference, reference=reference)


def _not_sent(lease: Lease[Lane], outgoing: Outgoing, trouble: Exception) -> None:
    """Nothing reached KSeF: it simply waits again."""
    at, filing = lease.clock(), outgoing.filing
    with lease.held():
        attempts.end(filing, End(Outcome.NOT_SENT, None, str(trouble)[:300]), at=at)
        move(filing, State.READY, at=at, reason=Reason("not_sent"), session=None, next_action_at=at)


def _dated_anew(lease: Lease[Lane], outgoing: Outgoing) -> None:
    """The worker was frozen over midnight: sent now, it would be an offline one (art. 106nda(16))."""
    at, filing = lease.clock(), outgoing.filing
    with lease.held() as lane:
        attempts.end(filing, End(Outcome.NOT_SENT), at=at)
        move(filing, State.READY, at=at, reason=Reason("dated_anew"), session=None, next_action_at=at)
        wake(lane.pk, at=at)
    log.warning("filing.dated_anew", filing=str(filing.pk))


def _refused(lease: Lease[Lane], outgoing: Outgoing, refused: KsefError) -> None:
    """Either the session is over, or KSeF did not even take these bytes for processing."""
    at, filing = lease.clock(), outgoing.filing
    if refused.has_code(*SESSION_UNUSABLE):
        _not_sent(lease, outgoing, refused)
        # Closed by us too: it may be open there and merely take nothing more. Its status tells what was wrong.
        with lease.held():
            KsefSession.objects.filter(pk=outgoing.session.pk, state=SessionState.OPEN).update(
                state=SessionState.CLOSING, closing_at=at, next_action_at=at
            )
        raise SessionUnusable(outgoing.session.reference) from refused
    if not refused.trouble.codes:
        # Not KSeF's own words (a proxy's 404 or 413): no document is blamed for that.
        _not_sent(lease, outgoing, refused)
        raise refused
    facts = {"code": refused.code, "description": refused.trouble.text[:500], "details": list(refused.details)[:20]}
    with lease.held():
        attempts.end(filing, End(Outcome.REJECTED, refused.code, str(refused)[:4000]), at=at)
        move(filing, State.REJECTED, at=at, reason=Reason("rejected", facts), next_action_at=None)
        review(filing, "rejected", facts, at=at)
