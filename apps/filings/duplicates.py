"""KSeF says "duplicate": is it our own document from an attempt whose answer was lost, or somebody else's number?

KSeF names the original's number and session but not its hash (F5). The receipt of the original does, and it is the very
receipt we would miss: one download for a whole session of originals where there is one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from apps.ksef_client import sessions as calls
from apps.ksef_client.errors import AccessDenied, KsefError, Refused, Unavailable
from apps.ksef_client.receipt import ConfirmedDocument

from . import attempts, collect
from .attempts import End, Outcome
from .collect import Fetched, ReceiptRefused
from .lease import Lease
from .line import Line
from .models import Filing, KsefSession, Lane, Upo
from .move import Reason, move
from .proved import contradictions, file_documents
from .settle import review
from .states import State

log = structlog.get_logger()

MANY = 3
LOOK_AGAIN = timedelta(seconds=30)
LOOKS = 6


def resolve_duplicates(lease: Lease[KsefSession], line: Line) -> None:
    """Look up the originals of all duplicates of a session, those of one original session together."""
    by_session: dict[str, list[Filing]] = defaultdict(list)
    for filing in _suspects(lease):
        by_session[str(filing.reason_params.get("original_session", ""))].append(filing)
    for reference, filings in by_session.items():
        left = (
            _by_collective_receipt(lease, line, reference, filings) if reference and len(filings) >= MANY else filings
        )
        for filing in left:
            _one(lease, line, reference, filing)


def _suspects(lease: Lease[KsefSession]) -> list[Filing]:
    with lease.held() as session:
        rows = Filing.objects.filter(
            tenant_id=session.tenant_id,
            session=session,
            state=State.UNKNOWN,
            reason_code="duplicate",
            next_action_at__lte=lease.clock(),
        )
        return list(rows)


def _by_collective_receipt(
    lease: Lease[KsefSession], line: Line, reference: str, filings: Sequence[Filing]
) -> list[Filing]:
    """Adopt what the receipt of the original session proves to be ours; returns the rest."""
    try:
        status = line.call(lambda ksef: calls.session_status(ksef, reference))
    except (Refused, AccessDenied):
        return list(filings)
    waiting = {bytes(filing.invoice_hash or b""): filing for filing in filings}
    for page in status.upo_pages:
        try:
            fetched = collect.fetch_page(line, KsefSession(reference=reference), page)
            ours = [(waiting[digest], one) for digest, one in fetched.by_hash().items() if digest in waiting]
            adopted = (
                _adopt(lease, fetched, ours, kind=Upo.Kind.COLLECTIVE, page=page.reference) if ours else frozenset()
            )
        except (Refused, AccessDenied, ReceiptRefused, Unavailable) as problem:
            if not (isinstance(problem, AccessDenied) or collect.is_about_this_one(problem)):
                raise
            log.info("duplicate.no_page", session=reference, problem=str(problem)[:120])
            continue
        # Whom the page contradicts is asked about by itself, as if there were no page: each look is counted.
        waiting = {digest: filing for digest, filing in waiting.items() if filing.pk not in adopted}
    return list(waiting.values())


def _one(lease: Lease[KsefSession], line: Line, reference: str, filing: Filing) -> None:
    number = str(filing.reason_params.get("original", ""))
    if not number:
        _ask_a_person(lease, filing, "duplicate_unnamed")
        return
    fetched = _own_receipt(lease, line, number, reference, filing)
    if fetched is None:
        _look_again(lease, filing)
        return
    confirmed = _confirmed(lease, fetched, filing, number)
    if confirmed is not None:
        if not _adopt(lease, fetched, [(filing, confirmed)], kind=Upo.Kind.OWN, page=""):
            _ask_a_person(lease, filing, "receipt_mismatch")
    else:
        # Same number, other content: somebody filed another document under it. Only a person can say what is right.
        _ask_a_person(lease, filing, "duplicate_foreign")


def _confirmed(lease: Lease[KsefSession], fetched: Fetched, filing: Filing, number: str) -> ConfirmedDocument | None:
    """What the original's receipt says of this document, in the bytes sent now or in any that we sent before."""
    by_hash = fetched.by_hash()
    with lease.held():
        for attempt in filing.attempts.select_related("xml").order_by("-began_at"):
            confirmed = by_hash.get(bytes(attempt.invoice_hash))
            if confirmed is None or str(confirmed.ksef_number) != number:
                continue
            if bytes(attempt.invoice_hash) != bytes(filing.invoice_hash or b""):
                # KSeF gave them up for failed, they were dated anew, and yet they had arrived.
                earlier = {"xml": attempt.xml, "invoice_hash": attempt.invoice_hash}
                dated = {"issue_date": attempt.xml.issue_date, "built_at": attempt.xml.built_at}
                Filing.objects.filter(pk=filing.pk, state=State.UNKNOWN).update(**earlier, **dated)
                filing.xml, filing.invoice_hash = attempt.xml, attempt.invoice_hash
            return confirmed
    return None


def _own_receipt(lease: Lease[KsefSession], line: Line, number: str, reference: str, filing: Filing) -> Fetched | None:
    """The receipt of the original, by the session KSeF named or, where that is wrong (F5), by our own earlier ones."""
    for candidate in _candidates(lease, reference, filing):
        try:
            return collect.fetch_own(line, candidate, link=None, ksef_number=number)
        except ReceiptRefused:
            continue
        except (Refused, AccessDenied) as error:
            log.info("duplicate.not_there", session=candidate, problem=str(error)[:120])
        except KsefError as error:
            if error.code is None:
                raise
    return None


def _candidates(lease: Lease[KsefSession], reference: str, filing: Filing) -> list[str]:
    with lease.held():
        earlier = filing.attempts.exclude(session__reference="").order_by("began_at")
        ours = earlier.values_list("session__reference", flat=True)
    return list(dict.fromkeys([reference, *ours] if reference else ours))


def _adopt(
    lease: Lease[KsefSession],
    fetched: Fetched,
    ours: Sequence[tuple[Filing, ConfirmedDocument]],
    *,
    kind: "Upo.Kind",
    page: str,
) -> frozenset[UUID]:
    """File by the original's receipt those it does not contradict; returns them."""
    at = lease.clock()
    with lease.held() as session:
        lane = Lane.objects.select_related("connection").get(pk=session.lane_id)
        wrong = contradictions(ours, nip=lane.connection.context_nip)
        good = [pair for pair in ours if pair[0].pk not in wrong]
        if not good:
            return frozenset()
        number = str(good[0][1].ksef_number) if kind == Upo.Kind.OWN else ""
        stored = collect.keep_for(session.tenant_id, fetched, kind=kind, at=at, reference=page, ksef_number=number)
        attempts.end_block([filing.pk for filing, _ in good], End(Outcome.DUPLICATE, 440), at=at)
        filed = file_documents(session, good, stored, at=at)
    log.info("duplicate.ours", documents=len(good), session=fetched.says.session)
    return frozenset(filed)


def _look_again(lease: Lease[KsefSession], filing: Filing) -> None:
    if filing.looks + 1 >= LOOKS:
        _ask_a_person(lease, filing, "duplicate_unverified")
        return
    with lease.held():
        Filing.objects.filter(pk=filing.pk, state=State.UNKNOWN).update(
            looks=filing.looks + 1, next_action_at=lease.clock() + LOOK_AGAIN * (filing.looks + 1)
        )


def _ask_a_person(lease: Lease[KsefSession], filing: Filing, kind: str) -> None:
    facts: Mapping[str, object] = filing.reason_params
    at = lease.clock()
    with lease.held():
        move(filing, State.REJECTED, at=at, reason=Reason(kind, facts), next_action_at=None)
        attempts.end(filing, End(Outcome.REJECTED, 440, str(facts.get("description", ""))), at=at)
        review(filing, kind, facts, at=at)
    log.warning("duplicate.not_ours", filing=str(filing.pk), kind=kind)
