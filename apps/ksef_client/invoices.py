"""Reading documents back from KSeF: one by its number, metadata with the high-water mark (API digest, section 7)."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from apps.ksef_client import endpoints
from apps.ksef_client.ksef import Ksef, Query, iso, without_nulls
from apps.ksef_client.reading import Fields, Unreadable
from apps.ksef_client.upo import confirm_hash

INVOICE_LIMIT = 10_000_000
LARGEST_PAGE = 250


class Role(StrEnum):
    """As whom we appear on the documents we look for."""

    SELLER = "Subject1"
    BUYER = "Subject2"
    THIRD = "Subject3"
    AUTHORIZED = "SubjectAuthorized"


class DateType(StrEnum):
    """Which date a query goes by; only STORED is safe for reading everything once."""

    ISSUED = "Issue"
    ACCEPTED = "Invoicing"
    STORED = "PermanentStorage"


@dataclass(frozen=True, slots=True)
class InvoiceQuery:
    """Which documents to look for; at most three months at once."""

    role: Role
    since: datetime
    until: datetime | None = None  # None: now
    date_type: DateType = DateType.STORED
    only_settled: bool = False  # nothing beyond the high-water mark
    ksef_number: str | None = None
    invoice_number: str | None = None
    seller_nip: str | None = None
    invoice_types: tuple[str, ...] = ()
    page: int = 0

    def as_json(self) -> dict[str, Any]:
        """The filters in the form of the contract."""
        dates = {
            "dateType": self.date_type.value,
            "from": iso(self.since),
            "to": iso(self.until) if self.until else None,
            "restrictToPermanentStorageHwmDate": True if self.only_settled else None,
        }
        filters = {
            "subjectType": self.role.value,
            "dateRange": without_nulls(dates),
            "ksefNumber": self.ksef_number,
            "invoiceNumber": self.invoice_number,
            "sellerNip": self.seller_nip,
            "invoiceTypes": list(self.invoice_types) or None,
        }
        return without_nulls(filters)


@dataclass(frozen=True, slots=True)
class InvoiceMetadata:
    """What KSeF tells about a stored document."""

    ksef_number: str
    invoice_number: str
    invoice_hash: str
    invoice_type: str
    seller_nip: str
    issued_on: date | None
    accepted_at: datetime | None
    numbered_at: datetime | None
    stored_at: datetime | None
    mode: str | None
    currency: str | None
    net: Decimal | None
    gross: Decimal | None
    vat_pln: Decimal | None
    corrected_hash: str | None  # of the original of a technical correction


@dataclass(frozen=True, slots=True)
class MetadataPage:
    """One page of an answer; up to the high-water mark the set is complete for ever."""

    invoices: tuple[InvoiceMetadata, ...]
    has_more: bool
    is_truncated: bool  # the query has reached 10 000 records and must be narrowed
    high_water_mark: datetime | None


@dataclass(frozen=True, slots=True)
class InvoiceFile:
    """The exact bytes KSeF stores for a number."""

    content: bytes = field(repr=False)
    sha256: str
    hash_confirmed: bool


def download_invoice(ksef: Ksef, ksef_number: str) -> InvoiceFile:
    """A document by its KSeF number; Unavailable (21165) while it has a number but is not stored yet."""
    answer = ksef.call(
        endpoints.INVOICE, path={"ksefNumber": ksef_number}, accept="application/xml", max_answer=INVOICE_LIMIT
    )
    return InvoiceFile(answer.response.body, *confirm_hash(answer))


def query_metadata(ksef: Ksef, query: InvoiceQuery, *, page_size: int = LARGEST_PAGE) -> MetadataPage:
    """One page of the documents a query finds, oldest first."""
    parameters: Query = {"sortOrder": "Asc", "pageOffset": query.page, "pageSize": page_size}
    answer = ksef.call(endpoints.METADATA, query=parameters, json_body=query.as_json())
    return answer.into(
        lambda fields: MetadataPage(
            tuple(read_metadata(item) for item in fields.need_parts("invoices")),
            fields.flag("hasMore"),
            fields.flag("isTruncated"),
            fields.moment("permanentStorageHwmDate"),
        )
    )


def next_query(query: InvoiceQuery, page: MetadataPage) -> InvoiceQuery | None:
    """The query for what comes after a page; None when everything was read. Narrowed queries repeat some records."""
    if not page.has_more:
        return None
    if not page.is_truncated:
        return replace(query, page=query.page + 1)
    last = _date_of(page.invoices[-1], query.date_type) if page.invoices else None
    if last is None or last <= query.since:
        raise ValueError("More than 10 000 documents share one moment: narrow the query by another filter.")
    return replace(query, since=last, page=0)


def resume_from(query: InvoiceQuery, page: MetadataPage) -> datetime:
    """Where the next round of reading everything starts: the high-water mark, or the old start if none was told."""
    return page.high_water_mark or query.since


def read_metadata(fields: Fields) -> InvoiceMetadata:
    seller = fields.need_part("seller")
    return InvoiceMetadata(
        ksef_number=fields.need_text("ksefNumber"),
        invoice_number=fields.need_text("invoiceNumber"),
        invoice_hash=fields.need_text("invoiceHash"),
        invoice_type=fields.text("invoiceType") or "",
        seller_nip=seller.need_text("nip"),
        issued_on=_day(fields, "issueDate"),
        accepted_at=fields.moment("invoicingDate"),
        numbered_at=fields.moment("acquisitionDate"),
        stored_at=fields.moment("permanentStorageDate"),
        mode=fields.text("invoicingMode"),
        currency=fields.text("currency"),
        net=fields.amount("netAmount"),
        gross=fields.amount("grossAmount"),
        vat_pln=fields.amount("vatAmount"),
        corrected_hash=fields.text("hashOfCorrectedInvoice") or None,
    )


def _date_of(invoice: InvoiceMetadata, date_type: DateType) -> datetime | None:
    if date_type is DateType.STORED:
        return invoice.stored_at
    if date_type is DateType.ACCEPTED:
        return invoice.accepted_at
    raise ValueError("A query by date of issue cannot be continued after 10 000 records; use the storage date.")


def _day(fields: Fields, name: str) -> date | None:
    text = fields.text(name)
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise Unreadable(f"{name} is no date") from None
