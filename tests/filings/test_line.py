"""The line of a worker: whatever a step takes, no request shows KSeF a token that has ended."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from apps.filings.line import Line
from apps.filings.models import KsefSession
from apps.filings.states import State
from apps.tenants.context import acting_in

from .house import NOON, SECOND, House


class Doorman:
    """Hands out tokens that live a minute from then on, as `Access` does at the shortest."""

    def __init__(self) -> None:
        self.now = NOON
        self.ends = NOON

    def clock(self) -> Any:
        return self.now

    def open(self, *, renew: bool) -> Any:
        self.ends = self.now + timedelta(minutes=1)
        return SimpleNamespace(bearer_ends=self.ends)


def test_a_step_longer_than_its_token_asks_for_another_in_time() -> None:
    doorman = Doorman()
    line = Line(lane=None, access=doorman, budget=None)  # type: ignore[arg-type]  # only the access is used
    ends = set()
    for _ in range(30):
        ends.add(line.call(lambda ksef: ksef.bearer_ends))
        assert max(ends) > doorman.now
        doorman.now += 8 * SECOND

    assert len(ends) == 8, "and not for each call"


def test_no_document_goes_into_a_session_that_ksef_is_about_to_end(house: House) -> None:
    first = house.invoice("FV-1")
    house.work_for(20 * SECOND)
    with acting_in(house.tenant_id):
        KsefSession.objects.update(valid_until=house.now + 65 * SECOND)
    house.work_for(60 * SECOND)
    second = house.invoice("FV-2")
    house.work_for(20 * SECOND)

    assert {house.state(first), house.state(second)} == {State.RECEIPTED}
    assert house.ksef.requests["onlineSession"] == 2
    assert house.ksef.requests["invoiceSend"] == 2
