"""What the mapping is given beside the document."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from apps.connections.models import StripeConnection
from apps.documents.capture import Reading, capture
from apps.documents.inputs import RateShelf, answers_about_buyer, questions_about_buyer, settings_for, with_own_checks
from apps.documents.mapping.settings import Settings
from apps.documents.models import SourceDocument
from apps.registers.checks import Question, Register
from apps.registers.models import ExchangeRate, RegisterAnswer
from apps.tenants.context import acting_in
from tests.factories import Company
from tests.stripe_intake.deliveries import make_stripe_connection
from tests.stripe_intake.stripe_data import domestic_invoice

NOON = datetime(2026, 10, 5, 10, tzinfo=UTC)
MONDAY = date(2026, 10, 5)


def document(connection: StripeConnection, **values: Any) -> SourceDocument:
    with acting_in(connection.tenant_id):
        reading = Reading(content=domestic_invoice(**values), side={}, at=NOON, api_version="2026-10-28.endive")
        return capture(connection, reading)


def publish(source: str, currency: str, day: date, value: str, table: str = "") -> None:
    ExchangeRate.objects.create(source=source, currency=currency, published_on=day, value=Decimal(value), table=table)


def test_documents_from_before_the_import_day_are_never_filed_by_themselves(acme: Company) -> None:
    early = make_stripe_connection(acme, import_from=date(2026, 2, 1))
    late = make_stripe_connection(acme, import_from=date(2026, 9, 1), livemode=True)
    chosen = Settings(ksef_start=date(2026, 4, 1))

    assert settings_for(document(early), chosen).ksef_start == date(2026, 4, 1)
    assert settings_for(document(late, livemode=True), chosen).ksef_start == date(2026, 9, 1)


def test_the_mode_of_the_connection_is_the_mode_the_mapping_expects(acme: Company) -> None:
    live = make_stripe_connection(acme, livemode=True)

    assert settings_for(document(live, livemode=True), Settings()).livemode is True


def test_the_rate_of_the_last_business_day_before_comes_with_its_table(acme: Company) -> None:
    connection = make_stripe_connection(acme)
    publish("NBP_A", "EUR", date(2026, 10, 1), "4.2533", "191/A/NBP/2026")
    publish("NBP_A", "EUR", date(2026, 10, 2), "4.2575", "192/A/NBP/2026")

    rates = RateShelf(MONDAY).of(document(connection, currency="eur"), Settings())
    rate = rates.before(MONDAY, "EUR", "NBP_A")

    assert rate
    assert (rate.value, rate.table, rate.published_on) == (Decimal("4.2575"), "192/A/NBP/2026", date(2026, 10, 2))
    assert rates.before(date(2026, 10, 7), "EUR", "NBP_A") is None  # that of the 6th is not loaded: never an older one


def test_the_ecb_is_reckoned_through_the_euro(acme: Company) -> None:
    connection = make_stripe_connection(acme)
    publish("ECB", "USD", date(2026, 10, 2), "1.1600")
    publish("ECB", "PLN", date(2026, 10, 2), "4.2600")

    rates = RateShelf(MONDAY).of(document(connection, currency="usd"), Settings(fx_source="ECB"))
    rate = rates.before(MONDAY, "USD", "ECB")

    assert rate
    assert rate.value == Decimal("3.672414")


def test_a_rate_finer_than_a_document_can_write_is_not_offered(acme: Company) -> None:
    publish("NBP_A", "IDR", date(2026, 10, 2), "0.00021894")

    rates = RateShelf(MONDAY).of(document(make_stripe_connection(acme), currency="idr"), Settings())

    assert rates.before(MONDAY, "IDR", "NBP_A") is None


@pytest.mark.django_db
def test_zlotys_need_no_rate(acme: Company, django_assert_num_queries: Any) -> None:
    issued = document(make_stripe_connection(acme))

    with django_assert_num_queries(0):
        RateShelf(MONDAY).of(issued, Settings())


def test_our_own_question_to_vies_counts_where_stripe_could_not_confirm(acme: Company) -> None:
    side = {
        "tax_ids": [{"type": "eu_vat", "value": "DE 136695976", "verification": "unavailable"}, {"type": "pl_nip"}, 7]
    }
    answer(acme, Register.VIES, "DE136695976", "confirmed")

    with acting_in(acme.tenant.id):
        checked = with_own_checks(acme.tenant.id, {}, side)

    assert [item["verification"] for item in checked["tax_ids"][:1]] == ["verified"]
    assert checked["tax_ids"][1:] == side["tax_ids"][1:]


def test_our_own_question_counts_where_stripe_was_not_asked(acme: Company) -> None:
    content = {"customer_tax_ids": [{"type": "eu_vat", "value": "DE136695976"}]}
    with acting_in(acme.tenant.id):
        assert with_own_checks(acme.tenant.id, content, {}) == {}
    answer(acme, Register.VIES, "DE136695976", "denied")

    with acting_in(acme.tenant.id):
        assert with_own_checks(acme.tenant.id, content, {})["tax_ids"][0]["verification"] == "unverified"


def test_what_stripe_confirmed_is_not_questioned(acme: Company) -> None:
    side = {"tax_ids": [{"type": "eu_vat", "value": "DE136695976", "verification": "verified"}]}
    answer(acme, Register.VIES, "DE136695976", "denied")

    with acting_in(acme.tenant.id):
        assert with_own_checks(acme.tenant.id, {}, side) == side


def test_the_registers_asked_depend_on_the_number() -> None:
    content = {
        "customer_tax_ids": [
            {"type": "pl_nip", "value": "123-456-32-18"},
            {"type": "eu_vat", "value": "PL5252344078"},
            {"type": "eu_vat", "value": "DE136695976"},
            {"type": "eu_vat", "value": "FR40303265045"},
            {"type": "us_ein", "value": "12-3456789"},
            {"type": "eu_vat", "value": "../../x"},
            {"type": "eu_vat"},
            None,
        ]
    }
    side = {"tax_ids": [{"type": "eu_vat", "value": "FR40303265045", "verification": "verified"}]}

    assert questions_about_buyer(content, side) == [
        Question(Register.WHITE_LIST, "1234563218"),
        Question(Register.WHITE_LIST, "5252344078"),
        Question(Register.VIES, "DE136695976"),
    ]


def test_the_evidence_about_a_buyer_is_found_for_the_documents_page(acme: Company) -> None:
    issued = document(make_stripe_connection(acme))
    answer(acme, Register.WHITE_LIST, "1234563218", "confirmed")

    with acting_in(acme.tenant.id):
        found = answers_about_buyer(issued, domestic_invoice())

    assert [evidence.request_id for evidence in found] == ["req-1"]


def answer(company: Company, register: Register, subject: str, outcome: str) -> None:
    with acting_in(company.tenant.id):
        RegisterAnswer.objects.create(
            tenant=company.tenant,
            register=register,
            subject=subject,
            outcome=outcome,
            request_id="req-1",
            answer={},
            asked_at=NOON,
        )
