"""The money side of a credit note."""

from __future__ import annotations

from dataclasses import dataclass, replace

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.records.credit_notes import CreditNote
from apps.stripe_simulator.records.invoices import Invoice
from apps.stripe_simulator.records.parties import Customer
from apps.stripe_simulator.records.payments import Charge, InvoicePayment, PaymentIntent, Refund

from .announcing import announce
from .balances import move_balance
from .closing import cancel_payments
from .refusal import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How an amount that was already paid goes back to the buyer."""

    refund: int = 0
    credit: int = 0
    out_of_band: int = 0
    # The page and the scenarios need not know how much was paid: back the way it came, or else out of band.
    as_paid: bool = False


def settle(change: Change, note: CreditNote, invoice: Invoice, settlement: Settlement) -> tuple[CreditNote, Invoice]:
    """Take the note's total off what is owed, and the excess off what was paid."""
    before = min(note.total, invoice.amount_remaining)
    after = note.total - before
    if settlement.as_paid:
        settlement = _as_paid(change, invoice, after)
    if settlement.refund + settlement.credit + settlement.out_of_band != after:
        raise Refusal(
            "The sum of refund_amount, credit_amount and out_of_band_amount must equal the part of the credit note "
            f"that was already paid, which is {after}.",
            param="refund_amount",
        )
    note = replace(
        note,
        pre_payment_amount=before,
        post_payment_amount=after,
        out_of_band_amount=settlement.out_of_band or None,
    )
    if settlement.refund:
        note = replace(note, refund=_refund(change, invoice, settlement.refund).id, refunded_amount=settlement.refund)
    if settlement.credit:
        customer = change.get(Customer, invoice.customer)
        moved = move_balance(
            change, customer, -settlement.credit, type="credit_note", invoice=invoice, credit_note=note.id
        )
        note = replace(note, customer_balance_transaction=moved.id)
    return note, _lowered(change, invoice, note)


def unsettle(change: Change, note: CreditNote, invoice: Invoice) -> Invoice:
    return _with_due(
        change,
        replace(
            invoice, pre_payment_credit_notes_amount=invoice.pre_payment_credit_notes_amount - note.pre_payment_amount
        ),
        invoice.amount_due + note.pre_payment_amount,
    )


def _as_paid(change: Change, invoice: Invoice, amount: int) -> Settlement:
    charge = _charge(change, invoice)
    refundable = charge.amount - charge.amount_refunded if charge else 0
    return Settlement(refund=min(amount, refundable), out_of_band=amount - min(amount, refundable))


def _lowered(change: Change, invoice: Invoice, note: CreditNote) -> Invoice:
    lowered = replace(
        invoice,
        credit_notes=(*invoice.credit_notes, note.id),
        pre_payment_credit_notes_amount=invoice.pre_payment_credit_notes_amount + note.pre_payment_amount,
        post_payment_credit_notes_amount=invoice.post_payment_credit_notes_amount + note.post_payment_amount,
    )
    due = invoice.amount_due - note.pre_payment_amount
    if note.pre_payment_amount and due == invoice.amount_paid:
        cancel_payments(change, invoice)
        return change.put(replace(lowered, amount_due=due, status="paid", paid_at=change.at, auto_advance=False))
    return _with_due(change, lowered, due)


def _with_due(change: Change, invoice: Invoice, due: int) -> Invoice:
    changed = change.put(replace(invoice, amount_due=due))
    if changed.status == "open" and changed.payment_intent:
        intent = change.get(PaymentIntent, changed.payment_intent)
        change.put(replace(intent, amount=changed.amount_remaining))
        for id in changed.payments:
            payment = change.get(InvoicePayment, id)
            change.put(replace(payment, amount_requested=changed.amount_remaining))
    return changed


def _refund(change: Change, invoice: Invoice, amount: int) -> Refund:
    charge = _charge(change, invoice)
    if charge is None or amount > charge.amount - charge.amount_refunded:
        raise Refusal(f"No payment of invoice {invoice.id} has {amount} left to refund.", param="refund_amount")
    refund = change.put(
        Refund(
            id=new_id("re"),
            created=change.at,
            amount=amount,
            currency=invoice.currency,
            charge=charge.id,
            payment_intent=charge.payment_intent,
        )
    )
    refunded = change.put(replace(charge, amount_refunded=charge.amount_refunded + amount))
    announce(change, "refund.created", refund)
    announce(change, "charge.refunded", refunded, previous=charge)
    return refund


def _charge(change: Change, invoice: Invoice) -> Charge | None:
    intent = change.find(PaymentIntent, invoice.payment_intent or "")
    return change.find(Charge, intent.latest_charge) if intent and intent.latest_charge else None
