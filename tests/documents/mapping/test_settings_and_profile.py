"""Settings, the seller's profile and side data: read from JSON, refused in words."""

import json
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.documents.mapping.case import read_case
from apps.documents.mapping.related import FilingStatus, Related, RelatedError
from apps.documents.mapping.seller import Seller, SellerError
from apps.documents.mapping.settings import Settings, SettingsError
from apps.documents.mapping.settings_texts import SETTING_TEXTS
from apps.fa3.codes import BucketKind, CorrectionType, VatCategory
from tests.documents.mapping.build import SELLER, case, credit_line, credit_note, filing, invoice, value


def test_the_defaults_are_those_of_the_rules() -> None:
    settings = Settings.from_dict({})

    assert settings == Settings()
    assert dict(settings.b2c_policy) == {"PL": "skip", "EU": "skip", "NON_EU": "file"}
    assert settings.ksef_start == date(2026, 4, 1)
    assert (settings.unit, settings.fallback_item_name, settings.void_number_pattern) == (
        "szt.",
        "Usługa",
        "{number}-VOID",
    )
    assert (settings.require_vies, settings.late_p1, settings.np1_b2b_p18) == ("warn", "redate", True)


@pytest.mark.parametrize(
    ("value", "expected"), [("on", True), ("off", False), (True, True), (False, False), (1, True), ("0", False)]
)
def test_switches_come_in_several_spellings(value: object, expected: bool) -> None:
    assert Settings.from_dict({"oss": value, "np1_b2b_p18": value}) == Settings(oss=expected, np1_b2b_p18=expected)


def test_values_are_read_into_their_types() -> None:
    settings = Settings.from_dict(
        {
            "tax_rate_map": {"txr_1": "np I", "txr_2": 23},
            "b2c_policy": {"PL": "file"},
            "correction_type": 1,
            "ksef_start": "2026-02-01",
            "own_accounts": ["acct_1"],
            "require_vies": False,
        }
    )

    assert settings.tax_rate_map == {"txr_1": VatCategory.OUTSIDE_POLAND, "txr_2": VatCategory.RATE_23}
    assert settings.b2c_policy == {"PL": "file", "EU": "skip", "NON_EU": "file"}
    assert settings.correction_type is CorrectionType.ORIGINAL_PERIOD
    assert (settings.ksef_start, settings.own_accounts, settings.require_vies) == (date(2026, 2, 1), {"acct_1"}, "off")
    assert set(Settings.from_dict({"b2c_policy": "hold"}).b2c_policy.values()) == {"hold"}


@pytest.mark.parametrize(
    "values",
    [
        {"unknown": 1},
        {"vat_status": "passive"},
        {"vat_status": ["active"]},
        {"oss": "perhaps"},
        {"oss": None},
        {"unit": ""},
        {"unit": 5},
        {"exempt_basis": "x" * 257},
        {"tax_rate_map": []},
        {"tax_rate_map": {"txr": "4"}},
        {"tax_rate_map": {"txr": True}},
        {"tax_rate_map": {"txr": None}},
        {"b2c_policy": "never"},
        {"b2c_policy": {"USA": "file"}},
        {"b2c_policy": {"PL": "never"}},
        {"correction_type": 4},
        {"correction_type": True},
        {"ksef_start": "soon"},
        {"ksef_start": 2026},
        {"void_number_pattern": "VOID"},
        {"void_number_pattern": "{number}"},
        {"void_number_pattern": "{number}-{other}"},
        {"own_accounts": "acct_1"},
    ],
)
def test_an_impossible_setting_is_named(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=f"settings.{next(iter(values))}"):
        Settings.from_dict(values)


def test_every_setting_of_a_form_is_explained_in_both_languages() -> None:
    technical = {"livemode", "own_accounts"}

    assert set(SETTING_TEXTS) == {item.name for item in fields(Settings)} - technical
    for text in SETTING_TEXTS.values():
        for part in (text.label, text.help, *text.choices.values()):
            assert part.pl
            assert part.en


@pytest.mark.parametrize("name", [name for name, text in SETTING_TEXTS.items() if text.choices])
def test_every_choice_offered_can_be_chosen(name: str) -> None:
    for choice in SETTING_TEXTS[name].choices:
        Settings.from_dict({name: choice})


def test_a_profile_is_cleaned_and_its_optional_parts_left_out() -> None:
    seller = Seller.from_dict(
        {**SELLER, "name": " ABC \n Software ", "bank_account": "PL61 1090 1014 0000 0712 1981 2874", "bdo": None}
    )
    bare = Seller.from_dict({"nip": "9999999999", "name": "A", "address_l1": "B"})

    assert (seller.name, seller.bank_account) == ("ABC Software", "PL61109010140000071219812874")
    assert (bare.account, bare.stopka, bare.party(has_vat_prefix=False).contacts) == (None, None, ())


def test_the_footer_text_stands_beside_the_registers() -> None:
    seller = Seller.from_dict({**SELLER, "footer": "Kapitał zakładowy 5 000 zł", "bdo": "000099999"})

    assert seller.stopka is not None
    assert (seller.stopka.texts, seller.stopka.registers[0].bdo) == (("Kapitał zakładowy 5 000 zł",), "000099999")
    text_only = Seller.from_dict({"nip": "1", "name": "A", "address_l1": "B", "footer": "x"})
    assert text_only.stopka is not None
    assert text_only.stopka.registers == ()


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": None},
        {"address_l1": " "},
        {"address_l2": 5},
        {"country": "ZZ"},
        {"krs": "123"},
        {"regon": "12"},
        {"bdo": "x"},
        {"bank_account": "12"},
        {"swift": "1"},
        {"email": "nobody"},
        {"name": "x" * 513},
    ],
)
def test_an_impossible_profile_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(SellerError, match=f"seller.{next(iter(change))}"):
        Seller.from_dict({**SELLER, **change})


@pytest.mark.parametrize("nip", ["", "1234567890", "123", None])
def test_a_wrong_seller_number_is_a_hold_and_no_error(nip: str | None) -> None:
    assert not Seller.from_dict({**SELLER, "nip": nip}).has_valid_nip


def test_a_seller_number_may_be_written_with_separators() -> None:
    seller = Seller.from_dict({**SELLER, "nip": "PL 999-999-99-99"})

    assert seller.has_valid_nip
    assert seller.party(has_vat_prefix=True).nip == "9999999999"


def test_side_data_are_read_with_their_amounts_and_days() -> None:
    related = Related.from_dict(
        {
            "tax_ids": [
                {"type": "eu_vat", "value": "DE 123", "verification": {"status": "pending"}},
                {"type": "x", "value": 5},
            ],
            "original_filing": {"status": "accepted", "p_1": "2026-09-01", "fx": 4.25, "P_14_2W": "1.10"},
            "prior_corrections": [{"P_13_6_2": "-5.00", "P_13_1": "-1", "P_14_1": "-0.23"}],
            "used_numbers": ["A", 7],
        }
    )

    assert related.verifications == {"DE123": "pending"}
    assert related.original_filing is not None
    assert related.original_filing.status is FilingStatus.ACCEPTED
    assert (related.original_filing.rate, related.original_filing.tax_pln) == (
        Decimal("4.25"),
        {BucketKind.REDUCED: Decimal("1.10")},
    )
    assert related.prior_corrections[0].total == Decimal("-6.23")
    assert set(related.prior_corrections[0].buckets) == {BucketKind.STANDARD, BucketKind.ZERO_INTRA_EU}
    assert related.used_numbers == {"A", "7"}


@pytest.mark.parametrize(
    "data",
    [
        {"tax_rates": []},
        {"customer": "cus_1"},
        {"tax_ids": {}},
        {"tax_ids": ["x"]},
        {"original_invoice": 5},
        {"original_filing": {"status": "lost"}},
        {"original_filing": {}, "own_filing": {"status": "x"}},
        {"original_filing": {"status": "accepted", "p_1": "x"}},
        {"original_filing": {"status": "accepted", "p_2": 5}},
        {"original_filing": {"status": "accepted", "fx": "x"}},
        {"original_filing": {"status": "accepted", "fx": "-1"}},
        {"original_filing": {"status": "accepted", "fx": {"il_1": None}}},
        {"original_filing": {"status": "accepted", "P_14_1W": "x"}},
        {"prior_corrections": {}},
        {"prior_corrections": ["x"]},
        {"prior_corrections": [{"P_13_1": "x"}]},
        {"prior_corrections": [{"P_15": "1e20"}]},
        {"prior_corrections": [{"rows": ["il_1"]}]},
        {"prior_corrections": [{"rows": {"il_1": 5}}]},
        {"prior_corrections": [{"rows": {"il_1": {"net": "1"}}}]},
        {"credited_rates": ["x"]},
        {"used_numbers": "A"},
    ],
)
def test_side_data_of_an_impossible_form_are_named(data: dict[str, Any]) -> None:
    with pytest.raises(RelatedError, match="related"):
        Related.from_dict(data)


def test_a_profile_of_the_day_of_the_original_stands_on_its_correction() -> None:
    related = {"original_invoice": invoice(), "original_filing": filing()}
    given = read_case(json.dumps(case(credit_note(credit_line(100)), related=related)))
    then = replace(given.seller, name="Dawna nazwa")

    result = replace(given, related=replace(given.related, original_seller=then)).run()

    assert value(result, "Podmiot1/DaneIdentyfikacyjne/Nazwa") == "Dawna nazwa"
