"""The parts of corrections where a wrong grosz could hide, one by one."""

from decimal import Decimal
from typing import Any

import pytest

from apps.documents.mapping.before_after import with_values
from apps.documents.mapping.correction_state import rows_left
from apps.documents.mapping.currency import Currency
from apps.documents.mapping.outcome import File, Mapped
from apps.documents.mapping.related import PriorCorrection, PriorTotals
from apps.documents.mapping.rows import Row
from apps.fa3 import document as fa3
from apps.fa3.codes import BucketKind
from tests.documents.mapping.build import (
    NOON,
    ROW,
    SEPTEMBER,
    codes,
    credit_line,
    credit_note,
    filing,
    invoice,
    line,
    map_one,
    moment,
    of,
    tax,
    taxed,
    value,
    warned,
)

PLN = Currency("PLN", 2)


def rows(*nets: int, rate: str = "txr_PL23e") -> tuple[Row, ...]:
    """Rows as an invoice with these amounts has them."""
    result = map_one(invoice(*(line(net, taxed(net, rate)) for net in nets)), {"kind": "approve_negative"})
    assert isinstance(result, File), result.reasons
    return result.rows


def prior(net: str, tax: str, known: dict[str, tuple[str, str]] | None = None) -> PriorCorrection:
    return PriorCorrection(
        p_2="K",
        total=Decimal(net) + Decimal(tax),
        buckets={BucketKind.STANDARD: PriorTotals(Decimal(net), Decimal(tax), None)},
        rows={line_id: (Decimal(a), Decimal(b)) for line_id, (a, b) in (known or {}).items()},
    )


def left(original: tuple[Row, ...], *priors: PriorCorrection) -> tuple[list[tuple[int, int]], bool]:
    found, is_certain = rows_left(original, priors, PLN)
    return [(item.net, item.tax) for item in found], is_certain


@pytest.mark.parametrize(
    ("nets", "net", "tax", "expected", "is_certain"),
    [
        ((20000,), "-50.00", "-11.50", [(15000, 3450)], True),  # the only row
        ((20000, 10000), "-100.00", "-23.00", [(20000, 4600), (0, 0)], True),  # equal to one row
        ((10000, 10000), "-100.00", "-23.00", [(0, 0), (10000, 2300)], False),  # equal to either
        ((20000, 10000), "-300.00", "-69.00", [(0, 0), (0, 0)], True),  # everything
        ((20000, 10000), "-120.00", "-27.60", [(8000, 1840), (10000, 2300)], False),  # the first that can bear it
        ((5000, 30000), "-120.00", "-27.60", [(5000, 1150), (18000, 4140)], False),
        ((20000, 30000), "-199.99", "-46.00", [(1, 0), (30000, 6900)], False),  # net and tax both must fit
        ((20000, 30000), "-200.00", "-45.99", [(0, 1), (30000, 6900)], False),
        ((20000, 30000), "-200.00", "-46.01", [(20000, 4600), (10000, 2299)], False),
        ((20000, 30000), "-200.01", "-46.00", [(20000, 4600), (9999, 2300)], False),
        ((20000, 10000), "-250.00", "-57.50", [(0, 0), (5000, 1150)], False),  # row by row
        ((-5000, 20000, 10000), "-250.00", "-57.50", [(0, 0), (0, 0), (0, 0)], True),  # everything again
        ((20000, 10000), "-300.00", "-68.99", [(0, 0), (0, 1)], False),
    ],
)
def test_what_a_total_takes_from_the_rows(
    nets: tuple[int, ...], net: str, tax: str, expected: list[tuple[int, int]], is_certain: bool
) -> None:
    assert left(rows(*nets), prior(net, tax)) == (expected, is_certain)


def test_a_row_taken_before_bears_nothing_more() -> None:
    both = prior("-100.00", "-23.00"), prior("-50.00", "-11.50")

    assert left(rows(10000, 20000), *both) == ([(0, 0), (15000, 3450)], True)


def test_known_rows_go_first_and_the_rest_of_the_total_follows() -> None:
    known = prior("-150.00", "-34.50", {"il_2": ("-100.00", "-23.00")})

    assert left(rows(20000, 30000), known) == ([(15000, 3450), (20000, 4600)], False)
    assert left(rows(5000, 30000), known) == ([(0, 0), (20000, 4600)], True)


def test_known_rows_alone_are_certain() -> None:
    known = prior(
        "-60.00", "-13.80", {"il_1": ("-10.00", "-2.30"), "il_2": ("-50.00", "-11.50"), "other": ("-1", "-1")}
    )

    assert left(rows(20000, 30000), known) == ([(19000, 4370), (25000, 5750)], True)


def test_other_categories_are_left_alone() -> None:
    reduced = rows(10000, rate="txr_PL8e")

    assert left(reduced, prior("-50.00", "-11.50"))[0] == [(10000, 800)]


def test_a_row_with_other_values_keeps_its_quantity_and_its_columns() -> None:
    (net,) = rows(10000)
    (gross,) = rows(12300, rate="txr_PL23i")

    changed, inside = with_values(net, 7000, 1610, PLN), with_values(gross, 7000, 1610, PLN)

    assert (changed.figures.value, changed.figures.gross, changed.priced.price) == (7000, 8610, 70)
    assert (inside.figures.value, inside.value, inside.priced.price) == (8610, 8610, Decimal("86.10"))
    assert changed.priced.quantity == 1


# --- through the front door -----------------------------------------------------------------------------------------


def written(mapped: Mapped) -> tuple[fa3.Row, ...]:
    assert isinstance(mapped, File), mapped.reasons
    return mapped.document.rows


def void(*lines: dict[str, Any], voided: int = NOON, **more: Any) -> dict[str, Any]:
    transitions = {"finalized_at": SEPTEMBER, "paid_at": None, "voided_at": voided}
    return invoice(*lines, finalized=SEPTEMBER, status="void", status_transitions=transitions, **more)


def test_the_first_category_may_be_the_one_credited_before() -> None:
    data = void(line(10000), line(5000, taxed(5000, "txr_PL8e")))
    priors = [{"p_2": "X", "P_13_1": "-100.00", "P_14_1": "-23.00", "P_15": "-123.00"}]

    result = map_one(data, related={"original_filing": filing(), "prior_corrections": priors})

    assert isinstance(result, File), result.reasons
    assert [(bucket.kind.value, str(bucket.net), str(bucket.tax)) for bucket in result.document.buckets] == [
        ("2", "-50.00", "-4.00")
    ]


def test_untouched_rows_of_a_void_go_back_with_their_own_price() -> None:
    """The price of the original row, even where the value by the quantity would be written differently."""
    data = void(line(2000, quantity=1, unit="1999.5"), line(9999, quantity=7, unit=None))

    result = map_one(data, related={"original_filing": filing()})

    assert [
        (str(row.quantity.normalize()), f"{row.net_price:f}")
        for row in written(result)
        if row.quantity and row.net_price
    ] == [
        ("-1", "19.99500000"),
        ("-7", "14.28428571"),
    ]


def test_a_lost_quantity_is_not_told_again_in_a_void() -> None:
    data = void(line(12346, [tax(2840)], quantity=98765432101, unit=None))

    result = map_one(data, related={"original_filing": filing()})

    assert value(result, "Fa/DodatkowyOpis") is None
    assert [row.quantity for row in written(result)] == [-1]


def test_a_void_has_the_number_under_which_it_was_filed() -> None:
    data = void(line(10000), number="STRIPE-1")

    filed = map_one(data, related={"original_filing": filing(p_2="FV/7")})
    outside = map_one(data, related={"original_filing": {"status": "outside_ksef"}})

    assert [value(item, "Fa/P_2") for item in (filed, outside)] == ["FV/7-VOID", "STRIPE-1-VOID"]


def test_a_void_may_lie_ahead_or_be_late() -> None:
    related = {"original_filing": filing()}

    ahead = map_one(void(line(10000), voided=moment("2026-10-06 10:00")), related=related)
    late = map_one(void(line(10000), voided=SEPTEMBER), related=related)

    assert codes(ahead) == ["P1_IN_FUTURE"]
    assert (value(late, "Fa/P_1"), warned(late)) == ("2026-10-05", {"P1_REDATED"})


@pytest.mark.parametrize(
    ("data", "related", "choices", "field"),
    [
        (void(line(10000)), {}, {}, "status"),
        (void(line(10000)), {"original_filing": filing()}, {"void_policy": "hold"}, "status"),
        (void(line(10000, [])), {"original_filing": filing()}, {}, "lines.data[0].taxes"),
        (
            void(line(10000)),
            {
                "original_filing": filing(),
                "prior_corrections": [{"p_2": "X", "P_13_1": "-100", "P_14_1": "-23", "P_15": "-123"}],
            },
            {},
            "total",
        ),
        (credit_note(credit_line(100), status="void", voided_at=NOON), {}, {}, "status"),
    ],
)
def test_a_void_names_the_field(data: Any, related: Any, choices: dict[str, Any], field: str) -> None:
    assert map_one(data, related=related, **choices).reasons[0].field == field


def test_a_reversal_closes_like_the_correction_it_takes_back() -> None:
    """Of two corrections the second closed the złoty to zero; taking it back restores what it closed."""
    own = {"p_2": "ABC-0001-CN-01", "P_13_1": "-60.00", "P_14_1": "-13.80", "P_15": "-73.80"}
    other = {"p_2": "ABC-0001-CN-00", "P_13_1": "-40.00", "P_14_1": "-9.20", "P_14_1W": "-39.17", "P_15": "-49.20"}
    related = of(line(10000), currency="eur", filed=filing(fx="4.2575", P_14_1W="97.99")) | {
        "prior_corrections": [other, own]
    }
    note = credit_note(credit_line(6000), currency="eur", status="void", voided_at=NOON)

    result = map_one(note, {"kind": "approve_correction"}, related=related)

    assert value(result, "Fa/P_14_1W") == "58.82"


def test_a_reversal_may_be_late() -> None:
    note = credit_note(credit_line(100), status="void", voided_at=SEPTEMBER)
    related = of(line(10000)) | {"own_filing": filing()}

    result = map_one(note, {"kind": "approve_correction"}, related=related)

    assert (value(result, "Fa/P_1"), warned(result)) == ("2026-10-05", {"P1_REDATED"})


@pytest.mark.parametrize(
    ("style", "values"), [("difference", ["-10.00", "-10.00"]), ("before_after", ["100.00", "90.00"] * 2)]
)
def test_net_lines_of_gross_prices_keep_the_rounding_of_the_note(style: str, values: list[str]) -> None:
    """Lines read as net: what rounding on the whole note adds goes to the tax alone, so the rows are written net."""
    lines = [credit_line(1000, [tax(230, "txr_PL23i")], of=f"il_{n}", id=f"c{n}") for n in (1, 2)]
    note = credit_note(*lines, total=2461, total_excluding_tax=2000, total_taxes=[tax(461, "txr_PL23i")])

    result = map_one(
        note, related=of(*(line(12300, taxed(12300, "txr_PL23i")) for _ in range(2))), correction_style=style
    )

    assert [value(result, f"Fa/{name}") for name in ("P_13_1", "P_14_1", "P_15")] == ["-20.00", "-4.61", "-24.61"]
    assert [str(row.net) for row in written(result)] == values
    assert {row.gross for row in written(result)} == {None}


def test_untaxed_shipping_belongs_to_the_total_whose_base_it_completes() -> None:
    """Two totals without tax: the base that the rows do not explain tells which one shipping is part of."""
    rows_of = [
        line(10000, [tax(0, "txr_DE19e", "reverse_charge", 10000)]),
        line(5000, [tax(0, "txr_DE0e", "zero_rated", 5000)], metadata={"ksef_supply": "goods"}),
    ]
    cost = {"amount_subtotal": 1000, "amount_tax": 0, "amount_total": 1000, "shipping_rate": None}
    totals = [tax(0, "txr_DE19e", "reverse_charge", 11000), tax(0, "txr_DE0e", "zero_rated", 5000)]
    german: dict[str, Any] = {"currency": "eur", "country": "DE", "ids": [("eu_vat", "DE123456789")]}

    told = map_one(invoice(*rows_of, shipping_cost=cost, total_taxes=totals, **german))
    untold = map_one(
        invoice(
            *rows_of, shipping_cost=cost, total_taxes=[{**item, "taxable_amount": None} for item in totals], **german
        )
    )

    assert value(told, f"{ROW}[3]/P_12") == "0 WDT"
    assert codes(untold)[0] == "TAX_UNSUPPORTED"


def test_a_lone_total_is_that_of_untaxed_shipping_even_without_bases() -> None:
    cost = {"amount_subtotal": 1000, "amount_tax": 0, "amount_total": 1000, "shipping_rate": None}
    data = invoice(
        line(10000, [tax(0, "txr_DE19e", "reverse_charge")]),
        shipping_cost=cost,
        total_taxes=[tax(0, "txr_DE19e", "reverse_charge")],
        currency="eur",
        country="DE",
        ids=[("eu_vat", "DE123456789")],
    )

    assert value(map_one(data), "Fa/P_13_9") == "110.00"


def own_line(**more: Any) -> dict[str, Any]:
    return credit_line(more.pop("amount", 1000), more.pop("taxes", None), of=None, id="cnli_9", **more)


def test_a_line_of_its_own_is_written_like_a_row_of_the_invoice() -> None:
    bought = of(line(20000), line(12300, taxed(12300, "txr_PL23i")), currency="eur", filed=filing(fx="4.2575"))
    note = credit_note(
        credit_line(100), own_line(amount=1230, taxes=taxed(1230, "txr_PL23i"), description=" \x00"), currency="eur"
    )

    result = map_one(note, related=bought, unit="godz.", fallback_item_name="Korekta")

    assert [value(result, f"{ROW}[2]/{name}") for name in ("UU_ID", "P_7", "P_8A", "P_9B", "P_11A", "KursWaluty")] == [
        "cnli_9",
        "Korekta",
        "godz.",
        "-12.30",
        "-12.30",
        "4.2575",
    ]


def test_goods_and_services_are_told_apart_in_lines_of_their_own() -> None:
    german: dict[str, Any] = {"currency": "eur", "country": "DE", "ids": [("eu_vat", "DE123456789")]}
    goods = [tax(0, "txr_DE0e", "zero_rated")]
    bought = of(line(20000, goods, metadata={"ksef_supply": "goods"}), **german)

    marked = map_one(
        credit_note(credit_line(100, goods), own_line(taxes=goods, metadata={"ksef_supply": "goods"}), currency="eur"),
        related=bought,
    )
    by_setting = map_one(
        credit_note(credit_line(100, goods), own_line(taxes=goods), currency="eur"), related=bought, supply="goods"
    )
    as_service = map_one(credit_note(credit_line(100, goods), own_line(taxes=goods), currency="eur"), related=bought)
    unknown = map_one(
        credit_note(credit_line(100, goods), own_line(taxes=goods, metadata={"ksef_supply": "?"}), currency="eur"),
        related=bought,
    )

    assert [value(item, f"{ROW}[2]/P_12") for item in (marked, by_setting)] == ["0 WDT", "0 WDT"]
    assert (as_service.reasons[0].code, as_service.reasons[0].field) == ("ZERO_RATE_AMBIGUOUS", "lines.data[1].taxes")
    assert as_service.reasons[0].params["value"] == "zero_rated"
    assert unknown.reasons[0].field in ("lines.data[1].metadata.ksef_supply", "lines.data[1].taxes")


def test_a_decision_about_one_line_of_a_note_is_its_own() -> None:
    decided = {"kind": "set_vat_category", "category": "23", "line": "cnli_9"}
    note = credit_note(
        credit_line(1000), own_line(taxes=[]), total=2460, total_excluding_tax=2000, total_taxes=[tax(460)]
    )

    result = map_one(note, decided, related=of(line(20000)))

    assert [value(result, f"{ROW}[2]/{name}") for name in ("P_11", "P_12")] == ["-10.00", "23"]


def test_zero_tax_on_a_tiny_line_of_its_own_keeps_its_rate() -> None:
    note = credit_note(credit_line(1000), own_line(amount=2, taxes=[tax(0)]))

    assert value(map_one(note, related=of(line(20000))), f"{ROW}[2]/P_12") == "23"


def test_shares_of_rows_with_two_entries_and_of_strangers() -> None:
    entries = [tax(2300), tax(0, "txr_PL8e")]
    bought = of(line(10000, entries), line(10000, taxed(10000, "txr_PL8e")))
    note = credit_note(total=6150, total_excluding_tax=5000, total_taxes=[tax(1150)])

    good = map_one(
        note, {"kind": "allocate_credit", "shares": [{"line": "il_1", "net": 5000, "tax": 1150}]}, related=bought
    )
    shares = [{"line": "x", "net": 1, "tax": 0}, {"line": "il_1", "net": 5000, "tax": 1150}]
    partly = map_one(note, {"kind": "allocate_credit", "shares": shares}, related=bought)

    assert value(good, "Fa/P_14_1") == "-11.50"
    assert [(reason.code, reason.field) for reason in partly.reasons] == [
        ("CREDIT_NOTE_UNALLOCATED", "override.allocate_credit")
    ]


def test_both_states_follow_each_other_row_by_row() -> None:
    note = credit_note(own_line(), credit_line(5000, quantity=1, unit="5000", of="il_2", id="c2"))
    bought = of(line(10000), line(10000, quantity=2, unit="5000"))

    result = map_one(note, related=bought, correction_style="before_after")

    found = [(row.number, row.is_before, row.quantity, str(row.net_price), str(row.net)) for row in written(result)]
    assert found == [
        (2, True, 2, "50.00", "100.00"),
        (2, False, 1, "50.00", "50.00"),
        (3, False, 1, "-10.00", "-10.00"),
    ]


def test_a_price_that_stays_by_chance_is_no_lost_piece() -> None:
    """Half the value of two pieces, credited as an amount: the same quantity at half the price."""
    result = map_one(
        credit_note(credit_line(5000)),
        related=of(line(10000, quantity=2, unit="5000")),
        correction_style="before_after",
    )

    assert [(row.quantity, row.net_price) for row in written(result)] == [(2, 50), (2, 25)]


def test_an_untouched_row_shows_the_price_it_was_filed_with() -> None:
    bought = of(line(2000, quantity=1, unit="1999.5"))

    result = map_one(credit_note(credit_line(500)), related=bought, correction_style="before_after")

    assert [str(row.net_price) for row in written(result)] == ["19.99500000", "15.00"]
