"""The original of a correction: what became of it, and its content as it was filed (fa3-mapping 3.1, 3.5)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from apps.documents.mapping.draft import Draft, draft_invoice
from apps.documents.mapping.gate import NUMBER_LIMIT
from apps.documents.mapping.normalise import normalise_invoice
from apps.documents.mapping.overrides import SetOriginal
from apps.documents.mapping.reasons import Code, Fault, Reason, Verdict
from apps.documents.mapping.related import FilingStatus, OriginalFiling
from apps.documents.mapping.rows import Row
from apps.documents.mapping.setup import Setup
from apps.documents.mapping.source import Invoice
from apps.fa3 import document as fa3
from apps.fa3.calendar import is_writable_day
from apps.fa3.ksef_number import is_valid_ksef_number
from apps.fa3.text import clean_text

_WAITING = frozenset({FilingStatus.PENDING, FilingStatus.HELD, FilingStatus.REJECTED})
_DAY_FIELDS = {"effective_at", "status_transitions.finalized_at"}
# Decisions about whether to file; the original was filed whatever they say now.
_SETTLED_BY_FILING = frozenset({Code.BILLING_CREDITS})


@dataclass(frozen=True, slots=True)
class Original:
    """The filed original: its draft, and how a correction refers to it."""

    draft: Draft
    rows: tuple[Row, ...]
    filing: OriginalFiling
    reference: fa3.CorrectedDocument

    def row_of(self, line_id: str) -> Row | None:
        return next((row for row in self.rows if row.line_id == line_id), None)

    @property
    def next_number(self) -> int:
        """The first row number the original leaves free."""
        return len(self.rows) + 1


def filing_of(setup: Setup) -> OriginalFiling | None:
    """How the original was filed; what a person stated goes first."""
    known = setup.related.original_filing
    entered = setup.overrides.get(SetOriginal)
    if entered is None:
        return known
    return replace(
        known or OriginalFiling(FilingStatus.ACCEPTED),
        status=FilingStatus.ACCEPTED if entered.ksef_number else FilingStatus.OUTSIDE_KSEF,
        p_1=entered.issued_on,
        p_2=entered.number,
        ksef_number=entered.ksef_number,
    )


def filing_of_original(setup: Setup, invoice: Invoice | None) -> OriginalFiling | None:
    """The same for the original of a credit note: what was issued before the company's start is outside KSeF."""
    known = filing_of(setup)
    if known is None and invoice is not None and invoice.issued_on is not None:
        is_before = invoice.issued_on < setup.settings.ksef_start
        return OriginalFiling(FilingStatus.OUTSIDE_KSEF) if is_before else None
    return known


def find_original(
    setup: Setup, invoice: Invoice | None, filing: OriginalFiling | None, *, prefix: str = "original_invoice."
) -> tuple[Original | None, list[Reason]]:
    """The original, None when it is not known well enough; and why the correction cannot go out yet."""
    reasons = _filing_reasons(invoice, filing)
    if invoice is None or filing is None or filing.status is FilingStatus.SKIPPED:
        return None, reasons
    issued_on = filing.p_1 or invoice.issued_on or setup.filing_date
    draft = draft_invoice(invoice, setup.for_original, issued_on, is_filed=True)
    reasons += (
        Reason(reason.code, prefix + reason.field, reason.params)
        for reason in (*_faults(invoice, filing), *draft.reasons)
        if reason.code not in _SETTLED_BY_FILING
    )
    if draft.rows is None:
        return None, reasons
    is_in_ksef = filing.status is not FilingStatus.OUTSIDE_KSEF
    number = clean_text(filing.p_2 or invoice.number)
    if not any(reason.code is Code.ORIGINAL_UNKNOWN for reason in reasons):
        reasons += _unwritable(issued_on, number)
    reference = fa3.CorrectedDocument(
        issued_on=issued_on,
        number=number,
        ksef_number=filing.ksef_number if is_in_ksef else None,
    )
    return Original(draft, draft.rows, filing, reference), reasons


def original_invoice(setup: Setup, invoice_id: str) -> Invoice | None:
    """The original's Stripe object, None when it was not given or is another one."""
    data = setup.related.original_invoice
    if data is None:
        return None
    invoice = normalise_invoice(data, setup.related.side)
    return invoice if not (invoice_id and invoice.id) or invoice.id == invoice_id else None


def _faults(invoice: Invoice, filing: OriginalFiling) -> Iterable[Reason]:
    """What could not be read of the original; number and day do not matter where the filing says them.

    What would make an invoice of its own a skip must not make its correction one.
    """
    said = ({"number"} if filing.p_2 else set()) | (_DAY_FIELDS if filing.p_1 else set())
    for fault in invoice.faults:
        if fault.field not in said:
            is_skip = fault.verdict is Verdict.SKIP
            yield replace(fault, code=Code.ORIGINAL_UNKNOWN) if is_skip else fault


def _filing_reasons(invoice: Invoice | None, filing: OriginalFiling | None) -> list[Reason]:
    if filing is None:
        return [Reason(Code.ORIGINAL_UNKNOWN, "invoice")]
    if filing.status is FilingStatus.SKIPPED:
        return [Reason(Code.ORIGINAL_NOT_IN_SCOPE, "invoice")]
    reasons = []
    is_unnumbered = filing.status is FilingStatus.ACCEPTED and not filing.ksef_number
    if filing.status in _WAITING or is_unnumbered:
        # A correction goes out only after its original has a number.
        reasons.append(Reason(Code.WAITING_ORIGINAL, "invoice", {"status": filing.status.value}))
    if invoice is None:
        reasons.append(Reason(Code.ORIGINAL_UNKNOWN, "invoice"))
    elif filing.status is FilingStatus.ACCEPTED and not is_unnumbered and (missing := _missing(filing)):
        reasons.append(Reason(Code.ORIGINAL_UNKNOWN, f"original_filing.{missing}"))
    return reasons


def _missing(filing: OriginalFiling) -> str:
    """The first value without which an accepted original cannot be named."""
    if not is_valid_ksef_number(filing.ksef_number):
        return "ksef_number"
    return "" if filing.p_1 and filing.p_2 else "p_2" if filing.p_1 else "p_1"


def _unwritable(issued_on: date, number: str) -> list[Reason]:
    """A date or number of the original that no correction could name."""
    if not is_writable_day(issued_on):
        return [Reason(Code.ORIGINAL_UNKNOWN, "original_filing.p_1", {"fault": Fault.OUT_OF_RANGE})]
    if not 0 < len(number) <= NUMBER_LIMIT:
        fault = Fault.OUT_OF_RANGE if number else Fault.MISSING
        return [Reason(Code.ORIGINAL_UNKNOWN, "original_filing.p_2", {"fault": fault})]
    return []
