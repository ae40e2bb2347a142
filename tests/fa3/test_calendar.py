"""The Warsaw day, Polish holidays, business days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.fa3.calendar import (
    add_business_days,
    day_begins,
    easter_sunday,
    holidays,
    is_business_day,
    last_business_day_before,
    next_business_day,
    warsaw_date,
)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 8, 31, 21, 59, 59, tzinfo=UTC), date(2026, 8, 31)),
        (datetime(2026, 8, 31, 22, 0, tzinfo=UTC), date(2026, 9, 1)),  # summer: two hours ahead
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),  # winter: one hour ahead
    ],
)
def test_the_day_turns_at_midnight_in_warsaw(moment, day):
    assert warsaw_date(moment) == day


def test_a_moment_without_zone_has_no_day():
    with pytest.raises(ValueError, match="time zone"):
        warsaw_date(datetime(2026, 10, 5, 12, 0))


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 9, 1), datetime(2026, 8, 31, 22, 0, tzinfo=UTC)),
        (date(2027, 1, 1), datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 28, 23, 0, tzinfo=UTC)),  # clocks go forward on this day
        (date(2026, 3, 30), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_in_warsaw(day, moment):
    assert day_begins(day) == moment
    assert day_begins(day).tzinfo is UTC
    assert warsaw_date(moment) == day
    assert warsaw_date(moment - timedelta(seconds=1)) == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2000, date(2000, 4, 23)),
        (2008, date(2008, 3, 23)),
        (2019, date(2019, 4, 21)),
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2038, date(2038, 4, 25)),
        (2049, date(2049, 4, 18)),
        (2076, date(2076, 4, 19)),
    ],
)
def test_easter(year, day):
    assert easter_sunday(year) == day


def test_easter_agrees_with_the_tables_of_the_church_from_1900_to_2199():
    for year in range(1900, 2200):
        assert easter_sunday(year) == easter_by_table(year)


def easter_by_table(year: int) -> date:
    """The first Sunday after the paschal full moon, found by golden number and epact."""
    golden = year % 19 + 1
    century = year // 100 + 1
    epact = (11 * golden + 20 + (8 * century + 5) // 25 - 5 - (3 * century // 4 - 12)) % 30
    if epact == 24 or (epact == 25 and golden > 11):
        epact += 1
    day = 44 - epact
    full_moon = date(year, 3, 1) + timedelta(days=(day if day >= 21 else day + 30) - 1)
    return full_moon + timedelta(days=(6 - full_moon.weekday()) or 7)


def test_the_holidays_of_2026():
    assert holidays(2026) == {
        date(2026, 1, 1),
        date(2026, 1, 6),
        date(2026, 4, 5),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 3),
        date(2026, 5, 24),
        date(2026, 6, 4),
        date(2026, 8, 15),
        date(2026, 11, 1),
        date(2026, 11, 11),
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 26),
    }


@pytest.mark.parametrize(("year", "is_off"), [(2024, False), (2025, True), (2026, True)])
def test_christmas_eve_is_a_holiday_since_2025(year, is_off):
    assert (date(year, 12, 24) in holidays(year)) is is_off


def test_epiphany_is_a_holiday_since_2011():
    assert date(2010, 1, 6) not in holidays(2010)
    assert date(2011, 1, 6) in holidays(2011)


@pytest.mark.parametrize(
    ("day", "is_business"),
    [
        (date(2026, 10, 5), True),  # Monday
        (date(2026, 10, 9), True),  # Friday
        (date(2026, 10, 10), False),
        (date(2026, 10, 11), False),
        (date(2026, 11, 11), False),  # Wednesday, Independence Day
        (date(2026, 6, 4), False),  # Corpus Christi
    ],
)
def test_business_days(day, is_business):
    assert is_business_day(day) is is_business


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 10, 5), date(2026, 10, 6)),
        (date(2026, 10, 9), date(2026, 10, 12)),
        (date(2026, 10, 10), date(2026, 10, 12)),
        (date(2026, 12, 23), date(2026, 12, 28)),  # 24, 25, 26 (Saturday), 27 (Sunday)
        (date(2026, 12, 31), date(2027, 1, 4)),
    ],
)
def test_the_next_business_day(day, following):
    assert next_business_day(day) == following


@pytest.mark.parametrize(
    ("day", "earlier"),
    [
        (date(2026, 11, 12), date(2026, 11, 10)),  # E16 of the mapping: the 11th is a holiday
        (date(2026, 10, 5), date(2026, 10, 2)),
        (date(2026, 10, 4), date(2026, 10, 2)),
        (date(2027, 1, 1), date(2026, 12, 31)),
    ],
)
def test_the_last_business_day_before(day, earlier):
    assert last_business_day_before(day) == earlier


@pytest.mark.parametrize(
    ("count", "day"),
    [
        (0, date(2026, 10, 10)),
        (1, date(2026, 10, 12)),
        (5, date(2026, 10, 16)),
        (6, date(2026, 10, 19)),
        (-1, date(2026, 10, 9)),
        (-5, date(2026, 10, 5)),
    ],
)
def test_business_days_are_counted_from_the_day_itself(count, day):
    assert add_business_days(date(2026, 10, 10), count) == day
