"""What became of a session and its documents: statuses and lists (API digest, 5.3 to 5.5)."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from apps.ksef_client import endpoints
from apps.ksef_client.endpoints import Endpoint
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.pages import Page, continue_from, read_page
from apps.ksef_client.reading import Fields
from apps.ksef_client.statuses import Status, read_status

LARGEST_PAGE = 1000


class SessionType(StrEnum):
    ONLINE = "Online"
    BATCH = "Batch"


class SessionOutcome(StrEnum):
    """How `GET /sessions` groups session statuses."""

    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    CANCELLED = "Cancelled"


@dataclass(frozen=True, slots=True)
class UpoPage:
    """One page of a session's collective UPO; the link is pre-signed and ends."""

    reference: str
    url: str | None = field(repr=False)
    url_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """The status of a session."""

    status: Status
    created_at: datetime | None
    updated_at: datetime | None
    valid_until: datetime | None
    upo_pages: tuple[UpoPage, ...]
    invoice_count: int | None
    successful_count: int | None
    failed_count: int | None
    reference: str | None = None  # in lists


@dataclass(frozen=True, slots=True)
class Original:
    """The document a duplicate duplicates."""

    ksef_number: str
    session: str | None


@dataclass(frozen=True, slots=True)
class SentInvoice:
    """One document of a session and what KSeF made of it."""

    reference: str
    ordinal: int
    invoice_hash: str
    status: Status
    invoicing_at: datetime | None  # accepted for processing
    acquired_at: datetime | None  # the KSeF number was given: the legal date of receipt
    stored_at: datetime | None
    ksef_number: str | None
    invoice_number: str | None
    file_name: str | None
    mode: str | None  # "Online" or "Offline", as KSeF sees it
    upo_url: str | None = field(repr=False)
    upo_url_expires_at: datetime | None = None

    @property
    def original(self) -> Original | None:
        """For a duplicate (440): which document was first, from the extensions or, failing those, the details."""
        return find_original(self.status)


def session_status(ksef: Ksef, session: str) -> Session:
    """The status of one session of either kind."""
    return ksef.call(endpoints.SESSION_STATUS, path={"referenceNumber": session}).into(_session)


def invoice_status(ksef: Ksef, session: str, invoice: str) -> SentInvoice:
    """The status of one document."""
    path = {"referenceNumber": session, "invoiceReferenceNumber": invoice}
    return ksef.call(endpoints.INVOICE_STATUS, path=path).into(_sent_invoice)


def session_invoices(
    ksef: Ksef, session: str, *, continuation: str | None = None, page_size: int = LARGEST_PAGE
) -> Page[SentInvoice]:
    """All documents of a session, page by page."""
    return _invoices(ksef, endpoints.SESSION_INVOICES, session, continuation, page_size)


def failed_invoices(
    ksef: Ksef, session: str, *, continuation: str | None = None, page_size: int = LARGEST_PAGE
) -> Page[SentInvoice]:
    """The rejected documents of a session; may lag behind the session's status."""
    return _invoices(ksef, endpoints.FAILED_INVOICES, session, continuation, page_size)


def list_sessions(
    ksef: Ksef,
    session_type: SessionType,
    *,
    created_from: datetime | None = None,
    created_to: datetime | None = None,
    modified_from: datetime | None = None,
    modified_to: datetime | None = None,
    reference: str | None = None,
    outcomes: tuple[SessionOutcome, ...] = (),
    continuation: str | None = None,
    page_size: int = LARGEST_PAGE,
) -> Page[Session]:
    """Sessions of the context, newest first; without Introspection only those this credential opened."""
    query = {
        "sessionType": session_type.value,
        "referenceNumber": reference,
        "dateCreatedFrom": created_from,
        "dateCreatedTo": created_to,
        "dateModifiedFrom": modified_from,
        "dateModifiedTo": modified_to,
        "statuses": [outcome.value for outcome in outcomes],
        "pageSize": page_size,
    }
    answer = ksef.call(endpoints.SESSIONS, query=query, headers=continue_from(continuation))
    return answer.into(lambda fields: read_page(fields, "sessions", _session))


_NUMBER = r"[0-9]{10}-[0-9]{8}-[0-9A-F]{6}-?[0-9A-F]{6}-[0-9A-F]{2}"
_IN_DETAILS = re.compile(rf"(?P<number>{_NUMBER})(?:.*?sesji:?\s*(?P<session>[0-9]{{8}}-S[OB]-[0-9A-F-]{{24}}))?", re.S)


def find_original(status: Status) -> Original | None:
    """Which document a 440 names as first."""
    if status.code != 440:
        return None
    if number := status.extensions.get("originalKsefNumber"):
        session = status.extensions.get("originalSessionReferenceNumber")
        return Original(str(number), str(session) if session else None)
    found = _IN_DETAILS.search("\n".join(status.details))
    return Original(found["number"], found["session"]) if found else None


def _invoices(
    ksef: Ksef, endpoint: Endpoint, session: str, continuation: str | None, page_size: int
) -> Page[SentInvoice]:
    answer = ksef.call(
        endpoint,
        path={"referenceNumber": session},
        query={"pageSize": page_size},
        headers=continue_from(continuation),
    )
    return answer.into(lambda fields: read_page(fields, "invoices", _sent_invoice))


def _session(fields: Fields) -> Session:
    upo = fields.part("upo")
    total = fields.number("invoiceCount")
    return Session(
        read_status(fields),
        fields.moment("dateCreated"),
        fields.moment("dateUpdated"),
        fields.moment("validUntil"),
        tuple(_upo_page(page) for page in upo.parts("pages")) if upo else (),
        fields.number("totalInvoiceCount") if total is None else total,
        fields.number("successfulInvoiceCount"),
        fields.number("failedInvoiceCount"),
        fields.text("referenceNumber"),
    )


def _upo_page(fields: Fields) -> UpoPage:
    return UpoPage(
        fields.need_text("referenceNumber"), fields.text("downloadUrl"), fields.moment("downloadUrlExpirationDate")
    )


def _sent_invoice(fields: Fields) -> SentInvoice:
    return SentInvoice(
        reference=fields.need_text("referenceNumber"),
        ordinal=fields.number("ordinalNumber") or 0,
        invoice_hash=fields.need_text("invoiceHash"),
        status=read_status(fields),
        invoicing_at=fields.moment("invoicingDate"),
        acquired_at=fields.moment("acquisitionDate"),
        stored_at=fields.moment("permanentStorageDate"),
        ksef_number=fields.text("ksefNumber") or None,
        invoice_number=fields.text("invoiceNumber"),
        file_name=fields.text("invoiceFileName"),
        mode=fields.text("invoicingMode"),
        upo_url=fields.text("upoDownloadUrl") or None,
        upo_url_expires_at=fields.moment("upoDownloadUrlExpirationDate"),
    )
