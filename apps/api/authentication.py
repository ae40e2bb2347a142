"""A program signs in with `Authorization: Bearer kk_…`; a view states what it needs with `needs`."""

import time
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle
from rest_framework.views import APIView

from apps.audit.record import record
from apps.tenants.api_keys import KeyInUse, find_key
from apps.tenants.context import acting_in
from apps.tenants.sign_ins import note

GUESSES_A_MINUTE = 30


class Program:
    """Whoever holds a key: signed in, but no person."""

    is_authenticated = True
    is_active = True
    pk = None


class KeyAuthentication(BaseAuthentication):
    """The bearer key of a company. Unknown, revoked and expired look the same."""

    def authenticate(self, request: Request) -> tuple[Program, KeyInUse] | None:
        parts = get_authorization_header(request).decode("latin-1").split()
        if not parts or parts[0].lower() != "bearer":
            return None
        guesses = Guesses(request)
        if guesses.are_too_many():
            raise Throttled(guesses.wait)
        key = find_key(parts[1], at=timezone.now()) if len(parts) == 2 else None
        if key is None:
            guesses.count()
            note("api_key.refused", person=None)
            raise AuthenticationFailed(_("This key is not known, was revoked, or has expired."))
        return Program(), key

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 as DRF calls it
        return "Bearer"


class KeyMay(BasePermission):
    """The same permission table as the pages; a refusal is audited."""

    message = gettext_lazy("This key's scope does not allow this.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        key = request.auth
        if not isinstance(key, KeyInUse):
            return False
        needed = view.needs.get(str(request.method))  # type: ignore[attr-defined]  # TenantView states it
        if needed is None:
            raise MethodNotAllowed(str(request.method))
        if key.may(needed):
            return True
        with acting_in(key.tenant_id):
            data = {"needed": needed.value, "path": request.path, "method": request.method}
            record(tenant_id=key.tenant_id, event="permission.denied", actor=key.actor, data=data)
        return False


class Guesses:
    """Counts refused keys by address and minute; beyond the limit keys from there are not even looked up."""

    def __init__(self, request: Request) -> None:
        self.minute, passed = divmod(int(time.time()), 60)
        self.wait = 60 - passed
        self.name = f"guesses:{BaseThrottle().get_ident(request)}:{self.minute}"

    def are_too_many(self) -> bool:
        return int(cache.get(self.name, 0)) >= GUESSES_A_MINUTE

    def count(self) -> None:
        if not cache.add(self.name, 1, 60):
            cache.incr(self.name)


class KeyThrottle(SimpleRateThrottle):
    """Counts by key; before sign-in by address."""

    scope = "key"

    def get_cache_key(self, request: Request, view: Any) -> str:  # noqa: ARG002 as DRF calls it
        key = request.auth
        who = str(key.key_id) if isinstance(key, KeyInUse) else self.get_ident(request)
        return f"throttle:{self.scope}:{who}"


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the base registers subclasses
    """How the API's description names the key."""

    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:  # noqa: ARG002 as the base calls it
        return {"type": "http", "scheme": "bearer", "description": "A company's API key; it begins with kk_."}
