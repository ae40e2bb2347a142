"""What ends an open invoice: payment, voiding, giving up on it."""

from __future__ import annotations

from dataclasses import replace

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.records.invoices import Invoice
from apps.stripe_simulator.records.parties import Customer
from apps.stripe_simulator.records.payments import Charge, InvoicePayment, PaymentIntent, PaymentMethod

from .announcing import announce
from .balances import move_balance
from .refusal import Refusal


def pay(change: Change, invoice: Invoice, *, method: str = "card", out_of_band: bool = False) -> Invoice:
    """Settle what remains: with a payment of the given type, or noted as paid outside Stripe."""
    _must_be(invoice, ("open", "uncollectible"), "paid")
    remaining = invoice.amount_remaining
    paid = replace(
        invoice,
        status="paid",
        paid_at=change.at,
        attempted=True,
        auto_advance=False,
        amount_paid=invoice.amount_paid + remaining,
        paid_out_of_band=out_of_band,
    )
    if out_of_band:
        paid = replace(paid, amount_paid_off_stripe=remaining)
        cancel_payments(change, invoice)
    else:
        paid = replace(paid, attempt_count=invoice.attempt_count + 1)
        _collect(change, invoice, remaining, method)
    change.put(paid)
    announce(change, "invoice.paid", paid)
    if not out_of_band:
        announce(change, "invoice.payment_succeeded", paid)
        for payment in paid.payments:
            announce(change, "invoice_payment.paid", change.get(InvoicePayment, payment))
    return paid


def void(change: Change, invoice: Invoice) -> Invoice:
    """Declare the invoice never to have been owed; what the balance had paid goes back to it."""
    _must_be(invoice, ("open", "uncollectible"), "voided")
    cancel_payments(change, invoice)
    applied = (invoice.ending_balance or 0) - invoice.starting_balance
    if applied:
        customer = change.get(Customer, invoice.customer)
        move_balance(change, customer, -applied, type="unapplied_from_invoice", invoice=invoice)
    voided = change.put(replace(invoice, status="void", voided_at=change.at, auto_advance=False))
    announce(change, "invoice.voided", voided)
    return voided


def mark_uncollectible(change: Change, invoice: Invoice) -> Invoice:
    """Give up hope of payment; for tax nothing has changed."""
    _must_be(invoice, ("open",), "marked uncollectible")
    marked = replace(invoice, status="uncollectible", marked_uncollectible_at=change.at, auto_advance=False)
    announce(change, "invoice.marked_uncollectible", change.put(marked))
    return marked


def _must_be(invoice: Invoice, statuses: tuple[str, ...], verb: str) -> None:
    if invoice.status not in statuses:
        raise Refusal(f"Invoice {invoice.id} cannot be {verb}, because its status is {invoice.status}.")


def _collect(change: Change, invoice: Invoice, amount: int, method: str) -> None:
    intent = change.get(PaymentIntent, invoice.payment_intent or "")
    used = PaymentMethod(id=new_id("pm"), created=change.at, type=method, customer=invoice.customer)
    charge = change.put(
        Charge(
            id=new_id("ch"),
            created=change.at,
            amount=amount,
            currency=invoice.currency,
            customer=invoice.customer,
            invoice=invoice.id,
            payment_intent=intent.id,
            payment_method=change.put(used).id,
            payment_method_type=method,
        )
    )
    change.put(
        replace(
            intent,
            amount=amount,
            status="succeeded",
            latest_charge=charge.id,
            payment_method=charge.payment_method,
            payment_method_type=method,
        )
    )
    for id in invoice.payments:
        payment = change.get(InvoicePayment, id)
        change.put(replace(payment, status="paid", amount_paid=amount, amount_requested=amount, paid_at=change.at))


def cancel_payments(change: Change, invoice: Invoice) -> None:
    """Nobody is to pay this any more."""
    if invoice.payment_intent:
        intent = change.get(PaymentIntent, invoice.payment_intent)
        change.put(replace(intent, status="canceled", canceled_at=change.at))
    for id in invoice.payments:
        payment = change.get(InvoicePayment, id)
        change.put(replace(payment, status="canceled", canceled_at=change.at))
