"""The few verbs in which scenarios are told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.operations.crediting import Wish, credit, everything_left
from apps.stripe_simulator.operations.drafting import line, open_draft, redeem, subscription_line
from apps.stripe_simulator.operations.finalizing import finalize
from apps.stripe_simulator.operations.refunding import Settlement
from apps.stripe_simulator.records.catalogue import Product
from apps.stripe_simulator.records.credit_notes import CreditNote
from apps.stripe_simulator.records.events import Expectation
from apps.stripe_simulator.records.invoices import CreditedItems, Invoice, Line

from . import goods
from .cast import PERSONAS, customer

_HOUR = 3_600
_MONTH = 30 * 86_400


class Stage:
    """One phase of a scenario: what it makes, and what the product is expected to make of it."""

    def __init__(self, change: Change, earlier: tuple[Expectation, ...] = ()) -> None:
        self.change = change
        self.earlier = earlier
        self.expectations: list[Expectation] = []

    def expect(self, document: Invoice | CreditNote, outcome: str, *, kind: str | None = None) -> None:
        default = "invoice" if isinstance(document, Invoice) else "credit_note"
        self.expectations.append(Expectation(object=document.id, kind=kind or default, expected=outcome))

    def invoice_of_earlier_phase(self) -> Invoice:
        return self.change.get(Invoice, self.earlier[0].object)

    def sold(
        self,
        good: str,
        quantity: int | str = 1,
        *,
        rate: int | None = None,
        amount: int | None = None,
        description: str | None = None,
        off: str | None = None,
        buyer: str | None = None,
    ) -> Line:
        """A one-off line; `off` is a coupon of its own."""
        price = goods.price(self.change, good)
        product = self.change.get(Product, price.product)
        inclusive = price.tax_behavior == "inclusive"
        item = line(
            description=description or product.name,
            at=self.change.at,
            amount=amount,
            quantity=Decimal(quantity),
            unit_amount=price.unit_amount_decimal if amount is None else None,
            price=price.id,
            product=price.product,
            tax_rates=(goods.rate(self.change, rate, inclusive=inclusive),) if rate is not None else (),
        )
        if off is None:
            return item
        owner = customer(self.change, buyer or "zaklad").id
        return replace(item, discounts=(redeem(self.change, off, customer=owner, item=item.invoice_item),))

    def renewed(self, good: str, quantity: int = 1, *, subscription: str, rate: int | None = None) -> Line:
        """A subscription's line for the coming month."""
        price = goods.price(self.change, good)
        name = self.change.get(Product, price.product).name
        plain = line(
            description=f"{quantity} × {name} (at {_money(price.unit_amount_decimal, price.currency)} / month)",
            at=self.change.at,
            quantity=Decimal(quantity),
            unit_amount=price.unit_amount_decimal,
            price=price.id,
            product=price.product,
            period=(self.change.at - _HOUR, self.change.at - _HOUR + _MONTH),
            tax_rates=(goods.rate(self.change, rate),) if rate is not None else (),
        )
        return subscription_line(plain, subscription=subscription)

    def prorated(
        self,
        good: str,
        amount: int,
        *,
        subscription: str,
        label: str,
        back_from: tuple[str, str] | None = None,
        classic: bool = False,
    ) -> Line:
        """One half of a change in mid-period; under classic billing it says that it comes from an invoice item."""
        price = goods.price(self.change, good)
        name = self.change.get(Product, price.product).name
        plain = line(
            description=f"{label} {name}",
            at=self.change.at,
            amount=amount,
            price=price.id,
            product=price.product,
            period=(self.change.at, self.change.at + 16 * 86_400),
            discountable=False,
        )
        return replace(
            subscription_line(plain, subscription=subscription),
            origin="invoice_item" if classic else "subscription_item",
            invoice_item=plain.invoice_item,
            proration=True,
            credited_items=CreditedItems(invoice=back_from[0], lines=(back_from[1],)) if back_from else None,
        )

    def invoice(
        self,
        buyer: str,
        lines: list[Line],
        *,
        rate: int | None = None,
        subscription: str | None = None,
        coupons: tuple[str, ...] = (),
        **more: object,
    ) -> Invoice:
        """Finalize an invoice of these lines; `rate` is the rate of every line that has none of its own."""
        owner = customer(self.change, buyer)
        draft = Invoice(
            id=new_id("in"),
            created=self.change.at - _HOUR if subscription else self.change.at,
            customer=owner.id,
            currency=PERSONAS[buyer].currency,
            billing_reason="subscription_cycle" if subscription else "manual",
            subscription=subscription,
            auto_advance=True,
            default_tax_rates=(goods.rate(self.change, rate),) if rate is not None else (),
            period_start=self.change.at - _HOUR - (_MONTH if subscription else 0),
            period_end=self.change.at - _HOUR if subscription else self.change.at,
        )
        discounts = tuple(redeem(self.change, name, customer=owner.id, invoice=draft.id) for name in coupons)
        draft = replace(draft, discounts=discounts, **more)  # type: ignore[arg-type]  # fields of Invoice, by name
        return finalize(self.change, open_draft(self.change, draft, lines=lines))

    def credit_note(self, invoice: Invoice, wish: Wish | None = None, *, reason: str | None = None) -> CreditNote:
        """Credit what is wished, by default everything that is left; paid amounts go back as they came."""
        current = self.change.get(Invoice, invoice.id)
        if wish is None:
            lines, shipping = everything_left(self.change, current)
            wish = Wish(lines=lines, shipping=shipping)
        memo = wish.memo or f"Korekta faktury {current.number}"
        return credit(
            self.change,
            current,
            replace(wish, reason=reason, memo=memo, settlement=Settlement(as_paid=True)),
        )

    def new_subscription(self) -> str:
        return new_id("sub")


def _money(minor: Decimal | None, currency: str) -> str:
    return f"{(minor or Decimal(0)) / 100:.2f} {'zł' if currency == 'pln' else currency.upper()}"
