from typing import Any

import pytest
import requests

from tests.ksef_simulator.client import FORM, Client, Envelope, codes, sha
from tests.ksef_simulator.conftest import TOKEN
from tests.ksef_simulator.invoices import SELLER, invoice
from tests.ksef_simulator.packages import Package, zipped


def sent_count(acme: Client, session: str) -> int:
    count: int = acme.session(session)["invoiceCount"]
    return count


def test_an_answer_lost_before_the_effect_leaves_nothing(acme: Client) -> None:
    session, envelope = acme.open_online()
    acme.fault("drop_before", "send")

    with pytest.raises(requests.ConnectionError):
        acme.send(session, envelope, invoice("FV/1"))

    assert sent_count(acme, session) == 0
    assert acme.send(session, envelope, invoice("FV/1")).status_code == 202


def test_an_answer_lost_after_the_effect_leaves_the_document(acme: Client) -> None:
    session, envelope = acme.open_online()
    acme.fault("drop_after", "send")

    with pytest.raises(requests.ConnectionError):
        acme.send(session, envelope, invoice("FV/1"))

    (document,) = acme.get(f"/sessions/{session}/invoices").json()["invoices"]
    assert document["invoiceHash"] == sha(invoice("FV/1"))


@pytest.mark.parametrize(("when", "count"), [("before", 0), ("after", 1)])
def test_a_server_error_with_and_without_effect(acme: Client, when: str, count: int) -> None:
    session, envelope = acme.open_online()
    acme.fault("status", "send", status=502, when=when, body="html", retry_after=7)

    answer = acme.send(session, envelope, invoice("FV/1"))

    assert (answer.status_code, answer.headers["Content-Type"], answer.headers["Retry-After"]) == (
        502,
        "text/html",
        "7",
    )
    assert sent_count(acme, session) == count


@pytest.mark.parametrize("status", [403, 502, 503])
def test_the_page_of_a_firewall(acme: Client, status: int) -> None:
    acme.fault("html", "session list", status=status)

    answer = acme.get("/sessions?sessionType=Online")

    assert answer.status_code == status
    assert answer.text.startswith("<!DOCTYPE html>")


def test_an_empty_body_of_a_firewall(acme: Client) -> None:
    acme.fault("status", "session list", status=403)

    answer = acme.get("/sessions?sessionType=Online")

    assert (answer.status_code, answer.content) == (403, b"")


def test_half_an_answer_and_a_cut_off_one(acme: Client) -> None:
    acme.fault("malformed", "session list")
    acme.fault("truncated", "session list", skip=1)

    malformed = acme.get("/sessions?sessionType=Online")

    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        malformed.json()
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        acme.get("/sessions?sessionType=Online")


def test_a_slow_answer(acme: Client) -> None:
    acme.fault("slow", "session list", seconds=0.3)

    assert acme.get("/sessions?sessionType=Online").elapsed.total_seconds() >= 0.3


def test_any_refusal_of_the_contract_can_be_ordered(acme: Client) -> None:
    session, envelope = acme.open_online()
    acme.fault("error", "send", code=21184, details=["Trwają prace serwisowe."])

    assert codes(acme.send(session, envelope, invoice("FV/1"))) == [21184]


def test_rules_count_calls_skip_and_end(acme: Client) -> None:
    acme.fault("status", "session list", status=500, skip=1, times=2)

    statuses = [acme.get("/sessions?sessionType=Online").status_code for _ in range(5)]

    assert statuses == [200, 500, 500, 200, 200]


def test_a_rule_may_be_for_one_context_only(acme: Client) -> None:
    acme.fault("status", "session list", status=500, context="5252344078", times=None)

    assert acme.get("/sessions?sessionType=Online").status_code == 200


def test_a_rule_may_be_a_matter_of_chance(acme: Client) -> None:
    acme.fault("status", "session list", status=500, probability=0.5, times=None)

    statuses = {acme.get("/sessions?sessionType=Online").status_code for _ in range(60)}

    assert statuses == {200, 500}


def test_rules_are_listed_removed_and_cleared(acme: Client) -> None:
    rule = acme.fault("slow", seconds=0)
    acme.fault("drop_before", "send")

    listed = acme.control("GET", "/faults")["faults"]
    acme.control("DELETE", f"/faults/{rule['id']}")
    left = acme.control("GET", "/faults")["faults"]
    acme.control("DELETE", "/faults")

    assert [each["effect"] for each in listed] == ["slow", "drop_before"]
    assert [each["effect"] for each in left] == ["drop_before"]
    assert acme.control("GET", "/faults")["faults"] == []


def test_an_unknown_effect_is_refused_with_the_known_ones(acme: Client) -> None:
    answer = acme.http.post(f"{acme.address}/control/faults", json={"effect": "magic"}, timeout=30)

    assert answer.status_code == 400
    assert "drop_after" in answer.json()["error"]


def test_a_document_stuck_until_the_rule_is_removed(acme: Client) -> None:
    session, envelope = acme.open_online()
    rule = acme.fault("stuck", "send")
    reference = acme.send(session, envelope, invoice("FV/1")).json()["referenceNumber"]

    acme.control("POST", "/clock", {"advance": 600})
    stuck = acme.document(session, reference)["status"]["code"]
    acme.control("DELETE", f"/faults/{rule['id']}")

    assert stuck == 150
    assert acme.document(session, reference)["status"]["code"] == 200


def test_a_document_stuck_for_a_time(acme: Client) -> None:
    session, envelope = acme.open_online()
    acme.fault("stuck", "send", seconds=600)
    reference = acme.send(session, envelope, invoice("FV/1")).json()["referenceNumber"]

    stuck = acme.document(session, reference)["status"]["code"]
    acme.control("POST", "/clock", {"advance": 601})

    assert stuck in (100, 150)
    assert acme.document(session, reference)["status"]["code"] == 200


def test_a_cancelled_document_may_be_sent_again(acme: Client) -> None:
    session, envelope = acme.open_online()
    acme.fault("document_status", "send", code=550)

    cancelled = acme.sent(session, envelope, invoice("FV/1"))
    accepted = acme.sent(session, envelope, invoice("FV/1"))

    assert cancelled["status"]["code"] == 550
    assert "Spróbuj ponownie" in cancelled["status"]["details"][0]
    assert accepted["status"]["code"] == 200


def test_a_duplicate_with_the_wrong_session_or_without_extensions(acme: Client) -> None:
    session, envelope = acme.open_online()
    original = acme.sent(session, envelope, invoice("FV/1"))
    other, envelope = acme.open_online()
    acme.fault("wrong_original_session")
    wrong = acme.sent(other, envelope, invoice("FV/1"))
    acme.fault("no_extensions")
    bare = acme.sent(other, envelope, invoice("FV/1"))

    assert wrong["status"]["extensions"]["originalSessionReferenceNumber"] == other
    assert "extensions" not in bare["status"]
    assert original["ksefNumber"] in bare["status"]["details"][0]


def test_a_document_may_show_up_late_in_lists(acme: Client) -> None:
    session, envelope = acme.open_online()
    acme.fault("hidden_document", "send", seconds=30)
    reference = acme.send(session, envelope, invoice("FV/1")).json()["referenceNumber"]

    hidden = acme.get(f"/sessions/{session}/invoices").json()["invoices"]
    acme.control("POST", "/clock", {"advance": 31})

    assert hidden == []
    assert acme.get(f"/sessions/{session}/invoices").json()["invoices"][0]["referenceNumber"] == reference


def test_a_session_may_fail_at_once_or_when_closed(acme: Client) -> None:
    acme.fault("session_status", "open online", code=415)
    acme.fault("session_status", "open online", code=500, skip=1)

    first, envelope = acme.open_online()
    second, envelope = acme.open_online()
    acme.send(second, envelope, invoice("FV/1"))
    before = acme.session(second)["status"]["code"]
    acme.close(second)

    assert acme.session(first)["status"]["code"] == 415
    assert (before, acme.session(second)["status"]["code"]) == (100, 500)


def test_a_close_may_be_lost(acme: Client) -> None:
    acme.fault("close_lost", "close batch")
    package = Package.of(zipped({"a.xml": invoice("A")}))
    reference = package.upload(package.open(acme))

    lost = acme.close(reference, "batch").status_code
    status = acme.session(reference)["status"]["code"]
    acme.close(reference, "batch")

    assert (lost, status) == (204, 100)
    assert acme.settled_session(reference)["status"]["code"] == 200


@pytest.mark.parametrize(("effect", "status"), [("upload_refused", 403), ("upload_lost", 201)])
def test_an_upload_may_be_refused_or_lost(acme: Client, effect: str, status: int) -> None:
    acme.fault(effect)
    package = Package.of(zipped({"a.xml": invoice("A")}))
    opened = package.open(acme).json()
    request = opened["partUploadRequests"][0]

    answer = requests.put(request["url"], data=package.parts[0], headers=request["headers"], timeout=30)

    assert answer.status_code == status
    assert codes(acme.close(opened["referenceNumber"], "batch")) == [21205]


def upo(acme: Client, session: str, document: dict[str, Any]) -> requests.Response:
    return acme.get(f"/sessions/{session}/invoices/{document['referenceNumber']}/upo")


def test_receipts_may_be_wrong_in_every_way(acme: Client) -> None:
    session, envelope = acme.open_online()
    first, second = (acme.sent(session, envelope, invoice(number)) for number in ("FV/1", "FV/2"))
    right = upo(acme, session, first).content
    acme.fault("wrong_upo")
    wrong = upo(acme, session, first)
    acme.fault("broken_upo")
    broken = upo(acme, session, first)
    acme.fault("wrong_hash_header")
    header = upo(acme, session, first)

    assert second["ksefNumber"].encode() in wrong.content
    assert wrong.headers["x-ms-meta-hash"] == sha(wrong.content)
    assert broken.content != right
    assert broken.headers["x-ms-meta-hash"] == sha(broken.content)
    assert header.content == right
    assert header.headers["x-ms-meta-hash"] != sha(right)
    assert upo(acme, session, first).content == right


def test_a_link_may_have_ended(acme: Client) -> None:
    session, envelope = acme.open_online()
    link = acme.sent(session, envelope, invoice("FV/1"))["upoDownloadUrl"]
    acme.fault("expired_link")

    assert [requests.get(link, timeout=30).status_code for _ in range(2)] == [403, 200]


def test_sign_in_may_hang_fail_or_be_blocked(client: Client) -> None:
    hanging_rule = client.fault("signin_stuck")
    hanging = client.start_token_sign_in(SELLER, TOKEN)
    client.fault("signin_status", code=460, details=["Certyfikat odwołany"])
    failed = client.start_token_sign_in(SELLER, TOKEN)
    client.fault("blocked_context")
    blocked = client.start_token_sign_in(SELLER, TOKEN)

    client.control("POST", "/clock", {"advance": 600})
    stuck = client.sign_in_status(hanging)["status"]["code"]
    client.control("DELETE", f"/faults/{hanging_rule['id']}")

    assert stuck == 100
    assert client.sign_in_status(hanging)["status"]["code"] == 200
    assert client.sign_in_status(failed)["status"]["details"] == ["Certyfikat odwołany"]
    assert client.sign_in_status(blocked)["status"]["code"] == 480


def test_an_open_with_a_lost_answer_leaves_an_orphan_that_can_be_found(acme: Client) -> None:
    acme.fault("drop_after", "open online")

    with pytest.raises(requests.ConnectionError):
        acme.post("/sessions/online", {"formCode": FORM, "encryption": acme.encryption(Envelope.fresh())})

    assert len(acme.get("/sessions?sessionType=Online").json()["sessions"]) == 1
