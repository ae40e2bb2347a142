"""The Polish calendar: the Warsaw day of a moment, holidays, business days."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_WARSAW = ZoneInfo("Europe/Warsaw")
_DAY = timedelta(days=1)
_SATURDAY = 5
_WRITABLE_YEARS = range(2006, 2050)

# (month, day, first year): days off by the Act of 18 January 1951.
_FIXED = (
    (1, 1, 1951),  # New Year
    (1, 6, 2011),  # Epiphany
    (5, 1, 1951),  # Labour Day
    (5, 3, 1990),  # Constitution Day
    (8, 15, 1989),  # Assumption
    (11, 1, 1951),  # All Saints
    (11, 11, 1989),  # Independence Day
    (12, 24, 2025),  # Christmas Eve
    (12, 25, 1951),  # Christmas
    (12, 26, 1951),  # second day of Christmas
)


def warsaw_date(moment: datetime) -> date:
    """The calendar day in Warsaw; the only place that computes it."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone has no Warsaw day")
    return moment.astimezone(_WARSAW).date()


def is_writable_day(day: date) -> bool:
    """True for a day FA(3) takes as a date of issue (TDataT)."""
    return day.year in _WRITABLE_YEARS


def day_begins(day: date) -> datetime:
    """The moment this Warsaw day begins, in UTC; 23 or 25 hours before the next one when the clocks change."""
    return datetime(day.year, day.month, day.day, tzinfo=_WARSAW).astimezone(UTC)


def is_business_day(day: date) -> bool:
    """Monday to Friday, except public holidays."""
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


def next_business_day(day: date) -> date:
    """The first business day after this day."""
    return add_business_days(day, 1)


def last_business_day_before(day: date) -> date:
    """The last business day before this day."""
    return add_business_days(day, -1)


def add_business_days(day: date, count: int) -> date:
    """The count-th business day after this day, or before it when count is negative; 0 is the day itself."""
    step = _DAY if count > 0 else -_DAY
    for _ in range(abs(count)):
        day += step
        while not is_business_day(day):
            day += step
    return day


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """Public holidays of a year, those that always fall on a Sunday included."""
    easter = easter_sunday(year)
    movable = (easter, easter + _DAY, easter + 49 * _DAY, easter + 60 * _DAY)  # the last two: Pentecost, Corpus Christi
    fixed = (date(year, month, day) for month, day, first in _FIXED if year >= first)
    return frozenset((*movable, *fixed))


def easter_sunday(year: int) -> date:
    """Easter in the Gregorian calendar (the algorithm of Meeus, Jones and Butcher)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    shift = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leap_centuries - shift + 15) % 30
    leap_years, year_rest = divmod(rest, 4)
    weekday = (32 + 2 * century_rest + 2 * leap_years - moon - year_rest) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
