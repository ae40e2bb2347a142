"""The two nights of the year on which Warsaw's clocks change: the day's end and the hours of the night stay right."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from apps.filings.deadlines import deadline, next_midnight
from apps.filings.models import Mode
from apps.filings.nights import is_night, next_night

WARSAW = ZoneInfo("Europe/Warsaw")
ORDINARY, SPRING, AUTUMN = date(2027, 3, 30), date(2027, 3, 28), date(2027, 10, 31)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=WARSAW).astimezone(UTC)


@pytest.mark.parametrize("day", [ORDINARY, SPRING, AUTUMN])
def test_imports_of_old_documents_go_out_between_eight_in_the_evening_and_six_in_the_morning(day: date) -> None:
    nightly = [hour for hour in range(24) if is_night(at(day, hour))]

    assert nightly == [0, 1, 2, 3, 4, 5, 20, 21, 22, 23]
    assert is_night(at(day, 5, 59))
    assert not is_night(at(day, 19, 59))


@pytest.mark.parametrize("day", [ORDINARY, SPRING, AUTUMN])
def test_the_day_ends_at_the_midnight_of_the_clock_on_the_wall(day: date) -> None:
    midnight = at(day + timedelta(days=1), 0)

    assert {next_midnight(at(day, hour)) for hour in range(24)} == {midnight}
    assert deadline(Mode.ONLINE, day) == midnight


@pytest.mark.parametrize("day", [ORDINARY, SPRING, AUTUMN])
def test_each_lane_is_looked_after_once_a_night(day: date) -> None:
    lane = UUID("12345678-1234-5678-1234-567812345678")
    begins = at(day, 0)
    due = [next_night(lane, at=begins + timedelta(minutes=10 * step)) for step in range(24 * 6)]

    assert len({moment for moment in due if moment < begins + timedelta(hours=22)}) == 1
    assert due == sorted(due)
