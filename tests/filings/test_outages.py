"""KSeF down, slow, throttling or behind its firewall: everything waits with its reason, one alarm, nothing is lost."""

import pytest

from apps.connections.models import KsefConnection
from apps.filings.lanes import connection_changed
from apps.filings.models import Alarm, Weather
from apps.filings.queries import weather_of
from apps.filings.states import State
from apps.filings.sweep import sweep
from apps.filings.wording import words_for
from apps.tenants.context import acting_in
from tests.factories import Company

from .house import HOUR, MINUTE, SECOND, House, Ksef, connect


def test_documents_wait_while_ksef_is_down_and_go_when_it_is_back(house: House) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("drop_before", times=None)

    house.work_for(6 * HOUR, step=30 * SECOND)
    assert house.state(filing) == State.READY
    assert Weather.objects.get().state == Weather.State.DOWN
    house.ksef.heal()
    house.work_for(7 * MINUTE, step=5 * SECOND)

    assert house.state(filing) == State.RECEIPTED
    assert Weather.objects.get().state == Weather.State.FINE


def test_while_ksef_is_down_only_a_probe_goes_out_now_and_then(house: House) -> None:
    house.invoice("FV-1")
    rule = house.ksef.fault("drop_before", times=None)

    house.work_for(2 * HOUR, step=10 * SECOND)

    assert rule.hits <= 40


@pytest.mark.parametrize(
    ("effect", "arguments"),
    [
        ("status", {"status": 500, "body": "json", "when": "before"}),
        ("status", {"status": 503, "body": "empty", "when": "before"}),
        ("html", {"status": 502}),
        ("html", {"status": 403}),
    ],
)
def test_a_failing_ksef_leaves_the_reason_on_the_lane(house: House, effect: str, arguments: dict[str, object]) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault(effect, times=None, **arguments)

    house.work_for(30 * SECOND)

    assert house.state(filing) == State.READY
    lane = house.lane()
    assert lane.plan_code in {"ksef_unavailable", "ksef_down", "ksef_blocked", "answer_lost"}
    assert str(words_for(lane.plan_code, lane.plan_params).text)
    assert lane.next_action_at is not None
    house.ksef.heal()
    house.work_for(11 * MINUTE, step=5 * SECOND)
    assert house.state(filing) == State.RECEIPTED


def test_the_firewall_pauses_everybody_behind_our_address(house: House, globex: Company) -> None:
    other = connect(globex, house.ksef)
    house.ksef.fault("html", "open online", status=403)
    mine, theirs = house.invoice("FV-1"), other.invoice("FV-9")

    house.work()
    assert Weather.objects.get().state == Weather.State.BLOCKED
    other.now = house.now
    other.work(10 * SECOND)
    assert other.lane().plan_code == "ksef_blocked"
    with acting_in(globex.tenant.id):
        assert Alarm.objects.get().kind == "ksef_blocked"
    house.now = other.now
    house.work_for(6 * MINUTE, step=2 * SECOND)

    assert house.state(mine) == State.RECEIPTED
    assert other.state(theirs) == State.RECEIPTED
    with acting_in(globex.tenant.id):
        assert not Alarm.objects.filter(cleared_at__isnull=True).exists()


def test_a_web_page_with_a_server_error_is_an_outage_and_not_the_firewall(house: House) -> None:
    """F25: pausing five minutes for one page would cost minutes after every small trouble."""
    filing = house.invoice("FV-1")
    house.ksef.fault("html", "open online", times=2, status=502)

    house.work_for(30 * SECOND)

    assert house.state(filing) == State.RECEIPTED


def test_whoever_waited_for_ksef_goes_on_when_the_probe_gets_through(house: House, globex: Company) -> None:
    other = connect(globex, house.ksef)
    house.ksef.fault("drop_before", times=None)
    mine, theirs = house.invoice("FV-1"), other.invoice("FV-9")
    house.work_for(HOUR, step=10 * SECOND)
    with acting_in(house.tenant_id):
        assert Alarm.objects.get(cleared_at__isnull=True).kind == "ksef_down"
        probe_at = Weather.objects.get().probe_at
    assert probe_at is not None

    house.ksef.heal()
    house.work_for(probe_at - house.now + 20 * SECOND)

    assert house.state(mine) == State.RECEIPTED
    assert other.state(theirs) == State.RECEIPTED
    with acting_in(house.tenant_id):
        assert not Alarm.objects.filter(cleared_at__isnull=True).exists()


def test_what_fails_again_and_again_while_the_rest_works_raises_an_alarm(house: House) -> None:
    house.invoice("FV-0")
    house.work_for(5 * SECOND)
    house.pass_time(20 * MINUTE)
    filing = house.invoice("FV-1")
    house.ksef.fault("status", "open online", times=None, status=503, body="empty", when="before")

    house.work_for(25 * MINUTE, step=10 * SECOND)

    with acting_in(house.tenant_id):
        assert Alarm.objects.get(cleared_at__isnull=True).kind == "ksef_down"
    house.ksef.heal()
    house.work_for(6 * MINUTE, step=5 * SECOND)
    assert house.state(filing) == State.RECEIPTED


def test_a_new_credential_ends_the_pause_at_the_next_sweep(house: House) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("signin_status", code=450, details=["Token unieważniony"], times=1)
    house.work_for(5 * SECOND)
    assert house.lane().pause_code == "access_denied"

    with acting_in(house.tenant_id):
        KsefConnection.objects.update(credential_changed_at=house.now)
    sweep(clock=house.clock)
    house.work_for(10 * SECOND)

    assert house.state(filing) == State.RECEIPTED


def test_a_refused_sign_in_stops_one_tenant_with_one_alarm_and_no_loop(house: House, globex: Company) -> None:
    other = connect(globex, house.ksef)
    rule = house.ksef.fault(
        "signin_status", code=450, details=["Token unieważniony"], times=None, context=house.company.tenant.nip
    )
    mine, theirs = [house.invoice(f"FV-{number}") for number in range(3)], other.invoice("FV-9")

    house.work_for(30 * MINUTE, step=10 * SECOND)

    assert {house.state(filing) for filing in mine} == {State.READY}
    assert other.state(theirs) == State.RECEIPTED
    assert rule.hits <= 2
    lane = house.lane()
    assert lane.pause_code == "access_denied"
    assert "Token unieważniony" in lane.pause_params["said"]
    with acting_in(house.tenant_id):
        assert Alarm.objects.filter(kind="access_denied").count() == 1
        assert KsefConnection.objects.get().status == KsefConnection.Status.REFUSED

    house.ksef.heal()
    with acting_in(house.tenant_id):
        connection_changed(house.connection, at=house.now)
    house.work_for(60 * SECOND)
    assert {house.state(filing) for filing in mine} == {State.RECEIPTED}
    with acting_in(house.tenant_id):
        assert not Alarm.objects.filter(kind="access_denied", cleared_at__isnull=True).exists()


def test_an_expired_access_token_is_renewed_once_and_nothing_is_lost(house: House) -> None:
    house.invoice("FV-1")
    house.work_for(5 * SECOND)
    house.pass_time(16 * MINUTE)
    second = house.invoice("FV-2")

    house.work_for(10 * SECOND)

    assert house.state(second) == State.RECEIPTED


def test_the_weather_says_what_waits_and_what_happens_next(house: House) -> None:
    house.invoices(2)
    house.work()

    with acting_in(house.tenant_id):
        (lane,) = weather_of(house.tenant_id, at=house.now)

    assert lane.waiting == 2
    assert lane.lane.plan_code == "gathering"
    assert lane.lane.next_action_at == house.now + 20 * SECOND


def test_a_tenant_whose_session_ksef_refuses_does_not_hold_up_another(
    ksef: Ksef, acme: Company, globex: Company
) -> None:
    one, two = connect(acme, ksef), connect(globex, ksef)
    ksef.fault("error", "open online", times=None, code=21405, context=acme.tenant.nip)
    mine, theirs = one.invoice("FV-1"), two.invoice("FV-2")

    one.work_for(30 * SECOND)

    assert one.state(mine) == State.READY
    assert one.lane().plan_code == "call_refused"
    assert two.state(theirs) == State.RECEIPTED
