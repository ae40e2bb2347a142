"""Keeps the published exchange rates complete, and gives a document those it may need."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import structlog
from django.db.models import Max

from apps.fa3.calendar import is_business_day, warsaw_date

from . import ecb, nbp
from .http import RegisterUnavailable
from .models import ExchangeRate

log = structlog.get_logger(__name__)

# Before the first documents anybody may file: KSeF began on 1 February 2026, and a rate may be months older than that.
FIRST_DAY = date(2025, 7, 1)
_DAY = timedelta(days=1)


def load_rates(*, at: datetime) -> bool:
    """Load every table that is missing; False when a register failed and something may still be missing."""
    return all([_load_nbp(warsaw_date(at)), _load_ecb(warsaw_date(at))])


def missing_nbp_days(today: date) -> list[date]:
    """Business days without a table; today's counts as missing until it is published, about noon."""
    known = set(
        ExchangeRate.objects.filter(source=ExchangeRate.Source.NBP_A).values_list("published_on", flat=True).distinct()
    )
    days = (FIRST_DAY + _DAY * number for number in range((today - FIRST_DAY).days + 1))
    return [day for day in days if is_business_day(day) and day not in known]


def rates_of(source: str, currencies: Iterable[str], *, first: date, last: date) -> Iterator[ExchangeRate]:
    """What was published for these currencies on these days."""
    return ExchangeRate.objects.filter(
        source=source, currency__in=set(currencies), published_on__gte=first, published_on__lte=last
    ).iterator()


def _load_nbp(today: date) -> bool:
    try:
        for first, last in _spans(missing_nbp_days(today)):
            _keep(nbp.published_between(first, last))
    except RegisterUnavailable as trouble:
        log.warning("rates.nbp_unavailable", trouble=str(trouble))
        return False
    return True


def _load_ecb(today: date) -> bool:
    newest = ExchangeRate.objects.filter(source=ExchangeRate.Source.ECB).aggregate(day=Max("published_on"))["day"]
    if newest is not None and newest >= today - _DAY:
        return True
    try:
        _keep(ecb.last_ninety_days())
    except RegisterUnavailable as trouble:
        log.warning("rates.ecb_unavailable", trouble=str(trouble))
        return False
    return True


def _spans(days: list[date]) -> Iterator[tuple[date, date]]:
    """As few requests as the register allows."""
    while days:
        first = days[0]
        within = [day for day in days if (day - first).days < nbp.LONGEST_RANGE_DAYS]
        yield first, within[-1]
        days = days[len(within) :]


def _keep(rates: list[ExchangeRate]) -> None:
    ExchangeRate.objects.bulk_create(rates, ignore_conflicts=True, batch_size=2_000)
    if rates:
        log.info("rates.loaded", source=rates[0].source, rates=len(rates))


def fits_a_document(value: Decimal) -> bool:
    """KursWaluty has six decimal places; a currency quoted finer (the rupiah) needs a person."""
    return value == round(value, 6)
