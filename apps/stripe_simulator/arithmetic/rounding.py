from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext

# The currencies Stripe counts in whole units or in thousandths; all others have hundredths.
_ZERO_DECIMAL = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
_THREE_DECIMAL = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))


def exponent(currency: str) -> int:
    if currency in _ZERO_DECIMAL:
        return 0
    return 3 if currency in _THREE_DECIMAL else 2


def to_minor(value: Decimal) -> int:
    """Whole minor units, halves away from zero, so that a credit mirrors its charge."""
    with localcontext(prec=60):
        return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def share(amount: int, numerator: Decimal, denominator: Decimal) -> int:
    with localcontext(prec=60):
        return to_minor(Decimal(amount) * numerator / denominator)


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split a total in proportion to weights: the parts add up exactly, and none exceeds its weight unless all do."""
    whole = sum(weights)
    if not total or not whole:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: -(total * weights[index] % whole))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts
