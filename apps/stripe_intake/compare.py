"""compare(): every invoice and credit note Stripe lists against those we hold; the first time, the import."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

import structlog
from django.utils.dateparse import parse_datetime

from apps.documents.models import SourceDocument
from apps.reviews.items import close_item, open_item
from apps.reviews.models import ReviewItem

from .errands import Hint, want
from .gaps import missing_numbers
from .models import StripeErrand
from .visit import Visit

log = structlog.get_logger(__name__)

PAGES_AT_ONCE = 10
# Lists know when an object was created, not when it was finalised. Each night looks back this far, and to the oldest
# draft still open, since that may become a document any day.
LOOK_BACK = timedelta(days=3)
LISTS = ("invoice", "credit_note")
SILENCE = timedelta(days=2)


def compare(visit: Visit, errand: StripeErrand) -> bool:
    """Read some pages; what is unknown or changed becomes an errand. True when the comparison is complete."""
    progress = _begin(visit, errand)
    for _ in range(PAGES_AT_ONCE):
        kind = LISTS[progress["list"]]
        page = _page(visit, kind, progress)
        objects = page.get("data") or []
        progress["found"] += _take_in(visit, kind, objects)
        progress["oldest_draft"] = _older(progress["oldest_draft"], objects)
        progress["after"] = objects[-1]["id"] if objects and page.get("has_more") else ""
        if not progress["after"]:
            progress["list"] += 1
        if progress["list"] == len(LISTS):
            _end(visit, errand, progress)
            return True
        _remember(visit, errand, progress)
    return False


def _begin(visit: Visit, errand: StripeErrand) -> dict[str, Any]:
    """Where the last block stopped, or a new comparison with fixed bounds: new objects must not shift its pages."""
    if errand.progress.get("until"):
        return dict(errand.progress)
    until = visit.clock()
    return {
        "compared_at": errand.progress.get("compared_at", ""),
        "since": _since(visit, errand),
        "until": int(until.timestamp()),
        "list": 0,
        "after": "",
        "found": 0,
        "oldest_draft": None,
    }


def _since(visit: Visit, errand: StripeErrand) -> int:
    compared = parse_datetime(errand.progress.get("compared_at", ""))
    if compared is None:
        first = visit.connection.import_from or visit.connection.created_at.date()
        # A day early: the import day is a day in Warsaw, whose midnight is not UTC's.
        return int(datetime.combine(first, time(), tzinfo=UTC).timestamp()) - 86_400
    back = int((compared - LOOK_BACK).timestamp())
    return min(back, errand.progress.get("oldest_draft") or back)


def _page(visit: Visit, kind: str, progress: Mapping[str, Any]) -> dict[str, Any]:
    created = {"gte": progress["since"], "lte": progress["until"]}
    after = {"starting_after": progress["after"]} if progress["after"] else {}
    return visit.access.get(f"/v1/{kind}s", limit=100, created=created, **after)


def _take_in(visit: Visit, kind: str, objects: Iterable[Mapping[str, Any]]) -> int:
    """Make errands of what differs; how many."""
    issued = {str(each["id"]): each for each in objects if each.get("status") != "draft"}
    with visit.writing():
        held = SourceDocument.objects.filter(
            tenant_id=visit.tenant_id, connection=visit.connection, stripe_id__in=issued
        ).order_by("revision")
        states = dict(held.values_list("stripe_id", "stripe_status"))  # the last revision wins
        differing = [each for stripe_id, each in issued.items() if states.get(stripe_id) != each.get("status")]
        hints = [
            Hint(StripeErrand.Kind(kind), str(each["id"]), datetime.fromtimestamp(each["created"], tz=UTC))
            for each in differing
        ]
        want(visit.tenant_id, visit.connection.id, hints, at=visit.clock())
    return len(hints)


def _older(known: int | None, objects: Iterable[Mapping[str, Any]]) -> int | None:
    drafts = [each["created"] for each in objects if each.get("status") == "draft"]
    return min([*drafts, *([known] if known else [])], default=None)


def _remember(visit: Visit, errand: StripeErrand, progress: dict[str, Any]) -> None:
    with visit.writing():
        errand.progress = progress
        StripeErrand.objects.filter(id=errand.id).update(progress=progress)


def _end(visit: Visit, errand: StripeErrand, progress: Mapping[str, Any]) -> None:
    is_first = not progress["compared_at"]
    compared_at = datetime.fromtimestamp(progress["until"], tz=UTC)
    done = {
        "compared_at": compared_at.isoformat(),
        "found": progress["found"],
        "oldest_draft": progress["oldest_draft"],
    }
    _remember(visit, errand, done)
    with visit.writing():
        _close_filled_gaps(visit)
        # What is known and only not read yet would look like a hole; the next comparison looks again.
        for gap in [] if _is_reading(visit) else missing_numbers(visit.connection):
            open_item(visit.tenant_id, "number_gap", gap, at=visit.clock())
        if progress["found"] and not is_first and _is_silent(visit):
            # Stripe has documents and sent no event for days: the endpoint is gone, off or unreachable.
            want(visit.tenant_id, visit.connection.id, [Hint(StripeErrand.Kind.ENDPOINT)], at=visit.clock())
            open_item(visit.tenant_id, "stripe_silent", {"connection": str(visit.connection.id)}, at=visit.clock())
    log.info("stripe.compared", connection=str(visit.connection.id), found=progress["found"])


def _close_filled_gaps(visit: Visit) -> None:
    """A hole of which a number has come since is not that hole any more; what is left of it is opened anew."""
    gaps = ReviewItem.objects.filter(tenant_id=visit.tenant_id, kind="number_gap", state=ReviewItem.State.OPEN)
    documents = SourceDocument.objects.filter(tenant_id=visit.tenant_id)
    for gap in gaps:
        if documents.filter(number__in=gap.facts["numbers"]).exists():
            close_item(gap, at=visit.clock())


def _is_reading(visit: Visit) -> bool:
    invoices = StripeErrand.objects.filter(
        tenant_id=visit.tenant_id, connection=visit.connection, kind=StripeErrand.Kind.INVOICE
    )
    return invoices.filter(state=StripeErrand.State.DUE).exists()


def _is_silent(visit: Visit) -> bool:
    heard = type(visit.connection).objects.values_list("last_event_at", flat=True).get(id=visit.connection.id)
    return (heard or visit.connection.created_at) < visit.clock() - SILENCE
