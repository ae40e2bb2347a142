"""The demo company: its owner, and its connections, made as the pages make them. Each step may be repeated."""

import time
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.utils import timezone

from apps.connections.check import check_connection
from apps.connections.connect_ksef import KsefAccess, connect_ksef
from apps.connections.models import KsefConnection, StripeConnection
from apps.connections.stripe import StripeNotConnected, connect_stripe
from apps.connections.stripe_access import StripeTrouble, stripe_access
from apps.connections.stripe_webhook import endpoint_url
from apps.tenants.context import acting_as, acting_in
from apps.tenants.found import CompanyDetails, found_company
from apps.tenants.models import Membership, Tenant, User

from .talk import Failure, say

PAUSES = (1, 3, 10, 30)  # seconds
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
    """File at KSEF_LOCAL_URL with this token. A KSeF that is out of reach is waited for, one that refuses is not."""
    access = KsefAccess(environment=KsefConnection.Environment.LOCAL, token=token)
    with acting_in(company.tenant.id):
        connection = connect_ksef(company.tenant, access, by=company.owner, at=at)
    finding = check_connection(connection, clock=timezone.now)
    if finding.code == "unreachable":
        say(f"KSeF gives no usable answer yet; documents wait and go by themselves when it does ({finding.detail})")
    elif not finding.ok and finding.code != "busy":
        raise Failure(f"KSeF did not let the demo company in ({finding.code}): {finding.detail or 'no reason given'}")


def use_stripe(company: DemoCompany, api_key: str, *, at: datetime) -> None:
    """Take documents from this Stripe; a connection of an earlier start is kept while it still works.

    A Stripe that is out of reach is asked again for a while, one that refuses the key is not.
    """
    with acting_in(company.tenant.id):
        known = StripeConnection.objects.filter(tenant=company.tenant).exclude(stripe_endpoint_id="").first()
    if known is not None and _still_delivers(known):
        return
    for pause in (*PAUSES, None):
        why_not = _no_stripe(company, api_key, at=at)
        if not why_not:
            return
        if pause is None:
            raise Failure(why_not)
        say(f"{why_not}; asked again in {pause} s")
        time.sleep(pause)


def _no_stripe(company: DemoCompany, api_key: str, *, at: datetime) -> str:
    """Connect; say what a further try may put right, raise Failure for what it cannot."""
    try:
        connected = connect_stripe(company.tenant, api_key, by=company.owner, at=at)
    except StripeNotConnected as refusal:
        why_not = f"Stripe did not let the demo company in ({refusal.code}): {refusal.detail}"
        if refusal.code != "stripe_unreachable":
            raise Failure(why_not) from None
        return why_not
    return "" if connected.has_endpoint else f"No webhook endpoint could be made at Stripe: {connected.why_no_endpoint}"


def _still_delivers(connection: StripeConnection) -> bool:
    """Whether the endpoint is there and leads to us; our port may have changed since it was made."""
    path, ours = f"/v1/webhook_endpoints/{connection.stripe_endpoint_id}", endpoint_url(connection)
    try:
        access = stripe_access(connection)
        if access.get(path).get("url") != ours:
            access.post(path, url=ours)
        return True
    except StripeTrouble:
        return False
