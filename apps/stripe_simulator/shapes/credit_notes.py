from __future__ import annotations

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.catalogue import TaxRate
from apps.stripe_simulator.records.credit_notes import CreditLine, CreditNote

from .catalogue import tax_rate_shape
from .documents import (
    EMBEDDED_LINES,
    discounts_shape,
    embedded_list,
    pretax_credits_shape,
    shipping_cost_shape,
    taxes_shape,
)
from .numbers import plain


def credit_note_shape(change: Change, note: CreditNote) -> Json:
    return {
        "id": note.id,
        "object": "credit_note",
        "amount": note.total,
        "amount_shipping": note.shipping_cost.amount_subtotal if note.shipping_cost else 0,
        "created": note.created,
        "currency": note.currency,
        "customer": note.customer,
        "customer_account": None,
        "customer_balance_transaction": note.customer_balance_transaction,
        "discount_amount": sum(share.amount for share in note.discounts),
        "discount_amounts": discounts_shape(note.discounts),
        "effective_at": note.effective_at,
        "invoice": note.invoice,
        "lines": embedded_list(
            [credit_line_shape(change, line) for line in note.lines[:EMBEDDED_LINES]],
            url=f"/v1/credit_notes/{note.id}/lines",
            has_more=len(note.lines) > EMBEDDED_LINES,
        ),
        "livemode": change.account.livemode,
        "memo": note.memo,
        "metadata": note.metadata,
        "number": note.number,
        "out_of_band_amount": note.out_of_band_amount,
        "pdf": f"https://pay.stripe.com/credit_notes/{change.account.id}/test_{note.id[-15:]}/pdf?s=ap",
        "post_payment_amount": note.post_payment_amount,
        "pre_payment_amount": note.pre_payment_amount,
        "pretax_credit_amounts": pretax_credits_shape(note.discounts),
        "reason": note.reason,
        "refunds": _refunds(note),
        "shipping_cost": shipping_cost_shape(note.shipping_cost),
        "status": note.status,
        "subtotal": note.subtotal,
        "subtotal_excluding_tax": note.subtotal_excluding_tax,
        "total": note.total,
        "total_excluding_tax": note.total_excluding_tax,
        "total_taxes": taxes_shape(note.taxes),
        "type": _type(note),
        "voided_at": note.voided_at,
    }


def credit_line_shape(change: Change, line: CreditLine) -> Json:
    unit = line.unit_amount
    return {
        "id": line.id,
        "object": "credit_note_line_item",
        "amount": line.amount,
        "description": line.description,
        "discount_amount": sum(share.amount for share in line.discount_shares),
        "discount_amounts": discounts_shape(line.discount_shares),
        **({"invoice_line_item": line.invoice_line_item} if line.invoice_line_item else {}),
        "livemode": change.account.livemode,
        "metadata": line.metadata,
        "pretax_credit_amounts": pretax_credits_shape(line.discount_shares),
        "quantity": line.quantity,
        "tax_rates": [tax_rate_shape(change, change.get(TaxRate, id)) for id in line.tax_rates],
        "taxes": taxes_shape(line.taxes),
        "type": line.type,
        "unit_amount": int(unit) if unit is not None and unit == unit.to_integral_value() else None,
        "unit_amount_decimal": None if unit is None else plain(unit),
    }


def _refunds(note: CreditNote) -> list[Json]:
    if note.refund is None:
        return []
    return [
        {
            "amount_refunded": note.refunded_amount,
            "payment_record_refund": None,
            "refund": note.refund,
            "type": "refund",
        }
    ]


def _type(note: CreditNote) -> str:
    if note.pre_payment_amount and note.post_payment_amount:
        return "mixed"
    return "post_payment" if note.post_payment_amount else "pre_payment"
