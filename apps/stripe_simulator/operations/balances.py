from __future__ import annotations

from dataclasses import replace

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.records.invoices import Invoice
from apps.stripe_simulator.records.parties import Customer
from apps.stripe_simulator.records.payments import BalanceTransaction


def move_balance(
    change: Change,
    customer: Customer,
    amount: int,
    *,
    type: str,
    invoice: Invoice | None = None,
    credit_note: str | None = None,
) -> BalanceTransaction:
    """Change a customer's balance by an amount; a negative amount is credit for the customer."""
    moved = change.put(replace(customer, balance=customer.balance + amount))
    return change.put(
        BalanceTransaction(
            id=new_id("cbtxn"),
            created=change.at,
            customer=customer.id,
            amount=amount,
            ending_balance=moved.balance,
            currency=invoice.currency if invoice else customer.currency or change.account.default_currency,
            type=type,
            invoice=invoice.id if invoice else None,
            credit_note=credit_note,
        )
    )
