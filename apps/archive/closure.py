"""Closing an account: an owner asks, thirty days pass in which it can be taken back, then access and secrets end.

Documents stay, locked, until their legal retention is over: the law does not end with a contract.
"""

from datetime import datetime, timedelta
from uuid import UUID

from apps.audit.record import record
from apps.connections.models import KsefConnection, StripeConnection, TenantKey
from apps.connections.secrets import sealed_columns, secret_holders
from apps.connections.stripe import disconnect_stripe
from apps.filings.models import Filing
from apps.filings.states import State
from apps.tenants.context import acting_in
from apps.tenants.models import ApiKey, Invitation, Membership, Tenant, User

from .models import AccountClosure

WAIT = timedelta(days=30)
# What may be in KSeF is followed to its receipt before the secrets go; so much longer at most.
MOST_WAIT = timedelta(days=14)
ON_THE_WAY = (State.SENDING, State.SENT, State.UNKNOWN, State.ACCEPTED)


class NotConfirmed(Exception):
    """The NIP that was typed to confirm is not the company's."""


def open_closure(tenant_id: UUID) -> AccountClosure | None:
    """The closure that is under way or done."""
    return AccountClosure.objects.filter(tenant_id=tenant_id, revoked_at__isnull=True).first()


def ask_closure(tenant: Tenant, *, typed_nip: str, by: User, at: datetime) -> AccountClosure:
    """Begin the wait; asked again it changes nothing. Runs inside acting_in."""
    if typed_nip.strip().replace("-", "") != tenant.nip:
        raise NotConfirmed
    closure, made = AccountClosure.objects.get_or_create(
        tenant=tenant, revoked_at__isnull=True, defaults={"asked_by": by, "asked_at": at, "due_at": at + WAIT}
    )
    if made:
        _note(closure, "account.closure_asked", f"user:{by.id}", at)
    return closure


def revoke_closure(tenant: Tenant, *, by: User, at: datetime) -> bool:
    """Take it back; False when there is nothing to take back any more. Runs inside acting_in."""
    closure = AccountClosure.objects.filter(tenant=tenant, revoked_at__isnull=True, carried_out_at__isnull=True).first()
    if closure is None:
        return False
    AccountClosure.objects.filter(pk=closure.pk).update(revoked_at=at)
    _note(closure, "account.closure_revoked", f"user:{by.id}", at)
    return True


def carry_out(tenant_id: UUID, *, at: datetime) -> bool:
    """End access and destroy every secret once the wait is over; True when it did."""
    with acting_in(tenant_id):
        closure = open_closure(tenant_id)
        if closure is None or closure.carried_out_at or closure.due_at > at:
            return False
        stripe = list(StripeConnection.objects.filter(tenant_id=tenant_id, api_key_sealed__isnull=False))
    for connection in stripe:
        disconnect_stripe(connection, by=closure.asked_by, at=at)
    with acting_in(tenant_id):
        # Nothing new goes out from here on.
        KsefConnection.objects.filter(tenant_id=tenant_id).update(is_active=False)
        on_its_way = Filing.objects.filter(tenant_id=tenant_id, state__in=ON_THE_WAY)
        if at < closure.due_at + MOST_WAIT and on_its_way.exists():
            return False
    with acting_in(tenant_id):
        _note(closure, "account.closed", "system", at)
        _destroy_secrets(tenant_id)
        ApiKey.objects.filter(tenant_id=tenant_id, revoked_at__isnull=True).update(revoked_at=at)
        Invitation.objects.filter(tenant_id=tenant_id, accepted_at__isnull=True).update(withdrawn_at=at)
        Membership.objects.filter(tenant_id=tenant_id).delete()
        AccountClosure.objects.filter(pk=closure.pk).update(carried_out_at=at)
    return True


def _destroy_secrets(tenant_id: UUID) -> None:
    for model in secret_holders():
        holding = model.objects.filter(tenant_id=tenant_id).exclude(key_version=0)
        holding.update(**dict.fromkeys(sealed_columns(model)), key_version=0)
    KsefConnection.objects.filter(tenant_id=tenant_id).update(is_active=False, certificate_pem="")
    # Without the data keys a copy in an old backup opens no more than this row does.
    TenantKey.objects.filter(tenant_id=tenant_id).delete()


def _note(closure: AccountClosure, event: str, actor: str, at: datetime) -> None:
    data = {"due_at": closure.due_at.isoformat()}
    record(tenant_id=closure.tenant_id, event=event, subject=closure, actor=actor, data=data, at=at)
