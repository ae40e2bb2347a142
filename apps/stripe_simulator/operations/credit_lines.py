"""Lines of a credit note, and what is left of an invoice to credit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.stripe_simulator.arithmetic.credits import Position, amount_of_quantity, credit_by_amount, less, what_is_left
from apps.stripe_simulator.arithmetic.rounding import to_minor
from apps.stripe_simulator.arithmetic.taxes import Tax, taxes_on
from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.records.credit_notes import CreditLine, CreditNote
from apps.stripe_simulator.records.invoices import DiscountShare, Invoice, Line, ShippingCost, TaxEntry

from .refusal import Refusal
from .totalling import manual_rates, rate_of, tax_entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What previous credit notes have left of an invoice."""

    lines: dict[str, Position]
    quantities: dict[str, Decimal]
    shipping: ShippingCost | None
    shipping_taxes: tuple[Tax, ...]
    taxes: tuple[Tax, ...]
    total: int
    touched_lines: frozenset[str]

    def touched(self, line_id: str) -> bool:
        return line_id in self.touched_lines

    def credit_shipping(self) -> ShippingCost:
        if self.shipping is None:
            raise Refusal("The invoice has no shipping cost left to credit.", param="shipping_cost")
        return self.shipping

    def shipping_position(self, cost: ShippingCost | None) -> Position:
        if cost is None:
            return Position(amount=0)
        inside = sum(tax.amount for tax in self.shipping_taxes if tax.rate.inclusive)
        return Position(amount=cost.amount_subtotal + inside, taxes=self.shipping_taxes)

    def exhausted_by(self, lines: Sequence[CreditLine], shipping: ShippingCost | None) -> set[str]:
        """The rates of which nothing is left once these lines, and the shipping, are credited."""
        credited = {line.invoice_line_item: line.amount for line in lines}
        unfinished = [left for id, left in self.lines.items() if credited.get(id, 0) != left.amount]
        open_rates = {tax.rate.id for left in unfinished for tax in left.taxes}
        if self.shipping and shipping is None:
            open_rates |= {tax.rate.id for tax in self.shipping_taxes}
        return {tax.rate.id for tax in self.taxes} - open_rates


def remains_of(change: Change, invoice: Invoice) -> Remains:
    notes = [note for id in invoice.credit_notes if (note := change.get(CreditNote, id)).status == "issued"]
    credited: dict[str, list[CreditLine]] = {}
    for note in notes:
        for line in note.lines:
            credited.setdefault(line.invoice_line_item or "", []).append(line)
    shipping_left = invoice.shipping_cost if not any(note.shipping_cost for note in notes) else None
    return Remains(
        lines={
            line.id: what_is_left(
                whole_position(change, line), [position_of(change, part) for part in credited.get(line.id, ())]
            )
            for line in invoice.lines
        },
        quantities={
            line.id: line.quantity - sum(part.quantity or 0 for part in credited.get(line.id, ()))
            for line in invoice.lines
        },
        shipping=shipping_left if shipping_left and shipping_left.amount_total else None,
        shipping_taxes=_taxes(change, shipping_left.taxes) if shipping_left else (),
        taxes=less(_taxes(change, invoice.totals.taxes), [tax for note in notes for tax in _taxes(change, note.taxes)]),
        total=invoice.totals.total - sum(note.total for note in notes),
        touched_lines=frozenset(credited),
    )


def whole_position(change: Change, line: Line) -> Position:
    return Position(
        amount=line.amount,
        discounts=tuple((part.discount, part.amount) for part in line.discount_shares),
        taxes=_taxes(change, line.taxes),
    )


def position_of(change: Change, line: CreditLine) -> Position:
    return Position(
        amount=line.amount,
        discounts=tuple((part.discount, part.amount) for part in line.discount_shares),
        taxes=_taxes(change, line.taxes),
    )


def _taxes(change: Change, entries: Sequence[TaxEntry]) -> tuple[Tax, ...]:
    return tuple(Tax(rate_of(change, entry), entry.amount, entry.taxable_amount) for entry in entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWish:
    """One line to credit: by quantity, by amount, whole, or a line of its own."""

    invoice_line_item: str | None = None
    quantity: Decimal | None = None
    amount: int | None = None
    whole: bool = False
    # For a line of its own.
    description: str | None = None
    unit_amount: Decimal | None = None
    tax_rates: tuple[str, ...] = ()
    metadata: dict[str, str] | None = None

    def line(self, change: Change, invoice: Invoice, remains: Remains) -> CreditLine:
        if self.invoice_line_item is None:
            return self._custom(change, invoice)
        original = next((line for line in invoice.lines if line.id == self.invoice_line_item), None)
        if original is None:
            raise Refusal(
                f"No such invoice line item: '{self.invoice_line_item}'", code="resource_missing", param="lines"
            )
        left = remains.lines[original.id]
        quantity = remains.quantities[original.id] if self.whole and self.amount is None else self.quantity
        amount = self._amount(original, left, remains.quantities[original.id], quantity)
        if abs(amount) > abs(left.amount) or amount * left.amount < 0:
            raise Refusal(
                f"Line {original.id} has {left.amount} left to credit, which is less than {amount}.", param="lines"
            )
        return _credited(original, credit_by_amount(whole_position(change, original), left, amount), quantity, self)

    def _amount(self, original: Line, left: Position, left_quantity: Decimal, quantity: Decimal | None) -> int:
        if self.amount is not None:
            return self.amount
        if quantity is None:
            raise Refusal("A credited line needs a quantity or an amount.", code="parameter_missing", param="lines")
        if not 0 < quantity <= left_quantity:
            raise Refusal(
                f"Line {original.id} has a quantity of {left_quantity} left to credit, which is less than {quantity}.",
                param="lines",
            )
        whole = Position(amount=original.amount)
        return amount_of_quantity(whole, left, quantity=quantity, of=original.quantity, left_quantity=left_quantity)

    def _custom(self, change: Change, invoice: Invoice) -> CreditLine:
        if invoice.automatic_tax:
            raise Refusal("Custom lines cannot be used on an invoice with automatic tax.", param="lines")
        if self.unit_amount is None or self.quantity is None or self.description is None:
            raise Refusal(
                "A custom line needs a description, a quantity and a unit amount.",
                code="parameter_missing",
                param="lines",
            )
        amount = to_minor(self.unit_amount * self.quantity)
        return CreditLine(
            id=new_id("cnli"),
            type="custom_line_item",
            amount=amount,
            description=self.description,
            quantity=int(self.quantity),
            unit_amount=self.unit_amount,
            tax_rates=self.tax_rates,
            taxes=tax_entries(taxes_on(amount, manual_rates(change, self.tax_rates))),
            metadata=self.metadata or {},
        )


def _credited(original: Line, taken: Position, quantity: Decimal | None, wish: LineWish) -> CreditLine:
    manual = all(tax.rate.reason == "not_available" for tax in taken.taxes)
    return CreditLine(
        id=new_id("cnli"),
        type="invoice_line_item",
        amount=taken.amount,
        description=original.description,
        quantity=None if quantity is None else int(quantity),
        unit_amount=None if quantity is None else original.unit_amount,
        invoice_line_item=original.id,
        discount_shares=tuple(DiscountShare(discount=id, amount=part) for id, part in taken.discounts),
        tax_rates=tuple(tax.rate.id for tax in taken.taxes) if manual else (),
        taxes=tax_entries(taken.taxes),
        metadata=wish.metadata or {},
    )
