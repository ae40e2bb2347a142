"""Credit notes as a seller's own program would issue them."""

from typing import Any

import pytest
import stripe

from tests.stripe_simulator.conftest import ACACIA, Acme
from tests.stripe_simulator.selling import draft, finalized, rate


def paid_order(acme: Acme, **more: Any) -> dict[str, Any]:
    """Three seats at 49.99 and a set-up at 500.00, 23% on top, paid by card."""
    items = [
        {"unit_amount_decimal": "4999", "quantity": 3, "description": "Stanowisko"},
        {"amount": 50_000, "description": "Wdrożenie"},
    ]
    invoice = finalized(acme, items, default_tax_rates=[rate(acme)], **more)
    acme.client().v1.invoices.pay(invoice["id"])
    return invoice


def test_by_quantity_by_amount_and_with_a_line_of_its_own(acme: Acme) -> None:
    invoice = paid_order(acme)
    seat, setup = (line["id"] for line in invoice["lines"]["data"])
    params: Any = {
        "invoice": invoice["id"],
        "lines": [
            {"type": "invoice_line_item", "invoice_line_item": seat, "quantity": 1},
            {"type": "invoice_line_item", "invoice_line_item": setup, "amount": 16_260},
            {
                "type": "custom_line_item",
                "description": "Rekompensata",
                "quantity": 2,
                "unit_amount": 100,
                "tax_rates": [rate(acme, "8")],
                "metadata": {"ticket": "7"},
            },
        ],
        "reason": "order_change",
        "memo": "Korekta",
        "refund_amount": 6_149 + 20_000 + 216,
    }

    note = acme.client().v1.credit_notes.create(params)

    made = acme.get(f"/v1/credit_notes/{note.id}")
    by_quantity, by_amount, custom = made["lines"]["data"]
    assert (by_quantity["amount"], by_quantity["quantity"], by_quantity["unit_amount"]) == (4_999, 1, 4_999)
    assert (by_amount["amount"], by_amount["quantity"], by_amount["unit_amount"]) == (16_260, None, None)
    assert [line["taxes"][0]["amount"] for line in made["lines"]["data"]] == [1_150, 3_740, 16]
    assert ("invoice_line_item" in custom, custom["metadata"]) == (False, {"ticket": "7"})
    assert (made["total"], made["type"], made["reason"]) == (26_365, "post_payment", "order_change")
    assert made["refunds"][0]["amount_refunded"] == 26_365
    assert acme.get(f"/v1/refunds/{made['refunds'][0]['refund']}")["amount"] == 26_365
    assert acme.get(f"/v1/credit_notes/{note.id}", version=ACACIA)["refund"] == made["refunds"][0]["refund"]


def test_shipping_is_credited_by_its_rate(acme: Acme) -> None:
    document = acme.play("shipping")[0]
    invoice = acme.get(f"/v1/invoices/{document['id']}")
    shipping: Any = {"shipping_rate": invoice["shipping_cost"]["shipping_rate"]}

    note = acme.client().v1.credit_notes.create({"invoice": invoice["id"], "shipping_cost": shipping})

    made = acme.get(f"/v1/credit_notes/{note.id}", **{"expand[]": "shipping_cost.taxes"})
    assert (made["amount_shipping"], made["total"], made["subtotal"]) == (1_999, 2_459, 0)
    assert made["shipping_cost"]["taxes"][0]["amount"] == 460
    with pytest.raises(stripe.InvalidRequestError, match="not on this invoice"):
        acme.client().v1.credit_notes.create({"invoice": invoice["id"], "shipping_cost": {"shipping_rate": "shr_no"}})


def test_thirty_lines_are_credited_with_ten_embedded(acme: Acme) -> None:
    document = acme.play("thirty_lines")[0]

    note = acme.control("POST", f"invoices/{document['id']}/credit")

    made = acme.get(f"/v1/credit_notes/{note['id']}")
    lines = list(acme.client().v1.credit_notes.line_items.list(note["id"], {"limit": 7}).auto_paging_iter())
    assert (len(made["lines"]["data"]), made["lines"]["has_more"], len(lines)) == (10, True, 30)
    assert sum(line.amount for line in lines) == made["subtotal"]
    assert made["total"] == acme.get(f"/v1/invoices/{document['id']}")["total"]


def test_memo_and_metadata_are_all_that_changes(acme: Acme) -> None:
    client = acme.client()
    note = acme.play("partial_credit")[1]

    client.v1.credit_notes.update(note["id"], {"memo": "KSeF: 123", "metadata": {"ksef_number": "123"}})

    made = acme.get(f"/v1/credit_notes/{note['id']}")
    assert (made["memo"], made["metadata"]) == ("KSeF: 123", {"ksef_number": "123"})
    (event,) = acme.get("/v1/events", type="credit_note.updated")["data"]
    assert event["data"]["previous_attributes"].keys() == {"memo", "metadata"}
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter"):
        client.v1.credit_notes.update(note["id"], {"reason": "duplicate"})  # type: ignore[typeddict-unknown-key]  # on purpose


def test_a_note_of_an_open_invoice_can_be_voided(acme: Acme) -> None:
    client = acme.client()
    document = acme.play("domestic")[0]
    note = client.v1.credit_notes.create({"invoice": document["id"], "amount": 1_000})

    client.v1.credit_notes.void_credit_note(note.id)

    made = acme.get(f"/v1/credit_notes/{note.id}")
    assert (made["status"], made["voided_at"] is not None) == ("void", True)
    assert acme.get(f"/v1/invoices/{document['id']}")["amount_due"] == 42_923
    types = [event["type"] for event in acme.get("/v1/events")["data"][:2]]
    assert types == ["invoice.updated", "credit_note.voided"]


def test_notes_that_take_off_all_that_is_owed_leave_the_invoice_paid(acme: Acme) -> None:
    client = acme.client()
    document = acme.play("domestic")[0]
    client.v1.credit_notes.create({"invoice": document["id"], "amount": 40_000})

    note = client.v1.credit_notes.create({"invoice": document["id"], "amount": 2_923})

    assert (note.type, note.pre_payment_amount, note.post_payment_amount) == ("pre_payment", 2_923, 0)
    assert acme.get(f"/v1/invoices/{document['id']}")["status"] == "paid"


def test_notes_are_listed_by_invoice(acme: Acme) -> None:
    invoice, note = acme.play("full_credit")
    acme.play("partial_credit")

    assert [found["id"] for found in acme.get("/v1/credit_notes", invoice=invoice["id"])["data"]] == [note["id"]]
    assert len(acme.get("/v1/credit_notes", customer="cus_SCastZaklad")["data"]) == 2
    assert acme.get("/v1/credit_notes", customer="cus_nobody")["data"] == []


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "amount, lines or shipping"),
        ({"amount": 0}, "greater than zero"),
        ({"amount": 10_000_000}, "exceeds"),
        ({"amount": 100, "lines": [{"type": "custom_line_item", "quantity": 1}]}, "not both"),
        ({"lines": [{"type": "invoice_line_item"}]}, "Missing required param: lines"),
        ({"lines": [{"type": "invoice_line_item", "invoice_line_item": "il_no", "quantity": 1}]}, "No such"),
        ({"lines": [{"type": "custom_line_item", "quantity": 1}]}, "needs a description"),
        ({"amount": 100, "reason": "because"}, "Invalid reason"),
    ],
)
def test_a_note_that_makes_no_sense_is_refused(acme: Acme, params: dict[str, Any], message: str) -> None:
    document = acme.play("domestic")[0]
    asked: Any = {"invoice": document["id"], **params}

    with pytest.raises(stripe.InvalidRequestError, match=message):
        acme.client().v1.credit_notes.create(asked)

    assert acme.get("/v1/credit_notes")["data"] == []


def test_drafts_and_void_invoices_cannot_be_credited(acme: Acme) -> None:
    client = acme.client()
    drafted = draft(acme, [{"amount": 100}])
    voided = acme.play("void_before_filing")[0]["id"]

    for invoice in (drafted, voided):
        with pytest.raises(stripe.InvalidRequestError, match="not void"):
            client.v1.credit_notes.create({"invoice": invoice, "amount": 100})


def test_custom_lines_do_not_go_with_automatic_tax(acme: Acme) -> None:
    document = acme.play("reverse_charge")[0]
    line: Any = {"type": "custom_line_item", "description": "x", "quantity": 1, "unit_amount": 100}

    with pytest.raises(stripe.InvalidRequestError, match="automatic tax"):
        acme.client().v1.credit_notes.create({"invoice": document["id"], "lines": [line]})
