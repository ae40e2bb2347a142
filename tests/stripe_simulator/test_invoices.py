"""The life of an invoice through the API."""

from decimal import Decimal

import pytest
import stripe

from apps.stripe_simulator.ids import new_id
from tests.stripe_simulator.conftest import Acme
from tests.stripe_simulator.selling import buyer, draft, finalized, rate


def test_an_invoice_goes_from_draft_to_paid(acme: Acme) -> None:
    client = acme.client()
    vat = rate(acme)
    id = draft(acme, [{"amount": 10_000, "description": "Usługa"}], default_tax_rates=[vat])
    assert acme.get(f"/v1/invoices/{id}")["number"] is None

    opened = client.v1.invoices.finalize_invoice(id)

    assert (opened.status, opened.number, opened.total, opened.amount_due) == ("open", "FVS-0001", 12_300, 12_300)
    paid = client.v1.invoices.pay(id)
    assert (paid.status, paid.amount_paid, paid.amount_remaining) == ("paid", 12_300, 0)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be voided"):
        client.v1.invoices.void_invoice(id)


def test_numbers_follow_each_other_over_all_customers(acme: Acme) -> None:
    numbers = [finalized(acme, [{"amount": 100}])["number"] for _ in range(3)]

    assert numbers == ["FVS-0001", "FVS-0002", "FVS-0003"]


def test_an_invoice_without_lines_cannot_be_finalized(acme: Acme) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="at least one line"):
        acme.client().v1.invoices.finalize_invoice(draft(acme, []))


def test_the_buyer_is_copied_when_the_invoice_is_finalized(acme: Acme) -> None:
    client = acme.client()
    customer = buyer(acme)
    invoice = finalized(acme, [{"amount": 100}], customer=customer)

    client.v1.customers.update(customer, {"name": "Someone Else"})
    client.v1.customers.tax_ids.create(customer, {"type": "pl_nip", "value": "1234563218"})

    again = acme.get(f"/v1/invoices/{invoice['id']}")
    assert (again["customer_name"], again["customer_tax_ids"]) == ("Globex sp. z o.o.", [])
    later = finalized(acme, [{"amount": 100}], customer=customer)
    assert later["customer_tax_ids"] == [{"type": "pl_nip", "value": "1234563218"}]


def test_only_metadata_of_a_finalized_invoice_changes(acme: Acme) -> None:
    client = acme.client()
    invoice = finalized(acme, [{"amount": 100}])

    client.v1.invoices.update(invoice["id"], {"metadata": {"ksef_number": "5265877635-20261121-0100A0B1C2D3-34"}})

    assert acme.get(f"/v1/invoices/{invoice['id']}")["metadata"]["ksef_number"].startswith("5265877635")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.invoices.update(invoice["id"], {"footer": "KSeF"})
    assert caught.value.code == "invoice_not_editable"
    event = acme.get("/v1/events", type="invoice.updated")["data"][0]
    assert event["data"]["previous_attributes"] == {"metadata": {"ksef_number": None}}


def test_nothing_to_pay_is_paid_at_once(acme: Acme) -> None:
    invoice = finalized(acme, [{"amount": 0, "description": "Okres próbny"}])

    assert (invoice["status"], invoice["amount_paid"], invoice["total"]) == ("paid", 0, 0)
    types = [event["type"] for event in acme.get("/v1/events")["data"]]
    assert types[:3] == ["invoice.payment_succeeded", "invoice.paid", "invoice.finalized"]


def test_a_negative_total_becomes_the_customers_credit(acme: Acme) -> None:
    customer = buyer(acme)

    invoice = finalized(acme, [{"amount": -5_000}], customer=customer)

    assert (invoice["status"], invoice["total"], invoice["amount_due"]) == ("paid", -5_000, 0)
    assert (invoice["starting_balance"], invoice["ending_balance"]) == (0, -5_000)
    assert acme.get(f"/v1/customers/{customer}")["balance"] == -5_000
    moves = acme.get(f"/v1/customers/{customer}/balance_transactions")["data"]
    assert [(move["amount"], move["type"]) for move in moves] == [(-5_000, "applied_to_invoice")]


def test_a_debt_on_the_balance_is_added_to_what_is_due(acme: Acme) -> None:
    customer = buyer(acme)
    acme.client().v1.customers.balance_transactions.create(customer, {"amount": 2_000, "currency": "pln"})

    invoice = finalized(acme, [{"amount": 10_000}], customer=customer)

    assert (invoice["total"], invoice["amount_due"]) == (10_000, 12_000)
    assert (invoice["starting_balance"], invoice["ending_balance"]) == (2_000, 0)


def test_ten_lines_are_embedded_and_the_rest_is_in_the_list(acme: Acme) -> None:
    document = acme.play("thirty_lines")[0]

    invoice = acme.get(f"/v1/invoices/{document['id']}")
    listed = acme.client().v1.invoices.line_items.list(document["id"], {"limit": 12}).auto_paging_iter()
    lines = [line.to_dict() for line in listed]

    assert (len(invoice["lines"]["data"]), invoice["lines"]["has_more"]) == (10, True)
    assert len({line["id"] for line in lines}) == 30
    assert [line["id"] for line in lines[:10]] == [line["id"] for line in invoice["lines"]["data"]]
    assert sum(line["amount"] for line in lines) == invoice["subtotal"]
    assert lines[0]["quantity_decimal"] == Decimal("2.25")


def test_pending_items_join_when_they_are_asked_in(acme: Acme) -> None:
    client = acme.client()
    customer = buyer(acme)
    for amount in (100, 200):
        client.v1.invoice_items.create({"customer": customer, "amount": amount, "currency": "pln"})

    empty = client.v1.invoices.create({"customer": customer, "pending_invoice_items_behavior": "exclude"})
    filled = client.v1.invoices.create({"customer": customer, "pending_invoice_items_behavior": "include"})

    assert empty.total == 0
    assert [line.amount for line in filled.lines.data] == [200, 100]
    assert acme.get("/v1/invoiceitems", customer=customer, pending="true")["data"] == []


def test_items_of_a_draft_change_and_go(acme: Acme) -> None:
    client = acme.client()
    id = draft(acme, [{"amount": 100}, {"amount": 200}])
    first = acme.get(f"/v1/invoices/{id}")["lines"]["data"][0]["parent"]["invoice_item_details"]["invoice_item"]

    client.v1.invoice_items.update(first, {"amount": 150, "description": "Inaczej"})
    assert acme.get(f"/v1/invoices/{id}")["total"] == 350
    client.v1.invoice_items.delete(first)

    assert acme.get(f"/v1/invoices/{id}")["total"] == 200
    client.v1.invoices.delete(id)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.invoices.retrieve(id)


def test_a_revision_voids_what_it_replaces(acme: Acme) -> None:
    client = acme.client()
    original = finalized(acme, [{"amount": 100}])
    revision = client.v1.invoices.create({"from_invoice": {"action": "revision", "invoice": original["id"]}})

    client.v1.invoices.finalize_invoice(revision.id)

    old, new = acme.get(f"/v1/invoices/{original['id']}"), acme.get(f"/v1/invoices/{revision.id}")
    assert (old["status"], old["latest_revision"]) == ("void", new["id"])
    assert (new["status"], new["total"]) == ("open", 100)
    assert new["from_invoice"] == {"action": "revision", "invoice": old["id"]}


def test_an_uncollectible_invoice_says_why_and_can_still_be_paid(acme: Acme) -> None:
    client = acme.client()
    invoice = finalized(acme, [{"amount": 100}])

    client.v1.invoices.mark_uncollectible(invoice["id"])

    marked = acme.get(f"/v1/invoices/{invoice['id']}")
    assert (marked["status"], marked["status_details"]["uncollectible"]["reason"]) == ("uncollectible", "user_forgiven")
    assert "status_details" not in acme.get(f"/v1/invoices/{invoice['id']}", version="2026-08-26.dahlia")
    assert client.v1.invoices.pay(invoice["id"]).status == "paid"


def test_a_payment_tells_how_it_was_made(acme: Acme) -> None:
    document = acme.play("blik")[0]

    (payment,) = acme.get("/v1/invoice_payments", invoice=document["id"], status="paid")["data"]
    intent = acme.get(f"/v1/payment_intents/{payment['payment']['payment_intent']}", **{"expand[]": "payment_method"})
    charge = acme.get(f"/v1/charges/{intent['latest_charge']}")

    assert (intent["payment_method"]["type"], charge["payment_method_details"]["type"]) == ("blik", "blik")
    assert (charge["amount"], charge["paid"]) == (147_600, True)


def test_an_unpaid_invoice_has_an_open_payment_that_a_void_cancels(acme: Acme) -> None:
    invoice = finalized(acme, [{"amount": 100}])
    (payment,) = acme.get("/v1/invoice_payments", invoice=invoice["id"])["data"]
    assert (payment["status"], payment["amount_paid"]) == ("open", None)

    acme.client().v1.invoices.void_invoice(invoice["id"])

    assert acme.get(f"/v1/invoice_payments/{payment['id']}")["status"] == "canceled"


def test_lists_filter_by_status_and_customer(acme: Acme) -> None:
    first, second = buyer(acme), buyer(acme)
    finalized(acme, [{"amount": 100}], customer=first)
    draft(acme, [{"amount": 100}], customer=second)

    assert len(acme.get("/v1/invoices", status="draft")["data"]) == 1
    assert len(acme.get("/v1/invoices", customer=first)["data"]) == 1
    assert acme.get("/v1/invoices", status="void")["data"] == []


def test_the_sellers_own_tax_id_is_shown_when_it_was_chosen(acme: Acme) -> None:
    own = acme.client().v1.tax_ids.create({"type": "eu_vat", "value": "PL5260309174"})

    invoice = finalized(acme, [{"amount": 100}], account_tax_ids=[own.id])

    assert invoice["account_tax_ids"] == [own.id]
    expanded = acme.get(f"/v1/invoices/{invoice['id']}", **{"expand[]": "account_tax_ids"})
    assert expanded["account_tax_ids"][0]["value"] == "PL5260309174"


def test_ids_look_like_stripes() -> None:
    assert new_id("in").startswith("in_1S")
    assert len(new_id("in")) == len("in_1RTNJee3kXA0YSRLxREoEPLn")
    assert len({new_id("evt") for _ in range(1_000)}) == 1_000
