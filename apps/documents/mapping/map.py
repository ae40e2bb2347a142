"""The front door: one Stripe object in; a document, a hold or a skip out. It never fetches and reads no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from apps.documents.mapping.buyer_correction import BuyerCorrection, map_buyer_correction
from apps.documents.mapping.correction import map_credit_note
from apps.documents.mapping.invoice import map_invoice
from apps.documents.mapping.normalise import is_credit_note, normalise_credit_note, normalise_invoice
from apps.documents.mapping.outcome import Mapped
from apps.documents.mapping.overrides import Override, Overrides
from apps.documents.mapping.related import Related
from apps.documents.mapping.seller import Seller
from apps.documents.mapping.settings import Settings
from apps.documents.mapping.setup import Setup
from apps.documents.mapping.void import map_void_invoice, map_voided_credit_note

_NOON = time(12, tzinfo=UTC)


def map_document(
    stripe: Mapping[str, Any],
    related: Related,
    seller: Seller,
    settings: Settings,
    filing_date: date,
    overrides: Overrides | Sequence[Override] = (),
    *,
    created_at: datetime | None = None,
) -> Mapped:
    """Map an invoice or a credit note as of the Warsaw day on which it would be filed.

    `created_at` is what the document says about its own making; noon of the filing day unless the caller has a clock.
    """
    given = overrides if isinstance(overrides, Overrides) else Overrides(tuple(overrides))
    setup = _setup(_with_expanded_original(related, stripe), seller, settings, filing_date, given, created_at)
    if is_credit_note(stripe):
        note = normalise_credit_note(stripe, related.side)
        return map_voided_credit_note(note, setup) if note.status == "void" else map_credit_note(note, setup)
    invoice = normalise_invoice(stripe, related.side)
    return map_void_invoice(invoice, setup) if invoice.status == "void" else map_invoice(invoice, setup)


def _with_expanded_original(related: Related, stripe: Mapping[str, Any]) -> Related:
    """A credit note may bring its invoice along, expanded."""
    invoice = stripe.get("invoice")
    is_needed = related.original_invoice is None and isinstance(invoice, dict) and "lines" in invoice
    return replace(related, original_invoice=invoice) if is_needed else related


def correct_buyer(
    correction: BuyerCorrection,
    related: Related,
    seller: Seller,
    settings: Settings,
    filing_date: date,
    *,
    created_at: datetime | None = None,
) -> Mapped:
    """Correct the name or address of the buyer on the original that `related` names."""
    setup = _setup(related, seller, settings, filing_date, Overrides(), created_at)
    return map_buyer_correction(correction, setup)


def _setup(
    related: Related,
    seller: Seller,
    settings: Settings,
    filing_date: date,
    overrides: Overrides,
    created_at: datetime | None,
) -> Setup:
    return Setup(
        related=related,
        seller=seller,
        settings=settings,
        filing_date=filing_date,
        overrides=overrides,
        created_at=created_at or datetime.combine(filing_date, _NOON),
    )
