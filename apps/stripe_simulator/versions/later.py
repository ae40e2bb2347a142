"""What came after 2025-03-31.basil, taken back."""

from __future__ import annotations

from typing import Any

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.catalogue import Coupon, Discount
from apps.stripe_simulator.shapes.catalogue import coupon_shape


def no_status_details(_change: Change, _source: Any, invoice: Json) -> None:
    invoice.pop("status_details", None)


def no_amount_paid_off_stripe(_change: Change, _source: Any, invoice: Json) -> None:
    del invoice["amount_paid_off_stripe"]


def whole_quantities(_change: Change, _source: Any, line: Json) -> None:
    del line["quantity_decimal"]


def no_metadata(_change: Change, _source: Any, line: Json) -> None:
    del line["metadata"]


def no_line_subtotal(_change: Change, _source: Any, line: Json) -> None:
    del line["subtotal"]


def no_customer_account(_change: Change, _source: Any, shape: Json) -> None:
    del shape["customer_account"]


def tax_id_without_customer_account(_change: Change, _source: Any, tax_id: Json) -> None:
    del tax_id["customer_account"]
    del tax_id["owner"]["customer_account"]


def plain_refunds(_change: Change, _source: Any, note: Json) -> None:
    note["refunds"] = [
        {"amount_refunded": part["amount_refunded"], "refund": part["refund"]} for part in note["refunds"]
    ]


def coupon_in_discount(change: Change, source: Discount, discount: Json) -> None:
    del discount["source"]
    discount["coupon"] = coupon_shape(change, change.get(Coupon, source.coupon))


def no_payment_amounts(_change: Change, _source: Any, note: Json) -> None:
    del note["pre_payment_amount"]
    del note["post_payment_amount"]
    if note["type"] == "mixed":
        note["type"] = "post_payment"
