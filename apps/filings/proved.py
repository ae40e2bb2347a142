"""Files documents by what a receipt or a number proves, many at a time. Runs inside the session's lease."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from apps.ksef_client.numbers import KsefNumber, NotAKsefNumber
from apps.ksef_client.receipt import ConfirmedDocument
from apps.ksef_client.sessions import SentInvoice
from apps.reviews.items import close_item
from apps.reviews.models import ReviewItem

from . import attempts
from .alarms import raise_alarm
from .attempts import End, Outcome
from .collect import Fetched, ReceiptRefused, contradiction
from .followers import follow
from .models import Filing, KsefSession, Mode, Upo
from .move import Reason, move, move_block
from .settle import UNSETTLED, unsettled
from .states import State


def file_by_receipt(session: KsefSession, fetched: Fetched, stored: Upo, *, nip: str, at: datetime) -> list[UUID]:
    """A receipt proves number and acceptance of every document whose hash it names; one that errs proves nothing."""
    waiting = unsettled(session)
    named = [(waiting[digest], one) for digest, one in fetched.by_hash().items() if digest in waiting]
    if wrong := contradictions(named, nip=nip):
        raise ReceiptRefused(next(iter(wrong.values())))
    return file_documents(session, named, stored, at=at)


def contradictions(named: Sequence[tuple[Filing, ConfirmedDocument]], *, nip: str) -> dict[UUID, str]:
    """What speaks against a receipt, document by document; their hashes were found equal before."""
    wrong = {
        filing.pk: problem for filing, one in named if (problem := contradiction(filing, one, nip=nip)) is not None
    }
    # KSeF gives a number to one document only.
    times = Counter(str(one.ksef_number) for _, one in named)
    tenants = {filing.tenant_id for filing, _ in named}
    held = Filing.objects.filter(tenant_id__in=tenants, ksef_number__in=times)
    holders = dict(held.values_list("ksef_number", "pk"))
    for filing, one in named:
        number = str(one.ksef_number)
        if times[number] > 1 or holders.get(number, filing.pk) != filing.pk:
            wrong[filing.pk] = f"{number} is the number of another document"
    return wrong


def may_carry(filing: Filing, number: str | None, *, nip: str) -> bool:
    """Whether a number KSeF states for a document can be its own."""
    try:
        is_ours = KsefNumber(number or "").nip == nip
    except NotAKsefNumber:
        return False
    if not is_ours or (filing.ksef_number and filing.ksef_number != number):
        return False
    return not Filing.objects.filter(tenant_id=filing.tenant_id, ksef_number=number).exclude(pk=filing.pk).exists()


def file_documents(
    session: KsefSession, good: Sequence[tuple[Filing, ConfirmedDocument]], stored: Upo, *, at: datetime
) -> list[UUID]:
    """Move documents to Filed, with number, moment and mode as the receipt states them."""
    moved: list[UUID] = []
    for state in UNSETTLED[1:]:
        of_state = [(filing, confirmed) for filing, confirmed in good if filing.state == state]
        moved += move_block(
            tenant_id=session.tenant_id,
            ids=[filing.pk for filing, _ in of_state],
            came_from=state,
            to=State.RECEIPTED,
            at=at,
            about=session,
            each={
                "ksef_number": [str(confirmed.ksef_number) for _, confirmed in of_state],
                "accepted_at": [confirmed.numbered_at for _, confirmed in of_state],
                "ksef_mode": [confirmed.mode for _, confirmed in of_state],
            },
            upo=stored,
            receipted_at=at,
            next_action_at=None,
            deadline=None,
            faults=0,
            looks=0,
        )
    attempts.end_block(moved, End(Outcome.ACCEPTED, 200), at=at)
    filed = set(moved)
    _close_mismatches(session, [filing for filing, _ in good if filing.pk in filed], at=at)
    follow(session.tenant_id, moved, at=at)
    _tell_of_offline(session, good, at=at)
    return moved


def accept_without_receipt(filing_id: UUID, answer: SentInvoice, problem: str, *, at: datetime) -> Filing:
    """KSeF gave it a number but no receipt of its own yet: it keeps the number and waits. Returns it as it is now."""
    current = Filing.objects.select_for_update().get(pk=filing_id)
    if current.state in (State.SENT, State.UNKNOWN):
        move(
            current,
            State.ACCEPTED,
            at=at,
            reason=Reason("receipt_missing", {"problem": problem[:200]}),
            ksef_number=str(answer.ksef_number),
            accepted_at=answer.acquired_at or at,
            ksef_mode=answer.mode or "",
            next_action_at=at,
        )
    return current


def _close_mismatches(session: KsefSession, filed: Sequence[Filing], *, at: datetime) -> None:
    """The right receipt came after all: nobody needs to look at the wrong one any more."""
    told = ReviewItem.objects.filter(tenant_id=session.tenant_id, kind="receipt_mismatch", state=ReviewItem.State.OPEN)
    for item in told.filter(document_id__in=[filing.document_id for filing in filed]):
        close_item(item, at=at)


def _tell_of_offline(session: KsefSession, good: Sequence[tuple[Filing, ConfirmedDocument]], *, at: datetime) -> None:
    """KSeF calls a document dated before its day of sending offline, whatever was meant (art. 106nda(16))."""
    late = [
        each.invoice_number for filing, each in good if each.mode.lower() == "offline" and filing.mode == Mode.ONLINE
    ]
    if late:
        raise_alarm(
            session.tenant_id,
            "became_offline",
            subject=session.reference,
            params={"count": len(late), "numbers": late[:20]},
            at=at,
        )
