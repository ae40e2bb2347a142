"""Exchange rates for the tax in PLN (fa3-mapping 2.12): which day counts, and what was published for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from apps.documents.mapping.read import as_decimal
from apps.fa3.calendar import easter_sunday, last_business_day_before
from apps.fa3.rounding import divide

_DAY = timedelta(days=1)
_LARGEST_RATE = Decimal(10) ** 6
_RATE_PLACES = 6  # KursWaluty
_SATURDAY = 5
HOME = "PLN"


class RatesError(ValueError):
    """The published rates have an impossible form; the text names the place."""


@dataclass(frozen=True, slots=True)
class Rate:
    """PLN for one unit, with the evidence it was taken from."""

    value: Decimal
    published_on: date | None = None
    table: str = ""


@dataclass(frozen=True, slots=True)
class PublishedRates:
    """Rates by currency and day of publication."""

    source: Literal["NBP_A", "ECB"] = "NBP_A"
    by_currency: Mapping[str, Mapping[date, Rate]] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "PublishedRates":
        """`{"source": …, "rates": {currency: {day: rate or {"rate": …, "table": …}}}}`."""
        source = data.get("source", "NBP_A")
        if source not in ("NBP_A", "ECB"):
            raise RatesError("fx.source must be NBP_A or ECB")
        rates = data.get("rates", {})
        if not isinstance(rates, Mapping) or not all(isinstance(days, Mapping) for days in rates.values()):
            raise RatesError("fx.rates must hold an object of days for each currency")
        return cls(
            source,
            {
                str(currency).upper(): dict(_read_day(f"fx.rates.{currency}", day, rate) for day, rate in days.items())
                for currency, days in rates.items()
            },
        )

    def before(self, day: date, currency: str, source: str) -> Rate | None:
        """The rate of the last day of publication before `day`; None when it is not loaded, never an older one."""
        if source != self.source:
            return None
        if source == "NBP_A":
            return self.by_currency.get(currency, {}).get(last_business_day_before(day))
        return self._through_euro(_last_ecb_day_before(day), currency)

    def _through_euro(self, day: date, currency: str) -> Rate | None:
        """The ECB quotes units for one euro; without its quote of PLN the rates are taken as PLN already."""
        quoted = self.by_currency.get(currency, {}).get(day)
        zlotys = self.by_currency.get(HOME)
        if zlotys is None:
            return quoted
        for_euro = zlotys.get(day)
        if for_euro is None or currency == "EUR":
            return for_euro
        return quoted and Rate(divide(for_euro.value, quoted.value, places=_RATE_PLACES), day, quoted.table)


def _read_day(path: str, day: object, rate: object) -> tuple[date, Rate]:
    holder = rate if isinstance(rate, Mapping) else {"rate": rate}
    value = as_decimal(holder.get("rate"))
    try:
        published_on = date.fromisoformat(str(day))
    except ValueError as error:
        raise RatesError(f"{path} has a day that is not written YYYY-MM-DD") from error
    if value is None or not 0 < value < _LARGEST_RATE or value != round(value, _RATE_PLACES):
        raise RatesError(f"{path}.{published_on} is not a rate with at most six decimal places")
    return published_on, Rate(value, published_on, str(holder.get("table", "")))


def _last_ecb_day_before(day: date) -> date:
    """The ECB publishes on the days of TARGET, not of the Polish calendar."""
    day -= _DAY
    while not _is_target_day(day):
        day -= _DAY
    return day


def _is_target_day(day: date) -> bool:
    easter = easter_sunday(day.year)
    closed = {(1, 1), (5, 1), (12, 25), (12, 26)}
    movable = {easter - 2 * _DAY, easter + _DAY}
    return day.weekday() < _SATURDAY and (day.month, day.day) not in closed and day not in movable
