"""Exact values of totals and of the tax check, one for each way a change of that code could pass unseen."""

from decimal import Decimal
from typing import Any

import pytest

from apps.documents.mapping.minor import tax_in_gross, tax_of_net
from apps.documents.mapping.outcome import File
from apps.documents.mapping.provenance import explain
from tests.documents.mapping.build import codes, invoice, line, map_one, tax, taxed, value, warned
from tests.documents.mapping.test_correction_parts import left, prior, rows


def test_tax_of_a_currency_with_three_decimals_is_rounded_to_what_can_be_written() -> None:
    assert tax_in_gross(12345, Decimal(23), 10) == 2310
    assert tax_of_net(10037, Decimal(23), 10) == 2310


Lines = list[tuple[int, int]]
ONE_WAY_ONLY = [
    # Net rows: each row rounded comes to 0.78, the sum to 0.77, both ways from gross to 0.77.
    ([(111, 27), (111, 25), (111, 26)], "txr_PL23e", 78),
    # Gross rows: from the gross sum of 0.19 comes 0.04; from the rows and from the net sum 0.03.
    ([(6, 1), (6, 1), (7, 1)], "txr_PL23i", 4),
    # Gross rows: each row of 0.19 has 0.04; the sums, net and gross, come to 0.07, the net rows to 0.06.
    ([(19, 4), (19, 4)], "txr_PL23i", 8),
]


@pytest.mark.parametrize(("rows", "rate", "total"), ONE_WAY_ONLY)
def test_each_of_the_ways_to_round_is_legal_alone(rows: Lines, rate: str, total: int) -> None:
    data = invoice(*(line(amount, [tax(charged, rate)]) for amount, charged in rows), total_taxes=[tax(total, rate)])

    result = map_one(data)

    assert value(result, "Fa/P_14_1") == str(Decimal(total).scaleb(-2))
    assert "TAX_ROUNDING" not in warned(result)


@pytest.mark.parametrize(("rows", "rate", "total"), ONE_WAY_ONLY)
def test_the_same_ways_hold_in_a_currency_with_three_decimals(rows: Lines, rate: str, total: int) -> None:
    rates = {"source": "NBP_A", "rates": {"KWD": {"2026-10-02": "11.9"}}}
    lines = (line(amount * 10, [tax(charged * 10, rate)]) for amount, charged in rows)

    result = map_one(invoice(*lines, total_taxes=[tax(total * 10, rate)], currency="kwd"), fx=rates)

    assert value(result, "Fa/P_14_1") == str(Decimal(total).scaleb(-2))
    assert "TAX_ROUNDING" not in warned(result)


def test_two_roundings_that_cannot_be_placed_do_not_cancel_out() -> None:
    """Each of two rates was decided into two categories; a grosz more here and less there still belongs nowhere."""
    rows = [
        line(10000, [tax(2300)]),
        line(10000, [tax(2300)], metadata={"ksef_p12": "22"}),
        line(10000, [tax(800, "txr_PL8e")]),
        line(10000, [tax(800, "txr_PL8e")], metadata={"ksef_p12": "7"}),
    ]
    data = invoice(*rows, total_taxes=[tax(4601), tax(1599, "txr_PL8e")])

    assert codes(map_one(data))[0] == "TOTAL_MISMATCH"


def test_untaxed_shipping_is_found_where_only_its_own_total_has_a_base() -> None:
    german: dict[str, Any] = {"currency": "eur", "country": "DE", "ids": [("eu_vat", "DE123456789")]}
    goods = line(5000, [tax(0, "txr_DE0e", "zero_rated", None)], metadata={"ksef_supply": "goods"})
    service = line(10000, [tax(0, "txr_DE19e", "reverse_charge", 10000)])
    cost = {"amount_subtotal": 1000, "amount_tax": 0, "amount_total": 1000, "shipping_rate": None}
    totals = [tax(0, "txr_DE0e", "zero_rated", None), tax(0, "txr_DE19e", "reverse_charge", 11000)]

    result = map_one(invoice(goods, service, shipping_cost=cost, total_taxes=totals, **german))

    assert [value(result, f"Fa/FaWiersz[{place}]/P_12") for place in (1, 2, 3)] == ["0 WDT", "np II", "0 WDT"]
    assert [value(result, f"Fa/{name}") for name in ("P_13_6_2", "P_13_9")] == ["60.00", "100.00"]


def test_tax_that_rounds_to_nothing_keeps_its_rate_inside_a_price_and_not_on_top_of_it() -> None:
    """Of 0.10 at 5 %: inside it lies 0.0048, on top of it comes 0.005, which is rounded up to a grosz."""
    inside = map_one(invoice(line(10000), line(10, [tax(0, "txr_PL5i")])))
    on_top = map_one(invoice(line(10000), line(10, [tax(0, "txr_PL5e")])))

    assert value(inside, "Fa/FaWiersz[2]/P_12") == "5"
    assert on_top.verdict.value == "hold"


def test_what_was_uncertain_once_stays_uncertain() -> None:
    either, only = prior("-100.00", "-23.00"), prior("-50.00", "-11.50")

    assert left(rows(10000, 10000, 5000), either, only) == ([(0, 0), (10000, 2300), (0, 0)], False)


def test_a_rate_of_nothing_charges_nothing() -> None:
    """0 % without a reason is no tax: domestic it asks for one, to a company in the Union it is the buyer's."""
    german: dict[str, Any] = {"currency": "eur", "country": "DE", "ids": [("eu_vat", "DE123456789")]}

    domestic = map_one(invoice(line(10000, [tax(0, "txr_PL0e")])))
    abroad = map_one(invoice(line(10000, [tax(0, "txr_DE0e")]), **german))

    assert codes(domestic) == ["NO_TAX_DOMESTIC"]
    assert value(abroad, "Fa/FaWiersz/P_12") == "np II"


def test_a_rate_of_one_percent_charges_even_where_nothing_comes_of_it() -> None:
    """1 % of 0.10 rounds to nothing; Poland knows no such rate, but it is not untaxed."""
    assert codes(map_one(invoice(line(10, [tax(0, "txr_PL1e")])))) == ["UNKNOWN_RATE"]


def test_half_a_cent_inside_a_price_is_no_tax_of_nothing() -> None:
    """Of 0.03 at 20 % exactly half a cent is tax, which rounds up; of 0.02 a third of a cent, which rounds away."""
    french: dict[str, Any] = {"currency": "eur", "country": "FR", "ids": [], "customer_name": "Jeanne Petit"}
    first = line(12000, taxed(12000, "txr_FR20i"))

    two, three = (
        map_one(invoice(first, line(amount, [tax(0, "txr_FR20i")]), **french), oss=True, b2c_policy={"EU": "file"})
        for amount in (2, 3)
    )

    assert value(two, "Fa/FaWiersz[2]/P_12_XII") == "20"
    assert codes(three) == ["EU_CONSUMER_NO_TAX"]


def test_rows_are_decided_together_only_where_their_value_plays_no_part() -> None:
    """Two grosze at 23 % have no tax by nature, fifty złoty have; both entries look alike."""
    result = map_one(invoice(line(10000), line(2, [tax(0)]), line(5000, [tax(0)])))

    assert [(reason.code.value, reason.field) for reason in result.reasons] == [
        ("NO_TAX_DOMESTIC", "lines.data[2].taxes")
    ]


def test_a_row_without_tax_is_not_decided_like_one_with_tax_of_the_same_rate() -> None:
    charged, free = tax(2300, reason="reverse_charge"), tax(0, reason="reverse_charge")

    result = map_one(invoice(line(10000, [charged]), line(5000, [free])))

    assert [(reason.code.value, reason.field) for reason in result.reasons] == [
        ("DOMESTIC_REVERSE_CHARGE", "lines.data[1].taxes")
    ]


def test_the_basis_of_an_exemption_decided_for_one_line_is_that_line_s() -> None:
    decided = {"kind": "set_vat_category", "category": "zw", "line": "il_2", "exempt_basis": "art. 43 ust. 1 pkt 28"}

    result = map_one(invoice(line(10000), line(5000, [])), decided)

    assert value(result, "Fa/FaWiersz[2]/P_12") == "zw"
    assert value(result, "Fa/Adnotacje/Zwolnienie/P_19A") == "art. 43 ust. 1 pkt 28"


def test_a_category_that_nobody_knows_is_shown_as_it_was_spelled() -> None:
    (reason,) = map_one(invoice(line(10000, metadata={"ksef_p12": "99"}))).reasons

    assert (reason.code, reason.field) == ("TAX_UNSUPPORTED", "lines.data[0].taxes")
    assert reason.params == {"value": "metadata.ksef_p12 = 99"}


@pytest.mark.parametrize(("exempt", "code"), [("reverse", "DOMESTIC_REVERSE_CHARGE"), ("none", "NO_TAX_DOMESTIC")])
def test_a_customer_marked_as_reverse_charged_is_asked_about_at_home(exempt: str, code: str) -> None:
    (reason,) = map_one(invoice(line(10000, []), customer_tax_exempt=exempt)).reasons

    assert (reason.code, reason.params) == (code, {"value": "–"})


def test_several_reasons_are_told_in_order_and_none_of_them_is_made_reverse_charge() -> None:
    untaxed = [tax(0, "txr_PL23e", "not_subject_to_tax"), tax(0, "txr_PL8e", "not_collecting")]
    (reason,) = map_one(invoice(line(10000, untaxed))).reasons

    assert (reason.code, reason.params) == ("NO_TAX_DOMESTIC", {"value": "not_collecting, not_subject_to_tax"})


@pytest.mark.parametrize(
    ("overrides", "metadata", "choices", "said_by"),
    [
        ([{"kind": "set_vat_category", "category": "23"}], {}, {}, "override.set_vat_category"),
        ([], {"ksef_p12": "23"}, {}, "metadata.ksef_p12 = 23"),
        ([], {}, {"tax_rate_map": {"txr_PL23e": "23"}}, "settings.tax_rate_map.txr_PL23e"),
    ],
)
def test_who_decided_a_category_is_told(overrides: Any, metadata: Any, choices: Any, said_by: str) -> None:
    result = map_one(invoice(line(10000, metadata=metadata)), *overrides, **choices)

    assert isinstance(result, File)
    (origin,) = (item for item in explain(result) if item.path == "Fa/FaWiersz[1]/P_12")
    assert (origin.fields, origin.note.en) == ((said_by,), "Your decision (rule 1).")


def test_goods_to_northern_ireland_need_no_reason_beside_the_number() -> None:
    """Untaxed without a word from Stripe: a number of Northern Ireland counts as one of the Union for goods."""
    belfast = {"line1": "1 Donegall Square", "postal_code": "BT1 5GS", "city": "Belfast", "country": "GB"}
    goods = line(8000, [], metadata={"ksef_supply": "goods"})

    result = map_one(invoice(goods, customer_address=belfast, ids=[("eu_vat", "XI123456789")], currency="eur"))

    assert value(result, "Fa/FaWiersz/P_12") == "0 WDT"


def test_untaxed_shipping_has_the_reason_of_the_total_it_belongs_to() -> None:
    exempt = tax(0, "txr_PL0e", "customer_exempt")
    cost = {"amount_subtotal": 1000, "amount_tax": 0, "amount_total": 1000, "shipping_rate": None}

    result = map_one(invoice(line(10000, [exempt]), shipping_cost=cost, total_taxes=[exempt]), exempt_basis="art. 43")

    assert [value(result, f"Fa/FaWiersz[{place}]/P_12") for place in (1, 2)] == ["zw", "zw"]


def test_a_rounding_that_can_be_placed_does_not_excuse_those_that_cannot() -> None:
    rows = [
        *(line(10000, metadata={"ksef_p12": category}) for category in ("23", "22")),
        *(line(10000, taxed(10000, "txr_PL8e"), metadata={"ksef_p12": category}) for category in ("8", "7")),
        line(10000, taxed(10000, "txr_PL5e")),
    ]
    data = invoice(*rows, total_taxes=[tax(4601), tax(1599, "txr_PL8e"), tax(501, "txr_PL5e")])

    assert codes(map_one(data))[0] == "TOTAL_MISMATCH"


def test_a_rate_that_stands_twice_in_the_totals_counts_twice() -> None:
    result = map_one(invoice(line(10000), total_taxes=[tax(1150), tax(1150)]))

    assert value(result, "Fa/P_14_1") == "23.00"
    assert "TAX_ROUNDING" not in warned(result)


def test_every_rate_is_checked_not_only_the_first() -> None:
    (reason,) = map_one(invoice(line(10000), line(10000, [tax(900, "txr_PL8e")]))).reasons

    assert (reason.code, reason.field) == ("TAX_MISMATCH", "total_taxes (8%)")


@pytest.mark.parametrize(("net", "expected"), [(None, []), (10000, []), (9999, ["TOTAL_MISMATCH"])])
def test_the_net_sum_is_checked_where_it_is_given(net: int | None, expected: list[str]) -> None:
    assert codes(map_one(invoice(line(10000), total_excluding_tax=net))) == expected
