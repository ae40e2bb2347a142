from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from .base import Record
from .parties import Address, Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxEntry:
    """Tax of one rate on one line, or summed over a document."""

    tax_rate: str
    amount: int
    taxable_amount: int
    inclusive: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountShare:
    discount: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditedItems:
    """Which lines of an earlier invoice a proration takes back."""

    invoice: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    id: str
    amount: int
    description: str | None
    quantity: Decimal
    unit_amount: Decimal | None
    period_start: int
    period_end: int
    price: str | None = None
    product: str | None = None
    discountable: bool = True
    discounts: tuple[str, ...] = ()
    tax_rates: tuple[str, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    # "invoice_item" or "subscription_item": which of the two the line says it comes from.
    origin: str = "invoice_item"
    invoice_item: str | None = None
    subscription: str | None = None
    subscription_item: str | None = None
    proration: bool = False
    credited_items: CreditedItems | None = None
    # Worked out by operations.totalling.
    taxes: tuple[TaxEntry, ...] = ()
    discount_shares: tuple[DiscountShare, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingCost:
    shipping_rate: str
    amount_subtotal: int = 0
    amount_tax: int = 0
    amount_total: int = 0
    taxes: tuple[TaxEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedTaxId:
    """A buyer's tax id as copied onto the document."""

    type: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """The customer as copied onto the invoice; frozen once it is finalized."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: Address | None = None
    shipping: Delivery | None = None
    tax_exempt: str = "none"
    tax_ids: tuple[PrintedTaxId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    subtotal: int = 0
    subtotal_excluding_tax: int = 0
    total: int = 0
    total_excluding_tax: int = 0
    taxes: tuple[TaxEntry, ...] = ()
    discounts: tuple[DiscountShare, ...] = ()
    shipping: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(Record):
    KIND: ClassVar[str] = "invoice"

    customer: str
    currency: str
    status: str = "draft"
    number: str | None = None
    buyer: Buyer = field(default_factory=Buyer)
    lines: tuple[Line, ...] = ()
    discounts: tuple[str, ...] = ()
    default_tax_rates: tuple[str, ...] = ()
    automatic_tax: bool = False
    shipping_cost: ShippingCost | None = None
    shipping_details: Delivery | None = None
    totals: Totals = field(default_factory=Totals)

    billing_reason: str = "manual"
    collection_method: str = "charge_automatically"
    auto_advance: bool = False
    days_until_due: int | None = None
    due_date: int | None = None
    description: str | None = None
    footer: str | None = None
    custom_fields: tuple[CustomField, ...] = ()
    account_tax_ids: tuple[str, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    amount_tax_display: str | None = None
    on_behalf_of: str | None = None
    issuer_account: str | None = None
    subscription: str | None = None
    subscription_metadata: dict[str, str] = field(default_factory=dict)
    from_invoice: str | None = None
    latest_revision: str | None = None
    period_start: int
    period_end: int

    effective_at: int | None = None
    finalized_at: int | None = None
    paid_at: int | None = None
    voided_at: int | None = None
    marked_uncollectible_at: int | None = None

    starting_balance: int = 0
    ending_balance: int | None = None
    amount_due: int = 0
    amount_paid: int = 0
    amount_paid_off_stripe: int = 0
    attempt_count: int = 0
    attempted: bool = False
    paid_out_of_band: bool = False
    payment_intent: str | None = None
    payments: tuple[str, ...] = ()
    pre_payment_credit_notes_amount: int = 0
    post_payment_credit_notes_amount: int = 0
    credit_notes: tuple[str, ...] = ()

    @property
    def amount_remaining(self) -> int:
        return self.amount_due - self.amount_paid


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceItem(Record):
    """An item added by hand; it becomes the line that names it."""

    KIND: ClassVar[str] = "invoiceitem"

    customer: str
    currency: str
    line: Line
    invoice: str | None = None
