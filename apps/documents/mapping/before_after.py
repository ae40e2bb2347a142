"""Corrections with the state before and after: two rows for each changed one (official example 2; fa3-mapping 3.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from apps.documents.mapping.correction_state import Left
from apps.documents.mapping.currency import Currency
from apps.documents.mapping.figures import plain_figures
from apps.documents.mapping.pricing import Priced, price_row
from apps.documents.mapping.rows import Row


@dataclass(frozen=True, slots=True)
class Written:
    """A row of a correction and the state it shows."""

    row: Row
    is_before: bool = False


def as_differences(rows: Sequence[Row]) -> list[Written]:
    return [Written(row) for row in rows]


def as_states(differences: Sequence[Row], left: Sequence[Left], currency: Currency) -> list[Written]:
    """Both states of every changed row; a row without an original has no state before, so it stays a difference."""
    by_number = {item.row.number: item for item in left}
    written = []
    for change in differences:
        item = by_number.get(change.number)
        if item is None:
            written.append(Written(change))
            continue
        row = replace(item.row, is_gross=change.is_gross)
        is_as_filed = item.is_untouched and row.is_gross == item.row.is_gross
        before = item.row if is_as_filed else with_values(row, item.net, item.tax, currency)
        net, tax = item.net + change.figures.net, item.tax + change.figures.tax
        after = with_values(row, net, tax, currency)
        pieces = before.priced.quantity + change.priced.quantity
        if change.priced.price == before.priced.price and 0 < pieces < before.priced.quantity:
            after = replace(after, priced=Priced(pieces, before.priced.price))  # fewer pieces at the same price
        written += (Written(before, is_before=True), Written(after))
    return written


def with_values(row: Row, net: int, tax: int, currency: Currency) -> Row:
    """The row with other values: the same quantity at another price, as far as a price can be written."""
    figures = plain_figures(net, tax, is_inclusive=row.is_gross)
    priced = price_row(row.priced.quantity, None, figures.value, currency)
    return replace(row, figures=figures, priced=replace(priced, lost_quantity=None))
