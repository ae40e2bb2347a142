"""How could a document be lost, filed twice or with the wrong date, or be stuck without a word? One test a doubt."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from apps.connections import ksef as sign_in
from apps.connections.models import KsefConnection
from apps.filings import batch, prepare
from apps.filings.alarms import raise_alarm
from apps.filings.decide import retry
from apps.filings.models import Alarm, Filing, FilingXml, KsefSession
from apps.filings.open import open_filing
from apps.filings.ready import Kind
from apps.filings.states import State
from apps.filings.sweep import sweep
from apps.filings.work import Worker
from apps.ksef_client import transport
from apps.ksef_client.crypto import SessionKey
from apps.ksef_client.package import Package, PackageLimitExceeded, build_package
from apps.ksef_client.transport import Request, RequestsTransport, Response
from apps.tenants.context import acting_in
from tests.factories import ACME_NIP, make_acme

from . import stripe_objects
from .house import HOUR, MINUTE, SECOND, House, Ksef, connect
from .test_duplicates import send_foreign
from .test_leases import claim_lane

BY_NUMBER = "GET /sessions/{referenceNumber}/invoices/ksef/{ksefNumber}/upo"
LATE = datetime(2026, 11, 24, 22, 48, tzinfo=UTC)  # 23:48 in Warsaw
MIDNIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)


def built_at(house: House, filing: Filing) -> datetime:
    built = house.read(filing).built_at
    assert built is not None
    return built


def states(house: House, filings: list[Filing]) -> list[State]:
    return [house.state(filing) for filing in filings]


def test_a_duplicate_nobody_lets_us_verify_is_put_before_a_person_and_ends_its_batch(house: House) -> None:
    send_foreign(house, "FV-0")
    filings = house.invoices(2)
    house.ksef.fault("error", BY_NUMBER, times=None, code=21178)

    house.work_for(30 * MINUTE, step=10 * SECOND)

    assert states(house, filings) == [State.REJECTED, State.RECEIPTED]
    assert house.read(filings[0]).reason_code == "duplicate_unverified"
    with acting_in(house.tenant_id):
        assert not KsefSession.objects.filter(ended_at__isnull=True, kind="batch").exists()


def test_our_own_document_is_recognised_in_the_bytes_of_any_earlier_attempt(house: House) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("drop_after", "send")
    house.ksef.fault("hidden_document", "send", seconds=200)
    unreadable = house.ksef.fault("error", BY_NUMBER, times=None, code=21178)
    house.work_for(20 * MINUTE, step=5 * SECOND)
    refused = house.read(filing)
    assert refused.reason_code == "duplicate_unverified"
    house.ksef.system.faults.remove(unreadable.id)

    house.pass_time(24 * HOUR)
    with acting_in(house.tenant_id):
        retry(house.read(filing), by=house.company.people["ola"], at=house.now)
    assert house.read(filing).invoice_hash != refused.invoice_hash
    house.work_for(MINUTE)

    filed = house.read(filing)
    assert filed.state == State.RECEIPTED
    assert bytes(filed.invoice_hash or b"") == bytes(refused.invoice_hash or b"")
    assert filed.issue_date == refused.issue_date
    assert len(house.ksef.accepted) == 1


def test_an_invoice_voided_while_it_may_have_landed_is_corrected_and_not_forgotten(house: House) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("drop_after", "send")
    house.ksef.fault("hidden_document", "send", seconds=200)
    house.work_for(20 * SECOND)
    house.ksef.fault("status", "send", times=None, status=503, body="empty", when="before")
    house.work_for(55 * SECOND)
    assert house.read(filing).keep_bytes

    document = house.capture(stripe_objects.invoice("FV-1", issued_at=house.now, status="void"))
    with acting_in(house.tenant_id):
        correction = open_filing(document, at=house.now)
    house.ksef.system.faults.clear()
    house.work_for(12 * MINUTE, step=3 * SECOND)

    assert correction.pk != filing.pk
    assert states(house, [filing, correction]) == [State.RECEIPTED, State.RECEIPTED]


def test_what_is_dated_yesterday_waits_until_it_is_dated_anew_however_much_that_is(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "MOST_AT_ONCE", 2)
    house.pass_time(LATE - house.now)
    filings = house.invoices(5)
    house.ksef.fault("drop_before", times=None)
    house.work_for(13 * MINUTE, step=20 * SECOND)
    house.ksef.heal()

    house.work_for(8 * MINUTE, step=5 * SECOND)

    assert set(states(house, filings)) == {State.RECEIPTED}
    assert all(built_at(house, filing) > MIDNIGHT for filing in filings)


def test_a_batch_begun_before_midnight_and_announced_after_it_is_dated_anew(house: House) -> None:
    house.pass_time(LATE - house.now)
    filings = house.invoices(3)
    house.pass_time(20 * SECOND)
    assert batch.begin_batch(claim_lane(house), 5_000, Kind.ORDINARY) is not None

    house.pass_time(20 * MINUTE)
    house.work_for(MINUTE)

    assert set(states(house, filings)) == {State.RECEIPTED}
    assert all(built_at(house, filing) > MIDNIGHT for filing in filings)
    assert house.ksef.sends == 3


def test_nothing_new_leaves_through_a_connection_that_was_switched_off(house: House) -> None:
    filing = house.invoice("FV-1")
    with acting_in(house.tenant_id):
        KsefConnection.objects.update(is_active=False)

    house.work_for(10 * SECOND)
    assert house.ksef.requests == {}
    sweep(clock=house.clock)

    assert house.read(filing).reason_code == "no_connection"
    with acting_in(house.tenant_id):
        KsefConnection.objects.update(is_active=True)
    sweep(clock=house.clock)
    house.work_for(10 * SECOND)
    assert house.state(filing) == State.RECEIPTED


def test_a_difference_stays_told_although_documents_go_out(house: House) -> None:
    house.invoice("FV-1")
    with acting_in(house.tenant_id):
        raise_alarm(house.tenant_id, "ksef_differs", subject=str(house.lane().pk), at=house.now)

    house.work_for(10 * SECOND)

    with acting_in(house.tenant_id):
        assert Alarm.objects.filter(kind="ksef_differs", cleared_at__isnull=True).exists()


def test_the_alarm_of_a_deadline_ends_when_the_document_is_out_of_danger(house: House) -> None:
    from apps.filings.decide import abandon

    filing = house.invoice("FV-1", customer_tax_ids=[{"type": "pl_nip", "value": "1234567890"}])
    due = house.read(filing).deadline
    assert due is not None
    house.now = due - 20 * HOUR
    sweep(clock=house.clock)
    with acting_in(house.tenant_id):
        assert Alarm.objects.get(kind="deadline_near").cleared_at is None
        abandon(house.read(filing), why="test", by=house.company.people["ola"], at=house.now)

    sweep(clock=house.clock)

    with acting_in(house.tenant_id):
        assert Alarm.objects.get(kind="deadline_near").cleared_at is not None


def test_a_collective_receipt_that_comes_late_is_waited_for_and_nothing_is_asked_one_by_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    filings = house.invoices(30)
    real = transport.RequestsTransport.send
    shown_at = house.now + 30 * SECOND

    def without_pages(self: RequestsTransport, request: Request) -> Response:
        answer = real(self, request)
        if request.method == "GET" and "-SB-" in request.url.rsplit("/", 1)[-1] and house.now < shown_at:
            told = {name: value for name, value in json.loads(answer.body).items() if name != "upo"}
            return Response(answer.status, {"Content-Type": "application/json"}, json.dumps(told).encode())
        return answer

    with monkeypatch.context() as late:
        late.setattr(RequestsTransport, "send", without_pages)
        house.work_for(90 * SECOND)

    assert set(states(house, filings)) == {State.RECEIPTED}
    assert house.ksef.requests.get("sessionInvoiceList", 0) == 0
    assert house.ksef.sends == 30


def test_a_wrong_collective_receipt_is_no_fault_of_ours_and_each_document_gets_its_own(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    filings = house.invoices(3)
    real, spoiled = transport.RequestsTransport.send, []

    def of_another_session(self: RequestsTransport, request: Request) -> Response:
        answer = real(self, request)
        if b"OpisPotwierdzenia" not in answer.body:
            return answer
        spoiled.append(request.url)
        return Response(200, {"Content-Type": "application/xml"}, answer.body.replace(b"-SB-", b"-SO-"))

    monkeypatch.setattr(RequestsTransport, "send", of_another_session)
    house.work_for(2 * MINUTE)

    assert spoiled
    assert set(states(house, filings)) == {State.RECEIPTED}
    with acting_in(house.tenant_id):
        assert not Alarm.objects.filter(kind="internal_error").exists()
        for filing in Filing.objects.select_related("upo"):
            assert filing.upo is not None
            assert filing.ksef_number.encode() in bytes(filing.upo.content)


def test_a_storage_that_asks_for_a_pause_gets_it(house: House) -> None:
    filings = house.invoices(3)
    rule = house.ksef.fault("status", "upload part", times=None, status=429, body="json", when="before", retry_after=30)

    house.work(20 * SECOND)
    house.work_for(25 * SECOND)
    assert rule.hits == 1
    house.ksef.heal()
    house.work_for(MINUTE)

    assert set(states(house, filings)) == {State.RECEIPTED}


def test_a_storage_that_is_away_for_hours_costs_no_document_its_way(house: House) -> None:
    filings = house.invoices(3)
    house.ksef.fault("status", "upload part", times=None, status=503, body="empty", when="before")

    house.work_for(HOUR, step=MINUTE)
    with acting_in(house.tenant_id):
        KsefSession.objects.update(valid_until=house.now + 5 * MINUTE)  # twelve hours by KSeF's clock
    told = []
    for _ in range(60):
        house.work_for(2 * MINUTE, step=MINUTE)
        with acting_in(house.tenant_id):
            told.append(Alarm.objects.filter(kind="ksef_down", cleared_at__isnull=True).exists())
    assert not {State.HELD, State.REJECTED} & set(states(house, filings))
    assert all(told)
    with acting_in(house.tenant_id):
        assert Alarm.objects.filter(kind="ksef_down").count() == 1
        assert KsefSession.objects.filter(plan_code="upload_time_over").exists()
    house.ksef.heal()
    house.work_for(12 * MINUTE, step=5 * SECOND)

    assert set(states(house, filings)) == {State.RECEIPTED}
    assert house.ksef.sends == 3
    with acting_in(house.tenant_id):
        assert not Alarm.objects.filter(cleared_at__isnull=True).exists()


def test_sessions_that_take_nothing_are_not_opened_without_end(house: House) -> None:
    """F11, F12: KSeF cannot read our key, and says so only when something is sent."""
    filing = house.invoice("FV-1")
    house.ksef.fault("error", "send", times=None, code=21180)

    house.work_for(30 * MINUTE, step=5 * SECOND)

    # Half of the hour's sends are tried, within our share of all limits; then the document goes in a batch.
    assert house.state(filing) == State.RECEIPTED
    assert house.ksef.requests["onlineSession"] <= 96
    assert house.ksef.requests["batchSession"] == 1
    assert house.ksef.system.report.as_json()["tooManyRequests"] == {}


@pytest.mark.parametrize("code", [21180, 21184, 21155, 21173])
def test_a_session_that_takes_nothing_more_is_followed_by_another(house: House, code: int) -> None:
    """F7, F12, F35."""
    filing = house.invoice("FV-1")
    house.ksef.fault("error", "send", code=code)

    house.work_for(10 * SECOND)

    assert house.state(filing) == State.RECEIPTED
    assert house.ksef.sends == 1


def test_a_sign_in_that_stays_at_100_is_begun_anew(house: House) -> None:
    """F19."""
    filing = house.invoice("FV-1")
    house.ksef.fault("signin_stuck", seconds=40)

    house.work_for(2 * MINUTE)

    assert house.state(filing) == State.RECEIPTED


def test_a_part_that_the_storage_lost_goes_again_in_another_package(house: House) -> None:
    """F9."""
    filings = house.invoices(3)
    house.ksef.fault("upload_lost")

    house.work_for(2 * MINUTE)

    assert set(states(house, filings)) == {State.RECEIPTED}
    assert house.ksef.sends == 3


def test_many_due_documents_of_a_session_cost_one_list(house: House) -> None:
    """F24."""
    house.ksef.fault("stuck", times=5, seconds=600)
    filings = []
    for number in range(5):
        filings.append(house.invoice(f"FV-{number}"))
        house.work()
        house.pass_time(62 * SECOND)
    before = house.ksef.requests

    house.work(12 * MINUTE)

    assert set(states(house, filings)) == {State.RECEIPTED}
    assert house.ksef.requests["sessionInvoiceList"] == before.get("sessionInvoiceList", 0) + 1
    assert house.ksef.requests["invoiceStatus"] == before["invoiceStatus"]


def test_an_online_session_is_not_used_for_longer_than_eleven_and_a_half_hours(house: House) -> None:
    """F32."""
    house.invoice("FV-1")
    house.work_for(5 * SECOND)
    with acting_in(house.tenant_id):
        KsefSession.objects.update(opened_at=house.now - timedelta(hours=11, minutes=30))
    house.pass_time(2 * MINUTE)
    second = house.invoice("FV-2")

    house.work_for(10 * SECOND)

    assert house.state(second) == State.RECEIPTED
    assert house.ksef.requests["onlineSession"] == 2


def test_filed_needs_a_number_and_a_receipt_but_not_the_permanent_storage(transactional_db: None) -> None:
    """F31."""
    sign_in.forget_public_keys()
    ksef = Ksef([ACME_NIP], storage_delay=3_600.0)
    house = connect(make_acme(), ksef)
    filing = house.invoice("FV-1")

    house.work_for(5 * SECOND)

    assert house.state(filing) == State.RECEIPTED
    ksef.close()


@pytest.mark.parametrize("ending", ["/invoices", "/close"])
def test_a_database_that_goes_away_right_after_the_call_costs_nothing(
    transactional_db: None, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KSeF has done it, and the answer cannot be written."""
    sign_in.forget_public_keys()
    ksef = Ksef([ACME_NIP])
    house = connect(make_acme(), ksef)
    filings = [house.invoice("FV-1")] if ending == "/invoices" else house.invoices(2)
    real = RequestsTransport.send
    cut: list[str] = []

    def cut_off(self: RequestsTransport, request: Request) -> Response:
        answer = real(self, request)
        if request.method == "POST" and request.url.endswith(ending) and not cut:
            cut.append(request.url)
            kill_connection()
        return answer

    monkeypatch.setattr(RequestsTransport, "send", cut_off)
    for _ in range(120):
        try:
            house.pass_time(SECOND)
            Worker(clock=house.clock).run()
        except OperationalError:
            connections.close_all()

    assert cut
    assert set(states(house, filings)) == {State.RECEIPTED}
    assert house.ksef.sends == len(filings)
    ksef.close()


def kill_connection() -> None:
    """The server ends our connection; we notice when we use it next."""
    assert connection.connection is not None
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    other.close()


def test_a_package_with_a_document_that_is_too_large_holds_that_one_and_sends_the_rest(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small(files: Iterable[tuple[str, bytes]], key: SessionKey, folder: Path, **named: Any) -> Package:
        listed = list(files)
        if any(b"FV-1<" in content for _, content in listed):
            raise PackageLimitExceeded("a document is larger than 1 000 000 bytes")
        return build_package(listed, key, folder, **named)

    monkeypatch.setattr(batch, "build_package", small)
    filings = house.invoices(3)

    house.work_for(3 * MINUTE, step=2 * SECOND)

    assert states(house, filings) == [State.RECEIPTED, State.HELD, State.RECEIPTED]
    assert house.read(filings[1]).reason_code == "document_too_large"
    with acting_in(house.tenant_id):
        assert FilingXml.objects.filter(filing=filings[1]).exists()
