"""What a credit note takes from its original: rows and totals with their sign (fa3-mapping 3.1, 3.2)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from apps.documents.mapping.credit_rows import credit_rows, is_amount_only
from apps.documents.mapping.currency import Currency
from apps.documents.mapping.draft import precision_reasons
from apps.documents.mapping.figures import sum_up_credit_note
from apps.documents.mapping.invoice import tax_reasons
from apps.documents.mapping.original import Original
from apps.documents.mapping.pricing import Priced
from apps.documents.mapping.reasons import Code, Fault, Reason
from apps.documents.mapping.row_rates import missing_rates
from apps.documents.mapping.rows import Row
from apps.documents.mapping.setup import Setup
from apps.documents.mapping.source import CreditNote, Tax
from apps.documents.mapping.totals import Bucket, Group, GroupKey, buckets_of, check_tax, group_rows, rows_fit
from apps.documents.mapping.wording import Wording

_SUM_DIFFERS = {"fault": Fault.SUM_DIFFERS}


@dataclass(frozen=True, slots=True)
class Difference:
    """What a credit note takes from its original: rows and totals with their sign."""

    rows: tuple[Row, ...]
    buckets: tuple[Bucket, ...]
    findings: tuple[Reason, ...]


def difference_of(note: CreditNote, original: Original, setup: Setup, wording: Wording) -> Difference:
    """Rows and totals of a credit note, negative for a decrease, and everything that is wrong with them."""
    sums = sum_up_credit_note(note)
    read = note
    if sums.is_net_only:
        read = as_exclusive(note)
        sums = replace(sums, shipping_taxes=_exclusive(sums.shipping_taxes))
    rows, findings = credit_rows(read, sums, original, setup, wording)
    currency = original.draft.currency
    totals = [replace(tax, amount=-tax.amount) for tax in read.taxes]
    groups, is_clear = group_rows(rows, totals, _homes(rows, original, totals))
    buckets = buckets_of(groups, currency)
    if sums.is_net_only:
        rows = _net_where_rounded(rows, groups, currency)
    # Rows that could not be made cannot add up; that is told already.
    is_exact = is_clear and sum(bucket.gross for bucket in buckets) == -note.total
    if not (sums.adds_up or is_amount_only(note)) or not (findings or is_exact):
        findings.append(Reason(Code.TOTAL_MISMATCH, "total", _SUM_DIFFERS))
    elif not (findings or rows_fit(buckets, rows, currency)):
        findings.append(Reason(Code.TOTAL_MISMATCH, "lines", {"fault": Fault.TAX_NOT_ON_ROWS}))
    findings += precision_reasons(note, rows, currency)
    findings += tax_reasons(check_tax(groups, currency), setup)
    return Difference(rows, buckets, tuple(findings + _missing_rates(rows, original, setup)))


def as_exclusive(note: CreditNote) -> CreditNote:
    """The note with its line amounts read as net, as Stripe documents them for automatic tax."""
    lines = tuple(replace(line, taxes=_exclusive(line.taxes)) for line in note.lines)
    return replace(note, lines=lines, taxes=_exclusive(note.taxes))


def _exclusive(taxes: tuple[Tax, ...]) -> tuple[Tax, ...]:
    return tuple(replace(tax, is_inclusive=False) for tax in taxes)


def _net_where_rounded(rows: tuple[Row, ...], groups: Iterable[Group], currency: Currency) -> tuple[Row, ...]:
    """Gross rows cannot carry tax that is rounded on the whole note and comes on top: those are written net."""
    rounded = {(group.kind, group.percentage) for group in groups if group.tax_shift}
    return tuple(
        replace(row, is_gross=False, priced=Priced(Decimal(1), currency.major(row.figures.net)))
        if row.is_gross and (row.bucket, row.treatment.percentage) in rounded
        else row
        for row in rows
    )


def _missing_rates(rows: tuple[Row, ...], original: Original, setup: Setup) -> list[Reason]:
    """Rates of lines of their own; those of the original's rows were asked for with the original."""
    currency = original.draft.currency
    own = [row for row in rows if row.number >= original.next_number and row.bears_polish_tax and row.rate is None]
    return missing_rates(own, currency, setup) if currency.is_foreign else []


def _homes(rows: tuple[Row, ...], original: Original, totals: list[Tax]) -> dict[tuple[str, bool], GroupKey]:
    """Where a total without a row belongs: where the original's rate does, else to the only rate with tax."""
    homes: dict[tuple[str, bool], GroupKey] = {}
    for row in original.rows:
        homes.update(dict.fromkeys((tax.key for tax in row.taxes), (row.bucket, row.treatment.percentage)))
    taxed = {(row.bucket, row.treatment.percentage) for row in rows if row.treatment.percentage is not None}
    if len(taxed) == 1:
        (only,) = taxed
        for tax in totals:
            homes.setdefault(tax.key, only)
    return homes
