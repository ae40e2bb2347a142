"""A correcting document: what the filed original said, repeated, and what changes (fa3-mapping 3.1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from apps.documents.mapping.before_after import Written
from apps.documents.mapping.dating import date_supply
from apps.documents.mapping.descriptions import describe_rows
from apps.documents.mapping.draft import asks_for_prefix
from apps.documents.mapping.invoice import SYSTEM, facts_of
from apps.documents.mapping.original import Original
from apps.documents.mapping.outcome import File, Hold, finish
from apps.documents.mapping.reasons import Reason
from apps.documents.mapping.rows import Row, write_row
from apps.documents.mapping.setup import Setup
from apps.documents.mapping.source import Period
from apps.documents.mapping.totals import Bucket, write_bucket
from apps.documents.mapping.wording import Wording
from apps.fa3 import document as fa3

_REASON_LIMIT = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a correction says beyond its original; amounts are differences in minor units."""

    number: str
    issued_on: date
    reason: str
    type: fa3.CorrectionType
    rows: Sequence[Written]
    buckets: Sequence[Bucket]
    total: int
    buyer_id: fa3.BuyerId | None = None  # where the correction adds one
    buyer: fa3.Buyer | None = None  # where the correction changes the buyer's data …
    former_buyer: fa3.FormerBuyer | None = None  # … and what they were
    is_reverse_charge: bool = False  # where the correction introduces it


def write_correction(
    change: Change, original: Original, setup: Setup, wording: Wording, warnings: Iterable[Reason]
) -> File | Hold:
    """KOR: buyer, seller, currency, annotations and period of the original, and the differences."""
    draft, currency = original.draft, original.draft.currency
    rows = tuple(written.row for written in change.rows)
    supply = date_supply([row.period for row in original.rows], change.issued_on)
    day_of = {row.number: day for row, day in zip(original.rows, supply.rows, strict=True)}
    document = fa3.Document(
        created_at=setup.created_at,
        system=SYSTEM,
        seller=setup.for_original.seller.party(has_vat_prefix=asks_for_prefix(rows or original.rows)),
        buyer=change.buyer or draft.buyer.party(change.buyer_id or draft.identity),
        third_parties=draft.buyer.units,
        currency=currency.code,
        issued_on=change.issued_on,
        number=change.number,
        supplied=supply.whole,
        buckets=tuple(write_bucket(bucket, currency) for bucket in change.buckets),
        total=currency.major(change.total),
        annotations=replace(
            draft.annotations, is_reverse_charge=draft.annotations.is_reverse_charge or change.is_reverse_charge
        ),
        kind=fa3.Kind.CORRECTION,
        correction=fa3.Correction(
            documents=(original.reference,),
            reason=wording.fit(change.reason, _REASON_LIMIT, "memo"),
            type=change.type,
            former_buyers=(change.former_buyer,) if change.former_buyer else (),
        ),
        is_for_fiscal_receipt=setup.for_original.settings.fiscal_receipt,
        is_between_related_parties=draft.buyer.is_related_party,
        descriptions=_descriptions(rows, original, supply.periods),
        rows=tuple(_write(written, change, original, setup, day_of) for written in change.rows),
        footer=setup.for_original.seller.stopka,
    )
    facts = facts_of(draft, setup, change.total)
    return finish(document, rows, setup, [*warnings, *wording.warnings], facts)


def _descriptions(
    rows: Sequence[Row], original: Original, periods: Sequence[Period | None]
) -> tuple[fa3.Description, ...]:
    """The periods of rows that differ, for the rows that are here."""
    period_of = {row.number: period for row, period in zip(original.rows, periods, strict=True)}
    here = {row.number: row for row in rows}
    return tuple(describe_rows(tuple(here.values()), [period_of.get(number) for number in here]))


def _write(
    written: Written, change: Change, original: Original, setup: Setup, day_of: dict[int, date | None]
) -> fa3.Row:
    row = written.row
    result = write_row(
        row,
        currency=original.draft.currency,
        shows_tax=_shows_tax(row, change, original, setup),
        supplied_on=day_of.get(row.number),
    )
    return replace(result, is_before=True) if written.is_before else result


def _shows_tax(row: Row, change: Change, original: Original, setup: Setup) -> bool:
    """P_11Vat follows the original row, and stands only where the rows make up the tax."""
    if setup.for_original.settings.line_vat == "never" or not row.bucket.bears_tax:
        return False
    has_original = any(item.number == row.number for item in original.rows)
    buckets = (*change.buckets, *(original.draft.buckets if has_original else ()))
    return all(bucket.rows_add_up for bucket in buckets if bucket.kind is row.bucket)
