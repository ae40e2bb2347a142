"""Connect a tenant to a Stripe account, change its key or signing secret, and let go of it again."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import connection as database

from apps.audit.record import SYSTEM, lock_chain, record
from apps.fa3.calendar import warsaw_date
from apps.tenants.context import acting_in
from apps.tenants.models import Tenant, User

from .credential_archive import archive
from .models import StripeConnection
from .secrets import open_secret, seal_into
from .stripe_access import StripeAccess, StripeAccessDenied, StripeNotFound, StripeTrouble, stripe_access
from .stripe_endpoints import forget_endpoints
from .stripe_keys import mode_of_key
from .stripe_permissions import Permission, missing_permissions
from .stripe_webhook import delete_endpoint, make_endpoint
from .token_keeper import wipe_tokens_of

# Stripe signs with both secrets for up to a day after a change; deliveries under way carry the old one.
OLD_SECRET_LIVES = timedelta(hours=24)


class StripeNotConnected(Exception):
    """Nothing was stored. `code` picks the sentence (stripe_wording.py); `detail` is in Stripe's own words."""

    def __init__(self, code: str, *, detail: str = "", missing: tuple[Permission, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Connected:
    """What came of connecting; without an endpoint the person makes it in Stripe and pastes its secret."""

    connection: StripeConnection
    has_endpoint: bool
    why_no_endpoint: str = ""  # in Stripe's own words
    lacking: tuple[Permission, ...] = field(default=())  # optional permissions the key has not


def connect_stripe(
    tenant: Tenant, api_key: str, *, by: User, at: datetime, import_from: date | None = None
) -> Connected:
    """Check the key by real calls, make the webhook endpoint, store both; a known account gets the new key.

    Talks to Stripe, so it must not run inside a transaction.
    """
    api_key = api_key.strip()
    livemode = _mode(api_key)
    access = StripeAccess(api_key, retries=2)
    lacking = _check(access)
    account_id, account_name = _account(access)
    claimed = account_id or f"key:{hashlib.sha256(api_key.encode()).hexdigest()[:40]}"
    row = _store_key(tenant, api_key, claimed, account_name, livemode=livemode, by=by, at=at, import_from=import_from)
    has_endpoint, why_not = _give_endpoint(row, access, by=by, at=at)
    return Connected(row, has_endpoint, why_not, tuple(lacking))


def enter_signing_secret(connection: StripeConnection, secret: str, *, by: User, at: datetime) -> None:
    """The manual way: the person made the endpoint in Stripe's dashboard and pastes its whsec_…"""
    secret = secret.strip()
    if not secret.startswith("whsec_") or not 20 <= len(secret) <= 200 or not secret.isascii():
        raise StripeNotConnected("no_signing_secret")
    with acting_in(connection.tenant_id):
        lock_chain(connection.tenant_id)
        row = StripeConnection.objects.select_for_update().get(id=connection.id)
        _use_secret(row, secret, at=at)
        row.stripe_endpoint_id = ""
        row.save()
        _record(row, "stripe.secret_entered", by, at)
    _refresh(connection)


def rotate_signing_secret(connection: StripeConnection, *, by: User, at: datetime) -> None:
    """A second endpoint with a secret of its own takes over; the first is deleted, its secret lives on for a day."""
    access = stripe_access(connection)
    old = connection.stripe_endpoint_id
    try:
        made = make_endpoint(access, connection, attempt=str(uuid4()))
    except StripeTrouble as trouble:
        raise StripeNotConnected("endpoint_refused", detail=str(trouble)) from None
    _store_endpoint(connection, access, made.id, made.secret, event="stripe.secret_rotated", by=by, at=at)
    if old:
        delete_endpoint(access, old)


def disconnect_stripe(connection: StripeConnection, *, by: User | None, at: datetime) -> None:
    """Delete at Stripe what is ours there as far as it lets us, then wipe key and secrets. Documents stay."""
    wipe_tokens_of(connection.tenant_id, connection.id)
    try:
        if connection.stripe_endpoint_id:
            delete_endpoint(stripe_access(connection), connection.stripe_endpoint_id)
    except StripeTrouble:
        pass  # without a working key there is nothing we could delete; no delivery is accepted from here on
    with acting_in(connection.tenant_id):
        lock_chain(connection.tenant_id)
        row = StripeConnection.objects.select_for_update().get(id=connection.id)
        seal_into(row, api_key=None, webhook_secret=None, previous_webhook_secret=None)
        row.status, row.status_reason = StripeConnection.Status.DISCONNECTED, ""
        row.stripe_endpoint_id, row.previous_secret_until = "", None
        row.save()
        _release_account(row)
        _record(row, "stripe.disconnected", by, at)
    _refresh(connection)


def _mode(api_key: str) -> bool:
    kind = mode_of_key(api_key, strict=settings.STRIPE_API_BASE == "https://api.stripe.com")
    if kind.problem:
        raise StripeNotConnected(kind.problem)
    return kind.livemode


def _check(access: StripeAccess) -> list[Permission]:
    """The optional permissions that are missing; a missing required one refuses the key."""
    try:
        missing = missing_permissions(access)
    except StripeAccessDenied as denial:
        raise StripeNotConnected("key_refused", detail=str(denial)) from None
    except StripeTrouble as trouble:
        raise StripeNotConnected("stripe_unreachable", detail=str(trouble)) from None
    if required := tuple(permission for permission in missing if permission.required):
        raise StripeNotConnected("permissions_missing", missing=required)
    return missing


def _account(access: StripeAccess) -> tuple[str, str]:
    """Id and name of the account, where the key may see them (reported to fail in places: stripe.md 1.2)."""
    try:
        account = access.get("/v1/account")
    except (StripeAccessDenied, StripeNotFound):
        return "", ""
    except StripeTrouble as trouble:
        raise StripeNotConnected("stripe_unreachable", detail=str(trouble)) from None
    profile = account.get("business_profile")
    name = profile.get("name") if isinstance(profile, dict) else ""
    return str(account.get("id") or "")[:80], str(name or "")[:256]


def _store_key(
    tenant: Tenant,
    api_key: str,
    account: str,
    name: str,
    *,
    livemode: bool,
    by: User,
    at: datetime,
    import_from: date | None,
) -> StripeConnection:
    """Committed before anything is made at Stripe, so that an endpoint we make always finds its connection."""
    with acting_in(tenant.id):
        lock_chain(tenant.id)
        if not _claim_account(account, livemode=livemode):
            raise StripeNotConnected("account_taken")
        account_id = "" if account.startswith("key:") else account
        row = _known(tenant, account, livemode) or StripeConnection(tenant=tenant, livemode=livemode, created_at=at)
        row.account_id, row.account_name = account_id, name or row.account_name
        row.account_claim = account
        row.api_version = settings.STRIPE_API_VERSION
        row.status, row.status_reason = StripeConnection.Status.ACTIVE, ""
        row.key_changed_at = at
        if import_from is not None or row.import_from is None:
            row.import_from = import_from or warsaw_date(at)
        archive(row, "api_key", api_key, by=by, at=at)
        seal_into(row, api_key=api_key)
        row.save()
        _record(row, "stripe.connected", by, at)
    return row


def _known(tenant: Tenant, account: str, livemode: bool) -> StripeConnection | None:
    """The connection of this account we have already, also one that was disconnected."""
    same = StripeConnection.objects.select_for_update().filter(tenant=tenant, account_claim=account, livemode=livemode)
    return same.order_by("-created_at").first()


def _give_endpoint(row: StripeConnection, access: StripeAccess, *, by: User, at: datetime) -> tuple[bool, str]:
    old = row.stripe_endpoint_id
    try:
        # Each change of the key makes one endpoint, however often the request is repeated.
        made = make_endpoint(access, row, attempt=at.isoformat())
    except StripeTrouble as trouble:
        return bool(old), str(trouble)
    _store_endpoint(row, access, made.id, made.secret, event="stripe.endpoint_made", by=by, at=at)
    if old:
        delete_endpoint(access, old)
    return True, ""


def _store_endpoint(
    connection: StripeConnection,
    access: StripeAccess,
    endpoint_id: str,
    secret: str,
    *,
    event: str,
    by: User,
    at: datetime,
) -> None:
    """Id and secret together or not at all: Stripe shows the secret once, so what is not stored is deleted there."""
    try:
        with acting_in(connection.tenant_id):
            lock_chain(connection.tenant_id)
            row = StripeConnection.objects.select_for_update().get(id=connection.id)
            _use_secret(row, secret, at=at)
            row.stripe_endpoint_id = endpoint_id
            row.save()
            _record(row, event, by, at)
    except BaseException:
        delete_endpoint(access, endpoint_id)
        raise
    _refresh(connection)


def _use_secret(row: StripeConnection, secret: str, *, at: datetime) -> None:
    """The new secret signs from now on; the one before is accepted for another day."""
    if row.webhook_secret_sealed is not None:
        seal_into(row, previous_webhook_secret=open_secret(row, "webhook_secret"))
        row.previous_secret_until = at + OLD_SECRET_LIVES
    seal_into(row, webhook_secret=secret)


def _claim_account(account: str, *, livemode: bool) -> bool:
    """One account and mode feeds one tenant only; the answer is yes or no and never names the other."""
    with database.cursor() as cursor:
        cursor.execute("SELECT ksefkit_claim_stripe_account(%s, %s)", [account, livemode])
        return bool(cursor.fetchone()[0])


def _release_account(row: StripeConnection) -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT ksefkit_release_stripe_account(%s, %s)", [row.account_claim, row.livemode])


def _record(row: StripeConnection, event: str, by: User | None, at: datetime) -> None:
    data = {"account": row.account_id, "livemode": row.livemode}
    actor = f"user:{by.id}" if by else SYSTEM
    record(tenant_id=row.tenant_id, event=event, subject=row, actor=actor, data=data, at=at)


def _refresh(connection: StripeConnection) -> None:
    forget_endpoints()
    with acting_in(connection.tenant_id):
        connection.refresh_from_db()
