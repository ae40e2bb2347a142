"""Issuing and voiding credit notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from apps.stripe_simulator.arithmetic.credits import CreditFigures, credit_figures, split_by_rate
from apps.stripe_simulator.arithmetic.taxes import Tax, inclusive_tax
from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.records.credit_notes import CreditLine, CreditNote
from apps.stripe_simulator.records.invoices import DiscountShare, Invoice, ShippingCost

from .announcing import announce
from .credit_lines import LineWish, Remains, position_of, remains_of
from .refunding import Settlement, settle, unsettle
from .refusal import Refusal
from .totalling import tax_entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a credit note is to take back: lines, shipping, or a bare amount."""

    lines: Sequence[LineWish] = ()
    shipping: bool = False
    amount: int | None = None
    # Stripe's behaviour for a bare amount is not documented; by default it has no tax split.
    split_amount_by_rate: bool = False
    reason: str | None = None
    memo: str | None = None
    metadata: dict[str, str] | None = None
    effective_at: int | None = None
    settlement: Settlement = field(default_factory=Settlement)


def everything_left(change: Change, invoice: Invoice) -> tuple[list[LineWish], bool]:
    """The wish to credit all that is left of an invoice: its lines, and whether shipping is among it."""
    remains = remains_of(change, invoice)
    lines = [
        LineWish(invoice_line_item=line.id, amount=left.amount if remains.touched(line.id) else None, whole=True)
        for line in invoice.lines
        if (left := remains.lines[line.id]).amount or left.value
    ]
    return lines, remains.shipping is not None


def credit(change: Change, invoice: Invoice, wish: Wish) -> CreditNote:
    """Issue a credit note; it first lowers what is still to be paid, the rest goes back as the settlement says."""
    if invoice.status not in ("open", "paid", "uncollectible"):
        raise Refusal(f"Credit notes need a finalized invoice that is not void; {invoice.id} is {invoice.status}.")
    remains = remains_of(change, invoice)
    lines, shipping_cost, figures = _content(change, invoice, wish, remains)
    if figures.total <= 0:
        raise Refusal("The total of a credit note must be greater than zero.", param="amount")
    if figures.total > remains.total:
        raise Refusal(
            f"The credit note's total of {figures.total} exceeds the {remains.total} that can still be credited.",
            param="amount",
        )
    note = _note(change, invoice, wish, lines, shipping_cost, figures)
    note, changed = settle(change, note, invoice, wish.settlement)
    change.put(note)
    announce(change, "credit_note.created", note)
    announce(change, "invoice.updated", changed, previous=invoice)
    if changed.status == "paid" and invoice.status != "paid":
        announce(change, "invoice.paid", changed)
    return note


def void_credit_note(change: Change, note: CreditNote) -> CreditNote:
    """Only while the invoice is open: what the note took off is owed again."""
    invoice = change.get(Invoice, note.invoice)
    if note.status != "issued" or invoice.status != "open":
        raise Refusal("You can only void an issued credit note of an open invoice.")
    voided = change.put(replace(note, status="void", voided_at=change.at))
    restored = unsettle(change, note, invoice)
    announce(change, "credit_note.voided", voided)
    announce(change, "invoice.updated", restored, previous=invoice)
    return voided


def _content(
    change: Change, invoice: Invoice, wish: Wish, remains: Remains
) -> tuple[tuple[CreditLine, ...], ShippingCost | None, CreditFigures]:
    if wish.amount is not None and (wish.lines or wish.shipping):
        raise Refusal("You can give either an amount or lines and shipping, not both.", param="amount")
    if wish.amount is not None:
        return (), None, _bare_figures(wish.amount, remains, split=wish.split_amount_by_rate)
    if not wish.lines and not wish.shipping:
        raise Refusal("You must give an amount, lines or shipping to credit.", code="parameter_missing", param="lines")
    lines = tuple(line_wish.line(change, invoice, remains) for line_wish in wish.lines)
    shipping_cost = remains.credit_shipping() if wish.shipping else None
    figures = credit_figures(
        [position_of(change, line) for line in lines],
        shipping=remains.shipping_position(shipping_cost),
        left_taxes=remains.taxes,
        exhausted=remains.exhausted_by(lines, shipping_cost),
        rounding=change.account.rounding,
    )
    return lines, shipping_cost, figures


def _bare_figures(amount: int, remains: Remains, *, split: bool) -> CreditFigures:
    taxes: tuple[Tax, ...] = split_by_rate(amount, remains.taxes) if split else ()
    net = amount - sum(tax.amount for tax in taxes)
    return CreditFigures(
        subtotal=amount - sum(tax.amount for tax in taxes) + inclusive_tax(taxes),
        subtotal_excluding_tax=net,
        discounts=(),
        taxes=taxes,
        total=amount,
        total_excluding_tax=net,
    )


def _note(
    change: Change,
    invoice: Invoice,
    wish: Wish,
    lines: tuple[CreditLine, ...],
    shipping_cost: ShippingCost | None,
    figures: CreditFigures,
) -> CreditNote:
    return CreditNote(
        id=new_id("cn"),
        created=change.at,
        invoice=invoice.id,
        customer=invoice.customer,
        currency=invoice.currency,
        number=f"{invoice.number}-CN-{len(invoice.credit_notes) + 1:02d}",
        lines=lines,
        shipping_cost=shipping_cost,
        subtotal=figures.subtotal,
        subtotal_excluding_tax=figures.subtotal_excluding_tax,
        total=figures.total,
        total_excluding_tax=figures.total_excluding_tax,
        taxes=tax_entries(figures.taxes),
        discounts=tuple(DiscountShare(discount=id, amount=part) for id, part in figures.discounts),
        pre_payment_amount=0,
        post_payment_amount=0,
        memo=wish.memo,
        reason=wish.reason,
        effective_at=wish.effective_at or change.at,
        metadata=wish.metadata or {},
    )
