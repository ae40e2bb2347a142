"""Once a night: limits are read, orphans closed, and what KSeF holds is compared with what we hold, both ways."""

from datetime import timedelta

from apps.filings.models import Alarm, Difference, Filing, KsefSession, Lane
from apps.filings.states import State
from apps.filings.upkeep import keep_up
from apps.tenants.context import acting_in

from .house import HOUR, MINUTE, NOON, SECOND, House
from .test_duplicates import send_foreign

DAY = timedelta(days=1)


def pass_a_night(house: House) -> None:
    """Until 6 in the morning; then whatever was due has been."""
    with acting_in(house.tenant_id):
        Lane.objects.update(next_comparison_at=NOON + 14 * HOUR)
    house.pass_time(17 * HOUR)
    keep_up(clock=house.clock, wait=lambda _: None)


def differences(house: House) -> list[tuple[str, str]]:
    with acting_in(house.tenant_id):
        return list(Difference.objects.filter(settled_at__isnull=True).values_list("kind", "number"))


def test_after_an_ordinary_day_both_sides_hold_the_same(house: House) -> None:
    house.invoices(3)
    house.work_for(40 * SECOND)

    pass_a_night(house)

    assert differences(house) == []
    lane = house.lane()
    assert lane.compared_until is not None
    assert lane.next_comparison_at is not None
    assert NOON + DAY < lane.next_comparison_at < NOON + 2 * DAY
    assert lane.limits["rates"]["invoiceSend"] == [10, 30, 180]
    assert lane.limits["documents_per_batch"] == 10_000


def test_a_document_another_program_filed_is_shown_and_raises_one_alarm(house: House) -> None:
    house.invoice("FV-1")
    house.work_for(10 * SECOND)
    send_foreign(house, "OTHER-1")

    pass_a_night(house)
    pass_a_night(house)

    assert differences(house) == [("missing_here", "OTHER-1")]
    with acting_in(house.tenant_id):
        assert Alarm.objects.filter(kind="ksef_differs", cleared_at__isnull=True).count() == 1


def test_a_document_ksef_does_not_hold_any_more_is_shown(house: House) -> None:
    filing = house.invoice("FV-1")
    house.work_for(10 * SECOND)
    house.pass_time(HOUR)
    second = house.invoice("FV-2")
    house.work_for(10 * SECOND)
    forget(house, house.read(second).ksef_number)

    pass_a_night(house)

    assert house.state(filing) == State.RECEIPTED
    assert differences(house) == [("missing_there", "FV-2")]


def forget(house: House, ksef_number: str) -> None:
    """The simulator loses a document, as no KSeF should."""
    ledger = house.ksef.system.ledger
    for document in ledger.accepted():
        if document.ksef_number == ksef_number:
            document.facts = None


def test_a_session_opened_for_nobody_is_closed(house: House) -> None:
    house.ksef.fault("drop_after", "open online")
    filing = house.invoice("FV-1")
    house.work_for(20 * SECOND)
    assert house.state(filing) == State.RECEIPTED

    with acting_in(house.tenant_id):
        Lane.objects.update(next_comparison_at=house.now)
    house.pass_time(10 * MINUTE)
    keep_up(clock=house.clock, wait=lambda _: None)
    house.work_for(15 * MINUTE, step=MINUTE)

    assert house.ksef.requests["onlineSessionClose"] == 2
    with acting_in(house.tenant_id):
        assert KsefSession.objects.filter(plan_code="orphan").count() == 1
        assert Filing.objects.filter(state=State.RECEIPTED).count() == 1


def test_a_night_that_ksef_spoils_is_tried_again_half_an_hour_later(house: House) -> None:
    house.invoice("FV-1")
    house.work_for(10 * SECOND)
    house.ksef.fault("status", "metadata", status=500, body="json", when="before")

    pass_a_night(house)

    assert house.lane().compared_until is None
    house.pass_time(31 * MINUTE)
    keep_up(clock=house.clock, wait=lambda _: None)
    assert house.lane().compared_until is not None
