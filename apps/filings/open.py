"""Opens the filing of a captured document, and maps one again when something about it has changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from apps.audit.record import SYSTEM, Happening, lock_chain, record_all
from apps.documents.models import SourceDocument
from apps.reviews.holds import close_hold, open_hold
from apps.reviews.items import close_items_of
from apps.reviews.models import Hold

from .attempts import Outcome
from .build import Built, build
from .chain import chain_of, filing_of_original, is_correction, predecessor
from .followers import follow
from .lanes import lane_for, wake
from .models import Filing, FilingXml, Lane
from .move import Reason, move
from .states import CAN_RERUN, HOLDS_NUMBER, State

BLOCK = 1_000
# KSeF refused the file, not the right to issue it (API digest, 9.6).
TECHNICAL = (430, 435, 440, 450)
IDS_PER_ENTRY = 500


class CannotRerun(Exception):
    """The document is in KSeF, or may be: mapping it again would change nothing."""


def open_filing(document: SourceDocument, *, at: datetime) -> Filing:
    """Open the filing of a document, or bring the one of an earlier state of it up to date. Inside acting_in."""
    return open_filings([document], at=at)[0]


@transaction.atomic
def open_filings(documents: Sequence[SourceDocument], *, at: datetime, backfill: bool = False) -> list[Filing]:
    """The same for many documents of one tenant, in a few statements."""
    tenant_id = documents[0].tenant_id
    known = _known(tenant_id, documents)
    fresh = [document for document in documents if document.pk not in known]
    built = build(tenant_id, fresh, at=at) if fresh else []
    # Numbers are compared and taken by one opener of a tenant at a time.
    lock_chain(tenant_id)
    made = _insert(tenant_id, fresh, built, at=at, backfill=backfill)
    opened = {filing.document_id: filing for filing in made}
    filings = []
    for document in documents:
        earlier = known.get(document.pk)
        filings.append(opened[document.pk] if earlier is None else _bring_up_to_date(earlier, document, at=at))
    return filings


@transaction.atomic
def rerun(filing: Filing, *, at: datetime, actor: str = SYSTEM) -> Filing:
    """Map the newest state of the document again: after an override, a new profile, or because time has passed."""
    lock_chain(filing.tenant_id)
    filing = Filing.objects.select_for_update(of=("self",)).select_related("document").get(pk=filing.pk)
    if filing.state not in CAN_RERUN or _bytes_are_out(filing):
        raise CannotRerun(filing.pk)
    _rerun([filing], at=at, actor=actor)
    return filing


@transaction.atomic
def rerun_block(tenant_id: UUID, ids: Sequence[UUID], *, at: datetime, actor: str = SYSTEM) -> None:
    """The same for many documents that have not been sent: time has changed them, or one decision about all."""
    lock_chain(tenant_id)
    filings = Filing.objects.select_for_update(of=("self",)).select_related("document").filter(pk__in=ids)
    due = [filing for filing in filings if filing.state in (State.WAITING, State.READY, State.HELD)]
    _rerun([filing for filing in due if not _bytes_are_out(filing)], at=at, actor=actor)


def _bytes_are_out(filing: Filing) -> bool:
    """Waiting to go, but these very bytes may have reached KSeF or the buyer before."""
    return filing.state == State.READY and (filing.keep_bytes or filing.offline_at is not None)


def may_be_out() -> Q:
    """The same as a question to the database."""
    return Q(state=State.READY) & (Q(keep_bytes=True) | Q(offline_at__isnull=False))


def _is_out(filing: Filing) -> bool:
    """In KSeF as far as we know, or out of our hands: from here on only a correction changes it."""
    return filing.state not in CAN_RERUN or _bytes_are_out(filing)


def _rerun(filings: Sequence[Filing], *, at: datetime, actor: str = SYSTEM) -> None:
    if not filings:
        return
    for filing in filings:
        filing.document = _newest(filing)
    # A document issued offline keeps its day of issue, whatever is corrected in it.
    dated = {filing.document.pk: filing.issue_date for filing in filings if filing.offline_at and filing.issue_date}
    built = build(filings[0].tenant_id, [filing.document for filing in filings], at=at, dated=dated)
    for filing, outcome in zip(filings, built, strict=True):
        _apply(filing, outcome, at=at, actor=actor)


def _newest(filing: Filing) -> SourceDocument:
    """The latest state of the Stripe object, unless a filing of its own has it."""
    later = SourceDocument.objects.filter(
        tenant_id=filing.tenant_id,
        connection_id=filing.document.connection_id,
        stripe_id=filing.stripe_id,
        revision__gt=filing.document.revision,
        filings__isnull=True,
    )
    return later.order_by("-revision").first() or filing.document


def _known(tenant_id: UUID, documents: Sequence[SourceDocument]) -> dict[UUID, Filing]:
    """For each document the filing it already has or takes over: that of an earlier state of the same Stripe object."""
    rows = Filing.objects.select_related("document").filter(
        tenant_id=tenant_id, stripe_id__in=[document.stripe_id for document in documents]
    )
    by_object: dict[tuple[UUID, str], list[Filing]] = {}
    for filing in rows.order_by("opened_at"):
        by_object.setdefault((filing.document.connection_id, filing.stripe_id), []).append(filing)
    known = {}
    for document in documents:
        earlier = by_object.get((document.connection_id, document.stripe_id), [])
        same = next((filing for filing in earlier if filing.document_id == document.pk), None)
        if same is not None:
            known[document.pk] = same
        elif earlier and not _needs_its_own(document, earlier[-1]):
            known[document.pk] = earlier[-1]
    return known


def _needs_its_own(document: SourceDocument, latest: Filing) -> bool:
    """A document voided after it went out is corrected by another; any other later state changes nothing in KSeF."""
    return document.stripe_status == "void" and latest.document.stripe_status != "void" and _is_out(latest)


def _bring_up_to_date(filing: Filing, document: SourceDocument, *, at: datetime) -> Filing:
    """A later state of a document that did not go out yet replaces the earlier one."""
    if _is_out(filing) or document.revision <= filing.document.revision:
        return filing
    filing = Filing.objects.select_for_update().get(pk=filing.pk)
    if _is_out(filing) or filing.state == State.ABANDONED:
        return filing
    filing.document = document
    (built,) = build(filing.tenant_id, [document], at=at)
    _apply(filing, built, at=at)
    return filing


def _insert(
    tenant_id: UUID, documents: Sequence[SourceDocument], built: Sequence[Built], *, at: datetime, backfill: bool
) -> list[Filing]:
    if not documents:
        return []
    lanes = {mode: lane_for(tenant_id, livemode=mode) for mode in {document.livemode for document in documents}}
    taken = _numbers_taken(tenant_id, lanes, built)
    filings, xmls = [], []
    for document, outcome in zip(documents, built, strict=True):
        lane = lanes[document.livemode]
        first = predecessor(document) if is_correction(document) else None
        outcome = _placed(outcome, lane, taken, first)
        filing = _new(document, outcome, lane, _waits_for(document, outcome, first), at=at, backfill=backfill)
        if outcome.xml is not None:
            outcome.xml.filing = filing
            xmls.append(outcome.xml)
        if outcome.state in (State.WAITING, State.HELD) and outcome.reasons:
            open_hold(document, outcome.reasons, releases_itself=outcome.state == State.WAITING, at=at)
        filings.append(filing)
    Filing.objects.bulk_create(filings, batch_size=BLOCK)
    FilingXml.objects.bulk_create(xmls, batch_size=BLOCK)
    _record_opened(tenant_id, filings, at=at)
    for lane in {lane for lane in lanes.values() if lane is not None}:
        wake(lane.pk, at=at)
    return filings


def _new(
    document: SourceDocument, outcome: Built, lane: Lane | None, first: Filing | None, *, at: datetime, backfill: bool
) -> Filing:
    return Filing(
        id=uuid4(),
        tenant_id=document.tenant_id,
        document=document,
        lane=lane,
        environment=lane.connection.environment if lane else "",
        kind=document.kind,
        stripe_id=document.stripe_id,
        number=outcome.number or document.number,
        buyer_name=document.buyer_name,
        currency=document.currency,
        total_minor=document.total_minor,
        issued_at=document.issued_at,
        chain=chain_of(document),
        waits_for=first,
        state=outcome.state,
        state_since=at,
        reason_code=outcome.reason.code,
        reason_params=dict(outcome.reason.params),
        opened_at=at,
        next_action_at=_due(outcome, at),
        backfill=backfill,
        mode=outcome.mode,
        issue_date=outcome.xml.issue_date if outcome.xml else None,
        built_at=at if outcome.xml else None,
        deadline=outcome.deadline,
        xml_id=outcome.xml.pk if outcome.xml else None,
        invoice_hash=outcome.xml.sha256 if outcome.xml else None,
    )


def _apply(filing: Filing, outcome: Built, *, at: datetime, actor: str = SYSTEM) -> None:
    """Give an existing filing the outcome of mapping it again."""
    lane = lane_for(filing.tenant_id, livemode=filing.document.livemode)
    document = filing.document
    first = predecessor(document, but=filing.pk) if is_correction(document) else None
    outcome = _placed(outcome, lane, _numbers_taken(filing.tenant_id, {False: lane}, [outcome], but=filing), first)
    if outcome.xml is not None:
        outcome.xml.filing = filing
        outcome.xml.save(force_insert=True)
    columns: dict[str, Any] = {
        "document": document,
        "lane": lane,
        "environment": lane.connection.environment if lane else "",
        "number": outcome.number or document.number,
        "buyer_name": document.buyer_name,
        "total_minor": document.total_minor,
        "waits_for": _waits_for(document, outcome, first),
        "next_action_at": _due(outcome, at),
        "mode": outcome.mode,
        "issue_date": outcome.xml.issue_date if outcome.xml else None,
        "built_at": at if outcome.xml else None,
        "currency": document.currency,
        "deadline": outcome.deadline,
        "xml": outcome.xml,
        "invoice_hash": outcome.xml.sha256 if outcome.xml else None,
        "session": None,
        "invoice_reference": "",
        "keep_bytes": False,
        "faults": 0,
        "looks": 0,
    }
    if filing.offline_at is not None:
        columns |= {"mode": filing.mode, "deadline": filing.deadline, "corrects_hash": _corrected(filing, outcome)}
    if filing.state == outcome.state:
        # Still where it was, perhaps for another reason: no move, but what people read is brought up to date.
        changes = columns | {"reason_code": outcome.reason.code, "reason_params": dict(outcome.reason.params)}
        Filing.objects.filter(pk=filing.pk, state=filing.state).update(**changes)
        filing.refresh_from_db()
    else:
        move(filing, outcome.state, at=at, reason=outcome.reason, actor=actor, **columns)
    _settle_review(filing, outcome, at=at)
    if outcome.state in (State.EXCLUDED, State.HELD):
        follow(filing.tenant_id, [filing.pk], at=at)
    if lane is not None:
        wake(lane.pk, at=at)


def _corrected(filing: Filing, outcome: Built) -> bytes | None:
    """The hash of the original when KSeF refused it for a technical reason and other bytes take its place."""
    refused = filing.attempts.filter(offline=True, outcome=Outcome.REJECTED, status_code__in=TECHNICAL)
    original = refused.order_by("began_at").first()
    if original is None or outcome.xml is None or bytes(original.invoice_hash) == bytes(outcome.xml.sha256):
        return None
    return bytes(original.invoice_hash)


def _settle_review(filing: Filing, outcome: Built, *, at: datetime) -> None:
    if outcome.state in (State.WAITING, State.HELD) and outcome.reasons:
        open_hold(filing.document, outcome.reasons, releases_itself=outcome.state == State.WAITING, at=at)
        return
    closed = Hold.State.EXCLUDED if outcome.state == State.EXCLUDED else Hold.State.RELEASED
    close_hold(filing.document, at=at, state=closed)
    if outcome.state == State.READY:
        close_items_of(filing.document, at=at, note="filed again")


def _placed(outcome: Built, lane: Lane | None, taken: dict[str, str], first: Filing | None) -> Built:
    """A document with bytes still needs a connection to go to, its turn, and a number nobody else holds."""
    if first is not None and outcome.state in (State.READY, State.EXCLUDED):
        # Woken when that one is settled; what it takes away from the original changes this document.
        reason = Reason("after_another", {"number": first.number})
        return Built(State.WAITING, reason, [], number=outcome.number, deadline=outcome.deadline)
    if outcome.state != State.READY:
        return outcome
    if lane is None:
        return Built(State.WAITING, Reason("no_connection"), [], number=outcome.number, deadline=outcome.deadline)
    if outcome.number in taken:
        params = {"number": outcome.number, "other": taken[outcome.number]}
        reasons = [{"code": "DUPLICATE_NUMBER", "field": "number", "params": params}]
        return Built(State.HELD, Reason("DUPLICATE_NUMBER", params), reasons, deadline=outcome.deadline)
    taken[outcome.number] = "another document of this import"
    return outcome


def _waits_for(document: SourceDocument, outcome: Built, first: Filing | None) -> Filing | None:
    """Whose end wakes this document: the one before it, or the original it cannot be written without."""
    if outcome.state not in (State.WAITING, State.HELD) or not is_correction(document):
        return None
    return first or filing_of_original(document)


def _numbers_taken(
    tenant_id: UUID, lanes: dict[bool, Lane | None], built: Sequence[Built], *, but: Filing | None = None
) -> dict[str, str]:
    """Numbers other documents of the tenant hold in these environments, with the Stripe id of the holder."""
    numbers = [outcome.number for outcome in built if outcome.state == State.READY]
    environments = {lane.connection.environment for lane in lanes.values() if lane}
    if not numbers or not environments:
        return {}
    holders = Filing.objects.filter(
        tenant_id=tenant_id, environment__in=environments, number__in=numbers, state__in=HOLDS_NUMBER
    )
    if but is not None:
        holders = holders.exclude(pk=but.pk)
    return dict(holders.values_list("number", "stripe_id"))


def _due(outcome: Built, at: datetime) -> datetime | None:
    return at if outcome.state == State.READY else outcome.retry_at


def _record_opened(tenant_id: UUID, filings: Sequence[Filing], *, at: datetime) -> None:
    if len(filings) == 1:
        data = {"state": filings[0].state, "reason": filings[0].reason_code}
        happenings = [Happening(event="filing.opened", subject=filings[0], data=data, at=at)]
    else:
        happenings = [
            Happening(
                event="filing.opened",
                data={"filings": [[str(one.pk), one.state] for one in filings[start : start + IDS_PER_ENTRY]]},
                at=at,
            )
            for start in range(0, len(filings), IDS_PER_ENTRY)
        ]
    record_all(tenant_id=tenant_id, happenings=happenings)
