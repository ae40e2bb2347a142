"""One internal shape for what Stripe says, whatever the API version it said it in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from apps.documents.mapping.reasons import Reason


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A Stripe TaxRate; a percentage that could not be read is None."""

    id: str
    percentage: Decimal | None
    effective_percentage: Decimal | None
    country: str | None
    is_inclusive: bool
    p12: str | None  # metadata ksef_p12


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax entry of a line or of the whole object, in minor units."""

    amount: int
    is_inclusive: bool
    rate_id: str
    rate: TaxRate | None  # None when the rate is not among the side data
    reason: str | None  # taxability_reason; "not_available" is no reason
    base: int | None  # taxable_amount

    @property
    def key(self) -> tuple[str, bool]:
        """What ties an entry of a line to its entry in the totals."""
        return self.rate_id, self.is_inclusive


@dataclass(frozen=True, slots=True)
class Discount:
    id: str
    amount: int


class Period(NamedTuple):
    """The first and the last Warsaw day a row covers."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Product:
    """What is known of the product behind a line."""

    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Line:
    """An invoice line; amounts in minor units, before discount."""

    id: str
    path: str  # where it stands in the Stripe object, for the field of a reason
    amount: int
    discounts: tuple[Discount, ...]
    credits: int  # billing credits that reduce the base
    taxes: tuple[Tax, ...]
    quantity: Decimal | None
    unit_price: Decimal | None  # minor units; None when it does not multiply out by nature (prorations)
    description: str
    product: Product
    marks: Mapping[str, str]  # ksef_* metadata of the product, overridden by the line's
    period: Period | None
    is_recurring: bool  # comes from a subscription
    credited_lines: tuple[str, ...]  # lines of earlier invoices that a proration takes back


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A credit note line; amounts as Stripe gives them, positive for a decrease."""

    id: str
    path: str
    amount: int
    discount: int
    credits: int
    taxes: tuple[Tax, ...]
    quantity: Decimal | None
    unit_price: Decimal | None
    description: str
    original_line: str | None  # None for a line of its own
    marks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shipping:
    """Shipping cost; `taxes` is None when Stripe was not asked to expand it."""

    before_tax: int
    tax: int
    after_tax: int
    taxes: tuple[Tax, ...] | None
    name: str

    @property
    def is_free(self) -> bool:
        return not (self.before_tax or self.tax or self.after_tax)


@dataclass(frozen=True, slots=True)
class Address:
    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    state: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class TaxId:
    type: str
    value: str
    path: str


@dataclass(frozen=True, slots=True)
class Customer:
    """The buyer as copied onto the invoice at finalisation, with the marks of the live customer."""

    name: str
    email: str
    address: Address
    tax_ids: tuple[TaxId, ...]
    has_unreadable_ids: bool
    tax_exempt: str
    marks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PartPaid:
    amount: int
    on: date


@dataclass(frozen=True, slots=True)
class PaymentState:
    """How far an invoice is paid and through what."""

    paid: int
    remaining: int
    paid_on: date | None
    due_on: date | None
    parts: tuple[PartPaid, ...]
    method: str  # Stripe payment method type, empty when unknown
    link: str
    refunded: int
    credited_after_payment: int
    starting_balance: int
    ending_balance: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What invoices and credit notes have in common."""

    id: str
    number: str
    status: str
    currency: str
    livemode: bool
    issued_on: date | None  # the Warsaw day of effective_at, or of finalisation or creation
    voided_on: date | None
    total: int
    total_without_tax: int | None
    taxes: tuple[Tax, ...]
    shipping: Shipping | None
    is_complete: bool  # every line is there
    exclusion: str  # metadata ksef_skip
    faults: tuple[Reason, ...]
    are_figures_readable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(Source):
    lines: tuple[Line, ...]
    invoice_discounts: frozenset[str]  # discounts of the whole invoice, not of single lines
    customer: Customer
    ship_to: str  # country goods are sent to, empty when not stated
    ship_to_postal_code: str
    payment: PaymentState
    other_issuer: str  # path of the field that says somebody else issues, empty when nobody does
    other_account: str
    automatic_tax: str  # status of automatic tax where it is on, else empty
    custom_fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote(Source):
    lines: tuple[CreditLine, ...]
    invoice_id: str
    memo: str
    reason: str | None
