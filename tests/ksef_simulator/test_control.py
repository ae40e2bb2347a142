import requests
from werkzeug.test import Client as WerkzeugClient

from apps.ksef_simulator.web.app import Application
from tests.ksef_simulator.client import Client, sha
from tests.ksef_simulator.conftest import TOKEN, Start
from tests.ksef_simulator.invoices import SELLER, invoice


def test_the_report_lists_what_was_accepted_and_what_was_sent_twice(acme: Client) -> None:
    session, envelope = acme.open_online()
    document = acme.sent(session, envelope, invoice("FV/1"))
    acme.sent(session, envelope, invoice("FV/1"))
    acme.sent(session, envelope, invoice("FV/2", issued="2049-01-01"))

    report = acme.report()

    assert report["accepted"] == [
        {
            "nip": SELLER,
            "kind": "VAT",
            "number": "FV/1",
            "issueDate": "2026-06-01",
            "hash": sha(invoice("FV/1")),
            "ksefNumber": document["ksefNumber"],
            "session": session,
            "document": document["referenceNumber"],
            "mode": "Offline",
            "sends": 2,
            "accepts": 1,
        }
    ]
    assert report["moreThanOnceAccepted"] == []
    assert report["totals"]["duplicates"] == 1
    assert report["duplicates"][0]["sameContent"] is True
    assert report["counts"] == {"sessions": 1, "documents": 3, "200": 1, "440": 1, "450": 1}
    assert report["operations"]["POST /sessions/online/{referenceNumber}/invoices"] == 3
    assert "accepted" not in acme.control("GET", "/report?documents=0")


def test_the_report_can_be_emptied_but_documents_stay(acme: Client) -> None:
    session, envelope = acme.open_online()
    acme.sent(session, envelope, invoice("FV/1"))

    acme.control("DELETE", "/report")

    report = acme.report()
    assert report["operations"] == {}
    assert len(report["accepted"]) == 1


def test_documents_come_in_pages(acme: Client) -> None:
    session, envelope = acme.open_online()
    for number in range(3):
        acme.sent(session, envelope, invoice(f"FV/{number}"))

    page = acme.control("GET", "/documents?offset=1&count=1")["documents"]

    assert [each["number"] for each in page] == ["FV/1"]


def test_the_clock_is_set_moved_stopped_and_released(client: Client) -> None:
    client.control("POST", "/clock", {"set": "2026-03-28T23:00:00+01:00"})
    stopped = client.control("POST", "/clock", {"freeze": True})
    moved = client.control("POST", "/clock", {"advance": 7200})
    released = client.control("POST", "/clock", {"release": True})
    real = client.control("POST", "/clock", {"real": True})

    assert stopped["now"].startswith("2026-03-28T22:00")
    assert moved["now"].startswith("2026-03-29T00:00")
    assert (moved["frozen"], released["frozen"]) == (True, False)
    assert real["offset"] == 0


def test_tokens_are_added_listed_and_revoked(client: Client) -> None:
    made = client.control("POST", "/tokens", {"nip": "5252344078"})
    given = client.control(
        "POST", "/tokens", {"nip": "5252344078", "token": "my-token", "permissions": ["InvoiceRead"]}
    )

    client.sign_in("5252344078", made["token"])
    other = Client(client.address).sign_in("5252344078", "my-token")
    client.control("POST", "/tokens/revoke", {"referenceNumber": given["referenceNumber"]})

    assert made["token"].startswith(f"{made['referenceNumber']}|nip-5252344078|")
    assert other.post("/sessions/online", {}).status_code == 403
    states = {each["referenceNumber"]: each["status"] for each in client.control("GET", "/tokens")["tokens"]}
    assert states[made["referenceNumber"]] == "Active"
    assert states[given["referenceNumber"]] == "Revoked"
    assert "ab" * 32 not in str(client.control("GET", "/tokens"))


def test_control_explains_itself(client: Client) -> None:
    overview = client.control("GET", "")

    assert "POST /control/faults" in overview["commands"]
    assert "drop_after" in overview["effects"]
    assert overview["operations"]["send"] == "POST /sessions/online/{referenceNumber}/invoices"


def test_what_is_no_command_is_400(client: Client) -> None:
    def refused(method: str, path: str, **more: object) -> int:
        return client.http.request(method, f"{client.address}/control{path}", timeout=30, **more).status_code  # type: ignore[arg-type]

    assert refused("GET", "/nothing") == 400
    assert refused("POST", "/clock", json={"set": "tomorrow"}) == 400
    assert refused("POST", "/tokens/revoke", json={"token": "unknown"}) == 400
    assert refused("POST", "/keys", json={"kind": "sometimes"}) == 400
    assert refused("POST", "/faults", json=["drop_before"]) == 400
    assert refused("POST", "/faults", data='{"effect": "slow"}') == 415


def test_control_answers_this_machine_only_unless_told_otherwise(client: Client, start: Start) -> None:
    application = Application(client.simulator.system)

    answers = [
        WerkzeugClient(application).get(path, environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code
        for path in ("/control/report", "/latarnia/status")
    ]

    opened = Application(start(open_control=True).simulator.system)
    remote = {"REMOTE_ADDR": "203.0.113.7"}

    assert answers == [403, 200]
    assert WerkzeugClient(opened).get("/control/report", environ_base=remote).status_code == 200


def test_the_status_service_says_what_it_is_told(client: Client) -> None:
    def status() -> requests.Response:
        return requests.get(f"{client.address}/latarnia/status", timeout=30)

    available = status().json()
    message = {"id": "1", "category": "FAILURE", "type": "FAILURE_START", "title": "Awaria", "text": "…"}
    client.control("POST", "/latarnia", {"status": "FAILURE", "messages": [message]})
    failing, messages = status().json(), requests.get(f"{client.address}/latarnia/messages", timeout=30).json()
    client.control("POST", "/latarnia", {"down": True})

    assert available == {"status": "AVAILABLE"}
    assert failing == {"status": "FAILURE", "messages": [message]}
    assert messages == [message]
    assert status().status_code == 504


def test_a_seed_repeats_a_run(start: Start) -> None:
    def number() -> str:
        acme = start(seed=7).sign_in(SELLER, TOKEN)
        acme.control("POST", "/clock", {"set": "2026-06-01T12:00:00+00:00", "freeze": True})
        acme.sign_in(SELLER, TOKEN)
        session, envelope = acme.open_online()
        ksef_number: str = acme.sent(session, envelope, invoice("FV/1"))["ksefNumber"]
        return ksef_number

    assert number() == number()
