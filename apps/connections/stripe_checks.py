"""System checks: keys of tenants must not travel in the clear, nor to an address that is not meant."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from apps.ksef_client.environments import is_loopback


@register(Tags.security)
def keys_travel_encrypted(**_: Any) -> list[CheckMessage]:
    """STRIPE_API_BASE is https, or on this machine or private network, where a simulator stands."""
    address = urlsplit(settings.STRIPE_API_BASE)
    host = address.hostname or ""
    # A name without a dot is a neighbour in the same Compose network.
    is_near = bool(host) and (is_loopback(host) or "." not in host)
    if address.scheme == "https" or (address.scheme == "http" and is_near):
        return []
    return [
        Error(
            f"STRIPE_API_BASE is {settings.STRIPE_API_BASE!r}: Stripe keys would travel unencrypted.",
            hint="Leave it unset for Stripe itself; http:// is for a simulator on this machine.",
            id="ksefkit.E020",
        )
    ]
