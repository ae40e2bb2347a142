"""gather(): complete what Stripe answered into a Reading: all lines, tax rates, tax ids, products, payment."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from apps.connections.stripe_access import StripeAccess, StripeAccessDenied, StripeNotFound
from apps.documents.capture import Reading, id_of

from .side import SideObjects

# Asked for together with the object itself, so that most documents cost one request.
EXPAND = {
    "invoice": ("customer.tax_ids", "payments", "shipping_cost.taxes"),
    "credit_note": ("shipping_cost.taxes",),
}
PRODUCT_FIELDS = ("id", "name", "unit_label")
PRODUCTS, PAYMENTS = "products", "payments"
PRODUCT_AGE = timedelta(hours=1)
TAX_RATE_AGE = timedelta(days=1)  # edits come as tax_rate.updated; this is for the event that got lost

Json = Mapping[str, Any]


def gather(access: StripeAccess, content: dict[str, Any], side: SideObjects, *, at: datetime) -> Reading:
    """Everything the document needs, read now; the object itself was read by the caller with EXPAND."""
    kind = str(content.get("object"))
    complete = content | {"lines": _all_lines(access, kind, content)}
    beside: dict[str, Any] = {"tax_rates": _tax_rates(access, side, complete)}
    if kind == "invoice":
        complete["customer"], beside["customer"], beside["tax_ids"] = _customer(content.get("customer"))
        beside["products"] = _products(access, side, complete)
        beside["payment"] = _payment(access, side, complete)
    return Reading(content=complete, side=beside, at=at, api_version=settings.STRIPE_API_VERSION)


def _all_lines(access: StripeAccess, kind: str, content: Json) -> Any:
    """The embedded page, or the whole list when there is more."""
    lines = content.get("lines")
    if not isinstance(lines, dict) or not lines.get("has_more"):
        return lines
    whole = list(access.each(f"/v1/{kind}s/{content['id']}/lines"))
    return lines | {"data": whole, "has_more": False}


def _customer(customer: Any) -> tuple[str | None, dict[str, Any], list[dict[str, Any]] | None]:
    """The id, the marks and the tax numbers with what VIES said; nothing else of the customer is kept."""
    if not isinstance(customer, Mapping):
        return customer, {}, None
    marks = {"id": id_of(customer), "metadata": _marks(customer)}
    listed = customer.get("tax_ids")
    numbers = listed.get("data") if isinstance(listed, Mapping) else None
    if not isinstance(numbers, list):
        return id_of(customer), marks, None
    return id_of(customer), marks, [_number(item) for item in numbers if isinstance(item, Mapping)]


def _number(item: Json) -> dict[str, Any]:
    verification = item.get("verification")
    status = verification.get("status") if isinstance(verification, Mapping) else None
    return {"type": item.get("type"), "value": item.get("value"), "verification": status}


def _marks(holder: Json) -> dict[str, Any]:
    """The metadata the mapping reads; what else a tenant notes there is none of our business."""
    metadata = holder.get("metadata")
    return (
        {key: value for key, value in metadata.items() if key.startswith("ksef_")} if isinstance(metadata, dict) else {}
    )


def _tax_rates(access: StripeAccess, side: SideObjects, content: Json) -> dict[str, Any]:
    """Each rate a tax entry names: the percentage stands nowhere else since basil."""
    found: dict[str, Any] = {}
    for rate_id in sorted(set(_tax_rate_ids(content))):
        rate = side.known(rate_id, not_older_than=TAX_RATE_AGE)
        if rate is None:
            rate = side.keep(rate_id, _read(access, f"/v1/tax_rates/{rate_id}"))
        if rate:  # without it the mapping holds the document and names the rate
            found[rate_id] = rate
    return found


def _read(access: StripeAccess, path: str) -> dict[str, Any]:
    try:
        return access.get(path)
    except StripeNotFound:
        return {}


def _tax_rate_ids(content: Json) -> Iterator[str]:
    shipping = content.get("shipping_cost")
    for holder in (content, *_lines(content), shipping if isinstance(shipping, Mapping) else {}):
        for key in ("taxes", "total_taxes", "tax_amounts", "total_tax_amounts"):
            for entry in _objects(holder.get(key)):
                details = entry.get("tax_rate_details")
                named = details.get("tax_rate") if isinstance(details, Mapping) else entry.get("tax_rate")
                yield from filter(None, (id_of(named), id_of(entry.get("rate"))))


def _products(access: StripeAccess, side: SideObjects, content: Json) -> dict[str, Any]:
    """Names and marks of the products sold, where the key may read them."""
    found: dict[str, Any] = {}
    for product_id in sorted(set(filter(None, map(_product_id, _lines(content))))):
        product = side.known(product_id, not_older_than=PRODUCT_AGE)
        if product is None and side.allows(PRODUCTS):
            try:
                read = _read(access, f"/v1/products/{product_id}")
            except StripeAccessDenied as denial:
                side.refuse(PRODUCTS, denial)
                continue
            useful = {key: read.get(key) for key in PRODUCT_FIELDS} | {"metadata": _marks(read)}
            product = side.keep(product_id, useful if read else {})
        if product:
            found[product_id] = product
    return found


def _product_id(line: Json) -> str:
    pricing, price = line.get("pricing"), line.get("price")
    details = pricing.get("price_details") if isinstance(pricing, Mapping) else price
    return id_of(details.get("product")) if isinstance(details, Mapping) else ""


def _payment(access: StripeAccess, side: SideObjects, content: Json) -> dict[str, Any]:
    """How a paid invoice was paid; known only to the payment, which the key may be forbidden to read."""
    intent = next((id_of(payment) for payment in _paid_intents(content)), "")
    if not intent or not side.allows(PAYMENTS):
        return {}
    try:
        answer = access.get(f"/v1/payment_intents/{intent}", expand=["latest_charge"])
    except StripeNotFound:
        return {}
    except StripeAccessDenied as denial:
        side.refuse(PAYMENTS, denial)
        return {}
    charge = answer.get("latest_charge")
    details = charge.get("payment_method_details") if isinstance(charge, Mapping) else None
    return {
        "payment_method_type": details.get("type") if isinstance(details, Mapping) else None,
        "amount_refunded": charge.get("amount_refunded") if isinstance(charge, Mapping) else None,
    }


def _paid_intents(content: Json) -> Iterator[Any]:
    payments = content.get("payments")
    for item in _objects(payments.get("data") if isinstance(payments, Mapping) else None):
        payment = item.get("payment")
        if item.get("status") == "paid" and isinstance(payment, Mapping) and payment.get("payment_intent"):
            yield payment["payment_intent"]


def _lines(content: Json) -> Iterable[Json]:
    lines = content.get("lines")
    return _objects(lines.get("data") if isinstance(lines, Mapping) else None)


def _objects(value: Any) -> Iterable[Json]:
    return (item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()
