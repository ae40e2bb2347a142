"""Credit notes take back exactly what was charged, however the credit is cut into pieces."""

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from apps.stripe_simulator.operations.credit_lines import LineWish, remains_of
from apps.stripe_simulator.operations.crediting import Wish, credit
from apps.stripe_simulator.operations.refusal import Refusal
from apps.stripe_simulator.records.invoices import Invoice
from tests.stripe_simulator.orders import BACK, ORDERS, SOLD, Order, Sold, account, credit_the_rest, issue, tax_of

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
