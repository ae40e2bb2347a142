"""Figures: rows, totals and the amount due must say the same."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from apps.fa3.document import Bucket, Document, Kind, Row
from apps.fa3.facts import Facts
from apps.fa3.problem import Problem
from apps.fa3.rounding import round_to_grosz
from apps.fa3.row_sums import ZERO, gross_of, is_collective, net_of, rows_by_bucket, stated_tax_of, sum_of

# On the others the totals cover only a part of what the rows show.
_ADDED_UP = frozenset({Kind.INVOICE, Kind.CORRECTION})


def buckets_add_up_to_the_total(document: Document, _: Facts) -> Iterator[Problem]:
    """The sum of P_13 and P_14 is P_15. Only a simplified document may leave the totals out (art. 106e(5)(3))."""
    if document.kind is Kind.SIMPLIFIED and not document.buckets:
        return
    expected = sum((bucket.net + (bucket.tax or ZERO) for bucket in document.buckets), ZERO)
    if expected != document.total:
        yield Problem(
            code="TOTAL_MISMATCH",
            path="Fa/P_15",
            pl=f"Kwota należności {document.total} nie jest sumą wartości netto i podatku ({expected}).",
            en=f"The total {document.total} is not the sum of net values and tax ({expected}).",
        )


def total_is_what_stripe_charged(document: Document, facts: Facts) -> Iterator[Problem]:
    if facts.stripe_total is not None and facts.stripe_total != document.total:
        yield Problem(
            code="STRIPE_TOTAL_MISMATCH",
            path="Fa/P_15",
            pl=f"Kwota należności {document.total} różni się od kwoty w Stripe ({facts.stripe_total}).",
            en=f"The total {document.total} differs from the amount in Stripe ({facts.stripe_total}).",
        )


def rows_add_up_to_their_bucket(document: Document, facts: Facts) -> Iterator[Problem]:
    """Net rows make up P_13, gross rows P_13 and P_14 together, stated taxes P_14."""
    if document.kind not in _ADDED_UP or is_collective(document):
        return
    grouped = rows_by_bucket(document)
    for bucket in document.buckets:
        rows = grouped.get(bucket.kind)
        if rows is None:
            continue
        yield from _value_problems(bucket, rows, facts)
        if bucket.tax is not None and _all_state_tax(rows):
            yield from _difference(f"Fa/P_14_{bucket.kind}", bucket.tax, sum_of(rows, stated_tax_of), ZERO)


def quantity_times_price_is_the_value(document: Document, _: Facts) -> Iterator[Problem]:
    """The value of a row is its quantity times the price less the discount per unit, rounded to the grosz."""
    for place, row in enumerate(document.rows, 1):
        for name, price, value in (("P_11", row.net_price, row.net), ("P_11A", row.gross_price, row.gross)):
            if row.quantity is None or price is None or value is None:
                continue
            expected = round_to_grosz(row.quantity * (price - (row.discount or ZERO)))
            if expected != value:
                yield Problem(
                    code="ROW_VALUE_MISMATCH",
                    path=f"Fa/FaWiersz[{place}]/{name}",
                    pl=f"Ilość razy cena daje {expected}, a wartość pozycji to {value}. Popraw cenę albo wartość.",
                    en=f"Quantity times price is {expected}, but the row says {value}. Correct the price or the value.",
                )


def rows_have_one_kind_of_value(document: Document, _: Facts) -> Iterator[Problem]:
    """Net columns and gross columns exclude each other on a row; an ordinary document needs one of them."""
    for place, row in enumerate(document.rows, 1):
        has_net = row.net is not None or row.net_price is not None
        has_gross = row.gross is not None or row.gross_price is not None
        if has_net and has_gross:
            yield Problem(
                code="NET_AND_GROSS",
                path=f"Fa/FaWiersz[{place}]",
                pl="Pozycja ma wartości netto i brutto. Zostaw jedne z nich.",
                en="The row has net and gross values. Keep one kind.",
            )
        if document.kind is Kind.INVOICE and row.net is None and row.gross is None:
            yield Problem(
                code="ROW_VALUE_MISSING",
                path=f"Fa/FaWiersz[{place}]",
                pl="Pozycja nie ma wartości. Podaj ją.",
                en="The row has no value. Enter one.",
            )


def quantities_fall_in_corrections_only(document: Document, _: Facts) -> Iterator[Problem]:
    if document.kind.is_correction:
        return
    for place, row in enumerate(document.rows, 1):
        if row.quantity is not None and row.quantity < 0:
            yield Problem(
                code="NEGATIVE_QUANTITY",
                path=f"Fa/FaWiersz[{place}]/P_8B",
                pl="Ujemna ilość może stać tylko na korekcie. Przenieś znak do ceny albo wystaw korektę.",
                en="Only a correction may have a negative quantity. Move the sign to the price or issue a correction.",
            )


def row_numbers_are_unique(document: Document, _: Facts) -> Iterator[Problem]:
    """Except that the states before and after a correction share their number."""
    for (number, _is_before), count in Counter((row.number, row.is_before) for row in document.rows).items():
        if count > 1:
            yield Problem(
                code="ROW_NUMBER_TWICE",
                path="Fa/FaWiersz/NrWierszaFa",
                pl=f"Numer pozycji {number} powtarza się. Nadaj pozycjom różne numery.",
                en=f"Row number {number} stands more than once. Give the rows different numbers.",
            )


def descriptions_point_to_rows(document: Document, _: Facts) -> Iterator[Problem]:
    numbers = {row.number for row in document.rows}
    for place, description in enumerate(document.descriptions, 1):
        if description.row is not None and description.row not in numbers:
            yield Problem(
                code="DESCRIPTION_WITHOUT_ROW",
                path=f"Fa/DodatkowyOpis[{place}]/NrWiersza",
                pl=f"Opis dotyczy pozycji {description.row}, której nie ma na dokumencie.",
                en=f"The description belongs to row {description.row}, which is not on the document.",
            )


TOTAL_RULES = (
    buckets_add_up_to_the_total,
    total_is_what_stripe_charged,
    rows_add_up_to_their_bucket,
    quantity_times_price_is_the_value,
    rows_have_one_kind_of_value,
    quantities_fall_in_corrections_only,
    row_numbers_are_unique,
    descriptions_point_to_rows,
)


def _value_problems(bucket: Bucket, rows: list[Row], facts: Facts) -> Iterator[Problem]:
    path = f"Fa/P_13_{bucket.kind}"
    if all(row.gross is not None for row in rows):
        yield from _difference(path, bucket.net + (bucket.tax or ZERO), sum_of(rows, gross_of), ZERO)
        return
    # With tax rounded per document a net row made from a gross price may be off by one rounding (fa3-mapping 2.10).
    is_exact = bucket.tax is None or _all_state_tax(rows)
    # The tax computed for a gross row beside it may be one rounding away from the tax that was charged.
    roundings = len(rows) + sum(1 for row in rows if row.gross is not None and row.tax is None)
    slack = ZERO if is_exact else facts.grosz * roundings
    yield from _difference(path, bucket.net, sum_of(rows, net_of), slack)


def _all_state_tax(rows: list[Row]) -> bool:
    return all(row.tax is not None for row in rows)


def _difference(path: str, stated: Decimal, added_up: Decimal, slack: Decimal) -> Iterator[Problem]:
    if abs(stated - added_up) > slack:
        yield Problem(
            code="ROWS_MISMATCH",
            path=path,
            pl=f"Suma na dokumencie ({stated}) różni się od sumy pozycji ({added_up}).",
            en=f"The total on the document ({stated}) differs from the sum of its rows ({added_up}).",
        )
