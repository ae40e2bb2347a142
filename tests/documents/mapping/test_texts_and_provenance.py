"""What people read: reasons in both languages, the origin of each value, what can be done."""

import re
import string
from pathlib import Path
from typing import Any

import pytest

from apps.documents.mapping.catalogue import CATALOGUE, action_of, message_of
from apps.documents.mapping.outcome import File, Hold
from apps.documents.mapping.overrides import Exclude
from apps.documents.mapping.provenance import explain
from apps.documents.mapping.reasons import (
    HOLDS,
    SELF_RELEASING,
    SKIPS,
    WARNINGS,
    Code,
    Fault,
    Reason,
    Verdict,
    in_order,
)
from tests.documents.mapping.build import (
    NOON,
    case,
    credit_line,
    credit_note,
    filing,
    invoice,
    line,
    map_one,
    moment,
    run,
    tax,
)
from tests.documents.mapping.test_every_code import HOLD_AND_SKIP, WARNED


def test_every_code_is_explained_and_of_one_kind() -> None:
    assert set(CATALOGUE) == set(Code) == HOLDS | SKIPS | WARNINGS
    assert not HOLDS & SKIPS
    assert SELF_RELEASING <= HOLDS


@pytest.mark.parametrize("code", list(Code), ids=str)
def test_texts_are_sentences_in_both_languages(code: Code) -> None:
    entry = CATALOGUE[code]

    for text in (entry.message, entry.action):
        assert text.pl.endswith(".")
        assert text.en.endswith(".")
        assert text.pl != text.en
        assert {name for _, name, _, _ in string.Formatter().parse(text.pl)} == {
            name for _, name, _, _ in string.Formatter().parse(text.en)
        }


@pytest.mark.parametrize("code", list(HOLD_AND_SKIP), ids=str)
def test_the_values_a_text_names_are_known_where_it_is_shown(code: Code) -> None:
    reason = run(HOLD_AND_SKIP[code][0]()).reasons[0]

    for language in ("pl", "en"):
        shown = message_of(reason, language) + action_of(reason, language)
        assert "{" not in shown
        named = {name for _, name, _, _ in string.Formatter().parse(CATALOGUE[code].message.en) if name}
        assert named <= {*reason.params, "field"}


@pytest.mark.parametrize("code", list(WARNED), ids=str)
def test_the_values_a_warning_names_are_known_too(code: Code) -> None:
    reason = next(item for item in run(WARNED[code][0]()).warnings if item.code is code)

    named = {name for _, name, _, _ in string.Formatter().parse(CATALOGUE[code].message.en) if name}
    assert named <= {*reason.params, "field"}


def test_a_field_that_cannot_be_read_is_named_in_the_message() -> None:
    reason = Reason(Code.TOTAL_MISMATCH, "lines.data[0].amount", {"fault": Fault.MISSING})

    assert message_of(reason, "en").endswith("Field lines.data[0].amount: this field is missing.")
    assert message_of(reason, "pl").endswith("Pole lines.data[0].amount: brakuje tego pola.")


def test_values_from_outside_are_cleaned_and_shortened() -> None:
    reason = Reason(Code.BUYER_VAT_FORMAT, "x", {"value": "\ud800\x00A" + "B" * 500})

    assert "\ud800" not in message_of(reason, "en")
    assert len(message_of(reason, "en")) < 300


def test_a_value_a_reason_does_not_know_reads_as_a_dash() -> None:
    assert "(–)" in message_of(Reason(Code.BUYER_NIP_INVALID), "en")


def test_every_hold_says_which_decisions_solve_it() -> None:
    without = {code for code in HOLDS if not CATALOGUE[code].solved_by}

    assert without == {Code.SELLER_NIP_INVALID, Code.SCHEMA_INVALID}
    solvable = {code for code in SKIPS | WARNINGS if CATALOGUE[code].solved_by}
    assert solvable == {Code.EXCLUDED, Code.B2C}  # not filed by a rule or a decision a person may take back
    assert all(Exclude in CATALOGUE[code].solved_by for code in HOLDS - without)


def test_reasons_keep_the_order_of_rows_within_a_stage_and_come_once() -> None:
    found = in_order(
        [
            Reason(Code.FX_RATE_MISSING, "a"),
            Reason(Code.NO_TAX_DOMESTIC, "row 1"),
            Reason(Code.UNKNOWN_RATE, "row 2"),
            Reason(Code.NO_TAX_DOMESTIC, "row 3"),
            Reason(Code.NO_TAX_DOMESTIC, "row 1"),
            Reason(Code.MODE_MISMATCH, "livemode"),
        ]
    )

    assert [reason.field for reason in found] == ["livemode", "row 1", "row 2", "row 3", "a"]


def test_a_warning_alone_does_not_stop_a_document() -> None:
    assert Reason(Code.TAX_ROUNDING).verdict is Verdict.FILE


def test_a_hold_releases_itself_only_when_nobody_has_to_act() -> None:
    assert Hold(reasons=(Reason(Code.FX_RATE_MISSING),)).is_self_releasing
    assert not Hold(reasons=(Reason(Code.FX_RATE_MISSING), Reason(Code.NO_TAX_DOMESTIC))).is_self_releasing


def test_the_codes_are_those_of_the_rules() -> None:
    """Beside section 5 there are two of our own: exclusion, and the setting prepaid_document."""
    readme = (Path(__file__).resolve().parents[2] / "data" / "cases" / "README.md").read_text()

    assert "BUYER_NIP_INVALID" in readme
    assert {"EXCLUDED", "PREPAID_DOCUMENT"} <= set(Code)


# --- provenance -----------------------------------------------------------------------------------------------------


def origins(stripe: dict[str, Any], *overrides: dict[str, Any], **more: Any) -> dict[str, tuple[str, ...]]:
    result = map_one(stripe, *overrides, **more)
    assert isinstance(result, File), result.reasons
    return {origin.path: origin.fields for origin in explain(result)}


def test_every_value_of_a_row_names_the_field_it_came_from() -> None:
    september = (moment("2026-09-01 10:00"), moment("2026-10-01 10:00"))
    rows = [line(10000, is_subscription=True, period=september), line(5000)]

    found = origins(invoice(*rows, currency="eur", paid=NOON, starting_balance=100))

    assert found["Fa/FaWiersz[1]/P_7"][0] == "lines.data[0].description"
    assert found["Fa/FaWiersz[2]/P_12"][0] == "lines.data[1].taxes"
    assert found["Fa/FaWiersz[1]/P_6A"] == ("lines.data[0].period.end",)
    assert found["Fa/P_14_1W"] == found["Fa/FaWiersz[1]/KursWaluty"] == ("rates",)
    assert found["Fa/P_2"] == ("number",)
    assert {"Fa/Rozliczenie", "Fa/Platnosc", "Stopka", "Fa/FaWiersz[1]/P_11Vat"} <= found.keys()


def test_a_rule_or_a_decision_explains_the_category() -> None:
    charged = map_one(invoice())
    decided = map_one(invoice(line(10000, [], metadata={"ksef_p12": "np I"})))

    notes = [
        next(origin for origin in explain(result) if origin.path == "Fa/FaWiersz[1]/P_12")
        for result in (charged, decided)
        if isinstance(result, File)
    ]

    assert [note.note.en for note in notes] == ["Rule 4: 23%.", "Your decision (rule 1)."]
    assert notes[1].fields == ("metadata.ksef_p12 = np I",)


def test_what_a_person_entered_is_said() -> None:
    overrides = [
        {"kind": "set_buyer_name", "name": "X"},
        {"kind": "set_buyer_address", "country": "PL", "city": "W"},
        {"kind": "set_number", "number": "1"},
        {"kind": "set_issue_date", "day": "2026-10-05"},
        {"kind": "set_buyer_id", "id_type": "nip", "value": "1234563218"},
    ]

    found = origins(invoice(), *overrides)

    assert [
        found[path][0] for path in ("Podmiot2/Adres", "Fa/P_2", "Fa/P_1", "Podmiot2/DaneIdentyfikacyjne/Nazwa")
    ] == [
        "override.SetBuyerAddress",
        "override.SetNumber",
        "override.SetIssueDate",
        "override.SetBuyerName",
    ]


@pytest.mark.parametrize(
    ("stripe", "choices", "path"),
    [
        (
            invoice(
                line(10000, [tax(0, "txr_DE19e", "reverse_charge")]),
                currency="eur",
                country="DE",
                ids=[("eu_vat", "DE123456789")],
            ),
            {},
            "Podmiot1/PrefiksPodatnika",
        ),
        (invoice(line(10000, []), currency="usd", country="US", ids=[("us_ein", "12-3456789")]), {}, "Fa/P_13_8"),
        (
            invoice(
                line(10000, []),
                currency="usd",
                country="US",
                ids=[],
                customer_address={"country": "US"},
                customer_name="J",
            ),
            {},
            "Podmiot2/DaneIdentyfikacyjne",
        ),
        (
            invoice(line(10000, [tax(0, reason="product_exempt")])),
            {"exempt_basis": "art. 43"},
            "Fa/Adnotacje/Zwolnienie/P_19A",
        ),
        (invoice(line(11900, [tax(1900, "txr_DE19i")])), {"oss": True}, "Fa/FaWiersz[1]/P_12_XII"),
        (invoice(line(12346, [tax(2840)], quantity=98765432101, unit=None)), {}, "Fa/FaWiersz[1]/P_8B"),
        (invoice(line(100, period=(NOON - 10**6, NOON - 10**6))), {}, "Fa/P_6"),
        (invoice(), {"filing_date": "2026-10-12"}, "Fa/P_1"),
        (
            invoice(custom_fields=[{"name": "PO", "value": "1"}]),
            {"order_field": "PO"},
            "Fa/WarunkiTransakcji/Zamowienia",
        ),
        (
            invoice(
                shipping_cost={"amount_subtotal": 100, "amount_tax": 23, "amount_total": 123}, total_taxes=[tax(2323)]
            ),
            {},
            "Fa/FaWiersz[2]/P_7",
        ),
    ],
)
def test_special_values_are_explained(stripe: dict[str, Any], choices: dict[str, Any], path: str) -> None:
    assert path in origins(stripe, **choices)


def test_a_correction_repeats_the_original_and_says_so() -> None:
    related = {"original_invoice": invoice(), "original_filing": filing()}

    found = origins(credit_note(credit_line(100)), related=related)

    assert found["Podmiot2/Adres"] == ("original_invoice.customer_address",)
    assert found["Fa/TypKorekty"] == ("settings.correction_type",)
    assert re.search("original_filing", str(found["Fa/DaneFaKorygowanej"]))


def test_a_case_may_be_explained_as_it_was_run() -> None:
    result = run(case(invoice()))

    assert isinstance(result, File)
    assert all(origin.note.pl and origin.note.en and origin.fields for origin in explain(result))
