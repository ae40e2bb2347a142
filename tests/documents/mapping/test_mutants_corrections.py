"""Exact values of corrections, one for each way a change of that code could pass unseen."""

from decimal import Decimal
from typing import Any

import pytest

from apps.documents.mapping.outcome import File, Mapped
from apps.fa3 import document as fa3
from tests.documents.mapping.build import (
    MONTH,
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
    places,
    tax,
    taxed,
    value,
    warned,
)
from tests.documents.mapping.test_correction_parts import left, own_line, prior, rows, void, written

GERMAN: dict[str, Any] = {"country": "DE", "ids": [], "customer_name": "Muster GmbH"}
TO_SERVICE = {"kind": "move_to_category", "category": "np II", "eu_vat": "DE123456789"}
APPROVED = {"kind": "approve_correction"}


def bare(net: int, tax_amount: int, rate: str = "txr_PL23e", **more: Any) -> dict[str, Any]:
    """A credit note without lines."""
    total = net + tax_amount
    return credit_note(total=total, total_excluding_tax=net, total_taxes=[tax(tax_amount, rate)], **more)


def prices(mapped: Mapped) -> list[tuple[int, Decimal | None, Decimal | None]]:
    """Number, quantity and net price of every row."""
    return [(row.number, row.quantity, row.net_price) for row in written(mapped)]


# --- both states ----------------------------------------------------------------------------------------------------


def test_every_line_of_its_own_is_written_beside_the_states() -> None:
    second = own_line(amount=700) | {"id": "cnli_8"}
    note = credit_note(credit_line(5000), own_line(), second)

    result = map_one(note, related=of(line(10000)), correction_style="before_after")

    assert prices(result) == [(1, 1, 100), (1, 1, 50), (2, 1, -10), (3, 1, -7)]


def test_a_quantity_lost_in_a_state_is_not_told() -> None:
    bought = of(line(12346, [tax(2840)], quantity=98765432101, unit=None))

    result = map_one(credit_note(credit_line(2346, [tax(540)])), related=bought, correction_style="before_after")

    assert [(row.is_before, row.quantity, str(row.net)) for row in written(result)] == [
        (True, 1, "123.46"),
        (False, 1, "100.00"),
    ]
    assert value(result, "count(Fa/DodatkowyOpis)") == "0"


def test_gross_rows_written_net_have_a_net_price() -> None:
    lines = [credit_line(1000, [tax(230, "txr_PL23i")], of=f"il_{n}", id=f"c{n}") for n in (1, 2)]
    note = credit_note(*lines, total=2461, total_excluding_tax=2000, total_taxes=[tax(461, "txr_PL23i")])

    result = map_one(note, related=of(*(line(12300, taxed(12300, "txr_PL23i")) for _ in range(2))))

    assert prices(result) == [(1, 1, -10), (2, 1, -10)]


# --- the base moves -------------------------------------------------------------------------------------------------


def test_all_taxed_rows_move_and_lose_their_rate() -> None:
    bought = of(line(20000, **MONTH), line(10000, **MONTH), currency="eur", filed=filing(fx="4.2575"), **GERMAN)
    note = bare(0, 6900, currency="eur")

    result = map_one(note, TO_SERVICE, related=bought, correction_type="3")

    assert [(row.number, row.is_before, str(row.net), row.exchange_rate) for row in written(result)] == [
        (1, True, "200.00", Decimal("4.2575")),
        (1, False, "200.00", None),
        (2, True, "100.00", Decimal("4.2575")),
        (2, False, "100.00", None),
    ]
    assert [value(result, f"Fa/{name}") for name in ("P_13_1", "P_14_1", "P_13_9", "P_15", "TypKorekty")] == [
        "-300.00",
        "-69.00",
        "300.00",
        "-69.00",
        "3",
    ]


def test_in_zloty_there_is_no_tax_in_zloty_to_move() -> None:
    result = map_one(bare(0, 4600), TO_SERVICE, related=of(line(20000, **MONTH), **GERMAN))

    assert [value(result, f"Fa/{name}") for name in ("P_14_1", "P_14_1W", "P_13_9")] == ["-46.00", None, "200.00"]


def test_a_move_that_waits_or_is_not_decided_still_says_that_it_is_late() -> None:
    late = bare(0, 4600, created=SEPTEMBER)
    bought = of(line(20000, **MONTH), **GERMAN)
    pending = of(line(20000, **MONTH), filed={"status": "pending"}, **GERMAN)

    undecided, waiting = map_one(late, related=bought), map_one(late, TO_SERVICE, related=pending)

    assert places(undecided) == [("TAX_ONLY_CREDIT", "total_excluding_tax")]
    assert codes(waiting) == ["WAITING_ORIGINAL"]
    assert (warned(undecided), warned(waiting)) == ({"P1_REDATED"}, {"P1_REDATED"})


# --- what earlier corrections left ----------------------------------------------------------------------------------


def test_a_row_is_known_by_its_line_even_where_its_uid_was_cut() -> None:
    long_id = "il_" + "x" * 60
    result = map_one(invoice(line(20000, line_id=long_id), line(30000)))
    assert isinstance(result, File)

    known = prior("-50.00", "-11.50", {long_id: ("-50.00", "-11.50")})

    assert left(result.rows, known) == ([(15000, 3450), (30000, 6900)], True)


@pytest.mark.parametrize(
    ("nets", "net", "tax", "expected"),
    [
        ((-5000, 20000, 10000), "-270.00", "-62.10", [(-5000, -1150), (0, 0), (3000, 690)]),  # a discount bears nothing
        ((1, 20000, 10000), "-200.01", "-46.00", [(0, 0), (0, 0), (10000, 2300)]),  # a grosz is a row too
    ],
)
def test_only_rows_with_something_left_bear_a_part(
    nets: tuple[int, ...], net: str, tax: str, expected: list[tuple[int, int]]
) -> None:
    assert left(rows(*nets), prior(net, tax)) == (expected, False)


def test_a_row_with_tax_alone_left_bears_nothing() -> None:
    first, second = prior("-200.00", "-45.99"), prior("-299.99", "-69.01")

    assert left(rows(20000, 30000), first, second) == ([(0, 1), (1, 0)], False)


# --- bare amounts ---------------------------------------------------------------------------------------------------


def test_a_bare_amount_over_two_categories_names_the_lines() -> None:
    bought = of(line(20000), line(10000, taxed(10000, "txr_PL8e")))

    assert places(map_one(bare(5000, 1150), related=bought)) == [("CREDIT_NOTE_UNALLOCATED", "lines")]


def test_a_bare_amount_whose_net_sum_and_tax_miss_its_total_is_held() -> None:
    note = credit_note(total=6150, total_excluding_tax=5000, total_taxes=[tax(1149)])

    assert codes(map_one(note, related=of(line(20000)))) == ["TOTAL_MISMATCH"]


def test_a_bare_amount_is_a_row_of_its_own_without_what_belongs_to_the_first() -> None:
    """Neither its unit, its marks nor its quantity, even where the amounts are the same."""
    product = {"id": "prod_1", "name": "Konto", "unit_label": "konto"}
    first = line(10000, quantity=2, unit="5000", product=product, metadata={"ksef_gtu": "GTU_12"}, **MONTH)

    result = map_one(bare(10000, 2300), related=of(first, line(5000, **MONTH)), unit="usł.")

    assert prices(result) == [(3, 1, -100)]
    assert [value(result, f"{ROW}/{name}") for name in ("P_7", "P_8A", "GTU")] == [
        "Korekta faktury ABC-0001",
        "usł.",
        None,
    ]


def test_a_bare_amount_with_tax_inside_is_gross_whatever_the_first_row_is() -> None:
    bought = of(line(10000), line(12300, taxed(12300, "txr_PL23i")))

    inside, on_top = (map_one(bare(1000, 230, rate), related=bought) for rate in ("txr_PL23i", "txr_PL23e"))

    assert [value(inside, f"{ROW}/{name}") for name in ("P_11A", "P_11")] == ["-12.30", None]
    assert [value(on_top, f"{ROW}/{name}") for name in ("P_11A", "P_11")] == [None, "-10.00"]


def test_the_description_of_a_bare_amount_is_cut_with_a_warning_that_names_it() -> None:
    own = credit_line(5000, [], of=None, id="cnli_7", description="x" * 600)
    note = credit_note(own, total=6150, total_excluding_tax=5000, total_taxes=[tax(1150)])

    result = map_one(note, related=of(line(20000)))

    assert [warning.field for warning in result.warnings if warning.code == "TEXT_TRUNCATED"] == [
        "lines.data[0].description"
    ]


# --- lines of their own ---------------------------------------------------------------------------------------------


def test_a_line_of_its_own_takes_nothing_from_the_first_row() -> None:
    product = {"id": "prod_1", "name": "Konto", "unit_label": "konto"}
    first = line(10000, quantity=2, unit="5000", product=product, metadata={"ksef_gtu": "GTU_12"}, **MONTH)
    note = credit_note(credit_line(100, of="il_2"), own_line(amount=10000, description="y" * 600))

    result = map_one(note, related=of(first, line(20000, **MONTH)), unit="usł.")

    assert prices(result)[1] == (3, 1, -100)
    assert [value(result, f"{ROW}[2]/{name}") for name in ("P_8A", "GTU")] == ["usł.", None]
    assert [warning.field for warning in result.warnings if warning.code == "TEXT_TRUNCATED"] == [
        "lines.data[1].description"
    ]


def test_an_untaxed_line_of_its_own_has_no_rate() -> None:
    german: dict[str, Any] = {"currency": "eur", "country": "DE", "ids": [("eu_vat", "DE123456789")]}
    reverse = [tax(0, "txr_DE19e", "reverse_charge")]
    bought = of(line(10000), line(5000, reverse), filed=filing(fx="4.2575"), **german)
    note = credit_note(credit_line(1000), own_line(taxes=reverse), currency="eur")

    result = map_one(note, related=bought)

    assert [(row.category, row.exchange_rate) for row in written(result)] == [
        (fa3.VatCategory.RATE_23, Decimal("4.2575")),
        (fa3.VatCategory.EU_SERVICE, None),
    ]


def test_amounts_too_fine_to_write_are_named_by_their_line() -> None:
    bought = of(line(100000), currency="kwd", filed=filing(fx="11.9"))
    own = own_line(amount=1005, taxes=[tax(230)])

    lines = map_one(credit_note(credit_line(1000, [tax(230)]), own, currency="kwd"), related=bought)
    amount = map_one(bare(1005, 230, currency="kwd"), related=bought)

    assert ("AMOUNT_PRECISION", "lines.data[1].amount") in places(lines)
    assert {field for code, field in places(amount) if code == "AMOUNT_PRECISION"} == {"total"}


# --- shares ---------------------------------------------------------------------------------------------------------


def test_shares_stand_in_the_columns_of_their_rows() -> None:
    bought = of(line(12300, taxed(12300, "txr_PL23i")), line(10000, taxed(10000, "txr_PL8e")))
    shares = [{"line": "il_1", "net": 5000, "tax": 1150}, {"line": "il_2", "net": 1000, "tax": 80}]
    note = credit_note(total=7230, total_excluding_tax=6000, total_taxes=[tax(1150, "txr_PL23i"), tax(80, "txr_PL8e")])

    result = map_one(note, {"kind": "allocate_credit", "shares": shares}, related=bought)

    assert [value(result, f"{ROW}[1]/P_11A"), value(result, f"{ROW}[2]/P_11")] == ["-61.50", "-10.00"]


# --- voids ----------------------------------------------------------------------------------------------------------


def voided_note(*lines: dict[str, Any], created: str = "2026-10-05 08:00", **more: Any) -> dict[str, Any]:
    more = {"status": "void", "voided_at": NOON, **more}
    return credit_note(*(lines or [credit_line(5000)]), created=moment(created), **more)


OWN = {"p_2": "ABC-0001-CN-01", "P_13_1": "-50.00", "P_14_1": "-11.50", "P_15": "-61.50"}


def test_a_void_has_the_effect_the_tenant_chose() -> None:
    result = map_one(void(line(10000)), related={"original_filing": filing()}, correction_type="1")

    assert value(result, "Fa/TypKorekty") == "1"


def test_a_late_void_that_is_held_still_says_that_it_is_late() -> None:
    result = map_one(void(line(10000), voided=SEPTEMBER), related={"original_filing": filing()}, void_policy="hold")

    assert (places(result), warned(result)) == ([("VOID_AFTER_FILING", "status")], {"P1_REDATED"})


def test_a_reversal_asks_a_person_first() -> None:
    related = of(line(20000)) | {"prior_corrections": [OWN]}

    assert places(map_one(voided_note(), related=related)) == [("CREDIT_NOTE_VOIDED_AFTER_FILING", "status")]


def test_a_reversal_is_of_the_day_of_the_void() -> None:
    related = of(line(20000)) | {"prior_corrections": [OWN]}
    early: dict[str, Any] = {"created": "2026-09-05 08:00"}

    after_start = map_one(voided_note(**early), APPROVED, related=related, ksef_start="2026-10-01")
    of_unknown_day = map_one(voided_note(**early, voided_at=None), APPROVED, related=related, ksef_start="2026-10-01")
    ahead = map_one(voided_note(voided_at=moment("2026-10-06 10:00")), APPROVED, related=related)

    assert value(after_start, "Fa/P_1") == "2026-10-05"
    assert codes(of_unknown_day) == ["BEFORE_KSEF_START"]
    assert codes(ahead) == ["P1_IN_FUTURE"]


def test_a_reversal_belongs_to_the_original_its_note_names() -> None:
    related = of(line(20000), id="in_2") | {"prior_corrections": [OWN]}

    assert codes(map_one(voided_note(), APPROVED, related=related)) == ["ORIGINAL_UNKNOWN"]


def test_a_late_reversal_that_is_held_still_says_that_it_is_late() -> None:
    related = of(line(20000)) | {"prior_corrections": [OWN]}
    note = voided_note(credit_line(5000, of="il_9"), voided_at=SEPTEMBER)

    result = map_one(note, APPROVED, related=related)

    assert (codes(result), warned(result)) == (["CREDIT_NOTE_UNALLOCATED"], {"P1_REDATED"})


def test_a_bare_amount_is_taken_back_as_a_row_of_its_own() -> None:
    related = of(line(20000)) | {"prior_corrections": [OWN]}
    note = bare(5000, 1150, status="void", voided_at=NOON)

    assert prices(map_one(note, APPROVED, related=related)) == [(2, 1, 50)]


def test_the_month_in_which_a_note_was_filed_decides_to_which_period_its_reversal_belongs() -> None:
    """Issued in September, filed in October, voided in October."""
    related = of(line(20000)) | {"own_filing": filing(p_1="2026-10-02")}

    result = map_one(voided_note(created="2026-09-29 08:00"), APPROVED, related=related)

    assert value(result, "Fa/TypKorekty") == "2"


def test_a_reversal_may_belong_to_an_original_issued_before_ksef() -> None:
    before = {"original_invoice": invoice(line(20000), finalized=SEPTEMBER), "prior_corrections": [OWN]}

    result = map_one(voided_note(), APPROVED, related=before, ksef_start="2026-09-15")

    assert value(result, "Fa/DaneFaKorygowanej/NrKSeFN") == "1"
