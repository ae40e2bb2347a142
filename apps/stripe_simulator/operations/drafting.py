from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from apps.stripe_simulator.arithmetic.rounding import to_minor
from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.records.catalogue import Coupon, Discount
from apps.stripe_simulator.records.invoices import Buyer, Invoice, InvoiceItem, Line, PrintedTaxId
from apps.stripe_simulator.records.parties import Customer, TaxId

from .announcing import announce
from .refusal import Refusal
from .totalling import totalled


def open_draft(change: Change, draft: Invoice, *, lines: Sequence[Line] = ()) -> Invoice:
    """Put a new draft into the book, with the buyer as the customer is now."""
    invoice = add_lines(change, replace(draft, buyer=buyer_of(change, draft.customer)), lines)
    announce(change, "invoice.created", invoice)
    return invoice


def add_lines(change: Change, invoice: Invoice, lines: Sequence[Line]) -> Invoice:
    """Append lines to a draft; every line of an invoice item keeps its item retrievable."""
    must_be_draft(invoice)
    items = [line for line in lines if line.invoice_item and line.origin == "invoice_item"]
    for line in items:
        _keep_item(change, invoice, line)
    return retotal(change, replace(invoice, lines=(*invoice.lines, *lines)))


def retotal(change: Change, invoice: Invoice) -> Invoice:
    """Work the draft's figures out again and keep it."""
    counted = totalled(change, invoice)
    balance = change.get(Customer, invoice.customer).balance
    due = max(0, counted.totals.total + balance)
    return change.put(replace(counted, starting_balance=balance, amount_due=due))


def must_be_draft(invoice: Invoice) -> None:
    if invoice.status != "draft":
        raise Refusal(
            f"Invoice {invoice.id} is finalized, so this can no longer be changed. Only drafts can.",
            code="invoice_not_editable",
        )


def line(
    *,
    description: str | None,
    at: int,
    amount: int | None = None,
    quantity: Decimal = Decimal(1),
    unit_amount: Decimal | None = None,
    price: str | None = None,
    product: str | None = None,
    period: tuple[int, int] | None = None,
    tax_rates: tuple[str, ...] = (),
    discounts: tuple[str, ...] = (),
    discountable: bool | None = None,
    metadata: dict[str, str] | None = None,
) -> Line:
    """A one-off line: by amount, or by quantity and unit amount."""
    if amount is None:
        amount = to_minor(quantity * (unit_amount or Decimal(0)))
    start, end = period or (at, at)
    return Line(
        id=new_id("il"),
        invoice_item=new_id("ii"),
        amount=amount,
        description=description,
        quantity=quantity,
        unit_amount=unit_amount if unit_amount is not None else Decimal(amount) / (quantity or 1),
        period_start=start,
        period_end=end,
        price=price,
        product=product,
        tax_rates=tax_rates,
        discounts=discounts,
        discountable=amount >= 0 if discountable is None else discountable,
        metadata=metadata or {},
    )


def subscription_line(plain: Line, *, subscription: str) -> Line:
    """The same line as the renewal of a subscription brings it."""
    return replace(
        plain,
        origin="subscription_item",
        invoice_item=None,
        subscription=subscription,
        subscription_item=new_id("si"),
    )


def redeem(
    change: Change, coupon_id: str, *, customer: str, invoice: str | None = None, item: str | None = None
) -> str:
    """Use a coupon once; the answer is the id of the discount."""
    coupon = change.get(Coupon, coupon_id)
    change.put(replace(coupon, times_redeemed=coupon.times_redeemed + 1))
    discount = Discount(
        id=new_id("di"), created=change.at, coupon=coupon_id, customer=customer, invoice=invoice, invoice_item=item
    )
    return change.put(discount).id


def buyer_of(change: Change, customer_id: str) -> Buyer:
    customer = change.get(Customer, customer_id)
    tax_ids = [change.get(TaxId, id) for id in customer.tax_ids]
    return Buyer(
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        address=customer.address,
        shipping=customer.shipping,
        tax_exempt=customer.tax_exempt,
        tax_ids=tuple(PrintedTaxId(type=tax_id.type, value=tax_id.value) for tax_id in tax_ids),
    )


def _keep_item(change: Change, invoice: Invoice, line: Line) -> None:
    change.put(
        InvoiceItem(
            id=line.invoice_item or line.id,
            created=change.at,
            customer=invoice.customer,
            currency=invoice.currency,
            line=line,
            invoice=invoice.id,
        )
    )
