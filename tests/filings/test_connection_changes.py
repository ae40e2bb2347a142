"""A person switches, renews or ends the way to KSeF: what is on its way gets its receipt, and nothing else goes."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from apps.archive.closure import carry_out
from apps.archive.models import AccountClosure
from apps.connections.models import KsefConnection
from apps.connections.secrets import seal_into
from apps.filings import batch
from apps.filings.lanes import connection_changed
from apps.filings.models import Filing, KsefSession, Lane, Upo
from apps.filings.move import Reason, move
from apps.filings.ready import Kind
from apps.filings.states import State
from apps.filings.sweep import sweep
from apps.filings.wording import words_for
from apps.ksef_client.transport import Request, RequestsTransport, Response
from apps.tenants.context import acting_in

from .house import HOUR, MINUTE, SECOND, House, token_of
from .test_leases import claim_lane


@pytest.fixture(autouse=True)
def only_our_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request to PROD, or to anywhere but the simulator, fails the test."""
    real = RequestsTransport.send

    def send(transport: RequestsTransport, request: Request) -> Response:
        assert urlsplit(request.url).hostname == "127.0.0.1", request.url
        return real(transport, request)

    monkeypatch.setattr(RequestsTransport, "send", send)


def switch_to(house: House, environment: KsefConnection.Environment) -> None:
    with acting_in(house.tenant_id):
        KsefConnection.objects.update(is_active=False)
        new = KsefConnection(
            tenant=house.company.tenant,
            environment=environment,
            context_nip=house.company.tenant.nip,
            is_active=True,
        )
        seal_into(new, token=token_of(house.company.tenant.nip))
        new.save()


def switch_to_prod(house: House) -> None:
    """Test documents of Stripe can never go there."""
    switch_to(house, KsefConnection.Environment.PROD)


def remove(house: House) -> None:
    with acting_in(house.tenant_id):
        KsefConnection.objects.update(is_active=False)


def switch_back(house: House) -> None:
    with acting_in(house.tenant_id):
        KsefConnection.objects.update(is_active=False)
        KsefConnection.objects.filter(pk=house.connection.pk).update(is_active=True)


def states(house: House, filings: list[Filing]) -> set[State]:
    return {house.state(filing) for filing in filings}


def has_receipt(house: House, filing: Filing) -> bool:
    filed = house.read(filing)
    with acting_in(house.tenant_id):
        return filed.ksef_number.encode() in bytes(Upo.objects.get(pk=filed.upo_id or filing.pk).content)


def waits_with_a_reason(house: House, filings: list[Filing]) -> None:
    for filing in filings:
        waiting = house.read(filing)
        assert (waiting.state, waiting.reason_code) == (State.WAITING, "no_connection")
        assert "PROD" in str(words_for(waiting.reason_code, waiting.reason_params).step)


def nothing_on_prod(house: House) -> None:
    with acting_in(house.tenant_id):
        assert not KsefSession.objects.filter(lane__connection__environment=KsefConnection.Environment.PROD).exists()
        assert not Lane.objects.filter(connection__environment=KsefConnection.Environment.PROD).exists()


@pytest.mark.parametrize("change", [switch_to_prod, remove])
@pytest.mark.parametrize("count", [1, 3])
def test_what_is_on_its_way_is_followed_to_its_receipt_and_the_rest_stays(
    house: House, count: int, change: Callable[[House], None]
) -> None:
    away = house.invoices(count, prefix="away")
    house.work_for((1 if count == 1 else 21) * SECOND)
    assert states(house, away) == {State.SENT}
    left = house.invoices(2, prefix="left")

    change(house)
    sweep(clock=house.clock)
    house.work_for(2 * MINUTE)

    assert states(house, away) == {State.RECEIPTED}
    assert all(has_receipt(house, filing) for filing in away)
    assert house.ksef.sends == count
    waits_with_a_reason(house, left)
    nothing_on_prod(house)
    switch_back(house)
    sweep(clock=house.clock)
    house.work_for(2 * MINUTE)
    assert states(house, left) == {State.RECEIPTED}
    assert house.ksef.sends == count + 2


def test_a_lost_answer_is_looked_up_where_it_was_sent(house: House) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("drop_after", "send")
    house.work()
    assert house.state(filing) == State.UNKNOWN

    switch_to_prod(house)
    sweep(clock=house.clock)
    house.work_for(3 * MINUTE)

    assert house.state(filing) == State.RECEIPTED
    assert house.ksef.sends == 1
    nothing_on_prod(house)


def test_a_batch_that_was_only_packed_is_not_announced_any_more(house: House) -> None:
    filings = house.invoices(3)
    assert batch.begin_batch(claim_lane(house), 5_000, Kind.ORDINARY) is not None

    switch_to_prod(house)
    house.work_for(40 * SECOND)
    sweep(clock=house.clock)

    assert house.ksef.requests.get("batchSession", 0) == 0
    waits_with_a_reason(house, filings)
    switch_back(house)
    sweep(clock=house.clock)
    house.work_for(MINUTE)
    assert states(house, filings) == {State.RECEIPTED}
    assert house.ksef.sends == 3


def test_a_batch_that_is_being_uploaded_is_not_closed_any_more(house: House) -> None:
    filings = house.invoices(3)
    house.ksef.fault("status", "upload part", times=None, status=503, body="empty", when="before")
    house.work_for(25 * SECOND)
    assert states(house, filings) == {State.SENDING}

    switch_to_prod(house)
    house.ksef.heal()
    house.work_for(20 * MINUTE, step=10 * SECOND)
    sweep(clock=house.clock)

    assert house.ksef.accepted == []
    waits_with_a_reason(house, filings)
    nothing_on_prod(house)


def test_what_is_on_its_way_goes_on_at_once_with_a_new_credential(house: House) -> None:
    filing = house.invoice("FV-1")
    house.work()
    denied = house.ksef.fault("status", "document status", times=None, status=403, body="empty", when="before")
    house.work_for(10 * SECOND)
    with acting_in(house.tenant_id):
        assert KsefSession.objects.get().plan_code == "access_denied"
    house.ksef.system.faults.remove(denied.id)

    with acting_in(house.tenant_id):
        KsefConnection.objects.update(credential_changed_at=house.now)
    sweep(clock=house.clock)
    house.work_for(10 * SECOND)

    assert house.state(filing) == State.RECEIPTED


def test_an_account_is_closed_only_when_what_is_on_its_way_has_its_receipt(house: House) -> None:
    away = house.invoice("FV-1")
    house.ksef.fault("stuck", seconds=3 * 3600)
    house.work_for(5 * SECOND)
    left = house.invoice("FV-2")
    with acting_in(house.tenant_id):
        AccountClosure.objects.create(
            tenant=house.company.tenant,
            asked_by=house.company.people["ola"],
            asked_at=house.now - timedelta(days=30),
            due_at=house.now,
        )

    assert not carry_out(house.tenant_id, at=house.now)
    house.work_for(4 * HOUR, step=MINUTE)

    assert house.state(away) == State.RECEIPTED
    assert has_receipt(house, away)
    assert house.ksef.sends == 1
    assert house.state(left) != State.RECEIPTED
    assert carry_out(house.tenant_id, at=house.now)


def test_an_account_is_closed_in_the_end_although_ksef_never_answered(house: House) -> None:
    house.invoice("FV-1")
    house.ksef.fault("stuck")
    house.work_for(5 * SECOND)
    with acting_in(house.tenant_id):
        AccountClosure.objects.create(
            tenant=house.company.tenant,
            asked_by=house.company.people["ola"],
            asked_at=house.now - timedelta(days=45),
            due_at=house.now - timedelta(days=15),
        )

    assert carry_out(house.tenant_id, at=house.now)


def test_a_changed_connection_wakes_its_lane_and_its_sessions(house: House) -> None:
    house.invoice("FV-1")
    house.work()
    with acting_in(house.tenant_id):
        KsefSession.objects.update(plan_code="no_credential", next_action_at=house.now + HOUR)
        connection_changed(house.connection, at=house.now)

        assert KsefSession.objects.get().next_action_at == house.now
        assert house.lane().next_action_at == house.now


def test_what_stays_with_a_connection_switched_off_keeps_nothing_else_there(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.filings.sweep.MOST_AT_ONCE", 2)
    filings = house.invoices(5)
    in_order = sorted(filings, key=lambda filing: filing.pk)
    with acting_in(house.tenant_id):
        Filing.objects.filter(pk__in=[filing.pk for filing in in_order[:2]]).update(keep_bytes=True)
    switch_to_prod(house)

    sweep(clock=house.clock)
    sweep(clock=house.clock)

    assert [house.state(filing) for filing in in_order[:2]] == [State.READY] * 2
    assert {house.read(filing).reason_code for filing in in_order[2:]} == {"no_connection"}


def test_what_no_connection_is_for_keeps_nothing_else_waiting(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.filings.sweep.MOST_AT_ONCE", 2)
    remove(house)
    house.stripe.livemode = True
    live = house.invoices(2, prefix="FX")
    house.stripe.livemode = False
    with acting_in(house.tenant_id):
        for filing in live:
            move(filing, State.WAITING, at=house.now, reason=Reason("no_connection"))
    filings = [*live, *house.invoices(2)]
    switch_to(house, KsefConnection.Environment.TEST)

    sweep(clock=house.clock)

    assert [house.state(filing) for filing in filings] == [State.WAITING] * 2 + [State.READY] * 2
