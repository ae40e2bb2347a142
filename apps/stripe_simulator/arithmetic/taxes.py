from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .rounding import allocate, share

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as it is charged: reverse charge has a percentage of 0 here, whatever its statutory one."""

    id: str
    percentage: Decimal
    inclusive: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Tax:
    rate: Rate
    amount: int
    taxable_amount: int


def taxes_on(value: int, rates: Sequence[Rate]) -> tuple[Tax, ...]:
    """Tax inside the value first, then tax on top of what is left."""
    inclusive = [rate for rate in rates if rate.inclusive]
    inside = _inside(value, inclusive)
    net = value - sum(inside)
    amounts = dict(zip((rate.id for rate in inclusive), inside, strict=True))
    return tuple(
        Tax(rate, amounts[rate.id] if rate.inclusive else share(net, rate.percentage, _HUNDRED), net) for rate in rates
    )


def _inside(value: int, rates: Sequence[Rate]) -> list[int]:
    percentages = sum((rate.percentage for rate in rates), Decimal(0))
    tax = share(value, percentages, _HUNDRED + percentages)
    sign = -1 if tax < 0 else 1
    weights = [int(rate.percentage * 10_000) for rate in rates]
    return [sign * part for part in allocate(abs(tax), weights)]


def inclusive_tax(taxes: Iterable[Tax]) -> int:
    return sum(tax.amount for tax in taxes if tax.rate.inclusive)


def exclusive_tax(taxes: Iterable[Tax]) -> int:
    return sum(tax.amount for tax in taxes if not tax.rate.inclusive)


def summed(taxes: Iterable[Tax]) -> tuple[Tax, ...]:
    """One entry per rate, in order of appearance."""
    sums: dict[Rate, tuple[int, int]] = {}
    for tax in taxes:
        amount, taxable = sums.get(tax.rate, (0, 0))
        sums[tax.rate] = (amount + tax.amount, taxable + tax.taxable_amount)
    return tuple(Tax(rate, amount, taxable) for rate, (amount, taxable) in sums.items())
