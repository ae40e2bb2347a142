"""What a person decides about a document: state a fact, try again, or give it up. Runs inside acting_in.

A program decides for people with a company's key: it comes as `actor`, without a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.audit.record import lock_chain
from apps.documents.mapping.overrides import Override
from apps.reviews.holds import close_hold
from apps.reviews.items import close_items_of
from apps.reviews.models import Hold
from apps.reviews.overrides import store_override, store_overrides
from apps.tenants.models import User

from .again import in_line, stand_in_line
from .followers import follow
from .models import Filing
from .move import Reason, move
from .open import CannotRerun, rerun, rerun_block
from .states import ALLOWED, CAN_RERUN, State

# More are left to a worker: mapped one by one they would keep the person waiting, and a proxy may cut them off.
MAPPED_AT_ONCE = 20


class TooLate(Exception):
    """The document is with KSeF, or filed: a decision about sending it comes too late."""


@dataclass(frozen=True, slots=True)
class Retried:
    """How many of the chosen documents were mapped again, and how many could not be."""

    done: int
    too_late: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What one decision about many documents came to."""

    solved: int  # nothing is in their way any more
    held: int  # something else still is
    too_late: int  # not held any more when the decision came
    in_line: int = 0  # a worker maps them now
    override_id: UUID | None = None  # one of the statements, by which the decision is found again


def release_with_override(
    filing: Filing, override: Override, *, why: str, by: User | None = None, actor: str = "", at: datetime
) -> Filing:
    """Keep what the person stated beside the source, and map the document again with it."""
    if State(filing.state) not in CAN_RERUN:
        raise TooLate(filing.pk)
    store_override(filing.document, override, reason=why, by=by, actor=actor, at=at)
    return rerun(filing, at=at, actor=_who(by, actor))


def release_many(
    tenant_id: UUID, ids: Sequence[UUID], override: Override, *, why: str, by: User, at: datetime
) -> Decided:
    """State the same about each of these documents that is held; few are mapped at once, many by a worker."""
    lock_chain(tenant_id)
    chosen = Filing.objects.select_for_update(of=("self",)).select_related("document").order_by("opened_at", "id")
    held = list(chosen.filter(tenant_id=tenant_id, id__in=ids, state=State.HELD).exclude(in_line(at)))
    stored = store_overrides([filing.document for filing in held], override, reason=why, by=by, at=at)
    held_ids, too_late = [filing.pk for filing in held], len(set(ids)) - len(held)
    if len(held) > MAPPED_AT_ONCE:
        stand_in_line(tenant_id, held_ids, at=at)
        return Decided(solved=0, held=0, too_late=too_late, in_line=len(held), override_id=stored[0].pk)
    rerun_block(tenant_id, held_ids, at=at, actor=_who(by, ""))
    left = Filing.objects.filter(tenant_id=tenant_id, id__in=held_ids, state=State.HELD).count()
    return Decided(solved=len(held) - left, held=left, too_late=too_late)


def retry(filing: Filing, *, by: User | None = None, actor: str = "", at: datetime) -> Filing:
    """Map the document again as it stands now, and queue it if nothing is in the way."""
    try:
        return rerun(filing, at=at, actor=_who(by, actor))
    except CannotRerun as error:
        raise TooLate(filing.pk) from error


def retry_many(tenant_id: UUID, ids: Sequence[UUID], *, by: User, at: datetime) -> Retried:
    """Retry each of the chosen documents; those that are with KSeF by now are left alone and counted."""
    done = too_late = 0
    for filing in (
        Filing.objects.filter(tenant_id=tenant_id, id__in=ids).select_related("document").order_by("opened_at")
    ):
        try:
            retry(filing, by=by, at=at)
            done += 1
        except TooLate:
            too_late += 1
    return Retried(done=done, too_late=too_late)


def abandon(filing: Filing, *, why: str, by: User | None = None, actor: str = "", at: datetime) -> None:
    """Never file this document. It can be taken back as long as nothing was sent."""
    if State.ABANDONED not in ALLOWED[State(filing.state)]:
        raise TooLate(filing.pk)
    move(
        filing,
        State.ABANDONED,
        at=at,
        reason=Reason("abandoned", {"why": why}),
        actor=_who(by, actor),
        next_action_at=None,
    )
    follow(filing.tenant_id, [filing.pk], at=at)
    close_hold(filing.document, at=at, by=by, state=Hold.State.EXCLUDED)
    close_items_of(filing.document, at=at, by=by, note=why)


def _who(by: User | None, actor: str) -> str:
    return f"user:{by.id}" if by else actor
