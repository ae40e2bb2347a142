"""Every kind of statement has a form, and what a form states survives being stored."""

from typing import Any

import pytest
from django.utils import translation

from apps.dashboard.country_names import choices
from apps.dashboard.statements import FORMS, OriginalRow, StatementForm
from apps.documents.mapping.catalogue import CATALOGUE
from apps.documents.mapping.geography import COUNTRIES
from apps.documents.mapping.override_json import from_dict, to_dict
from apps.documents.mapping.overrides import KINDS

FILLED: dict[str, dict[str, Any]] = {
    "set_buyer_id": {"id_type": "nip", "value": "1234563218"},
    "set_buyer_name": {"name": "Globex S.A."},
    "set_buyer_address": {"country": "PL", "line1": "ul. Polna 1", "city": "Warszawa"},
    "set_buyer_country": {"country": "DE"},
    "treat_as_consumer": {"file": "on"},
    "file_without_id": {},
    "set_vat_category": {"category": "np I"},
    "set_exemption_basis": {"text": "art. 43 ust. 1 pkt 29"},
    "set_issue_date": {"day": "2026-11-21"},
    "set_exchange_rate": {"rate": "4.2575", "table": "191/A/NBP/2026", "published_on": "2026-10-02"},
    "confirm_minor_unit": {"exponent": "2"},
    "set_original": {"number": "FV/1", "issued_on": "2026-10-02"},
    "confirm_vies": {"evidence": "WAPIAAAA"},
    "approve_negative": {},
    "accept_tax": {},
    "credits_as_discount": {},
    "exclude": {},
    "include": {},
    "set_number": {"number": "FV/2"},
    "approve_correction": {"price_restored_by_agreement": "on"},
    "move_to_category": {"category": "np II", "eu_vat": "DE123456789"},
    "allocate_credit": {"net_0": "10.00", "tax_0": "2.30", "net_1": "5", "tax_1": ""},
}


ROWS = (OriginalRow("il_1", "Plan Pro"), OriginalRow("il_2", "Szkolenie"))


def form(kind: str, values: dict[str, Any]) -> StatementForm:
    return FORMS[kind](values, **({"rows": ROWS} if kind in ("allocate_credit", "set_vat_category") else {}))


def test_every_kind_of_statement_has_a_form() -> None:
    assert FORMS.keys() == KINDS.keys() == FILLED.keys()


@pytest.mark.parametrize("kind", FILLED)
def test_what_a_form_states_survives_being_stored(kind: str) -> None:
    filled = form(kind, FILLED[kind] | {"why": "umowa"})
    assert filled.is_valid(), filled.errors

    statement = filled.statement()

    assert isinstance(statement, KINDS[kind])
    assert to_dict(statement)["kind"] == kind
    assert from_dict(to_dict(statement)) == statement


def test_an_oss_rate_is_stated_instead_of_a_category() -> None:
    filled = form("set_vat_category", {"category": "", "oss_rate": "19", "why": "OSS"})

    assert filled.is_valid(), filled.errors
    assert from_dict(to_dict(filled.statement())) == filled.statement()


def test_a_credit_is_allocated_in_the_smallest_unit_and_empty_rows_are_left_alone() -> None:
    filled = form("allocate_credit", {"net_1": "10.00", "tax_1": "2.30", "why": "x"})

    assert filled.is_valid(), filled.errors
    assert to_dict(filled.statement())["shares"] == [{"line": "il_2", "net": 1000, "tax": 230}]


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("set_buyer_id", {"id_type": "nip", "value": "1234567890"}, "value"),
        ("set_original", {"number": "1", "issued_on": "2026-01-01", "ksef_number": "nonsense"}, "ksef_number"),
        ("set_buyer_country", {"country": "XX"}, "country"),
        ("allocate_credit", {"net_0": "x"}, "net_0"),
        ("allocate_credit", {}, "__all__"),
        ("set_exchange_rate", {"rate": "0"}, "rate"),
    ],
)
def test_an_impossible_value_is_refused_at_its_field(kind: str, values: dict[str, str], field: str) -> None:
    filled = form(kind, values | {"why": "x"})

    assert not filled.is_valid()
    assert field in filled.errors


@pytest.mark.parametrize(
    ("language", "first", "germany"), [("pl", "Afganistan", "Niemcy"), ("en", "Afghanistan", "Germany")]
)
def test_a_country_is_chosen_by_its_name_in_the_readers_alphabet(language: str, first: str, germany: str) -> None:
    with translation.override(language):
        offered = choices()

    names = dict(offered)
    assert names.keys() - {""} == COUNTRIES
    assert (offered[1][1], names["DE"]) == (first, germany)
    if language == "pl":
        assert [code for code, _ in offered if code in ("LV", "LT", "LU", "SK", "CH", "ES")] == [
            "ES",
            "LT",
            "LU",
            "LV",
            "SK",
            "CH",
        ]


def test_nothing_is_stated_without_a_reason() -> None:
    assert "why" in FORMS["accept_tax"]({}).errors


def test_every_way_the_catalogue_offers_has_a_form() -> None:
    offered = {solution for entry in CATALOGUE.values() for solution in entry.solved_by}

    assert offered <= set(KINDS.values())
