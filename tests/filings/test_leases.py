"""Several workers, repeated doorbells, frozen and overtaken workers: each effect happens once (R19, R20, R22; L8)."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections

from apps.connections import ksef as sign_in
from apps.filings import batch, online
from apps.filings.lease import LEASE, Lease, LeaseLost
from apps.filings.models import Filing, FilingAttempt, KsefSession, Lane
from apps.filings.move import IllegalMove, MovedElsewhere, move
from apps.filings.states import ALLOWED, FINAL, LABEL_OF, State
from apps.filings.sweep import sweep
from apps.filings.work import Worker
from apps.tenants.context import acting_in
from tests.factories import ACME_NIP, make_acme

from .house import MINUTE, SECOND, House, Ksef, connect


def claim_lane(house: House) -> Lease[Lane]:
    at, token = house.now, uuid4()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ksefkit_claim_lanes(%s, %s, %s, %s)", [at, at + LEASE, token, 1])
        ((tenant_id, lane_id),) = cursor.fetchall()
    return Lease(Lane, tenant_id, lane_id, token, house.clock)


def test_a_claimed_lane_is_nobody_elses_until_its_lease_ends(house: House) -> None:
    house.invoice("FV-1")
    claim_lane(house)

    house.work()
    assert house.ksef.requests == {}
    house.work(LEASE)

    assert house.ksef.requests["invoiceSend"] == 1


def test_a_worker_whose_lease_has_passed_to_another_writes_nothing(house: House) -> None:
    filing = house.invoice("FV-1")
    frozen = claim_lane(house)
    house.pass_time(LEASE + SECOND)
    claim_lane(house)

    with pytest.raises(LeaseLost), frozen.held():
        move(filing, State.SENDING, at=house.now)
    with pytest.raises(LeaseLost):
        frozen.renew()
    assert house.state(filing) == State.READY


def test_a_worker_frozen_before_the_call_does_not_make_it(house: House) -> None:
    filing = house.invoice("FV-1")
    frozen = claim_lane(house)
    with frozen.held() as lane:
        pass
    from apps.filings.line import line_of
    from apps.filings.ready import Kind

    with line_of(lane, clock=house.clock, wait=lambda _: None) as line:
        session = online._session(frozen, line, offline=False)
        outgoing = online._begin(frozen, session, Kind.ORDINARY)
        assert outgoing is not None
        house.pass_time(LEASE + SECOND)
        claim_lane(house)

        with pytest.raises(LeaseLost):
            frozen.demand_time()

    house.work_for(3 * MINUTE)
    assert house.state(filing) == State.RECEIPTED
    assert house.ksef.sends == 1


def test_a_worker_that_sleeps_through_its_lease_after_the_call_is_overtaken_by_a_look(house: House) -> None:
    filing = house.invoice("FV-1")
    frozen = claim_lane(house)
    with frozen.held() as lane:
        pass
    from apps.filings.line import line_of
    from apps.filings.ready import Kind

    with line_of(lane, clock=house.clock, wait=lambda _: None) as line:
        session = online._session(frozen, line, offline=False)
        outgoing = online._begin(frozen, session, Kind.ORDINARY)
        assert outgoing is not None
        reference = online._send(line, outgoing)
        house.work_for(LEASE + 2 * MINUTE)

        with pytest.raises(LeaseLost):
            online._taken(frozen, line, outgoing, reference)

    assert house.state(filing) == State.RECEIPTED
    assert house.ksef.sends == 1


def test_a_batch_frozen_before_its_close_is_carried_on_by_another_and_closed_once(house: House) -> None:
    filings = house.invoices(3)
    house.pass_time(20 * SECOND)
    lane_lease = claim_lane(house)
    from apps.filings.line import line_of
    from apps.filings.ready import Kind

    with lane_lease.held() as lane:
        pass
    frozen = batch.begin_batch(lane_lease, 5_000, Kind.ORDINARY)
    assert frozen is not None
    house.work_for(LEASE + MINUTE)

    with line_of(lane, clock=house.clock, wait=lambda _: None) as line, pytest.raises(LeaseLost):
        batch.close_batch(frozen, line, jitter=0.5)
    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert house.ksef.sends == 3


def test_two_workers_racing_for_one_document_send_it_once(transactional_db: None) -> None:
    sign_in.forget_public_keys()
    ksef = Ksef([ACME_NIP])
    house = connect(make_acme(), ksef)
    filings = [house.invoice(f"FV-{number}") for number in range(4)]

    def race() -> None:
        try:
            for _ in range(5):
                Worker(clock=house.clock).run()
        finally:
            connections.close_all()

    for _ in range(40):
        threads = [threading.Thread(target=race) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        house.pass_time(SECOND)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert ksef.sends == 4
    with acting_in(house.tenant_id):
        assert FilingAttempt.objects.count() == 4
    ksef.close()


def test_any_number_of_doorbells_and_sweeps_have_one_effect(house: House) -> None:
    filings = house.invoices(2)
    house.pass_time(20 * SECOND)

    for _ in range(3):
        house.work()
        sweep(clock=house.clock)
    house.work_for(10 * SECOND)
    for _ in range(3):
        house.work()
        sweep(clock=house.clock)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert house.ksef.sends == 2
    with acting_in(house.tenant_id):
        assert KsefSession.objects.count() == 1


def test_a_lane_that_forgot_to_plan_is_found_by_the_sweep(house: House) -> None:
    filing = house.invoice("FV-1")
    with acting_in(house.tenant_id):
        Lane.objects.update(next_action_at=None)
    house.work(MINUTE)
    assert house.state(filing) == State.READY

    sweep(clock=house.clock)
    house.work_for(5 * SECOND)

    assert house.state(filing) == State.RECEIPTED


def test_documents_that_came_before_there_was_a_connection_go_when_there_is_one(house: House) -> None:
    with acting_in(house.tenant_id):
        type(house.connection).objects.update(is_active=False)
    filing = house.invoice("FV-1")
    assert house.read(filing).reason_code == "no_connection"

    with acting_in(house.tenant_id):
        type(house.connection).objects.update(is_active=True)
    sweep(clock=house.clock)
    house.work_for(5 * SECOND)

    assert house.state(filing) == State.RECEIPTED


def test_a_fault_of_ours_is_loud_put_off_ever_longer_and_shown_after_three_times(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.filings import work
    from apps.filings.models import Alarm

    filing = house.invoice("FV-1")
    calls = []

    def broken(*_: object, **__: object) -> None:
        calls.append(house.now)
        raise ZeroDivisionError

    with monkeypatch.context() as broken_for_a_while:
        broken_for_a_while.setattr(work, "work_lane", broken)
        house.work_for(10 * MINUTE, step=5 * SECOND)

    assert 4 <= len(calls) <= 8
    with acting_in(house.tenant_id):
        assert Alarm.objects.filter(kind="internal_error").count() == 1
    house.work_for(6 * MINUTE, step=5 * SECOND)
    assert house.state(filing) == State.RECEIPTED


def test_a_document_the_mapping_breaks_on_is_held_and_stops_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.filings import mapper

    real = mapper.map_document

    def breaks_on_one(stripe: dict[str, object], *rest: object, **named: object) -> object:
        if stripe["number"] == "FV-1":
            raise RecursionError("deep")
        return real(stripe, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(mapper, "map_document", breaks_on_one)

    filings = house.invoices(3)
    house.work_for(40 * SECOND)

    assert [house.state(filing) for filing in filings] == [State.RECEIPTED, State.HELD, State.RECEIPTED]
    assert house.read(filings[1]).reason_code == "INTERNAL_ERROR"


def test_a_move_happens_once_and_only_along_the_table(house: House) -> None:
    filing = house.invoice("FV-1")
    same = house.read(filing)

    with acting_in(house.tenant_id):
        move(filing, State.HELD, at=house.now)
        with pytest.raises(MovedElsewhere):
            move(same, State.WAITING, at=house.now)
        with pytest.raises(IllegalMove):
            move(filing, State.RECEIPTED, at=house.now)


def test_the_table_of_states_is_whole() -> None:
    assert set(ALLOWED) == set(State) == set(LABEL_OF)
    assert ALLOWED[State.RECEIPTED] == frozenset()
    for state in FINAL - {State.RECEIPTED}:
        assert State.SENDING not in ALLOWED[state]
    reachable = {State.READY}
    while (more := reachable | {to for state in reachable for to in ALLOWED[state]}) != reachable:
        reachable = more
    assert reachable == set(State)


def test_one_tenant_with_many_documents_lets_another_pass(house: House, globex: object) -> None:
    from tests.factories import Company

    assert isinstance(globex, Company)
    other = connect(globex, house.ksef)
    house.invoices(60)
    house.work(21 * SECOND)
    other.now = house.now
    theirs = other.invoice("FV-9")

    house.work()
    house.work(timedelta(seconds=3))

    assert other.state(theirs) == State.RECEIPTED
    with acting_in(house.tenant_id):
        assert Filing.objects.filter(state=State.RECEIPTED).count() >= 0
