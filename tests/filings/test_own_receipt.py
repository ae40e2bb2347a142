"""Each document of a batch can have a receipt of its own."""

import pytest

from apps.filings.collect import ReceiptRefused
from apps.filings.models import Upo
from apps.filings.own_receipt import NotFiled, own_receipt
from apps.ksef_client.receipt import parse_upo
from apps.tenants.context import acting_in

from .house import SECOND, House


def test_a_document_of_a_batch_gets_its_own_receipt_once(house: House) -> None:
    filings = house.invoices(3)
    house.work_for(40 * SECOND)
    filed = house.read(filings[1])

    first = own_receipt(filed, clock=house.clock)
    again = own_receipt(filed, clock=house.clock)

    assert first.pk == again.pk
    with acting_in(house.tenant_id):
        upo = Upo.objects.get(pk=first.pk)
    (document,) = parse_upo(bytes(upo.content)).documents
    assert str(document.ksef_number) == filed.ksef_number


def test_the_receipt_of_another_document_is_refused(house: House) -> None:
    filings = house.invoices(3)
    house.work_for(40 * SECOND)
    house.ksef.fault("wrong_upo")

    with pytest.raises(ReceiptRefused):
        own_receipt(house.read(filings[1]), clock=house.clock)


def test_a_document_that_is_not_filed_has_none(house: House) -> None:
    with pytest.raises(NotFiled):
        own_receipt(house.read(house.invoice("FV-1")), clock=house.clock)
