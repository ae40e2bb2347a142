"""People at a real browser: an office and its companies, an owner and the sessions, staff and a grant that is kept."""

from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from apps.audit.models import AuditEntry
from apps.audit.words import with_words
from apps.tenants.context import acting_in
from apps.tenants.models import Membership
from tests.browser.conftest import Visitor
from tests.browser.house import PASSWORD
from tests.factories import (
    Company,
    make_acme,
    make_document,
    make_filing,
    make_globex,
    make_stripe_connection,
    make_user,
)


@pytest.fixture(autouse=True)
def _open_doors(settings: Any) -> None:
    cache.clear()
    settings.MFA_REQUIRED, settings.ACCOUNT_EMAIL_VERIFICATION = False, "none"


def sign_in(visitor: Visitor, email: str) -> None:
    visitor.open("/account/login/")
    visitor.page.fill("#id_login", email)
    visitor.page.fill("#id_password", PASSWORD)
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url(lambda url: "/account/login/" not in url)


def fits(visitor: Visitor) -> None:
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), visitor.page.url


def company_with_document(company: Company) -> Company:
    with acting_in(company.tenant.id):
        make_filing(make_document(make_stripe_connection(company)))
    return company


def test_an_office_sees_all_its_companies_and_goes_into_one(visitor: Visitor) -> None:
    acme, globex, office = make_acme(), make_globex(), make_user("biuro")
    for company in (acme, globex):
        with acting_in(company.tenant.id):
            Membership.objects.create(tenant=company.tenant, user=office, role="accountant")

    sign_in(visitor, "biuro@example.pl")
    expect(visitor.page.locator("tbody tr")).to_have_count(2)
    fits(visitor)
    visitor.page.click("text=Globex S.A.")

    visitor.page.wait_for_url(f"**/c/{globex.tenant.id}/")


def test_an_owner_ends_sessions_reviews_access_and_makes_a_key(visitor: Visitor) -> None:
    acme = make_acme()
    sign_in(visitor, "ola@example.pl")
    visitor.open(f"/c/{acme.tenant.id}/settings/people/")
    fits(visitor)
    row = visitor.page.locator("tr", has_text="jan@example.pl")

    row.locator("form[action$='/sign-out/'] summary").click()
    fits(visitor)
    row.locator("form[action$='/sign-out/'] button").click()
    expect(visitor.page.locator(".note")).to_be_visible()
    visitor.page.locator("tr", has_text="jan@example.pl").locator("form[action$='/confirm/'] button").click()
    expect(visitor.page.locator(".note")).to_be_visible()

    visitor.open(f"/c/{acme.tenant.id}/settings/api-keys/")
    visitor.page.fill("#id_name", "books")
    visitor.page.locator("form.card button.primary").click()
    expect(visitor.page.locator(".note.good .mono")).to_contain_text("kk_")
    fits(visitor)
    visitor.open(f"/c/{acme.tenant.id}/settings/audit/")
    fits(visitor)

    with acting_in(acme.tenant.id):
        kept = list(AuditEntry.objects.order_by("sequence").values_list("event", flat=True))
    assert kept[-3:] == ["person.sessions_ended", "person.access_confirmed", "api_key.made"]


def test_an_old_proof_is_asked_for_and_the_way_leads_back(visitor: Visitor, settings: Any) -> None:
    acme = make_acme()
    sign_in(visitor, "ola@example.pl")
    visitor.open(f"/c/{acme.tenant.id}/settings/people/")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0

    visitor.page.fill("#id_email", "piotr@example.pl")
    visitor.page.locator("form[action$='/invite/'] button").click()
    visitor.page.wait_for_url("**/account/reauthenticate/**")
    fits(visitor)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
    visitor.page.fill("#id_password", PASSWORD)
    visitor.page.keyboard.press("Enter")

    visitor.page.wait_for_url(f"**/c/{acme.tenant.id}/settings/people/")
    visitor.page.fill("#id_email", "piotr@example.pl")
    visitor.page.locator("form[action$='/invite/'] button").click()
    expect(visitor.page.locator(".note")).to_contain_text("piotr@example.pl")


def test_staff_see_state_and_read_a_company_only_after_saying_why(visitor: Visitor) -> None:
    acme, staff = company_with_document(make_acme()), make_user("staff")
    staff.is_platform_staff = True
    staff.save()
    sign_in(visitor, "staff@example.pl")
    visitor.open("/staff/")
    fits(visitor)
    assert "Zażółć" not in visitor.page.content()

    visitor.page.locator("tbody tr summary").first.click()
    visitor.page.fill("input[name=reason]", "Ticket 17: documents wait")
    visitor.page.locator("tbody tr form button").first.click()
    visitor.page.wait_for_url(f"**/c/{acme.tenant.id}/")
    visitor.open(f"/c/{acme.tenant.id}/documents/")
    expect(visitor.page.locator("#rows")).to_contain_text("Zażółć")

    with acting_in(acme.tenant.id):
        (told,) = with_words(AuditEntry.objects.filter(event="support.granted"))
        assert told.words == {"reason": "Ticket 17: documents wait"}
        assert AuditEntry.objects.filter(event="support.read").count() >= 2
