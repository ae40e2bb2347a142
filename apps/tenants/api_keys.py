"""Make, find and revoke a company's API keys."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q

from apps.audit.record import record

from .context import acting_in
from .models import ApiKey, Membership, Tenant, User
from .roles import May, Role, may

PREFIX = "kk_"
USE_NOTED_EVERY = timedelta(minutes=5)

# What a scope may do, in the words of the one permission table.
ALLOWS: dict[str, frozenset[May]] = {
    ApiKey.Scope.READ: frozenset({May.READ}),
    ApiKey.Scope.DECIDE: frozenset({May.READ, May.DECIDE}),
    ApiKey.Scope.AUDIT: frozenset({May.READ, May.READ_AUDIT}),
}


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; `secret` is shown once and kept nowhere."""

    key: ApiKey
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """Who asks: the tenant, and what the key allows."""

    tenant_id: UUID
    key_id: UUID
    scope: str

    @property
    def actor(self) -> str:
        return f"key:{self.key_id}"

    def may(self, what: May) -> bool:
        return what in ALLOWS[self.scope]


def make_key(
    tenant: Tenant, *, name: str, scope: ApiKey.Scope, by: User, at: datetime, expires_at: datetime | None = None
) -> NewKey:
    """Runs inside acting_in."""
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        tenant=tenant,
        name=name,
        scope=scope,
        secret_hash=_hash(secret),
        created_by=by,
        created_at=at,
        expires_at=expires_at,
    )
    _note(key, "api_key.made", by, at)
    return NewKey(key=key, secret=secret)


def revoke_key(key: ApiKey, *, by: User, at: datetime) -> None:
    """The key stops working at once. Runs inside acting_in."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=at):
        _note(key, "api_key.revoked", by, at)


def keys_left_behind(tenant_id: UUID, *, at: datetime) -> list[ApiKey]:
    """Living keys whose maker may not make any now, having left or lost the role: maybe they know the secret still."""
    makers = Membership.objects.filter(tenant_id=tenant_id, role__in=[role for role in Role if may(role, May.CONNECT)])
    living = ApiKey.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at), revoked_at__isnull=True)
    left = living.filter(tenant_id=tenant_id).exclude(created_by__in=makers.values("user"))
    return list(left.select_related("created_by").order_by("created_at"))


def revoke_keys_left_behind(tenant_id: UUID, *, by: User, at: datetime) -> int:
    """Each is revoked with an audit entry of its own. Runs inside acting_in."""
    keys = keys_left_behind(tenant_id, at=at)
    for key in keys:
        revoke_key(key, by=by, at=at)
    return len(keys)


def find_key(secret: str, *, at: datetime) -> KeyInUse | None:
    """The living key behind a secret; its use is noted every few minutes at most."""
    if not secret.startswith(PREFIX):
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ksefkit_api_key(%s)", [_hash(secret)])
        row = cursor.fetchone()
    if row is None:
        return None
    tenant_id, key_id = row
    with acting_in(tenant_id):
        key = ApiKey.objects.filter(tenant_id=tenant_id, pk=key_id, revoked_at__isnull=True).first()
        if key is None or (key.expires_at and key.expires_at <= at):
            return None
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - USE_NOTED_EVERY)
        ApiKey.objects.filter(stale, tenant_id=tenant_id, pk=key_id).update(last_used_at=at)
    return KeyInUse(tenant_id=tenant_id, key_id=key_id, scope=key.scope)


def _hash(secret: str) -> bytes:
    # The secret has 256 random bits: a slow password hash would add nothing.
    return hashlib.sha256(secret.encode()).digest()


def _note(key: ApiKey, event: str, by: User, at: datetime) -> None:
    record(
        tenant_id=key.tenant_id,
        event=event,
        subject=key,
        actor=f"user:{by.id}",
        data={"name": key.name, "scope": key.scope},
        at=at,
    )
