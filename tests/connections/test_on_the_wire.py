"""The whole product on a tapped wire: what the engine asks of KSeF in a full run, judged by a strict reader."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from apps.connections import ksef as sign_in
from apps.connections.check import check_connection
from apps.connections.ksef import Caller
from apps.connections.models import KsefConnection
from apps.connections.rights import rights_of
from apps.connections.secrets import seal_into
from apps.filings.states import State
from apps.tenants.context import acting_in
from tests.factories import ACME_NIP, Company
from tests.filings.house import MINUTE, SECOND, House, Ksef, connect
from tests.filings.test_rebuild import file_some, lose_everything, rebuild_now
from tests.ksef_client.wire import Tap
from tests.ksef_client.wire_rules import Judge, judge

# What a run of the engine cannot do without; the client's own run covers all the other operations.
USED = {
    ("POST", "/auth/challenge"),
    ("POST", "/auth/ksef-token"),
    ("GET", "/auth/{referenceNumber}"),
    ("POST", "/auth/token/redeem"),
    ("POST", "/auth/token/refresh"),
    ("GET", "/security/public-key-certificates"),
    ("POST", "/sessions/online"),
    ("POST", "/sessions/online/{referenceNumber}/invoices"),
    ("POST", "/sessions/online/{referenceNumber}/close"),
    ("POST", "/sessions/batch"),
    ("POST", "/sessions/batch/{referenceNumber}/close"),
    ("GET", "/sessions/{referenceNumber}"),
    ("GET", "/sessions/{referenceNumber}/invoices/{invoiceReferenceNumber}"),
    ("POST", "/invoices/exports"),
    ("GET", "/invoices/exports/{referenceNumber}"),
    ("GET", "/sessions"),
    ("POST", "/permissions/query/personal/grants"),
}


class TappedKsef(Ksef):
    """The simulator behind a tap."""

    def __init__(self) -> None:
        super().__init__([ACME_NIP])
        self.tap = Tap()
        self.tap.upstream = self.simulator.address

    @property
    def url(self) -> str:
        return f"{self.tap.url}/v2"

    def verdict(self) -> Judge:
        return judge(self.tap.said())


@pytest.fixture
def tapped() -> Iterator[TappedKsef]:
    sign_in.forget_public_keys()
    ksef = TappedKsef()
    yield ksef
    ksef.close()
    ksef.tap.close()


@pytest.fixture
def house(acme: Company, tapped: TappedKsef) -> House:
    return connect(acme, tapped)


def test_a_full_run_of_the_engine_breaks_no_rule(house: House, tapped: TappedKsef, globex: Company) -> None:
    file_some(house)
    house.pass_time(timedelta(minutes=20))  # the access token ends
    refreshed = house.invoice("A-2")
    house.work_for(15 * SECOND)
    check_connection(house.connection, clock=house.clock, wait=lambda seconds: house.pass_time(seconds * SECOND))
    assert rights_of(house.connection, caller=Caller(house.clock)).may_file
    house.pass_time(15 * MINUTE)
    house.work_for(30 * SECOND)  # the idle session is closed
    fresh = lose_everything(house, globex)
    fresh.invoice("A-1")
    rebuild_now(fresh)

    assert house.state(refreshed) == State.RECEIPTED
    verdict = tapped.verdict()
    assert verdict.complaints == []
    assert USED - verdict.operations == set()
    report = tapped.system.report.as_json()
    assert {kind for kind in ("retryAfterIgnored", "keyReuse", "bearerSentToStorage") if report.get(kind)} == set()


def test_lost_answers_pauses_and_withdrawn_keys_lead_to_no_forbidden_request(house: House, tapped: TappedKsef) -> None:
    tapped.fault("drop_after", "send")
    first = house.invoice("B-1")
    house.work_for(3 * MINUTE, step=5 * SECOND)
    tapped.fault("status", "open batch", status=429, body="json", when="before", retry_after=40)
    tapped.fault("status", "upload part", status=500, body="empty", when="before")
    tapped.fault("status", "close batch", status=502, body="html", when="after")
    tapped.system.keys.rotate("SymmetricKeyEncryption", emergency=True)
    others = house.invoices(3, prefix="C")
    house.work_for(10 * MINUTE, step=5 * SECOND)

    assert {house.state(each) for each in [first, *others]} == {State.RECEIPTED}
    assert tapped.verdict().complaints == []
    report = tapped.system.report.as_json()
    assert {kind for kind in ("retryAfterIgnored", "keyReuse", "bearerSentToStorage") if report.get(kind)} == set()


def test_a_connection_with_a_withdrawn_token_stops_asking(house: House, tapped: TappedKsef) -> None:
    with acting_in(house.tenant_id):
        row = KsefConnection.objects.get(pk=house.connection.pk)
        seal_into(row, token=f"20260101-EC-1111111111-2222222222-33|nip-{ACME_NIP}|{'cd' * 32}")
        row.save()
    house.invoice("D-1")

    house.work_for(2 * MINUTE, step=10 * SECOND)

    starts = [each for each in tapped.tap.said() if each.target == "/v2/auth/ksef-token"]
    assert len(starts) == 1
    assert tapped.verdict().complaints == []
