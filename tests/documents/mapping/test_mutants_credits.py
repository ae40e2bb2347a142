"""Exact rows and totals of credit notes at the edges: beyond the original, tax alone, shipping, what closes in PLN."""

from typing import Any

import pytest

from apps.documents.mapping.figures import Figures, sum_up_credit_note
from apps.documents.mapping.normalise import SideData, normalise_credit_note
from apps.documents.mapping.outcome import File, Mapped
from apps.documents.mapping.provenance import explain
from tests.documents.mapping.build import ROW, credit_line, credit_note, filing, line, map_one, of, places, tax, taxed
from tests.documents.mapping.build import value as of_document
from tests.documents.mapping.test_correction_parts import own_line, written

SHIPPED = {"amount_subtotal": 1000, "amount_tax": 230, "amount_total": 1230, "shipping_rate": None}


def totals_of(mapped: Mapped, *names: str) -> list[str | None]:
    return [of_document(mapped, f"Fa/{name}") for name in names]


def origin(mapped: Mapped, path: str) -> tuple[tuple[str, ...], str]:
    """Where an element came from and the English note about it."""
    assert isinstance(mapped, File), mapped.reasons
    found = next(item for item in explain(mapped) if item.path == path)
    return found.fields, found.note.en


# --- not beyond the original ----------------------------------------------------------------------------------------


def test_tax_rounded_per_row_may_exceed_the_original_by_a_grosz_for_each_row() -> None:
    """Of 1.11 twice the original's tax is 0.51, the note's 0.26 twice; the 8 % row keeps the total below."""
    bought = of(line(111, [tax(26)]), line(111, [tax(25)]), line(1000, taxed(1000, "txr_PL8e")))
    note = credit_note(credit_line(111, [tax(26)]), credit_line(111, [tax(26)], of="il_2", id="c2"))

    assert totals_of(map_one(note, related=bought), "P_13_1", "P_14_1", "P_15") == ["-2.22", "-0.52", "-2.74"]


def test_the_net_of_prices_with_tax_inside_may_exceed_the_original_the_same_way() -> None:
    """Of 1.00 gross twice the original's tax is 0.19 twice; the note takes 0.37, so a grosz more is net."""
    bought = of(*(line(100, [tax(19, "txr_PL23i")]) for _ in range(2)), line(1000, taxed(1000, "txr_PL8e")))
    note = credit_note(
        credit_line(100, [tax(19, "txr_PL23i")]), credit_line(100, [tax(18, "txr_PL23i")], of="il_2", id="c2")
    )

    assert totals_of(map_one(note, related=bought), "P_13_1", "P_14_1", "P_15") == ["-1.63", "-0.37", "-2.00"]


@pytest.mark.parametrize(("credited", "net"), [(-500, "5.00"), (-1000, "10.00"), (-1002, "10.02")])
def test_a_category_below_zero_may_be_taken_back_up_to_the_slack_of_two_rows(credited: int, net: str) -> None:
    bought = of(line(20000), line(-1000, taxed(-1000, "txr_PL8e")))
    note = credit_note(credit_line(5000), credit_line(credited, taxed(credited, "txr_PL8e"), of="il_2", id="c2"))

    assert totals_of(map_one(note, related=bought), "P_13_1", "P_13_2") == ["-50.00", net]


def test_a_category_below_zero_is_not_taken_back_beyond_zero() -> None:
    bought = of(line(20000), line(-1000, taxed(-1000, "txr_PL8e")))
    note = credit_note(credit_line(5000), credit_line(-1003, taxed(-1003, "txr_PL8e"), of="il_2", id="c2"))

    assert places(map_one(note, related=bought)) == [("OVER_CORRECTION", "P_13_2")]


# --- tax in PLN -----------------------------------------------------------------------------------------------------


def test_what_closes_in_pln_starts_from_the_tax_the_original_comes_to() -> None:
    """23.00 at 4.2575 is 97.92; 58.76 is taken already; the rest by itself would be 9.20 at 4.2575, 39.17."""
    first = {"p_2": "X", "P_13_1": "-60.00", "P_14_1": "-13.80", "P_14_1W": "-58.76", "P_15": "-73.80"}
    related = of(line(10000), currency="eur", filed=filing(fx="4.2575")) | {"prior_corrections": [first]}

    result = map_one(credit_note(credit_line(4000), currency="eur"), related=related)

    assert totals_of(result, "P_14_1", "P_14_1W") == ["-9.20", "-39.16"]


def test_a_category_only_corrections_know_closes_by_its_own_rate() -> None:
    """An earlier correction added 10.00 at 8 %; 0.80 at 4.2575 is 3.406."""
    added = {"p_2": "X", "P_13_2": "10.00", "P_14_2": "0.80", "P_14_2W": "3.40", "P_15": "10.80"}
    related = of(line(10000), currency="eur", filed=filing(fx="4.2575")) | {"prior_corrections": [added]}
    note = credit_note(credit_line(1000), own_line(taxes=taxed(1000, "txr_PL8e")), currency="eur")

    assert totals_of(map_one(note, related=related), "P_14_2", "P_14_2W") == ["-0.80", "-3.41"]


# --- rows -----------------------------------------------------------------------------------------------------------


def test_tax_alone_of_one_row_is_a_row_of_nothing() -> None:
    note = credit_note(credit_line(10000), credit_line(0, [tax(1)], of="il_2", id="c2"))

    result = map_one(note, related=of(line(20000), line(20000)))

    assert [(row.number, str(row.net)) for row in written(result)] == [(1, "-100.00"), (2, "0.00")]
    assert totals_of(result, "P_13_1", "P_14_1") == ["-100.00", "-23.01"]


def test_tax_alone_of_a_line_the_original_lacks_is_not_allocated() -> None:
    note = credit_note(credit_line(100), credit_line(0, [tax(1)], of="il_9", id="c2"))

    assert places(map_one(note, related=of(line(20000)))) == [
        ("CREDIT_NOTE_UNALLOCATED", "lines.data[1].invoice_line_item")
    ]


@pytest.mark.parametrize(
    "lines",
    [
        [credit_line(4000, quantity=2, unit=None)],  # a quantity without a price
        [credit_line(4000, quantity=None, unit="4000")],  # a price without a quantity
        [credit_line(2000, quantity=1, unit="2000"), credit_line(2000, quantity=1, unit="2000", id="c2")],  # two lines
    ],
)
def test_pieces_go_back_only_by_one_line_with_a_quantity_and_a_price(lines: list[dict[str, Any]]) -> None:
    result = map_one(credit_note(*lines), related=of(line(10000, quantity=5, unit="2000")))

    assert [(row.quantity, row.net_price) for row in written(result)] == [(1, -40)]


def test_a_bare_amount_is_named_after_its_line_and_known_by_the_note() -> None:
    own = credit_line(5000, [], of=None, id="cnli_7", description="Rabat za przerwę")
    described = credit_note(own, total=6150, total_excluding_tax=5000, total_taxes=[tax(1150)])
    bare = credit_note(total=6150, total_excluding_tax=5000, total_taxes=[tax(1150)])

    named, unnamed = (map_one(note, related=of(line(20000))) for note in (described, bare))

    assert [(row.name, row.uid) for row in (*written(named), *written(unnamed))] == [
        ("Rabat za przerwę", "cnli_7"),
        ("Korekta faktury ABC-0001", "cn_1"),
    ]


def test_a_line_of_its_own_is_traced_to_the_credit_note() -> None:
    result = map_one(credit_note(credit_line(100), own_line()), related=of(line(20000)))

    assert origin(result, f"{ROW}[1]/UU_ID")[0] == ("original_invoice.lines.data[0].id",)
    assert origin(result, f"{ROW}[2]/UU_ID")[0] == ("lines.data[1].id",)


def test_a_quantity_that_no_price_goes_with_after_a_correction_is_not_told() -> None:
    """Of 12 345 678 pieces for 123 456.78 none of eight places times the quantity gives 0.10 less."""
    bought = of(line(12345678, quantity=12345678, unit="1"))

    result = map_one(credit_note(credit_line(10)), related=bought, correction_style="before_after")

    assert [(row.quantity, str(row.net)) for row in written(result)] == [(12345678, "123456.78"), (1, "123456.68")]
    assert of_document(result, "count(Fa/DodatkowyOpis)") == "0"


def test_a_moved_row_says_that_a_person_decided() -> None:
    bought = of(line(20000), country="DE", ids=[], customer_name="Muster GmbH")
    move = {"kind": "move_to_category", "category": "np II", "eu_vat": "DE123456789"}
    note = credit_note(total=4600, total_excluding_tax=0, total_taxes=[tax(4600)])

    result = map_one(note, move, related=bought)

    assert origin(result, f"{ROW}[2]/P_12") == (("override",), "Your decision (rule 1).")


# --- totals without rows --------------------------------------------------------------------------------------------


def test_a_total_without_a_row_belongs_where_the_original_has_its_rate() -> None:
    """The note says the tax of its 8 % row only in its total."""
    bought = of(line(10000), line(10000, taxed(10000, "txr_PL8e")))
    note = credit_note(
        credit_line(1000),
        credit_line(1000, [], of="il_2", id="c2"),
        total=2310,
        total_taxes=[tax(230), tax(80, "txr_PL8e")],
    )

    result = map_one(note, related=bought)

    assert totals_of(result, "P_13_1", "P_14_1", "P_13_2", "P_14_2") == ["-10.00", "-2.30", "-10.00", "-0.80"]


# --- shipping -------------------------------------------------------------------------------------------------------


def test_the_tax_of_shipping_is_what_the_lines_of_the_note_leave() -> None:
    bought = of(line(10000), shipping_cost=SHIPPED, total_taxes=[tax(2530)])
    note = credit_note(credit_line(5000), shipping_cost=SHIPPED, total_taxes=[tax(1380)])

    result = map_one(note, related=bought)

    assert [(row.number, str(row.net)) for row in written(result)] == [(1, "-50.00"), (2, "-10.00")]
    assert totals_of(result, "P_13_1", "P_14_1") == ["-60.00", "-13.80"]


def test_shipping_is_read_as_net_together_with_the_lines_that_are() -> None:
    """Prices hold their tax, the note states lines and shipping without it: 110.00 net, 25.30 tax."""
    inside = SHIPPED | {"amount_subtotal": 1230}
    bought = of(line(12300, [tax(2300, "txr_PL23i")]), shipping_cost=inside, total_taxes=[tax(2530, "txr_PL23i")])
    note = credit_note(
        credit_line(10000, [tax(2300, "txr_PL23i")]),
        shipping_cost=SHIPPED,
        total_taxes=[tax(2530, "txr_PL23i")],
        total=13530,
        total_excluding_tax=11000,
    )

    assert totals_of(map_one(note, related=bought), "P_13_1", "P_14_1", "P_15") == ["-110.00", "-25.30", "-135.30"]


def shipping_of(
    subtotal: int, total: int, row: dict[str, Any], *taxes: dict[str, Any]
) -> tuple[Figures | None, bool, bool]:
    """Shipping as it is read in a note of 110.00 and 25.30 tax, whether that adds up, and whether its lines are net."""
    cost = SHIPPED | {"amount_subtotal": subtotal, "amount_total": total}
    note = credit_note(row, shipping_cost=cost, total_taxes=list(taxes), total=13530, total_excluding_tax=11000)
    sums = sum_up_credit_note(normalise_credit_note(note, SideData()))
    return sums.shipping, sums.adds_up, sums.is_net_only


@pytest.mark.parametrize("subtotal", [1000, 1230])
def test_shipping_is_read_net_where_the_lines_of_the_note_are(subtotal: int) -> None:
    """Prices with tax inside, lines stated without it (stripe.md): 100.00 and 10.00 net, 25.30 tax."""
    net_line = credit_line(10000, [tax(2300, "txr_PL23i")])

    assert shipping_of(subtotal, 1230, net_line, tax(2530, "txr_PL23i")) == (
        Figures(1000, 230, 1000, 1230, 0, is_inclusive=False),
        True,
        True,
    )


@pytest.mark.parametrize("subtotal", [1000, 1230])
def test_shipping_with_tax_inside_is_what_it_costs_with_tax(subtotal: int) -> None:
    gross_line = credit_line(12300, [tax(2300, "txr_PL23i")])

    assert shipping_of(subtotal, 1230, gross_line, tax(2530, "txr_PL23i")) == (
        Figures(1230, 230, 1000, 1230, 0, is_inclusive=True),
        True,
        False,
    )


@pytest.mark.parametrize(("rate", "is_net_only"), [("txr_PL23e", False), ("txr_PL23i", True)])
def test_shipping_with_tax_on_top_is_what_it_costs_before_tax(rate: str, is_net_only: bool) -> None:
    """Whatever its own total says: here it is 0.10 too much."""
    shipping = shipping_of(1000, 1240, credit_line(10000, [tax(2300, rate)]), tax(2300, rate), tax(230, "txr_PL8e"))

    assert shipping == (Figures(1000, 230, 1000, 1230, 0, is_inclusive=False), True, is_net_only)
