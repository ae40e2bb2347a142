"""Turns KSeF's answers about the documents of a session into moves, many at a time. Runs inside the session's lease."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from apps.ksef_client.sessions import SentInvoice
from apps.reviews.models import ReviewItem

from . import attempts
from .attempts import End, Outcome
from .collect import decode_hash
from .followers import follow
from .lanes import wake
from .models import Filing, KsefSession
from .move import Reason, move_block
from .outcomes import Verdict, verdict_on_document
from .sessions import finish
from .states import State

UNSETTLED = (State.SENDING, State.SENT, State.UNKNOWN, State.ACCEPTED)
MOST_TRIES = 5
# KSeF's trouble may last: each further return of the same document is followed by a longer pause.
AGAIN_PAUSES = (timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
# Ends that say something is wrong with these bytes or with us, if they keep coming.
_COUNTED = frozenset({Outcome.FAILED_THERE, Outcome.SESSION_FAILED})


@dataclass
class Settled:
    """What became of the documents KSeF told about."""

    filed: list[UUID] = field(default_factory=list)
    rejected: list[UUID] = field(default_factory=list)
    again: list[UUID] = field(default_factory=list)
    duplicates: list[UUID] = field(default_factory=list)


def unsettled(session: KsefSession) -> dict[bytes, Filing]:
    """The documents of a session whose end is not known, by the hash of their bytes."""
    rows = Filing.objects.filter(tenant_id=session.tenant_id, session=session, state__in=UNSETTLED)
    columns = (
        "id",
        "tenant_id",
        "document_id",
        "state",
        "reason_code",
        "invoice_hash",
        "ksef_number",
        "faults",
        "number",
        "sent_at",
        "mode",
    )
    return {bytes(filing.invoice_hash or b""): filing for filing in rows.only(*columns)}


def apply_answers(session: KsefSession, answers: Iterable[SentInvoice], *, at: datetime) -> Settled:
    """Act on what KSeF says of single documents, except acceptance: that is proved by the receipt."""
    waiting, settled = unsettled(session), Settled()
    groups: dict[Verdict, list[tuple[Filing, SentInvoice]]] = {verdict: [] for verdict in Verdict}
    for answer in answers:
        filing = waiting.get(decode_hash(answer.invoice_hash) or b"")
        if filing is not None and filing.state in (State.SENT, State.UNKNOWN, State.SENDING):
            groups[verdict_on_document(answer.status.code)].append((filing, answer))
    settled.rejected = _reject(session, groups[Verdict.REJECTED], at=at)
    settled.again = _again(session, groups[Verdict.AGAIN], at=at)
    settled.duplicates = _suspect(session, groups[Verdict.DUPLICATE], at=at)
    return settled


def give_back(
    session: KsefSession,
    how: End,
    *,
    at: datetime,
    reason: Reason,
    pause: timedelta = timedelta(0),
    filings: Sequence[Filing] | None = None,
) -> int:
    """KSeF judged none of these documents (all of the session, unless named): they wait to be sent again."""
    waiting = list(unsettled(session).values()) if filings is None else filings
    count = 0
    for state in (State.SENDING, State.SENT, State.UNKNOWN):
        of_state = [filing for filing in waiting if filing.state == state]
        count += len(_ready_again(of_state, session, how, at, reason, pause))
    return count


def may_hold_documents(session: KsefSession) -> bool:
    """Whether KSeF took documents in this session that are not settled."""
    return Filing.objects.filter(
        tenant_id=session.tenant_id, session=session, state__in=[State.SENT, State.UNKNOWN, State.ACCEPTED]
    ).exists()


def session_is_gone(session: KsefSession, *, at: datetime) -> bool:
    """KSeF does not know the session: whatever it took, the same bytes may go again, for it refuses a second copy.

    False while a document with a number waits for its receipt: there is no other way to it than the session.
    """
    give_back(session, End(Outcome.LOST), at=at, reason=Reason("session_unknown"))
    if unsettled(session):
        return False
    finish(session, KsefSession.State.FAILED, at=at, code="session_unknown")
    wake(session.lane_id, at=at)
    return True


def review(filing: Filing, kind: str, facts: Mapping[str, object], *, at: datetime) -> None:
    """Put something before a person, once as long as it is open."""
    open_one = ReviewItem.objects.filter(
        tenant_id=filing.tenant_id, document_id=filing.document_id, kind=kind, state=ReviewItem.State.OPEN
    )
    if not open_one.exists():
        ReviewItem.objects.create(
            tenant_id=filing.tenant_id, document_id=filing.document_id, kind=kind, facts=dict(facts), opened_at=at
        )


def _reject(session: KsefSession, refused: Sequence[tuple[Filing, SentInvoice]], *, at: datetime) -> list[UUID]:
    by_id = {filing.pk: (filing, answer) for filing, answer in refused}
    moved: list[UUID] = []
    for state in (State.SENDING, State.SENT, State.UNKNOWN):
        ids = [pk for pk, (filing, _) in by_id.items() if filing.state == state]
        moved += move_block(
            tenant_id=session.tenant_id,
            ids=ids,
            came_from=state,
            to=State.REJECTED,
            at=at,
            about=session,
            reason=Reason("rejected"),
            each={"reason_params": [_words(by_id[pk][1]) for pk in ids]},
            next_action_at=None,
        )
    attempts.end_each([(pk, _ended(Outcome.REJECTED, by_id[pk][1])) for pk in moved], at=at)
    ReviewItem.objects.bulk_create(
        [
            ReviewItem(
                tenant_id=session.tenant_id,
                document_id=by_id[pk][0].document_id,
                kind="rejected",
                facts=_words(by_id[pk][1]) | {"session": session.reference},
                opened_at=at,
            )
            for pk in moved
        ],
        batch_size=1_000,
    )
    follow(session.tenant_id, moved, at=at)
    return moved


def _again(session: KsefSession, failed: Sequence[tuple[Filing, SentInvoice]], *, at: datetime) -> list[UUID]:
    moved: list[UUID] = []
    for filing, answer in failed:
        how = _ended(Outcome.FAILED_THERE, answer)
        moved += _ready_again([filing], session, how, at, Reason("ksef_failed", _words(answer)))
    return moved


def _suspect(session: KsefSession, doubles: Sequence[tuple[Filing, SentInvoice]], *, at: datetime) -> list[UUID]:
    """KSeF has a document of this number already: whose it is will be looked up (duplicates.py)."""
    moved: list[UUID] = []
    for filing, answer in doubles:
        original = answer.original
        facts = _words(answer) | {
            "original": original.ksef_number if original else "",
            "original_session": (original.session or "") if original else "",
        }
        if filing.state == State.UNKNOWN:
            # Known to be one already: its looks are counted, so that a person is asked in the end.
            moved += _restate(filing, facts, at) if filing.reason_code != "duplicate" else []
            continue
        moved += move_block(
            tenant_id=session.tenant_id,
            ids=[filing.pk],
            came_from=State(filing.state),
            to=State.UNKNOWN,
            at=at,
            about=session,
            reason=Reason("duplicate", facts),
            next_action_at=at,
            looks=0,
        )
    return moved


def _restate(filing: Filing, facts: Mapping[str, object], at: datetime) -> list[UUID]:
    Filing.objects.filter(pk=filing.pk, state=State.UNKNOWN).update(
        reason_code="duplicate", reason_params=dict(facts), next_action_at=at, looks=0
    )
    return [filing.pk]


def _ready_again(
    filings: Sequence[Filing],
    session: KsefSession,
    how: End,
    at: datetime,
    reason: Reason,
    pause: timedelta = timedelta(0),
) -> list[UUID]:
    """Back to the waiting ones; what KSeF gave back too often is held for a person. All come from one state."""
    counted = how.outcome in _COUNTED
    tired = {filing.pk for filing in filings if counted and filing.faults + 1 >= MOST_TRIES}
    moved: list[UUID] = []
    for group, to, why in (
        ([filing for filing in filings if filing.pk not in tired], State.READY, reason),
        ([filing for filing in filings if filing.pk in tired], State.HELD, _given_up(how)),
    ):
        pauses = [max(pause, _again_pause(filing)) if counted else pause for filing in group]
        moved += move_block(
            tenant_id=session.tenant_id,
            ids=[filing.pk for filing in group],
            came_from=State(group[0].state) if group else State.SENT,
            to=to,
            at=at,
            about=session,
            reason=why,
            each={
                "faults": [filing.faults + counted for filing in group],
                "next_action_at": [at + each if to == State.READY else None for each in pauses],
            },
            # Nobody knows for sure what became of lost bytes: sent again, they must be the same (API digest, 10.3).
            **({"keep_bytes": True} if how.outcome == Outcome.LOST else {}),
            session=None,
            invoice_reference="",
            sent_at=None,
            looks=0,
        )
    attempts.end_block(moved, how, at=at)
    return moved


def _again_pause(filing: Filing) -> timedelta:
    return AGAIN_PAUSES[min(filing.faults, len(AGAIN_PAUSES) - 1)]


def _given_up(how: End) -> Reason:
    return Reason("keeps_failing", {"tries": MOST_TRIES, "last": how.text})


def _words(answer: SentInvoice) -> dict[str, object]:
    return {
        "code": answer.status.code,
        "description": answer.status.description[:500],
        "details": [detail[:1000] for detail in answer.status.details[:20]],
    }


def _ended(outcome: Outcome, answer: SentInvoice) -> End:
    return End(outcome, answer.status.code, " ".join([answer.status.description, *answer.status.details])[:4000])
