"""From an invoice to a VAT document, a hold or a skip."""

from collections.abc import Iterable, Sequence
from datetime import date

from apps.documents.mapping.buyer import consumer_policy
from apps.documents.mapping.dating import Issue, date_supply, issue_day, issue_deadline
from apps.documents.mapping.descriptions import describe_invoice
from apps.documents.mapping.draft import Draft, draft_invoice
from apps.documents.mapping.gate import gate_reasons, is_final, number_of, number_reasons
from apps.documents.mapping.outcome import Mapped, finish, stopped
from apps.documents.mapping.overrides import AcceptTax, ApproveNegative
from apps.documents.mapping.payment import paid_day, payment_of, settlement_of
from apps.documents.mapping.reasons import WARNINGS, Code, Reason
from apps.documents.mapping.rows import SHIPPING, Row, write_row
from apps.documents.mapping.setup import Setup
from apps.documents.mapping.source import Invoice
from apps.documents.mapping.totals import Bucket, check_tax, write_bucket
from apps.documents.mapping.vies import VERIFIED, check_vies
from apps.fa3 import document as fa3
from apps.fa3.codes import BucketKind
from apps.fa3.facts import Facts
from apps.fa3.text import clean_text

SYSTEM = "KSeF Kit"
_ORDER_LIMIT = 256
_MONEY_PLACES = 2


def map_invoice(invoice: Invoice, setup: Setup) -> Mapped:
    """An invoice that is not void."""
    reasons = gate_reasons(invoice, setup, invoice.issued_on)
    if is_final(reasons):
        return stopped(reasons)
    issue = issue_day(
        invoice.issued_on or setup.filing_date, setup.filing_date, setup.settings, setup.overrides, "effective_at"
    )
    draft = draft_invoice(invoice, setup, issue.day)
    number = number_of(invoice, setup)
    reasons += draft.reasons
    reasons += number_reasons(number, setup)
    reasons += _content_reasons(draft, issue, setup)
    found = _observations(draft, issue, setup)
    reasons += (item for item in found if item.code not in WARNINGS)
    warnings = [item for item in found if item.code in WARNINGS]
    if reasons or draft.rows is None:
        return stopped(reasons, warnings)
    document = _document(draft, draft.rows, issue.day, number, setup)
    return finish(
        document, draft.rows, setup, [*warnings, *draft.wording.warnings], facts_of(draft, setup, invoice.total)
    )


def facts_of(draft: Draft, setup: Setup, total: int) -> Facts:
    currency = draft.currency
    statuses = setup.related.verifications or {}
    return Facts(
        filing_date=setup.filing_date,
        stripe_total=currency.major(total),
        currency_places=min(currency.exponent, _MONEY_PLACES),
        nbp_rates={
            rate.published_on: rate.value
            for rate in (row.rate for row in draft.rows or ())
            if rate and rate.published_on
        },
        is_vies_confirmed=isinstance(draft.identity, fa3.EuVat)
        and statuses.get(draft.identity.country + draft.identity.number) == VERIFIED,
    )


def kinds_with_row_tax(buckets: Iterable[Bucket], setup: Setup) -> frozenset[BucketKind]:
    """P_11Vat stands where the taxes of the rows make up the tax of their bucket."""
    if setup.settings.line_vat == "never":
        return frozenset()
    return frozenset(bucket.kind for bucket in buckets if bucket.kind.bears_tax and bucket.rows_add_up)


def tax_reasons(reasons: Iterable[Reason], setup: Setup) -> list[Reason]:
    """The tax check, unless a person accepted the tax."""
    is_accepted = setup.overrides.has(AcceptTax)
    return [reason for reason in reasons if not (is_accepted and reason.code is Code.TAX_MISMATCH)]


def _content_reasons(draft: Draft, issue: Issue, setup: Setup) -> list[Reason]:
    """Policies on what the document says."""
    reasons = [
        reason for reason in (issue.reason, consumer_policy(draft.buyer, setup.overrides, setup.settings)) if reason
    ]
    total = draft.invoice.total
    is_approved = setup.overrides.has(ApproveNegative)
    params = {"total": draft.currency.major(total), "currency": draft.currency.code}
    if total < 0 and not is_approved:
        reasons.append(Reason(Code.NEGATIVE_TOTAL, "total", params))
    if total == 0 and setup.settings.zero_total_policy == "skip" and draft.invoice.are_figures_readable:
        reasons.append(Reason(Code.ZERO_TOTAL, "total", params))
    if not is_approved:
        reasons += _negative_reasons(draft, setup)
    return reasons + _prepaid_reasons(draft, issue, setup)


def _negative_reasons(draft: Draft, setup: Setup) -> list[Reason]:
    reasons = [
        Reason(Code.NEGATIVE_BUCKET, f"P_13_{bucket.kind}", {"net": draft.currency.major(bucket.net)})
        for bucket in draft.buckets
        if bucket.net < 0 or bucket.tax < 0
    ]
    if setup.settings.negative_lines == "hold":
        reasons += (
            Reason(Code.NEGATIVE_LINE, row.path.removesuffix("."), {"value": draft.currency.major(row.value)})
            for row in draft.rows or ()
            if row.value < 0
        )
    return reasons


def _prepaid_reasons(draft: Draft, issue: Issue, setup: Setup) -> list[Reason]:
    """A subscription paid before its document: some read the Act as asking for an advance invoice (fa3-mapping 8.2)."""
    paid_on = paid_day(draft.invoice, setup.filing_date)
    if setup.settings.prepaid_document == "vat" or paid_on is None or paid_on >= issue.day:
        return []
    ahead = [row for row in draft.rows or () if row.is_recurring and row.period and row.period.last > paid_on]
    params = {"paid_on": paid_on, "day": issue.day}
    return [Reason(Code.PREPAID_DOCUMENT, ahead[0].path + "period", params)] if ahead else []


def _observations(draft: Draft, issue: Issue, setup: Setup) -> list[Reason]:
    """Warnings, and holds that come out of the same checks."""
    rows, related, payment = draft.rows or (), setup.related, draft.invoice.payment
    found = []
    if issue.warning:
        found.append(_with_deadline(issue.warning, rows, draft.invoice.issued_on, issue.day))
    if rows:
        vies = check_vies(rows, draft.identity, related, setup.settings, setup.overrides)
        found += [vies] if vies else []
        found += tax_reasons(check_tax(draft.groups, draft.currency), setup)
        found += _shipping_warning(rows)
    if negative := [row for row in rows if row.value < 0]:
        found.append(Reason(Code.NEGATIVE_LINES, negative[0].path.removesuffix("."), {"count": len(negative)}))
    if payment.refunded > payment.credited_after_payment:
        left = draft.currency.major(payment.refunded - payment.credited_after_payment)
        found.append(Reason(Code.REFUND_WITHOUT_CREDIT_NOTE, "charge.amount_refunded", {"amount": left}))
    if related.has_balance_topup:
        found.append(Reason(Code.BALANCE_TOPUP, "starting_balance"))
    return found


def _with_deadline(warning: Reason, rows: Sequence[Row], stripe_day: date | None, issued_on: date) -> Reason:
    """Re-dating across the 15th makes a timely document late (art. 106i)."""
    ends = [row.period.last for row in rows if row.period]
    deadline = issue_deadline(min(ends, default=issued_on))
    is_late = stripe_day is not None and stripe_day <= deadline < issued_on
    return Reason(warning.code, warning.field, {**warning.params, "deadline": deadline if is_late else "–"})


def _shipping_warning(rows: Sequence[Row]) -> list[Reason]:
    """Shipping legally shares the fate of the goods."""
    shipping = [row for row in rows if row.line_id == SHIPPING]
    if not shipping:
        return []
    others = [row for row in rows if row.line_id != SHIPPING]
    goods = [row for row in others if row.treatment.is_goods] or others
    rates = {(row.bucket, row.treatment.percentage) for row in goods}
    if not goods or (shipping[0].bucket, shipping[0].treatment.percentage) in rates:
        return []
    return [Reason(Code.SHIPPING_RATE_DIFFERS, SHIPPING)]


def _document(draft: Draft, rows: tuple[Row, ...], issued_on: date, number: str, setup: Setup) -> fa3.Document:
    invoice, currency, wording = draft.invoice, draft.currency, draft.wording
    supply = date_supply([row.period for row in rows], issued_on)
    shown = kinds_with_row_tax(draft.buckets, setup)
    return fa3.Document(
        created_at=setup.created_at,
        system=SYSTEM,
        seller=draft.seller(setup),
        buyer=draft.buyer.party(draft.identity),
        third_parties=draft.buyer.units,
        currency=currency.code,
        issued_on=issued_on,
        number=number,
        supplied=supply.whole,
        buckets=tuple(write_bucket(bucket, currency) for bucket in draft.buckets),
        total=currency.major(invoice.total),
        annotations=draft.annotations,
        is_for_fiscal_receipt=setup.settings.fiscal_receipt,
        is_between_related_parties=draft.buyer.is_related_party,
        descriptions=describe_invoice(invoice, rows, supply, setup.settings, currency),
        rows=tuple(
            write_row(row, currency=currency, shows_tax=row.bucket in shown, supplied_on=day)
            for row, day in zip(rows, supply.rows, strict=True)
        ),
        settlement=settlement_of(invoice, currency),
        payment=payment_of(invoice, setup.filing_date, setup.seller, currency, wording),
        terms=_terms(invoice, setup),
        footer=setup.seller.stopka,
    )


def _terms(invoice: Invoice, setup: Setup) -> fa3.Terms | None:
    """The buyer's order number, from the custom field the tenant names."""
    wanted = clean_text(setup.settings.order_field).lower()
    for name, value in invoice.custom_fields if wanted else ():
        number = clean_text(value)[:_ORDER_LIMIT]
        if clean_text(name).lower() == wanted and number:
            return fa3.Terms(orders=(fa3.Reference(number=number),))
    return None
