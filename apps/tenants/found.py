"""found_company(): a person opens an account for a seller and becomes its owner."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from apps.audit.record import record
from apps.fa3.calendar import warsaw_date

from .context import acting_in
from .models import CompanyProfile, Membership, Tenant, User
from .roles import Role


@dataclass(frozen=True, slots=True)
class CompanyDetails:
    """What stands on the seller's documents."""

    name: str
    nip: str
    address_l1: str
    address_l2: str = ""
    email: str = ""


def found_company(details: CompanyDetails, *, owner: User, at: datetime) -> Tenant:
    """Make the tenant, its first profile version and the owner's membership, in one transaction."""
    tenant_id = uuid.uuid4()
    with acting_in(tenant_id):
        tenant = Tenant.objects.create(id=tenant_id, name=details.name, nip=details.nip, created_at=at)
        Membership.objects.create(tenant=tenant, user=owner, role=Role.OWNER, created_at=at)
        CompanyProfile.objects.create(
            tenant=tenant,
            # Documents issued before the account was opened are still this seller's.
            valid_from=warsaw_date(at).replace(month=1, day=1),
            name=details.name,
            address_l1=details.address_l1,
            address_l2=details.address_l2,
            email=details.email,
            created_at=at,
            created_by=owner,
        )
        record(tenant_id=tenant_id, event="tenant.founded", subject=tenant, actor=f"user:{owner.id}", at=at)
    return tenant
