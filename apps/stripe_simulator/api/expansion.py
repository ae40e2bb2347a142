"""`expand[]`: ids become objects, and some parts appear only when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records import catalogue, credit_notes, invoices, parties, payments
from apps.stripe_simulator.records.base import Json, Record
from apps.stripe_simulator.records.events import AppSecret
from apps.stripe_simulator.shapes.documents import embedded_list, shipping_taxes_shape
from apps.stripe_simulator.versions.names import day_of
from apps.stripe_simulator.versions.rendering import render

from .errors import ApiError

_BY_PREFIX: dict[str, type[Record]] = {
    "acct": parties.Account,
    "cus": parties.Customer,
    "txi": parties.TaxId,
    "txr": catalogue.TaxRate,
    "prod": catalogue.Product,
    "price": catalogue.Price,
    "di": catalogue.Discount,
    "shr": catalogue.ShippingRate,
    "in": invoices.Invoice,
    "ii": invoices.InvoiceItem,
    "cn": credit_notes.CreditNote,
    "inpay": payments.InvoicePayment,
    "pi": payments.PaymentIntent,
    "ch": payments.Charge,
    "pm": payments.PaymentMethod,
    "re": payments.Refund,
    "cbtxn": payments.BalanceTransaction,
}


def expand(change: Change, shape: Json, paths: tuple[str, ...], version: str) -> None:
    for path in paths:
        parts = path.split(".")
        if len([part for part in parts if part != "data"]) > 4:
            raise ApiError(400, f"You cannot expand more than 4 levels of a property: {path}", param="expand")
        _walk(
            _Expansion(change, version, path), shape, parts, context=shape.get("object", ""), owner=shape.get("id", "")
        )


class _Expansion:
    def __init__(self, change: Change, version: str, path: str) -> None:
        self.change = change
        self.version = version
        self.path = path

    def refuse(self) -> ApiError:
        return ApiError(400, f"This property cannot be expanded ({self.path}).", param="expand[0]")

    def object_of(self, name: str, id: str, context: str) -> Json:
        kind = catalogue.Coupon if name == "coupon" else _BY_PREFIX.get(id.split("_")[0])
        # Since basil the tax rate of a tax entry is a plain id.
        if kind is None or context.endswith("tax_rate_details"):
            raise self.refuse()
        record = self.change.find(kind, id)
        if record is None:
            raise self.refuse()
        return render(self.change, record, self.version)


def _walk(expansion: _Expansion, node: Json, parts: list[str], *, context: str, owner: str) -> None:
    if not parts:
        return
    name, rest = parts[0], parts[1:]
    extra = _EXTRAS.get((context, name))
    if extra:
        extra(expansion, owner, node)
    if name not in node or (extra and rest and not isinstance(node[name], dict)):
        raise expansion.refuse()
    value = node[name]
    if extra and not rest:
        return
    if isinstance(value, str):
        value = node[name] = expansion.object_of(name, value, context)
    if isinstance(value, list):
        node[name] = value = [
            expansion.object_of(name, item, context) if isinstance(item, str) else item for item in value
        ]
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            _walk(
                expansion,
                item,
                rest,
                context=item.get("object") or f"{context}.{name}",
                owner=item.get("id", owner),
            )


Extra = Callable[[_Expansion, str, dict[str, Any]], None]


def _payments(expansion: _Expansion, owner: str, node: Json) -> None:
    if day_of(expansion.version) < "2025-03-31":
        return
    invoice = expansion.change.get(invoices.Invoice, owner)
    shapes = [
        render(expansion.change, expansion.change.get(payments.InvoicePayment, id), expansion.version)
        for id in invoice.payments
    ]
    node.setdefault("payments", embedded_list(shapes, url="/v1/invoice_payments"))


def _tax_ids(expansion: _Expansion, owner: str, node: Json) -> None:
    customer = expansion.change.get(parties.Customer, owner)
    shapes = [
        render(expansion.change, expansion.change.get(parties.TaxId, id), expansion.version) for id in customer.tax_ids
    ]
    node.setdefault("tax_ids", embedded_list(shapes, url=f"/v1/customers/{owner}/tax_ids"))


def _secret_payload(expansion: _Expansion, owner: str, node: Json) -> None:
    node["payload"] = expansion.change.get(AppSecret, owner).payload


def _shipping_taxes(expansion: _Expansion, owner: str, node: Json) -> None:
    kind: type[invoices.Invoice] | type[credit_notes.CreditNote]
    kind = invoices.Invoice if owner.startswith("in_") else credit_notes.CreditNote
    cost = expansion.change.get(kind, owner).shipping_cost
    if cost:
        node["taxes"] = shipping_taxes_shape(expansion.change, cost)


_EXTRAS: dict[tuple[str, str], Extra] = {
    ("invoice", "payments"): _payments,
    ("customer", "tax_ids"): _tax_ids,
    ("apps.secret", "payload"): _secret_payload,
    ("invoice.shipping_cost", "taxes"): _shipping_taxes,
    ("credit_note.shipping_cost", "taxes"): _shipping_taxes,
}
