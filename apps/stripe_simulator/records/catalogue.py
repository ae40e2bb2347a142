from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from .base import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate(Record):
    KIND: ClassVar[str] = "tax_rate"

    percentage: Decimal
    inclusive: bool
    display_name: str = "VAT"
    description: str | None = None
    country: str | None = None
    state: str | None = None
    jurisdiction: str | None = None
    jurisdiction_level: str | None = None
    # What is really collected; only rates made by automatic tax carry it.
    effective_percentage: Decimal | None = None
    rate_type: str | None = None
    tax_type: str | None = "vat"
    active: bool = True
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Record):
    KIND: ClassVar[str] = "product"

    name: str
    description: str | None = None
    active: bool = True
    unit_label: str | None = None
    tax_code: str | None = None
    updated: int = 0
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price(Record):
    KIND: ClassVar[str] = "price"

    product: str
    currency: str
    unit_amount_decimal: Decimal | None
    nickname: str | None = None
    interval: str | None = None  # None: a one-time price
    tax_behavior: str = "unspecified"
    active: bool = True
    lookup_key: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon(Record):
    KIND: ClassVar[str] = "coupon"

    name: str | None = None
    percent_off: Decimal | None = None
    amount_off: int | None = None
    currency: str | None = None
    duration: str = "once"
    times_redeemed: int = 0
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount(Record):
    """One use of a coupon, on a whole invoice or on one item."""

    KIND: ClassVar[str] = "discount"

    coupon: str
    customer: str | None
    invoice: str | None = None
    invoice_item: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingRate(Record):
    KIND: ClassVar[str] = "shipping_rate"

    display_name: str
    amount: int
    currency: str
    tax_behavior: str = "unspecified"
    active: bool = True
    metadata: dict[str, str] = field(default_factory=dict)
