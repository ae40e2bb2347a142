"""What the rows of a document add up to, total by total."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal

from apps.fa3.document import BucketKind, Document, Row
from apps.fa3.rounding import tax_in_gross, tax_of_net

ZERO = Decimal(0)


def is_collective(document: Document) -> bool:
    """True for a correction of a whole period, whose rows need not show values (art. 106j(3))."""
    return document.correction is not None and document.correction.period is not None


def bucket_of(row: Row, document: Document) -> BucketKind | None:
    """The total a row belongs to; rows of a margin scheme have no rate but a gross value."""
    bucket = row.bucket
    if bucket is None and row.gross is not None and document.annotations.margin is not None:
        return BucketKind.MARGIN
    return bucket


def rows_by_bucket(document: Document) -> dict[BucketKind, list[Row]]:
    """Rows under the total they belong to."""
    grouped: defaultdict[BucketKind, list[Row]] = defaultdict(list)
    for row in document.rows:
        kind = bucket_of(row, document)
        if kind is not None:
            grouped[kind].append(row)
    return dict(grouped)


def sum_of(rows: Iterable[Row], value: Callable[[Row], Decimal]) -> Decimal:
    """The sum of the rows, where rows that show the state before a correction count against those after it."""
    return sum((-value(row) if row.is_before else value(row) for row in rows), ZERO)


def net_of(row: Row) -> Decimal:
    """The net value; of a gross row what remains without the tax it states or contains."""
    if row.net is not None:
        return row.net
    return gross_of(row) - (row.tax if row.tax is not None else computed_tax_of(row))


def gross_of(row: Row) -> Decimal:
    return row.gross if row.gross is not None else ZERO


def stated_tax_of(row: Row) -> Decimal:
    return row.tax if row.tax is not None else ZERO


def computed_tax_of(row: Row) -> Decimal:
    """The tax its rate puts on the row, or contains in it."""
    rate = rate_of(row)
    return tax_of_net(row.net, rate) if row.net is not None else tax_in_gross(gross_of(row), rate)


def rate_of(row: Row) -> Decimal:
    """The rate in percent, 0 where none is charged."""
    if row.oss_rate is not None:
        return row.oss_rate
    percentage = row.category.percentage if row.category is not None else None
    return ZERO if percentage is None else Decimal(percentage)
