"""Credit notes one by one: who owes what afterwards, and what is refused."""

from dataclasses import replace
from decimal import Decimal

import pytest

from apps.stripe_simulator.operations.closing import pay, void
from apps.stripe_simulator.operations.credit_lines import LineWish
from apps.stripe_simulator.operations.crediting import Wish, credit, void_credit_note
from apps.stripe_simulator.operations.refunding import Settlement
from apps.stripe_simulator.operations.refusal import Refusal
from apps.stripe_simulator.records.invoices import Invoice
from apps.stripe_simulator.records.parties import Customer
from apps.stripe_simulator.records.payments import Charge
from tests.stripe_simulator.orders import BACK, Order, Sold, account, credit_the_rest, issue

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
