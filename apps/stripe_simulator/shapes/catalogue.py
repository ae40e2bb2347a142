from __future__ import annotations

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.catalogue import Coupon, Discount, Price, Product, ShippingRate, TaxRate

from .numbers import as_json_number, plain


def tax_rate_shape(change: Change, rate: TaxRate) -> Json:
    return {
        "id": rate.id,
        "object": "tax_rate",
        "active": rate.active,
        "country": rate.country,
        "created": rate.created,
        "description": rate.description,
        "display_name": rate.display_name,
        "effective_percentage": as_json_number(rate.effective_percentage),
        "flat_amount": None,
        "inclusive": rate.inclusive,
        "jurisdiction": rate.jurisdiction,
        "jurisdiction_level": rate.jurisdiction_level,
        "livemode": change.account.livemode,
        "metadata": rate.metadata,
        "percentage": as_json_number(rate.percentage),
        "rate_type": rate.rate_type,
        "state": rate.state,
        "tax_type": rate.tax_type,
    }


def product_shape(change: Change, product: Product) -> Json:
    return {
        "id": product.id,
        "object": "product",
        "active": product.active,
        "created": product.created,
        "default_price": None,
        "description": product.description,
        "images": [],
        "livemode": change.account.livemode,
        "marketing_features": [],
        "metadata": product.metadata,
        "name": product.name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": product.tax_code,
        "type": "service",
        "unit_label": product.unit_label,
        "updated": product.updated or product.created,
        "url": None,
    }


def price_shape(change: Change, price: Price) -> Json:
    unit = price.unit_amount_decimal
    recurring = price.interval and {
        "interval": price.interval,
        "interval_count": 1,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }
    return {
        "id": price.id,
        "object": "price",
        "active": price.active,
        "billing_scheme": "per_unit",
        "created": price.created,
        "currency": price.currency,
        "custom_unit_amount": None,
        "livemode": change.account.livemode,
        "lookup_key": price.lookup_key,
        "metadata": price.metadata,
        "nickname": price.nickname,
        "product": price.product,
        "recurring": recurring,
        "tax_behavior": price.tax_behavior,
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if price.interval else "one_time",
        "unit_amount": int(unit) if unit is not None and unit == unit.to_integral_value() else None,
        "unit_amount_decimal": None if unit is None else plain(unit),
    }


def coupon_shape(change: Change, coupon: Coupon) -> Json:
    return {
        "id": coupon.id,
        "object": "coupon",
        "amount_off": coupon.amount_off,
        "created": coupon.created,
        "currency": coupon.currency,
        "duration": coupon.duration,
        "duration_in_months": None,
        "livemode": change.account.livemode,
        "max_redemptions": None,
        "metadata": coupon.metadata,
        "name": coupon.name,
        "percent_off": as_json_number(coupon.percent_off),
        "redeem_by": None,
        "times_redeemed": coupon.times_redeemed,
        "valid": True,
    }


def discount_shape(_change: Change, discount: Discount) -> Json:
    return {
        "id": discount.id,
        "object": "discount",
        "checkout_session": None,
        "customer": discount.customer,
        "customer_account": None,
        "end": None,
        "invoice": discount.invoice,
        "invoice_item": discount.invoice_item,
        "promotion_code": None,
        "source": {"coupon": discount.coupon, "type": "coupon"},
        "start": discount.created,
        "subscription": None,
        "subscription_item": None,
    }


def shipping_rate_shape(change: Change, rate: ShippingRate) -> Json:
    return {
        "id": rate.id,
        "object": "shipping_rate",
        "active": rate.active,
        "created": rate.created,
        "delivery_estimate": None,
        "display_name": rate.display_name,
        "fixed_amount": {"amount": rate.amount, "currency": rate.currency},
        "livemode": change.account.livemode,
        "metadata": rate.metadata,
        "tax_behavior": rate.tax_behavior,
        "tax_code": None,
        "type": "fixed_amount",
    }
