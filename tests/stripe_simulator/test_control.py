"""Scenarios, load and the report, as the demo uses them."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from apps.stripe_simulator.scenarios.cast import PERSONAS
from apps.stripe_simulator.scenarios.register import SCENARIOS
from tests.stripe_simulator.conftest import Acme, Start
from tests.stripe_simulator.receiver import Receiver

WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)


def test_every_scenario_describes_itself_in_both_languages(acme: Acme) -> None:
    for scenario in acme.control("GET", "scenarios")["scenarios"]:
        assert scenario["description"]["pl"].endswith(".")
        assert scenario["description"]["en"].endswith(".")
        assert scenario["description"]["pl"] != scenario["description"]["en"]
        assert scenario["phases"] in (1, 2)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_scenario_makes_documents_with_the_promised_outcomes(acme: Acme, name: str) -> None:
    run = acme.control("POST", f"scenarios/{name}")
    documents = run["documents"]
    if run["phases"] == 2:
        documents = acme.control("POST", f"runs/{run['run']}/continue")["documents"]

    assert tuple(found["expected"] for found in documents) == SCENARIOS[name].expected
    for document in documents:
        path = "credit_notes" if document["kind"] == "credit_note" else "invoices"
        made = acme.get(f"/v1/{path}/{document['id']}")
        assert made["number"] == document["number"]
        assert_adds_up(made)


def assert_adds_up(document: dict[str, Any]) -> None:
    """What a careful reader of the payload would check (stripe.md, section 3.10)."""
    if not document["lines"]["data"] or document["lines"]["has_more"]:
        return
    lines = document["lines"]["data"]
    value = sum(line["amount"] - sum(part["amount"] for part in line["discount_amounts"]) for line in lines)
    exclusive = sum(tax["amount"] for tax in document["total_taxes"] if tax["tax_behavior"] == "exclusive")
    shipping = document["shipping_cost"]["amount_subtotal"] if document["shipping_cost"] else 0
    assert value + shipping + exclusive == document["total"]
    assert document["total_excluding_tax"] == document["total"] - sum(tax["amount"] for tax in document["total_taxes"])


def test_the_sample_set_runs_at_once_and_its_promises_are_listed(acme: Acme) -> None:
    runs = acme.control("POST", "scenarios")["runs"]

    promises = acme.control("GET", "expectations")["documents"]
    assert len(runs) == sum(1 for scenario in SCENARIOS.values() if scenario.sample)
    assert [found["id"] for found in promises] == [found["id"] for run in runs for found in run["documents"]]
    outcomes = Counter(found["expected"].partition(":")[0] for found in promises)
    assert outcomes.keys() == {"filed", "held", "skipped"}


def test_scenarios_that_need_more_than_there_is_can_be_left_out(acme: Acme) -> None:
    runs = acme.control("POST", "scenarios", lacking=["nbp_rates"])["runs"]

    assert "euro_domestic" not in {run["scenario"] for run in runs}
    assert len(runs) == sum(1 for scenario in SCENARIOS.values() if scenario.sample) - 1


def test_a_second_phase_changes_the_promise_of_its_document(acme: Acme) -> None:
    run = acme.control("POST", "scenarios/void_after_filing")
    (document,) = run["documents"]
    assert (document["kind"], document["expected"]) == ("invoice", "filed")

    acme.control("POST", f"runs/{run['run']}/continue")

    (promise,) = acme.control("GET", "expectations")["documents"]
    assert (promise["id"], promise["kind"], promise["expected"]) == (document["id"], "void", "filed")
    assert acme.get(f"/v1/invoices/{document['id']}")["status"] == "void"
    refused = requests.post(f"{acme.url}/control/runs/{run['run']}/continue", timeout=30)
    assert refused.status_code == 400


def test_generated_documents_vary_and_repeat_with_their_seed(start: Start) -> None:
    def generated(seed: int) -> list[tuple[Any, ...]]:
        acme = start()
        documents = acme.control("POST", "generate", count=120, seed=seed)["documents"]
        found = []
        for document in documents:
            path = "credit_notes" if document["kind"] == "credit_note" else "invoices"
            made = acme.get(f"/v1/{path}/{document['id']}")
            assert_adds_up(made)
            rates = sorted(tax["taxability_reason"] for tax in made["total_taxes"])
            found.append((document["kind"], made["number"], made["currency"], made["total"], tuple(rates)))
        return found

    first = generated(7)

    assert first == generated(7)
    assert first != generated(8)
    kinds = Counter(kind for kind, *_ in first)
    assert kinds["credit_note"] >= 5
    assert {currency for _, _, currency, *_ in first} == {"pln", "eur"}
    assert any(len(rates) > 1 for *_, rates in first)
    assert all(total > 0 for _, _, _, total, _ in first)


def test_a_thousand_documents_can_be_made(acme: Acme) -> None:
    made = acme.control("POST", "generate", count=1_000)

    assert made["count"] == len({found["id"] for found in made["documents"]}) == 1_000
    assert made["seconds"] < 30


def test_the_report_counts_what_happened(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver, "invoice.finalized")
    acme.control("POST", "scenarios", names=["domestic", "blik", "full_credit"])
    acme.control("GET", "wait")

    report = acme.control("GET", "report")

    assert report["invoices"] == {"paid": 2, "open": 1}
    assert report["credit_notes"] == {"issued": 1}
    assert report["deliveries"] == {"delivered": 3}
    assert (report["attempts"], report["last_answers"], report["waiting"]) == (3, {"200": 3}, 0)


def test_deliveries_of_one_document_can_be_listed(acme: Acme, receiver: Receiver) -> None:
    acme.listen(receiver)
    document = acme.play("blik")[0]
    acme.control("GET", "wait")

    found = requests.get(f"{acme.url}/control/deliveries?object={document['id']}", timeout=30).json()["deliveries"]

    types = {delivery["type"] for delivery in found}
    assert types == {"invoice.created", "invoice.finalized", "invoice.paid", "invoice.payment_succeeded"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("scenarios/nonsense", {}),
        ("scenarios", {"names": ["nonsense"]}),
        ("generate", {"count": 0}),
        ("generate", {"count": "many"}),
        ("faults/webhooks", {"kind": "nonsense"}),
        ("clock", {"now": "yesterday"}),
        ("key", {"permissions": ["rak_everything"]}),
        ("webhooks/release", {"order": "sideways"}),
    ],
)
def test_a_wrong_call_is_answered_with_the_reason(acme: Acme, path: str, body: dict[str, Any]) -> None:
    answer = requests.post(f"{acme.url}/control/{path}", json=body, timeout=30)

    assert answer.status_code == 400
    assert len(answer.json()["error"]) > 10


@pytest.mark.parametrize("body", [b"{", b"[1]", "zażółć".encode("utf-16")])
def test_a_body_that_is_no_object_is_refused(acme: Acme, body: bytes) -> None:
    assert requests.post(f"{acme.url}/control/clock", data=body, timeout=30).status_code == 400


@pytest.mark.parametrize("path", ["invoices/in_x/pay", "runs/run_x/continue", "events/evt_x/resend", "nonsense"])
def test_what_does_not_exist_is_a_404(acme: Acme, path: str) -> None:
    assert requests.post(f"{acme.url}/control/{path}", timeout=30).status_code == 404


def test_documents_can_be_paid_credited_and_voided_by_control(acme: Acme) -> None:
    first, second = acme.play("shipping")[0], acme.play("domestic")[0]

    acme.control("POST", f"invoices/{first['id']}/pay", method="p24")
    note = acme.control("POST", f"invoices/{first['id']}/credit", quantity=1, reason="order_change")
    rest = acme.control("POST", f"invoices/{first['id']}/credit")
    acme.control("POST", f"invoices/{second['id']}/void")

    total = acme.get(f"/v1/invoices/{first['id']}")["total"]
    assert note["total"] + rest["total"] == total
    assert acme.get(f"/v1/credit_notes/{rest['id']}")["amount_shipping"] == 1_999
    assert acme.get(f"/v1/invoices/{second['id']}")["status"] == "void"


def test_the_clock_moves_documents_to_another_day(acme: Acme) -> None:
    acme.control("POST", "clock", now="2026-02-28T23:30:00Z")

    document = acme.play("blik")[0]

    finalized_at = acme.get(f"/v1/invoices/{document['id']}")["status_transitions"]["finalized_at"]
    assert datetime.fromtimestamp(finalized_at, UTC).date().isoformat() == "2026-02-28"
    acme.control("POST", "clock", advance=86_400)
    assert acme.control("GET", "report")["now"] - finalized_at >= 86_400


def test_polish_buyers_have_numbers_with_a_right_check_digit_except_the_one_that_must_not() -> None:
    for key, persona in PERSONAS.items():
        for type, value in persona.tax_ids:
            if type == "pl_nip" or value.startswith("PL"):
                digits = [int(digit) for digit in value.removeprefix("PL")]
                control = sum(digit * weight for digit, weight in zip(digits, WEIGHTS, strict=False)) % 11
                assert (control == digits[9]) is (key != "wrong_nip"), key


def test_nothing_about_a_buyer_leads_to_a_real_address() -> None:
    text = json.dumps({key: persona.email for key, persona in PERSONAS.items()})

    assert text.count(".example") == len(PERSONAS)
