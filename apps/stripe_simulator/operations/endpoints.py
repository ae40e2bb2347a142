from __future__ import annotations

import time
from dataclasses import replace
from urllib.parse import urlsplit

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id, new_signing_secret
from apps.stripe_simulator.records.events import SigningSecret, WebhookEndpoint

from .refusal import Refusal

_LIMIT = 16  # docs.stripe.com/webhooks


def add_endpoint(
    change: Change,
    *,
    url: str,
    enabled_events: tuple[str, ...],
    api_version: str | None = None,
    description: str | None = None,
    metadata: dict[str, str] | None = None,
) -> WebhookEndpoint:
    """A new endpoint with a secret of its own."""
    checked_url(change, url)
    if change.count(WebhookEndpoint) >= _LIMIT:
        raise Refusal(f"You have reached the maximum of {_LIMIT} webhook endpoints for this account.")
    return change.put(
        WebhookEndpoint(
            id=new_id("we"),
            created=change.at,
            url=url,
            enabled_events=enabled_events,
            secrets=(SigningSecret(value=new_signing_secret()),),
            api_version=api_version,
            description=description,
            metadata=metadata or {},
        )
    )


def checked_url(change: Change, url: str) -> str:
    """The address if events can be posted to it; only test mode goes without TLS."""
    allowed = ("https",) if change.account.livemode else ("https", "http")
    try:
        parts = urlsplit(url)
        good = parts.scheme in allowed and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good:
        raise Refusal(
            f"Invalid URL: it must be an absolute {' or '.join(allowed)} address.", code="url_invalid", param="url"
        )
    return url


def roll_secret(change: Change, endpoint: WebhookEndpoint, *, overlap: float) -> WebhookEndpoint:
    """Give an endpoint a new secret; the old one signs as well until the overlap has passed."""
    old = replace(endpoint.secrets[0], expires_at=time.time() + overlap)
    return change.put(replace(endpoint, secrets=(SigningSecret(value=new_signing_secret()), old)))
