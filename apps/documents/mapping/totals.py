"""Totals by VAT category, tax as Stripe charged it, and whether the law knows a way to that tax (fa3-mapping 2.10)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from apps.documents.mapping.currency import Currency
from apps.documents.mapping.minor import tax_in_gross, tax_of_net
from apps.documents.mapping.reasons import Code, Reason
from apps.documents.mapping.rows import Row
from apps.documents.mapping.source import Tax
from apps.fa3 import document as fa3
from apps.fa3.codes import BucketKind
from apps.fa3.rounding import round_to_grosz

_ORDER = {kind: place for place, kind in enumerate(BucketKind)}
GroupKey = tuple[BucketKind, Decimal | None]


@dataclass(slots=True)
class Group:
    """The rows of one rate; `tax_shift` and `net_shift` are what rounding on the whole document adds."""

    kind: BucketKind
    percentage: Decimal | None
    rows: list[Row] = field(default_factory=list)
    tax_shift: int = 0
    net_shift: int = 0

    @property
    def net(self) -> int:
        return sum(row.figures.net for row in self.rows) + self.net_shift

    @property
    def tax(self) -> int:
        return sum(row.figures.tax for row in self.rows) + self.tax_shift


@dataclass(frozen=True, slots=True)
class Bucket:
    """P_13_x and P_14_x in minor units, P_14_xW in PLN."""

    kind: BucketKind
    net: int
    tax: int
    rows_add_up: bool  # the taxes of the rows make up the tax, and what they leave makes up the net
    tax_pln: Decimal | None = None

    @property
    def gross(self) -> int:
        return self.net + self.tax


def group_rows(
    rows: Iterable[Row], totals: Sequence[Tax], home: Mapping[tuple[str, bool], GroupKey] | None = None
) -> tuple[list[Group], bool]:
    """Rows by rate, shifted to the tax of the totals; False when a total belongs to no single rate.

    `home` says where a total without a row belongs: on a credit note, what the original says about its rate.
    """
    groups: dict[GroupKey, Group] = {}
    of_rows: dict[tuple[str, bool], int] = {}
    homes: dict[tuple[str, bool], set[GroupKey]] = {}
    for row in rows:
        key = (row.bucket, row.treatment.percentage)
        if key not in groups:
            groups[key] = Group(*key)
        groups[key].rows.append(row)
        for tax in row.taxes:
            rate = tax.key
            of_rows[rate] = of_rows.get(rate, 0) + tax.amount
            homes.setdefault(rate, set()).add(key)
    stated: dict[tuple[str, bool], int] = {}
    for tax in totals:
        stated[tax.key] = stated.get(tax.key, 0) + tax.amount
    is_clear = True
    for rate in of_rows | stated:
        shift = stated.get(rate, 0) - of_rows.get(rate, 0)
        if shift:
            candidates = homes.get(rate) or ({home[rate]} if home and rate in home else set())
            is_clear &= _shift(groups, candidates, shift, is_inclusive=rate[1])
    return sorted(groups.values(), key=lambda group: _ORDER[group.kind]), is_clear


def _shift(groups: Mapping[GroupKey, Group], candidates: set[GroupKey], shift: int, *, is_inclusive: bool) -> bool:
    """Move the difference into the only rate it can belong to."""
    group = groups.get(next(iter(candidates))) if len(candidates) == 1 else None
    if group is None or group.percentage is None:
        return False
    group.tax_shift += shift
    if is_inclusive:
        group.net_shift -= shift
    return True


def buckets_of(groups: Iterable[Group], currency: Currency) -> tuple[Bucket, ...]:
    """The totals of a document in their order."""
    by_kind: dict[BucketKind, list[Group]] = {}
    for group in groups:
        by_kind.setdefault(group.kind, []).append(group)
    return tuple(_bucket(kind, members, currency) for kind, members in by_kind.items())


def _bucket(kind: BucketKind, groups: Sequence[Group], currency: Currency) -> Bucket:
    tax = sum(group.tax for group in groups)
    # A tax decision may put charged tax into a category without tax: then the totals cannot add up, which is told.
    charged = tax if kind.bears_tax else 0
    rows = [row for group in groups for row in group.rows]
    return Bucket(
        kind=kind,
        net=sum(group.net for group in groups),
        tax=charged,
        # Two rates may shift the tax by +1 and −1; if one of them is inclusive, the net still moves.
        rows_add_up=not (sum(group.tax_shift for group in groups) or sum(group.net_shift for group in groups)),
        tax_pln=tax_in_pln(rows, tax, currency) if currency.is_foreign and kind.bears_polish_tax else None,
    )


def tax_in_pln(rows: Sequence[Row], tax: int, currency: Currency) -> Decimal | None:
    """P_14_xW, rounded once (official examples 20 and 21); None while a rate is missing."""
    rates = {row.rate.value for row in rows if row.rate}
    if any(row.rate is None for row in rows):
        return None
    if len(rates) == 1:
        return round_to_grosz(currency.major(tax) * rates.pop())
    products = (currency.major(row.figures.tax) * row.rate.value for row in rows if row.rate)
    return round_to_grosz(sum(products, Decimal(0)))


def check_tax(groups: Iterable[Group], currency: Currency) -> Iterable[Reason]:
    """The tax of each rate against the four ways of the Act; a difference within rounding is only flagged."""
    for group in groups:
        if group.percentage is None:
            continue
        exact = tax_of_net(group.net, group.percentage, currency.step)
        if group.tax == exact or group.tax in _other_legal_taxes(group, group.percentage, currency.step):
            continue
        params = {
            "rate": f"{group.percentage.normalize():f}%",
            "tax": currency.major(group.tax),
            "expected": currency.major(exact),
            "currency": currency.code,
        }
        is_rounding = abs(group.tax - exact) <= currency.step * len(group.rows)
        yield Reason(Code.TAX_ROUNDING if is_rounding else Code.TAX_MISMATCH, f"total_taxes ({params['rate']})", params)


def _other_legal_taxes(group: Group, percentage: Decimal, step: int) -> set[int]:
    """Art. 106e(10) and 106e(7): per row, from the gross sum, and both."""
    return {
        sum(tax_of_net(row.figures.net, percentage, step) for row in group.rows),
        tax_in_gross(group.net + group.tax, percentage, step),
        sum(tax_in_gross(row.figures.gross, percentage, step) for row in group.rows),
    }


def rows_fit(buckets: Iterable[Bucket], rows: Sequence[Row], currency: Currency) -> bool:
    """Do the rows say what their totals say: gross rows exactly, net rows but for one rounding each (2.10)?"""
    return all(_fits(bucket, [row for row in rows if row.bucket is bucket.kind], currency) for bucket in buckets)


def _fits(bucket: Bucket, rows: Sequence[Row], currency: Currency) -> bool:
    if all(row.is_gross for row in rows):
        return sum(row.figures.gross for row in rows) == bucket.gross
    slack = 0 if bucket.rows_add_up else currency.step * len(rows)
    return abs(sum(row.figures.net for row in rows) - bucket.net) <= slack


def write_bucket(bucket: Bucket, currency: Currency) -> fa3.Bucket:
    return fa3.Bucket(
        kind=bucket.kind,
        net=currency.major(bucket.net),
        tax=currency.major(bucket.tax) if bucket.kind.bears_tax else None,
        tax_pln=bucket.tax_pln,
    )
