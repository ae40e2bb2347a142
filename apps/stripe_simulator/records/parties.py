from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from .base import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    city: str | None = None
    country: str | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Where goods go: name, phone and address."""

    name: str | None = None
    phone: str | None = None
    address: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Record):
    """The seller's Stripe account; a simulator has exactly one."""

    KIND: ClassVar[str] = "account"

    name: str
    country: str
    default_currency: str
    email: str
    invoice_prefix: str
    next_invoice_sequence: int = 1
    api_version: str
    livemode: bool = False
    # Stripe rounds tax per line unless the account asks for rounding of the invoice's sum.
    rounding: str = "line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer(Record):
    KIND: ClassVar[str] = "customer"

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    description: str | None = None
    address: Address | None = None
    shipping: Delivery | None = None
    tax_exempt: str = "none"
    balance: int = 0
    currency: str | None = None
    preferred_locales: tuple[str, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    tax_ids: tuple[str, ...] = ()
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxId(Record):
    KIND: ClassVar[str] = "tax_id"

    type: str
    value: str
    country: str | None
    customer: str | None  # None: the account's own
    verification_status: str | None = None
    verified_name: str | None = None
    verified_address: str | None = None
