"""The page in the browser: buttons that do something, in two languages, with nothing from elsewhere."""

import re

import pytest
import requests

from tests.stripe_simulator.conftest import Acme
from tests.stripe_simulator.receiver import Receiver


def page(acme: Acme, query: str = "", *, language: str = "en") -> str:
    answer = requests.get(f"{acme.url}/{query}", headers={"Accept-Language": language}, timeout=30)
    assert answer.status_code == 200
    return answer.text


def press(acme: Acme, action: str, **fields: str) -> str:
    """Press a button and read the page it leads to."""
    answer = requests.post(f"{acme.url}/do/{action}", data=fields, headers={"Accept-Language": "en"}, timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_newcomer_sees_the_account_its_key_and_the_scenarios(acme: Acme) -> None:
    text = page(acme)

    assert text.startswith("<!doctype html><html")
    assert acme.key in text
    assert acme.url in text
    assert text.count('action="/do/scenario"') >= 20
    assert "TEST ONLY" in text


def test_the_language_follows_the_browser_and_can_be_switched(acme: Acme) -> None:
    assert "Scenariusze" in page(acme, language="pl-PL,pl;q=0.9")
    assert "Scenarios" in page(acme, language="de")
    with requests.Session() as session:
        session.get(f"{acme.url}/?lang=pl", timeout=30)
        assert "Scenariusze" in session.get(acme.url, headers={"Accept-Language": "en"}, timeout=30).text


def test_nothing_comes_from_another_host_and_no_script_runs(acme: Acme) -> None:
    answer = requests.get(acme.url, timeout=30)

    assert "<script" not in answer.text
    assert re.findall(r'(?:src|href)="(?!/|#)[^"]*"', answer.text) == []
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert requests.get(f"{acme.url}/style.css", timeout=30).headers["Content-Type"].startswith("text/css")


def test_a_scenario_button_issues_a_document(acme: Acme) -> None:
    text = press(acme, "scenario", name="domestic")

    assert "Done: FVS-0001" in text
    assert "Zakład Testowy Kowalski" in text
    assert "PLN 429.23" in text
    assert "429,23\N{NO-BREAK SPACE}zł" in page(acme, language="pl")


def test_a_document_is_paid_credited_and_voided_by_buttons(acme: Acme) -> None:
    press(acme, "scenario", name="domestic")
    press(acme, "scenario", name="blik")
    first, second = (found["id"] for found in acme.get("/v1/invoices")["data"][::-1])

    press(acme, "credit", id=first, quantity="1")
    press(acme, "pay", id=first, method="blik")
    press(acme, "credit", id=second)

    notes = acme.get("/v1/credit_notes")["data"]
    assert [note["number"] for note in notes] == ["FVS-0002-CN-01", "FVS-0001-CN-01"]
    assert acme.get(f"/v1/invoices/{first}")["status"] == "paid"
    assert "This was refused" in press(acme, "void", id=first)


def test_two_steps_are_offered_one_after_the_other(acme: Acme) -> None:
    text = press(acme, "scenario", name="void_after_filing")
    run = re.search(r'action="/do/continue" class="inline"><input type="hidden" name="id" value="(run_\w+)"', text)
    assert run is not None

    press(acme, "continue", id=run[1])

    assert acme.get("/v1/invoices")["data"][0]["status"] == "void"


def test_endpoints_are_added_switched_rolled_and_deleted(acme: Acme, receiver: Receiver) -> None:
    text = press(acme, "endpoint", url=receiver.url)
    endpoint = acme.get("/v1/webhook_endpoints")["data"][0]["id"]
    secret = re.search(r"New signing secret: (whsec_\w+)", text)
    assert secret is not None
    receiver.secret = secret[1]

    press(acme, "scenario", name="domestic")
    receiver.wait_for(1, "invoice.finalized")
    receiver.verify_all()

    press(acme, "endpoint/switch", id=endpoint)
    assert acme.get(f"/v1/webhook_endpoints/{endpoint}")["status"] == "disabled"
    assert "whsec_" in press(acme, "endpoint/roll", id=endpoint)
    press(acme, "endpoint/delete", id=endpoint)
    assert acme.get("/v1/webhook_endpoints")["data"] == []


def test_trouble_and_resending_are_buttons_too(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver, "invoice.finalized")
    press(acme, "fault", kind="duplicate")
    press(acme, "scenario", name="domestic")
    (event, _) = receiver.wait_for(2)

    press(acme, "resend", id=event["id"])
    receiver.wait_for(3)
    press(acme, "hold")
    press(acme, "generate", count="3")
    press(acme, "release", order="reverse")

    assert len(receiver.wait_for(6)) == 6
    assert "API 500 ×3" in press(acme, "api_fault", status="500")
    press(acme, "clear")
    assert acme.get("/v1/invoices")["data"] != []


def test_deliveries_show_the_answer_of_the_endpoint(acme: Acme, receiver: Receiver) -> None:
    receiver.answers = [503]
    acme.listen(receiver, "invoice.finalized")
    press(acme, "scenario", name="domestic")
    receiver.wait_for(2)
    acme.control("GET", "wait")

    text = page(acme)

    assert "delivered" in text
    assert re.search(r"200 · \d+ ms", text)


def test_another_website_cannot_press_the_buttons(acme: Acme) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = requests.post(f"{acme.url}/do/scenario", data={"name": "domestic"}, headers=headers, timeout=30)
        assert answer.status_code == 403
    same = requests.post(f"{acme.url}/do/scenario", data={"name": "domestic"}, headers={"Origin": acme.url}, timeout=30)
    assert same.status_code == 200


def test_texts_from_outside_are_escaped(acme: Acme) -> None:
    client = acme.client()
    customer = client.v1.customers.create({"name": "<script>alert(1)</script>"}).id
    invoice = client.v1.invoices.create({"customer": customer}).id
    client.v1.invoice_items.create({"customer": customer, "invoice": invoice, "amount": 100})

    text = page(acme)

    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text
    assert "alert" not in page(acme, "?note=<script>alert(2)</script>").replace("&lt;script&gt;alert(1)", "")


@pytest.mark.parametrize("action", ["nonsense", "void", "pay", "continue"])
def test_a_button_without_its_object_says_what_is_wrong(acme: Acme, action: str) -> None:
    assert "This was refused" in press(acme, action, id="nothing")


def test_documents_are_paged(acme: Acme) -> None:
    acme.control("POST", "generate", count=30, credit_notes=False)

    first, second, third = page(acme), page(acme, "?page=1"), page(acme, "?page=2")

    assert "FVS-0030" in first
    assert "FVS-0001" not in first
    assert "FVS-0018" in second
    assert "FVS-0001" in third
    assert "Older" not in third


def test_every_text_exists_in_both_languages(acme: Acme) -> None:
    acme.control("POST", "scenarios")
    acme.control("POST", "faults/webhooks", kind="drop")

    for language in ("pl", "en"):
        assert len(page(acme, f"?lang={language}")) > 10_000
        assert "refresh" not in requests.get(f"{acme.url}/?lang={language}", timeout=30).headers
    assert requests.get(f"{acme.url}/?live=1", timeout=30).headers["Refresh"].startswith("3")
