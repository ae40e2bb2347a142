from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from .base import Record
from .invoices import DiscountShare, ShippingCost, TaxEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLine:
    id: str
    type: str  # "invoice_line_item" or "custom_line_item"
    amount: int
    description: str | None
    quantity: int | None = None
    unit_amount: Decimal | None = None
    invoice_line_item: str | None = None
    discount_shares: tuple[DiscountShare, ...] = ()
    tax_rates: tuple[str, ...] = ()
    taxes: tuple[TaxEntry, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote(Record):
    KIND: ClassVar[str] = "credit_note"

    invoice: str
    customer: str
    currency: str
    number: str
    status: str = "issued"
    lines: tuple[CreditLine, ...] = ()
    shipping_cost: ShippingCost | None = None
    subtotal: int
    subtotal_excluding_tax: int
    total: int
    total_excluding_tax: int
    taxes: tuple[TaxEntry, ...] = ()
    discounts: tuple[DiscountShare, ...] = ()
    pre_payment_amount: int
    post_payment_amount: int
    out_of_band_amount: int | None = None
    refunded_amount: int = 0
    refund: str | None = None
    customer_balance_transaction: str | None = None
    memo: str | None = None
    reason: str | None = None
    effective_at: int
    voided_at: int | None = None
    metadata: dict[str, str] = field(default_factory=dict)
