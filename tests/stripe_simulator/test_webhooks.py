"""Signed events reach the endpoints: at least once, in the endpoint's version, until a 2xx."""

import json
from itertools import pairwise

import pytest
import stripe

from tests.stripe_simulator.conftest import ACACIA, CLOVER, Acme, Start
from tests.stripe_simulator.receiver import Receiver, wait_until


def test_a_signature_is_over_the_raw_body_and_the_real_library_accepts_it(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver, "invoice.finalized")

    document = acme.play("domestic")[0]

    receiver.wait_for(1)
    (delivery,) = receiver.deliveries
    event = stripe.Webhook.construct_event(delivery.body, delivery.signature, receiver.secret)
    assert (event.type, event.data.object["id"]) == ("invoice.finalized", document["id"])
    assert ",v0=" in delivery.signature
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(delivery.body, delivery.signature, "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(delivery.body + b" ", delivery.signature, receiver.secret)


def test_only_the_wanted_types_are_sent(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver, "invoice.paid", "credit_note.created")

    acme.play("full_credit")

    acme.control("GET", "wait")
    assert sorted(event["type"] for event in receiver.events()) == ["credit_note.created", "invoice.paid"]


def test_an_endpoint_gets_its_own_version(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver, "invoice.finalized", version=ACACIA)

    acme.play("domestic")

    (event,) = receiver.wait_for(1)
    assert event["api_version"] == ACACIA
    assert event["data"]["object"]["tax"] == 8_026
    assert "total_taxes" not in event["data"]["object"]
    assert acme.get("/v1/events", type="invoice.finalized")["data"][0]["data"]["object"]["total_taxes"] != []


def test_an_event_shows_its_object_as_it_was(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver, "invoice.finalized", "invoice.voided")
    acme.control("POST", "webhooks/hold")
    acme.play("void_before_filing")

    acme.control("POST", "webhooks/release", spacing=0)

    receiver.wait_for(2)
    statuses = {event["type"]: event["data"]["object"]["status"] for event in receiver.events()}
    assert statuses == {"invoice.finalized": "open", "invoice.voided": "void"}
    assert "account" not in receiver.events()[0]


def test_a_request_is_named_in_the_events_it_caused(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver, "invoice.updated")
    document = acme.play("domestic")[0]

    acme.client().v1.invoices.update(
        document["id"], {"metadata": {"ksef_status": "filed"}}, options={"idempotency_key": "ksefkit:1"}
    )

    (event,) = receiver.wait_for(1)
    assert event["request"]["id"].startswith("req_")
    assert event["request"]["idempotency_key"] == "ksefkit:1"
    assert event["data"]["previous_attributes"] == {"metadata": {"ksef_status": None}}


@pytest.mark.parametrize("refusal", [400, 404, 500, 503, 302])
def test_anything_but_2xx_is_tried_again_with_a_fresh_signature(acme: Acme, receiver: Receiver, refusal: int) -> None:
    receiver.answers = [refusal, refusal]
    acme.listen(receiver, "invoice.finalized")

    acme.play("domestic")

    events = receiver.wait_for(3)
    assert len({event["id"] for event in events}) == 1
    receiver.verify_all()
    acme.control("GET", "wait")
    (delivery,) = acme.control("GET", "deliveries")["deliveries"]
    assert (delivery["state"], delivery["tries"]) == ("delivered", 3)
    assert [attempt["status"] for attempt in delivery["attempts"]] == [refusal, refusal, 200]


def test_pauses_between_tries_grow(start: Start, receiver: Receiver) -> None:
    acme = start(sending={"retry_base": 0.1})
    receiver.answers = [500, 500, 500]
    acme.listen(receiver, "invoice.finalized")

    acme.play("domestic")

    receiver.wait_for(4)
    times = [delivery.at for delivery in receiver.deliveries]
    first, second, third = (later - earlier for earlier, later in pairwise(times))
    assert 0.08 <= first < second < third


def test_after_the_last_try_it_gives_up_and_the_events_list_tells(start: Start, receiver: Receiver) -> None:
    acme = start(sending={"retry_limit": 2, "retry_base": 0.01})
    receiver.answers = [500, 500]
    acme.listen(receiver, "invoice.finalized")

    acme.play("domestic")
    acme.control("GET", "wait")
    acme.play("trial")
    acme.control("GET", "wait")

    assert [found["state"] for found in acme.control("GET", "deliveries")["deliveries"]] == ["delivered", "gave_up"]
    missed = acme.get("/v1/events", delivery_success="false", **{"types[0]": "invoice.finalized"})["data"]
    assert [event["data"]["object"]["number"] for event in missed] == ["FVS-0001"]


def test_nobody_listening_is_tried_again_until_somebody_does(acme: Acme, receiver: Receiver) -> None:
    port = receiver.url.split(":")[2].split("/")[0]
    made = acme.client().v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/h", "enabled_events": ["*"]})
    acme.play("wrong_nip")
    wait_until(lambda: any(found["tries"] for found in acme.control("GET", "deliveries")["deliveries"]))
    assert acme.control("GET", "deliveries")["deliveries"][0]["attempts"][0]["status"] == 0

    acme.client().v1.webhook_endpoints.update(made.id, {"url": f"http://127.0.0.1:{port}/h"})

    receiver.wait_for(1, "invoice.finalized")


def test_a_disabled_endpoint_gets_nothing_and_its_retries_stop(acme: Acme, receiver: Receiver) -> None:
    endpoint = acme.listen(receiver, "invoice.finalized")
    receiver.answers = [500] * 50
    acme.play("domestic")
    receiver.wait_for(2)

    acme.client().v1.webhook_endpoints.update(endpoint, {"disabled": True})

    acme.control("GET", "wait")
    seen = len(receiver.deliveries)
    acme.play("domestic")
    acme.control("GET", "wait")
    assert len(receiver.deliveries) == seen
    assert acme.control("GET", "report")["deliveries"] == {"gave_up": 1}


def test_two_secrets_sign_while_one_is_being_replaced(acme: Acme, receiver: Receiver) -> None:
    endpoint = acme.listen(receiver, "invoice.finalized")
    old = receiver.secret
    new = acme.control("POST", f"webhook_endpoints/{endpoint}/roll_secret", overlap=3600)["secret"]
    acme.play("domestic")
    receiver.wait_for(1)

    newest = acme.control("POST", f"webhook_endpoints/{endpoint}/roll_secret", overlap=0)["secret"]
    acme.play("domestic")
    receiver.wait_for(2)

    during, after = receiver.deliveries
    assert during.signature.count("v1=") == 2
    for secret in (old, new):
        assert stripe.WebhookSignature.verify_header(during.body.decode(), during.signature, secret)
    assert after.signature.count("v1=") == 1
    assert stripe.WebhookSignature.verify_header(after.body.decode(), after.signature, newest)


def test_a_platform_gets_the_account_on_each_event(start: Start, receiver: Receiver) -> None:
    acme = start(sending={"with_account": True})
    acme.listen(receiver, "invoice.finalized", version=CLOVER)

    acme.play("domestic")

    assert receiver.wait_for(1)[0]["account"] == "acct_1SDemoSeller000001"


def test_an_event_can_be_sent_again_by_hand(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver, "invoice.finalized")
    acme.play("domestic")
    (event,) = receiver.wait_for(1)

    acme.control("POST", f"events/{event['id']}/resend")

    assert [found["id"] for found in receiver.wait_for(2)] == [event["id"]] * 2


def test_many_events_go_over_few_connections(start: Start, receiver: Receiver) -> None:
    acme = start(sending={"senders": 4})
    acme.listen(receiver, "invoice.finalized")

    made = acme.control("POST", "generate", count=300, credit_notes=False)

    events = receiver.wait_for(300, seconds=60)
    assert {event["data"]["object"]["id"] for event in events} == {found["id"] for found in made["documents"]}
    assert len(receiver.connections) <= 4
    receiver.verify_all()


def test_text_is_utf_8_and_the_length_is_that_of_the_bytes(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver, "invoice.finalized")

    acme.play("blik")

    receiver.wait_for(1)
    body = receiver.deliveries[0].body
    assert "Kawiarnia „Pod Próbą”".encode() in body
    assert json.loads(body)["data"]["object"]["customer_name"].startswith("Kawiarnia")
