"""What a credit note takes back, never more than what is left of a line or of the document."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from .rounding import allocate, share
from .taxes import Rate, Tax, exclusive_tax, inclusive_tax, summed, taxes_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Amount, discounts and taxes of a line, or of the part of it that was credited."""

    amount: int
    discounts: tuple[tuple[str, int], ...] = ()
    taxes: tuple[Tax, ...] = ()

    @property
    def value(self) -> int:
        return self.amount - sum(part for _, part in self.discounts)


def what_is_left(whole: Position, credited: Sequence[Position]) -> Position:
    """The line less everything credited on it so far."""
    return Position(
        amount=whole.amount - sum(part.amount for part in credited),
        discounts=tuple(
            (id, amount - sum(taken for part in credited for taken_id, taken in part.discounts if taken_id == id))
            for id, amount in whole.discounts
        ),
        taxes=less(whole.taxes, [tax for part in credited for tax in part.taxes]),
    )


def less(taxes: Sequence[Tax], credited: Sequence[Tax]) -> tuple[Tax, ...]:
    """Taxes per rate less those already credited."""
    return tuple(
        replace(
            tax,
            amount=tax.amount - sum(part.amount for part in credited if part.rate.id == tax.rate.id),
            taxable_amount=tax.taxable_amount
            - sum(part.taxable_amount for part in credited if part.rate.id == tax.rate.id),
        )
        for tax in taxes
    )


def credit_by_amount(whole: Position, left: Position, amount: int) -> Position:
    """Take an amount (before discount) off a line; taking all that is left leaves exactly nothing."""
    if amount == left.amount:
        return left
    remaining = dict(left.discounts)
    discounts = tuple(
        (id, _within(share(discount, Decimal(amount), Decimal(whole.amount)), remaining[id]))
        for id, discount in whole.discounts
    )
    value = amount - sum(part for _, part in discounts)
    taxes = taxes_on(value, [tax.rate for tax in whole.taxes])
    return Position(amount=amount, discounts=discounts, taxes=at_most(taxes, left.taxes))


def amount_of_quantity(
    whole: Position, left: Position, *, quantity: Decimal, of: Decimal, left_quantity: Decimal
) -> int:
    """What a quantity of a line was charged; the last piece is whatever remains."""
    if quantity == left_quantity:
        return left.amount
    return _within(share(whole.amount, quantity, of), left.amount)


def at_most(taxes: Sequence[Tax], left: Sequence[Tax]) -> tuple[Tax, ...]:
    """Rounding may not credit more tax than is left of it."""
    limits = {tax.rate.id: tax.amount for tax in left}
    return tuple(replace(tax, amount=_within(tax.amount, limits.get(tax.rate.id, tax.amount))) for tax in taxes)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditFigures:
    subtotal: int
    subtotal_excluding_tax: int
    discounts: tuple[tuple[str, int], ...]
    taxes: tuple[Tax, ...]
    total: int
    total_excluding_tax: int


def credit_figures(
    lines: Sequence[Position],
    *,
    shipping: Position,
    left_taxes: Sequence[Tax],
    exhausted: Collection[str],
    rounding: str,
) -> CreditFigures:
    """Totals of a credit note; a rate that it exhausts is credited exactly the tax that is left of it."""
    parts = [*lines, shipping]
    taxes = summed(tax for part in parts for tax in part.taxes)
    if rounding == "invoice":
        taxes = _rounded_once(parts)
    rest = {tax.rate.id: tax for tax in left_taxes if tax.rate.id in exhausted}
    taxes = tuple(rest.get(tax.rate.id, tax) for tax in at_most(taxes, left_taxes))
    value = sum(part.value for part in parts)
    subtotal = sum(line.amount for line in lines)
    return CreditFigures(
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal - sum(_tax_inside(line) for line in lines),
        discounts=_per_discount(lines),
        taxes=taxes,
        total=value + exclusive_tax(taxes),
        total_excluding_tax=value - inclusive_tax(taxes),
    )


def split_by_rate(amount: int, left_taxes: Sequence[Tax]) -> tuple[Tax, ...]:
    """The tax inside a bare amount: spread over the rates by what is left of each, tax included."""
    gross = [tax.taxable_amount + tax.amount for tax in left_taxes]
    parts = allocate(amount, [max(0, part) for part in gross])
    split = []
    for tax, part in zip(left_taxes, parts, strict=True):
        inside = Rate(tax.rate.id, tax.rate.percentage, True, tax.rate.reason)
        entry = taxes_on(part, [inside])[0]
        if part:
            split.append(Tax(tax.rate, _within(entry.amount, tax.amount), part - _within(entry.amount, tax.amount)))
    return tuple(split)


def _rounded_once(parts: Sequence[Position]) -> tuple[Tax, ...]:
    bases: dict[tuple[Rate, ...], int] = {}
    for part in parts:
        rates = tuple(tax.rate for tax in part.taxes)
        bases[rates] = bases.get(rates, 0) + part.value
    return summed(tax for rates, value in bases.items() for tax in taxes_on(value, rates))


def _tax_inside(line: Position) -> int:
    return inclusive_tax(taxes_on(line.amount, [tax.rate for tax in line.taxes]))


def _per_discount(lines: Sequence[Position]) -> tuple[tuple[str, int], ...]:
    sums: dict[str, int] = {}
    for line in lines:
        for id, part in line.discounts:
            sums[id] = sums.get(id, 0) + part
    return tuple(sums.items())


def _within(value: int, limit: int) -> int:
    """The value, but no further from zero than the limit."""
    return min(value, limit) if limit >= 0 else max(value, limit)
