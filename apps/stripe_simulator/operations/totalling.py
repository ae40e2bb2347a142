from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from apps.stripe_simulator.arithmetic.invoice_totals import InvoiceFigures, PricedLine, Reduction, figures_of
from apps.stripe_simulator.arithmetic.taxes import Rate, Tax, inclusive_tax
from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.catalogue import Coupon, Discount, Price, ShippingRate, TaxRate
from apps.stripe_simulator.records.invoices import DiscountShare, Invoice, Line, ShippingCost, TaxEntry, Totals

from .tax_engine import automatic_rate


def totalled(change: Change, invoice: Invoice) -> Invoice:
    """The invoice with the figures of its lines, discounts, taxes and totals worked out anew."""
    shipping, behavior = _shipping(change, invoice)
    figures = figures_of(
        [_priced(change, invoice, line) for line in invoice.lines],
        reductions=[reduction(change, discount) for discount in invoice.discounts],
        shipping=shipping,
        shipping_rates=_rates(change, invoice, (), inclusive=behavior == "inclusive") if shipping else (),
        rounding=change.account.rounding,
    )
    return replace(
        invoice,
        lines=tuple(
            replace(
                line,
                taxes=tax_entries(line_figures.taxes),
                discount_shares=tuple(DiscountShare(discount=id, amount=part) for id, part in line_figures.discounts),
            )
            for line, line_figures in zip(invoice.lines, figures.lines, strict=True)
        ),
        shipping_cost=_shipping_cost(invoice.shipping_cost, figures),
        totals=_totals(figures),
    )


def tax_entries(taxes: Iterable[Tax]) -> tuple[TaxEntry, ...]:
    return tuple(
        TaxEntry(
            tax_rate=tax.rate.id,
            amount=tax.amount,
            taxable_amount=tax.taxable_amount,
            inclusive=tax.rate.inclusive,
            reason=tax.rate.reason,
        )
        for tax in taxes
    )


def reduction(change: Change, discount_id: str) -> Reduction:
    coupon = change.get(Coupon, change.get(Discount, discount_id).coupon)
    return Reduction(id=discount_id, percent=coupon.percent_off, amount=coupon.amount_off)


def rate_of(change: Change, entry: TaxEntry) -> Rate:
    """The rate behind a tax entry, as it was charged."""
    record = change.get(TaxRate, entry.tax_rate)
    return Rate(record.id, _charged(record), entry.inclusive, entry.reason)


def manual_rates(change: Change, ids: Iterable[str]) -> tuple[Rate, ...]:
    records = (change.get(TaxRate, id) for id in ids)
    return tuple(Rate(record.id, _charged(record), record.inclusive, "not_available") for record in records)


def _charged(rate: TaxRate) -> Decimal:
    return rate.percentage if rate.effective_percentage is None else rate.effective_percentage


def _priced(change: Change, invoice: Invoice, line: Line) -> PricedLine:
    behavior = change.get(Price, line.price).tax_behavior if line.price else "unspecified"
    return PricedLine(
        amount=line.amount,
        rates=_rates(change, invoice, line.tax_rates, inclusive=behavior == "inclusive"),
        reductions=tuple(reduction(change, discount) for discount in line.discounts),
        discountable=line.discountable,
    )


def _rates(change: Change, invoice: Invoice, own: tuple[str, ...], *, inclusive: bool) -> tuple[Rate, ...]:
    if invoice.automatic_tax:
        record, reason = automatic_rate(change, invoice.buyer, inclusive=inclusive)
        return (Rate(record.id, _charged(record), record.inclusive, reason),)
    if invoice.buyer.tax_exempt != "none":
        return ()
    return manual_rates(change, own or invoice.default_tax_rates)


def _shipping(change: Change, invoice: Invoice) -> tuple[int, str]:
    if invoice.shipping_cost is None:
        return 0, "unspecified"
    rate = change.get(ShippingRate, invoice.shipping_cost.shipping_rate)
    return rate.amount, rate.tax_behavior


def _shipping_cost(cost: ShippingCost | None, figures: InvoiceFigures) -> ShippingCost | None:
    if cost is None:
        return None
    net = figures.shipping - inclusive_tax(figures.shipping_taxes)
    tax = sum(part.amount for part in figures.shipping_taxes)
    return replace(
        cost,
        amount_subtotal=net,
        amount_tax=tax,
        amount_total=net + tax,
        taxes=tax_entries(figures.shipping_taxes),
    )


def _totals(figures: InvoiceFigures) -> Totals:
    return Totals(
        subtotal=figures.subtotal,
        subtotal_excluding_tax=figures.subtotal_excluding_tax,
        total=figures.total,
        total_excluding_tax=figures.total_excluding_tax,
        taxes=tax_entries(figures.taxes),
        discounts=tuple(DiscountShare(discount=id, amount=part) for id, part in figures.discounts),
        shipping=figures.shipping,
    )
