"""What the simulator answers has the same keys, and the same figures, as the sample payloads of its version."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.stripe_simulator.conftest import Acme

SAMPLES = Path(__file__).parent.parent / "data" / "stripe"
# What differs between two accounts, two days or two orders; everything else must be equal.
FREE = {
    "id", "created", "number", "period", "period_start", "period_end", "effective_at", "finalized_at", "paid_at",
    "voided_at", "due_date", "next_payment_attempt", "webhooks_delivered_at", "start", "end", "url", "pdf",
    "hosted_invoice_url", "invoice_pdf", "customer", "invoice", "subscription", "subscription_item", "invoice_item",
    "payment_intent", "charge", "price", "product", "plan", "tax_rate", "discount", "discounts", "invoice_line_item",
    "invoice_line_items", "refund", "times_redeemed", "percentage", "effective_percentage", "jurisdiction",
    "jurisdiction_level", "nickname", "metadata", "order_ref", "memo", "description", "display_name", "reason",
    "customer_tax_ids", "account_tax_ids", "custom_fields", "name", "rate_type",
}  # fmt: skip


def sample(name: str) -> tuple[str, dict[str, Any]]:
    event = json.loads((SAMPLES / f"{name}.json").read_text())
    return event["api_version"], event["data"]["object"]


def differences(made: Any, expected: Any, path: str = "") -> list[str]:
    """Every key that only one of the two has, and every figure that is not the same."""
    if isinstance(made, dict) and isinstance(expected, dict):
        if path.endswith(("metadata", "price", "plan")):
            return [] if path.endswith("metadata") else sorted(f"{path}.{key}" for key in made.keys() ^ expected.keys())
        lonely = [f"{path}.{key}" for key in sorted(made.keys() ^ expected.keys())]
        shared = [(key, made[key], expected[key]) for key in sorted(made.keys() & expected.keys())]
        return lonely + [line for key, one, other in shared for line in differences(one, other, f"{path}.{key}")]
    if isinstance(made, list) and isinstance(expected, list) and path.rpartition(".")[2] not in FREE:
        if len(made) != len(expected):
            return [f"{path}: {len(made)} instead of {len(expected)}"]
        return [
            line
            for index, (one, other) in enumerate(zip(made, expected, strict=True))
            for line in differences(one, other, f"{path}[{index}]")
        ]
    if path.rpartition(".")[2] in FREE or made == expected:
        return []
    return [f"{path}: {made!r} instead of {expected!r}"]


@pytest.mark.parametrize("version", ["acacia", "basil", "clover"])
@pytest.mark.parametrize(
    ("scenario", "index", "name"),
    [
        ("domestic", 0, "domestic_23"),
        ("reverse_charge", 0, "eur_reverse_charge"),
        ("inclusive_consumer", 0, "inclusive_discounts"),
        ("proration", 1, "proration"),
    ],
)
def test_a_finalized_invoice_looks_like_the_sample(
    acme: Acme, version: str, scenario: str, index: int, name: str
) -> None:
    if name == "proration" and version == "basil":
        scenario = "proration_classic"
    api_version, expected = sample(f"invoice_finalized_{version}_{name}")

    made = acme.get(f"/v1/invoices/{acme.play(scenario)[index]['id']}", version=api_version)

    assert differences(made, expected) == []
    assert [line["description"] for line in made["lines"]["data"]] != []


def test_a_voided_invoice_looks_like_the_sample_of_dahlia(acme: Acme) -> None:
    api_version, expected = sample("invoice_voided_dahlia")
    document = acme.play("domestic")[0]

    acme.client().v1.invoices.void_invoice(document["id"])

    made = acme.get(f"/v1/invoices/{document['id']}", version=api_version)
    assert differences(made, expected) == []


def test_an_invoice_paid_out_of_band_looks_like_the_sample_of_endive(acme: Acme) -> None:
    api_version, expected = sample("invoice_paid_endive_out_of_band")
    document = acme.play("domestic")[0]

    acme.client().v1.invoices.pay(document["id"], {"paid_out_of_band": True})

    made = acme.get(f"/v1/invoices/{document['id']}", version=api_version)
    assert differences(made, expected) == []


def test_a_partial_credit_note_looks_like_the_sample(acme: Acme) -> None:
    api_version, expected = sample("credit_note_created_clover_partial_line")

    made = acme.get(f"/v1/credit_notes/{acme.play('partial_credit')[1]['id']}", version=api_version)

    assert differences(made, expected) == []


def test_a_full_credit_note_of_an_open_invoice_looks_like_the_sample(acme: Acme) -> None:
    api_version, expected = sample("credit_note_created_acacia_full")
    invoice = acme.play("domestic")[0]

    note = acme.control("POST", f"invoices/{invoice['id']}/credit", reason="duplicate")

    made = acme.get(f"/v1/credit_notes/{note['id']}", version=api_version)
    assert differences(made, expected) == []
    assert acme.get(f"/v1/invoices/{invoice['id']}")["status"] == "paid"


def test_a_credit_note_by_amount_only_looks_like_the_sample(acme: Acme) -> None:
    api_version, expected = sample("credit_note_created_basil_amount_only")
    client = acme.client()
    invoice = acme.play("proration_classic")[1]
    client.v1.invoices.pay(invoice["id"], {"paid_out_of_band": True})

    note = client.v1.credit_notes.create({"invoice": invoice["id"], "amount": 1000, "out_of_band_amount": 1000})

    assert differences(acme.get(f"/v1/credit_notes/{note.id}", version=api_version), expected) == []


def test_a_tax_id_event_looks_like_the_sample(acme: Acme) -> None:
    expected = json.loads((SAMPLES / "customer_tax_id_updated_clover.json").read_text())
    acme.control("POST", "scenarios/domestic")
    tax_id = next(
        found for found in acme.get("/v1/customers/cus_SCastZaklad/tax_ids")["data"] if found["type"] == "eu_vat"
    )

    acme.control("POST", f"tax_ids/{tax_id['id']}/verify", status="verified", name="ZAKŁAD", address="UL. PRÓBNA")

    event = acme.get("/v1/events", type="customer.tax_id.updated")["data"][0]
    assert event.keys() == expected.keys() - {"account"}
    assert event["data"]["previous_attributes"] == expected["data"]["previous_attributes"]
    assert event["data"]["object"].keys() == expected["data"]["object"].keys()


def test_tax_rates_look_like_the_sample(acme: Acme) -> None:
    expected = json.loads((SAMPLES / "tax_rates_list.json").read_text())
    acme.play("domestic")

    made = acme.get("/v1/tax_rates")

    assert made.keys() == expected.keys()
    assert made["data"][0].keys() == expected["data"][0].keys()
    assert made["data"][0]["percentage"] == 23.0
