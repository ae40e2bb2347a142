"""Corrections go out after their original, in their order; a refused original releases them with a reason."""

from apps.filings.decide import abandon
from apps.filings.models import Filing, FilingXml
from apps.filings.open import rerun
from apps.filings.states import State
from apps.tenants.context import acting_in

from .house import MINUTE, SECOND, House


def content(house: House, filing: Filing) -> bytes:
    with acting_in(house.tenant_id):
        return bytes(FilingXml.objects.get(pk=house.read(filing).xml_id).content)


def test_a_credit_note_waits_for_the_number_of_its_invoice_and_names_it(house: House) -> None:
    original = house.invoice("FV-1")
    correction = house.credit_note("FV-1-CN", of="FV-1")

    assert house.state(correction) == State.WAITING
    house.work_for(60 * SECOND)

    assert house.state(original) == State.RECEIPTED
    assert house.state(correction) == State.RECEIPTED
    assert house.read(original).ksef_number.encode() in content(house, correction)


def test_two_credit_notes_of_one_invoice_keep_their_order(house: House) -> None:
    house.invoice("FV-1")
    house.work_for(10 * SECOND)
    first = house.credit_note("CN-1", of="FV-1")
    house.pass_time(SECOND)
    second = house.credit_note("CN-2", of="FV-1")

    assert house.state(second) == State.WAITING
    assert house.read(second).reason_code == "after_another"
    house.work_for(2 * MINUTE)

    assert house.read(first).accepted_at < house.read(second).accepted_at  # type: ignore[operator]  # both are set
    assert [document["number"] for document in house.ksef.accepted] == ["FV-1", "CN-1", "CN-2"]


def test_the_correction_of_a_refused_invoice_says_why_it_waits_and_goes_when_the_invoice_is_filed(house: House) -> None:
    original = house.invoice("FV-1")
    correction = house.credit_note("CN-1", of="FV-1")
    house.ksef.fault("document_status", code=450)
    house.work_for(60 * SECOND)
    assert house.state(original) == State.REJECTED
    assert house.read(correction).reason_code == "WAITING_ORIGINAL"

    with acting_in(house.tenant_id):
        rerun(house.read(original), at=house.now)
    house.work_for(2 * MINUTE)

    assert house.state(original) == State.RECEIPTED
    assert house.state(correction) == State.RECEIPTED


def test_the_correction_of_an_invoice_that_is_given_up_is_not_for_ksef_either(house: House) -> None:
    original = house.invoice("FV-1", customer_tax_ids=[{"type": "pl_nip", "value": "1234567890"}])
    correction = house.credit_note("CN-1", of="FV-1")
    assert house.state(original) == State.HELD

    with acting_in(house.tenant_id):
        abandon(house.read(original), why="tested", by=house.company.people["ola"], at=house.now)
    house.work_for(5 * SECOND)

    assert house.state(correction) == State.EXCLUDED


def test_a_number_can_go_to_ksef_once_only(house: House) -> None:
    first = house.invoice("FV-1")
    second = house.invoice("FV-1", id="in_other")

    house.work_for(60 * SECOND)

    assert house.state(first) == State.RECEIPTED
    held = house.read(second)
    assert held.state == State.HELD
    assert held.reason_code == "DUPLICATE_NUMBER"
    assert len(house.ksef.accepted) == 1


def test_a_later_state_of_an_invoice_on_its_way_changes_nothing_in_ksef(house: House) -> None:
    from . import stripe_objects

    filing = house.invoice("FV-1")
    house.work()
    paid = stripe_objects.invoice("FV-1", issued_at=house.now, status="paid") | {"amount_paid": 12_300}
    document = house.capture(paid)
    with acting_in(house.tenant_id):
        from apps.filings.open import open_filing

        again = open_filing(document, at=house.now)
    house.work_for(10 * SECOND)

    assert again.pk == filing.pk
    assert len(house.ksef.accepted) == 1


def test_an_invoice_voided_before_it_went_out_is_not_filed(house: House) -> None:
    from apps.filings.open import open_filing

    from . import stripe_objects

    filing = house.invoice("FV-1")
    document = house.capture(stripe_objects.invoice("FV-1", issued_at=house.now, status="void"))
    with acting_in(house.tenant_id):
        open_filing(document, at=house.now)
    house.work_for(10 * SECOND)

    assert house.state(filing) == State.EXCLUDED
    assert house.ksef.accepted == []


def test_an_invoice_voided_after_it_was_filed_is_corrected_to_zero(house: House) -> None:
    from apps.filings.open import open_filing

    from . import stripe_objects

    filing = house.invoice("FV-1")
    house.work_for(10 * SECOND)
    document = house.capture(stripe_objects.invoice("FV-1", issued_at=house.now, status="void"))
    with acting_in(house.tenant_id):
        correction = open_filing(document, at=house.now)
    house.work_for(60 * SECOND)

    assert correction.pk != filing.pk
    assert house.state(correction) == State.RECEIPTED, house.read(correction).reason_code
    assert b"<P_15>-123.00</P_15>" in content(house, correction)


def test_three_corrections_follow_an_invoice_whose_batch_gives_no_answer(house: House) -> None:
    """KSeF has closed it, and the answer is lost; so is that to the batch of the first correction."""
    invoice, other = house.invoice("FV-1"), house.invoice("FV-2")
    house.ksef.fault("drop_after", "close batch", times=2)
    notes = [house.credit_note(f"CN-{number}", of="FV-1", net=1_000) for number in range(3)]
    house.work_for(5 * MINUTE)

    assert {house.state(filing) for filing in [invoice, other, *notes]} == {State.RECEIPTED}
    assert house.ksef.sends == 5
    accepted = [house.read(filing).accepted_at for filing in [invoice, *notes]]
    assert accepted == sorted(accepted, key=str)
    number = house.read(invoice).ksef_number.encode()
    assert all(number in content(house, note) for note in notes)
