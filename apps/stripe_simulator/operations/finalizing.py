from __future__ import annotations

from dataclasses import replace

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.records.invoices import Invoice
from apps.stripe_simulator.records.parties import Account, Customer
from apps.stripe_simulator.records.payments import InvoicePayment, PaymentIntent

from .announcing import announce
from .balances import move_balance
from .closing import void
from .drafting import buyer_of, must_be_draft
from .refusal import Refusal
from .totalling import totalled

_DAY = 86_400


def finalize(change: Change, invoice: Invoice) -> Invoice:
    """Turn a draft into a document: buyer copied, figures fixed, number given; nothing to pay makes it paid at once."""
    must_be_draft(invoice)
    if not invoice.lines:
        raise Refusal(
            "An invoice needs at least one line before it can be finalized.", code="invoice_no_customer_line_items"
        )
    counted = totalled(change, replace(invoice, buyer=buyer_of(change, invoice.customer)))
    settled = _settle_balance(change, _number(change, counted))
    final = replace(
        settled,
        status="open",
        finalized_at=change.at,
        effective_at=invoice.effective_at or change.at,
        due_date=_due_date(change, invoice),
    )
    if final.from_invoice:
        _replace_original(change, final)
    if final.amount_due == 0:
        return _paid_at_once(change, final)
    final = change.put(_with_payment(change, final))
    announce(change, "invoice.finalized", final)
    if final.collection_method == "send_invoice" and final.auto_advance:
        announce(change, "invoice.sent", final)
    return final


def _number(change: Change, invoice: Invoice) -> Invoice:
    if invoice.number is not None:
        return invoice
    account: Account = change.account
    change.put(replace(account, next_invoice_sequence=account.next_invoice_sequence + 1))
    return replace(invoice, number=f"{account.invoice_prefix}-{account.next_invoice_sequence:04d}")


def _settle_balance(change: Change, invoice: Invoice) -> Invoice:
    """A negative balance is the customer's credit and pays first; a negative total becomes credit."""
    customer = change.get(Customer, invoice.customer)
    due = max(0, invoice.totals.total + customer.balance)
    ending = customer.balance + invoice.totals.total - due
    if ending != customer.balance:
        move_balance(change, customer, ending - customer.balance, type="applied_to_invoice", invoice=invoice)
    return replace(invoice, starting_balance=customer.balance, ending_balance=ending, amount_due=due)


def _due_date(change: Change, invoice: Invoice) -> int | None:
    if invoice.days_until_due is not None:
        return change.at + invoice.days_until_due * _DAY
    return invoice.due_date


def _with_payment(change: Change, invoice: Invoice) -> Invoice:
    """Stripe prepares the payment of a finalized invoice; it stays open until somebody pays."""
    intent = change.put(
        PaymentIntent(
            id=new_id("pi"),
            created=change.at,
            amount=invoice.amount_due,
            currency=invoice.currency,
            customer=invoice.customer,
            invoice=invoice.id,
        )
    )
    payment = change.put(
        InvoicePayment(
            id=new_id("inpay"),
            created=change.at,
            invoice=invoice.id,
            currency=invoice.currency,
            amount_requested=invoice.amount_due,
            amount_paid=None,
            payment_intent=intent.id,
        )
    )
    return replace(invoice, payment_intent=intent.id, payments=(payment.id,))


def _paid_at_once(change: Change, invoice: Invoice) -> Invoice:
    paid = change.put(replace(invoice, status="paid", paid_at=change.at, attempted=True, auto_advance=False))
    announce(change, "invoice.finalized", paid)
    announce(change, "invoice.paid", paid)
    announce(change, "invoice.payment_succeeded", paid)
    return paid


def _replace_original(change: Change, revision: Invoice) -> None:
    original = change.get(Invoice, revision.from_invoice or "")
    void(change, change.put(replace(original, latest_revision=revision.id)))
