"""2025-03-31.basil moved taxes, prices, origins and payments; here an object goes back to what it was before."""

from __future__ import annotations

from decimal import Decimal

from apps.stripe_simulator.arithmetic.taxes import inclusive_tax, taxes_on
from apps.stripe_simulator.book import Change
from apps.stripe_simulator.operations.totalling import rate_of
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.catalogue import Discount, Price, TaxRate
from apps.stripe_simulator.records.credit_notes import CreditLine, CreditNote
from apps.stripe_simulator.records.invoices import Invoice, InvoiceItem, Line, TaxEntry
from apps.stripe_simulator.records.payments import Charge, PaymentIntent
from apps.stripe_simulator.shapes.catalogue import discount_shape, price_shape, tax_rate_shape
from apps.stripe_simulator.shapes.numbers import plain

from .later import coupon_in_discount, no_customer_account


def old_invoice(change: Change, source: Invoice, invoice: Json) -> None:
    taxes = invoice.pop("total_taxes")
    intent = change.find(PaymentIntent, source.payment_intent) if source.payment_intent else None
    del invoice["parent"], invoice["amount_overpaid"], invoice["automatic_tax"]["provider"]
    invoice["lines"]["total_count"] = len(source.lines)
    invoice |= {
        "application_fee_amount": None,
        "charge": intent.latest_charge if intent else None,
        "discount": _old_discount(change, source),
        "paid": source.status == "paid",
        "paid_out_of_band": source.paid_out_of_band,
        "payment_intent": source.payment_intent,
        "quote": None,
        "subscription": source.subscription,
        "subscription_details": {"metadata": source.subscription_metadata if source.subscription else None},
        "tax": sum(tax["amount"] for tax in taxes) if taxes else None,
        "total_tax_amounts": _tax_amounts(source.totals.taxes),
        "transfer_data": None,
    }


def old_line(change: Change, source: Line, line: Json) -> None:
    del line["parent"], line["pricing"], line["taxes"]
    excluding_tax = _excluding_tax(change, source.amount, source.taxes)
    from_subscription = source.origin == "subscription_item" and not source.proration
    line |= {
        "amount_excluding_tax": excluding_tax,
        **_old_price(change, source),
        "proration": source.proration,
        "proration_details": {"credited_items": _credited_items(source)},
        "tax_amounts": _tax_amounts(source.taxes),
        "tax_rates": [tax_rate_shape(change, change.get(TaxRate, id)) for id in source.tax_rates],
        "type": "subscription" if from_subscription else "invoiceitem",
        "unit_amount_excluding_tax": _per_unit(excluding_tax, source.quantity),
    }
    if source.invoice_item:
        line["invoice_item"] = source.invoice_item
    if source.subscription_item:
        line["subscription_item"] = source.subscription_item


def old_invoice_item(change: Change, source: InvoiceItem, item: Json) -> None:
    unit = source.line.unit_amount
    del item["parent"], item["pricing"], item["net_amount"]
    item |= {
        **_old_price(change, source.line),
        "subscription": source.line.subscription,
        "unit_amount": int(unit) if unit is not None and unit == unit.to_integral_value() else None,
        "unit_amount_decimal": None if unit is None else plain(unit),
    }


def old_credit_note(_change: Change, source: CreditNote, note: Json) -> None:
    del note["total_taxes"], note["refunds"]
    note["refund"] = source.refund
    note["tax_amounts"] = _tax_amounts(source.taxes)


def old_credit_line(change: Change, source: CreditLine, line: Json) -> None:
    del line["taxes"]
    excluding_tax = _excluding_tax(change, source.amount, source.taxes)
    line |= {
        "tax_amounts": _tax_amounts(source.taxes),
        "amount_excluding_tax": excluding_tax,
        "unit_amount_excluding_tax": _per_unit(excluding_tax, Decimal(source.quantity)) if source.quantity else None,
    }


def old_payment_intent(_change: Change, source: PaymentIntent, intent: Json) -> None:
    intent["invoice"] = source.invoice


def old_charge(_change: Change, source: Charge, charge: Json) -> None:
    charge["invoice"] = source.invoice


def _tax_amounts(taxes: tuple[TaxEntry, ...]) -> list[Json]:
    return [
        {
            "amount": tax.amount,
            "inclusive": tax.inclusive,
            "tax_rate": tax.tax_rate,
            # Manual rates had no reason before basil.
            "taxability_reason": None if tax.reason == "not_available" else tax.reason,
            "taxable_amount": tax.taxable_amount,
        }
        for tax in taxes
    ]


def _excluding_tax(change: Change, amount: int, taxes: tuple[TaxEntry, ...]) -> int:
    """The amount before any discount, without the tax inside it."""
    return amount - inclusive_tax(taxes_on(amount, [rate_of(change, tax) for tax in taxes]))


def _per_unit(amount: int, quantity: Decimal) -> str:
    return plain(Decimal(amount) / quantity) if quantity else plain(Decimal(amount))


def _credited_items(line: Line) -> Json | None:
    if line.credited_items is None:
        return None
    return {"invoice": line.credited_items.invoice, "invoice_line_items": list(line.credited_items.lines)}


def _old_discount(change: Change, invoice: Invoice) -> Json | None:
    if not invoice.discounts:
        return None
    discount = change.get(Discount, invoice.discounts[0])
    shape = discount_shape(change, discount)
    no_customer_account(change, discount, shape)
    coupon_in_discount(change, discount, shape)
    return shape


def _old_price(change: Change, line: Line) -> Json:
    price = change.find(Price, line.price) if line.price else None
    if price is None:
        return {"plan": None, "price": None}
    shape = price_shape(change, price)
    if not price.interval:
        return {"plan": None, "price": shape}
    recurring = shape["recurring"]
    shape["recurring"] = {"aggregate_usage": None, **recurring}
    plan = {
        "id": price.id,
        "object": "plan",
        "active": price.active,
        "aggregate_usage": None,
        "amount": shape["unit_amount"],
        "amount_decimal": shape["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price.created,
        "currency": price.currency,
        "interval": price.interval,
        "interval_count": 1,
        "livemode": shape["livemode"],
        "metadata": price.metadata,
        "meter": None,
        "nickname": price.nickname,
        "product": price.product,
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }
    return {"plan": plan, "price": shape}
