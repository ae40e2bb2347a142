"""Platform staff: they see every company's state, and its pages only through a grant that ends and is audited."""

from datetime import datetime, timedelta
from uuid import UUID

from apps.audit.record import PLATFORM, record

from .context import acting_in
from .models import Membership, SupportGrant, Tenant, User
from .roles import Role

LASTS = timedelta(hours=4)


class NotStaff(Exception):
    """Whoever asked is not of the platform."""


def open_grant(tenant_id: UUID, *, staff: User, reason: str, at: datetime) -> SupportGrant:
    """Let a person of the platform read a company's pages for four hours; both chains keep the reason."""
    if not staff.is_platform_staff or not staff.is_active:
        raise NotStaff
    actor, words = f"user:{staff.id}", {"reason": reason}
    data = {"until": (at + LASTS).isoformat(), "tenant": str(tenant_id)}
    with acting_in(tenant_id):
        tenant = Tenant.objects.get(pk=tenant_id)
        grant = SupportGrant.objects.create(
            tenant=tenant, staff=staff, reason=reason, opened_at=at, expires_at=at + LASTS
        )
        record(tenant_id=tenant_id, event="support.granted", subject=grant, actor=actor, data=data, words=words, at=at)
    with acting_in(PLATFORM):
        record(tenant_id=PLATFORM, event="support.granted", subject=grant, actor=actor, data=data, words=words, at=at)
    return grant


def membership_of_staff(tenant_id: UUID, *, staff: User, path: str, at: datetime) -> Membership | None:
    """A reader's membership, never stored, while a grant lasts; each page it opens is audited."""
    if not staff.is_platform_staff:
        return None
    with acting_in(tenant_id):
        grants = SupportGrant.objects.filter(tenant_id=tenant_id, staff=staff, expires_at__gt=at)
        grant = grants.select_related("tenant").first()
        if grant is None:
            return None
        data = {"path": path, "grant": str(grant.id)}
        record(tenant_id=tenant_id, event="support.read", actor=f"user:{staff.id}", data=data, at=at)
    return Membership(tenant=grant.tenant, user=staff, role=Role.VIEWER, last_used_at=at)
