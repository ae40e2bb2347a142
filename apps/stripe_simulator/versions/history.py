"""Every breaking change the simulator knows, newest first, each with the functions that take it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.base import Json

from . import basil, later

Undo = Callable[[Change, Any, Json], None]


@dataclass(frozen=True, slots=True)
class Step:
    since: str
    what: str
    undo: Mapping[str, Undo]


HISTORY = (
    Step("2026-09-30", "status details of uncollectible invoices", {"invoice": later.no_status_details}),
    Step("2026-05-27", "amount paid off Stripe", {"invoice": later.no_amount_paid_off_stripe}),
    Step(
        "2026-03-25",
        "decimal quantities, metadata of credit note lines",
        {
            "line_item": later.whole_quantities,
            "invoiceitem": later.whole_quantities,
            "credit_note_line_item": later.no_metadata,
        },
    ),
    Step(
        "2025-12-15",
        "line subtotal, customer account",
        {
            "line_item": later.no_line_subtotal,
            "invoice": later.no_customer_account,
            "credit_note": later.no_customer_account,
            "customer": later.no_customer_account,
            "invoiceitem": later.no_customer_account,
            "discount": later.no_customer_account,
            "tax_id": later.tax_id_without_customer_account,
        },
    ),
    Step("2025-10-29", "type of a credit note's refund", {"credit_note": later.plain_refunds}),
    Step("2025-09-30", "source of a discount", {"discount": later.coupon_in_discount}),
    Step("2025-05-28", "pre and post payment amounts", {"credit_note": later.no_payment_amounts}),
    Step(
        "2025-03-31",
        "taxes, pricing, parent, payments",
        {
            "invoice": basil.old_invoice,
            "line_item": basil.old_line,
            "invoiceitem": basil.old_invoice_item,
            "credit_note": basil.old_credit_note,
            "credit_note_line_item": basil.old_credit_line,
            "payment_intent": basil.old_payment_intent,
            "charge": basil.old_charge,
        },
    ),
)
