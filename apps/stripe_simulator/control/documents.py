from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from apps.stripe_simulator.operations.announcing import deliver
from apps.stripe_simulator.operations.closing import pay, void
from apps.stripe_simulator.operations.credit_lines import LineWish
from apps.stripe_simulator.operations.crediting import Wish, credit, everything_left
from apps.stripe_simulator.operations.refunding import Settlement
from apps.stripe_simulator.operations.refusal import Refusal
from apps.stripe_simulator.operations.tax_ids import set_verification
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.events import Event, WebhookEndpoint
from apps.stripe_simulator.records.invoices import Invoice
from apps.stripe_simulator.records.parties import TaxId
from apps.stripe_simulator.simulator import Simulator

from .body import Body


def pay_invoice(simulator: Simulator, body: Body, id: str) -> Json:
    with simulator.change() as change:
        method, out_of_band = body.text("method", "card") or "card", body.flag("out_of_band")
        invoice = pay(change, change.get(Invoice, id), method=method, out_of_band=out_of_band)
        return {"id": invoice.id, "status": invoice.status}


def void_invoice(simulator: Simulator, _body: Body, id: str) -> Json:
    with simulator.change() as change:
        invoice = void(change, change.get(Invoice, id))
        return {"id": invoice.id, "status": invoice.status}


def credit_invoice(simulator: Simulator, body: Body, id: str) -> Json:
    """Credit all that is left, or `amount`, or `quantity` of the line with the index `line`."""
    with simulator.change() as change:
        invoice = change.get(Invoice, id)
        if "amount" in body:
            wish = Wish(amount=body.integer("amount", 0), split_amount_by_rate=body.flag("split"))
        elif "quantity" in body:
            index = body.integer("line", 0)
            if not 0 <= index < len(invoice.lines):
                raise Refusal(f"The invoice has no line number {index}.")
            quantity = Decimal(body.integer("quantity", 1))
            wish = Wish(lines=[LineWish(invoice_line_item=invoice.lines[index].id, quantity=quantity)])
        else:
            lines, shipping = everything_left(change, invoice)
            wish = Wish(lines=lines, shipping=shipping)
        memo = body.text("memo", f"Korekta faktury {invoice.number}")
        settled = replace(wish, memo=memo, reason=body.text("reason"), settlement=Settlement(as_paid=True))
        note = credit(change, invoice, settled)
        return {"id": note.id, "number": note.number, "total": note.total}


def verify_tax_id(simulator: Simulator, body: Body, id: str) -> Json:
    """Let the answer of VIES arrive."""
    with simulator.change() as change:
        tax_id = set_verification(
            change,
            change.get(TaxId, id),
            status=body.text("status", "verified") or "verified",
            name=body.text("name"),
            address=body.text("address"),
        )
        return {"id": tax_id.id, "status": tax_id.verification_status}


def resend(simulator: Simulator, body: Body, id: str) -> Json:
    """Deliver an event once more, to one endpoint or to all that want it."""
    endpoint_id = body.text("endpoint")
    with simulator.change() as change:
        event = change.get(Event, id)
        endpoints = [
            endpoint
            for endpoint in change.newest_first(WebhookEndpoint)
            if endpoint.id == endpoint_id or (endpoint_id is None and endpoint.wants(event.type))
        ]
        return {"deliveries": [deliver(change, event, endpoint).id for endpoint in endpoints]}
