"""Orders that are invoiced and credited straight in a book, without a server."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import strategies as st

from apps.stripe_simulator.book import Book, Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.operations.closing import pay
from apps.stripe_simulator.operations.credit_lines import remains_of
from apps.stripe_simulator.operations.crediting import Wish, credit, everything_left
from apps.stripe_simulator.operations.drafting import line, open_draft, redeem
from apps.stripe_simulator.operations.finalizing import finalize
from apps.stripe_simulator.operations.refunding import Settlement
from apps.stripe_simulator.records.catalogue import Coupon, ShippingRate, TaxRate
from apps.stripe_simulator.records.credit_notes import CreditNote
from apps.stripe_simulator.records.invoices import Invoice, ShippingCost
from apps.stripe_simulator.records.parties import Account, Customer

NOON = 1_791_201_600
BACK = Settlement(as_paid=True)


@contextmanager
def account(rounding: str = "line") -> Iterator[Change]:
    """A change in the book of an account with rates, a coupon, a shipping rate and one customer."""
    with Book().change(at=NOON) as change:
        change.put(
            Account(
                id="acct_1",
                created=NOON,
                name="Acme",
                country="PL",
                default_currency="pln",
                email="acme@acme.example",
                invoice_prefix="ACME",
                api_version="2026-10-28.endive",
                rounding=rounding,
            )
        )
        change.put(Customer(id="cus_1", created=NOON, name="Globex"))
        for percentage in (23, 8, 5):
            for inclusive in (True, False):
                change.put(
                    TaxRate(
                        id=f"txr_{percentage}{inclusive}",
                        created=NOON,
                        percentage=Decimal(percentage),
                        inclusive=inclusive,
                    )
                )
        change.put(Coupon(id="SEVENTH", created=NOON, percent_off=Decimal("14.29")))
        change.put(ShippingRate(id="shr_1", created=NOON, display_name="Kurier", amount=1_999, currency="pln"))
        yield change


@dataclass(frozen=True)
class Sold:
    unit: int
    quantity: int
    percentage: int


SOLD = st.builds(
    Sold,
    unit=st.integers(1, 300_000),
    quantity=st.integers(1, 40),
    percentage=st.sampled_from([23, 8, 5]),
)


@dataclass(frozen=True)
class Order:
    """An invoice to make."""

    sold: tuple[Sold, ...]
    inclusive: bool
    coupon: bool
    shipping: bool
    paid: bool
    rounding: str


ORDERS = st.builds(
    Order,
    sold=st.lists(SOLD, min_size=1, max_size=6).map(tuple),
    inclusive=st.booleans(),
    coupon=st.booleans(),
    shipping=st.booleans(),
    paid=st.booleans(),
    rounding=st.sampled_from(["line", "invoice"]),
)


def issue(change: Change, order: Order) -> Invoice:
    draft = Invoice(
        id=new_id("in"),
        created=NOON,
        customer="cus_1",
        currency="pln",
        period_start=NOON,
        period_end=NOON,
        shipping_cost=ShippingCost(shipping_rate="shr_1") if order.shipping else None,
        default_tax_rates=(f"txr_23{order.inclusive}",),
    )
    if order.coupon:
        draft = replace(draft, discounts=(redeem(change, "SEVENTH", customer="cus_1", invoice=draft.id),))
    lines = [
        line(
            description="Towar",
            at=NOON,
            quantity=Decimal(sold.quantity),
            unit_amount=Decimal(sold.unit),
            tax_rates=(f"txr_{sold.percentage}{order.inclusive}",),
        )
        for sold in order.sold
    ]
    invoice = finalize(change, open_draft(change, draft, lines=lines))
    return pay(change, invoice) if order.paid else invoice


def tax_of(documents: list[Invoice] | list[CreditNote]) -> Counter[str]:
    taxes: Counter[str] = Counter()
    for document in documents:
        entries = document.totals.taxes if isinstance(document, Invoice) else document.taxes
        for entry in entries:
            taxes[entry.tax_rate] += entry.amount
    return +taxes


def credit_the_rest(change: Change, invoice_id: str) -> list[CreditNote]:
    invoice = change.get(Invoice, invoice_id)
    lines, shipping = everything_left(change, invoice)
    if remains_of(change, invoice).total == 0:
        return []
    return [credit(change, invoice, Wish(lines=lines, shipping=shipping, settlement=BACK))]
