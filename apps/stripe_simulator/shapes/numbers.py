from __future__ import annotations

from decimal import Decimal


def plain(value: Decimal) -> str:
    """A decimal as Stripe writes it: no exponent, no trailing zeros, at most 12 places."""
    text = f"{round(value, 12):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_json_number(value: Decimal | None) -> float | None:
    """Percentages are JSON numbers in Stripe's answers; this is the only place where one leaves as a float."""
    return None if value is None else float(value)
