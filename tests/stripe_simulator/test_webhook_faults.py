"""Webhooks that go wrong on demand: twice, late, out of order, lost, wrongly signed, somebody else's."""

import time

import pytest
import stripe

from tests.stripe_simulator.conftest import Acme
from tests.stripe_simulator.receiver import Receiver


def test_a_duplicate_is_the_same_event_twice(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver, "invoice.finalized")
    acme.control("POST", "faults/webhooks", kind="duplicate")

    acme.play("domestic")
    acme.play("domestic")

    acme.control("GET", "wait")
    ids = [event["id"] for event in receiver.events()]
    assert (len(ids), len(set(ids))) == (3, 2)


def test_a_dropped_event_is_only_in_the_events_list(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver, "invoice.finalized")
    acme.control("POST", "faults/webhooks", kind="drop", types=["invoice.finalized"])

    acme.play("domestic")

    acme.control("GET", "wait")
    assert receiver.deliveries == []
    assert len(acme.get("/v1/events", **{"types[]": "invoice.finalized"})["data"]) == 1


def test_a_delayed_event_comes_later_than_the_next_one(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver, "invoice.finalized")
    acme.control("POST", "faults/webhooks", kind="delay", seconds=0.4)

    acme.play("domestic")
    acme.play("blik")

    events = receiver.wait_for(2)
    assert [event["data"]["object"]["number"] for event in events] == ["FVS-0002", "FVS-0001"]


@pytest.mark.parametrize(("order", "expected"), [("same", [1, 2, 3]), ("reverse", [3, 2, 1])])
def test_held_events_go_out_in_the_wanted_order(
    acme: Acme, receiver: Receiver, order: str, expected: list[int]
) -> None:
    acme.listen(receiver, "invoice.finalized")
    acme.control("POST", "webhooks/hold")
    for _ in range(3):
        acme.play("domestic")
    assert acme.control("GET", "report")["held"] == 3

    assert acme.control("POST", "webhooks/release", order=order, spacing=0.1) == {"released": 3}

    events = receiver.wait_for(3)
    assert [int(event["data"]["object"]["number"][-4:]) for event in events] == expected


def test_a_forgotten_answer_brings_the_event_again(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver, "invoice.finalized")
    acme.control("POST", "faults/webhooks", kind="forget_answer")

    acme.play("domestic")

    assert len({event["id"] for event in receiver.wait_for(2)}) == 1


@pytest.mark.parametrize("kind", ["wrong_secret", "stale"])
def test_a_spoilt_signature_does_not_verify(acme: Acme, receiver: Receiver, kind: str) -> None:
    acme.listen(receiver, "invoice.finalized")
    acme.control("POST", "faults/webhooks", kind=kind)

    acme.play("domestic")

    receiver.wait_for(1)
    with pytest.raises(stripe.SignatureVerificationError):
        receiver.verify_all()


def test_a_future_signature_is_an_hour_ahead(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver, "invoice.finalized")
    acme.control("POST", "faults/webhooks", kind="future")

    acme.play("domestic")

    receiver.wait_for(1)
    at = int(receiver.deliveries[0].signature.split(",")[0].removeprefix("t="))
    assert 3_500 < at - time.time() < 3_700


@pytest.mark.parametrize(("kind", "field"), [("wrong_livemode", "livemode"), ("wrong_account", "account")])
def test_an_event_may_be_somebody_elses_and_yet_rightly_signed(
    acme: Acme, receiver: Receiver, kind: str, field: str
) -> None:
    acme.listen(receiver, "invoice.finalized")
    acme.control("POST", "faults/webhooks", kind=kind)

    acme.play("domestic")

    (event,) = receiver.wait_for(1)
    receiver.verify_all()
    assert event[field] in (True, "acct_1SSomebodyElse0001")
