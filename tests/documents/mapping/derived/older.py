"""Stripe objects as they were before basil (2025-03-31)."""

from typing import Any

from tests.documents.mapping.derived.parts import Json


def as_acacia(case: Json, *, is_expanded: bool) -> Json:
    """The case in the older shape; with whole tax rates inside, none are given beside it."""
    related = case["related"]
    rates = related.pop("tax_rates") if is_expanded else related["tax_rates"]
    case["stripe"] = _object(case["stripe"], rates, is_expanded=is_expanded)
    if "original_invoice" in related:
        related["original_invoice"] = _object(related["original_invoice"], rates, is_expanded=is_expanded)
    return case


def _object(stripe: Json, rates: Json, *, is_expanded: bool) -> Json:
    is_note = stripe["object"] == "credit_note"
    entries = [_entry(entry, rates, is_expanded=is_expanded) for entry in stripe.pop("total_taxes")]
    stripe["tax_amounts" if is_note else "total_tax_amounts"] = entries
    for line in stripe["lines"]["data"]:
        taxes = line.pop("taxes")
        used = [entry["tax_rate_details"]["tax_rate"] for entry in taxes]
        line["tax_amounts"] = [_entry(entry, rates, is_expanded=is_expanded) for entry in taxes]
        line["tax_rates"] = [rates[rate] for rate in used if rate in rates]
        if not is_note:
            _older_line(line)
    return {**stripe, "refund": None} if is_note else {**stripe, "paid": stripe["status"] == "paid"}


def _entry(entry: Json, rates: Json, *, is_expanded: bool) -> Json:
    rate, reason = entry["tax_rate_details"]["tax_rate"], entry["taxability_reason"]
    return {
        "amount": entry["amount"],
        "inclusive": entry["tax_behavior"] == "inclusive",
        "tax_rate": rates.get(rate, rate) if is_expanded else rate,
        "taxability_reason": None if reason == "not_available" else reason,
        "taxable_amount": entry["taxable_amount"],
    }


def _older_line(line: dict[str, Any]) -> None:
    pricing, parent = line.pop("pricing"), line.pop("parent")
    details = parent[parent["type"]]
    line["price"] = {
        "id": "price_1",
        "object": "price",
        "product": pricing["price_details"]["product"],
        "unit_amount": None,
        "unit_amount_decimal": pricing["unit_amount_decimal"],
    }
    line["type"] = "subscription" if parent["type"] == "subscription_item_details" else "invoiceitem"
    line["proration"], line["proration_details"] = details["proration"], details["proration_details"]
    if line["quantity_decimal"] is None:
        del line["quantity_decimal"]
