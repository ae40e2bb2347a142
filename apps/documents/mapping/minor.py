"""Exact arithmetic on minor units."""

from decimal import Decimal


def round_half_up(dividend: Decimal | int, divisor: Decimal | int, step: int = 1) -> int:
    """A quotient rounded once to a multiple of `step`; half goes away from zero (art. 106e(11))."""
    top, bottom = _whole(dividend, divisor)
    bottom *= step
    magnitude = (2 * abs(top) + bottom) // (2 * bottom)
    return magnitude * step if top >= 0 else -magnitude * step


def tax_of_net(net: int, percentage: Decimal, step: int = 1) -> int:
    """Tax on a net value."""
    return round_half_up(net * percentage, 100, step)


def tax_in_gross(gross: int, percentage: Decimal, step: int = 1) -> int:
    """Tax contained in a gross value."""
    return round_half_up(gross * percentage, 100 + percentage, step)


def _whole(dividend: Decimal | int, divisor: Decimal | int) -> tuple[int, int]:
    """Numerator and (positive) denominator of the quotient as integers."""
    top, bottom = dividend.as_integer_ratio(), divisor.as_integer_ratio()
    return top[0] * bottom[1], top[1] * bottom[0]
