"""How often a session is looked at whose lists or receipts lag behind its status."""

from datetime import timedelta
from itertools import pairwise

import pytest

from apps.filings.schedule import look_again, looks_in

from .house import HOUR, MINUTE, SECOND


def moments(*, often: bool, until: timedelta) -> list[timedelta]:
    """When the looks after the first come, without jitter."""
    found: list[timedelta] = []
    passed = timedelta(0)
    while (passed := passed + look_again(len(found), often=often, jitter=0.5)) <= until:
        found.append(passed)
    return found


def test_a_late_receipt_of_a_small_session_is_looked_for_every_minute_for_ten_minutes() -> None:
    looks = moments(often=True, until=10 * MINUTE)

    assert looks[:4] == [2 * SECOND, 8 * SECOND, 26 * SECOND, 80 * SECOND]
    assert {later - earlier for earlier, later in pairwise(looks[3:])} == {MINUTE}


def test_a_large_session_whose_lists_have_many_pages_is_looked_at_less_often() -> None:
    assert len(moments(often=False, until=HOUR)) == 16
    assert len(moments(often=True, until=HOUR)) == 22


@pytest.mark.parametrize("often", [True, False])
@pytest.mark.parametrize("long", [8 * SECOND, 26 * SECOND, 9 * MINUTE, 2 * HOUR])
def test_nothing_is_given_up_before_its_time(long: timedelta, often: bool) -> None:
    """A document that is found nowhere counts as never taken only then, however often KSeF is asked."""
    looks = looks_in(long, often=often)

    passed = sum((look_again(place, often=often, jitter=0.5) for place in range(looks)), timedelta(0))
    assert long <= passed <= long + 5 * MINUTE
