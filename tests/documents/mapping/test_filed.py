"""What a filed correction took is read from its own rows, whichever way they show it."""

from decimal import Decimal
from typing import Any

import pytest

from apps.documents.mapping.filed import prior_of
from apps.documents.mapping.outcome import File
from apps.fa3.parse import parse_xml
from tests.documents.mapping.build import (
    SEPTEMBER,
    credit_line,
    credit_note,
    filing,
    invoice,
    line,
    map_one,
    tax,
    taxed,
)


def rows_of(note: dict[str, Any], *bought: dict[str, Any], **settings: Any) -> dict[str, tuple[Decimal, Decimal]]:
    original = invoice(*bought, finalized=SEPTEMBER, country="US", ids=[("us_ein", "1")])
    related = {"original_invoice": original, "original_filing": filing()}
    result = map_one(note, related=related, **settings)
    assert isinstance(result, File), result.reasons
    return dict(prior_of(parse_xml(result.xml)).rows)


@pytest.mark.parametrize("style", ["difference", "before_after"])
def test_a_row_says_what_was_taken_from_it_in_either_style(style: str) -> None:
    taken = rows_of(credit_note(credit_line(5000, of="il_2")), line(20000), line(10000), correction_style=style)

    assert taken == {"il_2": (Decimal("-50.00"), Decimal("-11.50"))}


def test_gross_rows_say_it_without_their_tax() -> None:
    note = credit_note(credit_line(4100, taxed(4100, "txr_PL23i")))

    assert rows_of(note, line(12300, taxed(12300, "txr_PL23i"))) == {"il_1": (Decimal("-33.33"), Decimal("-7.67"))}


def test_rows_without_tax_say_it_too() -> None:
    note = credit_note(credit_line(5000, [tax(0, "txr_US0e", "not_collecting")]))

    assert rows_of(note, line(20000, [tax(0, "txr_US0e", "not_collecting")])) == {
        "il_1": (Decimal("-50.00"), Decimal(0))
    }


def test_rows_whose_tax_is_not_stated_are_left_to_the_totals() -> None:
    assert rows_of(credit_note(credit_line(5000)), line(20000), line_vat="never") == {}
