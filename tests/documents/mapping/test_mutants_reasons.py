"""Exact reasons of corrections that are not filed: code, field and what the message says."""

from typing import Any

import pytest

from apps.documents.mapping.minor import round_half_up
from apps.documents.mapping.outcome import Mapped
from apps.documents.mapping.reasons import Fault
from tests.documents.mapping.build import (
    SEPTEMBER,
    codes,
    credit_line,
    credit_note,
    filing,
    line,
    map_one,
    moment,
    of,
    tax,
    taxed,
    value,
    warned,
)
from tests.documents.mapping.test_correction_parts import own_line, void, written


def told(mapped: Mapped) -> tuple[str, str, dict[str, str]]:
    """The first reason as a person is told of it."""
    first = mapped.reasons[0]
    return first.code.value, first.field, {name: str(item) for name, item in first.params.items()}


def prior(p_2: str, net: str, tax_amount: str, total: str) -> dict[str, Any]:
    return {"p_2": p_2, "P_13_1": net, "P_14_1": tax_amount, "P_15": total}


def test_what_stops_a_note_is_told_with_its_field_and_values() -> None:
    bought = of(line(20000))
    twice = bought | {"prior_corrections": [prior("ABC-0001-CN-01", "-1.00", "-0.23", "-1.23")]}
    two_cents = [tax(-230)]

    assert told(map_one(credit_note(credit_line(100)), related=twice)) == (
        "DUPLICATE_NUMBER",
        "number",
        {"value": "ABC-0001-CN-01"},
    )
    assert told(map_one(credit_note(credit_line(-1000, two_cents)), related=bought)) == (
        "NEGATIVE_TOTAL",
        "total",
        {"total": "-12.30", "currency": "PLN"},
    )
    assert told(map_one(credit_note(credit_line(0, [])), related=bought)) == (
        "ZERO_TOTAL",
        "total",
        {"total": "0.00", "currency": "PLN"},
    )
    assert told(map_one(credit_note(credit_line(100), currency="eur"), related=bought)) == (
        "CURRENCY_UNSUPPORTED",
        "currency",
        {"value": "EUR"},
    )


def test_billing_credits_name_their_line() -> None:
    row = credit_line(10000, [tax(2070)])
    row["pretax_credit_amounts"] = [{"amount": 1000, "type": "credit_balance_transaction"}]
    note = credit_note(row, total=11070, total_excluding_tax=9000)

    result = map_one(note, related=of(line(20000)))

    assert told(result) == ("BILLING_CREDITS", "lines.data[0].pretax_credit_amounts", {})


def test_a_note_before_the_start_of_ksef_or_ahead_of_its_day_is_not_filed() -> None:
    bought = of(line(20000))

    before = map_one(credit_note(credit_line(100), created=SEPTEMBER), related=bought, ksef_start="2026-10-01")
    ahead = map_one(credit_note(credit_line(100), created=moment("2026-10-06 10:00")), related=bought)

    assert codes(before) == ["BEFORE_KSEF_START"]
    assert [(reason.code.value, reason.field) for reason in ahead.reasons] == [("P1_IN_FUTURE", "effective_at")]


def test_a_late_note_that_is_held_still_says_that_it_is_late_and_rounded() -> None:
    lines = [credit_line(111, [tax(26)], of=f"il_{n}", id=f"c{n}") for n in (1, 2, 3)]
    note = credit_note(*lines, created=SEPTEMBER, total=408, total_taxes=[tax(75)])
    three = [line(111, [tax(26)]) for _ in range(3)]

    filed = map_one(note, related=of(*three))
    held = map_one(note, related=of(*three, filed={"status": "pending"}))

    assert warned(filed) == warned(held) == {"P1_REDATED", "TAX_ROUNDING"}
    assert codes(held) == ["WAITING_ORIGINAL"]


def test_a_note_that_misses_its_total_says_so() -> None:
    code, field, params = told(map_one(credit_note(credit_line(5000), total=6151), related=of(line(20000))))

    assert (code, field, list(params)) == ("TOTAL_MISMATCH", "total", ["fault"])


def test_too_much_is_told_with_what_is_left() -> None:
    bought = of(line(10000)) | {"prior_corrections": [prior("X", "-60.00", "-13.80", "-73.80")]}

    assert told(map_one(credit_note(credit_line(5000)), related=bought)) == (
        "OVER_CORRECTION",
        "total",
        {"left": "49.20", "correction": "-61.50", "currency": "PLN"},
    )


def test_shipping_that_was_never_charged_is_named() -> None:
    cost = {"amount_subtotal": 1000, "amount_tax": 0, "amount_total": 1000, "taxes": [], "shipping_rate": None}
    note = credit_note(credit_line(100), shipping_cost=cost)

    fields = [(reason.code.value, reason.field) for reason in map_one(note, related=of(line(10000))).reasons]

    assert ("CREDIT_NOTE_UNALLOCATED", "shipping_cost") in fields


def test_two_lines_of_their_own_follow_each_other() -> None:
    note = credit_note(own_line(), own_line(amount=700) | {"id": "cnli_8"})

    result = map_one(note, related=of(line(10000)))

    assert [(row.number, row.uid, str(row.net)) for row in written(result)] == [
        (2, "cnli_9", "-10.00"),
        (3, "cnli_8", "-7.00"),
    ]


def test_a_row_taken_back_in_net_alone_is_not_taken_back_whole() -> None:
    """Its tax was rounded another way, so its price stands for an amount, not for the pieces."""
    bought = of(line(10000, [tax(2300)], quantity=2, unit="5000"), line(10000))
    note = credit_note(credit_line(10000, [tax(2299)]))

    result = map_one(note, related=bought)

    assert [(row.quantity, row.net_price) for row in written(result)] == [(1, -100)]


def test_a_quantity_lost_on_the_original_is_not_told_again() -> None:
    bought = of(line(12346, [tax(2840)], quantity=98765432101, unit=None))

    result = map_one(credit_note(credit_line(12346, [tax(2840)])), related=bought)

    assert value(result, "count(Fa/DodatkowyOpis)") == "0"
    assert [row.quantity for row in written(result)] == [-1]


def test_a_void_may_carry_a_number_a_person_entered() -> None:
    result = map_one(
        void(line(10000)), {"kind": "set_number", "number": "KOR/7"}, related={"original_filing": filing()}
    )

    assert value(result, "Fa/P_2") == "KOR/7"


def test_a_void_ahead_of_its_day_names_the_day_of_the_void() -> None:
    result = map_one(void(line(10000), voided=moment("2026-10-06 10:00")), related={"original_filing": filing()})

    assert [(reason.code.value, reason.field) for reason in result.reasons] == [
        ("P1_IN_FUTURE", "status_transitions.voided_at")
    ]


@pytest.mark.parametrize(
    ("top", "bottom", "expected"), [(1, 2, 1), (-1, 2, -1), (0, 5, 0), (10**17 + 1, 2, 5 * 10**16 + 1)]
)
def test_half_a_unit_is_rounded_away_from_zero_however_large(top: int, bottom: int, expected: int) -> None:
    assert round_half_up(top, bottom) == expected


def test_the_smallest_bearable_tax_alone_can_be_taken_back() -> None:
    """One grosz of tax and no base is still a note over the tax alone."""
    note = credit_note(total=1, total_excluding_tax=0, total_taxes=[tax(1)])

    assert codes(map_one(note, related=of(line(20000)))) == ["TAX_ONLY_CREDIT"]


def test_a_note_whose_lines_are_not_all_there_says_so_and_not_that_they_do_not_add_up() -> None:
    note = credit_note(credit_line(100), total=6150, total_excluding_tax=5000, total_taxes=[tax(1150)])
    note["lines"]["has_more"] = True

    result = map_one(note, related=of(line(20000)))

    assert told(result) == ("LINES_INCOMPLETE", "lines.has_more", {"fault": str(Fault.MORE_LINES)})
    assert codes(result) == ["LINES_INCOMPLETE"]


def test_the_net_sum_of_a_note_says_whether_it_is_over_the_tax_alone() -> None:
    """Stripe's net sum goes before its total less the taxes, where the two differ."""
    note = credit_note(total=4600, total_excluding_tax=0, total_taxes=[tax(4599)])

    assert codes(map_one(note, related=of(line(20000)))) == ["TAX_ONLY_CREDIT"]


def test_of_a_currency_that_is_none_ten_characters_are_told() -> None:
    note = credit_note(credit_line(100), currency="abcdefghijkl")

    assert told(map_one(note, related=of(line(20000)))) == ("CURRENCY_UNSUPPORTED", "currency", {"value": "ABCDEFGHIJ"})


def test_a_bare_amount_without_taxes_names_them() -> None:
    note = credit_note(total=5000, total_excluding_tax=5000, total_taxes=[])

    assert told(map_one(note, related=of(line(20000)))) == ("CREDIT_NOTE_UNALLOCATED", "total_taxes", {})


def test_a_share_after_that_of_a_stranger_is_still_checked() -> None:
    bought = of(line(10000), line(50000, taxed(50000, "txr_PL8e")))
    shares = [{"line": "il_9", "net": 1, "tax": 0}, {"line": "il_1", "net": 20000, "tax": 4600}]
    note = credit_note(total=24600, total_excluding_tax=20000, total_taxes=[tax(4600)])

    result = map_one(note, {"kind": "allocate_credit", "shares": shares}, related=bought)

    assert {(reason.code.value, reason.field) for reason in result.reasons} == {
        ("CREDIT_NOTE_UNALLOCATED", "override.allocate_credit"),
        ("OVER_CORRECTION", "P_13_1"),
    }


def test_an_untaxed_line_of_its_own_cannot_be_decided_without_the_country() -> None:
    bought = of(line(20000), customer_address=None, ids=[])

    result = map_one(credit_note(credit_line(100), own_line(taxes=[])), related=bought)

    assert ("TAX_UNSUPPORTED", "lines.data[1].taxes", {"value": "–"}) in [
        (reason.code.value, reason.field, reason.params) for reason in result.reasons
    ]


def test_a_taxed_line_of_its_own_asks_for_the_rate_its_original_has_not() -> None:
    reverse = [tax(0, "txr_DE19e", "reverse_charge")]
    bought = of(line(20000, reverse), currency="eur", country="DE", ids=[("eu_vat", "DE123456789")])

    result = map_one(credit_note(credit_line(100, reverse), own_line(), currency="eur"), related=bought)

    assert ("FX_RATE_MISSING", "lines.data[1]", {"currency": "EUR", "source": "NBP_A"}) in [
        (reason.code.value, reason.field, reason.params) for reason in result.reasons
    ]


def test_a_void_after_corrections_that_do_not_add_up_says_so() -> None:
    priors = [prior("X", "-10.00", "-2.30", "-5.00")]

    result = map_one(void(line(10000)), related={"original_filing": filing(), "prior_corrections": priors})

    assert told(result) == ("TOTAL_MISMATCH", "prior_corrections", {"fault": str(Fault.SUM_DIFFERS)})
