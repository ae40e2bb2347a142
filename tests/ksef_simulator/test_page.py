import re

import requests

from tests.ksef_simulator.client import Client
from tests.ksef_simulator.invoices import invoice


def page(client: Client) -> requests.Response:
    return requests.get(f"{client.address}/", timeout=30)


def press(client: Client, action: str, **fields: str) -> requests.Response:
    found = re.search(r'name="secret" type="hidden" value="([^"]+)"|name="secret" value="([^"]+)"', page(client).text)
    assert found
    secret = found[1] or found[2]
    return requests.post(f"{client.address}/page/{action}", data={"secret": secret, **fields}, timeout=30)


def test_the_page_shows_documents_sessions_and_findings(acme: Client) -> None:
    session, envelope = acme.open_online()
    document = acme.sent(session, envelope, invoice("FV/&lt;b&gt;1"))
    acme.sent(session, envelope, invoice("FV/2", issued="2049-01-01"))
    acme.get("/nowhere")

    shown = page(acme).text

    assert document["ksefNumber"] in shown
    assert session in shown
    assert "FV/&lt;b&gt;1" in shown
    assert "późniejsza" in shown
    assert "unknownPaths" in shown
    assert 'name="viewport"' in shown


def test_the_page_loads_nothing_from_anywhere(client: Client) -> None:
    answer = page(client)

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not re.findall(r"(?:src|href)=", answer.text)


def test_buttons_move_the_clock_rotate_keys_and_order_faults(client: Client) -> None:
    keys = client.get("/security/public-key-certificates").json()

    answer = press(client, "clock", advance="3600")
    press(client, "clock", to="midnight")
    press(client, "keys", kind="emergency")
    press(client, "faults", effect="status", operation="challenge", times="1", status="503", skip="", when="before")

    assert answer.url == f"{client.address}/"
    assert "T22:59:5" in client.control("GET", "/clock")["now"] or "T21:59:5" in client.control("GET", "/clock")["now"]
    assert client.get("/security/public-key-certificates").json() != keys
    assert client.post("/auth/challenge").status_code == 503
    (rule,) = client.control("GET", "/faults")["faults"]
    press(client, "faults/remove", id=str(rule["id"]))
    assert client.control("GET", "/faults")["faults"] == []


def test_a_button_of_another_site_does_nothing(client: Client) -> None:
    answer = requests.post(f"{client.address}/page/keys", data={"secret": "guess", "kind": "emergency"}, timeout=30)

    assert answer.status_code == 403
