"""The second and third use: watching documents being filed, and deciding about those that wait."""

from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import expect

from tests.browser.conftest import Outside, Visitor
from tests.browser.house import connected_acme, sign_in

LOOK = (Path(__file__).parent / "look.js").read_text()


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


def let_two_wait(visitor: Visitor, outside: Outside) -> None:
    """Two documents with a wrong NIP, on the page of their reason."""
    outside.play("wrong_nip")
    outside.play("wrong_nip")
    visitor.page.click("nav.main a >> nth=2")
    more = visitor.page.locator("article a.primary[href*='reason=BUYER_NIP_INVALID']")
    for _attempt in range(40):
        if more.count():
            break
        visitor.page.wait_for_timeout(500)
        visitor.page.reload()
    more.click()
    expect(visitor.page.locator("input[name=filing]")).to_have_count(2)


def test_several_documents_are_tried_again_at_once(desk: Visitor, outside: Outside) -> None:
    connected_acme(outside)
    sign_in(desk, "ola@example.pl")
    let_two_wait(desk, outside)

    desk.page.check("#all")
    expect(desk.page.locator("[data-chosen]")).to_have_text("2 / 2")
    desk.page.locator("#many button[formaction]").click()

    expect(desk.page.locator(".note.success")).to_be_visible()
    expect(desk.page.locator("input[name=filing]")).to_have_count(2)


def test_one_decision_is_confirmed_for_several_documents(visitor: Visitor, outside: Outside) -> None:
    connected_acme(outside)
    sign_in(visitor, "ola@example.pl")
    let_two_wait(visitor, outside)
    page = visitor.page

    page.check("#all")
    page.locator("#many button[value=treat_as_consumer]").press("Enter")
    expect(page.locator("main tbody tr")).to_have_count(2)
    assert page.evaluate(LOOK) == []
    page.check("[name$=file]")
    page.locator("textarea").fill("Osoby prywatne, bez działalności.")
    page.locator("main form button.primary").click()

    expect(page.locator(".note.success")).to_contain_text("2")
    expect(page.locator("article")).to_have_count(0)
    page.click("nav.main a >> nth=1")
    expect(page.locator("#rows .badge.filed")).to_have_count(2, timeout=40_000)


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
