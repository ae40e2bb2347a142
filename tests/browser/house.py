"""Acme, connected to both simulators without a browser, for walks that begin later."""

from django.utils import timezone

from apps.connections.connect_ksef import KsefAccess, connect_ksef
from apps.connections.models import KsefConnection
from apps.connections.stripe import connect_stripe
from apps.tenants.context import acting_in
from tests.browser.conftest import KSEF_TOKEN, STRIPE_KEY, Outside, Visitor
from tests.factories import Company, make_acme

PASSWORD = "correct horse battery staple"


def connected_acme(outside: Outside) -> Company:
    """`outside` must be there first: it says where Stripe and KSeF are."""
    assert outside.stripe.address
    acme = make_acme()
    with acting_in(acme.tenant.id):
        access = KsefAccess(KsefConnection.Environment.LOCAL, KSEF_TOKEN)
        connect_ksef(acme.tenant, access, by=acme.people["ola"], at=timezone.now())
    connect_stripe(acme.tenant, STRIPE_KEY, by=acme.people["ola"], at=timezone.now())
    return acme


def sign_in(visitor: Visitor, email: str) -> None:
    """With the keyboard alone."""
    visitor.open("/account/login/")
    visitor.page.locator("#id_login").focus()
    visitor.page.keyboard.type(email)
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.type(PASSWORD)
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/c/*/")
