"""A month in money: Stripe's figures beside those of the bytes that were filed, each read on its own."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.dashboard.amounts import Amounts, Band, Sum, amounts
from apps.filings.models import Filing, FilingXml
from apps.filings.open import open_filing
from apps.filings.states import State
from apps.tenants.context import acting_in
from tests.factories import make_document, make_filing
from tests.filings.house import SECOND, House
from tests.filings.stripe_objects import invoice

NOVEMBER = date(2026, 11, 1)
WRONG_NIP = {"customer_tax_ids": [{"type": "pl_nip", "value": "1234567890"}]}


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.MFA_REQUIRED = False


def of(house: House, month: date = NOVEMBER) -> Amounts:
    with acting_in(house.tenant_id):
        return amounts(house.tenant_id, month)


def money(net: str, tax: str) -> Sum:
    return Sum(Decimal(net), Decimal(tax))


def file_everything(house: House) -> None:
    for _step in range(8):
        house.work(15 * SECOND)


def test_what_is_filed_and_what_waits_add_up_to_what_stripe_charged(house: House) -> None:
    house.invoice("FV-1")
    house.invoice("FV-2", **WRONG_NIP)
    file_everything(house)

    found = of(house)

    (pln,) = found.in_order
    (row,) = pln.rows
    assert (pln.currency, row.band) == ("PLN", Band.STANDARD)
    assert row.stripe == money("200.00", "46.00")
    assert row.filed == row.unfiled == money("100.00", "23.00")
    assert not row.difference
    assert (found.documents, found.differing, found.unread) == (2, [], [])


def test_a_credit_note_takes_away_on_both_sides(house: House) -> None:
    house.invoice("FV-1")
    file_everything(house)
    house.credit_note("FV-1-CN", of="FV-1", net=2_000)
    file_everything(house)

    total = of(house).in_order[0].total

    assert total.stripe == total.filed == money("80.00", "18.40")


def test_an_invoice_voided_after_it_was_filed_takes_itself_back(house: House) -> None:
    house.invoice("FV-1")
    file_everything(house)
    voided = house.capture(invoice("FV-1", issued_at=house.now, status="void"))
    with acting_in(house.tenant_id):
        open_filing(voided, at=house.now)

    total = of(house).in_order[0].total

    assert total.stripe == Sum()
    assert total.filed == money("100.00", "23.00")
    assert total.unfiled == money("-100.00", "-23.00")  # until its correction is filed
    assert not total.difference


def test_an_invoice_voided_before_it_was_filed_was_never_a_sale(house: House) -> None:
    house.invoice("FV-1", status="void")

    assert not of(house).in_order[0].total.stripe


def test_a_document_filed_with_other_amounts_is_named(house: House) -> None:
    right = house.invoice("FV-1")
    file_everything(house)
    with acting_in(house.tenant_id):
        bytes_of_another = FilingXml.objects.get(filing=right)
        wrong = make_filing(make_document(house.stripe, number="FV-2"), state=State.READY)
        xml = FilingXml.objects.create(
            tenant_id=house.tenant_id,
            filing=wrong,
            content=bytes_of_another.content,
            sha256=uuid4().bytes * 2,
            issue_date=NOVEMBER,
            built_at=house.now,
        )
        # Stripe says 123.00 without VAT; what was filed says 100.00 and 23.00.
        Filing.objects.filter(pk=wrong.pk).update(state=State.ACCEPTED, xml=xml, ksef_number="x")

    found = of(house)

    (differing,) = found.differing
    assert differing.filing.number == "FV-2"
    assert differing.stripe == money("123.00", "0.00")
    assert differing.filed == money("100.00", "23.00")
    by_band = found.currencies["PLN"].by_band
    assert by_band[Band.STANDARD].difference == money("-100.00", "-23.00")
    assert by_band[Band.NONE].difference == money("123.00", "0.00")


@pytest.mark.parametrize(
    ("percentage", "band"),
    [("22", Band.STANDARD), ("8", Band.REDUCED), ("5", Band.SUPER_REDUCED), ("19", Band.OTHER), (None, Band.OTHER)],
)
def test_stripes_rates_are_told_apart(house: House, percentage: str | None, band: Band) -> None:
    rate = {"id": "txr_own", "object": "tax_rate", "percentage": percentage and float(percentage), "country": "PL"}
    tax = {
        "amount": 500,
        "tax_behavior": "exclusive",
        "tax_rate_details": {"tax_rate": rate},
        "taxability_reason": "standard_rated",
        "taxable_amount": 6_000,
    }

    house.invoice("FV-1", total=10_500, total_excluding_tax=10_000, total_taxes=[tax])

    rows = {row.band: row.stripe for row in of(house).in_order[0].rows}
    assert rows == {band: money("60.00", "5.00"), Band.NONE: money("40.00", "0.00")}


def test_figures_that_cannot_be_told_by_rate_are_named_not_guessed(house: House) -> None:
    tax = {"amount": 2_300, "tax_behavior": "exclusive", "tax_rate_details": None, "taxable_amount": None}

    house.invoice("FV-1", total_taxes=[tax])

    found = of(house)
    assert [filing.number for filing in found.unread] == ["FV-1"]
    assert found.currencies == {}


def test_a_month_is_a_month_of_the_warsaw_calendar(house: House) -> None:
    house.now = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    house.invoice("FV-1")

    assert of(house).documents == 0
    assert of(house, date(2026, 12, 1)).documents == 1


def test_the_page_says_that_nothing_differs(house: House) -> None:
    house.invoice("FV-1")
    file_everything(house)

    text = page(house, "2026-11")

    assert "November 2026" in text
    assert "No difference." in text
    assert "23.00" in text


@pytest.mark.parametrize("month", ["nonsense", "2026-13", ""])
def test_a_month_that_does_not_exist_is_the_present_one(house: House, month: str) -> None:
    assert timezone.localdate().strftime("%Y") in page(house, month)


def page(house: House, month: str) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.company.people["jan"])
    answer = client.get(f"/c/{house.tenant_id}/completeness/amounts/", {"month": month})
    assert answer.status_code == 200
    return str(answer.content.decode())
