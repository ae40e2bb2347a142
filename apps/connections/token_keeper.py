"""Where a KSeF token is kept: sealed in this database, or in the Secret Store of the tenant's own Stripe account.

The installation chooses (KSEF_TOKEN_KEEPER). With Stripe as keeper the database holds, sealed, only a reference. Every
function here that talks to Stripe does so outside transactions.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import QuerySet

from apps.tenants.context import acting_in
from apps.tenants.models import Tenant, User

from .connect_ksef import KsefAccess, connect_ksef
from .credential_archive import fingerprint
from .made_up import refuse_prod_beside_made_up
from .models import KsefConnection, StripeConnection
from .secret_store import StripeSecretStore
from .secrets import open_secret
from .stripe_access import StripeTrouble, StripeUnavailable, stripe_access

log = structlog.get_logger(__name__)

STRIPE = "stripe"


class TokenNotKept(Exception):
    """A new token could not be handed to its keeper; nothing was changed. The text is Stripe's own, if any."""


class KeeperAway(Exception):
    """The keeper does not answer just now; the token is not lost."""


class TokenGone(Exception):
    """The keeper has no such token (any more), or another one: a person must enter it again."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What the database holds of a token kept at Stripe. It begins with the token's public part, as a token does."""

    public: str
    connection_id: UUID
    name: str
    fingerprint: str

    def __str__(self) -> str:
        return "|".join((self.public, STRIPE, str(self.connection_id), self.name, self.fingerprint))


def reference_in(stored: str | None) -> Reference | None:
    """The reference that is stored in place of a token, or None when it is the token itself."""
    parts = (stored or "").split("|")
    if len(parts) != 5 or parts[1] != STRIPE:
        return None
    return Reference(parts[0], UUID(parts[2]), parts[3], parts[4])


def connect_and_keep(tenant: Tenant, access: KsefAccess, *, by: User, at: datetime) -> KsefConnection:
    """connect_ksef(), with the token handed to its keeper first and a token that went out of use taken back.

    Raises ProdBesideMadeUp or TokenNotKept before anything is changed.
    """
    refuse_prod_beside_made_up(access.environment)
    kept = _entrust(tenant, access)
    with acting_in(tenant.id):
        connection = connect_ksef(tenant, kept, by=by, at=at)
    if access.certificate is not None:
        wipe_unused(tenant.id)
    return connection


def reveal(tenant_id: UUID, stored: str | None) -> str | None:
    """The token itself, fetched from its keeper when only a reference is stored."""
    reference = reference_in(stored)
    if reference is None:
        return stored
    try:
        token = _store_of(tenant_id, reference.connection_id).get(reference.name)
    except StripeUnavailable as away:
        raise KeeperAway(str(away)) from away
    except (StripeTrouble, StripeConnection.DoesNotExist) as trouble:
        raise TokenGone(str(trouble)) from trouble
    if token is None or not hmac.compare_digest(fingerprint(token), reference.fingerprint):
        raise TokenGone("Stripe's Secret Store does not hold the token that was entered here.")
    return token


def wipe_unused(tenant_id: UUID) -> None:
    """Delete from the tenant's Stripe accounts the tokens that no connection refers to; run again it finds the rest."""
    if settings.KSEF_TOKEN_KEEPER != STRIPE:
        return
    with acting_in(tenant_id):
        used = {
            (reference.connection_id, reference.name)
            for row in KsefConnection.objects.filter(tenant_id=tenant_id)
            if (reference := reference_in(open_secret(row, "token")))
        }
        accounts = list(_accounts(tenant_id).values_list("pk", flat=True))
    for account in accounts:
        wipe_tokens_of(tenant_id, account, but={name for holder, name in used if holder == account})


def wipe_tokens_of(tenant_id: UUID, stripe_connection_id: UUID, *, but: set[str] | None = None) -> None:
    """Delete the tokens kept in one Stripe account as far as it lets us: before it is let go, or an account closed."""
    if settings.KSEF_TOKEN_KEEPER != STRIPE:
        return
    try:
        store = _store_of(tenant_id, stripe_connection_id)
        for environment in KsefConnection.Environment:
            if _name(environment) not in (but or set()):
                store.wipe(_name(environment))
    except (StripeTrouble, StripeConnection.DoesNotExist) as trouble:
        log.warning("token.not_wiped", tenant=str(tenant_id), connection=str(stripe_connection_id), why=str(trouble))


def _entrust(tenant: Tenant, access: KsefAccess) -> KsefAccess:
    token = access.token.strip()
    if settings.KSEF_TOKEN_KEEPER != STRIPE or not token:
        return access
    with acting_in(tenant.id):
        live = access.environment == KsefConnection.Environment.PROD
        account = _accounts(tenant.id).filter(livemode=live).order_by("created_at").first()
    if account is None:
        raise TokenNotKept("Connect Stripe first: the token is kept in the Secret Store of your Stripe account.")
    reference = Reference(token.split("|")[0][:40], account.pk, _name(access.environment), fingerprint(token))
    try:
        StripeSecretStore(stripe_access(account)).put(reference.name, token)
    except StripeTrouble as trouble:
        raise TokenNotKept(str(trouble)) from trouble
    return replace(access, token=str(reference))


def _accounts(tenant_id: UUID) -> QuerySet[StripeConnection]:
    return StripeConnection.objects.filter(tenant_id=tenant_id, api_key_sealed__isnull=False)


def _store_of(tenant_id: UUID, stripe_connection_id: UUID) -> StripeSecretStore:
    with acting_in(tenant_id):
        account = StripeConnection.objects.get(tenant_id=tenant_id, pk=stripe_connection_id)
    return StripeSecretStore(stripe_access(account))


def _name(environment: str) -> str:
    # One name for each environment: Stripe keeps at most ten secrets, and a new one of a name replaces the old.
    return f"ksef_token_{environment}"
