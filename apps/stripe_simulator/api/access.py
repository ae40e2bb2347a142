from __future__ import annotations

import base64
import binascii
import hmac
import threading

from .errors import ApiError

# What a restricted key may be given here, in Stripe's names.
PERMISSIONS = (
    "rak_connected_account_read",
    "rak_credit_note_read",
    "rak_credit_note_write",
    "rak_customer_read",
    "rak_customer_write",
    "rak_event_read",
    "rak_invoice_read",
    "rak_invoice_write",
    "rak_payment_intent_read",
    "rak_charge_read",
    "rak_plan_read",
    "rak_plan_write",
    "rak_product_read",
    "rak_product_write",
    "rak_secret_write",
    "rak_tax_rate_read",
    "rak_tax_rate_write",
    "rak_webhook_read",
    "rak_webhook_write",
)


class Keyring:
    """The account's API keys; a restricted key has permissions that can be taken away and given back."""

    def __init__(self, key: str, permissions: frozenset[str] = frozenset(PERMISSIONS)) -> None:
        self._lock = threading.Lock()
        self.key = key
        self.revoked = False
        self._permissions = permissions

    @property
    def permissions(self) -> frozenset[str]:
        with self._lock:
            return self._permissions

    def allow(self, permissions: frozenset[str]) -> None:
        with self._lock:
            self._permissions = permissions

    def authenticate(self, authorization: str) -> None:
        given = _key_in(authorization)
        if given is None:
            raise ApiError(401, "You did not provide an API key. Send it as a bearer token or as the basic auth user.")
        if not hmac.compare_digest(given.encode(), self.key.encode()):
            raise ApiError(401, f"Invalid API Key provided: {masked(given)}")
        if self.revoked:
            raise ApiError(401, f"Expired API Key provided: {masked(given)}", code="api_key_expired")

    def require(self, permission: str, account_id: str) -> None:
        if self.key.startswith("sk_") or self.may(permission):
            return
        raise ApiError(
            403,
            f"The provided key '{masked(self.key)}' does not have the required permissions for this endpoint on "
            f"account '{account_id}'. Having the '{permission}' permission would allow this request to continue.",
        )

    def may(self, permission: str) -> bool:
        """Write includes read, as in Stripe."""
        granted = self.permissions
        return permission in granted or permission.removesuffix("_read") + "_write" in granted


def masked(key: str) -> str:
    if len(key) < 13:
        return "*" * len(key)
    return f"{key[:8]}{'*' * (len(key) - 12)}{key[-4:]}"


def _key_in(authorization: str) -> str | None:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip() or None
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(credentials, validate=True).decode().partition(":")[0] or None
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None
