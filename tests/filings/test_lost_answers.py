"""What may have happened is looked up before anything is sent again (F3, F4; R2, R3)."""

import pytest

from apps.filings.models import FilingAttempt, KsefSession
from apps.filings.states import State
from apps.tenants.context import acting_in

from .house import MINUTE, SECOND, House

Outcome = FilingAttempt.Outcome


def attempts(house: House) -> list[str | None]:
    with acting_in(house.tenant_id):
        return list(FilingAttempt.objects.order_by("began_at").values_list("outcome", flat=True))


def test_a_lost_answer_is_looked_up_before_sending_again(house: House) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("drop_after", "send")

    house.work()
    assert house.state(filing) == State.UNKNOWN
    house.work_for(20 * SECOND)

    assert house.state(filing) == State.RECEIPTED
    assert house.ksef.sends == 1
    assert attempts(house) == [Outcome.ACCEPTED]


def test_a_request_that_never_arrived_is_sent_again_only_after_three_looks(house: House) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("drop_before", "send")

    house.work()
    house.work_for(50 * SECOND)
    assert house.state(filing) == State.UNKNOWN
    assert house.ksef.sends == 0
    house.work_for(60 * SECOND)

    assert house.state(filing) == State.RECEIPTED
    assert house.ksef.sends == 1
    assert attempts(house) == [Outcome.LOST, Outcome.ACCEPTED]


def test_a_document_that_shows_late_in_the_list_is_not_sent_twice(house: House) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("drop_after", "send")
    house.ksef.fault("hidden_document", "send", seconds=60)

    house.work()
    house.work_for(3 * MINUTE)

    assert house.state(filing) == State.RECEIPTED
    assert house.ksef.sends == 1


@pytest.mark.parametrize("effect", ["drop_before", "drop_after"])
def test_a_lost_answer_to_opening_a_session_costs_a_session_and_nothing_else(house: House, effect: str) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault(effect, "open online")

    house.work()
    house.work_for(20 * SECOND)

    assert house.state(filing) == State.RECEIPTED
    assert house.ksef.sends == 1
    with acting_in(house.tenant_id):
        states = list(KsefSession.objects.order_by("opening_at").values_list("state", "plan_code"))
    assert states == [("abandoned", "orphan"), ("open", "held_open")]


@pytest.mark.parametrize("effect", ["drop_before", "drop_after"])
@pytest.mark.parametrize("operation", ["open batch", "upload part", "close batch", "session status", "storage"])
def test_a_batch_survives_a_lost_answer_anywhere(house: House, effect: str, operation: str) -> None:
    filings = house.invoices(3)
    house.ksef.fault(effect, operation)

    house.work_for(90 * SECOND)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert house.ksef.sends == 3


@pytest.mark.parametrize("operation", ["document status", "storage", "upo"])
@pytest.mark.parametrize("effect", ["drop_before", "drop_after", "malformed", "truncated", "html"])
def test_a_failed_read_is_simply_repeated(house: House, effect: str, operation: str) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault(effect, operation, status=502)

    house.work_for(60 * SECOND)

    assert house.state(filing) == State.RECEIPTED
    assert house.ksef.sends == 1


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_close_that_fails_many_times_is_repeated_until_the_batch_is_closed(house: House, status: int) -> None:
    filings = house.invoices(3)
    house.ksef.fault("status", "close batch", times=8, status=status, body="html", when="before")

    house.work_for(10 * MINUTE, step=2 * SECOND)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert house.ksef.sends == 3


def test_a_close_that_was_done_but_answered_with_an_error_is_not_followed_by_another_package(house: House) -> None:
    house.invoices(3)
    house.ksef.fault("status", "close batch", status=504, body="html", when="after")

    house.work_for(60 * SECOND)

    assert house.ksef.sends == 3
    assert house.ksef.requests["batchSession"] == 1


def test_a_close_that_kseF_lost_is_repeated_after_a_minute(house: House) -> None:
    filings = house.invoices(3)
    house.ksef.fault("close_lost", "close batch")

    house.work_for(4 * MINUTE)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert house.ksef.sends == 3


@pytest.mark.parametrize("operation", ["send", "close batch", "session status"])
def test_a_session_ksef_does_not_know_any_more_costs_no_document(house: House, operation: str) -> None:
    """F7: seen on production, seconds after opening."""
    filings = [house.invoice("FV-1")] if operation == "send" else house.invoices(3)
    house.ksef.fault("error", operation, code=21173)

    house.work_for(3 * MINUTE)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert len(house.ksef.accepted) == len(filings)
