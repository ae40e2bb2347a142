"""What a person decides: stored as JSON, applied on top of the source, and solving the hold it is offered for."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.documents.mapping.case import read_case
from apps.documents.mapping.catalogue import CATALOGUE
from apps.documents.mapping.override_json import from_dict, from_dicts, to_dict
from apps.documents.mapping.overrides import (
    KINDS,
    AcceptTax,
    AllocateCredit,
    CreditShare,
    Exclude,
    MoveToCategory,
    Override,
    OverrideError,
    Overrides,
    SetBuyerAddress,
    SetBuyerId,
    SetExchangeRate,
    SetIssueDate,
    SetOriginal,
    SetVatCategory,
)
from apps.documents.mapping.reasons import Code
from apps.fa3.codes import VatCategory
from tests.documents.mapping.build import (
    KSEF_NUMBER,
    case,
    codes,
    credit_line,
    credit_note,
    invoice,
    line,
    run,
    tax,
    value,
)
from tests.documents.mapping.test_every_code import HOLD_AND_SKIP

EXAMPLES: list[Override] = [
    SetBuyerId(id_type="nip", value="PL 111-111-11-11"),
    SetBuyerId(id_type="none"),
    SetBuyerAddress(country="PL", line1="ul. Polna 1", city="Warszawa"),
    SetVatCategory(category=VatCategory.OUTSIDE_POLAND, line="il_1"),
    SetVatCategory(oss_rate=Decimal("19.5")),
    SetIssueDate(day=date(2026, 10, 5)),
    SetExchangeRate(rate=Decimal("4.2575"), table="194/A/NBP/2026", published_on=date(2026, 10, 5)),
    SetExchangeRate(rate=Decimal(4)),
    SetOriginal(number="FV/1", issued_on=date(2026, 9, 1), ksef_number=KSEF_NUMBER),
    AllocateCredit(shares=(CreditShare(line="il_1", net=5000, tax=1150),)),
    MoveToCategory(category=VatCategory.EU_SERVICE, eu_vat="DE123456789"),
    AcceptTax(),
]


@pytest.mark.parametrize("override", EXAMPLES, ids=lambda item: type(item).__name__)
def test_an_override_survives_its_json(override: Override) -> None:
    assert from_dict(to_dict(override)) == override


def test_every_kind_can_be_made_from_json() -> None:
    values: dict[str, dict[str, Any]] = {
        "set_buyer_id": {"id_type": "none"},
        "set_buyer_name": {"name": "X"},
        "set_buyer_address": {"country": "PL", "city": "W"},
        "set_buyer_country": {"country": "DE"},
        "treat_as_consumer": {"file": True},
        "set_vat_category": {"category": "zw", "exempt_basis": "art. 43"},
        "set_exemption_basis": {"text": "art. 43"},
        "set_issue_date": {"day": "2026-10-05"},
        "set_exchange_rate": {"rate": "4.25", "published_on": None},
        "confirm_minor_unit": {"exponent": 0},
        "set_original": {"number": "1", "issued_on": "2026-09-01"},
        "confirm_vies": {"evidence": "WAPIAAAA"},
        "exclude": {"reason": "ręcznie"},
        "set_number": {"number": "1"},
        "allocate_credit": {"shares": [{"line": "il_1", "net": 1, "tax": 0}]},
        "move_to_category": {"category": "np II"},
    }

    made = [from_dict({**values.get(kind, {}), "kind": kind}) for kind in KINDS]

    assert [type(item) for item in made] == list(KINDS.values())


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "unknown"},
        {"kind": "exclude"},
        {"kind": "exclude", "reason": " "},
        {"kind": "exclude", "reason": 5},
        {"kind": "exclude", "reason": "x", "other": 1},
        {"kind": "set_buyer_name", "name": ""},
        {"kind": "set_buyer_address", "country": "ZZ", "city": "W"},
        {"kind": "set_buyer_address", "country": "PL"},
        {"kind": "set_buyer_country", "country": "XX"},
        {"kind": "treat_as_consumer", "file": "yes"},
        {"kind": "set_vat_category"},
        {"kind": "set_vat_category", "category": "23", "oss_rate": "19"},
        {"kind": "set_vat_category", "category": "4"},
        {"kind": "set_vat_category", "category": "24"},
        {"kind": "set_vat_category", "oss_rate": "0"},
        {"kind": "set_vat_category", "oss_rate": "NaN"},
        {"kind": "set_vat_category", "oss_rate": "x"},
        {"kind": "set_exemption_basis", "text": ""},
        {"kind": "set_issue_date", "day": "5 October"},
        {"kind": "set_issue_date", "day": "1999-01-01"},
        {"kind": "set_exchange_rate", "rate": "0"},
        {"kind": "set_exchange_rate", "rate": 4.5},
        {"kind": "confirm_minor_unit", "exponent": 3},
        {"kind": "confirm_minor_unit", "exponent": True},
        {"kind": "set_original", "number": "", "issued_on": "2026-09-01"},
        {"kind": "set_original", "number": "1", "issued_on": "2026-09-01", "ksef_number": "x"},
        {"kind": "confirm_vies", "evidence": ""},
        {"kind": "set_number", "number": ""},
        {"kind": "set_number", "number": "x" * 257},
        {"kind": "allocate_credit", "shares": []},
        {"kind": "allocate_credit", "shares": [{"line": "x"}]},
        {"kind": "allocate_credit", "shares": 5},
        {"kind": "move_to_category", "category": "23"},
    ],
)
def test_an_impossible_override_is_refused_in_words(data: dict[str, Any]) -> None:
    with pytest.raises(OverrideError, match=r"\w+"):
        from_dict(data)


@pytest.mark.parametrize(
    "values",
    [
        {"id_type": "passport", "value": "1"},
        {"id_type": "nip", "value": "1234567890"},
        {"id_type": "eu_vat", "value": " "},
        {"id_type": "other", "value": "1", "country": ""},
    ],
)
def test_an_impossible_buyer_number_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(OverrideError):
        SetBuyerId(**values)


def test_the_later_of_two_decisions_counts_and_the_one_for_a_row_before_the_one_for_all() -> None:
    given = Overrides(
        (
            SetVatCategory(category=VatCategory.RATE_5, line="il_1"),
            SetVatCategory(category=VatCategory.RATE_8),
            Exclude(reason="a"),
            Exclude(reason="b"),
        )
    )

    assert given.get(Exclude) == Exclude(reason="b")
    assert given.category_of("il_1") == given.given[0]
    assert given.category_of("il_2") == given.given[1]
    assert Overrides().category_of("il_1") is None
    assert not given.has(AcceptTax)


def numbered(**values: Any) -> SetBuyerId:
    return SetBuyerId(**values)


SOLUTIONS: dict[Code, list[dict[str, Any]]] = {
    Code.BUYER_NIP_INVALID: [{"kind": "treat_as_consumer", "file": True}],
    Code.BUYER_LOOKS_LIKE_COMPANY: [{"kind": "treat_as_consumer", "file": True}],
    Code.B2C_DECISION: [{"kind": "treat_as_consumer", "file": True}],
    Code.BUYER_NAME_MISSING: [{"kind": "set_buyer_name", "name": "Nabywca"}],
    Code.BUYER_ADDRESS_MISSING: [{"kind": "set_buyer_address", "country": "PL", "city": "Warszawa"}],
    Code.EU_B2B_NO_VAT_ID: [{"kind": "set_vat_category", "category": "np I"}],
    Code.EU_CONSUMER_NO_TAX: [{"kind": "set_vat_category", "category": "np I", "line": "il_1"}],
    Code.VIES_UNVERIFIED: [{"kind": "confirm_vies", "evidence": "WAPIAAAAW1"}],
    Code.NO_TAX_DOMESTIC: [{"kind": "set_vat_category", "category": "zw", "exempt_basis": "art. 43 ust. 1 pkt 26"}],
    Code.TAX_UNSUPPORTED: [{"kind": "set_vat_category", "category": "0 KR"}],
    Code.ZERO_RATE_AMBIGUOUS: [{"kind": "set_vat_category", "category": "np II"}],
    Code.DOMESTIC_REVERSE_CHARGE: [{"kind": "set_vat_category", "category": "oo"}],
    Code.FOREIGN_VAT: [{"kind": "set_vat_category", "oss_rate": "19"}],
    Code.EXEMPTION_BASIS_MISSING: [{"kind": "set_exemption_basis", "text": "art. 43 ust. 1 pkt 29"}],
    Code.TAX_MISMATCH: [{"kind": "accept_tax"}],
    Code.NEGATIVE_TOTAL: [{"kind": "approve_negative"}],
    Code.NEGATIVE_BUCKET: [{"kind": "approve_negative"}],
    Code.NEGATIVE_LINE: [{"kind": "approve_negative"}],
    Code.BILLING_CREDITS: [{"kind": "credits_as_discount"}],
    Code.FX_RATE_MISSING: [{"kind": "set_exchange_rate", "rate": "4.25"}],
    Code.P1_TOO_OLD: [{"kind": "set_issue_date", "day": "2026-10-07"}],
    Code.PREPAID_DOCUMENT: [{"kind": "set_issue_date", "day": "2026-10-04"}],
    Code.DUPLICATE_NUMBER: [{"kind": "set_number", "number": "FV/2"}],
    Code.NUMBER_INVALID: [{"kind": "set_number", "number": "FV/2"}],
    Code.ORIGINAL_UNKNOWN: [{"kind": "set_original", "number": "FV/1", "issued_on": "2026-09-01"}],
    Code.VOID_AFTER_FILING: [{"kind": "approve_correction"}],
    Code.CREDIT_NOTE_VOIDED_AFTER_FILING: [{"kind": "approve_correction"}],
    Code.CREDIT_NOTE_UNALLOCATED: [{"kind": "allocate_credit", "shares": [{"line": "il_1", "net": 5000, "tax": 1150}]}],
    Code.UNKNOWN_RATE: [{"kind": "set_vat_category", "category": "5"}, {"kind": "accept_tax"}],
    Code.EXEMPT_SELLER_CHARGED_VAT: [{"kind": "set_vat_category", "category": "23"}],
    Code.MULTIPLE_TAXES: [{"kind": "set_vat_category", "category": "23"}, {"kind": "accept_tax"}],
}


@pytest.mark.parametrize("code", SOLUTIONS, ids=str)
def test_what_is_offered_for_a_hold_solves_it(code: Code) -> None:
    shown, _ = HOLD_AND_SKIP[code]

    result = run(shown(), *SOLUTIONS[code])

    if code is Code.MULTIPLE_TAXES:  # two rates at once can be excluded only
        assert code not in codes(result)
    else:
        assert result.verdict.value == "file", codes(result)
    offered = {kind for kind, made in KINDS.items() if made in CATALOGUE[code].solved_by}
    assert SOLUTIONS[code][0]["kind"] in offered


@pytest.mark.parametrize(
    ("code", "override"),
    [
        (Code.BUYER_NIP_INVALID, numbered(id_type="nip", value="1234563218")),
        (Code.BUYER_ID_CONFLICT, numbered(id_type="nip", value="PL1234563218")),
        (Code.BUYER_VAT_FORMAT, numbered(id_type="eu_vat", value="DE123456789")),
        (Code.BUYER_LOOKS_LIKE_COMPANY, numbered(id_type="other", value="CH CHE-123", country="CH")),
        (Code.EU_B2B_NO_VAT_ID, numbered(id_type="eu_vat", value="DE123456789")),
    ],
)
def test_an_entered_number_replaces_those_of_stripe(code: Code, override: SetBuyerId) -> None:
    given = read_case(json.dumps(HOLD_AND_SKIP[code][0]()))

    result = replace(given, overrides=Overrides((override,))).run()

    assert result.verdict.value == "file", codes(result)


def test_a_business_abroad_may_have_no_number() -> None:
    data = case(invoice(line(10000), country="DE", ids=[], customer_name="Muster GmbH", currency="eur"))

    assert value(run(data, {"kind": "file_without_id"}), "Podmiot2/DaneIdentyfikacyjne/BrakID") == "1"
    polish = case(invoice(ids=[], customer_name="ACME SA"))
    assert codes(run(polish, {"kind": "file_without_id"})) == ["BUYER_LOOKS_LIKE_COMPANY"]


def test_a_confirmed_consumer_is_skipped_or_filed() -> None:
    data = case(invoice(ids=[], customer_name="ACME SA"))

    skipped, filed = (run(data, {"kind": "treat_as_consumer", "file": choice}) for choice in (False, True))

    assert (codes(skipped), filed.verdict.value) == (["B2C"], "file")


def test_a_country_entered_decides_the_tax() -> None:
    data = case(
        invoice(
            line(10000, [tax(0, "txr_US0e", "not_collecting")]),
            customer_address={"line1": "X"},
            ids=[],
            customer_name="J",
        )
    )

    assert value(run(data, {"kind": "set_buyer_country", "country": "US"}), "Fa/FaWiersz/P_12") == "np I"


def test_an_excluded_document_is_skipped_with_its_reason() -> None:
    result = run(case(invoice()), {"kind": "exclude", "reason": "wystawiono\nręcznie"})

    assert (result.verdict.value, codes(result)) == ("skip", ["EXCLUDED"])
    assert result.reasons[0].params["value"] == "wystawiono ręcznie"


def test_a_stated_original_keeps_what_is_known_of_it() -> None:
    note = credit_note(credit_line(5000), currency="eur")
    related = {
        "original_invoice": invoice(line(20000), currency="eur"),
        "original_filing": {"status": "pending", "fx": "4.1"},
    }
    stated = {"kind": "set_original", "number": "FV/9", "issued_on": "2026-09-02", "ksef_number": KSEF_NUMBER}

    result = run(case(note, related=related), stated)

    assert value(result, "Fa/FaWiersz/KursWaluty") == "4.1000"
    assert value(result, "Fa/DaneFaKorygowanej/NrFaKorygowanej") == "FV/9"
    assert value(result, "Fa/DaneFaKorygowanej/NrKSeFFaKorygowanej") == KSEF_NUMBER


def test_a_list_of_decisions_is_read_in_order() -> None:
    assert from_dicts([{"kind": "accept_tax"}, {"kind": "approve_negative"}]).has(AcceptTax)
