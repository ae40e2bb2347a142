"""Credit notes take back exactly what was charged, however the credit is cut into pieces."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.stripe_simulator.book import Book, Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.operations.closing import pay, void
from apps.stripe_simulator.operations.credit_lines import LineWish, remains_of
from apps.stripe_simulator.operations.crediting import Wish, credit, everything_left, void_credit_note
from apps.stripe_simulator.operations.drafting import line, open_draft, redeem
from apps.stripe_simulator.operations.finalizing import finalize
from apps.stripe_simulator.operations.refunding import Settlement
from apps.stripe_simulator.operations.refusal import Refusal
from apps.stripe_simulator.records.catalogue import Coupon, ShippingRate, TaxRate
from apps.stripe_simulator.records.credit_notes import CreditNote
from apps.stripe_simulator.records.invoices import Invoice, ShippingCost
from apps.stripe_simulator.records.parties import Account, Customer
from apps.stripe_simulator.records.payments import Charge

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


# Rounded once, 5% of 5 + 5 is 1; the pieces alone would have none of it.
SMALL_CHANGE = Order((Sold(5, 1, 5), Sold(5, 1, 5), Sold(1, 1, 23)), False, False, False, False, "invoice")


@example(SMALL_CHANGE, [(0, 1), (1, 1)])
@given(ORDERS, st.lists(st.tuples(st.integers(0, 5), st.integers(1, 40)), max_size=6))
def test_pieces_by_quantity_and_the_rest_are_the_whole(order: Order, pieces: list[tuple[int, int]]) -> None:
    with account(order.rounding) as change:
        invoice = issue(change, order)
        notes = []
        for index, quantity in pieces:
            current = change.get(Invoice, invoice.id)
            target = current.lines[index % len(current.lines)]
            left = remains_of(change, current).quantities[target.id]
            if left:
                wish = LineWish(invoice_line_item=target.id, quantity=min(Decimal(quantity), left))
                notes.append(credit(change, current, Wish(lines=[wish], settlement=BACK)))
        notes += credit_the_rest(change, invoice.id)

        assert sum(note.total for note in notes) == invoice.totals.total
        assert sum(note.total_excluding_tax for note in notes) == invoice.totals.total_excluding_tax
        assert tax_of(notes) == tax_of([invoice])
        assert remains_of(change, change.get(Invoice, invoice.id)).total == 0


@given(ORDERS, st.lists(st.tuples(st.integers(0, 5), st.integers(1, 99)), max_size=6))
def test_pieces_by_amount_and_the_rest_are_the_whole(order: Order, pieces: list[tuple[int, int]]) -> None:
    with account(order.rounding) as change:
        invoice = issue(change, order)
        notes = []
        for index, percent in pieces:
            current = change.get(Invoice, invoice.id)
            target = current.lines[index % len(current.lines)]
            left = remains_of(change, current).lines[target.id].amount
            amount = left * percent // 100
            wish = Wish(lines=[LineWish(invoice_line_item=target.id, amount=amount)], settlement=BACK)
            try:
                notes.append(credit(change, current, wish))
            except Refusal as refusal:
                assert "greater than zero" in refusal.message  # noqa: PT017  # any other refusal would be a fault
        notes += credit_the_rest(change, invoice.id)

        assert sum(note.total for note in notes) == invoice.totals.total
        assert tax_of(notes) == tax_of([invoice])


@given(ORDERS)
def test_every_credited_line_says_how_its_total_comes_about(order: Order) -> None:
    with account(order.rounding) as change:
        invoice = issue(change, order)

        (note,) = credit_the_rest(change, invoice.id)

        value = sum(line.amount - sum(part.amount for part in line.discount_shares) for line in note.lines)
        exclusive = sum(tax.amount for tax in note.taxes if not tax.inclusive)
        cost = note.shipping_cost
        inside = sum(tax.amount for tax in cost.taxes if tax.inclusive) if cost else 0
        shipping = cost.amount_subtotal + inside if cost else 0
        assert value + shipping + exclusive == note.total
        assert note.total_excluding_tax == note.total - sum(tax.amount for tax in note.taxes)


@given(st.integers(1, 200_000), st.lists(SOLD, min_size=1, max_size=4))
def test_a_split_amount_adds_up_and_never_exceeds_a_rates_tax(amount: int, sold: list[Sold]) -> None:
    order = Order(tuple(sold), inclusive=False, coupon=False, shipping=False, paid=True, rounding="line")
    with account() as change:
        invoice = issue(change, order)
        amount = min(amount, invoice.totals.total)

        note = credit(change, invoice, Wish(amount=amount, split_amount_by_rate=True, settlement=BACK))

        assert note.total == amount == note.total_excluding_tax + sum(tax.amount for tax in note.taxes)
        charged = tax_of([invoice])
        assert all(charged[rate] >= taken for rate, taken in tax_of([note]).items())


TWO_LINES = Order((Sold(10_000, 3, 23), Sold(5_000, 1, 8)), False, False, True, True, "line")


def test_the_money_goes_back_the_way_it_came() -> None:
    with account() as change:
        invoice = issue(change, TWO_LINES)

        (note,) = credit_the_rest(change, invoice.id)

        assert (note.pre_payment_amount, note.post_payment_amount) == (0, invoice.totals.total)
        assert note.refunded_amount == invoice.totals.total
        (charge,) = change.newest_first(Charge)
        assert charge.amount_refunded == charge.amount


def test_an_open_invoice_is_owed_less_and_paid_when_nothing_is_left() -> None:
    with account() as change:
        invoice = issue(change, replace(TWO_LINES, paid=False))
        first = Wish(lines=[LineWish(invoice_line_item=invoice.lines[0].id, quantity=Decimal(1))])

        note = credit(change, invoice, first)

        owed = change.get(Invoice, invoice.id)
        assert owed.amount_due == invoice.amount_due - note.total == owed.amount_remaining
        assert (owed.status, note.pre_payment_amount, note.post_payment_amount) == ("open", note.total, 0)
        credit_the_rest(change, invoice.id)
        assert change.get(Invoice, invoice.id).status == "paid"


def test_a_credit_note_over_more_than_is_owed_is_mixed() -> None:
    """Half of the invoice is taken off while it is open, the payment follows, and then the rest is credited."""
    with account() as change:
        invoice = issue(change, replace(TWO_LINES, paid=False))
        credit(change, invoice, Wish(amount=1_000))

        paid = pay(change, change.get(Invoice, invoice.id))

        assert paid.amount_paid == invoice.totals.total - 1_000
        with pytest.raises(Refusal, match="exceeds"):
            credit(change, paid, Wish(amount=invoice.totals.total, settlement=BACK))


def test_a_paid_amount_must_be_settled() -> None:
    with account() as change:
        invoice = issue(change, TWO_LINES)

        with pytest.raises(Refusal, match="must equal"):
            credit(change, invoice, Wish(amount=1_000))


def test_customer_credit_lands_on_the_balance_and_pays_the_next_invoice() -> None:
    with account() as change:
        invoice = issue(change, TWO_LINES)
        credit(change, invoice, Wish(amount=1_000, settlement=Settlement(credit=1_000)))
        assert change.get(Customer, "cus_1").balance == -1_000

        following = issue(change, replace(TWO_LINES, paid=False))

        assert (following.starting_balance, following.ending_balance) == (-1_000, 0)
        assert following.amount_due == following.totals.total - 1_000
        void(change, following)
        assert change.get(Customer, "cus_1").balance == -1_000


def test_more_than_the_line_has_left_is_refused() -> None:
    with account() as change:
        invoice = issue(change, TWO_LINES)
        target = invoice.lines[0].id
        credit(change, invoice, Wish(lines=[LineWish(invoice_line_item=target, quantity=Decimal(2))], settlement=BACK))
        current = change.get(Invoice, invoice.id)

        with pytest.raises(Refusal, match="left to credit"):
            credit(change, current, Wish(lines=[LineWish(invoice_line_item=target, quantity=Decimal(2))]))
        with pytest.raises(Refusal, match="left to credit"):
            credit(change, current, Wish(lines=[LineWish(invoice_line_item=target, amount=10_001)]))


def test_shipping_is_credited_once_with_its_tax() -> None:
    with account() as change:
        invoice = issue(change, TWO_LINES)

        note = credit(change, invoice, Wish(shipping=True, settlement=BACK))

        assert note.shipping_cost is not None
        assert note.total == invoice.shipping_cost.amount_total == 1_999 + 460  # type: ignore[union-attr]  # it has one
        with pytest.raises(Refusal, match="shipping"):
            credit(change, change.get(Invoice, invoice.id), Wish(shipping=True, settlement=BACK))


def test_a_voided_credit_note_is_owed_again_and_can_be_issued_anew() -> None:
    with account() as change:
        invoice = issue(change, replace(TWO_LINES, paid=False))
        note = credit(change, invoice, Wish(amount=1_000))

        void_credit_note(change, note)

        restored = change.get(Invoice, invoice.id)
        assert restored.amount_due == invoice.amount_due
        again = credit(change, restored, Wish(amount=restored.totals.total))
        assert again.number == f"{invoice.number}-CN-02"


def test_a_credit_note_of_a_paid_invoice_cannot_be_voided() -> None:
    with account() as change:
        invoice = issue(change, TWO_LINES)
        note = credit(change, invoice, Wish(amount=1_000, settlement=BACK))

        with pytest.raises(Refusal, match="open invoice"):
            void_credit_note(change, note)


def test_a_custom_line_carries_its_own_rate() -> None:
    with account() as change:
        invoice = issue(change, TWO_LINES)
        custom = LineWish(
            description="Rekompensata", quantity=Decimal(2), unit_amount=Decimal("150.5"), tax_rates=("txr_23False",)
        )

        note = credit(change, invoice, Wish(lines=[custom], settlement=BACK))

        assert (note.lines[0].amount, note.taxes[0].amount, note.total) == (301, 69, 370)
