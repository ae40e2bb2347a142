"""Products, prices, coupons and shipping rates: as much of them as invoices need."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from apps.stripe_simulator.api.calls import Answer, Call, Route
from apps.stripe_simulator.api.errors import ApiError
from apps.stripe_simulator.api.lists import created_filter, get_or_404, page_of
from apps.stripe_simulator.api.params import Params
from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id, random_text
from apps.stripe_simulator.operations.announcing import announce
from apps.stripe_simulator.records.catalogue import Coupon, Price, Product, ShippingRate

_BEHAVIORS = ("inclusive", "exclusive", "unspecified")


def create_product(call: Call) -> Answer:
    params = call.params
    product = Product(
        id=params.text("id") or new_id("prod"),
        created=call.change.at,
        name=params.required("name"),
        description=params.text("description"),
        active=params.flag("active", True),
        unit_label=params.text("unit_label"),
        tax_code=params.text("tax_code"),
        updated=call.change.at,
        metadata=params.metadata({}),
    )
    announce(call.change, "product.created", call.change.put(product))
    return product


def update_product(call: Call) -> Answer:
    params = call.params
    known = get_or_404(call.change, Product, call.id)
    changed = replace(
        known,
        name=params.text("name", known.name) or known.name,
        description=params.text("description", known.description),
        active=params.flag("active", known.active),
        unit_label=params.text("unit_label", known.unit_label),
        updated=call.change.at,
        metadata=params.metadata(known.metadata),
    )
    announce(call.change, "product.updated", call.change.put(changed), previous=known)
    return changed


def create_price(call: Call) -> Answer:
    params = call.params
    currency = params.required("currency").lower()
    product = params.text("product")
    if product is None:
        product = _inline_product(call.change, params.group("product_data"))
    get_or_404(call.change, Product, product, param="product")
    recurring = params.group("recurring")
    price = Price(
        id=new_id("price"),
        created=call.change.at,
        product=product,
        currency=currency,
        unit_amount_decimal=read_unit_amount(params),
        nickname=params.text("nickname"),
        interval=recurring.choice("interval", ("day", "week", "month", "year")) if recurring else None,
        tax_behavior=params.choice("tax_behavior", _BEHAVIORS, "unspecified") or "unspecified",
        lookup_key=params.text("lookup_key"),
        metadata=params.metadata({}),
    )
    announce(call.change, "price.created", call.change.put(price))
    return price


def read_unit_amount(params: Params) -> Decimal | None:
    whole = params.integer("unit_amount")
    exact = params.decimal("unit_amount_decimal")
    if whole is not None and exact is not None:
        raise ApiError(400, "You can give only one of unit_amount and unit_amount_decimal.", param="unit_amount")
    return Decimal(whole) if whole is not None else exact


def _inline_product(change: Change, params: Params | None) -> str:
    if params is None:
        raise ApiError(400, "Missing required param: product.", code="parameter_missing", param="product")
    product = Product(id=new_id("prod"), created=change.at, name=params.required("name"))
    return change.put(product).id


def create_coupon(call: Call) -> Answer:
    params = call.params
    percent, amount = params.decimal("percent_off"), params.integer("amount_off")
    if (percent is None) == (amount is None):
        raise ApiError(400, "You must give exactly one of percent_off and amount_off.", param="percent_off")
    if percent is not None and not 0 < percent <= 100:
        raise ApiError(400, "Invalid percent_off: it must be above 0 and at most 100.", param="percent_off")
    currency = params.text("currency")
    if amount is not None and currency is None:
        raise ApiError(400, "Missing required param: currency.", code="parameter_missing", param="currency")
    return call.change.put(
        Coupon(
            id=params.text("id") or random_text(8),
            created=call.change.at,
            name=params.text("name"),
            percent_off=percent,
            amount_off=amount,
            currency=currency.lower() if currency else None,
            duration=params.choice("duration", ("once", "forever"), "once") or "once",
            metadata=params.metadata({}),
        )
    )


def create_shipping_rate(call: Call) -> Answer:
    return call.change.put(read_shipping_rate(call.change, call.params))


def read_shipping_rate(change: Change, params: Params) -> ShippingRate:
    fixed = params.group("fixed_amount")
    if fixed is None:
        raise ApiError(400, "Missing required param: fixed_amount.", code="parameter_missing", param="fixed_amount")
    fixed.required("amount")
    params.choice("type", ("fixed_amount",))
    return ShippingRate(
        id=new_id("shr"),
        created=change.at,
        display_name=params.required("display_name"),
        amount=fixed.integer("amount", 0) or 0,
        currency=fixed.required("currency").lower(),
        tax_behavior=params.choice("tax_behavior", _BEHAVIORS, "unspecified") or "unspecified",
        metadata=params.metadata({}),
    )


def _getter(kind: type[Product] | type[Price] | type[Coupon] | type[ShippingRate]) -> Route:
    def retrieve(call: Call) -> Answer:
        return get_or_404(call.change, kind, call.id)

    permission = "rak_product_read" if kind is Product else "rak_plan_read"
    return Route("GET", f"/v1/{kind.KIND}s/<id>", permission, retrieve)


def _lister(kind: type[Product] | type[Price] | type[Coupon] | type[ShippingRate]) -> Route:
    def list_all(call: Call) -> Answer:
        return page_of(call.change, kind, call.params, url=f"/v1/{kind.KIND}s", keep=created_filter(call.params))

    permission = "rak_product_read" if kind is Product else "rak_plan_read"
    return Route("GET", f"/v1/{kind.KIND}s", permission, list_all)


ROUTES = (
    Route("POST", "/v1/products", "rak_product_write", create_product),
    Route("POST", "/v1/products/<id>", "rak_product_write", update_product),
    Route("POST", "/v1/prices", "rak_plan_write", create_price),
    Route("POST", "/v1/coupons", "rak_plan_write", create_coupon),
    Route("POST", "/v1/shipping_rates", "rak_plan_write", create_shipping_rate),
    *(_getter(kind) for kind in (Product, Price, Coupon, ShippingRate)),
    *(_lister(kind) for kind in (Product, Price, Coupon, ShippingRate)),
)
