"""The demo company: its owner, and its connections, made as the pages make them. Each step may be repeated."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.utils import timezone

from apps.connections.check import check_connection
from apps.connections.connect_ksef import KsefAccess, connect_ksef
from apps.connections.models import KsefConnection
from apps.tenants.context import acting_as, acting_in
from apps.tenants.found import CompanyDetails, found_company
from apps.tenants.models import Membership, Tenant, User

from .talk import Failure

EMAIL = "demo@ksefkit.example"


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """The seller whose documents the demo files, and the person who signs in."""

    tenant: Tenant
    owner: User


def demo_company(nip: str, password: str, *, at: datetime) -> DemoCompany:
    """Find the company, or found it."""
    owner = _owner(password)
    with acting_as(owner.id):
        memberships = list(Membership.objects.select_related("tenant").filter(user=owner, tenant__nip=nip))
    if memberships:
        return DemoCompany(memberships[0].tenant, owner)
    details = CompanyDetails(
        name="Przykładowy SaaS sp. z o.o.",
        nip=nip,
        address_l1="ul. Przykładowa 12/3",
        address_l2="00-001 Warszawa",
        email="faktury@przykladowy-saas.example",
    )
    return DemoCompany(found_company(details, owner=owner, at=at), owner)


def _owner(password: str) -> User:
    owner = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, password)
    if not owner.check_password(password):
        owner.set_password(password)
        owner.save(update_fields=["password"])
    EmailAddress.objects.get_or_create(user=owner, email=EMAIL, defaults={"verified": True, "primary": True})
    return owner


def use_ksef(company: DemoCompany, token: str, *, at: datetime) -> None:
    """File at KSEF_LOCAL_URL with this token, after a sign-in that really worked."""
    access = KsefAccess(environment=KsefConnection.Environment.LOCAL, token=token)
    with acting_in(company.tenant.id):
        connection = connect_ksef(company.tenant, access, by=company.owner, at=at)
    finding = check_connection(connection, clock=timezone.now)
    if not finding.ok and finding.code != "busy":
        raise Failure(f"KSeF did not let the demo company in ({finding.code}): {finding.detail or 'no reason given'}")
