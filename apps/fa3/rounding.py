"""Rounding as the Act has it, and the four legal ways to the tax of one rate."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import reduce

# Wide enough for the largest amount the schema takes times a price of eight places.
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)
_HUNDRED = Decimal(100)
# What `quantize` rounds to, by places.
_STEPS = tuple(Decimal(1).scaleb(-places) for places in range(13))


def round_to(value: Decimal, places: int) -> Decimal:
    """Half goes away from zero; never minus zero."""
    rounded = value.quantize(_STEPS[places], context=_CONTEXT)
    return rounded if rounded else abs(rounded)


def round_to_grosz(value: Decimal) -> Decimal:
    """Art. 106e(11): to the full grosz, half a grosz goes up."""
    return round_to(value, 2)


def divide(dividend: Decimal, divisor: Decimal, *, places: int) -> Decimal:
    """A quotient rounded once, to so many places."""
    return round_to(_CONTEXT.divide(dividend, divisor), places)


def tax_of_net(net: Decimal, rate: Decimal, *, places: int = 2) -> Decimal:
    """Tax on a net value at a rate in percent."""
    return divide(_CONTEXT.multiply(net, rate), _HUNDRED, places=places)


def tax_in_gross(gross: Decimal, rate: Decimal, *, places: int = 2) -> Decimal:
    """Tax contained in a gross value at a rate in percent."""
    return divide(_CONTEXT.multiply(gross, rate), _HUNDRED + rate, places=places)


def tax_from_net_sum(nets: Iterable[Decimal], rate: Decimal, *, places: int = 2) -> Decimal:
    """Way a, art. 106e(1)(14): the rate on the sum of the net values."""
    return tax_of_net(_sum(nets), rate, places=places)


def tax_from_net_rows(nets: Iterable[Decimal], rate: Decimal, *, places: int = 2) -> Decimal:
    """Way b, art. 106e(10): the sum of the taxes of the rows."""
    return _sum(tax_of_net(net, rate, places=places) for net in nets)


def tax_from_gross_sum(grosses: Iterable[Decimal], rate: Decimal, *, places: int = 2) -> Decimal:
    """Way c, art. 106e(7): the tax contained in the sum of the gross values."""
    return tax_in_gross(_sum(grosses), rate, places=places)


def tax_from_gross_rows(grosses: Iterable[Decimal], rate: Decimal, *, places: int = 2) -> Decimal:
    """Way d, art. 106e(7) with (10): the sum of the taxes contained in the gross values of the rows."""
    return _sum(tax_in_gross(gross, rate, places=places) for gross in grosses)


def legal_taxes(
    *, nets: Iterable[Decimal], grosses: Iterable[Decimal], rate: Decimal, places: int = 2
) -> frozenset[Decimal]:
    """Every tax the four ways allow; `places` is the exponent of the currency."""
    nets, grosses = tuple(nets), tuple(grosses)
    return frozenset(
        {
            tax_from_net_sum(nets, rate, places=places),
            tax_from_net_rows(nets, rate, places=places),
            tax_from_gross_sum(grosses, rate, places=places),
            tax_from_gross_rows(grosses, rate, places=places),
        }
    )


def _sum(values: Iterable[Decimal]) -> Decimal:
    return reduce(_CONTEXT.add, values, Decimal(0))
