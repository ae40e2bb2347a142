"""What a correction that was filed took from its original, read from the document as it was filed."""

from decimal import Decimal

from apps.documents.mapping.related import PriorCorrection, PriorTotals
from apps.fa3.document import Document, Row

_ZERO = Decimal(0)


def prior_of(document: Document) -> PriorCorrection:
    """The differences of a filed correction, in all and by UU_ID for the rows that state their tax."""
    return PriorCorrection(
        p_2=document.number,
        total=document.total,
        buckets={
            bucket.kind: PriorTotals(net=bucket.net, tax=bucket.tax or _ZERO, tax_pln=bucket.tax_pln)
            for bucket in document.buckets
        },
        rows=_rows(document),
    )


def _rows(document: Document) -> dict[str, tuple[Decimal, Decimal]]:
    """A row in two states counts as what the second has more than the first."""
    changes: dict[str, tuple[Decimal, Decimal]] = {}
    for row in document.rows:
        stated = _stated(row)
        if row.uid and stated:
            net, tax = changes.get(row.uid, (_ZERO, _ZERO))
            sign = -1 if row.is_before else 1
            changes[row.uid] = (net + sign * stated[0], tax + sign * stated[1])
    return changes


def _stated(row: Row) -> tuple[Decimal, Decimal] | None:
    """Net value and tax of a row, None where the row does not say them."""
    tax = row.tax if row.bucket is None or row.bucket.bears_tax else _ZERO
    if tax is None:
        return None
    if row.net is not None:
        return row.net, tax
    return None if row.gross is None else (row.gross - tax, tax)
