"""Invoices and credit notes in Stripe's form, as small as the mapping allows."""

from datetime import datetime
from typing import Any

RATE_ID = "txr_23"
TAX_RATE = {
    "id": RATE_ID,
    "object": "tax_rate",
    "country": "PL",
    "effective_percentage": 23.0,
    "inclusive": False,
    "percentage": 23.0,
    "metadata": {},
}
SIDE = {"tax_rates": {RATE_ID: TAX_RATE}, "customer": {}, "tax_ids": None, "products": {}, "payment": {}}
LINE_NET = 10_000


def invoice(number: str, *, issued_at: datetime, status: str = "open", livemode: bool = False) -> dict[str, Any]:
    """One line of 100.00 PLN net with 23 % VAT, sold to a Polish company."""
    moment = int(issued_at.timestamp())
    invoice_id = f"in_{number}"
    return {
        "id": invoice_id,
        "object": "invoice",
        "account_country": "PL",
        "created": moment,
        "currency": "pln",
        "customer": "cus_1",
        "customer_address": _address(),
        "customer_name": "Zażółć sp. z o.o.",
        "customer_tax_exempt": "none",
        "customer_tax_ids": [{"type": "pl_nip", "value": "1111111111"}],
        "amount_due": 12_300,
        "amount_paid": 0,
        "amount_remaining": 12_300,
        "discounts": [],
        "effective_at": moment,
        "issuer": {"type": "self"},
        "lines": {"object": "list", "data": [_line(invoice_id, moment)], "has_more": False},
        "livemode": livemode,
        "metadata": {},
        "number": number,
        "parent": None,
        "payment_settings": {},
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "shipping_cost": None,
        "starting_balance": 0,
        "status": status,
        "status_transitions": {
            "finalized_at": moment,
            "paid_at": None,
            "voided_at": moment if status == "void" else None,
        },
        "subtotal": LINE_NET,
        "subtotal_excluding_tax": LINE_NET,
        "total": 12_300,
        "total_discount_amounts": [],
        "total_excluding_tax": LINE_NET,
        "total_pretax_credit_amounts": [],
        "total_taxes": [_tax(LINE_NET)],
    }


def credit_note(number: str, *, of: str, net: int, issued_at: datetime) -> dict[str, Any]:
    """Takes back part of the one line of an invoice."""
    moment = int(issued_at.timestamp())
    tax = net * 23 // 100
    return {
        "id": f"cn_{number}",
        "object": "credit_note",
        "amount": net + tax,
        "created": moment,
        "currency": "pln",
        "customer": "cus_1",
        "discount_amount": 0,
        "discount_amounts": [],
        "effective_at": moment,
        "invoice": f"in_{of}",
        "lines": {
            "object": "list",
            "data": [
                {
                    "id": f"cnli_{number}",
                    "object": "credit_note_line_item",
                    "amount": net,
                    "description": "Plan Pro",
                    "discount_amount": 0,
                    "discount_amounts": [],
                    "invoice_line_item": f"il_{of}",
                    "pretax_credit_amounts": [],
                    "quantity": 1,
                    "type": "invoice_line_item",
                    "unit_amount": net,
                    "unit_amount_decimal": str(net),
                    "taxes": [_tax(net)],
                }
            ],
            "has_more": False,
        },
        "livemode": False,
        "memo": None,
        "metadata": {},
        "number": number,
        "pretax_credit_amounts": [],
        "reason": "order_change",
        "shipping_cost": None,
        "status": "issued",
        "subtotal": net,
        "subtotal_excluding_tax": net,
        "total": net + tax,
        "total_excluding_tax": net,
        "total_taxes": [_tax(net)],
        "type": "pre_payment",
        "voided_at": None,
    }


def _line(invoice_id: str, moment: int) -> dict[str, Any]:
    return {
        "id": f"il_{invoice_id.removeprefix('in_')}",
        "object": "line_item",
        "amount": LINE_NET,
        "currency": "pln",
        "description": "Plan Pro",
        "discount_amounts": [],
        "discounts": [],
        "invoice": invoice_id,
        "metadata": {},
        "parent": {"type": "invoice_item_details", "invoice_item_details": {"proration": False}},
        "period": {"start": moment, "end": moment},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": "price_1", "product": "prod_1"},
            "type": "price_details",
            "unit_amount_decimal": str(LINE_NET),
        },
        "quantity": 1,
        "taxes": [_tax(LINE_NET)],
    }


def _tax(net: int) -> dict[str, Any]:
    return {
        "amount": net * 23 // 100,
        "tax_behavior": "exclusive",
        "tax_rate_details": {"tax_rate": RATE_ID},
        "taxability_reason": "standard_rated",
        "taxable_amount": net,
        "type": "tax_rate_details",
    }


def _address() -> dict[str, Any]:
    return {
        "city": "Wrocław",
        "country": "PL",
        "line1": "ul. Próbna 12/4",
        "line2": None,
        "postal_code": "50-101",
        "state": None,
    }
