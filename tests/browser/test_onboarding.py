"""The first use: from signing up to the first filed document, at a desk and on a phone."""

import re

from django.core import mail
from playwright.sync_api import Page, expect

from tests.browser.conftest import KSEF_TOKEN, STRIPE_KEY, Outside, Visitor
from tests.factories import ACME_NIP

PASSWORD = "correct horse battery staple"


def sign_up(visitor: Visitor, email: str = "ola@example.pl") -> None:
    visitor.open("/account/signup/")
    visitor.page.fill("#id_email", email)
    visitor.page.fill("#id_password1", PASSWORD)
    visitor.page.fill("#id_password2", PASSWORD)
    visitor.page.press("#id_password2", "Enter")
    visitor.page.wait_for_url("**/confirm-email/")
    expect(visitor.page.locator("main h1")).to_be_visible()
    link = re.search(r"https?://\S+/account/confirm-email/\S+/", str(mail.outbox[-1].body))
    assert link, mail.outbox[-1].body
    visitor.page.goto(link.group())
    visitor.page.locator("main form button").click()
    visitor.page.wait_for_load_state()
    if "/account/login/" in visitor.page.url:
        visitor.page.fill("#id_login", email)
        visitor.page.fill("#id_password", PASSWORD)
        visitor.page.press("#id_password", "Enter")
    visitor.page.wait_for_url("**/new/")


def found_company(page: Page) -> None:
    page.fill("#id_name", "Acme sp. z o.o.")
    page.fill("#id_address_l1", "ul. Polna 1")
    page.fill("#id_address_l2", "00-001 Warszawa")
    page.fill("#id_nip", "526-587-76-36")
    page.press("#id_nip", "Enter")
    # The wrong digit is named at the field, and what was typed stays.
    expect(page.locator(".field.wrong")).to_have_count(1)
    expect(page.locator("#id_name")).to_have_value("Acme sp. z o.o.")
    page.fill("#id_nip", "526-587-76-35")
    page.press("#id_nip", "Enter")
    page.wait_for_url("**/start/stripe/")


def connect_stripe(page: Page) -> None:
    page.fill("#id_api_key", "pk_test_51SAcmeSellsSoftware")
    page.press("#id_api_key", "Enter")
    expect(page.locator("[role=alert]")).to_be_visible()
    page.fill("#id_api_key", STRIPE_KEY)
    page.press("#id_api_key", "Enter")
    page.wait_for_url("**/start/ksef/")


def connect_ksef(page: Page) -> None:
    # LOCAL is offered because this installation names one; without it TEST is preselected.
    expect(page.locator("input[value=local]")).to_be_checked()
    page.fill("#id_token", KSEF_TOKEN.replace("abab", "cdcd"))
    page.locator("button[name=check]").click()
    expect(page.locator(".note.bad")).to_be_visible()
    page.fill("#id_token", KSEF_TOKEN)
    page.locator("button[name=next]").click()
    page.wait_for_url("**/start/first-document/")


def test_a_stranger_becomes_a_filing_company(visitor: Visitor, outside: Outside) -> None:
    sign_up(visitor)
    found_company(visitor.page)
    connect_stripe(visitor.page)
    connect_ksef(visitor.page)
    expect(visitor.page.locator("#arrival .empty")).to_be_visible()

    outside.play("domestic")

    expect(visitor.page.locator(".badge.filed")).to_be_visible(timeout=40_000)
    expect(visitor.page.locator("td .mono").first).to_contain_text(ACME_NIP)
    expect(visitor.page.locator(".environment")).to_be_visible()


def test_prod_is_not_switched_on_without_the_companys_nip(desk: Visitor, outside: Outside) -> None:
    sign_up(desk)
    found_company(desk.page)
    desk.open(desk.page.url.removeprefix(desk.base).replace("/stripe/", "/ksef/"))

    expect(desk.page.locator("#id_confirm_nip")).to_be_hidden()
    desk.page.check("input[value=prod]")
    desk.page.fill("#id_token", KSEF_TOKEN)
    desk.page.fill("#id_confirm_nip", "1111111111")
    desk.page.press("#id_confirm_nip", "Enter")

    expect(desk.page.locator(".field.wrong")).to_contain_text(ACME_NIP)
    expect(desk.page.locator(".environment")).to_have_count(0)
