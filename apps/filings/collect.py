"""Receipts: fetched, compared with what was sent, stored byte for byte; a document with its receipt is Filed."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from apps.ksef_client import upo as upo_calls
from apps.ksef_client.codes import NO_UPO
from apps.ksef_client.errors import KsefError, Refused
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.receipt import ConfirmedDocument, UpoProblem, parse_upo
from apps.ksef_client.receipt import Upo as Receipt
from apps.ksef_client.receipt_signature import verify_upo
from apps.ksef_client.sessions import UpoPage
from apps.ksef_client.upo import UpoFile

from .line import Line
from .models import Filing, KsefSession, Upo

log = structlog.get_logger()

# Verifying a signature costs time that grows with the file; pages of many documents are checked by content only.
LARGEST_VERIFIED = 1_000_000


class ReceiptRefused(Exception):
    """A receipt that does not prove what it should; it is not stored."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A receipt as it came, and what it says."""

    file: UpoFile
    says: Receipt

    def by_hash(self) -> Mapping[bytes, ConfirmedDocument]:
        """What it confirms, by the SHA-256 of each document's bytes."""
        return {decoded: each for each in self.says.documents if (decoded := decode_hash(each.invoice_hash))}


def fetch_page(line: Line, session: KsefSession, page: UpoPage) -> Fetched:
    """One page of a session's receipt: by its link, which costs nothing, else through the API."""
    reference = session.reference
    return _fetch(
        line,
        page.url,
        lambda ksef: upo_calls.download_upo_of_session(ksef, reference, page.reference),
        session_reference=reference,
    )


def fetch_own(line: Line, session_reference: str, *, link: str | None, ksef_number: str) -> Fetched:
    """The receipt of one document: by its link, else through the API."""
    return _fetch(
        line,
        link,
        lambda ksef: upo_calls.download_upo_by_ksef_number(ksef, session_reference, ksef_number),
        session_reference=session_reference,
    )


def _fetch(
    line: Line, link: str | None, through_the_api: Callable[[Ksef], UpoFile], *, session_reference: str
) -> Fetched:
    if link:
        address = link
        try:
            return _read(line.call(lambda ksef: upo_calls.download_upo_link(ksef, address)), session_reference)
        except (KsefError, ReceiptRefused) as problem:
            # Links end, and what lies behind one may be damaged (F30); the API is the second source.
            log.info("receipt.link_failed", session=session_reference, problem=type(problem).__name__)
    return _read(line.call(through_the_api), session_reference)


def _read(file: UpoFile, session_reference: str) -> Fetched:
    try:
        says = parse_upo(file.content)
    except UpoProblem as problem:
        raise ReceiptRefused(str(problem)) from None
    if says.session != session_reference:
        raise ReceiptRefused(f"The receipt is of session {says.session}, not of {session_reference}.")
    return Fetched(file, says)


def is_about_this_one(problem: Exception) -> bool:
    """Whether only this receipt is missing, wrong or damaged; else KSeF is out of reach and the next would fail too."""
    if isinstance(problem, KsefError) and not isinstance(problem, Refused):
        return problem.http_status == 200 and not problem.is_waf
    return isinstance(problem, Refused | ReceiptRefused)


def is_not_there_yet(problem: Exception) -> bool:
    """Whether KSeF said that it has no such receipt, which says nothing about any other."""
    return isinstance(problem, KsefError) and problem.has_code(NO_UPO)


def demand_own(fetched: Fetched, filing: Filing, ksef_number: str, *, nip: str) -> None:
    """Refuse a receipt that is not of this document under this number."""
    confirmed = fetched.by_hash().get(bytes(filing.invoice_hash or b""))
    if confirmed is None or str(confirmed.ksef_number) != ksef_number:
        raise ReceiptRefused(f"It is the receipt of another document, not of {ksef_number}.")
    problem = contradiction(filing, confirmed, nip=nip)
    if problem:
        raise ReceiptRefused(problem)


def contradiction(filing: Filing, confirmed: ConfirmedDocument, *, nip: str) -> str | None:
    """Why this confirmation is not about this document; its hash was found equal before."""
    number = str(confirmed.ksef_number)
    if confirmed.seller_nip != nip or confirmed.ksef_number.nip != nip:
        return f"NIP {confirmed.seller_nip} instead of {nip}"
    if filing.ksef_number and filing.ksef_number != number:
        return f"{number} instead of {filing.ksef_number}"
    return None


def keep(fetched: Fetched, session: KsefSession, *, kind: "Upo.Kind", at: datetime, reference: str = "") -> Upo:
    """Store the bytes, once; a second worker with the same receipt gets the stored one."""
    number = str(fetched.says.documents[0].ksef_number) if kind == Upo.Kind.OWN else ""
    return keep_for(session.tenant_id, fetched, kind=kind, at=at, reference=reference, ksef_number=number)


def keep_for(
    tenant_id: object, fetched: Fetched, *, kind: "Upo.Kind", at: datetime, reference: str = "", ksef_number: str = ""
) -> Upo:
    """The same for a receipt of a session that is not ours by row, such as an original's."""
    key = {
        "tenant_id": tenant_id,
        "session_reference": fetched.says.session,
        "upo_reference": reference,
        "ksef_number": ksef_number,
    }
    content = fetched.file.content
    row = Upo(
        **key,
        kind=kind,
        content=content,
        sha256=base64.b64decode(fetched.file.sha256),
        hash_confirmed=fetched.file.hash_confirmed,
        signature_valid=_signature_holds(content, at) if len(content) <= LARGEST_VERIFIED else None,
        document_count=len(fetched.says.documents),
        received_at=at,
    )
    Upo.objects.bulk_create([row], ignore_conflicts=True)
    stored = Upo.objects.defer("content").get(**key)
    if bytes(stored.sha256) != bytes(row.sha256):
        # What is stored may not name the documents this one names.
        raise ReceiptRefused("KSeF sent another receipt under this reference before.")
    return stored


def _signature_holds(content: bytes, at: datetime) -> bool:
    try:
        verify_upo(content, at=at)
    except UpoProblem:
        return False
    return True


def decode_hash(text: str) -> bytes | None:
    """A SHA-256 as KSeF writes it; None for anything else."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return decoded if len(decoded) == 32 else None
