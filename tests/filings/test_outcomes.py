"""Every status KSeF may give a document or a session, and what becomes of it (R7, R8)."""

import pytest

from apps.filings.models import FilingAttempt, KsefSession, Lane
from apps.filings.outcomes import SessionVerdict, Verdict, verdict_on_document, verdict_on_session
from apps.filings.states import State
from apps.reviews.models import ReviewItem
from apps.tenants.context import acting_in

from .house import HOUR, MINUTE, SECOND, House


@pytest.mark.parametrize("code", [100, 150, 199, 300])
def test_below_400_only_200_is_final(code: int) -> None:
    assert verdict_on_document(code) is Verdict.WAIT


@pytest.mark.parametrize("code", [410, 415, 430, 450, 460, 499, 777])
def test_a_refusal_and_a_code_nobody_knows_go_to_a_person(house: House, code: int) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("document_status", code=code, details=["Powód"])

    house.work_for(10 * SECOND)

    assert house.state(filing) == State.REJECTED
    with acting_in(house.tenant_id):
        item = ReviewItem.objects.get()
        assert item.kind == "rejected"
        assert item.facts["code"] == code
        assert item.facts["details"] == ["Powód"]
        assert FilingAttempt.objects.get().status_code == code


@pytest.mark.parametrize("code", [405, 435, 500, 550])
def test_trouble_inside_ksef_sends_the_same_bytes_again(house: House, code: int) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("document_status", code=code)

    house.work_for(60 * SECOND)

    assert house.state(filing) == State.RECEIPTED
    with acting_in(house.tenant_id):
        first, second = FilingAttempt.objects.order_by("began_at")
        assert first.outcome == FilingAttempt.Outcome.FAILED_THERE
        assert bytes(first.invoice_hash) == bytes(second.invoice_hash)


def test_a_document_ksef_keeps_failing_on_is_held_for_a_person(house: House) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("document_status", code=500, times=None)

    house.work_for(15 * MINUTE, step=5 * SECOND)
    assert house.read(filing).faults == 4
    house.work_for(HOUR, step=20 * SECOND)

    held = house.read(filing)
    assert held.state == State.HELD
    assert held.reason_code == "keeps_failing"
    assert house.ksef.requests["invoiceSend"] == 5


def test_the_good_documents_of_a_batch_are_filed_and_the_bad_one_tells_why(house: House) -> None:
    filings = house.invoices(30)
    house.ksef.fault("document_status", code=450, details=["Nieprawidłowy XML"], times=2)

    house.work_for(40 * SECOND)

    found = sorted(house.state(filing) for filing in filings)
    assert found == [State.RECEIPTED] * 28 + [State.REJECTED] * 2
    with acting_in(house.tenant_id):
        assert ReviewItem.objects.filter(kind="rejected").count() == 2


def test_a_batch_in_which_everything_is_refused_tells_each_document_why(house: House) -> None:
    filings = house.invoices(3)
    house.ksef.fault("document_status", code=450, details=["Nieprawidłowy XML"], times=3)

    house.work_for(40 * SECOND)

    assert {house.state(filing) for filing in filings} == {State.REJECTED}
    with acting_in(house.tenant_id):
        session = KsefSession.objects.get()
        assert (session.state, session.status_code) == (KsefSession.State.FAILED, 445)


@pytest.mark.parametrize("code", [405, 420, 430, 435, 440, 500, 599])
def test_a_package_that_fails_as_a_whole_gives_its_documents_back(house: House, code: int) -> None:
    filings = house.invoices(3)
    house.ksef.fault("session_status", code=code)

    house.work_for(2 * MINUTE)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    with acting_in(house.tenant_id):
        outcomes = list(FilingAttempt.objects.order_by("began_at").values_list("outcome", flat=True))
    assert len(outcomes) == 6
    assert outcomes[3:] == ["accepted"] * 3


def test_a_key_ksef_cannot_read_blames_no_document_and_raises_one_alarm(house: House) -> None:
    from apps.filings.models import Alarm

    filings = house.invoices(3)
    house.ksef.fault("session_status", code=415, times=8)

    house.work_for(60 * MINUTE, step=10 * SECOND)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    with acting_in(house.tenant_id):
        assert Alarm.objects.filter(kind="key_not_read").count() == 1
        assert Lane.objects.get().faults == 0


def test_a_stuck_document_is_polled_ever_more_slowly_and_never_sent_again(house: House) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("stuck", seconds=3 * 3600)

    house.work_for(180 * MINUTE, step=15 * SECOND)
    reads = house.ksef.requests["invoiceStatus"]
    house.work_for(20 * MINUTE, step=15 * SECOND)

    assert house.state(filing) == State.RECEIPTED
    assert house.ksef.sends == 1
    assert reads <= 60


def test_a_stuck_batch_raises_one_alarm_after_fifteen_minutes(house: House) -> None:
    from apps.filings.models import Alarm

    filings = house.invoices(3)
    house.ksef.fault("stuck", seconds=3600)

    house.work_for(70 * MINUTE, step=10 * SECOND)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert house.ksef.sends == 3
    with acting_in(house.tenant_id):
        alarm = Alarm.objects.get(kind="session_stuck")
        assert alarm.cleared_at is not None


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (100, SessionVerdict.OPEN),
        (150, SessionVerdict.PROCESSING),
        (170, SessionVerdict.PROCESSING),
        (200, SessionVerdict.DONE),
        (445, SessionVerdict.ALL_REJECTED),
        (440, SessionVerdict.FAILED),
        (999, SessionVerdict.FAILED),
    ],
)
def test_the_verdict_on_a_session(code: int, verdict: SessionVerdict) -> None:
    assert verdict_on_session(code) is verdict
