"""The second and third use: watching documents being filed, and deciding about those that wait."""

from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import expect

from tests.browser.conftest import Outside, Visitor
from tests.browser.house import connected_acme, sign_in


@pytest.fixture(autouse=True)
def _signed_up_people_are_verified(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"


def test_a_document_is_watched_to_its_receipt(visitor: Visitor, outside: Outside) -> None:
    connected_acme(outside)
    sign_in(visitor, "ola@example.pl")
    page = visitor.page
    page.click("nav.main a >> nth=1")
    expect(page.locator("#rows .empty")).to_be_visible()

    outside.play("domestic")

    expect(page.locator("#rows .badge.filed")).to_be_visible(timeout=40_000)
    page.locator("#rows td a").first.click()
    expect(page.locator("ol.timeline li.good")).to_have_count(3)
    with page.expect_download() as download:
        page.locator(".head .actions a").first.click()
    receipt = etree.parse(download.value.path())
    assert receipt.getroot().tag.endswith("Potwierdzenie")


def test_a_held_document_is_solved_and_filed(visitor: Visitor, outside: Outside) -> None:
    connected_acme(outside)
    sign_in(visitor, "ola@example.pl")
    page = visitor.page
    outside.play("wrong_nip")
    page.click("nav.main a >> nth=2")
    for _attempt in range(40):
        if page.locator("article.card").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator("article code").first).to_have_text("BUYER_NIP_INVALID")

    page.locator("article .actions a.primary").click()
    form = page.locator("form[action$='/state/set_buyer_id/']")
    form.locator("textarea").fill("Literówka; numer z umowy.")
    form.locator("[name$=value]").fill("1234563218")
    form.locator("button").click()

    expect(page.locator(".badge.filed")).to_be_visible(timeout=40_000)
    expect(page.locator("main")).to_contain_text("Literówka; numer z umowy.")


def test_several_documents_are_tried_again_at_once(desk: Visitor, outside: Outside) -> None:
    connected_acme(outside)
    sign_in(desk, "ola@example.pl")
    outside.play("wrong_nip")
    desk.page.click("nav.main a >> nth=2")
    for _attempt in range(40):
        if desk.page.locator("article.card").count():
            break
        desk.page.wait_for_timeout(500)
        desk.page.reload()

    desk.page.check("#all")
    desk.page.locator("#many button").click()

    expect(desk.page.locator(".note.success")).to_be_visible()
    expect(desk.page.locator("article.card")).to_have_count(1)


def test_a_viewer_reads_but_is_offered_no_decision(desk: Visitor, outside: Outside) -> None:
    connected_acme(outside)
    sign_in(desk, "jan@example.pl")

    desk.page.click("nav.main a >> nth=2")

    expect(desk.page.locator("#many")).to_have_count(0)


def test_the_language_is_the_browsers_and_can_be_switched(visitor: Visitor) -> None:
    visitor.open("/account/login/")
    before = visitor.page.locator("html").get_attribute("lang")

    visitor.page.locator("button[name=language]").first.click()

    expect(visitor.page.locator("html")).to_have_attribute("lang", "en" if before == "pl" else "pl")


def test_the_keyboard_reaches_the_content_first(desk: Visitor) -> None:
    desk.open("/account/login/")

    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")

    assert desk.page.evaluate("document.activeElement.id") == "content"
