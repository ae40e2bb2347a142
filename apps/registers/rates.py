"""Keeps the published exchange rates complete, and gives a document those it may need."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import structlog
from django.db.models import Max

from apps.fa3.calendar import day_begins, is_business_day, warsaw_date

from . import ecb, nbp
from .http import RegisterUnavailable
from .models import ExchangeRate

log = structlog.get_logger(__name__)

# Before the first documents anybody may file: KSeF began on 1 February 2026, and a rate may be months older than that.
FIRST_DAY = date(2025, 7, 1)
# Table A is out between 11:45 and 12:15, the ECB's rates at about 16:00, in Warsaw.
NBP_OUT_AFTER, ECB_OUT_AFTER = timedelta(hours=11, minutes=45), timedelta(hours=16)
FRIDAY = 4
_DAY = timedelta(days=1)


def load_rates(*, at: datetime) -> int:
    """Load every table that is out and not here; how many rates came. What fails is left to the next time."""
    return _load_nbp(at) + _load_ecb(at)


def missing_nbp_days(at: datetime) -> list[date]:
    """Business days whose table is out by now and not here."""
    known = set(
        ExchangeRate.objects.filter(source=ExchangeRate.Source.NBP_A).values_list("published_on", flat=True).distinct()
    )
    last = _last_day(at, out_after=NBP_OUT_AFTER)
    days = (FIRST_DAY + _DAY * number for number in range((last - FIRST_DAY).days + 1))
    return [day for day in days if is_business_day(day) and day not in known]


def rates_of(source: str, currencies: Iterable[str], *, first: date, last: date) -> Iterator[ExchangeRate]:
    """What was published for these currencies on these days."""
    return ExchangeRate.objects.filter(
        source=source, currency__in=set(currencies), published_on__gte=first, published_on__lte=last
    ).iterator()


def _load_nbp(at: datetime) -> int:
    count = 0
    try:
        for first, last in _spans(missing_nbp_days(at)):
            count += _keep(nbp.published_between(first, last))
    except RegisterUnavailable as trouble:
        log.warning("rates.nbp_unavailable", trouble=str(trouble))
    return count


def _load_ecb(at: datetime) -> int:
    known = ExchangeRate.objects.filter(source=ExchangeRate.Source.ECB)
    newest = known.aggregate(day=Max("published_on"))["day"]
    expected = _last_day(at, out_after=ECB_OUT_AFTER)
    while expected.weekday() > FRIDAY:
        expected -= _DAY
    # On a bank holiday of its own the ECB has nothing new all day: four questions an hour are enough.
    if newest is not None and (newest >= expected or at.minute % 15):
        return 0
    try:
        return _keep(ecb.last_ninety_days(), newest)
    except RegisterUnavailable as trouble:
        log.warning("rates.ecb_unavailable", trouble=str(trouble))
        return 0


def _last_day(at: datetime, *, out_after: timedelta) -> date:
    """Today from the hour on at which its rates are out, else yesterday."""
    today = warsaw_date(at)
    return today if at >= day_begins(today) + out_after else today - _DAY


def _spans(days: list[date]) -> Iterator[tuple[date, date]]:
    """As few requests as the register allows."""
    while days:
        first = days[0]
        within = [day for day in days if (day - first).days < nbp.LONGEST_RANGE_DAYS]
        yield first, within[-1]
        days = days[len(within) :]


def _keep(rates: list[ExchangeRate], newer_than: date | None = None) -> int:
    fresh = [rate for rate in rates if newer_than is None or rate.published_on > newer_than]
    ExchangeRate.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=2_000)
    if fresh:
        log.info("rates.loaded", source=fresh[0].source, rates=len(fresh))
    return len(fresh)


def fits_a_document(value: Decimal) -> bool:
    """KursWaluty has six decimal places; a currency quoted finer (the rupiah) needs a person."""
    return value == round(value, 6)
