"""Strange input is told by its own code, field and words; SCHEMA_INVALID would send people to us for nothing."""

from typing import Any

import pytest

from apps.documents.mapping.case import NotACase
from apps.documents.mapping.catalogue import message_of
from tests.documents.mapping.build import (
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
)

GROSS = line(12300, taxed(12300, "txr_PL23i"))
NET_STYLE: dict[str, Any] = {"inclusive_style": "net"}


def without_line_taxes(total_taxes: list[dict[str, Any]], amount: int = 12300, **more: Any) -> dict[str, Any]:
    """A credit note that states its tax in the totals only."""
    return credit_note(credit_line(amount, []), total_taxes=total_taxes, **more)


def test_a_note_whose_lines_state_no_tax_is_a_mismatch_in_net_style() -> None:
    note = without_line_taxes([tax(2300, "txr_PL23i")])

    held = map_one(note, related=of(GROSS), **NET_STYLE)

    assert places(held) == [("TOTAL_MISMATCH", "lines")]
    assert "the rows less the tax they state" in message_of(held.reasons[0], "en")
    assert "pozycje po odjęciu ich podatku" in message_of(held.reasons[0], "pl")
    # A gross row says what was credited whatever part of it is tax.
    assert value(map_one(note, related=of(GROSS)), "Fa/P_13_1") == "-100.00"


def test_a_note_whose_tax_comes_on_top_of_gross_rows_is_a_mismatch() -> None:
    note = without_line_taxes([tax(2300, "txr_PL23e")], amount=10000)

    assert places(map_one(note, related=of(GROSS))) == [("TOTAL_MISMATCH", "lines")]


def test_one_rounding_for_each_net_row_is_no_mismatch() -> None:
    # 3 x 1.00 gross: per line 0.19 tax, on the whole 0.56
    rows = [line(100, [tax(19, "txr_PL23i")]) for _ in range(3)]
    whole = [tax(56, "txr_PL23i")]
    note = credit_note(*(credit_line(100, [tax(19, "txr_PL23i")], of=f"il_{n}") for n in (1, 2, 3)), total_taxes=whole)

    result = map_one(note, related=of(*rows, total_taxes=whole), **NET_STYLE)

    assert (value(result, "Fa/P_13_1"), value(result, "Fa/P_14_1")) == ("-2.44", "-0.56")


def test_accepted_tax_that_no_net_row_bears_is_still_a_mismatch() -> None:
    stripe = invoice(line(12300, [tax(2300, "txr_PL23i")]), total_taxes=[tax(2305, "txr_PL23i")])

    held = map_one(stripe, {"kind": "accept_tax"}, **NET_STYLE)

    assert places(held) == [("TOTAL_MISMATCH", "lines")]


def test_corrections_that_take_more_than_a_rate_has_are_a_mismatch_when_the_invoice_is_voided() -> None:
    rows = line(-50, [tax(-12)]), line(600, [tax(138)])
    transitions = {"finalized_at": moment("2026-09-01 10:00"), "paid_at": None, "voided_at": moment("2026-10-05 10:00")}
    stripe = invoice(*rows, status="void", status_transitions=transitions)
    priors = [{"p_2": "K1", "P_13_1": "-50.00", "P_14_1": "-11.50"}]

    held = map_one(stripe, related={"original_filing": filing(), "prior_corrections": priors})

    assert places(held) == [("TOTAL_MISMATCH", "prior_corrections")]


@pytest.mark.parametrize(
    ("filed", "field"),
    [
        ({"p_1": "1999-12-31"}, "p_1"),
        ({"p_1": "2050-06-01"}, "p_1"),
        ({"p_2": "\x00"}, "p_2"),
        ({"p_2": "N" * 257}, "p_2"),
    ],
)
def test_an_original_that_no_document_could_name_is_unknown(filed: dict[str, str], field: str) -> None:
    note = credit_note(credit_line(100))

    held = map_one(note, related=of(line(10000), filed=filing(**filed)))

    assert places(held) == [("ORIGINAL_UNKNOWN", f"original_filing.{field}")]


def test_an_amount_has_at_most_fourteen_digits_before_the_point_in_every_currency() -> None:
    rows = {amount: line(amount, [tax(0, "txr_US0e", "not_collecting")]) for amount in (10**14 - 1, 10**14)}
    held = {
        amount: codes(map_one(invoice(row, currency="jpy", country="US", ids=[("us_ein", "98-7654321")])))
        for amount, row in rows.items()
    }

    assert held == {10**14 - 1: [], 10**14: ["AMOUNT_PRECISION", "AMOUNT_PRECISION"]}


def test_a_tax_total_that_two_places_cannot_write_is_named() -> None:
    row = line(10000, [tax(1870, "txr_PL23i")])
    stripe = invoice(row, currency="kwd", total_taxes=[tax(1871, "txr_PL23i")])

    held = map_one(stripe, fx={"rates": {"KWD": {"2026-10-02": "11.8"}}})

    assert places(held) == [("AMOUNT_PRECISION", "total_taxes")]


@pytest.mark.parametrize("number", ["9" * 51, "--/"])
def test_an_entered_number_that_cannot_be_written_is_asked_for_again(number: str) -> None:
    entered = {"kind": "set_buyer_id", "id_type": "other", "value": number, "country": "US"}

    held = map_one(invoice(), entered)

    assert places(held) == [("BUYER_VAT_FORMAT", "override.set_buyer_id")]


def test_a_nip_entered_as_another_number_of_poland_is_a_nip() -> None:
    entered = {"kind": "set_buyer_id", "id_type": "other", "value": "PL 526-025-09-95", "country": "PL"}

    result = map_one(invoice(), entered)

    assert value(result, "Podmiot2/DaneIdentyfikacyjne/NIP") == "5260250995"


@pytest.mark.parametrize(
    "override",
    [
        {"kind": "set_number", "number": "\x00"},
        {"kind": "set_buyer_name", "name": "\x01\ufffe"},
        {"kind": "set_exemption_basis", "text": "\x00"},
        {"kind": "set_exchange_rate", "rate": "4.1234567"},
        {"kind": "set_vat_category", "oss_rate": "19.1234567"},
        {"kind": "set_original", "number": "N" * 257, "issued_on": "2026-08-01"},
        {"kind": "set_original", "number": "N1", "issued_on": "1999-01-01"},
    ],
)
def test_a_decision_that_no_document_could_carry_is_refused(override: dict[str, str]) -> None:
    with pytest.raises(NotACase):
        map_one(invoice(), override)


def test_a_unit_of_which_nothing_can_be_written_is_the_usual_one() -> None:
    assert value(map_one(invoice(), unit="\x00"), "Fa/FaWiersz/P_8A") == "szt."
    bare = credit_note(credit_line(100, of=None))
    assert value(map_one(bare, related=of(line(10000)), unit="\x00"), "Fa/FaWiersz/P_8A") == "szt."


def test_a_basis_of_which_nothing_can_be_written_is_no_basis() -> None:
    exempt = line(10000, [tax(0, "txr_PL23e", "product_exempt")])

    assert codes(map_one(invoice(exempt), exempt_basis="\x00")) == ["EXEMPTION_BASIS_MISSING"]


def test_tax_in_zlotys_has_two_places() -> None:
    with pytest.raises(NotACase, match="two decimal places"):
        map_one(credit_note(credit_line(100)), related=of(line(10000), filed=filing(P_14_1W="97.921")))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"due_date": moment("2011-03-01 10:00")}, "due_date"),
        ({"paid": moment("2016-06-30 10:00")}, "status_transitions.paid_at"),
    ],
)
def test_a_payment_day_that_no_document_could_state_is_named(given: dict[str, int], field: str) -> None:
    assert places(map_one(invoice(**given))) == [("LINES_INCOMPLETE", field)]


def test_what_the_filing_says_of_the_original_need_not_be_read_from_stripe() -> None:
    nameless = of(line(10000))
    nameless["original_invoice"] |= {"number": None, "effective_at": -5}

    assert value(map_one(credit_note(credit_line(100)), related=nameless), "Fa/P_13_1") == "-1.00"


@pytest.mark.parametrize("spoiled", [{"number": None}, {"effective_at": -5}, {"status": "lost"}])
def test_an_original_that_cannot_be_read_never_makes_its_correction_a_skip(spoiled: dict[str, Any]) -> None:
    outside = of(line(10000), filed={"status": "outside_ksef"})
    outside["original_invoice"] |= spoiled

    held = map_one(credit_note(credit_line(100)), related=outside)

    assert held.verdict.value == "hold"
    assert set(codes(held)) == {"ORIGINAL_UNKNOWN"}
    assert held.reasons[0].field == f"original_invoice.{next(iter(spoiled))}"


def test_net_and_gross_rows_of_one_rate_may_each_be_a_rounding_away() -> None:
    rows = line(-50, [tax(-12)]), line(9343, [tax(1747, "txr_PL23i")])
    on_the_whole = [tax(-10), tax(1745, "txr_PL23i")]
    stripe = invoice(*rows, currency="jpy", total_taxes=on_the_whole)

    result = map_one(stripe, fx={"rates": {"JPY": {"2026-10-02": "0.0257"}}})

    assert (value(result, "Fa/P_13_1"), value(result, "Fa/P_14_1")) == ("7548.00", "1735.00")
