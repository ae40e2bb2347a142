"""At most 80 % of a window is spent; a Retry-After is obeyed, and only its counter rests (F23; R10, R11)."""

from datetime import timedelta

import pytest
from django.db import transaction

from apps.filings.ledger import account_of, allowed, freeze, rates, room_at, spend, used
from apps.filings.models import FilingAttempt, KsefSession, LedgerPause
from apps.filings.states import State
from apps.ksef_client.endpoints import Group
from apps.tenants.context import acting_in
from tests.factories import ACME_NIP

from .house import HOUR, MINUTE, NOON, SECOND, House

SMALL = {"maxInvoiceSizeInMB": 1, "maxInvoiceWithAttachmentSizeInMB": 3, "maxInvoices": 3}
ACCOUNT = account_of("place", "5265877635")


@pytest.mark.django_db
def test_a_window_takes_eighty_percent_and_then_says_when_there_is_room() -> None:
    limit = allowed({}, Group.INVOICE_SEND)
    assert limit == (8, 24, 144)

    for number in range(24):
        assert spend(ACCOUNT, Group.INVOICE_SEND, limit, at=NOON + number * SECOND) is None

    assert spend(ACCOUNT, Group.INVOICE_SEND, limit, at=NOON + 30 * SECOND) == NOON + 60 * SECOND
    assert spend(ACCOUNT, Group.INVOICE_SEND, limit, at=NOON + 61 * SECOND) is None


@pytest.mark.django_db
def test_the_window_of_a_second_binds_too() -> None:
    limit = allowed({}, Group.SESSION_LIST)

    assert [spend(ACCOUNT, Group.SESSION_LIST, limit, at=NOON) for _ in range(4)] == [None] * 4
    assert spend(ACCOUNT, Group.SESSION_LIST, limit, at=NOON) == NOON + SECOND


@pytest.mark.django_db
def test_a_frozen_counter_rests_and_no_other_does() -> None:
    freeze(ACCOUNT, Group.BATCH_SESSION, at=NOON, until=NOON + 2680 * SECOND)
    freeze(ACCOUNT, Group.BATCH_SESSION, at=NOON, until=NOON + 5 * SECOND)

    assert spend(ACCOUNT, Group.BATCH_SESSION, (8, 16, 48), at=NOON + HOUR / 2) == NOON + 2680 * SECOND
    assert spend(ACCOUNT, Group.INVOICE_SEND, (8, 24, 144), at=NOON) is None
    assert spend(account_of("place", "5252344078"), Group.BATCH_SESSION, (8, 16, 48), at=NOON) is None


@pytest.mark.django_db
def test_limits_read_from_ksef_replace_those_of_the_contract() -> None:
    assert allowed({"invoiceSend": [1, 10, 90]}, Group.INVOICE_SEND) == (1, 8, 72)
    assert used(ACCOUNT, Group.INVOICE_SEND, {}, at=NOON) == 0


def test_before_api_2_8_closing_a_session_spends_from_the_counter_of_opening() -> None:
    old = {"batchSession": [10, 20, 60]}

    assert rates(old).counter_of(Group.BATCH_SESSION_CLOSE) == "batchSession"
    assert rates({}).counter_of(Group.BATCH_SESSION_CLOSE) == "batchSessionClose"


@pytest.mark.parametrize("seconds", [1, 2680])
def test_a_429_rests_the_counter_as_long_as_ksef_asked_and_no_other(house: House, seconds: int) -> None:
    filing = house.invoice("FV-1")
    rule = house.ksef.fault("status", "send", status=429, body="json", when="before", retry_after=seconds, times=1)

    house.work()
    assert house.state(filing) == State.READY
    assert LedgerPause.objects.get(group=Group.INVOICE_SEND).until >= NOON + seconds * SECOND
    house.work_for(40 * SECOND)

    # A batch draws on counters of its own.
    assert rule.hits == 1
    assert house.state(filing) == State.RECEIPTED
    assert house.ksef.requests.get("batchSession", 0) == (0 if seconds == 1 else 1)


@pytest.mark.parametrize("seconds", [1, 2680])
def test_a_429_without_another_way_makes_the_document_wait(house: House, seconds: int) -> None:
    filings = house.invoices(2)
    house.ksef.fault("status", "open batch", status=429, body="json", when="before", retry_after=seconds, times=1)

    house.work(20 * SECOND)
    assert {house.state(filing) for filing in filings} == {State.READY}
    house.work_for(timedelta(seconds=max(0, seconds - 2)), step=timedelta(seconds=max(1, seconds // 50)))
    assert house.ksef.sends == 0
    house.work_for(40 * SECOND)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    with acting_in(house.tenant_id):
        assert KsefSession.objects.count() == 2  # the one KSeF did not open, and the one it did


def test_a_trickle_stays_within_two_requests_a_document_and_one_session(house: House) -> None:
    filings = []
    for number in range(20):
        filings.append(house.invoice(f"FV-{number}"))
        house.work_for(8 * MINUTE, step=2 * SECOND)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    requests = house.ksef.requests
    assert requests["onlineSession"] == 1
    assert requests["invoiceSend"] == 20
    assert requests["invoiceStatus"] <= 22


def test_more_documents_than_the_limits_allow_online_cost_no_429(house: House) -> None:
    filings = []
    for number in range(40):
        filings.append(house.invoice(f"FV-{number}"))
        house.work_for(3 * SECOND)
    house.work_for(2 * MINUTE)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert house.ksef.system.report.as_json()["tooManyRequests"] == {}


def test_a_window_ksef_does_not_count_never_binds() -> None:
    assert allowed({"anonymous": [60, -1, -1]}, Group.ANONYMOUS) == (48, 1_000_000_000, 1_000_000_000)


def test_limits_that_turn_out_lower_are_read_at_the_first_429_and_kept(house: House) -> None:
    """R10: another contract, or another program of the company that shares the counters."""
    lower = {"perSecond": 10, "perMinute": 30, "perHour": 3}
    house.ksef.system.limiter.published["invoiceSend"] = lower
    filings = []
    for number in range(6):
        filings.append(house.invoice(f"FV-{number}"))
        house.work_for(70 * SECOND, step=2 * SECOND)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    refused = house.ksef.system.report.as_json()["tooManyRequests"]
    assert sum(count for groups in refused.values() for count in groups.values()) == 1
    assert house.lane().limits["rates"]["invoiceSend"] == [10, 30, 3]


def test_the_limits_are_read_before_the_first_batch_and_not_before_each(house: House) -> None:
    """R10: a company may be allowed fewer documents a package than the contract's 10 000."""
    house.ksef.system.context_limits.override(f"Nip:{ACME_NIP}", {"batchSession": SMALL})
    filings = house.invoices(7)
    house.work_for(4 * MINUTE)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    with acting_in(house.tenant_id):
        sessions = KsefSession.objects.values_list("document_count", "status_code")
        assert sorted(sessions) == [(1, 200), (3, 200), (3, 200)]
    assert house.ksef.requests["other"] == 2


def test_a_package_with_more_documents_than_ksef_takes_by_now_is_sent_in_smaller_ones(house: House) -> None:
    first = house.invoices(2)
    house.work_for(MINUTE)
    house.ksef.system.context_limits.override(f"Nip:{ACME_NIP}", {"batchSession": SMALL})
    filings = house.invoices(7, prefix="FX")
    house.work_for(6 * MINUTE)

    assert {house.state(filing) for filing in [*first, *filings]} == {State.RECEIPTED}
    with acting_in(house.tenant_id):
        assert KsefSession.objects.filter(status_code=420).count() == 1
    assert house.ksef.sends == 9


def test_limits_that_cannot_be_read_hold_nothing_up(house: House) -> None:
    rule = house.ksef.fault("status", "GET /limits/context", status=500, body="html", when="before", times=None)
    filings = house.invoices(3)
    house.work_for(2 * MINUTE)

    assert rule.hits == 1
    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}


def test_an_online_session_that_is_full_sooner_than_we_knew_costs_one_refusal(house: House) -> None:
    house.ksef.system.context_limits.override(f"Nip:{ACME_NIP}", {"onlineSession": SMALL})
    filings = []
    for number in range(8):
        filings.append(house.invoice(f"FV-{number}"))
        house.work_for(70 * SECOND, step=2 * SECOND)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert house.ksef.requests["invoiceSend"] == 9
    assert house.lane().limits["documents_per_session"] == 3


def test_no_document_leaves_its_place_for_a_batch_that_may_not_be_opened_now(house: House) -> None:
    filings = house.invoices(3)
    freeze(house.lane().account, Group.BATCH_SESSION, at=house.now, until=house.now + 5 * MINUTE)

    house.work_for(4 * MINUTE, step=5 * SECOND)
    with acting_in(house.tenant_id):
        assert not FilingAttempt.objects.exists()
    assert house.lane().plan_code == "budget"
    house.work_for(2 * MINUTE)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    with acting_in(house.tenant_id):
        assert FilingAttempt.objects.count() == 3


@pytest.mark.django_db
def test_asking_for_room_says_what_paying_would_and_pays_nothing() -> None:
    for number in range(24):
        spend(ACCOUNT, Group.INVOICE_SEND, (8, 24, 144), at=NOON + number * SECOND)

    for limit in ((8, 24, 144), (8, 1_000_000_000, 24), (1, 1_000_000_000, 1_000_000_000)):
        for at in (NOON + 23 * SECOND, NOON + 30 * SECOND, NOON + 61 * SECOND, NOON + HOUR + SECOND):
            asked = room_at(ACCOUNT, Group.INVOICE_SEND, limit, at=at)
            assert asked == room_at(ACCOUNT, Group.INVOICE_SEND, limit, at=at)
            with transaction.atomic():
                assert spend(ACCOUNT, Group.INVOICE_SEND, limit, at=at) == asked
                transaction.set_rollback(True)
