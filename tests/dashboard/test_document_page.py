"""A document's page: what a person needs to trust it, or to decide about it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from apps.dashboard.middleware import WARSAW
from apps.dashboard.templatetags.ksefkit import breakable, duration, money, number, words
from apps.filings.models import Filing
from apps.filings.states import State
from apps.registers.models import RegisterAnswer
from apps.tenants.context import acting_in
from tests.filings.house import SECOND, House


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.MFA_REQUIRED = False


def page_of(house: House, filing: Filing, *, name: str = "ola", **headers: str) -> Any:
    client = Client(headers={"accept-language": "en", **headers})
    client.force_login(house.company.people[name])
    return client.get(f"/c/{house.tenant_id}/documents/{filing.id}/")


def decide(house: House, filing: Filing, kind: str, **values: str) -> Any:
    client = Client()
    client.force_login(house.company.people["ola"])
    given = {f"{kind}-{name}": value for name, value in values.items()}
    return client.post(f"/c/{house.tenant_id}/documents/{filing.id}/state/{kind}/", given)


def test_a_filed_document_is_read_as_an_invoice_with_its_way_to_ksef(house: House) -> None:
    filing = house.invoice("FV-1")
    house.work()
    house.work(3 * SECOND)

    text = page_of(house, filing).content.decode()

    assert "100.00\xa0PLN" in text
    assert "123.00\xa0PLN" in text
    assert "NIP 1111111111" in text
    # QR code I and its address, both for anybody who holds the document (API digest, 9.4).
    assert f"/invoice/{house.company.tenant.nip}/24-11-2026/" in text
    assert "<svg" in text


def test_what_registers_answered_stands_on_the_document_with_their_mark(house: House) -> None:
    filing = house.invoice("FV-1")
    with acting_in(house.tenant_id):
        RegisterAnswer.objects.create(
            tenant_id=house.tenant_id,
            register="white_list",
            subject="1111111111",
            outcome="denied",
            status="Zwolniony",
            request_id="aa111-bb222",
            answer={},
            asked_at=house.now,
        )

    text = page_of(house, filing).content.decode()

    assert "is not an active VAT payer" in text
    assert "aa111-bb222" in text


def test_a_held_document_shows_what_stripe_says_and_every_way_out(house: House) -> None:
    filing = house.invoice("FV-1", customer_tax_ids=[{"type": "pl_nip", "value": "1234567890"}])
    assert house.state(filing) == State.HELD

    text = page_of(house, filing).content.decode()

    assert "As it stands in Stripe" in text
    assert "1234567890 (pl_nip)" in text
    assert "/state/set_buyer_id/" in text
    assert "/state/exclude/" in text
    # Excluding with a reason is the one way not to file it; a second way would only ask which to take.
    assert "/abandon/" not in text


def test_an_exclusion_says_why_and_can_be_taken_back(house: House) -> None:
    filing = house.invoice("FV-1", customer_tax_ids=[{"type": "pl_nip", "value": "1234567890"}])
    decide(house, filing, "exclude", why="Wystawiona ręcznie w innym programie.")
    assert house.state(filing) == State.EXCLUDED
    text = page_of(house, filing).content.decode()
    assert "The document was excluded: Wystawiona ręcznie w innym programie." in text
    assert "/state/include/" in text

    decide(house, filing, "set_buyer_id", id_type="nip", value="1111111111", why="umowa")
    assert house.state(filing) == State.EXCLUDED
    decide(house, filing, "include", why="jednak nie")

    # The page acts by the real clock, for which the day of issue may lie ahead.
    assert house.state(filing) in {State.READY, State.WAITING}
    stated = page_of(house, filing).content.decode()
    assert "Number: 1111111111" in stated
    assert "Kind: Polish NIP" in stated


def test_a_document_without_total_says_why_it_is_not_for_ksef(house: House) -> None:
    nothing = {"subtotal": 0, "subtotal_excluding_tax": 0, "total": 0, "total_excluding_tax": 0, "amount_due": 0}
    filing = house.invoice("FV-1", **nothing, total_taxes=[], lines={"object": "list", "data": [], "has_more": False})

    text = page_of(house, filing).content.decode()

    assert house.state(filing) == State.EXCLUDED
    assert "The total of the document is zero" in text


def test_a_page_that_has_nothing_more_to_show_stops_asking(house: House) -> None:
    moving = house.invoice("FV-1")
    held = house.invoice("FV-2", customer_tax_ids=[{"type": "pl_nip", "value": "1234567890"}])

    assert page_of(house, moving, **{"hx-request": "true"}).status_code == 200
    assert page_of(house, held, **{"hx-request": "true"}).status_code == 286


def test_a_refused_document_repeats_ksefs_words_once_and_offers_what_may_put_it_right(house: House) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("document_status", code=450, details=["Pole P_15: wartość"])
    house.work()
    house.work(3 * SECOND)
    assert house.state(filing) == State.REJECTED

    text = page_of(house, filing).content.decode()

    assert '<p class="mono">Pole P_15: wartość</p>' in text
    assert text.count("KSeF refused it (450") == 1
    assert "Content that KSeF refused" in text
    assert "/state/set_number/" in text
    assert "/state/exclude/" in text


def test_a_moment_inside_a_sentence_is_written_in_warsaw_time() -> None:
    with translation.override("en"), timezone.override(WARSAW):
        told = words("deadline_near", {"count": 3, "deadline": "2026-11-21T23:00:00+00:00"}).text

    assert "22 Nov 2026, 00:00" in told
    assert "T23:00" not in told


def test_a_viewer_sees_the_reason_but_no_form(house: House) -> None:
    held = house.invoice("FV-2", customer_tax_ids=[{"type": "pl_nip", "value": "1234567890"}])

    text = page_of(house, held, name="jan").content.decode()

    assert "BUYER_NIP_INVALID" in text
    assert "/state/" not in text


@pytest.mark.parametrize(
    ("language", "seconds", "written"),
    [
        ("en", 4.26, "4.3\xa0s"),
        ("pl", 4.26, "4,3\xa0s"),
        ("pl", 95, "1\xa0min 35\xa0s"),
        ("en", timedelta(hours=2, minutes=5).total_seconds(), "2\xa0h 5\xa0min"),
    ],
)
def test_a_span_of_time_is_written_as_people_say_it(language: str, seconds: float, written: str) -> None:
    with translation.override(language):
        assert duration(seconds) == written


def test_amounts_have_the_separators_of_the_language_and_a_real_minus() -> None:
    with translation.override("pl"):
        assert number(Decimal("-12345.60")) == "−12\xa0345,60"
    with translation.override("en"):
        assert number(Decimal("12345.60")) == "12,345.60"


def test_an_amount_of_nothing_keeps_its_decimals_and_an_unknown_one_is_a_dash() -> None:
    with translation.override("pl"):
        assert money(0, "pln") == "0,00\xa0PLN"
        assert money(None, "pln") == "–"


def test_a_breakable_path_is_still_escaped() -> None:
    assert breakable("Fa/<b>") == "Fa/<wbr>&lt;b&gt;"
