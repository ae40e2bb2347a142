"""The exchange rate of each row that bears Polish tax (fa3-mapping 2.12)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from apps.documents.mapping.currency import Currency
from apps.documents.mapping.exchange import Rate
from apps.documents.mapping.overrides import SetExchangeRate
from apps.documents.mapping.reasons import Code, Reason
from apps.documents.mapping.related import OriginalFiling
from apps.documents.mapping.rows import Row
from apps.documents.mapping.setup import Setup
from apps.fa3.codes import BucketKind

RateOf = Callable[[Row], Rate | None]


def with_rates(
    rows: Sequence[Row], currency: Currency, rate_of: RateOf, *, on_untaxed: bool
) -> tuple[tuple[Row, ...], list[Row]]:
    """The rows with their rates, and those whose rate is missing."""
    if not currency.is_foreign:
        return tuple(rows), []
    rated = [replace(row, rate=rate_of(row)) if _needs_rate(row, on_untaxed=on_untaxed) else row for row in rows]
    missing = [row for row, source in zip(rated, rows, strict=True) if row is not source and row.rate is None]
    return tuple(rated), missing


def _needs_rate(row: Row, *, on_untaxed: bool) -> bool:
    """Polish tax is stated in PLN; tax under OSS is not, and other rows only where a tenant imports them so."""
    return row.bears_polish_tax or (on_untaxed and row.bucket is not BucketKind.OSS)


def published_rate(setup: Setup, currency: Currency, issued_on: date, paid_on: date | None) -> RateOf:
    """The rate of the last publication before the reference day of a row."""
    if entered := setup.overrides.get(SetExchangeRate):
        rate = Rate(entered.rate, entered.published_on, entered.table)
        return lambda _: rate
    related, source = setup.related, setup.settings.fx_source

    def find(row: Row) -> Rate | None:
        # A row that takes back part of an earlier invoice changes that invoice's base (art. 31b(1)).
        if row.figures.value < 0:
            for line in row.credited_lines:
                if line in related.credited_rates:
                    return Rate(related.credited_rates[line])
        return related.rates.before(reference_day(row, setup, issued_on, paid_on), currency.code, source)

    return find


def reference_day(row: Row, setup: Setup, issued_on: date, paid_on: date | None) -> date:
    """The earlier of P_1 and the tax point (art. 31a(1) and (2))."""
    if row.marks.is_due_on_issue:
        return issued_on
    ended_on = row.period.last if row.period else issued_on
    paid = paid_on or issued_on
    if setup.settings.fx_rule == "income_tax" and row.is_recurring:
        # Income from a service settled by periods arises on their last day; payment plays no part (CIT art. 12(3c)).
        return min(issued_on, ended_on)
    if setup.settings.cash_method:
        return min(issued_on, paid)  # the tax point is the payment (art. 21(1)), the end of the period plays no part
    return min(issued_on, ended_on, paid)


def filed_rate(filing: OriginalFiling, currency: Currency, fallback: RateOf) -> RateOf:
    """The rates of a document already filed; where they are not known, the rule it was filed by."""
    known = filing.row_rates

    def find(row: Row) -> Rate | None:
        value = known.get(row.line_id) or known.get(row.uid) or known.get(currency.code) or filing.rate
        return Rate(value) if value else fallback(row)

    return find


def missing_rates(rows: Sequence[Row], currency: Currency, setup: Setup) -> list[Reason]:
    return [
        Reason(
            Code.FX_RATE_MISSING,
            row.path.removesuffix("."),
            {"currency": currency.code, "source": setup.settings.fx_source},
        )
        for row in rows
    ]
