"""From a captured document to its receipt, through the real client and the simulator."""

from apps.filings.models import FilingAttempt, FilingXml, KsefSession, Upo
from apps.filings.states import Label, State
from apps.tenants.context import acting_in

from .house import SECOND, House, sha


def test_a_single_invoice_goes_online_and_is_filed_with_its_receipt(house: House) -> None:
    filing = house.invoice("FV-1")

    house.work()
    assert house.state(filing) == State.SENT
    house.work(3 * SECOND)

    filed = house.read(filing)
    assert filed.state == State.RECEIPTED
    assert filed.label == Label.FILED
    (document,) = house.ksef.accepted
    assert document["number"] == "FV-1"
    assert document["ksefNumber"] == filed.ksef_number
    assert document["hash"] == sha(filed)
    with acting_in(house.tenant_id):
        upo = Upo.objects.get(pk=filed.upo_id)
        assert filed.ksef_number.encode() in bytes(upo.content)
        assert upo.hash_confirmed
        attempt = FilingAttempt.objects.get(filing=filing)
        assert attempt.outcome == FilingAttempt.Outcome.ACCEPTED
        assert bytes(FilingXml.objects.get(filing=filing).sha256) == bytes(filed.invoice_hash or b"")


def test_it_costs_three_counted_requests(house: House) -> None:
    house.invoice("FV-1")

    house.work()
    house.work(3 * SECOND)

    assert house.ksef.requests == {"onlineSession": 1, "invoiceSend": 1, "invoiceStatus": 1}


def test_two_invoices_wait_for_a_window_and_go_as_one_batch(house: House) -> None:
    filings = house.invoices(2)

    house.work()
    assert {house.state(filing) for filing in filings} == {State.READY}
    assert house.lane().plan_code == "gathering"
    house.work(20 * SECOND)
    house.work_for(10 * SECOND)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert len(house.ksef.accepted) == 2
    with acting_in(house.tenant_id):
        session = KsefSession.objects.get()
        assert session.kind == KsefSession.Kind.BATCH
        assert session.state == KsefSession.State.DONE
        assert session.aes_key_sealed is None
