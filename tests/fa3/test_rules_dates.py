"""Dates against each other and against the day of filing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.fa3.document import Paid, PaidInParts, PartPayment, Payment, Period
from apps.fa3.facts import Facts
from apps.fa3.rules import errors
from tests.fa3.make import ISSUED_ON, make_document, make_row

TODAY = Facts(filing_date=ISSUED_ON)
TOMORROW = ISSUED_ON + timedelta(days=1)


def found(document, facts=TODAY):
    return [(problem.code, problem.path) for problem in errors(document, facts)]


def test_a_document_is_not_filed_before_its_date_of_issue():
    yesterday = Facts(filing_date=ISSUED_ON - timedelta(days=1))

    assert found(make_document(), yesterday) == [("P1_IN_FUTURE", "Fa/P_1")]
    assert found(make_document()) == []
    assert found(make_document(), Facts()) == []


@pytest.mark.parametrize("supplied", [date(2026, 9, 30), Period(first=date(2026, 9, 1), last=date(2026, 9, 30))])
def test_a_supply_is_dated_on_the_document_or_on_its_rows(supplied):
    dated, undated = make_row(number=2, supplied_on=date(2026, 9, 30)), make_row()
    free = {"total": Decimal("246.00"), "buckets": ()}

    assert ("SUPPLY_DATED_TWICE", "Fa/FaWiersz[2]/P_6A") in found(
        make_document(supplied=supplied, rows=(undated, dated), **free)
    )
    assert found(make_document(supplied=supplied)) == []
    assert found(make_document(rows=(make_row(supplied_on=date(2026, 9, 30)),))) == []


def test_a_payment_is_not_dated_ahead():
    paid = make_document(payment=Payment(received=Paid(on=TOMORROW)))
    part = PartPayment(amount=Decimal("61.50"), on=ISSUED_ON)
    late_part = PartPayment(amount=Decimal("61.50"), on=TOMORROW)
    in_parts = make_document(payment=Payment(received=PaidInParts(parts=(part, late_part), is_complete=True)))

    assert found(paid) == [("PAID_IN_FUTURE", "Fa/Platnosc/DataZaplaty")]
    assert found(paid, Facts(filing_date=TOMORROW)) == []
    assert found(paid, Facts()) == []
    assert found(in_parts) == [("PAID_IN_FUTURE", "Fa/Platnosc/ZaplataCzesciowa[2]/DataZaplatyCzesciowej")]
    assert found(make_document(payment=Payment())) == []
