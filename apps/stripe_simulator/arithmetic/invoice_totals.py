"""From lines, coupons and rates to the figures of an invoice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .rounding import allocate, share
from .taxes import Rate, Tax, exclusive_tax, inclusive_tax, summed, taxes_on

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """One discount: a share of the price or a fixed amount."""

    id: str
    percent: Decimal | None = None
    amount: int | None = None

    def on(self, value: int) -> int:
        if value <= 0:
            return 0
        if self.percent is not None:
            return min(value, share(value, self.percent, _HUNDRED))
        return min(value, self.amount or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    amount: int
    rates: tuple[Rate, ...] = ()
    reductions: tuple[Reduction, ...] = ()
    discountable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFigures:
    amount: int
    discounts: tuple[tuple[str, int], ...]  # discount id and this line's share
    taxes: tuple[Tax, ...]
    net_before_invoice_discounts: int

    @property
    def value(self) -> int:
        return self.amount - sum(part for _, part in self.discounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFigures:
    lines: tuple[LineFigures, ...]
    shipping_taxes: tuple[Tax, ...]
    shipping: int
    discounts: tuple[tuple[str, int], ...]
    taxes: tuple[Tax, ...]
    subtotal: int
    subtotal_excluding_tax: int
    total: int
    total_excluding_tax: int


def figures_of(
    lines: Sequence[PricedLine],
    *,
    reductions: Sequence[Reduction] = (),
    shipping: int = 0,
    shipping_rates: Sequence[Rate] = (),
    rounding: str = "line",
) -> InvoiceFigures:
    """Line coupons first, then the invoice's coupons spread over the lines, then tax on what is left of each line."""
    discounts: list[list[tuple[str, int]]] = [_item_discounts(line) for line in lines]
    item_discounts = [sum(part for _, part in parts) for parts in discounts]
    for reduction in reductions:
        _spread(reduction, lines, discounts)
    line_figures = tuple(
        _line_figures(line, parts, item_discount)
        for line, parts, item_discount in zip(lines, discounts, item_discounts, strict=True)
    )
    shipping_taxes = taxes_on(shipping, shipping_rates)
    taxes = _document_taxes(line_figures, shipping, shipping_taxes, rounding)
    value = sum(line.value for line in line_figures) + shipping
    total = value + exclusive_tax(taxes)
    return InvoiceFigures(
        lines=line_figures,
        shipping_taxes=shipping_taxes,
        shipping=shipping,
        discounts=_per_discount(discounts),
        taxes=taxes,
        subtotal=sum(line.amount for line in lines) - sum(item_discounts),
        subtotal_excluding_tax=sum(line.net_before_invoice_discounts for line in line_figures),
        total=total,
        total_excluding_tax=value - inclusive_tax(taxes),
    )


def _item_discounts(line: PricedLine) -> list[tuple[str, int]]:
    left = line.amount
    parts = []
    for reduction in line.reductions:
        part = reduction.on(left)
        left -= part
        parts.append((reduction.id, part))
    return parts


def _spread(reduction: Reduction, lines: Sequence[PricedLine], discounts: list[list[tuple[str, int]]]) -> None:
    left = [
        max(0, line.amount - sum(part for _, part in parts)) if line.discountable else 0
        for line, parts in zip(lines, discounts, strict=True)
    ]
    for parts, part in zip(discounts, allocate(reduction.on(sum(left)), left), strict=True):
        if part:
            parts.append((reduction.id, part))


def _line_figures(line: PricedLine, parts: Sequence[tuple[str, int]], item_discount: int) -> LineFigures:
    undiscounted = line.amount - item_discount
    return LineFigures(
        amount=line.amount,
        discounts=tuple(parts),
        taxes=taxes_on(line.amount - sum(part for _, part in parts), line.rates),
        net_before_invoice_discounts=undiscounted - inclusive_tax(taxes_on(undiscounted, line.rates)),
    )


def _document_taxes(
    lines: Sequence[LineFigures], shipping: int, shipping_taxes: Sequence[Tax], rounding: str
) -> tuple[Tax, ...]:
    per_line = summed([*(tax for line in lines for tax in line.taxes), *shipping_taxes])
    if rounding == "line":
        return per_line
    return _rounded_once(lines, shipping, shipping_taxes)


def _rounded_once(lines: Sequence[LineFigures], shipping: int, shipping_taxes: Sequence[Tax]) -> tuple[Tax, ...]:
    """Tax of the summed base of each rate; lines with the same set of rates are summed together."""
    bases: dict[tuple[Rate, ...], int] = {}
    valued = [(line.value, line.taxes) for line in lines] + [(shipping, shipping_taxes)]
    for value, taxes in valued:
        rates = tuple(tax.rate for tax in taxes)
        bases[rates] = bases.get(rates, 0) + value
    return summed(tax for rates, value in bases.items() for tax in taxes_on(value, rates))


def _per_discount(discounts: Sequence[Sequence[tuple[str, int]]]) -> tuple[tuple[str, int], ...]:
    sums: dict[str, int] = {}
    for parts in discounts:
        for id, part in parts:
            sums[id] = sums.get(id, 0) + part
    return tuple(sums.items())
