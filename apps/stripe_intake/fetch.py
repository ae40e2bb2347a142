"""fetch(): ask Stripe for the objects of some errands, one by one or, when many are due, by the list."""

from collections.abc import Iterator, Sequence

from apps.connections.stripe_access import StripeAccess, StripeNotFound

from .gather import EXPAND
from .models import StripeErrand

Fetched = tuple[StripeErrand, dict[str, object] | StripeNotFound]

# From this many on a list that holds a hundred objects a page is cheaper for the tenant's own limits at Stripe.
MANY = 8
# The objects may lie far apart among others: what this many pages do not show is asked for one by one.
MOST_PAGES = 3


def fetch(access: StripeAccess, kind: str, errands: Sequence[StripeErrand]) -> Iterator[Fetched]:
    """Each errand with its object as it is now, or with the fact that there is none."""
    left = {errand.subject: errand for errand in errands}
    if len(errands) >= MANY:
        for content in _listed(access, kind, errands):
            errand = left.pop(str(content.get("id")), None)
            if errand is not None:
                yield errand, content
            if not left:
                return
    for subject, errand in left.items():
        try:
            yield errand, access.get(f"/v1/{kind}s/{subject}", expand=list(EXPAND[kind]))
        except StripeNotFound as missing:
            yield errand, missing


def _listed(access: StripeAccess, kind: str, errands: Sequence[StripeErrand]) -> Iterator[dict[str, object]]:
    """The objects created in the time from which those wanted come; the list knows no other filter (stripe.md 2.7)."""
    moments = [int(errand.made_at.timestamp()) for errand in errands if errand.made_at]
    if len(moments) < MANY:
        return
    window = {"gte": min(moments), "lte": max(moments)}
    pages = access.pages(f"/v1/{kind}s", created=window, expand=[f"data.{name}" for name in EXPAND[kind]])
    for number, page in enumerate(pages, start=1):
        yield from page
        if number == MOST_PAGES:
            return
