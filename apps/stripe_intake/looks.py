"""look(): errands that are not about one document: a changed tax rate, and what the webhook may have missed."""

from datetime import datetime, timedelta

from .compare import compare
from .endpoint import check_endpoint
from .errands import want
from .missed import find_missed_events
from .models import StripeErrand, StripeSideObject
from .route import held
from .visit import Kind, Visit

EVENTS_EVERY = timedelta(minutes=15)
NIGHTLY = timedelta(days=1)


def look(visit: Visit, errand: StripeErrand) -> None:
    """Run the errand, and plan it again when it repeats."""
    again: datetime | None = None
    match Kind(errand.kind):
        case Kind.TAX_RATE:
            _read_tax_rate(visit, errand.subject)
        case Kind.EVENTS:
            find_missed_events(visit, errand)
            again = visit.clock() + EVENTS_EVERY
        case Kind.ENDPOINT:
            check_endpoint(visit)
            again = visit.clock() + NIGHTLY
        case Kind.COMPARE:
            again = visit.clock() + NIGHTLY if compare(visit, errand) else visit.clock()
        case other:
            raise ValueError(f"{other} is about one document")
    visit.finish([errand], again=again)


def _read_tax_rate(visit: Visit, rate_id: str) -> None:
    """A name or a mark changed: documents held for it may pass now."""
    with visit.writing():
        before = StripeSideObject.objects.filter(connection=visit.connection, stripe_id=rate_id).first()
    rate = visit.side.keep(rate_id, visit.access.get(f"/v1/tax_rates/{rate_id}"))
    if before is None or before.content != rate:
        with visit.writing():
            want(visit.tenant_id, visit.connection.id, held(visit.connection.id), at=visit.clock())
