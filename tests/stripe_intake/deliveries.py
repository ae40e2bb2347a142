"""Signs and posts deliveries as Stripe does."""

import hashlib
import hmac
import json
import uuid
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

from apps.connections.models import StripeConnection
from apps.connections.secrets import seal_into
from apps.connections.stripe_endpoints import forget_endpoints
from apps.stripe_intake.models import StripeEvent
from apps.tenants.context import acting_in
from tests.factories import Company

SECRET = "whsec_acme_first"
ACCOUNT = "acct_1QAcme"


def make_stripe_connection(company: Company, **values: Any) -> StripeConnection:
    """A connected account in test mode with a key and one signing secret."""
    secrets = {"api_key": "rk_test_acme", "webhook_secret": SECRET, "previous_webhook_secret": None} | {
        name: values.pop(name) for name in ("api_key", "webhook_secret", "previous_webhook_secret") if name in values
    }
    row = StripeConnection(
        **{
            "tenant": company.tenant,
            "account_id": ACCOUNT,
            "livemode": False,
            "api_version": "2026-10-28.endive",
            "stripe_endpoint_id": "we_1",
            **values,
        }
    )
    with acting_in(company.tenant.id):
        seal_into(row, **secrets)
        row.save()
    forget_endpoints()
    return row


def event(**values: Any) -> dict[str, Any]:
    return {
        "id": f"evt_{uuid.uuid4().hex[:24]}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1795000000,
        "data": {"object": {"id": "in_1", "object": "invoice", "status": "open"}},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": "invoice.finalized",
    } | values


def sign(body: bytes, *, secret: str = SECRET, at: float | None = None, scheme: str = "v1") -> str:
    moment = int(datetime.now(tz=UTC).timestamp() if at is None else at)
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},{scheme}={digest}"


def deliver(
    connection: StripeConnection,
    body: dict[str, Any] | bytes,
    *,
    signature: str | None = None,
    path: str = "",
    **how: Any,
) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    header = sign(raw, **how) if signature is None else signature
    extra = {"HTTP_STRIPE_SIGNATURE": header} if header else {}
    address = path or f"/hooks/stripe/{connection.endpoint_key}/"
    return Client(raise_request_exception=True).post(address, raw, content_type="application/json", **extra)


def stored(company: Company) -> list[StripeEvent]:
    with acting_in(company.tenant.id):
        return list(StripeEvent.objects.order_by("received_at"))
