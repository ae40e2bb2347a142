"""Speaks to Stripe for one connection, at the pinned API version: plain objects out, four kinds of trouble."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import stripe
import structlog
from django.conf import settings
from django.utils import timezone

from apps.tenants.context import acting_in
from apps.vault import SecretUnreadable

from .credential_archive import note_first_use_of_day
from .models import StripeConnection
from .secrets import open_secret

log = structlog.get_logger(__name__)

stripe.enable_telemetry = False

CONNECT_SECONDS, READ_SECONDS = 5, 20
PAGE = 100
RETRY_SECONDS = 60
NO_ANSWER = "Stripe answered with something that is no answer of its API."


class StripeTrouble(Exception):
    """Stripe did not do what was asked; the subclass says what may be done next."""


class StripeAccessDenied(StripeTrouble):
    """The key is bad, or good but without a permission: the tenant must act. The text is Stripe's own."""

    def __init__(self, message: str, *, key_is_bad: bool) -> None:
        super().__init__(message)
        self.key_is_bad = key_is_bad


class StripeNotFound(StripeTrouble):
    """There is no such object in this account and mode."""


class StripeRefused(StripeTrouble):
    """Stripe does not accept the request as it is; asking again changes nothing."""


class StripeUnavailable(StripeTrouble):
    """Nothing is known to have happened; try after `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: int = RETRY_SECONDS) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StripeAccess:
    """One account's API with one key. Its text never shows the key."""

    def __init__(self, api_key: str, *, retries: int = 0) -> None:
        self._client = stripe.StripeClient(
            api_key,
            stripe_version=settings.STRIPE_API_VERSION,
            # The address is the operator's alone; no tenant can point our servers anywhere.
            base_addresses={"api": settings.STRIPE_API_BASE.rstrip("/")},
            http_client=_http_client(),
            max_network_retries=retries,
        )
        self._hidden = api_key
        # A connection is served by one worker at a time: a gap between its requests limits the account's rate.
        self._gap = 1 / settings.STRIPE_REQUESTS_PER_SECOND
        self._free_at = 0.0
        self.before_each: Callable[[], None] = lambda: None  # what a caller must see to while it asks a lot

    def __repr__(self) -> str:
        return "StripeAccess()"

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        return self._call("get", path, params)

    def post(self, path: str, *, idempotency_key: str = "", **params: Any) -> dict[str, Any]:
        """A change; the same idempotency key never makes the change twice."""
        options = {"idempotency_key": idempotency_key} if idempotency_key else {}
        return self._call("post", path, params | options)

    def delete(self, path: str) -> dict[str, Any]:
        return self._call("delete", path, {})

    def each(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every object of a list, over all its pages, as Stripe orders them."""
        for page in self.pages(path, **params):
            yield from page

    def pages(self, path: str, **params: Any) -> Iterator[list[dict[str, Any]]]:
        """The pages of a list, one request each."""
        after: dict[str, str] = {}
        while True:
            answer = self.get(path, **{"limit": PAGE, **params, **after})
            data = answer.get("data")
            if not isinstance(data, list):
                raise StripeUnavailable(NO_ANSWER)
            yield data
            if not answer.get("has_more") or not data:
                return
            after = {"starting_after": str(data[-1]["id"])}

    def _call(self, method: str, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self._wait_for_turn()
        self.before_each()
        try:
            body = json.loads(self._client.raw_request(method, path, **params).body)
        except stripe.StripeError as error:
            raise _trouble(error, hidden=self._hidden) from None
        except (ValueError, AttributeError, TypeError, KeyError):
            # A page of a proxy, half an answer: the SDK stumbles over error bodies that are not Stripe's.
            raise StripeUnavailable(NO_ANSWER) from None
        if not isinstance(body, dict) or "object" not in body:
            raise StripeUnavailable(NO_ANSWER)
        return body

    def _wait_for_turn(self) -> None:
        now = time.monotonic()
        if self._free_at > now:
            time.sleep(self._free_at - now)
        self._free_at = max(now, self._free_at) + self._gap


def stripe_access(connection: StripeConnection) -> StripeAccess:
    """The API of a connection; raises StripeAccessDenied when it has no key (any more)."""
    try:
        with acting_in(connection.tenant_id):
            note_first_use_of_day(connection, "api_key", at=timezone.now())
            api_key = open_secret(connection, "api_key")
    except SecretUnreadable as unreadable:
        raise StripeAccessDenied(f"The stored key does not open. {unreadable}", key_is_bad=True) from None
    if not api_key:
        raise StripeAccessDenied("This connection has no key. Connect Stripe again.", key_is_bad=True)
    return StripeAccess(api_key)


@lru_cache(maxsize=1)
def _http_client() -> stripe.RequestsClient:
    # One per process: it keeps a session, and so its open connections, per thread.
    return stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS))


def _trouble(error: stripe.StripeError, *, hidden: str) -> StripeTrouble:
    message = (error.user_message or type(error).__name__).replace(hidden, "…")[:500]
    log.info("stripe.trouble", status=error.http_status, code=error.code, request=error.request_id)
    match error:
        case stripe.AuthenticationError():
            return StripeAccessDenied(message, key_is_bad=True)
        case stripe.PermissionError():
            return StripeAccessDenied(message, key_is_bad=False)
        case stripe.RateLimitError():
            return StripeUnavailable(message, retry_after=_retry_after(error))
        case stripe.InvalidRequestError() if error.http_status == 404:
            return StripeNotFound(message)
        case stripe.InvalidRequestError() | stripe.IdempotencyError():
            return StripeRefused(message)
        case _:
            return StripeUnavailable(message)


def _retry_after(error: stripe.StripeError) -> int:
    """Seconds Stripe asks to wait; the SDK ignores the header."""
    asked = (error.headers or {}).get("Retry-After") or (error.headers or {}).get("retry-after") or ""
    return min(max(int(asked), 1), 3600) if asked.isdecimal() and len(asked) < 6 else 2
