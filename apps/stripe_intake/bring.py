"""bring_in(): from objects as Stripe has them now to captured documents and their filings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.connections.stripe_access import StripeNotFound
from apps.documents.capture import NotADocument, Reading, capture_all, id_of, newest
from apps.documents.models import SourceDocument
from apps.filings.open import open_filings
from apps.reviews.items import open_item
from apps.tenants.context import acting_in

from .gather import EXPAND, gather
from .models import StripeErrand
from .visit import Visit

# What was issued longer ago is history that a person had imported: it is filed at night, not before today's documents.
HISTORY = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Brought:
    """An errand with what was read for it; nothing for a draft, which is no document yet."""

    errand: StripeErrand
    reading: Reading | None


def read_whole(visit: Visit, errand: StripeErrand, content: dict[str, Any]) -> Brought:
    """Read what the object needs beside itself; which event told of it does not matter."""
    if content.get("status") == "draft":
        return Brought(errand, None)
    if content.get("livemode") is not visit.connection.livemode:
        raise NotADocument("Stripe answered with an object of the other mode.")
    if content.get("object") == "credit_note":
        _bring_original(visit, id_of(content.get("invoice")))
    return Brought(errand, gather(visit.access, content, visit.side, at=visit.clock()))


def bring_in(visit: Visit, brought: Sequence[Brought]) -> None:
    """Keep what was read and open the filings, then the errands are done: in three short transactions."""
    take_in(visit, [each.reading for each in brought if each.reading])
    visit.finish([each.errand for each in brought])


def take_in(visit: Visit, readings: Sequence[Reading]) -> None:
    with visit.writing():
        documents = capture_all(visit.connection, readings)
    # Apart from the capture: whatever the mapping meets, what Stripe said is kept.
    at = visit.clock()
    for is_history in (False, True):
        chosen = [document for document in documents if _is_history(document, at) is is_history]
        if chosen:
            with visit.writing():
                open_filings(chosen, at=at, backfill=is_history)


def gone(visit: Visit, errand: StripeErrand) -> str:
    """Stripe does not know the object it told us about: a person should know. Returns the reason."""
    with visit.writing():
        facts = {"object": errand.kind, "stripe_id": errand.subject}
        open_item(visit.tenant_id, "stripe_object_missing", facts, at=visit.clock())
    return "Stripe has no such object: it was deleted, or belongs to another account or mode."


def _is_history(document: SourceDocument, at: datetime) -> bool:
    return document.issued_at is not None and document.issued_at < at - HISTORY


def _bring_original(visit: Visit, invoice_id: str) -> None:
    """A correction needs the invoice it corrects, which may be older than the connection."""
    with acting_in(visit.tenant_id):
        if not invoice_id or newest(visit.tenant_id, visit.connection.id, invoice_id) is not None:
            return
    try:
        invoice = visit.access.get(f"/v1/invoices/{invoice_id}", expand=list(EXPAND["invoice"]))
    except StripeNotFound:
        return  # the mapping holds the credit note and asks for its original
    take_in(visit, [gather(visit.access, invoice, visit.side, at=visit.clock())])
