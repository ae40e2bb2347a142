"""Parts that invoices and credit notes have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.catalogue import TaxRate
from apps.stripe_simulator.records.invoices import DiscountShare, ShippingCost, TaxEntry

from .catalogue import tax_rate_shape

# Stripe embeds only the first lines of a document; the rest comes from the list of its lines.
EMBEDDED_LINES = 10


def taxes_shape(taxes: Iterable[TaxEntry]) -> list[Json]:
    return [
        {
            "amount": tax.amount,
            "tax_behavior": "inclusive" if tax.inclusive else "exclusive",
            "tax_rate_details": {"tax_rate": tax.tax_rate},
            "taxability_reason": tax.reason,
            "taxable_amount": tax.taxable_amount,
            "type": "tax_rate_details",
        }
        for tax in taxes
    ]


def discounts_shape(shares: Iterable[DiscountShare]) -> list[Json]:
    return [{"amount": share.amount, "discount": share.discount} for share in shares]


def pretax_credits_shape(shares: Iterable[DiscountShare]) -> list[Json]:
    return [{"amount": share.amount, "discount": share.discount, "type": "discount"} for share in shares]


def embedded_list(items: Sequence[Json], *, url: str, has_more: bool = False) -> Json:
    return {"object": "list", "data": list(items), "has_more": has_more, "url": url}


def shipping_cost_shape(cost: ShippingCost | None) -> Json | None:
    if cost is None:
        return None
    return {
        "amount_subtotal": cost.amount_subtotal,
        "amount_tax": cost.amount_tax,
        "amount_total": cost.amount_total,
        "shipping_rate": cost.shipping_rate,
    }


def shipping_taxes_shape(change: Change, cost: ShippingCost) -> list[Json]:
    """The tax of the shipping, which an answer has only when it is expanded."""
    return [
        {
            "amount": tax.amount,
            "rate": tax_rate_shape(change, change.get(TaxRate, tax.tax_rate)),
            "taxability_reason": tax.reason,
            "taxable_amount": tax.taxable_amount,
        }
        for tax in cost.taxes
    ]
