"""Table A of the National Bank of Poland: average rates by day of publication (api.nbp.pl)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings

from .http import NoData, RegisterUnavailable, ask_json
from .models import ExchangeRate
from .published import each_once, published_rate

LONGEST_RANGE_DAYS = 93  # the most one request may span


def published_between(first: date, last: date) -> list[ExchangeRate]:
    """The unsaved rates of every table published on these days; none on weekends and holidays."""
    url = f"{settings.NBP_URL.rstrip('/')}/exchangerates/tables/A/{first.isoformat()}/{last.isoformat()}/?format=json"
    try:
        tables = ask_json(url)
    except NoData:
        return []
    if not isinstance(tables, list):
        raise RegisterUnavailable("NBP answered with something that is no list of tables.")
    return each_once(rate for table in tables for rate in _rates(table, first, last))


def _rates(table: Any, first: date, last: date) -> Iterator[ExchangeRate]:
    try:
        number, published_on = str(table["no"])[:40], date.fromisoformat(table["effectiveDate"])
        rates = [(str(rate["code"]), rate["mid"]) for rate in table["rates"]]
    except (KeyError, TypeError, ValueError):
        raise RegisterUnavailable("NBP answered with a table that cannot be read.") from None
    if table.get("table") != "A" or not first <= published_on <= last or not rates:
        raise RegisterUnavailable("NBP answered with a table that was not asked for.")
    for code, mid in rates:
        if not isinstance(mid, Decimal | int) or isinstance(mid, bool):
            raise RegisterUnavailable("NBP answered with a rate that is none.")
        yield published_rate(ExchangeRate.Source.NBP_A, published_on, code, Decimal(mid), number)
