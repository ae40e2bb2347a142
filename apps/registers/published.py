"""What may be kept as a published rate: one value for a day and currency, exactly as it was printed."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from .http import RegisterUnavailable
from .models import ExchangeRate

_CODE = re.compile(r"[A-Z]{3}")
_PLACES = 8  # of ExchangeRate.value
_LARGEST = 10**6


def published_rate(source: str, published_on: date, currency: str, value: Decimal, table: str) -> ExchangeRate:
    """The unsaved rate; RegisterUnavailable when it cannot be one, for a rounded or cut value would be a wrong one."""
    is_rate = value.is_finite() and 0 < value < _LARGEST and value == round(value, _PLACES)
    if not (is_rate and _CODE.fullmatch(currency)):
        raise RegisterUnavailable(f"The rate of {currency[:10]!r} on {published_on} is none.")
    return ExchangeRate(source=source, published_on=published_on, currency=currency, value=value, table=table)


def each_once(rates: Iterable[ExchangeRate]) -> list[ExchangeRate]:
    """The rates without repetitions; of two that differ for one day nobody can say which is right."""
    known: dict[tuple[date, str], ExchangeRate] = {}
    for rate in rates:
        first = known.setdefault((rate.published_on, rate.currency), rate)
        if (first.value, first.table) != (rate.value, rate.table):
            raise RegisterUnavailable(f"There are two rates of {rate.currency} for {rate.published_on}.")
    return list(known.values())
