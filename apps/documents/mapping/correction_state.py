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

    Earlier corrections are known by their totals, and by rows as far as their rows could be read. Where a total covers
    several rows and does not equal one of them, the first row that can bear it is taken: all of them share the
    category, so the totals are right in any case.
    """
    left = tuple(Left(row, row.figures.net, row.figures.tax) for row in rows)
    is_certain = True
    for prior in priors:
        for kind, totals in prior.buckets.items():
            members = [item for item in left if item.row.bucket is kind]
            net, tax = _take_known(members, prior.rows, currency)
            rest = currency.minor(totals.net) - net, currency.minor(totals.tax) - tax
            is_certain &= rest == (0, 0) or _take(members, *rest)
    return left, is_certain


def _take_known(
    members: Sequence[Left], known: Mapping[str, tuple[Decimal, Decimal]], currency: Currency
) -> tuple[int, int]:
    """Add the differences of the rows that are known, by line or by UU_ID; how much they came to."""
    total_net = total_tax = 0
    for item in members:
        found = known.get(item.row.line_id) or known.get(item.row.uid)
        if found:
            net, tax = currency.minor(found[0]), currency.minor(found[1])
            item.net, item.tax = item.net + net, item.tax + tax
            total_net, total_tax = total_net + net, total_tax + tax
    return total_net, total_tax


def _take(candidates: Sequence[Left], net: int, tax: int) -> bool:
    """Add a (negative) difference to the rows of its category; True when there was only one way to do it."""
    open_rows = [item for item in candidates if not item.is_nothing]
    equal = [item for item in open_rows if (item.net, item.tax) == (-net, -tax)]
    if equal or len(open_rows) == 1:
        target = (equal or open_rows)[0]
        target.net += net
        target.tax += tax
        return len(equal) <= 1
    if sum(item.net for item in open_rows) == -net and sum(item.tax for item in open_rows) == -tax:
        for item in open_rows:
            item.net = item.tax = 0
        return True
    _spread(open_rows, net, tax)
    return False


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
