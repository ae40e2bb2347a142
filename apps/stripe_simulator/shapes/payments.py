from __future__ import annotations

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.payments import (
    BalanceTransaction,
    Charge,
    InvoicePayment,
    PaymentIntent,
    PaymentMethod,
    Refund,
)


def invoice_payment_shape(change: Change, payment: InvoicePayment) -> Json:
    return {
        "id": payment.id,
        "object": "invoice_payment",
        "amount_paid": payment.amount_paid,
        "amount_requested": payment.amount_requested,
        "created": payment.created,
        "currency": payment.currency,
        "invoice": payment.invoice,
        "is_default": payment.is_default,
        "livemode": change.account.livemode,
        "payment": {"payment_intent": payment.payment_intent, "type": "payment_intent"},
        "status": payment.status,
        "status_transitions": {"canceled_at": payment.canceled_at, "paid_at": payment.paid_at},
    }


def payment_intent_shape(change: Change, intent: PaymentIntent) -> Json:
    types = [intent.payment_method_type] if intent.payment_method_type else ["card", "blik", "p24"]
    return {
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_capturable": 0,
        "amount_received": intent.amount if intent.status == "succeeded" else 0,
        "canceled_at": intent.canceled_at,
        "capture_method": "automatic",
        "created": intent.created,
        "currency": intent.currency,
        "customer": intent.customer,
        "description": None,
        "last_payment_error": None,
        "latest_charge": intent.latest_charge,
        "livemode": change.account.livemode,
        "metadata": intent.metadata,
        "payment_method": intent.payment_method,
        "payment_method_types": types,
        "status": intent.status,
    }


def charge_shape(change: Change, charge: Charge) -> Json:
    return {
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": charge.amount,
        "amount_refunded": charge.amount_refunded,
        "captured": True,
        "created": charge.created,
        "currency": charge.currency,
        "customer": charge.customer,
        "description": None,
        "disputed": False,
        "livemode": change.account.livemode,
        "metadata": {},
        "paid": True,
        "payment_intent": charge.payment_intent,
        "payment_method": charge.payment_method,
        "payment_method_details": {charge.payment_method_type: {}, "type": charge.payment_method_type},
        "refunded": charge.amount_refunded == charge.amount,
        "status": "succeeded",
    }


def payment_method_shape(change: Change, method: PaymentMethod) -> Json:
    return {
        "id": method.id,
        "object": "payment_method",
        method.type: {},
        "created": method.created,
        "customer": method.customer,
        "livemode": change.account.livemode,
        "metadata": {},
        "type": method.type,
    }


def refund_shape(_change: Change, refund: Refund) -> Json:
    return {
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "charge": refund.charge,
        "created": refund.created,
        "currency": refund.currency,
        "metadata": {},
        "payment_intent": refund.payment_intent,
        "reason": None,
        "status": "succeeded",
    }


def balance_transaction_shape(change: Change, moved: BalanceTransaction) -> Json:
    return {
        "id": moved.id,
        "object": "customer_balance_transaction",
        "amount": moved.amount,
        "created": moved.created,
        "credit_note": moved.credit_note,
        "currency": moved.currency,
        "customer": moved.customer,
        "description": None,
        "ending_balance": moved.ending_balance,
        "invoice": moved.invoice,
        "livemode": change.account.livemode,
        "metadata": {},
        "type": moved.type,
    }
