"""Every API version gives one internal value; what cannot be read is named, never raised."""

import dataclasses
import json
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from apps.documents.mapping.normalise import SideData, is_credit_note, normalise_credit_note, normalise_invoice
from apps.documents.mapping.read import as_decimal
from tests.documents.mapping.build import (
    NOON,
    codes,
    credit_line,
    credit_note,
    invoice,
    line,
    map_one,
    moment,
    tax,
    tax_rate,
)

STRIPE = Path(__file__).resolve().parents[2] / "data" / "stripe"
SCENARIOS = ["domestic_23", "inclusive_discounts", "proration", "eur_reverse_charge"]
# The differences the samples allow (stripe/README.md): ids, numbers, dates, links, and how the Polish number is told.
VARYING = {"id", "number", "issued_on", "period", "link", "due_on", "credited_lines", "invoice_discounts", "tax_ids"}


def sample(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((STRIPE / f"{name}.json").read_text())["data"]["object"]
    return data


def rates() -> dict[str, Any]:
    listed = json.loads((STRIPE / "tax_rates_list.json").read_text())["data"]
    return {rate["id"]: rate for rate in listed}


def without_varying(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_varying(item) for key, item in value.items() if key not in VARYING}
    if isinstance(value, list | tuple):
        return [without_varying(item) for item in value]
    return value


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_three_api_versions_of_a_scenario_are_one_value(scenario: str) -> None:
    side = SideData(tax_rates=rates())

    values = [
        normalise_invoice(sample(f"invoice_finalized_{v}_{scenario}"), side) for v in ("acacia", "basil", "clover")
    ]

    first, *others = [without_varying(dataclasses.asdict(value)) for value in values]
    assert all(other == first for other in others)
    assert [value.faults for value in values] == [(), (), ()]
    assert all(len(value.lines) == len(values[0].lines) for value in values)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("version", ["acacia", "basil", "clover"])
def test_a_sample_becomes_a_document_or_the_expected_skip(scenario: str, version: str) -> None:
    data = sample(f"invoice_finalized_{version}_{scenario}")

    result = map_one(data, related={"tax_rates": rates()}, late_p1="keep", ksef_start="2025-01-01")

    expected = ("skip", ["B2C"]) if scenario == "inclusive_discounts" else ("file", [])
    assert (result.verdict.value, codes(result)) == expected


def test_credit_notes_of_both_shapes_are_read_alike() -> None:
    old = normalise_credit_note(sample("credit_note_created_acacia_full"), SideData(tax_rates=rates()))
    new = normalise_credit_note(sample("credit_note_created_clover_partial_line"), SideData(tax_rates=rates()))

    assert [tax.amount for tax in old.taxes] == [8026]
    assert [tax.amount for tax in new.taxes] == [1150]
    assert {line.taxes[0].rate_id for line in (*old.lines, *new.lines)} == {"txr_1R0xQVZ6JD8FdxxUibsMTX4B"}
    assert new.lines[0].unit_price == 4999
    assert new.lines[0].original_line == "il_1R96vro1KzvWteon3g8ZkeTn"
    assert (old.faults, new.faults) == ((), ())


def test_a_full_credit_note_of_2025_mirrors_its_invoice() -> None:
    note, original = sample("credit_note_created_acacia_full"), sample("invoice_finalized_acacia_domestic_23")
    related = {"original_invoice": original, "original_filing": {"status": "outside_ksef"}, "tax_rates": rates()}

    result = map_one(note, related=related, late_p1="keep", ksef_start="2025-01-01")

    assert result.verdict.value == "file", codes(result)
    assert [row.quantity for row in result.document.rows] == [-1, -3]
    assert str(result.document.total) == "-429.23"


def test_ids_may_be_expanded_objects() -> None:
    plain = invoice(line(10000, discount=1000), discounts=["di_1"])
    expanded = deepcopy(plain)
    expanded["discounts"] = [{"id": "di_1", "object": "discount"}]
    expanded["customer"] = {"id": "cus_1", "object": "customer", "metadata": {}}
    row = expanded["lines"]["data"][0]
    row["discount_amounts"][0]["discount"] = {"id": "di_1"}
    row["taxes"][0]["tax_rate_details"]["tax_rate"] = tax_rate("txr_PL23e")
    row["pricing"]["price_details"]["product"] = {"id": "prod_1", "object": "product"}
    side = SideData(tax_rates={"txr_PL23e": tax_rate("txr_PL23e")})

    assert normalise_invoice(expanded, side) == normalise_invoice(plain, side)


def test_an_expanded_product_gives_name_unit_and_marks_and_the_line_overrides_them() -> None:
    product = {
        "id": "prod_1",
        "name": "Plan",
        "unit_label": "godz.",
        "metadata": {"ksef_gtu": "12", "ksef_supply": "goods"},
    }

    (row,) = normalise_invoice(
        invoice(line(100, product=product, description=None, metadata={"ksef_gtu": "GTU_05", "other": "x"})), SideData()
    ).lines

    assert (row.product.name, row.product.unit) == ("Plan", "godz.")
    assert row.marks == {"ksef_gtu": "GTU_05", "ksef_supply": "goods"}


def test_a_fetched_product_goes_before_the_id() -> None:
    side = SideData(products={"prod_1": {"id": "prod_1", "name": "Z bazy"}})

    assert normalise_invoice(invoice(line(100)), side).lines[0].product.name == "Z bazy"


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ({"unit_amount_decimal": "1.5", "unit_amount": None}, Decimal("1.5")),
        ({"unit_amount": 150}, Decimal(150)),
        ({}, None),
    ],
)
def test_the_old_unit_price_stands_in_the_price_or_the_plan(price: dict[str, Any], expected: Decimal | None) -> None:
    for holder, content in (("price", price), ("plan", {"amount": 150} if price.get("unit_amount") else price)):
        row = line(100)
        del row["pricing"], row["parent"]
        row[holder] = {"id": "p", **content}

        assert normalise_invoice(invoice(row), SideData()).lines[0].unit_price == expected


def test_the_unit_price_of_a_proration_says_nothing_about_its_row() -> None:
    row = line(-5109, unit="9900", is_proration=True)

    assert normalise_invoice(invoice(row), SideData()).lines[0].unit_price is None


def test_only_subscription_rows_end_a_day_before_stripe_says() -> None:
    period = (moment("2026-09-01 10:00"), moment("2026-10-01 10:00"))
    rows = [
        line(100, period=period, is_subscription=True),
        line(100, period=period, is_proration=True),
        line(100, period=period),
        line(100, period=(period[0], period[0]), is_subscription=True),
    ]

    days = [row.period and row.period.last.isoformat() for row in normalise_invoice(invoice(*rows), SideData()).lines]

    assert days == ["2026-09-30", "2026-09-30", "2026-10-01", "2026-09-01"]


def test_a_day_is_the_one_in_warsaw() -> None:
    summer = normalise_invoice(invoice(finalized=moment("2026-08-31 22:30")), SideData())
    winter = normalise_invoice(invoice(finalized=moment("2026-12-31 23:00")), SideData())

    assert (str(summer.issued_on), str(winter.issued_on)) == ("2026-09-01", "2027-01-01")


def test_the_day_of_finalisation_counts_where_no_other_is_set() -> None:
    value = normalise_invoice(invoice(effective_at=None), SideData())
    other = normalise_invoice(invoice(effective_at=moment("2026-10-01 10:00")), SideData())

    assert (str(value.issued_on), str(other.issued_on)) == ("2026-10-05", "2026-10-01")


def test_kinds_are_told_apart_without_the_object_field() -> None:
    note, bill = credit_note(credit_line(100)), invoice()
    for data in (note, bill):
        del data["object"]

    assert (is_credit_note(note), is_credit_note(bill)) == (True, False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (23.0, Decimal("23.0")),
        ("8.875", Decimal("8.875")),
        (5, Decimal(5)),
        (True, None),
        ("x", None),
        (float("nan"), None),
    ],
)
def test_numbers_come_in_any_type(value: object, expected: Decimal | None) -> None:
    assert as_decimal(value) == expected


def at(data: dict[str, Any], path: str, new: object) -> dict[str, Any]:
    """The object with another value at a dotted path; DELETE takes it away."""
    changed = json.loads(json.dumps(data))
    holder = changed
    *way, last = path.split(".")
    for key in way:
        holder = holder[int(key) if key.isdigit() else key]
    if new is DELETE:
        del holder[last]
    else:
        holder[int(last) if last.isdigit() else last] = new
    return changed


DELETE = object()
ROW = "lines.data.0"
SPOILED: list[tuple[str, object, str, str, str]] = [
    ("total", "12300", "hold", "TOTAL_MISMATCH", "total"),
    ("total", DELETE, "hold", "TOTAL_MISMATCH", "total"),
    ("total", 10**18, "hold", "AMOUNT_PRECISION", "total"),
    ("total_excluding_tax", 1.5, "hold", "TOTAL_MISMATCH", "total_excluding_tax"),
    ("currency", DELETE, "hold", "CURRENCY_UNSUPPORTED", "currency"),
    ("currency", 5, "hold", "CURRENCY_UNSUPPORTED", "currency"),
    ("livemode", DELETE, "hold", "MODE_MISMATCH", "livemode"),
    ("livemode", "no", "hold", "MODE_MISMATCH", "livemode"),
    ("status", DELETE, "skip", "NOT_FINALIZED", "status"),
    ("status", "finalised", "skip", "NOT_FINALIZED", "status"),
    ("status", ["paid"], "skip", "NOT_FINALIZED", "status"),
    ("number", None, "skip", "NOT_FINALIZED", "number"),
    ("number", 7, "skip", "NOT_FINALIZED", "number"),
    ("effective_at", "today", "skip", "NOT_FINALIZED", "effective_at"),
    ("effective_at", -1, "skip", "BEFORE_KSEF_START", "effective_at"),
    ("effective_at", 10**12, "hold", "P1_IN_FUTURE", "effective_at"),
    ("lines", DELETE, "hold", "LINES_INCOMPLETE", "lines"),
    ("lines", [], "hold", "LINES_INCOMPLETE", "lines"),
    ("lines.data", None, "hold", "LINES_INCOMPLETE", "lines.data"),
    ("lines.data", "x", "hold", "LINES_INCOMPLETE", "lines.data"),
    ("lines.data.0", 5, "hold", "LINES_INCOMPLETE", "lines.data[0]"),
    ("lines.has_more", "no", "hold", "LINES_INCOMPLETE", "lines.has_more"),
    (f"{ROW}.amount", None, "hold", "TOTAL_MISMATCH", "lines.data[0].amount"),
    (f"{ROW}.amount", True, "hold", "TOTAL_MISMATCH", "lines.data[0].amount"),
    (f"{ROW}.quantity", -1, "hold", "TOTAL_MISMATCH", "lines.data[0].quantity"),
    (f"{ROW}.quantity", "many", "hold", "TOTAL_MISMATCH", "lines.data[0].quantity"),
    (f"{ROW}.quantity_decimal", "1e30", "hold", "TOTAL_MISMATCH", "lines.data[0].quantity_decimal"),
    (f"{ROW}.quantity_decimal", "1e-30", "hold", "TOTAL_MISMATCH", "lines.data[0].quantity_decimal"),
    (f"{ROW}.pricing.unit_amount_decimal", {}, "hold", "TOTAL_MISMATCH", "lines.data[0].pricing.unit_amount_decimal"),
    (f"{ROW}.description", 5, "hold", "LINES_INCOMPLETE", "lines.data[0].description"),
    (f"{ROW}.period", None, "hold", "LINES_INCOMPLETE", "lines.data[0].period"),
    (f"{ROW}.period", "x", "hold", "LINES_INCOMPLETE", "lines.data[0].period"),
    (f"{ROW}.period.end", None, "hold", "LINES_INCOMPLETE", "lines.data[0].period.end"),
    (f"{ROW}.period.end", 10**15, "hold", "LINES_INCOMPLETE", "lines.data[0].period.end"),
    (f"{ROW}.period.end", NOON - 1, "hold", "LINES_INCOMPLETE", "lines.data[0].period.end"),
    (f"{ROW}.period.start", "x", "hold", "LINES_INCOMPLETE", "lines.data[0].period.start"),
    (f"{ROW}.taxes", {"a": 1}, "hold", "TAX_UNSUPPORTED", "lines.data[0].taxes"),
    (f"{ROW}.taxes.0", 1, "hold", "TAX_UNSUPPORTED", "lines.data[0].taxes[0]"),
    (f"{ROW}.taxes.0.amount", "2300", "hold", "TOTAL_MISMATCH", "lines.data[0].taxes[0].amount"),
    (f"{ROW}.taxes.0.tax_behavior", "both", "hold", "TAX_UNSUPPORTED", "lines.data[0].taxes[0].tax_behavior"),
    (f"{ROW}.taxes.0.tax_behavior", DELETE, "hold", "TAX_UNSUPPORTED", "lines.data[0].taxes[0].inclusive"),
    (f"{ROW}.taxes.0.taxability_reason", 5, "hold", "TAX_UNSUPPORTED", "lines.data[0].taxes[0].taxability_reason"),
    (f"{ROW}.taxes.0.tax_rate_details", None, "hold", "UNKNOWN_RATE", "lines.data[0].taxes"),
    (f"{ROW}.discount_amounts", 5, "hold", "TOTAL_MISMATCH", "lines.data[0].discount_amounts"),
    ("customer_tax_ids", "PL", "hold", "BUYER_VAT_FORMAT", "customer_tax_ids"),
    ("customer_tax_ids.0.value", 1111111111, "hold", "BUYER_VAT_FORMAT", "customer_tax_ids[0].value"),
    ("customer_tax_ids.0.type", None, "hold", "BUYER_VAT_FORMAT", "customer_tax_ids[0].type"),
    ("customer_tax_ids.0.type", 5, "hold", "BUYER_VAT_FORMAT", "customer_tax_ids[0].type"),
    ("customer_name", {}, "hold", "BUYER_NAME_MISSING", "customer_name"),
    ("customer_address", "x", "hold", "BUYER_ADDRESS_MISSING", "customer_address"),
    ("customer_address.city", 5, "hold", "BUYER_ADDRESS_MISSING", "customer_address.city"),
    ("customer_address.country", 5, "hold", "BUYER_COUNTRY_MISSING", "customer_address.country"),
    ("customer_address.country", "ZZ", "hold", "BUYER_COUNTRY_MISSING", "customer_address.country"),
    ("amount_paid", "x", "hold", "TOTAL_MISMATCH", "amount_paid"),
    ("due_date", "x", "hold", "LINES_INCOMPLETE", "due_date"),
    ("shipping_cost", "x", "hold", "TOTAL_MISMATCH", "shipping_cost"),
    ("total_taxes", "x", "hold", "TAX_UNSUPPORTED", "total_taxes"),
    ("total_taxes", [], "hold", "TOTAL_MISMATCH", "total"),
]


@pytest.mark.parametrize(("path", "new", "verdict", "code", "field"), SPOILED)
def test_a_spoiled_field_is_named_with_a_code(path: str, new: object, verdict: str, code: str, field: str) -> None:
    result = map_one(at(invoice(line(10000, quantity_decimal="1")), path, new))

    assert (result.verdict.value, result.reasons[0].code, result.reasons[0].field) == (verdict, code, field)


def test_a_missing_issue_date_is_told_for_both_kinds() -> None:
    bill = map_one(at(at(invoice(), "effective_at", None), "status_transitions", None))
    note = map_one({**credit_note(credit_line(100)), "effective_at": None, "created": None})

    assert [(codes(item), item.reasons[0].field) for item in (bill, note)] == [
        (["NOT_FINALIZED"], "status_transitions.finalized_at"),
        (["NOT_FINALIZED"], "created"),
    ]


def test_credit_note_figures_must_be_readable_too() -> None:
    related = {"original_invoice": invoice(), "original_filing": {"status": "outside_ksef"}}

    result = map_one(at(credit_note(credit_line(100)), "lines.data.0.discount_amount", "x"), related=related)

    assert [(reason.code, reason.field) for reason in result.reasons] == [
        ("TOTAL_MISMATCH", "lines.data[0].discount_amount")
    ]


def test_a_discount_of_a_credit_note_line_may_come_as_a_list() -> None:
    row = credit_line(1000) | {"discount_amount": None, "discount_amounts": [{"amount": 100, "discount": "di_1"}]}
    data = credit_note(credit_line(1000))
    data["lines"]["data"] = [row]

    assert normalise_credit_note(data, SideData()).lines[0].discount == 100


def test_rates_inside_the_object_serve_where_none_were_fetched() -> None:
    data = invoice(line(10000, [tax(2300)]), default_tax_rates=[tax_rate("txr_PL23e")])

    result = map_one(data, related={"tax_rates": {}})

    assert result.verdict.value == "file", codes(result)


@pytest.mark.parametrize("percentage", [None, "x", -1, 101, "1e-30", True, [23]])
def test_a_rate_without_a_readable_percentage_is_unknown(percentage: object) -> None:
    rate = tax_rate("txr_PL23e") | {"percentage": percentage}

    result = map_one(invoice(), related={"tax_rates": {"txr_PL23e": rate}})

    assert codes(result)[0] == "UNKNOWN_RATE"


def test_a_method_is_found_inside_expanded_payments() -> None:
    inside = {"payment": {"type": "payment_intent", "payment_intent": {"payment_method": {"type": "p24"}}}}
    shapes: list[dict[str, Any]] = [
        {"payments": {"data": [inside]}},
        {"charge": {"payment_method_details": {"type": "p24"}, "amount_refunded": 0}},
        {"payment_intent": {"latest_charge": {"payment_method_details": {"type": "p24"}}}},
    ]

    methods = [normalise_invoice(invoice(**shape), SideData()).payment.method for shape in shapes]

    assert methods == ["p24"] * 3


def test_payments_that_did_not_go_through_are_no_parts() -> None:
    paid = {"status": "paid", "amount_paid": 100, "status_transitions": {"paid_at": NOON}}
    data = invoice(payments={"data": [paid, {**paid, "status": "open"}, {**paid, "amount_paid": 0}]})

    assert [part.amount for part in normalise_invoice(data, SideData()).payment.parts] == [100]
