"""What earlier corrections have left of the rows of an original (fa3-mapping 3.7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.documents.mapping.currency import Currency
from apps.documents.mapping.related import PriorCorrection
from apps.documents.mapping.rows import Row


@dataclass(slots=True)
class Left:
    """One row of the original and what is left of it, in minor units."""

    row: Row
    net: int
    tax: int

    @property
    def is_untouched(self) -> bool:
        return (self.net, self.tax) == (self.row.figures.net, self.row.figures.tax)

    @property
    def is_nothing(self) -> bool:
        return self.net == 0 and self.tax == 0


def rows_left(
    rows: Sequence[Row], priors: Sequence[PriorCorrection], currency: Currency
) -> tuple[tuple[Left, ...], bool]:
    """The rows after earlier corrections, and whether it is certain which rows those changed.

    Earlier corrections are known by their totals. Where a total covers several rows and does not equal one of them,
    the first row that can bear it is taken: all of them share the category, so the totals are right in any case.
    """
    left = tuple(Left(row, row.figures.net, row.figures.tax) for row in rows)
    is_certain = True
    for prior in priors:
        if prior.rows:
            is_certain &= _take_known(left, prior.rows, currency)
            continue
        for kind, totals in prior.buckets.items():
            net, tax = currency.minor(totals.net), currency.minor(totals.tax)
            is_certain &= _take([item for item in left if item.row.bucket is kind], net, tax)
    return left, is_certain


def _take_known(left: Sequence[Left], rows: Mapping[str, tuple[Decimal, Decimal]], currency: Currency) -> bool:
    by_line = {item.row.line_id: item for item in left}
    for line, (net, tax) in rows.items():
        if line in by_line:
            by_line[line].net += currency.minor(net)
            by_line[line].tax += currency.minor(tax)
    return rows.keys() <= by_line.keys()


def _take(candidates: Sequence[Left], net: int, tax: int) -> bool:
    """Add a (negative) difference to the rows of its category; True when there was only one way to do it."""
    open_rows = [item for item in candidates if not item.is_nothing]
    equal = [item for item in open_rows if (item.net, item.tax) == (-net, -tax)]
    if equal or len(open_rows) == 1:
        target = (equal or open_rows)[0]
        target.net += net
        target.tax += tax
        return True
    is_everything = sum(item.net for item in open_rows) == -net and sum(item.tax for item in open_rows) == -tax
    _spread(open_rows, net, tax)
    return is_everything


def _spread(rows: Sequence[Left], net: int, tax: int) -> None:
    """Into the first row that can bear it, else row by row."""
    bearing = next((item for item in rows if item.net >= -net and item.tax >= -tax), None)
    if bearing is not None:
        bearing.net += net
        bearing.tax += tax
        return
    for item in rows:
        part_net, part_tax = (max(net, -item.net), max(tax, -item.tax)) if item.net > 0 else (0, 0)
        item.net += part_net
        item.tax += part_tax
        net, tax = net - part_net, tax - part_tax
