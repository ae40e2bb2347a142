"""An invoice on its way to a document: buyer, rows with categories and rates, totals, and every reason found so far.

The same draft serves the invoice itself and, for a correction, the original as it was filed.
"""

from dataclasses import dataclass
from datetime import date

from apps.documents.mapping.annotate import INTRA_EU, annotate
from apps.documents.mapping.buyer import Buyer, read_buyer
from apps.documents.mapping.currency import Currency, currency_of
from apps.documents.mapping.evidence import TaxContext
from apps.documents.mapping.figures import Sums, sum_up_invoice
from apps.documents.mapping.line_rows import build_rows
from apps.documents.mapping.overrides import ConfirmMinorUnit, CreditsAsDiscount, Overrides
from apps.documents.mapping.payment import paid_day
from apps.documents.mapping.reasons import Code, Fault, Reason
from apps.documents.mapping.row_rates import RateOf, filed_rate, missing_rates, published_rate, with_rates
from apps.documents.mapping.rows import Row
from apps.documents.mapping.setup import Setup
from apps.documents.mapping.source import Invoice, Source
from apps.documents.mapping.totals import Bucket, Group, buckets_of, group_rows, rows_fit
from apps.documents.mapping.wording import Wording
from apps.fa3 import document as fa3
from apps.fa3.codes import VatCategory

_STAND_IN = Currency("XXX", 2)  # for the other checks of a document whose currency stops it
_SUM_DIFFERS = Reason(Code.TOTAL_MISMATCH, "total", {"fault": Fault.SUM_DIFFERS})
_TAX_NOT_ON_ROWS = Reason(Code.TOTAL_MISMATCH, "lines", {"fault": Fault.TAX_NOT_ON_ROWS})
_AUTOMATIC_TAX_FAILED = frozenset({"failed", "requires_location_inputs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Rows are None while a reason stands in their way; then there are no buckets either."""

    invoice: Invoice
    currency: Currency
    buyer: Buyer
    context: TaxContext
    rows: tuple[Row, ...] | None
    groups: tuple[Group, ...]
    buckets: tuple[Bucket, ...]
    identity: fa3.BuyerId
    annotations: fa3.Annotations
    reasons: tuple[Reason, ...]
    wording: Wording

    def seller(self, setup: Setup) -> fa3.Seller:
        """Podmiot1, with the prefix where the rows ask for it."""
        return setup.seller.party(has_vat_prefix=asks_for_prefix(self.rows or ()))


def asks_for_prefix(rows: tuple[Row, ...]) -> bool:
    return any(row.treatment.decision.category in INTRA_EU for row in rows)


def draft_invoice(invoice: Invoice, setup: Setup, issued_on: date, *, is_filed: bool = False) -> Draft:
    """The draft as of a date of issue; one already filed takes its rates from the filing."""
    settings, overrides = setup.settings, setup.overrides
    wording = Wording()
    currency, reasons = read_currency(invoice, overrides)
    buyer, wrong = read_buyer(invoice.customer, overrides, settings, wording)
    context = _tax_context(invoice, buyer, currency, setup)
    sums = sum_up_invoice(invoice)
    reasons += wrong + _figure_reasons(invoice, sums, setup)
    rows: tuple[Row, ...] | None = None
    if invoice.are_figures_readable and invoice.is_complete:
        keeps_zero = settings.zero_lines == "keep"
        rows, undecided = build_rows(invoice, sums, context, currency, wording, keeps_zero_lines=keeps_zero)
        reasons += undecided
    identity: fa3.BuyerId = fa3.NoId()
    groups: list[Group] = []
    buckets: tuple[Bucket, ...] = ()
    if rows is not None:
        if currency is not _STAND_IN:
            rates = _rate_source(setup, currency, issued_on, invoice, is_filed=is_filed)
            rows, missing = with_rates(rows, currency, rates, on_untaxed=settings.fx_on_untaxed)
            reasons += missing_rates(missing, currency, setup)
        identity, unfit = choose_identity(rows, buyer, context)
        reasons += unfit + precision_reasons(invoice, rows, currency)
    if rows is not None and sums.adds_up:
        groups, is_clear = group_rows(rows, invoice.taxes)
        buckets = buckets_of(groups, currency)
        reasons += _total_reasons(invoice, buckets, rows, currency, is_clear=is_clear)
    return Draft(
        invoice=invoice,
        currency=currency,
        buyer=buyer,
        context=context,
        rows=rows,
        groups=tuple(groups),
        buckets=buckets,
        identity=identity,
        annotations=annotate(rows or (), buyer, settings, invoice.total, currency, wording),
        reasons=tuple(reasons),
        wording=wording,
    )


def read_currency(source: Source, overrides: Overrides) -> tuple[Currency, list[Reason]]:
    confirmed = overrides.get(ConfirmMinorUnit)
    currency = currency_of(source.currency, confirmed_exponent=confirmed.exponent if confirmed else None)
    if currency is not None:
        return currency, []
    return _STAND_IN, [Reason(Code.CURRENCY_UNSUPPORTED, "currency", {"value": source.currency[:10].upper() or "–"})]


def choose_identity(rows: tuple[Row, ...], buyer: Buyer, context: TaxContext) -> tuple[fa3.BuyerId, list[Reason]]:
    """The buyer's number for the categories of the rows (fa3-mapping 2.5, step 5)."""
    categories = {row.treatment.decision.category for row in rows}
    needs_eu = not INTRA_EU.isdisjoint(categories)
    has_goods = any(row.treatment.is_goods for row in rows)
    chosen = buyer.ids.chosen(context.country or "", needs_eu_number=needs_eu, has_goods=has_goods)
    if chosen is None:
        return fa3.NoId(), [Reason(Code.EU_B2B_NO_VAT_ID, "customer_tax_ids", {"value": "np II / 0 WDT"})]
    if VatCategory.DOMESTIC_REVERSE_CHARGE in categories and not isinstance(chosen, fa3.Nip):
        return chosen, [Reason(Code.DOMESTIC_REVERSE_CHARGE, "customer_tax_ids", {"value": "oo"})]
    return chosen, []


def _tax_context(invoice: Invoice, buyer: Buyer, currency: Currency, setup: Setup) -> TaxContext:
    return TaxContext(
        settings=setup.settings,
        overrides=setup.overrides,
        ids=buyer.ids,
        country=buyer.country,
        postal_code=invoice.customer.address.postal_code,
        ship_to=invoice.ship_to,
        ship_to_postal_code=invoice.ship_to_postal_code,
        is_reverse_customer=invoice.customer.tax_exempt == "reverse",
        step=currency.step,
    )


def _rate_source(setup: Setup, currency: Currency, issued_on: date, invoice: Invoice, *, is_filed: bool) -> RateOf:
    published = published_rate(setup, currency, issued_on, paid_day(invoice, setup.filing_date))
    filing = setup.related.original_filing
    return filed_rate(filing, currency, published) if is_filed and filing else published


def _figure_reasons(invoice: Invoice, sums: Sums, setup: Setup) -> list[Reason]:
    reasons = []
    if not invoice.is_complete:
        reasons.append(Reason(Code.LINES_INCOMPLETE, "lines.has_more", {"fault": Fault.MORE_LINES}))
    credited = [line for line in invoice.lines if line.credits]
    is_discount = setup.settings.billing_credits == "discount" or setup.overrides.has(CreditsAsDiscount)
    if credited and not is_discount:
        reasons.append(Reason(Code.BILLING_CREDITS, f"{credited[0].path}pretax_credit_amounts"))
    if invoice.automatic_tax in _AUTOMATIC_TAX_FAILED:
        reasons.append(Reason(Code.TAX_UNSUPPORTED, "automatic_tax.status", {"value": invoice.automatic_tax}))
    # Lines that were not read cannot add up; that is told already.
    if invoice.is_complete and invoice.are_figures_readable and not sums.adds_up:
        reasons.append(_SUM_DIFFERS)
    return reasons


def _total_reasons(
    invoice: Invoice, buckets: tuple[Bucket, ...], rows: tuple[Row, ...], currency: Currency, *, is_clear: bool
) -> list[Reason]:
    """By construction the totals make up P_15, unless a decision put charged tax where no tax is."""
    if not (is_clear and sum(bucket.gross for bucket in buckets) == invoice.total):
        return [_SUM_DIFFERS]
    return [] if rows_fit(buckets, rows, currency) else [_TAX_NOT_ON_ROWS]


def precision_reasons(source: Source, rows: tuple[Row, ...], currency: Currency) -> list[Reason]:
    """Amounts that two decimal places cannot write."""
    places = [] if currency.fits(source.total) else ["total"]
    places += [] if all(currency.fits(tax.amount) for tax in source.taxes) else ["total_taxes"]
    for row in rows:
        figures = row.figures
        if not (currency.fits(figures.value) and currency.fits(figures.tax) and currency.fits(figures.net)):
            # The path of a bare amount is the field itself, that of a line ends in a point.
            places.append(f"{row.path}amount" if row.path.endswith(".") else row.path)
    return [Reason(Code.AMOUNT_PRECISION, place, {"fault": Fault.OUT_OF_RANGE}) for place in places]
