"""A duplicate is ours only when the bytes are the same; a foreign one goes to a person with both numbers (F5; R6)."""

import base64

import pytest

from apps.filings.models import FilingAttempt, Upo
from apps.filings.open import rerun
from apps.filings.states import State
from apps.reviews.models import ReviewItem
from apps.tenants.context import acting_in

from .house import MINUTE, SECOND, House


def test_our_own_document_that_landed_unseen_is_adopted_with_its_receipt(house: House) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("drop_after", "send")
    house.ksef.fault("hidden_document", "send", seconds=200)

    house.work_for(6 * MINUTE)

    filed = house.read(filing)
    assert filed.state == State.RECEIPTED
    (document,) = house.ksef.accepted
    assert filed.ksef_number == document["ksefNumber"]
    assert document["sends"] == 2
    with acting_in(house.tenant_id):
        outcomes = list(FilingAttempt.objects.order_by("began_at").values_list("outcome", flat=True))
        assert outcomes == ["lost", "duplicate"]
        assert Upo.objects.get(pk=filed.upo_id).session_reference == document["session"]


@pytest.mark.parametrize("effect", ["wrong_original_session", "no_extensions"])
def test_an_own_duplicate_is_recognised_although_ksef_names_the_original_badly(house: House, effect: str) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("drop_after", "send")
    house.ksef.fault("hidden_document", "send", seconds=200)
    house.ksef.fault(effect)

    house.work_for(8 * MINUTE)

    assert house.state(filing) == State.RECEIPTED
    assert len(house.ksef.accepted) == 1


def test_a_number_somebody_else_used_goes_to_a_person_with_both_numbers(house: House) -> None:
    send_foreign(house, "FV-1")

    filing = house.invoice("FV-1")
    house.work_for(3 * MINUTE)

    assert house.state(filing) == State.REJECTED
    with acting_in(house.tenant_id):
        item = ReviewItem.objects.get()
        assert item.kind == "duplicate_foreign"
        assert item.facts["original"] == house.ksef.accepted[0]["ksefNumber"]
        assert house.read(filing).ksef_number == ""


def test_a_foreign_duplicate_may_be_sent_again_under_another_number(house: House) -> None:
    send_foreign(house, "FV-1")
    filing = house.invoice("FV-1")
    house.work_for(2 * MINUTE)

    with acting_in(house.tenant_id):
        rerun(house.read(filing), at=house.now)
    house.work_for(2 * MINUTE)

    # The same number again: KSeF refuses it again, and nothing loops.
    assert house.state(filing) == State.REJECTED
    assert len(house.ksef.accepted) == 1


def send_foreign(house: House, number: str) -> None:
    """Another program of the company files a document under this number."""
    from apps.connections.ksef import Access, public_keys
    from apps.filings.models import FilingXml
    from apps.ksef_client import online
    from apps.ksef_client.crypto import new_session_key, seal

    decoy = house.invoice("DECOY")
    with acting_in(house.tenant_id):
        content = bytes(FilingXml.objects.get(filing=decoy).content).replace(b"DECOY", number.encode())
        from apps.filings.decide import abandon

        abandon(decoy, why="test", by=house.company.people["ola"], at=house.now)
    access = Access(house.tenant_id, house.connection.pk, house.clock)
    ksef, key = access.open(), new_session_key()
    session = online.open_session(ksef, public_keys(), key)
    online.send_invoice(ksef, session.reference, seal(content, key))
    house.pass_time(5 * SECOND)
    assert base64.b64decode(house.ksef.accepted[0]["hash"])
