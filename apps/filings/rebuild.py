"""Restores what KSeF knows about our documents after a loss: numbers, exact bytes and receipts. Sends nothing.

Documents themselves come back from Stripe first; then each is found in KSeF by its number, or by its hash.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import structlog

from apps.connections.ksef import Clock, public_keys
from apps.fa3.parse import NotExpressible, Unreadable, parse_xml
from apps.ksef_client import exports
from apps.ksef_client import sessions as calls
from apps.ksef_client.crypto import new_session_key
from apps.ksef_client.errors import AccessDenied, KsefError, Refused, Unavailable
from apps.ksef_client.invoices import InvoiceMetadata, InvoiceQuery, Role
from apps.ksef_client.pages import every
from apps.ksef_client.sessions import Session, SessionType
from apps.tenants.context import acting_in

from . import collect
from .collect import Fetched, ReceiptRefused, contradiction, decode_hash
from .line import Line
from .models import Filing, FilingXml, KsefSession, Lane, Upo
from .move import Reason, move
from .states import FOUND, State

log = structlog.get_logger()

EXPORT_RANGE = timedelta(days=85)
EXPORT_POLL_SECONDS = 2.0
EXPORT_POLLS = 150


@dataclass
class Report:
    """What a rebuild did."""

    in_ksef: int = 0
    restored: int = 0
    already_known: int = 0
    receipts: int = 0
    without_document: list[str] = field(default_factory=list)  # in KSeF, but Stripe's book does not have it
    without_receipt: list[str] = field(default_factory=list)


def rebuild(
    lane: Lane, line: Line, *, since: datetime, clock: Clock, wait: Callable[[float], None] = time.sleep
) -> Report:
    """Restore everything KSeF stored for this connection since a moment. May be run again at any time."""
    report = Report()
    for invoice, content in _everything(line, since, clock, wait):
        report.in_ksef += 1
        with acting_in(lane.tenant_id):
            _restore(lane, invoice, content, report, at=clock())
    _receipts(lane, line, since, report, clock)
    log.info("rebuild.done", lane=str(lane.pk), restored=report.restored, receipts=report.receipts)
    return report


def _everything(
    line: Line, since: datetime, clock: Clock, wait: Callable[[float], None]
) -> Iterator[tuple[InvoiceMetadata, bytes]]:
    """All documents with us as the seller, with their bytes, export by export."""
    start, end = since, clock()
    while start < end:
        until = min(start + EXPORT_RANGE, end)
        package = yield from _one_export(line, InvoiceQuery(Role.SELLER, start, until), wait)
        following = package.last_stored_at if package.is_truncated and package.last_stored_at else until
        if following <= start:
            return
        start = following


def _one_export(
    line: Line, query: InvoiceQuery, wait: Callable[[float], None]
) -> Generator[tuple[InvoiceMetadata, bytes], None, exports.ExportPackage]:
    key = new_session_key()
    reference = line.call(lambda ksef: exports.start_export(ksef, public_keys(), key, query))
    package = _finished(line, reference, wait)
    with tempfile.TemporaryDirectory(prefix="ksefkit-") as folder:
        archive = Path(folder) / "export"
        if package.parts:
            line.call(lambda ksef: exports.download_export(ksef, package, key, archive))
            known = {one.ksef_number: one for one in exports.read_export_metadata(archive, package.compression)}
            for file in exports.read_export(archive, package.compression):
                invoice = known.get(file.ksef_number)
                if invoice and hashlib.sha256(file.content).digest() == decode_hash(invoice.invoice_hash):
                    yield invoice, file.content
                else:
                    log.error("rebuild.damaged", ksef_number=file.ksef_number)
    return package


def _finished(line: Line, reference: str, wait: Callable[[float], None]) -> exports.ExportPackage:
    for _ in range(EXPORT_POLLS):
        export = line.call(lambda ksef: exports.export_status(ksef, reference))
        if export.status.is_success and export.package is not None:
            return export.package
        if export.status.is_failure:
            raise Unavailable(f"The export ended with {export.status.code}: {export.status.description}")
        wait(EXPORT_POLL_SECONDS)
    raise Unavailable("KSeF has not finished the export.")


def _restore(lane: Lane, invoice: InvoiceMetadata, content: bytes, report: Report, *, at: datetime) -> None:
    filing = _filing_of(lane, invoice)
    if filing is None:
        report.without_document.append(f"{invoice.invoice_number} ({invoice.ksef_number})")
        return
    if filing.ksef_number:
        report.already_known += 1
        return
    if filing.state not in FOUND:
        return  # on its way: its session tells what became of it
    digest = hashlib.sha256(content).digest()
    move(
        filing,
        State.ACCEPTED,
        at=at,
        reason=Reason("found_in_ksef"),
        lane=lane,
        environment=lane.connection.environment,
        xml=_xml(filing, content, digest, invoice, at),
        invoice_hash=digest,
        ksef_number=invoice.ksef_number,
        accepted_at=invoice.numbered_at or invoice.accepted_at or at,
        ksef_mode=invoice.mode or "",
        issue_date=invoice.issued_on,
        next_action_at=None,
        deadline=None,
    )
    report.restored += 1


def _filing_of(lane: Lane, invoice: InvoiceMetadata) -> Filing | None:
    ours = Filing.objects.filter(tenant_id=lane.tenant_id)
    by_number = ours.filter(ksef_number=invoice.ksef_number).first()
    by_hash = ours.filter(invoice_hash=decode_hash(invoice.invoice_hash)).first()
    unknown = ours.filter(number=invoice.invoice_number, ksef_number="").order_by("-opened_at").first()
    return by_number or by_hash or unknown


def _xml(filing: Filing, content: bytes, digest: bytes, invoice: InvoiceMetadata, at: datetime) -> FilingXml:
    known = FilingXml.objects.filter(tenant_id=filing.tenant_id, filing=filing, sha256=digest).first()
    if known is not None:
        return known
    try:
        issued_on = parse_xml(content).issued_on
    except (NotExpressible, Unreadable):
        issued_on = invoice.issued_on or at.date()
    return FilingXml.objects.create(
        id=uuid4(),
        tenant_id=filing.tenant_id,
        filing=filing,
        content=content,
        sha256=digest,
        issue_date=issued_on,
        built_at=at,
        provenance={"source": "ksef"},
    )


def _receipts(lane: Lane, line: Line, since: datetime, report: Report, clock: Clock) -> None:
    """There is no receipt without its session: all sessions since then are looked through (API digest, 5.6)."""
    missing = _missing(lane)
    for reference in _sessions(line, since):
        if not missing:
            break
        for fetched, page in _pages(line, reference):
            with acting_in(lane.tenant_id):
                report.receipts += _file(lane, fetched, page, missing, at=clock())
    report.without_receipt = sorted(filing.number for filing in missing.values())


def _missing(lane: Lane) -> dict[bytes, Filing]:
    with acting_in(lane.tenant_id):
        accepted = Filing.objects.filter(tenant_id=lane.tenant_id, lane=lane, state=State.ACCEPTED)
        return {bytes(filing.invoice_hash or b""): filing for filing in accepted}


def _sessions(line: Line, since: datetime) -> Iterator[str]:
    for kind in SessionType:
        yield from (session.reference for session in _sessions_of(line, kind, since) if session.reference)


def _sessions_of(line: Line, kind: SessionType, since: datetime) -> list[Session]:
    return line.call(
        lambda ksef: list(every(lambda page: calls.list_sessions(ksef, kind, created_from=since, continuation=page)))
    )


def _pages(line: Line, reference: str) -> Iterator[tuple[Fetched, str]]:
    session = KsefSession(reference=reference)
    try:
        status = line.call(lambda ksef: calls.session_status(ksef, reference))
        for page in status.upo_pages:
            yield collect.fetch_page(line, session, page), page.reference
        if not status.upo_pages:
            yield from _single_receipts(line, reference)
    except (Refused, AccessDenied, ReceiptRefused) as problem:
        log.info("rebuild.session_skipped", session=reference, why=str(problem)[:200])


def _single_receipts(line: Line, reference: str) -> Iterator[tuple[Fetched, str]]:
    """A session without a collective receipt, such as one still open: each document has its own."""
    invoices = line.call(
        lambda ksef: list(every(lambda page: calls.session_invoices(ksef, reference, continuation=page)))
    )
    for invoice in invoices:
        if invoice.ksef_number and invoice.status.is_success:
            try:
                yield collect.fetch_own(line, reference, link=invoice.upo_url, ksef_number=invoice.ksef_number), ""
            except (KsefError, ReceiptRefused) as problem:
                log.info("rebuild.receipt_skipped", ksef_number=invoice.ksef_number, why=str(problem)[:200])


def _file(lane: Lane, fetched: Fetched, page: str, missing: dict[bytes, Filing], *, at: datetime) -> int:
    found = [(digest, one) for digest, one in fetched.by_hash().items() if digest in missing]
    good = [
        (digest, one)
        for digest, one in found
        if contradiction(missing[digest], one, nip=lane.connection.context_nip) is None
    ]
    if not good:
        return 0
    kind = Upo.Kind.COLLECTIVE if page else Upo.Kind.OWN
    number = "" if page else str(good[0][1].ksef_number)
    stored = collect.keep_for(lane.tenant_id, fetched, kind=kind, at=at, reference=page, ksef_number=number)
    for digest, confirmed in good:
        filing = missing.pop(digest)
        move(
            filing,
            State.RECEIPTED,
            at=at,
            upo=stored,
            receipted_at=at,
            accepted_at=confirmed.numbered_at,
            ksef_mode=confirmed.mode,
            next_action_at=None,
        )
    return len(good)
