"""What each row is worth in minor units, and whether the rows add up to what Stripe charged (fa3-mapping 2.8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.documents.mapping.source import CreditLine, CreditNote, Invoice, Line, Shipping, Source, Tax


@dataclass(frozen=True, slots=True)
class Figures:
    """One row: `value` is what was charged for it, gross if the tax is inclusive, else net."""

    value: int
    tax: int
    net: int
    gross: int
    discount: int
    is_inclusive: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """All rows of a document; shipping is None where there is none or its taxes are not known."""

    lines: tuple[Figures, ...]
    shipping: Figures | None
    shipping_taxes: tuple[Tax, ...]
    adds_up: bool
    is_net_only: bool = False  # a credit note whose lines are net although its prices are inclusive


def figures_of(value: int, taxes: Sequence[Tax], discount: int = 0, *, net_only: bool = False) -> Figures:
    """The row of a value and its tax entries; with `net_only` the value is net whatever the entries say."""
    inclusive = total = 0
    is_inclusive = False
    for tax in taxes:
        total += tax.amount
        if tax.is_inclusive and not net_only:
            inclusive += tax.amount
            is_inclusive = True
    return Figures(
        value=value,
        tax=total,
        net=value - inclusive,
        gross=value - inclusive + total,
        discount=discount,
        is_inclusive=is_inclusive,
    )


def plain_figures(net: int, tax: int, *, is_inclusive: bool) -> Figures:
    """A row of a correction, where only what it says is known."""
    gross = net + tax
    return Figures(gross if is_inclusive else net, tax, net, gross, 0, is_inclusive)


def sum_up_invoice(invoice: Invoice) -> Sums:
    """Rows with all discounts subtracted; where that does not add up, line discounts count as inside the amount."""
    shipping_taxes = taxes_of_shipping(invoice, invoice.lines)
    shipping = _shipping_figures(invoice.shipping, shipping_taxes)
    is_clear = shipping_taxes is not None
    beside = (shipping,) if shipping else ()
    lines = tuple(_line_figures(line) for line in invoice.lines)
    # Without the taxes of shipping there is nothing to check against; that itself stops the document.
    adds_up = not is_clear or _adds_up(invoice, (*lines, *beside))
    if not adds_up:
        others = tuple(_line_figures(line, only=invoice.invoice_discounts) for line in invoice.lines)
        if _adds_up(invoice, (*others, *beside)):
            lines, adds_up = others, True
    return Sums(lines, shipping, shipping_taxes or (), adds_up)


def sum_up_credit_note(note: CreditNote) -> Sums:
    """Rows as declared; Stripe also documents lines as tax-exclusive where the prices are inclusive, so try both."""
    shipping_taxes = taxes_of_shipping(note, note.lines)
    is_clear = shipping_taxes is not None
    readings = []
    for net_only in (False, True):
        shipping = _shipping_figures(note.shipping, shipping_taxes, net_only=net_only)
        lines = tuple(_credit_figures(line, net_only=net_only) for line in note.lines)
        fits = _adds_up(note, (*lines, *([shipping] if shipping else [])), net_only=net_only)
        readings.append(Sums(lines, shipping, shipping_taxes or (), fits or not is_clear, net_only))
    return next((reading for reading in readings if reading.adds_up), readings[0])


def taxes_of_shipping(source: Source, lines: Sequence[Line | CreditLine]) -> tuple[Tax, ...] | None:
    """The tax entries of shipping, or what remains of the totals after the lines; None when that is ambiguous."""
    shipping = source.shipping
    if shipping is None:
        return ()
    if shipping.taxes is not None:
        return shipping.taxes
    if shipping.is_free:
        return ()
    if not source.taxes:
        return () if shipping.tax == 0 else None
    left = [(total, *_left_of(total, lines)) for total in source.taxes]
    if shipping.tax:
        remaining = [total for total, amount, _ in left if amount]
    else:
        remaining = [total for total, _, base in left if base] or [total for total, *_ in left]
    if len(remaining) != 1:
        return None
    entry = remaining[0]
    return (Tax(shipping.tax, entry.is_inclusive, entry.rate_id, entry.rate, entry.reason, shipping.before_tax),)


def _left_of(total: Tax, lines: Sequence[Line | CreditLine]) -> tuple[int, int]:
    """Tax and base of a total that no line explains."""
    entries = [tax for line in lines for tax in line.taxes if tax.key == total.key]
    base = (total.base or 0) - sum(tax.base or 0 for tax in entries)
    return total.amount - sum(tax.amount for tax in entries), base


def _line_figures(line: Line, only: frozenset[str] | None = None) -> Figures:
    discount = line.credits + sum(item.amount for item in line.discounts if only is None or item.id in only)
    return figures_of(line.amount - discount, line.taxes, discount)


def _credit_figures(line: CreditLine, *, net_only: bool) -> Figures:
    return figures_of(line.amount - line.discount - line.credits, line.taxes, net_only=net_only)


def _shipping_figures(
    shipping: Shipping | None, taxes: tuple[Tax, ...] | None, *, net_only: bool = False
) -> Figures | None:
    if shipping is None or taxes is None:
        return None
    is_inclusive = any(tax.is_inclusive for tax in taxes)
    value = shipping.after_tax - shipping.tax if is_inclusive and net_only else shipping.before_tax
    if is_inclusive and not net_only:
        value = shipping.after_tax
    net = value if net_only or not is_inclusive else value - shipping.tax
    return Figures(
        value=value,
        tax=shipping.tax,
        net=net,
        gross=net + shipping.tax,
        discount=0,
        is_inclusive=is_inclusive and not net_only,
    )


def _adds_up(source: Source, rows: Sequence[Figures], *, net_only: bool = False) -> bool:
    """The rows against `total`, and against `total_excluding_tax` when it is given."""
    inclusive = sum(tax.amount for tax in source.taxes if tax.is_inclusive and not net_only)
    exclusive = sum(tax.amount for tax in source.taxes) - inclusive
    value = sum(row.value for row in rows)
    if value + exclusive != source.total:
        return False
    return source.total_without_tax is None or value - inclusive == source.total_without_tax
