"""The 22 rules of the category table, each beside the evidence that must not reach it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from apps.documents.mapping.category import RULES, Decision, Evidence, Place, decide
from apps.documents.mapping.reasons import Code
from apps.fa3.codes import VatCategory
from tests.documents.mapping.build import address, codes, invoice, line, map_one, tax, tax_rate, taxed, value

NOTHING_CHARGED = Evidence(
    decided=None,
    decided_oss=None,
    charged=0,
    rate_place=Place.POLAND,
    percentage=None,
    reason=None,
    has_mixed_reasons=False,
    is_reverse_customer=False,
    place=Place.POLAND,
    is_goods=False,
    has_eu_number=False,
    is_seller_exempt=False,
    has_oss=False,
    has_exemption_basis=False,
)
CHARGED = replace(NOTHING_CHARGED, charged=1, percentage=Decimal("23.0"))
EU, ELSEWHERE = {"place": Place.EU}, {"place": Place.ELSEWHERE}
REVERSE, ZERO, EXEMPT = ({"reason": reason} for reason in ("reverse_charge", "zero_rated", "product_exempt"))
NUMBER, GOODS = {"has_eu_number": True}, {"is_goods": True}
UNTAXED = ["reverse_charge", "not_collecting", "not_subject_to_tax", None]

TABLE: list[tuple[int, Evidence, VatCategory | Decimal | Code]] = [
    (1, replace(CHARGED, charged=2, decided=VatCategory.RATE_8), VatCategory.RATE_8),
    (1, replace(NOTHING_CHARGED, decided_oss=Decimal(19)), Decimal(19)),
    (1, replace(NOTHING_CHARGED, decided=VatCategory.EXEMPT), Code.EXEMPTION_BASIS_MISSING),
    (1, replace(NOTHING_CHARGED, decided=VatCategory.EXEMPT, has_exemption_basis=True), VatCategory.EXEMPT),
    (2, replace(CHARGED, charged=2), Code.MULTIPLE_TAXES),
    (2, replace(CHARGED, charged=2, is_seller_exempt=True), Code.MULTIPLE_TAXES),
    (3, replace(CHARGED, is_seller_exempt=True), Code.EXEMPT_SELLER_CHARGED_VAT),
    *((4, replace(CHARGED, percentage=Decimal(rate)), VatCategory(rate)) for rate in ("23", "22", "8", "7", "5")),
    *((5, replace(CHARGED, percentage=Decimal(rate)), Code.UNKNOWN_RATE) for rate in ("4", "3", "19", "0.5")),
    (5, replace(CHARGED, percentage=None), Code.UNKNOWN_RATE),
    (6, replace(CHARGED, rate_place=Place.EU), Code.FOREIGN_VAT),
    (6, replace(CHARGED, rate_place=Place.EU, has_oss=True, percentage=Decimal(19)), Decimal(19)),
    (6, replace(CHARGED, rate_place=Place.EU, has_oss=True, percentage=None), Code.UNKNOWN_RATE),
    (7, replace(CHARGED, rate_place=Place.ELSEWHERE), Code.FOREIGN_TAX),
    (8, replace(NOTHING_CHARGED, is_seller_exempt=True, has_exemption_basis=True), VatCategory.EXEMPT),
    (8, replace(NOTHING_CHARGED, is_seller_exempt=True, **REVERSE), Code.EXEMPTION_BASIS_MISSING),
    (9, replace(NOTHING_CHARGED, **EXEMPT), Code.EXEMPTION_BASIS_MISSING),
    (9, replace(NOTHING_CHARGED, reason="customer_exempt", has_exemption_basis=True), VatCategory.EXEMPT),
    (10, replace(NOTHING_CHARGED, **EXEMPT, **EU), Code.TAX_UNSUPPORTED),
    (10, replace(NOTHING_CHARGED, **EXEMPT, **ELSEWHERE), Code.TAX_UNSUPPORTED),
    (11, replace(NOTHING_CHARGED, **ZERO), VatCategory.ZERO_DOMESTIC),
    (11, replace(NOTHING_CHARGED, **ZERO, **GOODS), VatCategory.ZERO_DOMESTIC),
    (12, replace(NOTHING_CHARGED, **ZERO, **GOODS, **EU), VatCategory.ZERO_INTRA_EU),
    (13, replace(NOTHING_CHARGED, **ZERO, **GOODS, **ELSEWHERE), VatCategory.ZERO_EXPORT),
    (14, replace(NOTHING_CHARGED, **ZERO, **EU), Code.ZERO_RATE_AMBIGUOUS),
    (14, replace(NOTHING_CHARGED, **ZERO, **ELSEWHERE), Code.ZERO_RATE_AMBIGUOUS),
    (15, replace(NOTHING_CHARGED, **REVERSE), Code.DOMESTIC_REVERSE_CHARGE),
    (15, replace(NOTHING_CHARGED, is_reverse_customer=True), Code.DOMESTIC_REVERSE_CHARGE),
    *((16, replace(NOTHING_CHARGED, reason=item, **EU, **NUMBER), VatCategory.EU_SERVICE) for item in UNTAXED),
    *(
        (17, replace(NOTHING_CHARGED, reason=item, **EU, **NUMBER, **GOODS), VatCategory.ZERO_INTRA_EU)
        for item in UNTAXED
    ),
    (18, replace(NOTHING_CHARGED, **REVERSE, **EU), Code.EU_B2B_NO_VAT_ID),
    (18, replace(NOTHING_CHARGED, is_reverse_customer=True, **EU), Code.EU_B2B_NO_VAT_ID),
    *((18, replace(NOTHING_CHARGED, reason=item, **EU), Code.EU_CONSUMER_NO_TAX) for item in UNTAXED[1:]),
    *((19, replace(NOTHING_CHARGED, reason=item, **ELSEWHERE), VatCategory.OUTSIDE_POLAND) for item in UNTAXED),
    *((20, replace(NOTHING_CHARGED, reason=item, **ELSEWHERE, **GOODS), VatCategory.ZERO_EXPORT) for item in UNTAXED),
    *((21, replace(NOTHING_CHARGED, reason=item), Code.NO_TAX_DOMESTIC) for item in UNTAXED[1:]),
    (22, replace(NOTHING_CHARGED, reason="not_supported"), Code.TAX_UNSUPPORTED),
    (22, replace(NOTHING_CHARGED, reason="standard_rated", **EU, **NUMBER), Code.TAX_UNSUPPORTED),
    (22, replace(NOTHING_CHARGED, has_mixed_reasons=True, **REVERSE, **EU), Code.TAX_UNSUPPORTED),
    (22, replace(NOTHING_CHARGED, has_mixed_reasons=True, **EXEMPT), Code.TAX_UNSUPPORTED),
    (22, replace(NOTHING_CHARGED, has_mixed_reasons=True, **ZERO), Code.TAX_UNSUPPORTED),
]


@pytest.mark.parametrize(("rule", "evidence", "outcome"), TABLE)
def test_the_first_rule_that_holds_decides(rule: int, evidence: Evidence, outcome: object) -> None:
    decision = decide(evidence)

    assert decision.rule == rule
    assert (decision.category or decision.oss_rate or decision.refusal) == outcome
    assert [decision.category, decision.oss_rate, decision.refusal].count(None) == 2


def test_every_rule_has_its_case_and_the_last_one_always_holds() -> None:
    assert [rule.number for rule in RULES] == list(range(1, 23))
    assert {rule for rule, _, _ in TABLE} == set(range(1, 23))
    assert decide(replace(NOTHING_CHARGED, reason="a reason of tomorrow")) == Decision(22, refusal=Code.TAX_UNSUPPORTED)


ABROAD: dict[str, Any] = {"currency": "eur", "country": "DE", "ids": [("eu_vat", "DE123456789")]}


def category(*taxes: dict[str, Any], amount: int = 10000, **more: Any) -> str | None:
    settings = {key: more.pop(key) for key in ("supply", "oss", "exempt_basis", "tax_rate_map") if key in more}
    related = more.pop("related", None)
    result = map_one(invoice(line(amount, list(taxes), **more.pop("row", {})), **more), related=related, **settings)
    return value(result, "Fa/FaWiersz/P_12") if result.verdict.value == "file" else codes(result)[0]


def test_the_amount_decides_and_never_the_percentage_alone() -> None:
    automatic = {"tax_rates": {"txr_DE19e": tax_rate("txr_DE19e") | {"effective_percentage": 0.0}}}

    assert category(tax(0, "txr_DE19e", "reverse_charge"), related=automatic, **ABROAD) == "np II"
    assert category(tax(0, "txr_PL23e")) == "NO_TAX_DOMESTIC"


def test_a_rate_made_by_automatic_tax_counts_with_its_effective_percentage() -> None:
    related = {"tax_rates": {"txr_PL23e": tax_rate("txr_PL23e") | {"effective_percentage": 8.0}}}

    assert category(tax(800, "txr_PL23e", "reduced_rated"), related=related) == "8"


@pytest.mark.parametrize("reason", ["standard_rated", "reduced_rated", "not_available", None])
def test_zero_tax_on_nothing_keeps_its_rate(reason: str | None) -> None:
    assert category(tax(0, "txr_PL8e", reason), amount=6) == "8"  # 0.06 × 8 % is less than half a grosz
    assert category(tax(0, "txr_PL8i", reason), amount=6) == "8"
    assert category(tax(0, "txr_PL8e", reason), amount=7) in ("NO_TAX_DOMESTIC", "TAX_UNSUPPORTED")  # 0.0056 rounds up


def test_other_reasons_say_why_there_is_no_tax_even_on_nothing() -> None:
    assert category(tax(0, "txr_DE19e", "reverse_charge"), amount=1, **ABROAD) == "np II"


def test_a_rate_that_is_not_known_is_not_taken_for_untaxed() -> None:
    none = {"tax_rates": {}}

    assert category(tax(0, "txr_PL23e"), amount=1, related=none, **ABROAD) == "UNKNOWN_RATE"
    assert category(tax(0, "txr_PL23e"), related=none, **ABROAD) == "np II"
    assert category(tax(2300, "txr_PL23e"), related=none) == "UNKNOWN_RATE"


def test_zero_decimal_and_three_decimal_amounts_round_in_their_own_step() -> None:
    american = {"country": "US", "ids": [("us_ein", "12-3456789")]}

    assert category(tax(0, "txr_PL23e"), amount=20, currency="kwd", **american) == "FX_RATE_MISSING"
    assert category(tax(0, "txr_PL23e"), amount=30, currency="kwd", **american) == "np I"


def test_several_entries_without_tax_agree_or_decide_nothing() -> None:
    same = [tax(0, "txr_US0e", "not_collecting"), tax(0, "txr_CA0e", "not_collecting")]
    mixed = [tax(0, "txr_US0e", "not_collecting"), tax(0, "txr_CA0e", "zero_rated")]
    american = {"currency": "usd", "country": "US", "ids": [("us_ein", "12-3456789")]}

    assert category(*same, **american) == "np I"
    assert category(*mixed, **american) == "TAX_UNSUPPORTED"


def test_reasons_that_all_mean_that_no_tax_is_due_count_as_one() -> None:
    american: dict[str, Any] = {"currency": "usd", "country": "US", "ids": [("us_ein", "12-3456789")]}
    states = [tax(0, "txr_US0e", "not_collecting"), tax(0, "txr_US1e", "not_subject_to_tax")]
    reversed_too = [tax(0, "txr_DE0e", "not_collecting"), tax(0, "txr_DE19e", "reverse_charge")]

    assert category(*states, **american) == "np I"
    assert category(*reversed_too, **ABROAD) == "np II"
    assert category(*reversed_too, **{**ABROAD, "ids": [("de_stn", "1234567890")]}) == "EU_B2B_NO_VAT_ID"


@pytest.mark.parametrize(
    ("mark", "expected"), [("23", "23"), ("NP  ii", "EU_B2B_NO_VAT_ID"), ("oo", "oo"), ("np I", "np I")]
)
def test_metadata_of_the_line_decide_first(mark: str, expected: str) -> None:
    taxes = [tax(2300)] if mark == "23" else []

    assert category(*taxes, row={"metadata": {"ksef_p12": mark}}) == expected


def test_metadata_that_are_no_category_hold() -> None:
    for mark in ("24", "4", "3", "np", ""):
        expected = "NO_TAX_DOMESTIC" if mark == "" else "TAX_UNSUPPORTED"
        assert category(row={"metadata": {"ksef_p12": mark}}) == expected


def test_the_map_of_rates_and_the_rates_metadata_decide_too() -> None:
    marked = {"tax_rates": {"txr_PL0e": tax_rate("txr_PL0e") | {"metadata": {"ksef_p12": "0 KR"}}}}

    assert category(tax(0, "txr_PL0e"), tax_rate_map={"txr_PL0e": "0 KR"}) == "0 KR"
    assert category(tax(0, "txr_PL0e"), related=marked) == "0 KR"
    assert category(tax(0, "txr_PL0e"), related=marked, tax_rate_map={"txr_PL0e": "np I"}) == "np I"


def test_domestic_reverse_charge_needs_a_polish_number() -> None:
    result = map_one(invoice(line(10000, [], metadata={"ksef_p12": "oo"}), **ABROAD))

    assert codes(result) == ["DOMESTIC_REVERSE_CHARGE"]


def test_tax_put_where_no_tax_is_cannot_add_up() -> None:
    assert category(tax(2300), row={"metadata": {"ksef_p12": "np I"}}) == "TOTAL_MISMATCH"


def test_a_decided_rate_that_was_not_charged_is_no_rounding() -> None:
    assert category(row={"metadata": {"ksef_p12": "23"}}) == "TAX_MISMATCH"


def test_goods_are_taxed_where_they_go() -> None:
    to_poland = {"shipping_details": {"address": address("PL")}}
    to_customer = {"shipping_details": None, "customer_shipping": {"address": address("US")}}
    zero = tax(0, "txr_DE0e", "zero_rated")

    assert category(zero, supply="goods", **ABROAD) == "0 WDT"
    assert category(zero, supply="goods", **ABROAD, **to_poland) == "0 KR"
    assert category(zero, supply="goods", **ABROAD, **to_customer) == "0 EX"
    assert category(zero, **ABROAD, **to_poland) == "ZERO_RATE_AMBIGUOUS"


def test_a_product_may_be_goods_where_the_seller_sells_services() -> None:
    zero = tax(0, "txr_DE0e", "zero_rated")

    assert category(zero, row={"metadata": {"ksef_supply": "goods"}}, **ABROAD) == "0 WDT"
    assert (
        category(zero, row={"metadata": {"ksef_supply": "service"}}, supply="goods", **ABROAD) == "ZERO_RATE_AMBIGUOUS"
    )
    assert category(zero, row={"metadata": {"ksef_supply": "both"}}, **ABROAD) == "TAX_UNSUPPORTED"


@pytest.mark.parametrize(
    ("postal_code", "ids", "expected"),
    [
        ("BT1 5GS", [("eu_vat", "XI123456789")], "0 WDT"),
        (None, [("eu_vat", "XI123456789")], "0 WDT"),
        ("SW1A 1AA", [("eu_vat", "XI123456789")], "0 EX"),
        ("BT1 5GS", [("gb_vat", "GB123456789")], "0 EX"),
    ],
)
def test_northern_ireland_is_union_territory_for_goods(postal_code: str | None, ids: Any, expected: str) -> None:
    where = {**address("GB"), "postal_code": postal_code}

    assert (
        category(tax(0, "txr_GB20e", "zero_rated"), supply="goods", currency="gbp", customer_address=where, ids=ids)
        == expected
    )


@pytest.mark.parametrize(
    ("country", "expected"),
    [("MC", "np II"), ("GR", "np II"), ("AX", "np I"), ("GF", "np I"), ("MQ", "np I"), ("YT", "np I")],
)
def test_territories_of_the_union(country: str, expected: str) -> None:
    where = {**address("FR"), "country": country}

    assert category(currency="eur", customer_address=where, ids=[("eu_vat", "FRXX999999999")]) == expected


def test_the_missing_country_stops_only_what_depends_on_it() -> None:
    nowhere: dict[str, Any] = {"customer_address": {"line1": "X"}, "ids": []}

    taxed_row = map_one(invoice(line(10000), **nowhere))
    untaxed_row = map_one(invoice(line(10000, []), **nowhere))

    assert codes(taxed_row) == codes(untaxed_row) == ["BUYER_COUNTRY_MISSING"]


def test_shipping_shares_the_fate_of_the_goods() -> None:
    cost = {"amount_subtotal": 1000, "amount_tax": 0, "amount_total": 1000, "taxes": [], "shipping_rate": None}
    row = line(10000, [], metadata={"ksef_supply": "goods"})

    result = map_one(invoice(row, shipping_cost=cost, **ABROAD))

    assert [value(result, f"Fa/FaWiersz[{place}]/P_12") for place in (1, 2)] == ["0 WDT", "0 WDT"]


def test_two_exemption_bases_stand_in_one_field() -> None:
    exempt = [tax(0, reason="product_exempt")]
    rows = [line(100, exempt, metadata={"ksef_exempt_basis": f"art. {number}"}) for number in (43, 82, 43)]

    result = map_one(invoice(*rows))

    assert value(result, "Fa/Adnotacje/Zwolnienie/P_19A") == "art. 43; art. 82"


def test_failed_automatic_tax_holds() -> None:
    automatic = {"enabled": True, "status": "requires_location_inputs", "liability": {"type": "self"}}

    result = map_one(invoice(automatic_tax=automatic))

    assert [(reason.code, reason.field) for reason in result.reasons] == [("TAX_UNSUPPORTED", "automatic_tax.status")]
    assert map_one(invoice(automatic_tax={**automatic, "status": "complete"})).verdict.value == "file"


def test_every_row_that_cannot_be_decided_is_named() -> None:
    result = map_one(invoice(line(10000), line(500, []), line(700, taxed(700, "txr_PL4e"))))

    assert [(reason.code, reason.field) for reason in result.reasons] == [
        ("NO_TAX_DOMESTIC", "lines.data[1].taxes"),
        ("UNKNOWN_RATE", "lines.data[2].taxes"),
    ]
