"""Plain functions that make legal rows. The cast: Acme with Ola (owner) and Jan (viewer); Globex with Ewa."""

import uuid
from dataclasses import dataclass
from datetime import date

from apps.tenants.context import acting_in
from apps.tenants.models import CompanyProfile, Membership, Tenant, User
from apps.tenants.roles import Role

ACME_NIP = "5265877635"
GLOBEX_NIP = "5252344078"


@dataclass(frozen=True)
class Company:
    """A tenant with its people, by first name."""

    tenant: Tenant
    people: dict[str, User]


def make_user(name: str) -> User:
    user = User.objects.create_user(f"{name}@example.pl", "correct horse battery staple")
    user.save()
    return user


def make_tenant(name: str, nip: str, people: dict[str, Role]) -> Company:
    tenant_id = uuid.uuid4()
    users = {person: make_user(person) for person in people}
    with acting_in(tenant_id):
        tenant = Tenant.objects.create(id=tenant_id, name=name, nip=nip)
        CompanyProfile.objects.create(
            tenant=tenant, valid_from=date(2026, 1, 1), name=name, address_l1="ul. Polna 1", address_l2="00-001 Warszawa"
        )
        for person, role in people.items():
            Membership.objects.create(tenant=tenant, user=users[person], role=role)
    return Company(tenant=tenant, people=users)


def make_acme() -> Company:
    return make_tenant("Acme sp. z o.o.", ACME_NIP, {"ola": Role.OWNER, "jan": Role.VIEWER})


def make_globex() -> Company:
    return make_tenant("Globex S.A.", GLOBEX_NIP, {"ewa": Role.OWNER})
