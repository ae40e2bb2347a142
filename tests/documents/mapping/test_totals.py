"""Totals of a document: how rows and totals meet when the tax was rounded on the whole document."""

from typing import Any

from tests.documents.mapping.build import ROW, filing, invoice, line, map_one, moment, tax, value


def mixed(**more: Any) -> dict[str, Any]:
    """At 5 %: four prices with tax inside, whose tax was rounded up, and two without, whose tax was rounded down."""
    inside = [line(amount, [tax(charged, "txr_PL5i")]) for amount, charged in ((1, 0), (1, 0), (1, 0), (113, 5))]
    added = [line(amount, [tax(charged, "txr_PL5e")]) for amount, charged in ((10, 1), (130, 7))]
    return invoice(*inside, *added, total_taxes=[tax(6, "txr_PL5i"), tax(7, "txr_PL5e")], **more)


def test_rows_leave_out_their_tax_where_two_roundings_hide_each_other() -> None:
    """The taxes of the rows make up 0.13 as well, but what they leave of the gross prices is 2.51, not 2.50."""
    result = map_one(mixed())

    assert [value(result, f"Fa/{name}") for name in ("P_13_3", "P_14_3", "P_15")] == ["2.50", "0.13", "2.63"]
    assert value(result, f"count({ROW})") == "6"
    assert value(result, f"count({ROW}/P_11Vat)") == "0"


def test_the_void_of_such_an_invoice_leaves_it_out_as_well() -> None:
    september = moment("2026-09-01 08:00")
    transitions = {"finalized_at": september, "paid_at": None, "voided_at": moment("2026-10-05 10:00")}
    stripe = mixed(finalized=september, status="void", status_transitions=transitions)

    result = map_one(stripe, related={"original_filing": filing()})

    assert [value(result, f"Fa/{name}") for name in ("P_13_3", "P_14_3", "P_15")] == ["-2.50", "-0.13", "-2.63"]
    assert value(result, f"count({ROW}/P_11Vat)") == "0"
