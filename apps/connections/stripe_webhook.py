"""Our webhook endpoint at Stripe: made through the API with our events at our version, deleted when no longer ours."""

from dataclasses import dataclass, field

from django.conf import settings

from .models import StripeConnection
from .stripe_access import StripeAccess, StripeTrouble, StripeUnavailable
from .stripe_events import EVENTS


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What Stripe answers to the making, and never again; its text hides the secret."""

    id: str
    secret: str = field(repr=False)


def endpoint_url(connection: StripeConnection) -> str:
    """Where Stripe delivers; random and one per connection, yet no credential."""
    return f"{settings.PUBLIC_URL}/hooks/stripe/{connection.endpoint_key}/"


def make_endpoint(access: StripeAccess, connection: StripeConnection, *, attempt: str) -> Endpoint:
    """Make it; the same attempt repeated makes no second one."""
    answer = access.post(
        "/v1/webhook_endpoints",
        idempotency_key=f"ksefkit:{connection.id}:endpoint:{attempt}",
        url=endpoint_url(connection),
        enabled_events=sorted(EVENTS),
        api_version=settings.STRIPE_API_VERSION,
        description="KSeF Kit",
        metadata={"ksefkit_connection": str(connection.id)},
    )
    endpoint_id, secret = answer.get("id"), answer.get("secret")
    if not isinstance(endpoint_id, str) or not isinstance(secret, str):
        raise StripeUnavailable("Stripe made an endpoint and did not say its secret.")
    return Endpoint(endpoint_id, secret)


def delete_endpoint(access: StripeAccess, endpoint_id: str) -> None:
    """Delete it as far as Stripe lets us: what cannot be deleted is refused here from now on."""
    try:
        access.delete(f"/v1/webhook_endpoints/{endpoint_id}")
    except StripeTrouble:
        return
