"""A credit note over the tax alone: the base moves to a category without tax (fa3-mapping 3.5, "tax only").

Usually the buyer supplied an EU VAT number after the invoice, so 23 % becomes np II.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from apps.documents.mapping.before_after import Written, with_values
from apps.documents.mapping.buyer_ids import BuyerIds, ids_from_override
from apps.documents.mapping.category import Decision
from apps.documents.mapping.original import Original
from apps.documents.mapping.overrides import MoveToCategory, SetBuyerId
from apps.documents.mapping.reasons import Reason
from apps.documents.mapping.rows import Row
from apps.documents.mapping.source import CreditNote
from apps.documents.mapping.totals import Bucket
from apps.fa3 import document as fa3
from apps.fa3.codes import VatCategory

_REVERSED = frozenset({VatCategory.EU_SERVICE, VatCategory.OUTSIDE_POLAND})


@dataclass(frozen=True, slots=True)
class Move:
    """The rows in both states and the totals they come to."""

    rows: tuple[Written, ...]
    buckets: tuple[Bucket, ...]
    buyer_id: fa3.BuyerId | None
    is_reverse_charge: bool


def move_category(note: CreditNote, original: Original, wanted: MoveToCategory) -> Move | None:
    """None when the note does not give back the tax of all taxed rows, or the buyer's number forbids the move."""
    taxed = [row for row in original.rows if row.treatment.percentage is not None]
    left = [bucket for bucket in original.draft.buckets if bucket.kind.bears_tax]
    if not taxed or sum(bucket.tax for bucket in left) != note.total:
        return None
    buyer_id = _buyer_id(original, wanted)
    if buyer_id is None:
        return None
    written: list[Written] = []
    for row in taxed:
        written += (Written(row, is_before=True), Written(_moved(row, wanted.category, original)))
    taken = [replace(bucket, net=-bucket.net, tax=-bucket.tax, tax_pln=_minus(bucket)) for bucket in left]
    base = sum(row.figures.net for row in taxed)
    added = Bucket(wanted.category.bucket, base, 0, rows_add_up=True)
    return Move(tuple(written), (*taken, added), buyer_id, wanted.category in _REVERSED)


def _moved(row: Row, category: VatCategory, original: Original) -> Row:
    """The row after the move: the net value alone, at the new category."""
    treatment = replace(row.treatment, decision=Decision(1, category=category), percentage=None, said_by="override")
    plain = replace(row, treatment=treatment, is_gross=False, taxes=(), rate=None)
    return with_values(plain, row.figures.net, 0, original.draft.currency)


def _buyer_id(original: Original, wanted: MoveToCategory) -> fa3.BuyerId | None:
    """A number may be added to a buyer without one; a NIP cannot be corrected (XSD Podmiot2K)."""
    current = original.draft.identity
    if wanted.category not in (VatCategory.EU_SERVICE, VatCategory.ZERO_INTRA_EU):
        return current
    if isinstance(current, fa3.EuVat):
        return current
    if isinstance(current, fa3.Nip):
        return None
    faults: list[Reason] = []
    ids = ids_from_override(SetBuyerId(id_type="eu_vat", value=wanted.eu_vat), faults) if wanted.eu_vat else BuyerIds()
    return ids.eu[0] if ids.eu else None


def _minus(bucket: Bucket) -> Decimal | None:
    return None if bucket.tax_pln is None else -bucket.tax_pln
