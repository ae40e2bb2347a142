"""Inviting people, changing their role, letting them go. Every step leaves an audit entry."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import connection, models

from apps.audit.record import PLATFORM, record

from .context import acting_in
from .models import Invitation, Membership, Tenant, User
from .roles import Role
from .sessions import end_sessions_of

INVITATION_LIFE = timedelta(days=7)
USE_NOTED_EVERY = timedelta(hours=1)
REVIEW_EVERY = timedelta(days=90)
UNKNOWN = "unknown"


class InvitationUnusable(Exception):
    """The link does not work. `why` is for the person it was meant for; a stranger's is `unknown`, whatever it is."""

    def __init__(self, why: str = UNKNOWN) -> None:
        super().__init__(why)
        self.why = why


class LastOwner(Exception):
    """A company keeps at least one owner."""


class AlreadyMember(Exception):
    """The address belongs to someone who is a member."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A new invitation and the secret of its link, which exists nowhere else."""

    invitation: Invitation
    secret: str = field(repr=False)


def invite(tenant: Tenant, *, email: str, role: Role, by: User, at: datetime) -> Offer:
    """Offer a role to an address; an open offer to the same address is withdrawn. Runs inside acting_in."""
    address = email.strip().lower()
    if Membership.objects.filter(tenant=tenant, user__email__iexact=address).exists():
        raise AlreadyMember(address)
    _open(tenant).filter(email=address).update(withdrawn_at=at)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        tenant=tenant,
        email=address,
        role=role,
        secret_hash=_hash(secret),
        invited_by=by,
        created_at=at,
        expires_at=at + INVITATION_LIFE,
    )
    _note(tenant.id, "person.invited", invitation, by, at, role=role.value)
    return Offer(invitation=invitation, secret=secret)


def withdraw(invitation: Invitation, *, by: User, at: datetime) -> None:
    if _open(invitation.tenant).filter(pk=invitation.pk).update(withdrawn_at=at):
        _note(invitation.tenant_id, "person.invitation_withdrawn", invitation, by, at)


def accept(secret: str, *, by: User, at: datetime) -> Membership:
    """Turn an offer into a membership, once; refusals are audited in the tenant that made the offer."""
    found = _find(secret)
    if found is None:
        with acting_in(PLATFORM):
            record(tenant_id=PLATFORM, event="person.invitation_refused", actor=f"user:{by.id}", data={"why": UNKNOWN})
        raise InvitationUnusable
    tenant_id, invitation_id = found
    with acting_in(tenant_id):
        membership = _claim(tenant_id, invitation_id, by, at)
    if membership is None:
        with acting_in(tenant_id):
            why = _why_refused(Invitation.objects.get(tenant_id=tenant_id, pk=invitation_id), by)
            _note(tenant_id, "person.invitation_refused", ("invitation", str(invitation_id)), by, at, why=why)
        raise InvitationUnusable(UNKNOWN if why == "another address" else why)
    return membership


def change_role(membership: Membership, *, role: Role, by: User, at: datetime) -> None:
    if membership.role == Role.OWNER and role != Role.OWNER:
        _keep_an_owner(membership)
    before = membership.role
    if role != Role.OWNER:
        _withdraw_offers_of(membership, by, at)
    Membership.objects.filter(pk=membership.pk).update(role=role)
    _note(membership.tenant_id, "person.role_changed", membership, by, at, before=before, after=role.value)


def ask_second_factor(tenant: Tenant, *, of_all: bool, by: User, at: datetime) -> None:
    """Let in only who signs in with a second factor, or again also accountants and viewers without one."""
    if Tenant.objects.filter(pk=tenant.pk).exclude(second_factor_for_all=of_all).update(second_factor_for_all=of_all):
        event = "settings.second_factor_for_all" if of_all else "settings.second_factor_not_for_all"
        record(tenant_id=tenant.pk, event=event, subject=tenant, actor=f"user:{by.id}", at=at)


def without_second_factor(members: Iterable[Membership]) -> set[UUID]:
    """Those of the members, by the ids of their persons, who set up none."""
    people = {member.user_id for member in members}
    set_up = Authenticator.objects.filter(user_id__in=people).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return people - set(set_up.values_list("user_id", flat=True))


def remove(membership: Membership, *, by: User, at: datetime) -> None:
    if membership.role == Role.OWNER:
        _keep_an_owner(membership)
    _withdraw_offers_of(membership, by, at)
    _note(
        membership.tenant_id, "person.removed", membership, by, at, user=str(membership.user_id), role=membership.role
    )
    membership.delete()


def sign_out(membership: Membership, *, by: User, at: datetime) -> None:
    """End every session of a member; they sign in again, or whoever had their device does not."""
    ended = end_sessions_of(membership.user)
    _note(membership.tenant_id, "person.sessions_ended", membership, by, at, count=str(ended))


def confirm_access(membership: Membership, *, by: User, at: datetime) -> None:
    """The periodic review found that this person still needs this role."""
    Membership.objects.filter(pk=membership.pk).update(reviewed_at=at)
    _note(membership.tenant_id, "person.access_confirmed", membership, by, at, role=membership.role)


def review_is_due(membership: Membership, *, at: datetime) -> bool:
    """Whether nobody has looked for 90 days at whether this person still needs this role."""
    return at - (membership.reviewed_at or membership.created_at) >= REVIEW_EVERY


def note_use_of_access(membership: Membership, *, at: datetime) -> None:
    """Keep when a person last used their access, to the hour."""
    if membership.last_used_at is not None and at - membership.last_used_at < USE_NOTED_EVERY:
        return
    with acting_in(membership.tenant_id):
        Membership.objects.filter(pk=membership.pk).update(last_used_at=at)


def _keep_an_owner(leaving: Membership) -> None:
    # Locked, so that two owners who remove each other at the same moment cannot both succeed.
    owners = Membership.objects.select_for_update().filter(tenant_id=leaving.tenant_id, role=Role.OWNER)
    if not [owner for owner in owners if owner.pk != leaving.pk]:
        raise LastOwner


def _claim(tenant_id: UUID, invitation_id: UUID, by: User, at: datetime) -> Membership | None:
    offers = Invitation.objects.filter(tenant_id=tenant_id, pk=invitation_id, email=by.email.lower(), expires_at__gt=at)
    if not offers.filter(accepted_at__isnull=True, withdrawn_at__isnull=True).update(accepted_at=at):
        return None
    invitation = Invitation.objects.get(tenant_id=tenant_id, pk=invitation_id)
    membership, made = Membership.objects.get_or_create(
        tenant_id=tenant_id, user=by, defaults={"role": invitation.role, "created_at": at}
    )
    if made:
        _note(tenant_id, "person.joined", membership, by, at, role=invitation.role)
    return membership


def _withdraw_offers_of(leaving: Membership, by: User, at: datetime) -> None:
    """Else whoever is let go could come back by an offer they made to an address of their own."""
    for offer in _open(leaving.tenant).filter(invited_by_id=leaving.user_id):
        withdraw(offer, by=by, at=at)


def _why_refused(invitation: Invitation, by: User) -> str:
    if invitation.email != by.email.lower():
        return "another address"
    if invitation.withdrawn_at:
        return "withdrawn"
    return "used" if invitation.accepted_at else "expired"


def _find(secret: str) -> tuple[UUID, UUID] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ksefkit_invitation(%s)", [_hash(secret)])
        row = cursor.fetchone()
    return (row[0], row[1]) if row else None


def _open(tenant: Tenant) -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(tenant=tenant, accepted_at__isnull=True, withdrawn_at__isnull=True)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _note(
    tenant_id: UUID, event: str, subject: Invitation | Membership | tuple[str, str], by: User, at: datetime, **data: str
) -> None:
    record(tenant_id=tenant_id, event=event, subject=subject, actor=f"user:{by.id}", data=data, at=at)
