"""What was filed and then voided in Stripe: a correction to zero, or one that takes a correction back (3.6, 3.7)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from apps.documents.mapping.before_after import as_differences, with_values
from apps.documents.mapping.correction_document import Change, write_correction
from apps.documents.mapping.correction_state import Left, rows_left
from apps.documents.mapping.correction_totals import close_tax_in_pln, left_of_bucket, tax_in_pln_left
from apps.documents.mapping.currency import Currency
from apps.documents.mapping.dating import Issue, issue_day
from apps.documents.mapping.difference import difference_of
from apps.documents.mapping.figures import Figures, plain_figures
from apps.documents.mapping.gate import gate_reasons, is_final, number_reasons
from apps.documents.mapping.original import Original, filing_of, filing_of_original, find_original, original_invoice
from apps.documents.mapping.outcome import Mapped, stopped
from apps.documents.mapping.overrides import ApproveCorrection, SetNumber
from apps.documents.mapping.pricing import Priced
from apps.documents.mapping.reasons import WARNINGS, Code, Fault, Reason
from apps.documents.mapping.related import FilingStatus, PriorCorrection
from apps.documents.mapping.rows import Row
from apps.documents.mapping.setup import Setup
from apps.documents.mapping.source import CreditNote, Invoice, Source
from apps.documents.mapping.totals import Bucket, rows_fit, tax_in_pln
from apps.documents.mapping.wording import Wording
from apps.fa3.codes import CorrectionType
from apps.fa3.text import clean_text

_ONE = Decimal(1)
_VOIDED_AT = "status_transitions.voided_at"
_VOID_REASON = "Unieważnienie faktury"
_REVERSAL_REASON = "Unieważnienie faktury korygującej"
# A document KSeF refused, or that never left, was never issued (handbook 1.6.7).
_ISSUED = frozenset({FilingStatus.ACCEPTED, FilingStatus.PENDING, FilingStatus.OUTSIDE_KSEF})


def map_void_invoice(invoice: Invoice, setup: Setup) -> Mapped:
    """Nothing can be cancelled in KSeF, so a filed invoice is corrected to zero."""
    filing = filing_of(setup)
    reasons = gate_reasons(invoice, setup, invoice.voided_on)
    if filing is None or filing.status not in _ISSUED:
        return stopped([*reasons, Reason(Code.VOID, "status")])
    if is_final(reasons):
        return stopped(reasons)
    is_approved = setup.overrides.has(ApproveCorrection)
    if not is_approved and (setup.settings.void_policy == "hold" or invoice.voided_on is None):
        reasons.append(Reason(Code.VOID_AFTER_FILING, "status"))
    original, found = find_original(setup, invoice, filing, prefix="")
    issue = _issue(invoice, setup)
    number = _number(filing.p_2 or invoice.number, setup)
    reasons += (*found, *number_reasons(number, setup), *([issue.reason] if issue.reason else []))
    if original is None:
        return stopped(reasons)
    warnings = [issue.warning] if issue.warning else []
    priors = setup.related.prior_corrections
    left, _ = rows_left(original.rows, priors, original.draft.currency)
    total = invoice.total + sum(original.draft.currency.minor(prior.total) for prior in priors)
    rows = _rows_to_zero(left, original.draft.currency)
    buckets = _buckets_to_zero(rows, original, priors)
    reasons += _total_reasons(left, rows, buckets, total, original.draft.currency)
    if reasons:
        return stopped(reasons, warnings)
    change = Change(
        number=number,
        issued_on=issue.day,
        reason=_VOID_REASON,
        type=setup.settings.correction_type,
        rows=as_differences(rows),
        buckets=buckets,
        total=-total,
    )
    return write_correction(change, original, setup, Wording(), warnings)


def map_voided_credit_note(note: CreditNote, setup: Setup) -> Mapped:
    """A filed correction that was voided is taken back only when a person approves."""
    reasons = gate_reasons(note, setup, note.voided_on or note.issued_on)
    own = next((prior for prior in setup.related.prior_corrections if prior.p_2 == note.number), None)
    filing = setup.related.own_filing
    if own is None and (filing is None or filing.status not in _ISSUED):
        return stopped([*reasons, Reason(Code.CREDIT_NOTE_VOID, "status")])
    if is_final(reasons):
        return stopped(reasons)
    approval = setup.overrides.get(ApproveCorrection)
    if approval is None:
        return stopped([*reasons, Reason(Code.CREDIT_NOTE_VOIDED_AFTER_FILING, "status")])
    invoice = original_invoice(setup, note.invoice_id)
    original, found = find_original(setup, invoice, filing_of_original(setup, invoice))
    issue = _issue(note, setup)
    number = _number(note.number, setup)
    reasons += (*found, *number_reasons(number, setup), *([issue.reason] if issue.reason else []))
    if original is None or not note.are_figures_readable:
        return stopped(reasons)
    wording = Wording()
    difference = difference_of(note, original, setup, wording)
    reasons += (finding for finding in difference.findings if finding.code not in WARNINGS)
    warnings = [issue.warning] if issue.warning else []
    if reasons:
        return stopped(reasons, warnings)
    filed_on = (filing.p_1 if filing else None) or note.issued_on
    change = Change(
        number=number,
        issued_on=issue.day,
        reason=f"{_REVERSAL_REASON} {note.number}",
        type=_type_of_reversal(filed_on, issue.day, is_agreed=approval.price_restored_by_agreement),
        rows=as_differences([_mirrored(row) for row in difference.rows]),
        buckets=_mirrored_buckets(difference.buckets, own, original, setup),
        total=note.total,
    )
    return write_correction(change, original, setup, wording, warnings)


def _total_reasons(
    left: Sequence[Left], rows: Sequence[Row], buckets: Sequence[Bucket], total: int, currency: Currency
) -> list[Reason]:
    if all(item.is_nothing for item in left):  # credited in full before
        return [Reason(Code.ZERO_TOTAL, "total")]
    is_exact = sum(bucket.gross for bucket in buckets) == -total and rows_fit(buckets, rows, currency)
    if not is_exact:  # earlier corrections that do not add up themselves
        return [Reason(Code.TOTAL_MISMATCH, "prior_corrections", {"fault": Fault.SUM_DIFFERS})]
    return []


def _issue(source: Source, setup: Setup) -> Issue:
    day = source.voided_on or setup.filing_date
    return issue_day(day, setup.filing_date, setup.settings, setup.overrides, _VOIDED_AT)


def _number(number: str, setup: Setup) -> str:
    """Voiding makes no Stripe document, so its number follows the tenant's pattern."""
    entered = setup.overrides.get(SetNumber)
    return clean_text(entered.number if entered else setup.settings.void_number_pattern.replace("{number}", number))


def _rows_to_zero(left: Sequence[Left], currency: Currency) -> list[Row]:
    """Every row with negative quantity; of a row corrected before, what is left of it."""
    rows = []
    for item in left:
        if item.is_nothing and not item.is_untouched:
            continue
        row = item.row if item.is_untouched else with_values(item.row, item.net, item.tax, currency)
        priced = replace(row.priced, quantity=-row.priced.quantity, lost_quantity=None)
        if not item.is_untouched:
            priced = Priced(_ONE, currency.major(-row.value))
        rows.append(replace(row, figures=_negated(row.figures), priced=priced))
    return rows


def _buckets_to_zero(rows: Sequence[Row], original: Original, priors: Sequence[PriorCorrection]) -> list[Bucket]:
    """Minus the original, minus the corrections already made; the tax in PLN closes to zero as well."""
    currency, buckets = original.draft.currency, []
    for filed in original.draft.buckets:
        net, tax = left_of_bucket(filed.kind, original, priors)
        members = [row for row in rows if row.bucket is filed.kind]
        if not members:
            continue
        in_pln = None
        if filed.tax_pln is not None:
            left = tax_in_pln_left(filed.kind, original, priors)
            in_pln = tax_in_pln(members, -tax, currency) if left is None else -left
        of_rows = sum(row.figures.net for row in members), sum(row.figures.tax for row in members)
        rows_add_up = of_rows == (-net, -tax)
        buckets.append(Bucket(filed.kind, -net, -tax, rows_add_up, in_pln))
    return buckets


def _mirrored(row: Row) -> Row:
    """The row of the voided correction with opposite sign."""
    priced = row.priced
    opposite = (
        replace(priced, quantity=-priced.quantity) if priced.quantity < 0 else replace(priced, price=-priced.price)
    )
    return replace(row, figures=_negated(row.figures), priced=opposite)


def _mirrored_buckets(
    buckets: Sequence[Bucket], own: PriorCorrection | None, original: Original, setup: Setup
) -> list[Bucket]:
    """Opposite totals; the tax in PLN is that of the voided correction as it was filed."""
    others = tuple(prior for prior in setup.related.prior_corrections if prior is not own)
    mirrored = []
    for bucket in close_tax_in_pln(buckets, original, others):
        filed = own.buckets.get(bucket.kind) if own else None
        in_pln = filed.tax_pln if filed and filed.tax_pln is not None else bucket.tax_pln
        mirrored.append(replace(bucket, net=-bucket.net, tax=-bucket.tax, tax_pln=None if in_pln is None else -in_pln))
    return mirrored


def _type_of_reversal(filed_on: date | None, issued_on: date, *, is_agreed: bool) -> CorrectionType:
    """An increase belongs to the period of its cause, here the wrong note (art. 29a(17))."""
    is_same_month = filed_on is not None and (filed_on.year, filed_on.month) == (issued_on.year, issued_on.month)
    return CorrectionType.CORRECTION_PERIOD if is_agreed or is_same_month else CorrectionType.OTHER


def _negated(figures: Figures) -> Figures:
    return plain_figures(-figures.net, -figures.tax, is_inclusive=figures.is_inclusive)
