"""From a credit note to a correction, a hold or a skip (fa3-mapping 3)."""

from apps.documents.mapping.before_after import Written, as_differences, as_states
from apps.documents.mapping.category_move import move_category
from apps.documents.mapping.correction_document import Change, write_correction
from apps.documents.mapping.correction_state import rows_left
from apps.documents.mapping.correction_totals import close_tax_in_pln, over_correction
from apps.documents.mapping.dating import Issue, issue_day
from apps.documents.mapping.difference import difference_of
from apps.documents.mapping.gate import gate_reasons, is_final, number_of, number_reasons
from apps.documents.mapping.original import Original, filing_of_original, find_original, original_invoice
from apps.documents.mapping.outcome import Mapped, stopped
from apps.documents.mapping.overrides import CreditsAsDiscount, MoveToCategory
from apps.documents.mapping.reasons import WARNINGS, Code, Fault, Reason
from apps.documents.mapping.rows import Row
from apps.documents.mapping.setup import Setup
from apps.documents.mapping.source import CreditNote
from apps.documents.mapping.wording import Wording

_DAY_FIELD = "effective_at"
_REASONS = {
    "duplicate": "Duplikat",
    "fraudulent": "Transakcja oszukańcza",
    "order_change": "Zmiana zamówienia",
    "product_unsatisfactory": "Reklamacja",
}
_NO_REASON = "Korekta wartości sprzedaży"


def map_credit_note(note: CreditNote, setup: Setup) -> Mapped:
    """A credit note that is not void."""
    reasons = gate_reasons(note, setup, note.issued_on)
    if is_final(reasons):
        return stopped(reasons)
    invoice = original_invoice(setup, note.invoice_id)
    original, found = find_original(setup, invoice, filing_of_original(setup, invoice))
    reasons += found
    number = number_of(note, setup)
    issue = issue_day(
        note.issued_on or setup.filing_date, setup.filing_date, setup.settings, setup.overrides, _DAY_FIELD
    )
    reasons += (*number_reasons(number, setup), *([issue.reason] if issue.reason else []))
    if not note.is_complete:
        reasons.append(Reason(Code.LINES_INCOMPLETE, "lines.has_more", {"fault": Fault.MORE_LINES}))
    if original is None or not (note.is_complete and note.are_figures_readable):
        return stopped(reasons)
    if is_tax_only(note):
        return _map_tax_only(note, original, number, issue, setup, reasons)
    wording = Wording()
    difference = difference_of(note, original, setup, wording)
    priors = setup.related.prior_corrections
    reasons += _amount_reasons(note, original, setup)
    reasons += over_correction(difference.buckets, -note.total, original, priors)
    reasons += (finding for finding in difference.findings if finding.code not in WARNINGS)
    warnings = [finding for finding in difference.findings if finding.code in WARNINGS]
    warnings += [issue.warning] if issue.warning else []
    if reasons:
        return stopped(reasons, warnings)
    change = Change(
        number=number,
        issued_on=issue.day,
        reason=correction_reason(note),
        type=setup.settings.correction_type,
        rows=_written(difference.rows, original, setup),
        buckets=close_tax_in_pln(difference.buckets, original, priors),
        total=-note.total,
    )
    return write_correction(change, original, setup, wording, warnings)


def correction_reason(note: CreditNote) -> str:
    """PrzyczynaKorekty: the memo, else what Stripe's reason says."""
    return Wording.clean(note.memo) or _REASONS.get(note.reason or "", _NO_REASON)


def is_tax_only(note: CreditNote) -> bool:
    taxes = sum(tax.amount for tax in note.taxes)
    net = note.total - taxes if note.total_without_tax is None else note.total_without_tax
    return net == 0 and note.total > 0


def _amount_reasons(note: CreditNote, original: Original, setup: Setup) -> list[Reason]:
    currency = original.draft.currency
    params = {"total": currency.major(note.total), "currency": currency.code}
    credited = [line for line in note.lines if line.credits]
    is_discount = setup.for_original.settings.billing_credits == "discount" or setup.overrides.has(CreditsAsDiscount)
    reasons = []
    if credited and not is_discount:
        reasons.append(Reason(Code.BILLING_CREDITS, f"{credited[0].path}pretax_credit_amounts"))
    if note.total < 0:
        reasons.append(Reason(Code.NEGATIVE_TOTAL, "total", params))
    if note.total == 0:
        reasons.append(Reason(Code.ZERO_TOTAL, "total", params))
    if note.currency.upper() != original.draft.invoice.currency.upper():
        reasons.append(Reason(Code.CURRENCY_UNSUPPORTED, "currency", {"value": note.currency[:10].upper()}))
    return reasons


def _written(rows: tuple[Row, ...], original: Original, setup: Setup) -> list[Written]:
    """Differences, or both states where these are known for sure."""
    if setup.settings.correction_style == "before_after":
        currency = original.draft.currency
        left, is_certain = rows_left(original.rows, setup.related.prior_corrections, currency)
        if is_certain:
            return as_states(rows, left, currency)
    return as_differences(rows)


def _map_tax_only(
    note: CreditNote, original: Original, number: str, issue: Issue, setup: Setup, reasons: list[Reason]
) -> Mapped:
    """Held until a person says where the base goes."""
    wanted = setup.overrides.get(MoveToCategory)
    move = move_category(note, original, wanted) if wanted and not setup.related.prior_corrections else None
    warnings = [issue.warning] if issue.warning else []
    if move is None:
        params = {"tax": original.draft.currency.major(note.total)}
        return stopped([*reasons, Reason(Code.TAX_ONLY_CREDIT, "total_excluding_tax", params)], warnings)
    if reasons:
        return stopped(reasons, warnings)
    change = Change(
        number=number,
        issued_on=issue.day,
        reason=correction_reason(note),
        type=setup.settings.correction_type,
        rows=move.rows,
        buckets=move.buckets,
        total=-note.total,
        buyer_id=move.buyer_id,
        is_reverse_charge=move.is_reverse_charge,
    )
    return write_correction(change, original, setup, Wording(), warnings)
