from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from .base import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePayment(Record):
    KIND: ClassVar[str] = "invoice_payment"

    invoice: str
    currency: str
    amount_requested: int
    amount_paid: int | None
    payment_intent: str
    status: str = "open"
    is_default: bool = True
    paid_at: int | None = None
    canceled_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentIntent(Record):
    KIND: ClassVar[str] = "payment_intent"

    amount: int
    currency: str
    customer: str
    invoice: str
    status: str = "requires_payment_method"
    payment_method_type: str | None = None
    payment_method: str | None = None
    latest_charge: str | None = None
    canceled_at: int | None = None
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge(Record):
    KIND: ClassVar[str] = "charge"

    amount: int
    currency: str
    customer: str
    invoice: str
    payment_intent: str
    payment_method: str
    payment_method_type: str
    amount_refunded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod(Record):
    KIND: ClassVar[str] = "payment_method"

    type: str
    customer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Record):
    KIND: ClassVar[str] = "refund"

    amount: int
    currency: str
    charge: str | None
    payment_intent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceTransaction(Record):
    """A movement of a customer's balance; negative is credit for the customer."""

    KIND: ClassVar[str] = "customer_balance_transaction"

    customer: str
    amount: int
    ending_balance: int
    currency: str
    type: str
    invoice: str | None = None
    credit_note: str | None = None
