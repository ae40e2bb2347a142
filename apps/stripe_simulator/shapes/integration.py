"""Events, webhook endpoints and app secrets."""

from __future__ import annotations

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.events import AppSecret, WebhookEndpoint


def webhook_endpoint_shape(change: Change, endpoint: WebhookEndpoint) -> Json:
    """Without the secret: only the answer to the create call has it."""
    return {
        "id": endpoint.id,
        "object": "webhook_endpoint",
        "api_version": endpoint.api_version,
        "application": None,
        "created": endpoint.created,
        "description": endpoint.description,
        "enabled_events": list(endpoint.enabled_events),
        "livemode": change.account.livemode,
        "metadata": endpoint.metadata,
        "status": endpoint.status,
        "url": endpoint.url,
    }


def app_secret_shape(change: Change, secret: AppSecret) -> Json:
    """Without the payload: it comes only when it is expanded."""
    scope: Json = {"type": secret.scope_type}
    if secret.scope_user:
        scope["user"] = secret.scope_user
    return {
        "id": secret.id,
        "object": "apps.secret",
        "created": secret.created,
        "expires_at": secret.expires_at,
        "livemode": change.account.livemode,
        "name": secret.name,
        "scope": scope,
    }
