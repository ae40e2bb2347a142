"""Quantity and price, discounts, shipping, rounding: the figures of rows and totals."""

from decimal import Decimal
from typing import Any

import pytest

from apps.documents.mapping.currency import Currency, currency_of
from apps.documents.mapping.minor import round_half_up, tax_in_gross, tax_of_net
from apps.documents.mapping.pricing import price_discounted_row, price_row
from tests.documents.mapping.build import (
    NOON,
    ROW,
    codes,
    invoice,
    line,
    map_one,
    moment,
    tax,
    tax_rate,
    taxed,
    value,
    warned,
)

PLN = Currency("PLN", 2)


@pytest.mark.parametrize(
    ("top", "bottom", "step", "expected"),
    [
        (5, 10, 1, 1),
        (-5, 10, 1, -1),
        (4, 10, 1, 0),
        (15, 10, 1, 2),
        (25, 10, 1, 3),
        (25, 1, 10, 30),
        (-25, 1, 10, -30),
        (24, 1, 10, 20),
    ],
)
def test_half_goes_away_from_zero(top: int, bottom: int, step: int, expected: int) -> None:
    assert round_half_up(top, bottom, step) == expected


def test_tax_on_net_and_inside_gross() -> None:
    assert [tax_of_net(net, Decimal("23.0")) for net in (111, 333, -5109)] == [26, 77, -1175]
    assert [tax_in_gross(gross, Decimal(23)) for gross in (12300, 4100, -2997)] == [2300, 767, -560]


@pytest.mark.parametrize(
    ("code", "exponent"),
    [("huf", 2), ("isk", 2), ("twd", 2), ("jpy", 0), ("krw", 0), ("kwd", 3), ("bhd", 3), ("eur", 2)],
)
def test_minor_units_are_those_of_stripe(code: str, exponent: int) -> None:
    assert currency_of(code) == Currency(code.upper(), exponent)


@pytest.mark.parametrize("code", ["ugx", "sle", "std", "", "euro", "€", "xxx", "xau", "xdr"])
def test_currencies_that_cannot_be_written(code: str) -> None:
    assert currency_of(code) is None


def test_amounts_have_two_places_whatever_the_currency() -> None:
    assert [str(Currency("X", exponent).major(120)) for exponent in (0, 2, 3)] == ["120.00", "1.20", "0.12"]
    assert [Currency("X", exponent).minor(Decimal("1.20")) for exponent in (0, 2, 3)] == [1, 120, 1200]
    assert [Currency("X", 3).fits(amount) for amount in (10, 15, 10**15, -(10**15) + 10)] == [True, False, False, True]


@pytest.mark.parametrize(
    ("quantity", "unit", "amount", "expected"),
    [
        ("12", "1999", 23988, ("12", "19.99")),
        ("7", None, 10000, ("7", "14.28571429")),
        ("7", "9900", 10000, ("7", "14.28571429")),  # a unit price that does not multiply out
        (None, None, 10000, ("1", "100")),
        ("0", "5000", 10000, ("1", "100")),
        ("0.0000001", None, 10000, ("1", "100")),
        ("1.5", "10000", 15000, ("1.5", "100")),
        ("1.23456789", None, 10000, ("1.234568", "80.99999352")),
        ("1250", "1.5", 1875, ("1250", "0.015")),
        ("2", "-2500", -5000, ("2", "-25")),
        ("3", None, -5000, ("3", "-16.66666667")),
        ("1", "1999.5", 2000, ("1", "19.995")),  # Stripe's own price goes first when it rounds to the value
    ],
)
def test_the_first_price_that_multiplies_back_wins(
    quantity: str | None, unit: str | None, amount: int, expected: tuple[str, str]
) -> None:
    priced = price_row(quantity and Decimal(quantity), unit and Decimal(unit), amount, PLN)

    assert (priced.quantity, priced.price) == (Decimal(expected[0]), Decimal(expected[1]))
    assert priced.lost_quantity is None


def test_where_no_price_fits_the_quantity_is_told_beside_the_row() -> None:
    priced = price_row(Decimal("98765432101.5"), Decimal("0.00000001"), 12346, PLN)

    assert (priced.quantity, priced.price, priced.lost_quantity) == (1, Decimal("123.46"), Decimal("98765432101.5"))


def test_prices_of_other_currencies_have_their_own_scale() -> None:
    assert price_row(Decimal(3), Decimal(333), 999, Currency("JPY", 0)).price == 333
    assert price_row(Decimal(3), Decimal(3330), 9990, Currency("KWD", 3)).price == Decimal("3.33")
    # A price of three places is written whole, although an amount of three places could not be.
    assert price_row(Decimal(4), Decimal(3085), 12340, Currency("KWD", 3)).price == Decimal("3.085")


def test_p10_is_a_discount_per_unit() -> None:
    shown = price_discounted_row(Decimal(20), Decimal(100000), 1800000, 200000, PLN)

    assert shown is not None
    assert (shown.quantity, shown.price, shown.discount) == (20, 1000, 100)


@pytest.mark.parametrize(("quantity", "unit", "net", "discount"), [(3, None, 20001, 0), (10**10, "0.0001", 100, 1)])
def test_p10_is_not_written_where_it_does_not_fit(quantity: int, unit: str | None, net: int, discount: int) -> None:
    assert price_discounted_row(Decimal(quantity), unit and Decimal(unit), net, discount, PLN) is None


def test_p10_falls_back_to_the_price_after_discount_for_net_rows_of_gross_prices() -> None:
    row = line(12300, taxed(12300, "txr_PL23i", 1230), discount=1230)

    gross, net = (map_one(invoice(row), discount_style="p10", inclusive_style=style) for style in ("gross", "net"))

    assert [value(gross, f"{ROW}/{name}") for name in ("P_9B", "P_10", "P_11A")] == ["123.00", "12.30", "110.70"]
    assert [value(net, f"{ROW}/{name}") for name in ("P_9A", "P_10", "P_11")] == ["90.00", None, "90.00"]


def test_a_gross_price_is_no_net_price_even_where_its_tax_rounds_to_nothing() -> None:
    # 0.02 with 23 % inside: the tax of 0.0037 rounds to 0.00.
    pieces = line(2, [tax(0, "txr_PL23i", base=2)], quantity=7, unit="0.24")

    result = map_one(invoice(pieces, line(10000)), inclusive_style="net")

    assert value(result, "Fa/FaWiersz[1]/P_9A") == "0.00285714"  # 0.02 / 7, not 0.0024


def test_untaxed_rows_are_net_although_the_price_contains_tax() -> None:
    row = line(2997, [tax(0, "txr_DE19i", "reverse_charge")], quantity=3, unit="999")

    result = map_one(invoice(row, currency="eur", country="DE", ids=[("eu_vat", "DE123456789")]))

    assert [value(result, f"{ROW}/{name}") for name in ("P_9A", "P_9B", "P_11", "P_11Vat")] == [
        "9.99",
        None,
        "29.97",
        None,
    ]


def test_the_name_comes_from_the_description_the_product_or_the_settings() -> None:
    rows = [line(100), line(100, description=" \x00", product={"id": "p", "name": "Plan"}), line(100, description=None)]

    result = map_one(invoice(*rows), fallback_item_name="Abonament SaaS")

    assert [value(result, f"{ROW}[{place}]/P_7") for place in (1, 2, 3)] == ["Abonament", "Plan", "Abonament SaaS"]


def test_settings_of_refused_characters_still_leave_a_name_and_a_unit() -> None:
    result = map_one(invoice(line(100, description=None)), fallback_item_name="\x07", unit="\x07x")

    assert [value(result, f"{ROW}/{name}") for name in ("P_7", "P_8A")] == ["Usługa", "x"]


def test_the_unit_of_the_product_goes_before_the_settings() -> None:
    rows = [line(100, product={"id": "p", "unit_label": "godz."}), line(100)]

    result = map_one(invoice(*rows), unit="mies.")

    assert [value(result, f"{ROW}[{place}]/P_8A") for place in (1, 2)] == ["godz.", "mies."]


@pytest.mark.parametrize("gtu", ["GTU_12", "gtu_12", "12"])
def test_marks_of_products(gtu: str) -> None:
    marks = {"ksef_gtu": gtu, "ksef_procedura": "I_42", "ksef_pkwiu": " 62.01.1 ", "ksef_annex15": "yes"}

    result = map_one(invoice(line(100, metadata=marks)))

    assert [value(result, f"{ROW}/{name}") for name in ("GTU", "Procedura", "PKWiU", "P_12_Zal_15")] == [
        "GTU_12",
        "I_42",
        "62.01.1",
        "1",
    ]


@pytest.mark.parametrize("marks", [{"ksef_gtu": "14"}, {"ksef_procedura": "X"}, {"ksef_supply": "?"}])
def test_a_mark_that_is_not_known_holds(marks: dict[str, str]) -> None:
    result = map_one(invoice(line(100, metadata=marks)))

    assert [(reason.code, reason.field) for reason in result.reasons] == [
        ("TAX_UNSUPPORTED", f"lines.data[0].metadata.{next(iter(marks))}")
    ]


def test_annex_15_may_be_said_no() -> None:
    assert value(map_one(invoice(line(100, metadata={"ksef_annex15": "0"}))), f"{ROW}/P_12_Zal_15") is None


def test_a_pkwiu_that_is_too_long_is_left_out() -> None:
    assert value(map_one(invoice(line(100, metadata={"ksef_pkwiu": "6" * 51}))), f"{ROW}/PKWiU") is None


def shipping(amount: int, rate: str | None, *, expanded: bool = True, **more: Any) -> dict[str, Any]:
    entry = taxed(amount, rate)[0] if rate else None
    charged = entry["amount"] if entry else 0
    cost: dict[str, Any] = {
        "amount_subtotal": amount,
        "amount_tax": charged,
        "amount_total": amount if rate and rate.endswith("i") else amount + charged,
        "shipping_rate": None,
        **more,
    }
    if expanded:
        cost["taxes"] = (
            [{"amount": charged, "rate": tax_rate(rate), "taxability_reason": None, "taxable_amount": amount}]
            if rate
            else []
        )
    return cost


def test_shipping_prices_with_tax_inside() -> None:
    data = invoice(
        line(12300, taxed(12300, "txr_PL23i")),
        shipping_cost=shipping(1230, "txr_PL23i"),
        total_taxes=[tax(2530, "txr_PL23i")],
    )

    result = map_one(data)

    assert [value(result, f"{ROW}[2]/{name}") for name in ("P_9B", "P_11A", "P_11Vat")] == ["12.30", "12.30", "2.30"]
    assert [value(result, f"Fa/{name}") for name in ("P_13_1", "P_14_1", "P_15")] == ["110.00", "25.30", "135.30"]


def test_shipping_that_could_bear_two_rates_holds() -> None:
    rows = [line(10000, [tax(2300)]), line(10000, [tax(800, "txr_PL8e")])]
    totals = [tax(2530, base=11000), tax(880, "txr_PL8e", base=11000)]

    result = map_one(invoice(*rows, shipping_cost=shipping(1000, "txr_PL23e", expanded=False), total_taxes=totals))

    assert [(reason.code, reason.field) for reason in result.reasons] == [("TAX_UNSUPPORTED", "shipping_cost.taxes")]


def test_untaxed_shipping_takes_the_reason_of_the_total_it_is_part_of() -> None:
    rows = line(10000, [tax(0, "txr_DE19e", "reverse_charge", 10000)])
    data = invoice(
        rows,
        shipping_cost=shipping(1000, None, expanded=False),
        total_taxes=[tax(0, "txr_DE19e", "reverse_charge", 11000)],
        currency="eur",
        country="DE",
        ids=[("eu_vat", "DE123456789")],
    )

    assert value(map_one(data), "Fa/P_13_9") == "110.00"


def test_untaxed_shipping_without_any_tax_entry() -> None:
    data = invoice(
        line(10000, []),
        shipping_cost=shipping(1000, None, expanded=False),
        currency="usd",
        country="US",
        ids=[("us_ein", "12-3456789")],
    )

    assert value(map_one(data), "Fa/P_13_8") == "110.00"


def test_taxed_shipping_without_any_total_holds() -> None:
    data = invoice(line(10000, []), shipping_cost=shipping(1000, "txr_PL23e", expanded=False), total_taxes=[])

    assert codes(map_one(data)) == ["NO_TAX_DOMESTIC", "TAX_UNSUPPORTED"]


def test_free_shipping_is_dropped_unless_zero_rows_are_kept() -> None:
    rows = [line(10000), line(10000, taxed(10000, "txr_PL8e"))]
    free = {"amount_subtotal": 0, "amount_tax": 0, "amount_total": 0, "shipping_rate": {"display_name": "Darmowa"}}
    known = {
        **free,
        "taxes": [{"amount": 0, "rate": tax_rate("txr_PL23e"), "taxability_reason": None, "taxable_amount": 0}],
    }

    dropped = map_one(invoice(*rows, shipping_cost=free))
    kept = map_one(invoice(*rows, shipping_cost=known), zero_lines="keep")

    assert value(dropped, f"count({ROW})") == "2"
    assert [value(kept, f"{ROW}[3]/{name}") for name in ("P_7", "P_11", "P_12")] == ["Darmowa", "0.00", "23"]


def test_a_document_filed_over_nothing_keeps_its_rows() -> None:
    trial = line(0, [tax(0)], description="Trial")

    result = map_one(invoice(trial), zero_total_policy="file")

    assert [value(result, path) for path in (f"{ROW}/P_7", f"{ROW}/P_11", "Fa/P_13_1", "Fa/P_14_1", "Fa/P_15")] == [
        "Trial",
        "0.00",
        "0.00",
        "0.00",
        "0.00",
    ]


def test_a_total_rate_without_a_row_cannot_be_placed() -> None:
    data = invoice(
        line(10000, [tax(2300)]),
        line(10000, [tax(800, "txr_PL8e")]),
        total_taxes=[tax(2300), tax(799, "txr_PL8e"), tax(1, "txr_PL5e")],
    )

    assert codes(map_one(data))[0] == "TOTAL_MISMATCH"


def test_a_rate_decided_into_two_categories_cannot_take_the_rounding() -> None:
    rows = [line(111, [tax(26)]), line(111, [tax(26)], metadata={"ksef_p12": "22"}), line(111, [tax(26)])]

    assert codes(map_one(invoice(*rows, total_taxes=[tax(77)])))[0] == "TOTAL_MISMATCH"


def test_two_rates_in_one_bucket_are_checked_apart() -> None:
    rows = [line(10000, taxed(10000, "txr_PL8e")), line(10000, taxed(10000, "txr_PL7e"))]

    result = map_one(invoice(*rows))

    assert [value(result, f"Fa/{name}") for name in ("P_13_2", "P_14_2")] == ["200.00", "15.00"]
    assert warned(result) == set()


@pytest.mark.parametrize(
    ("charged", "expected"),
    [(77, set()), (78, set()), (75, {"TAX_ROUNDING"}), (80, {"TAX_ROUNDING"}), (74, {"TAX_ROUNDING"})],
)
def test_tax_within_a_grosz_for_each_row_is_flagged(charged: int, expected: set[str]) -> None:
    rows = [line(111, [tax(26)]) for _ in range(3)]  # a: 0.77, b: 0.78

    assert warned(map_one(invoice(*rows, total_taxes=[tax(charged)]))) == expected


@pytest.mark.parametrize("charged", [73, 81])
def test_tax_further_away_holds_unless_a_person_accepts_it(charged: int) -> None:
    data = invoice(*(line(111, [tax(26)]) for _ in range(3)), total_taxes=[tax(charged)])

    assert codes(map_one(data)) == ["TAX_MISMATCH"]
    assert value(map_one(data, {"kind": "accept_tax"}), "Fa/P_14_1") == f"0.{charged}"


def test_the_ways_from_gross_values_are_legal() -> None:
    # 3 × 1.00 gross at 23 %: 0.19 each; from the sum 0.56; from the net sum 2.43 × 23 % = 0.56
    rows = [line(100, [tax(19, "txr_PL23i")]) for _ in range(3)]

    assert warned(map_one(invoice(*rows))) == set()
    assert warned(map_one(invoice(*rows, total_taxes=[tax(56, "txr_PL23i")]))) == set()


def test_negative_rows_keep_the_sign_in_the_price() -> None:
    result = map_one(invoice(line(20000), line(-5000, quantity=2)))

    assert [value(result, f"{ROW}[2]/{name}") for name in ("P_8B", "P_9A", "P_11")] == ["2", "-25.00", "-50.00"]
    assert warned(result) == {"NEGATIVE_LINES"}


def test_a_person_approves_what_is_negative() -> None:
    negative = invoice(line(-4197, [tax(-965)]))

    result = map_one(negative, {"kind": "approve_negative"}, negative_lines="hold")

    assert value(result, "Fa/P_15") == "-51.62"


def test_all_negative_things_are_told_at_once() -> None:
    result = map_one(invoice(line(-4197, [tax(-965)])), negative_lines="hold")

    assert codes(result) == ["NEGATIVE_TOTAL", "NEGATIVE_BUCKET", "NEGATIVE_LINE"]


def test_billing_credits_reduce_the_base_as_a_discount() -> None:
    row = line(10000, taxed(9000))
    row["pretax_credit_amounts"] = [{"amount": 1000, "type": "credit_balance_transaction"}]
    data = invoice(row) | {"total": 11070, "total_excluding_tax": 9000}

    held, filed = map_one(data), map_one(data, {"kind": "credits_as_discount"})

    assert codes(held) == ["BILLING_CREDITS"]
    assert [value(filed, path) for path in (f"{ROW}/P_9A", "Fa/P_15")] == ["90.00", "110.70"]


def test_the_settings_decide_about_the_tax_column() -> None:
    assert value(map_one(invoice(), line_vat="never"), f"{ROW}/P_11Vat") is None


def test_a_yen_total_is_checked_in_whole_yen() -> None:
    fx = {"source": "NBP_A", "rates": {"JPY": {"2026-10-02": "0.0245"}}}

    near = map_one(invoice(line(333, [tax(78)]), currency="jpy"), fx=fx)
    far = map_one(invoice(line(333, [tax(79)]), currency="jpy"), fx=fx)

    assert (warned(near), codes(far)) == ({"TAX_ROUNDING"}, ["TAX_MISMATCH"])


def test_a_dinar_tax_is_checked_in_tens() -> None:
    fx = {"source": "NBP_A", "rates": {"KWD": {"2026-10-02": "12.0"}}}

    exact = map_one(invoice(line(3330, [tax(770)], unit=None), currency="kwd"), fx=fx)
    near = map_one(invoice(line(3330, [tax(780)], unit=None), currency="kwd"), fx=fx)

    assert (warned(exact), warned(near)) == (set(), {"TAX_ROUNDING"})


def test_incomplete_lines_say_nothing_about_sums() -> None:
    data = invoice(line(10000))
    data["lines"]["has_more"] = True

    assert codes(map_one(data | {"total": 999999})) == ["LINES_INCOMPLETE"]


def test_usage_of_the_past_and_the_next_month_stand_on_their_rows() -> None:
    september = (moment("2026-09-01 10:00"), moment("2026-10-01 10:00"))
    october = (NOON, moment("2026-11-05 10:00"))
    rows = [line(100, period=september, is_subscription=True), line(100, period=october, is_subscription=True)]

    result = map_one(invoice(*rows))

    assert [value(result, f"{ROW}[{place}]/P_6A") for place in (1, 2)] == ["2026-09-30", "2026-11-04"]
    assert value(result, "count(Fa/DodatkowyOpis)") == "2"
