from __future__ import annotations

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.catalogue import TaxRate
from apps.stripe_simulator.records.invoices import Invoice, InvoiceItem, Line

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
from .parties import address_shape, delivery_shape


def invoice_shape(change: Change, invoice: Invoice) -> Json:
    return {
        "id": invoice.id,
        "object": "invoice",
        "account_country": change.account.country,
        "account_name": change.account.name,
        "account_tax_ids": list(invoice.account_tax_ids) or None,
        **_amounts(invoice),
        "application": None,
        "attempt_count": invoice.attempt_count,
        "attempted": invoice.attempted,
        "auto_advance": invoice.auto_advance,
        "automatic_tax": _automatic_tax(invoice),
        "automatically_finalizes_at": None,
        "billing_reason": invoice.billing_reason,
        "collection_method": invoice.collection_method,
        "created": invoice.created,
        "currency": invoice.currency,
        "custom_fields": [{"name": part.name, "value": part.value} for part in invoice.custom_fields] or None,
        "customer": invoice.customer,
        "customer_account": None,
        **_buyer(invoice),
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [tax_rate_shape(change, change.get(TaxRate, id)) for id in invoice.default_tax_rates],
        "description": invoice.description,
        "discounts": list(invoice.discounts),
        "due_date": invoice.due_date,
        "effective_at": invoice.effective_at,
        "ending_balance": invoice.ending_balance,
        "footer": invoice.footer,
        "from_invoice": invoice.from_invoice and {"action": "revision", "invoice": invoice.from_invoice},
        **_links(change, invoice),
        "issuer": _issuer(invoice),
        "last_finalization_error": None,
        "latest_revision": invoice.latest_revision,
        "lines": embedded_list(
            [line_shape(change, invoice, line) for line in invoice.lines[:EMBEDDED_LINES]],
            url=f"/v1/invoices/{invoice.id}/lines",
            has_more=len(invoice.lines) > EMBEDDED_LINES,
        ),
        "livemode": change.account.livemode,
        "metadata": invoice.metadata,
        "next_payment_attempt": _next_attempt(invoice),
        "number": invoice.number,
        "on_behalf_of": invoice.on_behalf_of,
        "parent": _parent(invoice),
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": invoice.period_end,
        "period_start": invoice.period_start,
        "post_payment_credit_notes_amount": invoice.post_payment_credit_notes_amount,
        "pre_payment_credit_notes_amount": invoice.pre_payment_credit_notes_amount,
        "receipt_number": None,
        "rendering": {
            "amount_tax_display": invoice.amount_tax_display,
            "pdf": {"page_size": "a4"},
            "template": None,
            "template_version": None,
        },
        "shipping_cost": shipping_cost_shape(invoice.shipping_cost),
        "shipping_details": delivery_shape(invoice.shipping_details),
        "starting_balance": invoice.starting_balance,
        "statement_descriptor": None,
        "status": invoice.status,
        **_status_details(invoice),
        "status_transitions": {
            "finalized_at": invoice.finalized_at,
            "marked_uncollectible_at": invoice.marked_uncollectible_at,
            "paid_at": invoice.paid_at,
            "voided_at": invoice.voided_at,
        },
        "test_clock": None,
        **_totals(invoice),
        "webhooks_delivered_at": invoice.created,
    }


def line_shape(change: Change, invoice: Invoice, line: Line) -> Json:
    return {
        "id": line.id,
        "object": "line_item",
        "amount": line.amount,
        "currency": invoice.currency,
        "description": line.description,
        "discount_amounts": discounts_shape(line.discount_shares),
        "discountable": line.discountable,
        "discounts": list(line.discounts),
        "invoice": invoice.id,
        "livemode": change.account.livemode,
        "metadata": line.metadata,
        "parent": _line_parent(line),
        "period": {"end": line.period_end, "start": line.period_start},
        "pretax_credit_amounts": pretax_credits_shape(line.discount_shares),
        "pricing": _pricing(line),
        "quantity": int(line.quantity),
        "quantity_decimal": plain(line.quantity),
        "subscription": line.subscription,
        "subtotal": line.amount,
        "taxes": taxes_shape(line.taxes),
    }


def invoice_item_shape(change: Change, item: InvoiceItem) -> Json:
    line = item.line
    return {
        "id": item.id,
        "object": "invoiceitem",
        "amount": line.amount,
        "currency": item.currency,
        "customer": item.customer,
        "customer_account": None,
        "date": item.created,
        "description": line.description,
        "discountable": line.discountable,
        "discounts": list(line.discounts),
        "invoice": item.invoice,
        "livemode": change.account.livemode,
        "metadata": line.metadata,
        "net_amount": line.amount - sum(share.amount for share in line.discount_shares),
        "parent": None,
        "period": {"end": line.period_end, "start": line.period_start},
        "pricing": _pricing(line),
        "proration": line.proration,
        "quantity": int(line.quantity),
        "quantity_decimal": plain(line.quantity),
        "tax_rates": [tax_rate_shape(change, change.get(TaxRate, id)) for id in line.tax_rates],
        "test_clock": None,
    }


def _amounts(invoice: Invoice) -> Json:
    return {
        "amount_due": invoice.amount_due,
        "amount_overpaid": 0,
        "amount_paid": invoice.amount_paid,
        "amount_paid_off_stripe": invoice.amount_paid_off_stripe,
        "amount_remaining": invoice.amount_remaining,
        "amount_shipping": invoice.totals.shipping,
    }


def _buyer(invoice: Invoice) -> Json:
    buyer = invoice.buyer
    return {
        "customer_address": address_shape(buyer.address),
        "customer_email": buyer.email,
        "customer_name": buyer.name,
        "customer_phone": buyer.phone,
        "customer_shipping": delivery_shape(buyer.shipping),
        "customer_tax_exempt": buyer.tax_exempt,
        "customer_tax_ids": [{"type": tax_id.type, "value": tax_id.value} for tax_id in buyer.tax_ids],
    }


def _totals(invoice: Invoice) -> Json:
    totals = invoice.totals
    return {
        "subtotal": totals.subtotal,
        "subtotal_excluding_tax": totals.subtotal_excluding_tax,
        "total": totals.total,
        "total_discount_amounts": discounts_shape(totals.discounts),
        "total_excluding_tax": totals.total_excluding_tax,
        "total_pretax_credit_amounts": pretax_credits_shape(totals.discounts),
        "total_taxes": taxes_shape(totals.taxes),
    }


def _automatic_tax(invoice: Invoice) -> Json:
    if not invoice.automatic_tax:
        return {"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None}
    return {
        "disabled_reason": None,
        "enabled": True,
        "liability": {"type": "self"},
        "provider": "stripe",
        "status": "complete",
    }


def _links(change: Change, invoice: Invoice) -> Json:
    if invoice.finalized_at is None:
        return {"hosted_invoice_url": None, "invoice_pdf": None}
    account, token = change.account.id, f"test_{invoice.id[-16:]}"
    return {
        "hosted_invoice_url": f"https://invoice.stripe.com/i/{account}/{token}?s=ap",
        "invoice_pdf": f"https://pay.stripe.com/invoice/{account}/{token}/pdf?s=ap",
    }


def _issuer(invoice: Invoice) -> Json:
    if invoice.issuer_account:
        return {"account": invoice.issuer_account, "type": "account"}
    return {"type": "self"}


def _status_details(invoice: Invoice) -> Json:
    """Only an uncollectible invoice has details of its status."""
    if invoice.status != "uncollectible":
        return {}
    return {"status_details": {"uncollectible": {"reason": "user_forgiven"}}}


def _next_attempt(invoice: Invoice) -> int | None:
    charged_later = invoice.status == "open" and invoice.collection_method == "charge_automatically"
    return invoice.finalized_at if charged_later and invoice.auto_advance else None


def _parent(invoice: Invoice) -> Json | None:
    if invoice.subscription is None:
        return None
    return {
        "quote_details": None,
        "subscription_details": {"metadata": invoice.subscription_metadata, "subscription": invoice.subscription},
        "type": "subscription_details",
    }


def _line_parent(line: Line) -> Json:
    credited = line.credited_items and {
        "invoice": line.credited_items.invoice,
        "invoice_line_items": list(line.credited_items.lines),
    }
    if line.origin == "subscription_item":
        details: Json = {
            "invoice_item": line.invoice_item,
            "proration": line.proration,
            "proration_details": {"credited_items": credited},
            "subscription": line.subscription,
            "subscription_item": line.subscription_item,
        }
        return {
            "invoice_item_details": None,
            "subscription_item_details": details,
            "type": "subscription_item_details",
        }
    details = {
        "invoice_item": line.invoice_item,
        "proration": line.proration,
        "proration_details": {"credited_items": credited} if line.proration else None,
        "subscription": line.subscription,
    }
    return {"invoice_item_details": details, "subscription_item_details": None, "type": "invoice_item_details"}


def _pricing(line: Line) -> Json:
    return {
        "price_details": {"price": line.price, "product": line.product},
        "type": "price_details",
        "unit_amount_decimal": None if line.unit_amount is None else plain(line.unit_amount),
    }
