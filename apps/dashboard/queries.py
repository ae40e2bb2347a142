"""Reads that only pages need."""

from dataclasses import dataclass
from uuid import UUID

from apps.connections.models import KsefConnection
from apps.reviews.queries import waiting_for_a_person
from apps.tenants.context import acting_as, acting_in
from apps.tenants.models import Membership, Tenant


@dataclass(frozen=True, slots=True)
class CompanyOverview:
    """One company as an accountant's office sees it in its list."""

    tenant: Tenant
    role: str
    environment: str
    waiting: int


def companies_of(user_id: UUID) -> list[CompanyOverview]:
    """The companies a person belongs to, by name."""
    with acting_as(user_id):
        memberships = list(Membership.objects.select_related("tenant").filter(user_id=user_id))
    overviews = [_overview(membership) for membership in memberships]
    return sorted(overviews, key=lambda overview: overview.tenant.name.casefold())


def _overview(membership: Membership) -> CompanyOverview:
    with acting_in(membership.tenant_id):
        connection = KsefConnection.objects.active().filter(tenant_id=membership.tenant_id).first()
        return CompanyOverview(
            tenant=membership.tenant,
            role=membership.get_role_display(),
            environment=connection.get_environment_display() if connection else "",
            waiting=waiting_for_a_person(membership.tenant_id),
        )
