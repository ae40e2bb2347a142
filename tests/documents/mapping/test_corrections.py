"""Credit notes, voids and what a person corrects."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from apps.documents.mapping.buyer_correction import BuyerCorrection
from apps.documents.mapping.case import read_case
from apps.documents.mapping.map import correct_buyer
from apps.documents.mapping.outcome import File, Mapped
from apps.documents.mapping.override_json import from_dicts
from apps.documents.mapping.overrides import SetBuyerAddress
from apps.documents.mapping.settings import Settings
from apps.fa3 import document as fa3
from tests.documents.mapping.build import (
    KSEF_NUMBER,
    MONTH,
    NOON,
    ROW,
    SEPTEMBER,
    address,
    case,
    codes,
    credit_line,
    credit_note,
    filing,
    invoice,
    line,
    map_one,
    moment,
    of,
    run,
    tax,
    taxed,
    value,
    warned,
)


def prior(p_2: str = "ABC-0001-CN-00", **totals: str) -> dict[str, Any]:
    return {"p_2": p_2, **totals}


def document(mapped: Mapped) -> fa3.Document:
    assert isinstance(mapped, File), mapped.reasons
    return mapped.document


# --- rows -----------------------------------------------------------------------------------------------------------


def test_a_discounted_row_credited_in_full_goes_back_with_its_price() -> None:
    bought = of(line(10000, [tax(1725)], quantity=3, unit=None, discount=2500, **MONTH))

    result = map_one(credit_note(credit_line(10000, [tax(1725)], discount=2500)), related=bought)

    assert [(row.quantity, row.net_price) for row in document(result).rows] == [(-3, 25)]
    assert value(result, "Fa/P_15") == "-92.25"


def test_pieces_whose_price_does_not_fit_are_an_amount() -> None:
    bought = of(line(25000, quantity=5, unit="5000", **MONTH))

    result = map_one(credit_note(credit_line(9000, quantity=2, unit="5000")), related=bought)

    assert [(row.quantity, row.net_price) for row in document(result).rows] == [(1, Decimal("-90.00"))]


def test_lines_for_one_row_are_one_row() -> None:
    note = credit_note(credit_line(1000), credit_line(2000, id="cnli_2"))

    result = map_one(note, related=of(line(10000, **MONTH)))

    assert value(result, f"count({ROW})") == "1"
    assert value(result, f"{ROW}/P_9A") == "-30.00"


def test_marks_and_names_are_those_of_the_original_row() -> None:
    row = line(10000, metadata={"ksef_gtu": "GTU_12", "ksef_pkwiu": "62.01"}, description="Stara nazwa", **MONTH)

    result = map_one(credit_note(credit_line(5000, description="Nowa nazwa")), related=of(row), unit="godz.")

    assert [value(result, f"{ROW}/{name}") for name in ("P_7", "P_8A", "PKWiU", "GTU")] == [
        "Stara nazwa",
        "godz.",
        "62.01",
        "GTU_12",
    ]


def test_a_dropped_zero_row_can_be_credited_with_nothing_only() -> None:
    bought = of(line(0, []), line(10000, **MONTH))
    nothing = credit_note(credit_line(0, [], of="il_1"), credit_line(5000, of="il_2", id="cnli_2"))
    something = credit_note(credit_line(100, of="il_1"))

    assert value(map_one(nothing, related=bought), f"{ROW}/UU_ID") == "il_2"
    assert codes(map_one(something, related=bought)) == ["CREDIT_NOTE_UNALLOCATED"]


def test_a_line_of_a_stranger_is_not_allocated() -> None:
    result = map_one(credit_note(credit_line(100, of="il_9")), related=of(line(10000)))

    assert [(reason.code, reason.field) for reason in result.reasons] == [
        ("CREDIT_NOTE_UNALLOCATED", "lines.data[0].invoice_line_item")
    ]


def test_shipping_that_was_never_charged_is_not_allocated() -> None:
    cost = {"amount_subtotal": 1000, "amount_tax": 0, "amount_total": 1000, "taxes": [], "shipping_rate": None}

    result = map_one(credit_note(credit_line(500), shipping_cost=cost), related=of(line(10000)))

    assert codes(result)[0] == "CREDIT_NOTE_UNALLOCATED"


@pytest.mark.parametrize(("taxes", "code"), [([], "NO_TAX_DOMESTIC"), ([tax(120, "txr_PL4e")], "UNKNOWN_RATE")])
def test_a_line_of_its_own_needs_a_category(taxes: list[dict[str, Any]], code: str) -> None:
    note = credit_note(credit_line(100), credit_line(3000, taxes, of=None, id="cnli_2"))

    assert codes(map_one(note, related=of(line(10000))))[0] == code


def test_the_lone_line_of_its_own_without_taxes_stands_for_the_bare_amount() -> None:
    own = credit_line(5000, [], of=None, id="cnli_7", description="Rabat")
    note = credit_note(own, total=6150, total_excluding_tax=5000, total_taxes=[tax(1150)])

    result = map_one(note, related=of(line(20000, **MONTH)))

    assert [value(result, f"{ROW}/{name}") for name in ("NrWierszaFa", "UU_ID", "P_7", "P_11", "P_12")] == [
        "2",
        "cnli_7",
        "Rabat",
        "-50.00",
        "23",
    ]


def test_a_bare_amount_with_tax_inside_is_a_gross_row() -> None:
    note = credit_note(total=4100, total_excluding_tax=3333, total_taxes=[tax(767, "txr_PL23i")])

    result = map_one(note, related=of(line(12300, taxed(12300, "txr_PL23i"), **MONTH)))

    assert [value(result, f"{ROW}/{name}") for name in ("P_9B", "P_11A", "P_11Vat")] == ["-41.00", "-41.00", "-7.67"]


def test_a_bare_amount_without_the_net_sum_subtracts_the_tax() -> None:
    note = credit_note(total=6150, total_excluding_tax=None, total_taxes=[tax(1150)])

    assert value(map_one(note, related=of(line(20000, **MONTH))), "Fa/P_13_1") == "-50.00"


def test_a_bare_amount_that_does_not_say_its_tax_is_not_determined() -> None:
    note = credit_note(total=1000, total_excluding_tax=1000, total_taxes=[])

    held = map_one(note, related=of(line(20000)))
    untaxed = map_one(note, related=of(line(20000, []), country="US", ids=[("us_ein", "1")]))

    assert [(reason.code, reason.field) for reason in held.reasons] == [("CREDIT_NOTE_UNALLOCATED", "total_taxes")]
    assert value(untaxed, "Fa/P_13_8") == "-10.00"


def test_a_note_that_does_not_add_up_holds() -> None:
    result = map_one(credit_note(credit_line(5000), total=6151), related=of(line(20000)))

    assert codes(result) == ["TOTAL_MISMATCH"]


def test_tax_of_the_totals_goes_to_the_rate_of_the_original() -> None:
    lines = [credit_line(111, [tax(26)], of=f"il_{n}", id=f"c{n}") for n in (1, 2, 3)]
    note = credit_note(*lines, total_taxes=[tax(77)])

    result = map_one(note, related=of(*(line(111, [tax(26)], **MONTH) for _ in range(3))))

    assert [value(result, path) for path in ("Fa/P_14_1", "Fa/P_15", f"{ROW}/P_11Vat")] == ["-0.77", "-4.10", None]


def test_total_tax_under_another_rate_id_goes_to_the_only_rate() -> None:
    note = credit_note(
        credit_line(5000, [tax(0)]), total=6150, total_excluding_tax=5000, total_taxes=[tax(1150, "txr_XX23e")]
    )

    result = map_one(note, related=of(line(20000, **MONTH)))

    assert value(result, "Fa/P_14_1") == "-11.50"


def test_the_tax_column_follows_the_original_row() -> None:
    bought = of(*(line(111, [tax(26)], **MONTH) for _ in range(3)), total_taxes=[tax(77)])

    result = map_one(credit_note(credit_line(111, [tax(26)])), related=bought)

    assert value(result, f"{ROW}/P_11Vat") is None
    assert (
        value(map_one(credit_note(credit_line(5000)), related=of(line(10000)), line_vat="never"), f"{ROW}/P_11Vat")
        is None
    )


# --- head -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"memo": "  Zwrot \n towaru "}, "Zwrot towaru"),
        ({"reason": "duplicate"}, "Duplikat"),
        ({"reason": "fraudulent"}, "Transakcja oszukańcza"),
        ({"reason": "order_change"}, "Zmiana zamówienia"),
        ({"reason": "product_unsatisfactory"}, "Reklamacja"),
        ({"reason": "something_new"}, "Korekta wartości sprzedaży"),
        ({}, "Korekta wartości sprzedaży"),
    ],
)
def test_the_reason_is_the_memo_or_what_stripe_says(more: dict[str, Any], expected: str) -> None:
    assert (
        value(map_one(credit_note(credit_line(100), **more), related=of(line(10000))), "Fa/PrzyczynaKorekty")
        == expected
    )


def test_a_long_memo_is_cut_with_a_warning() -> None:
    result = map_one(credit_note(credit_line(100), memo="x" * 300), related=of(line(10000)))

    assert "TEXT_TRUNCATED" in warned(result)


@pytest.mark.parametrize("kind", ["1", "2", "3"])
def test_the_effect_is_a_setting(kind: str) -> None:
    result = map_one(credit_note(credit_line(100)), related=of(line(10000)), correction_type=kind)

    assert value(result, "Fa/TypKorekty") == kind


def test_a_correction_carries_no_payment_and_no_settlement() -> None:
    bought = of(line(10000), paid=SEPTEMBER, starting_balance=100)

    result = map_one(credit_note(credit_line(100)), related=bought)

    assert (value(result, "Fa/Platnosc"), value(result, "Fa/Rozliczenie")) == (None, None)


def test_the_dates_of_the_rows_are_repeated() -> None:
    second = (SEPTEMBER, moment("2026-09-15 10:00"))
    bought = of(
        line(10000, **MONTH), line(5000, is_subscription=True, period=second), line(100, period=(SEPTEMBER, SEPTEMBER))
    )
    note = credit_note(credit_line(1000, of="il_2"), credit_line(100, of="il_3", id="cnli_2"))

    result = map_one(note, related=bought)

    assert [value(result, f"{ROW}[{place}]/P_6A") for place in (1, 2)] == ["2026-09-14", "2026-09-01"]
    assert value(result, "Fa/DodatkowyOpis/NrWiersza") == "2"


def test_a_correction_of_the_same_day_needs_no_supply_date() -> None:
    bought = of(line(10000, period=(NOON, NOON)), filed=filing(p_1="2026-10-05"))

    assert value(map_one(credit_note(credit_line(100)), related=bought), "Fa/P_6") is None


def test_a_late_correction_is_redated() -> None:
    result = map_one(credit_note(credit_line(100), created=SEPTEMBER), related=of(line(10000)))

    assert value(result, "Fa/P_1") == "2026-10-05"
    assert "P1_REDATED" in warned(result)


def test_the_prefix_stands_only_with_rows_that_ask_for_it() -> None:
    bought = of(
        line(10000),
        line(5000, []),
        country="DE",
        currency="eur",
        ids=[("eu_vat", "DE123456789")],
        filed=filing(fx="4.2"),
    )

    taxed_part = map_one(credit_note(credit_line(1000), currency="eur"), related=bought)
    service = map_one(credit_note(credit_line(1000, [], of="il_2"), currency="eur"), related=bought)

    assert [value(item, "Podmiot1/PrefiksPodatnika") for item in (taxed_part, service)] == [None, "PL"]
    assert [value(item, "Fa/Adnotacje/P_18") for item in (taxed_part, service)] == ["1", "1"]


def test_split_payment_of_the_original_is_repeated_whichever_row_is_credited() -> None:
    bought = of(line(1300000, metadata={"ksef_annex15": "1"}, **MONTH), line(10000, **MONTH))

    result = map_one(credit_note(credit_line(5000, of="il_2")), related=bought)

    assert value(result, "Fa/Adnotacje/P_18A") == "1"
    assert value(result, "Fa/FaWiersz/P_12_Zal_15") is None


def test_a_line_of_its_own_in_a_category_the_original_has_not_exceeds_it() -> None:
    own = credit_line(1000, [tax(0, reason="product_exempt")], of=None, id="cnli_2", metadata={"ksef_p12": "zw"})

    result = map_one(credit_note(credit_line(500), own), related=of(line(10000)), exempt_basis="art. 43")

    assert [(reason.code, reason.field) for reason in result.reasons] == [("OVER_CORRECTION", "P_13_7")]


# --- the original ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["pending", "held", "rejected"])
def test_a_correction_waits_for_its_original(status: str) -> None:
    result = map_one(credit_note(credit_line(100)), related=of(line(10000), filed={"status": status}))

    assert codes(result) == ["WAITING_ORIGINAL"]
    assert result.is_self_releasing


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ksef_number": KSEF_NUMBER[:-1] + "5"}, "original_filing.ksef_number"),
        ({"p_1": None}, "original_filing.p_1"),
        ({"p_2": None}, "original_filing.p_2"),
    ],
)
def test_an_accepted_original_is_fully_known(change: dict[str, Any], field: str) -> None:
    result = map_one(credit_note(credit_line(100)), related=of(line(10000), filed=filing(**change)))

    assert [(reason.code, reason.field) for reason in result.reasons] == [("ORIGINAL_UNKNOWN", field)]


def test_an_accepted_original_without_its_number_is_waited_for() -> None:
    result = map_one(credit_note(credit_line(100)), related=of(line(10000), filed=filing(ksef_number=None)))

    assert codes(result) == ["WAITING_ORIGINAL"]


def test_an_original_issued_before_the_start_is_outside_ksef() -> None:
    related = {"original_invoice": invoice(line(10000), finalized=moment("2026-03-31 21:59"))}
    after = {"original_invoice": invoice(line(10000), finalized=moment("2026-03-31 22:00"))}

    result = map_one(credit_note(credit_line(100)), related=related)

    named = [f"Fa/DaneFaKorygowanej/{name}" for name in ("DataWystFaKorygowanej", "NrFaKorygowanej", "NrKSeFN")]
    assert [value(result, path) for path in named] == ["2026-03-31", "ABC-0001", "1"]
    assert codes(map_one(credit_note(credit_line(100)), related=after)) == ["ORIGINAL_UNKNOWN"]


def test_an_original_of_another_id_is_not_the_original() -> None:
    related = of(line(10000), id="in_2")

    assert codes(map_one(credit_note(credit_line(100)), related=related)) == ["ORIGINAL_UNKNOWN"]


def test_an_expanded_invoice_is_the_original() -> None:
    note = credit_note(credit_line(5000)) | {"invoice": invoice(line(20000), finalized=SEPTEMBER)}

    result = map_one(note, related={"original_filing": filing()})

    assert value(result, "Fa/P_15") == "-61.50"


def test_nothing_known_of_the_original_is_unknown() -> None:
    assert codes(map_one(credit_note(credit_line(100)))) == ["ORIGINAL_UNKNOWN"]
    assert codes(map_one(credit_note(credit_line(100)), related={"original_filing": filing()})) == ["ORIGINAL_UNKNOWN"]


def test_policies_about_filing_do_not_judge_what_was_filed() -> None:
    bought = of(line(10000), ids=[], customer_name="Anna Nowak", livemode=True)

    result = map_one(credit_note(credit_line(100)), related=bought)

    assert value(result, "Podmiot2/DaneIdentyfikacyjne/BrakID") == "1"


def test_what_is_wrong_with_the_original_is_said_of_the_original() -> None:
    result = map_one(credit_note(credit_line(100, [])), related=of(line(10000, [])))

    assert (result.reasons[0].code, result.reasons[0].field) == (
        "NO_TAX_DOMESTIC",
        "original_invoice.lines.data[0].taxes",
    )


def test_incomplete_lines_of_either_stop_the_correction() -> None:
    bought = of(line(10000))
    bought["original_invoice"]["lines"]["has_more"] = True
    note = credit_note(credit_line(100))
    note["lines"]["has_more"] = True

    of_original = map_one(credit_note(credit_line(100)), related=bought)
    of_note = map_one(note, related=of(line(10000)))

    assert [item.reasons[0].field for item in (of_original, of_note)] == [
        "original_invoice.lines.has_more",
        "lines.has_more",
    ]
    assert [codes(item) for item in (of_original, of_note)] == [["LINES_INCOMPLETE"], ["LINES_INCOMPLETE"]]


def test_another_currency_is_no_correction() -> None:
    result = map_one(credit_note(credit_line(100), currency="eur"), related=of(line(10000)))

    assert codes(result)[0] == "CURRENCY_UNSUPPORTED"


def test_billing_credits_of_a_note_hold_unless_they_are_a_discount() -> None:
    row = credit_line(10000, taxed(9000))
    row["pretax_credit_amounts"] = [{"amount": 1000, "type": "credit_balance_transaction"}]
    note = credit_note(row, total=11070, total_excluding_tax=9000)
    bought = of(line(20000))

    held, filed = (map_one(note, related=bought, billing_credits=choice) for choice in ("hold", "discount"))

    assert codes(held) == ["BILLING_CREDITS"]
    assert value(filed, "Fa/P_15") == "-110.70"


def test_a_note_upwards_and_a_note_over_nothing_are_not_filed() -> None:
    up = map_one(credit_note(credit_line(-1000, [tax(-230)])), related=of(line(20000)))
    nothing = map_one(credit_note(credit_line(0, [])), related=of(line(20000)))

    assert codes(up)[0] == "NEGATIVE_TOTAL"
    assert (codes(nothing)[0], nothing.verdict.value) == ("ZERO_TOTAL", "skip")


def test_the_same_number_twice_is_refused_before_ksef_does() -> None:
    related = of(line(20000)) | {
        "prior_corrections": [prior("ABC-0001-CN-01", P_13_1="-1", P_14_1="-0.23", P_15="-1.23")]
    }

    assert codes(map_one(credit_note(credit_line(100)), related=related)) == ["DUPLICATE_NUMBER"]


# --- several corrections, foreign currency --------------------------------------------------------------------------


def test_corrections_together_must_not_exceed_a_category() -> None:
    bought = of(line(20000), line(10000, taxed(10000, "txr_PL8e")))
    priors = [prior(P_13_2="-90.00", P_14_2="-7.20", P_15="-97.20")]
    note = credit_note(credit_line(2000, taxed(2000, "txr_PL8e"), of="il_2"))

    result = map_one(note, related=bought | {"prior_corrections": priors})

    assert [(reason.code, reason.field) for reason in result.reasons] == [("OVER_CORRECTION", "P_13_2")]


def test_rounding_per_note_is_no_over_correction() -> None:
    bought = of(line(111, [tax(26)]), line(111, [tax(26)]), total_taxes=[tax(51)])
    priors = [prior(P_13_1="-1.11", P_14_1="-0.26", P_15="-1.37")]
    note = credit_note(credit_line(111, [tax(26)], of="il_2"), total=136, total_taxes=[tax(25)])

    result = map_one(note, related=bought | {"prior_corrections": priors})

    assert value(result, "Fa/P_14_1") == "-0.25"


def euro(**filed: Any) -> dict[str, Any]:
    return of(line(10000, **MONTH), currency="eur", filed=filing(**filed))


def test_without_a_filed_rate_the_rule_of_the_original_day_is_used() -> None:
    rates = {"source": "NBP_A", "rates": {"EUR": {"2026-08-31": "4.1111"}}}

    found = map_one(credit_note(credit_line(5000), currency="eur"), related=euro(), fx=rates)
    missing = map_one(credit_note(credit_line(5000), currency="eur"), related=euro())

    assert value(found, f"{ROW}/KursWaluty") == "4.1111"
    assert codes(missing) == ["FX_RATE_MISSING"]


def test_rates_may_be_known_by_row() -> None:
    bought = of(
        line(10000, **MONTH), line(5000, **MONTH), currency="eur", filed=filing(fx={"il_1": "4.1", "il_2": "4.2"})
    )
    note = credit_note(credit_line(1000), credit_line(1000, of="il_2", id="cnli_2"), currency="eur")

    result = map_one(note, related=bought)

    assert [value(result, f"{ROW}[{place}]/KursWaluty") for place in (1, 2)] == ["4.1000", "4.2000"]
    assert value(result, "Fa/P_14_1W") == "-19.09"  # 2.30 × 4.1 + 2.30 × 4.2


@pytest.mark.parametrize(
    ("filed", "earlier", "expected"),
    [
        ({"fx": "4.2575", "P_14_1W": "97.99"}, None, "-97.99"),
        ({"fx": "4.2575"}, None, "-97.92"),
        ({"fx": {"rate": "4.2575"}, "P_14_1W": "97.99"}, {"P_14_1W": "-0.50"}, "-97.49"),
        ({"fx": "4.2575", "P_14_1W": "97.99"}, {}, "-97.92"),
    ],
)
def test_the_tax_in_pln_closes_to_zero(filed: dict[str, Any], earlier: dict[str, str] | None, expected: str) -> None:
    """What was filed is taken back exactly; without knowing all of it, the rate decides."""
    priors = [] if earlier is None else [prior(P_13_1="0.00", P_14_1="0.00", P_15="0.00", **earlier)]

    result = map_one(
        credit_note(credit_line(10000), currency="eur"), related=euro(**filed) | {"prior_corrections": priors}
    )

    assert value(result, "Fa/P_14_1W") == expected


def test_a_partial_note_does_not_close() -> None:
    result = map_one(credit_note(credit_line(4000), currency="eur"), related=euro(fx="4.2575", P_14_1W="99.99"))

    assert value(result, "Fa/P_14_1W") == "-39.17"


# --- both states ----------------------------------------------------------------------------------------------------


def states(note: dict[str, Any], related: dict[str, Any]) -> list[tuple[int, bool, str, str]]:
    rows = document(map_one(note, related=related, correction_style="before_after")).rows
    return [
        (row.number, row.is_before, f"{row.quantity:.2f}", str(row.net if row.net is not None else row.gross))
        for row in rows
    ]


def test_fewer_pieces_at_the_same_price() -> None:
    note = credit_note(credit_line(10000, quantity=2, unit="5000"))

    assert states(note, of(line(25000, quantity=5, unit="5000"))) == [
        (1, True, "5.00", "250.00"),
        (1, False, "3.00", "150.00"),
    ]


def test_a_row_taken_back_in_full_ends_at_zero() -> None:
    assert states(credit_note(credit_line(10000)), of(line(10000))) == [
        (1, True, "1.00", "100.00"),
        (1, False, "1.00", "0.00"),
    ]


def test_a_line_of_its_own_stays_a_difference() -> None:
    own = credit_line(1000, of=None, id="cnli_2")

    assert states(credit_note(credit_line(1000), own), of(line(10000))) == [
        (1, True, "1.00", "100.00"),
        (1, False, "1.00", "90.00"),
        (2, False, "1.00", "-10.00"),
    ]


def test_the_state_before_knows_earlier_corrections() -> None:
    priors = [prior(P_13_1="-30.00", P_14_1="-6.90", P_15="-36.90")]

    assert states(credit_note(credit_line(2000)), of(line(10000)) | {"prior_corrections": priors}) == [
        (1, True, "1.00", "70.00"),
        (1, False, "1.00", "50.00"),
    ]


def test_an_uncertain_state_is_not_shown() -> None:
    priors = [prior(P_13_1="-30.00", P_14_1="-6.90", P_15="-36.90")]

    assert states(credit_note(credit_line(2000)), of(line(10000), line(9000)) | {"prior_corrections": priors}) == [
        (1, False, "1.00", "-20.00")
    ]


def test_gross_rows_show_gross_states() -> None:
    bought = of(line(12300, taxed(12300, "txr_PL23i")))

    assert states(credit_note(credit_line(4100, taxed(4100, "txr_PL23i"))), bought) == [
        (1, True, "1.00", "123.00"),
        (1, False, "1.00", "82.00"),
    ]


# --- voids ----------------------------------------------------------------------------------------------------------


def void(*rows: dict[str, Any], voided: int | None = NOON, **more: Any) -> dict[str, Any]:
    transitions = {"finalized_at": SEPTEMBER, "paid_at": None, "voided_at": voided}
    return invoice(*rows, finalized=SEPTEMBER, status="void", status_transitions=transitions, **more)


@pytest.mark.parametrize(
    ("status", "expected"),
    [("skipped", ["VOID"]), ("held", ["VOID"]), ("rejected", ["VOID"]), ("pending", ["WAITING_ORIGINAL"])],
)
def test_a_void_invoice_that_was_not_issued_needs_nothing(status: str, expected: list[str]) -> None:
    assert codes(map_one(void(line(10000)), related={"original_filing": {"status": status}})) == expected


def test_a_void_invoice_from_outside_ksef_is_corrected_with_that_mark() -> None:
    result = map_one(void(line(10000)), related={"original_filing": {"status": "outside_ksef"}})

    assert value(result, "Fa/DaneFaKorygowanej/NrKSeFN") == "1"


def test_a_void_of_unknown_day_waits_for_approval() -> None:
    related = {"original_filing": filing()}

    held = map_one(void(line(10000), voided=None), related=related)
    approved = map_one(void(line(10000), voided=None), {"kind": "approve_correction"}, related=related)

    assert codes(held) == ["VOID_AFTER_FILING"]
    assert value(approved, "Fa/P_1") == "2026-10-05"


def test_a_void_invoice_credited_in_full_before_has_nothing_left() -> None:
    related = {
        "original_filing": filing(),
        "prior_corrections": [prior(P_13_1="-100.00", P_14_1="-23.00", P_15="-123.00")],
    }

    result = map_one(void(line(10000)), related=related)

    assert (result.verdict.value, codes(result)) == ("skip", ["ZERO_TOTAL"])


def test_a_row_credited_in_full_before_is_left_out() -> None:
    related = {
        "original_filing": filing(),
        "prior_corrections": [prior(P_13_1="-100.00", P_14_1="-23.00", P_15="-123.00")],
    }

    result = map_one(void(line(20000), line(10000)), related=related)

    assert [(row.number, row.quantity) for row in document(result).rows] == [(1, -1)]
    assert value(result, "Fa/P_15") == "-246.00"


def test_earlier_corrections_are_spread_over_the_rows_of_their_rate() -> None:
    related = {
        "original_filing": filing(),
        "prior_corrections": [prior(P_13_1="-250.00", P_14_1="-57.50", P_15="-307.50")],
    }

    result = map_one(void(line(20000), line(10000)), related=related)

    assert [(row.number, str(row.net)) for row in document(result).rows] == [(2, "-50.00")]
    assert value(result, "Fa/P_13_1") == "-50.00"


def test_earlier_corrections_may_be_known_by_row() -> None:
    priors = [
        prior(P_13_1="-60.00", P_14_1="-13.80", P_15="-73.80") | {"rows": {"il_2": {"net": "-60.00", "tax": "-13.80"}}}
    ]

    result = map_one(void(line(20000), line(10000)), related={"original_filing": filing(), "prior_corrections": priors})

    assert [(row.number, str(row.net), row.quantity) for row in document(result).rows] == [
        (1, "-200.00", -1),
        (2, "-40.00", 1),
    ]


def test_rows_that_could_not_be_read_back_are_found_by_the_rest_of_their_total() -> None:
    """Of an earlier correction over two rows only one is known: the total says what the other one bore."""
    priors = [
        prior(P_13_1="-90.00", P_14_1="-20.70", P_15="-110.70") | {"rows": {"il_2": {"net": "-60.00", "tax": "-13.80"}}}
    ]

    result = map_one(void(line(3000), line(10000)), related={"original_filing": filing(), "prior_corrections": priors})

    assert [(row.number, str(row.net)) for row in document(result).rows] == [(2, "-40.00")]


def test_shipping_is_known_by_the_uid_of_its_row() -> None:
    cost = {"amount_subtotal": 2000, "amount_tax": 460, "amount_total": 2460, "shipping_rate": None}
    priors = [
        prior(P_13_1="-5.00", P_14_1="-1.15", P_15="-6.15")
        | {"rows": {"in_1-shipping": {"net": "-5.00", "tax": "-1.15"}}}
    ]
    data = void(line(10000), shipping_cost=cost, total_taxes=[tax(2760, base=12000)], currency="eur")
    related = {"original_filing": filing(fx={"il_1": "4.1", "in_1-shipping": "4.2"}), "prior_corrections": priors}

    result = map_one(data, related=related)

    assert [(str(row.net), str(row.exchange_rate)) for row in document(result).rows] == [
        ("-100.00", "4.1"),
        ("-15.00", "4.2"),
    ]


def test_earlier_corrections_that_do_not_add_up_hold_a_void() -> None:
    related = {"original_filing": filing(), "prior_corrections": [prior(P_13_1="-40.00", P_14_1="-9.20", P_15="-1.00")]}

    result = map_one(void(line(10000)), related=related)

    assert [(reason.code, reason.field) for reason in result.reasons] == [("TOTAL_MISMATCH", "prior_corrections")]


def test_a_void_in_euro_takes_the_zloty_back_as_filed() -> None:
    related = {
        "original_filing": filing(fx="4.2575", P_14_1W="97.99"),
        "prior_corrections": [prior(P_13_1="-40.00", P_14_1="-9.20", P_14_1W="-39.17", P_15="-49.20")],
    }

    result = map_one(void(line(10000), currency="eur"), related=related)

    assert [value(result, path) for path in ("Fa/P_14_1W", f"{ROW}/P_8B", f"{ROW}/P_9A", f"{ROW}/KursWaluty")] == [
        "-58.82",
        "1",
        "-60.00",
        "4.2575",
    ]


def test_a_void_in_euro_without_known_zloty_uses_the_rate() -> None:
    priors = [prior(P_13_1="-40.00", P_14_1="-9.20", P_15="-49.20")]

    result = map_one(
        void(line(10000), currency="eur"), related={"original_filing": filing(fx="4.2575"), "prior_corrections": priors}
    )

    assert value(result, "Fa/P_14_1W") == "-58.75"


def test_gross_rows_are_voided_gross() -> None:
    related = {
        "original_filing": filing(),
        "prior_corrections": [prior(P_13_1="-33.33", P_14_1="-7.67", P_15="-41.00")],
    }

    result = map_one(void(line(12300, taxed(12300, "txr_PL23i"))), related=related)

    assert [value(result, f"{ROW}/{name}") for name in ("P_8B", "P_9B", "P_11A", "P_11Vat")] == [
        "1",
        "-82.00",
        "-82.00",
        "-15.33",
    ]


def voided_note(month: str = "2026-10", **more: Any) -> dict[str, Any]:
    return credit_note(credit_line(5000), created=moment(f"{month}-05 08:00"), status="void", voided_at=NOON, **more)


@pytest.mark.parametrize(
    ("month", "is_agreed", "kind"), [("2026-10", False, "2"), ("2026-09", False, "3"), ("2026-09", True, "2")]
)
def test_an_approved_reversal_mirrors_the_voided_correction(month: str, is_agreed: bool, kind: str) -> None:
    own = prior("ABC-0001-CN-01", P_13_1="-50.00", P_14_1="-11.50", P_15="-61.50")
    approval = {"kind": "approve_correction", "price_restored_by_agreement": is_agreed}

    result = map_one(voided_note(month), approval, related=of(line(20000)) | {"prior_corrections": [own]})

    assert [value(result, path) for path in ("Fa/P_2", "Fa/P_13_1", "Fa/P_14_1", "Fa/P_15", "Fa/TypKorekty")] == [
        "ABC-0001-CN-01-VOID",
        "50.00",
        "11.50",
        "61.50",
        kind,
    ]
    assert [value(result, f"{ROW}/{name}") for name in ("NrWierszaFa", "P_8B", "P_9A", "P_11")] == [
        "1",
        "1",
        "50.00",
        "50.00",
    ]
    assert value(result, "Fa/PrzyczynaKorekty") == "Unieważnienie faktury korygującej ABC-0001-CN-01"


def test_a_reversal_of_pieces_gives_the_pieces_back() -> None:
    note = credit_note(credit_line(10000, quantity=2, unit="5000"), status="void", voided_at=NOON)
    related = of(line(25000, quantity=5, unit="5000"), filed=filing()) | {"own_filing": filing(p_1="2026-10-05")}

    result = map_one(note, {"kind": "approve_correction"}, related=related)

    assert [value(result, f"{ROW}/{name}") for name in ("P_8B", "P_9A", "P_11")] == ["2", "50.00", "100.00"]


def test_a_reversal_gives_back_the_zloty_as_filed() -> None:
    own = prior("ABC-0001-CN-01", P_13_1="-50.00", P_14_1="-11.50", P_14_1W="-48.97", P_15="-61.50")
    related = of(line(20000), currency="eur", filed=filing(fx="4.2575")) | {"prior_corrections": [own]}

    known = map_one(voided_note(currency="eur"), {"kind": "approve_correction"}, related=related)
    del own["P_14_1W"]
    unknown = map_one(voided_note(currency="eur"), {"kind": "approve_correction"}, related=related)

    assert [value(item, "Fa/P_14_1W") for item in (known, unknown)] == ["48.97", "48.96"]


def test_a_reversal_waits_for_what_any_correction_waits_for() -> None:
    own = prior("ABC-0001-CN-01", P_13_1="-50.00", P_14_1="-11.50", P_15="-61.50")
    approval = {"kind": "approve_correction"}
    waiting = of(line(20000), filed={"status": "pending"}) | {"prior_corrections": [own]}
    other = credit_note(credit_line(5000, of="il_9"), status="void", voided_at=NOON)

    assert codes(map_one(voided_note(), approval, related=waiting)) == ["WAITING_ORIGINAL"]
    assert codes(map_one(voided_note(), approval, related={"prior_corrections": [own]})) == ["ORIGINAL_UNKNOWN"]
    assert codes(map_one(other, approval, related=of(line(20000)) | {"prior_corrections": [own]})) == [
        "CREDIT_NOTE_UNALLOCATED"
    ]


# --- tax only -------------------------------------------------------------------------------------------------------


def tax_only(amount: int = 4600) -> dict[str, Any]:
    return credit_note(total=amount, total_excluding_tax=0, total_taxes=[tax(amount)], currency="eur")


GERMAN: dict[str, Any] = {"currency": "eur", "country": "DE", "ids": [], "customer_name": "Muster GmbH"}
TO_SERVICE = {"kind": "move_to_category", "category": "np II", "eu_vat": "DE123456789"}


def test_the_base_moves_when_a_number_came_in_later() -> None:
    bought = of(line(20000, **MONTH), filed=filing(fx="4.2575", P_14_1W="195.85"), **GERMAN)

    result = map_one(tax_only(), TO_SERVICE, related=bought)

    assert [value(result, path) for path in ("Fa/P_13_1", "Fa/P_14_1", "Fa/P_14_1W", "Fa/P_13_9", "Fa/P_15")] == [
        "-200.00",
        "-46.00",
        "-195.85",
        "200.00",
        "-46.00",
    ]
    assert [(row.is_before, row.category, str(row.net), row.tax) for row in document(result).rows] == [
        (True, "23", "200.00", Decimal("46.00")),
        (False, "np II", "200.00", None),
    ]
    assert value(result, "Podmiot2/DaneIdentyfikacyjne/NrVatUE") == "123456789"
    assert (value(result, "Podmiot1/PrefiksPodatnika"), value(result, "Fa/Adnotacje/P_18")) == ("PL", "1")


@pytest.mark.parametrize(
    ("note", "override", "buyer"),
    [
        (tax_only(), None, GERMAN),
        (tax_only() | {"total_excluding_tax": None}, None, GERMAN),  # told by the tax, which is all of the total
        (tax_only(4599), TO_SERVICE, GERMAN),
        (tax_only(), TO_SERVICE, {**GERMAN, "ids": [("pl_nip", "1111111111")]}),
        (tax_only(), {**TO_SERVICE, "eu_vat": ""}, GERMAN),
        (tax_only(), {**TO_SERVICE, "eu_vat": "XX1"}, GERMAN),
    ],
)
def test_the_move_is_refused_where_it_is_not_determined(note: Any, override: Any, buyer: dict[str, Any]) -> None:
    bought = of(line(20000, **MONTH), filed=filing(fx="4.2575"), **buyer)

    result = map_one(note, *([override] if override else []), related=bought)

    assert codes(result) == ["TAX_ONLY_CREDIT"]


def test_a_buyer_with_a_number_keeps_it_and_gross_prices_become_net() -> None:
    bought = of(
        line(24600, taxed(24600, "txr_PL23i"), **MONTH),
        filed=filing(fx="4.2575"),
        **{**GERMAN, "ids": [("eu_vat", "FRXX999999999")]},
    )

    result = map_one(tax_only(), TO_SERVICE, related=bought)

    assert value(result, "Podmiot2/DaneIdentyfikacyjne/KodUE") == "FR"
    assert [value(result, f"{ROW}[1]/P_11A"), value(result, f"{ROW}[2]/P_11")] == ["246.00", "200.00"]


def test_a_move_to_a_category_without_a_number() -> None:
    american: dict[str, Any] = {"currency": "usd", "country": "US", "ids": [("us_ein", "12-3456789")]}
    bought = of(line(20000, **MONTH), filed=filing(fx="3.6"), **american)
    note = tax_only() | {"currency": "usd"}

    result = map_one(note, {"kind": "move_to_category", "category": "np I"}, related=bought)

    assert (value(result, "Fa/P_13_8"), value(result, "Fa/Adnotacje/P_18")) == ("200.00", "1")


def test_a_move_waits_like_any_correction() -> None:
    bought = of(line(20000, **MONTH), filed={"status": "pending", "fx": "4.2"}, **GERMAN)

    assert codes(map_one(tax_only(), TO_SERVICE, related=bought)) == ["WAITING_ORIGINAL"]


# --- allocation by a person -----------------------------------------------------------------------------------------


def test_a_person_allocates_a_bare_amount() -> None:
    bought = of(line(20000), line(10000, taxed(10000, "txr_PL8i")))
    note = credit_note(total=7310, total_excluding_tax=6000, total_taxes=[tax(1150), tax(160, "txr_PL8i")], metadata={})
    note["total"] = 5000 + 1150 + 1000 + 80
    note["total_excluding_tax"] = None
    note["total_taxes"] = [tax(1150), tax(80, "txr_PL8i")]
    shares = [{"line": "il_1", "net": 5000, "tax": 1150}, {"line": "il_2", "net": 1000, "tax": 80}]

    result = map_one(note, {"kind": "allocate_credit", "shares": shares}, related=bought)

    assert [value(result, path) for path in ("Fa/P_13_1", "Fa/P_13_2", "Fa/P_15", f"{ROW}[2]/P_11A")] == [
        "-50.00",
        "-10.00",
        "-72.30",
        "-10.80",
    ]


def test_an_allocation_must_add_up_and_name_rows_of_the_original() -> None:
    bought = of(line(20000), line(10000, taxed(10000, "txr_PL8e")))
    note = credit_note(total=6150, total_excluding_tax=5000, total_taxes=[tax(1150)])

    wrong = map_one(
        note, {"kind": "allocate_credit", "shares": [{"line": "il_1", "net": 4000, "tax": 920}]}, related=bought
    )
    strange = map_one(
        note, {"kind": "allocate_credit", "shares": [{"line": "x", "net": 5000, "tax": 1150}]}, related=bought
    )

    assert codes(wrong)[0] == "TOTAL_MISMATCH"
    assert codes(strange) == ["CREDIT_NOTE_UNALLOCATED"]


# --- what a person starts -------------------------------------------------------------------------------------------


def corrected(correction: BuyerCorrection, related: dict[str, Any]) -> Mapped:
    given = read_case(json.dumps(case(invoice(), related=related)))
    return correct_buyer(correction, given.related, given.seller, given.settings, given.filing_date)


def test_a_wrong_name_is_corrected_without_rows() -> None:
    correction = BuyerCorrection(number="KOR/1", reason="błędna nazwa nabywcy", name="CeDeE s.c.")

    result = corrected(correction, of(line(10000, **MONTH)))

    assert [value(result, path) for path in ("rodzaj", "Fa/P_2", "Fa/P_15", "Fa/TypKorekty", "count(Fa/FaWiersz)")] == [
        "KOR",
        "KOR/1",
        "0.00",
        "1",
        "0",
    ]
    assert value(result, "Podmiot2/DaneIdentyfikacyjne/Nazwa") == "CeDeE s.c."
    assert value(result, "Fa/Podmiot2K/DaneIdentyfikacyjne/Nazwa") == "CDE sp. j."
    assert value(result, "Podmiot2/IDNabywcy") == value(result, "Fa/Podmiot2K/IDNabywcy") == "0001"
    assert value(result, "Fa/Podmiot2K/DaneIdentyfikacyjne/NIP") == "1111111111"


def test_a_wrong_address_is_corrected_and_the_prefix_repeated() -> None:
    new = SetBuyerAddress(country="DE", line1="Neue Straße 2", postal_code="10115", city="Berlin")
    bought = of(line(10000, [], **MONTH), currency="eur", country="DE", ids=[("eu_vat", "DE123456789")])

    result = corrected(BuyerCorrection(number="KOR/1", reason="adres", address=new), bought)

    assert value(result, "Podmiot2/Adres/AdresL1") == "Neue Straße 2"
    assert value(result, "Fa/Podmiot2K/Adres/AdresL1") == address("DE")["line1"]
    assert value(result, "Podmiot1/PrefiksPodatnika") == "PL"


def test_the_number_of_a_void_is_not_used_twice() -> None:
    transitions = {"finalized_at": SEPTEMBER, "paid_at": None, "voided_at": NOON}
    voided = invoice(line(10000), status="void", status_transitions=transitions)
    used = {"p_2": "ABC-0001-VOID", "P_13_1": "-10.00", "P_14_1": "-2.30", "P_15": "-12.30"}

    held = map_one(voided, related={"original_filing": filing(), "prior_corrections": [used]})

    assert codes(held) == ["DUPLICATE_NUMBER"]


def test_a_correction_of_nothing_or_of_nobody_is_not_filed() -> None:
    same = BuyerCorrection(number="KOR/1", reason="x", name="CDE sp. j.")
    other = BuyerCorrection(number="KOR/1", reason="x", name="CeDeE")

    assert codes(corrected(same, of(line(10000)))) == ["BUYER_NAME_MISSING"]
    assert codes(corrected(other, {})) == ["ORIGINAL_UNKNOWN"]
    assert codes(corrected(other, of(line(10000)) | {"used_numbers": ["KOR/1"]})) == ["DUPLICATE_NUMBER"]
    assert codes(corrected(other, of(line(10000), filed={"status": "pending"}))) == ["WAITING_ORIGINAL"]


def test_the_original_may_have_had_other_settings_and_decisions() -> None:
    given = read_case(json.dumps(case(credit_note(credit_line(5000)), related=of(line(20000, [])))))
    decided = from_dicts([{"kind": "set_vat_category", "category": "23"}])
    related = replace(given.related, original_settings=Settings(unit="godz."), original_overrides=decided)

    result = replace(given, related=related).run()

    assert result.verdict.value == "hold"  # 23 % that was never charged does not fit, whoever decided it
    assert (
        codes(replace(given, related=replace(related, original_overrides=from_dicts([]))).run())[0] == "NO_TAX_DOMESTIC"
    )
    plain = read_case(json.dumps(case(credit_note(credit_line(5000)), related=of(line(20000)))))
    assert (
        value(
            replace(plain, related=replace(plain.related, original_settings=Settings(unit="godz."))).run(),
            f"{ROW}/P_8A",
        )
        == "godz."
    )


def test_a_rate_entered_for_the_correction_serves_its_rows() -> None:
    result = run(
        case(credit_note(credit_line(5000), currency="eur"), related=euro()),
        {"kind": "set_exchange_rate", "rate": "4.5", "table": "1/A/NBP/2026", "published_on": "2026-08-31"},
    )

    assert value(result, f"{ROW}/KursWaluty") == "4.5000"
