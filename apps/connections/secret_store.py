"""Stripe's Secret Store as keeper of the KSeF token, for the cloud edition that runs as a Stripe app.

There the token is a secret of the tenant's own Stripe account (POST /v1/apps/secrets), scoped to the account, and this
database holds none of it.
"""

from typing import Protocol

from .stripe_access import StripeAccess, StripeNotFound

SCOPE = {"type": "account"}


class SecretStore(Protocol):
    """Keeps a few named secrets of one tenant."""

    def put(self, name: str, secret: str) -> None: ...

    def get(self, name: str) -> str | None: ...

    def wipe(self, name: str) -> None: ...


class StripeSecretStore:
    """The secrets of one Stripe account; its text shows neither the key nor a secret."""

    def __init__(self, access: StripeAccess) -> None:
        self._access = access

    def __repr__(self) -> str:
        return "StripeSecretStore()"

    def put(self, name: str, secret: str) -> None:
        """Store a secret, or replace the one of that name."""
        self._access.post("/v1/apps/secrets", name=name, payload=secret, scope=SCOPE)

    def get(self, name: str) -> str | None:
        """The secret, or None when there is none of that name."""
        try:
            found = self._access.get("/v1/apps/secrets/find", name=name, scope=SCOPE, expand=["payload"])
        except StripeNotFound:
            return None
        payload = found.get("payload")
        return payload if isinstance(payload, str) else None

    def wipe(self, name: str) -> None:
        """Delete the secret; that there was none is as good."""
        try:
            self._access.post("/v1/apps/secrets/delete", name=name, scope=SCOPE)
        except StripeNotFound:
            return
