"""What corrections must know of documents filed before: read back from the exact bytes that were filed."""

from collections.abc import Iterable
from datetime import date

from apps.documents.mapping.filed import prior_of
from apps.documents.mapping.reasons import Code
from apps.documents.mapping.related import FilingStatus, OriginalFiling, PriorCorrection
from apps.fa3.calendar import warsaw_date
from apps.fa3.document import Document
from apps.fa3.parse import parse_xml

from .models import Filing, FilingXml
from .states import State

# Until an original is in KSeF its correction waits; what never goes there needs no correction there.
_STATUS = {
    State.RECEIPTED: FilingStatus.ACCEPTED,
    State.ACCEPTED: FilingStatus.ACCEPTED,
    State.HELD: FilingStatus.HELD,
    State.REJECTED: FilingStatus.REJECTED,
    State.EXCLUDED: FilingStatus.SKIPPED,
    State.ABANDONED: FilingStatus.SKIPPED,
}


def original_filing(filing: Filing | None, *, ksef_start: date) -> OriginalFiling | None:
    """How the original of a correction was filed; None when we know of no filing."""
    if filing is None:
        return None
    if filing.state == State.EXCLUDED and filing.reason_code == Code.BEFORE_KSEF_START:
        # Before the company was in KSeF it was issued outside; after that by other means, and a person must say how.
        is_outside = filing.issued_at is not None and warsaw_date(filing.issued_at) < ksef_start
        return OriginalFiling(FilingStatus.OUTSIDE_KSEF) if is_outside else None
    status = _STATUS.get(State(filing.state), FilingStatus.PENDING)
    if status is not FilingStatus.ACCEPTED:
        return OriginalFiling(status)
    document = filed_document(filing)
    return OriginalFiling(
        status,
        p_1=document.issued_on,
        p_2=document.number,
        ksef_number=filing.ksef_number,
        row_rates={row.uid: row.exchange_rate for row in document.rows if row.uid and row.exchange_rate},
        tax_pln={bucket.kind: bucket.tax_pln for bucket in document.buckets if bucket.tax_pln is not None},
    )


def prior_corrections(filings: Iterable[Filing]) -> tuple[PriorCorrection, ...]:
    """The corrections of one original that KSeF has taken, in their order."""
    return tuple(prior_of(filed_document(filing)) for filing in filings)


def filed_document(filing: Filing) -> Document:
    """The document in the exact bytes that were filed."""
    content = FilingXml.objects.values_list("content", flat=True).get(
        tenant_id=filing.tenant_id, pk__in=[filing.xml_id]
    )
    return parse_xml(bytes(content))
