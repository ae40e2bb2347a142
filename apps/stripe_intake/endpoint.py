"""check_endpoint(): is our webhook endpoint still there, switched on, and asking for the right events."""

from apps.connections.models import StripeConnection
from apps.connections.stripe_access import StripeAccessDenied, StripeNotFound
from apps.connections.stripe_events import EVENTS
from apps.reviews.items import open_item

from .visit import Visit


def check_endpoint(visit: Visit) -> None:
    """Repair what differs; an endpoint that is gone is laid before a person, who connects anew."""
    endpoint_id = visit.connection.stripe_endpoint_id
    if not endpoint_id:
        return  # made by hand: whether it works shows in the events it delivers
    try:
        endpoint = visit.access.get(f"/v1/webhook_endpoints/{endpoint_id}")
    except StripeNotFound:
        _tell(visit, "stripe_endpoint_gone")
        return
    except StripeAccessDenied as denial:
        if denial.key_is_bad:
            raise
        return  # looking after it is a convenience; missing events are found without it
    if endpoint.get("status") != "enabled" or set(endpoint.get("enabled_events") or ()) != set(EVENTS):
        visit.access.post(f"/v1/webhook_endpoints/{endpoint_id}", enabled_events=sorted(EVENTS), disabled=False)


def _tell(visit: Visit, kind: str) -> None:
    with visit.writing():
        row = StripeConnection.objects.get(id=visit.connection.id)
        facts = {"connection": str(row.id), "endpoint": row.stripe_endpoint_id}
        open_item(visit.tenant_id, kind, facts, at=visit.clock())
