"""A worker frozen between the intent and the call (SIGSTOP, a paused machine) that nobody overtook meanwhile."""

from datetime import timedelta
from typing import Any

import pytest

from apps.filings.lease import Lease
from apps.filings.models import FilingAttempt
from apps.filings.states import State
from apps.tenants.context import acting_in

from .house import MINUTE, SECOND, House
from .test_doubts import LATE, MIDNIGHT, built_at, states


def freeze_once(house: House, monkeypatch: pytest.MonkeyPatch, long: timedelta) -> list[timedelta]:
    """The next step of an online document or a batch sleeps right before its first call with an effect."""
    real = Lease.demand_time
    slept: list[timedelta] = []

    def sleep_first(self: Lease[Any]) -> None:
        if not slept:
            slept.append(long)
            house.pass_time(long)
        real(self)

    monkeypatch.setattr(Lease, "demand_time", sleep_first)
    return slept


@pytest.mark.parametrize("count", [1, 3], ids=["online", "batch"])
def test_what_was_about_to_go_when_its_worker_froze_over_midnight_is_dated_anew(
    house: House, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    house.pass_time(LATE - house.now)
    filings = house.invoices(count)
    slept = freeze_once(house, monkeypatch, 20 * MINUTE)

    house.work_for(30 * SECOND)
    assert slept
    house.work_for(2 * MINUTE)

    assert set(states(house, filings)) == {State.RECEIPTED}
    assert all(built_at(house, filing) > MIDNIGHT for filing in filings)
    assert house.ksef.sends == count


@pytest.mark.parametrize("count", [1, 3], ids=["online", "batch"])
def test_what_was_about_to_go_when_its_worker_froze_by_day_goes_as_it_is(
    house: House, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    filings = house.invoices(count)
    hashes = [house.read(filing).invoice_hash for filing in filings]
    slept = freeze_once(house, monkeypatch, 10 * MINUTE)

    house.work_for(30 * SECOND)
    assert slept
    house.work_for(2 * MINUTE)

    assert set(states(house, filings)) == {State.RECEIPTED}
    assert [house.read(filing).invoice_hash for filing in filings] == hashes
    assert house.ksef.sends == count
    with acting_in(house.tenant_id):
        assert FilingAttempt.objects.filter(outcome=FilingAttempt.Outcome.ACCEPTED).count() == count
