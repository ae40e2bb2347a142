"""Every page of a company, at a desk and on a phone, in both languages, by day and by night."""

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.filings.models import Filing
from apps.tenants.context import acting_in
from tests.browser.conftest import Outside, Visitor
from tests.browser.house import connected_acme, sign_in
from tests.dashboard.test_routes import COMPANY_ROUTES
from tests.factories import Company

LOOK = (Path(__file__).parent / "look.js").read_text()


@pytest.fixture(autouse=True)
def _signed_up_people_are_verified(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"


def documents_of(acme: Company) -> list[Filing]:
    with acting_in(acme.tenant.id):
        return list(Filing.objects.filter(tenant=acme.tenant))


def let_documents_come(visitor: Visitor, acme: Company, outside: Outside) -> list[Filing]:
    """One that is filed and one that waits for a person."""
    outside.play("domestic")
    outside.play("wrong_nip")
    for _attempt in range(80):
        documents = documents_of(acme)
        if {document.state for document in documents} >= {"receipted", "held"}:
            return documents
        visitor.page.wait_for_timeout(500)
    raise AssertionError([document.state for document in documents])


def addresses(acme: Company, documents: list[Filing]) -> list[str]:
    """Every address of the company that answers with a page, and that of each document."""

    names = [route.name for route in COMPANY_ROUTES if route.parameters == ("tenant_id",)]
    pages = [reverse(name, kwargs={"tenant_id": acme.tenant.id}) for name in names if not name.endswith("_csv")]
    of_documents = [reverse("document", args=[acme.tenant.id, document.id]) for document in documents]
    return ["/", "/new/", *pages, *of_documents]


def lacking(page: Page) -> list[str]:
    return list(page.evaluate(LOOK))


def test_every_page_can_be_read_by_everybody(visitor: Visitor, outside: Outside) -> None:
    acme = connected_acme(outside)
    sign_in(visitor, "ola@example.pl")
    documents = let_documents_come(visitor, acme, outside)
    found: dict[str, list[str]] = {}

    looked_at = 0
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)
        for address in addresses(acme, documents):
            answer = visitor.page.request.get(visitor.base + address)
            if answer.status == 405 or "text/html" not in answer.headers["content-type"]:
                continue
            visitor.open(address)
            looked_at += 1
            if lacks := lacking(visitor.page):
                found[f"{scheme} {address}"] = lacks

    assert found == {}
    assert looked_at > 30


def test_a_form_that_is_being_filled_in_stays_while_the_page_looks_again(desk: Visitor, outside: Outside) -> None:
    acme = connected_acme(outside)
    sign_in(desk, "ola@example.pl")
    held = next(document for document in let_documents_come(desk, acme, outside) if document.state == "held")
    desk.open(f"/c/{acme.tenant.id}/documents/{held.id}/")

    desk.page.locator("form[action$='/state/set_buyer_id/'] textarea").fill("Literówka; numer z umowy.")
    desk.page.wait_for_timeout(4_000)

    expect(desk.page.locator("form[action$='/state/set_buyer_id/'] textarea")).to_have_value(
        "Literówka; numer z umowy."
    )


def test_an_accountant_sees_that_nothing_is_missing_and_takes_the_file(visitor: Visitor, outside: Outside) -> None:
    acme = connected_acme(outside)
    sign_in(visitor, "ola@example.pl")
    let_documents_come(visitor, acme, outside)

    visitor.page.click("nav.main a[href$='/completeness/']")
    with visitor.page.expect_download() as download:
        visitor.page.locator("a[href*='documents.csv?since=']").first.click()

    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == 3
    assert acme.tenant.nip in text
