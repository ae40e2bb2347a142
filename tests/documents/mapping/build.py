"""Builds whole Stripe objects (clover shape) from what matters in a test, and the case around them."""

import json
import re
from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from apps.documents.mapping.case import read_case
from apps.documents.mapping.outcome import File, Mapped
from tests.documents.mapping.expectations import found

SELLER = {
    "nip": "9999999999",
    "name": "ABC Software sp. z o.o.",
    "address_l1": "ul. Kwiatowa 1 m. 2",
    "address_l2": "00-001 Warszawa",
    "country": "PL",
    "email": "faktury@abcsoftware.example",
    "krs": "0000099999",
    "regon": "999999999",
    "bank_account": "PL61109010140000071219812874",
}
KSEF_NUMBER = "9999999999-20260901-0100A0B1C2D3-34"
FX = {
    "source": "NBP_A",
    "rates": {
        "EUR": {
            "2026-09-29": "4.2480",
            "2026-09-30": "4.2510",
            "2026-10-01": "4.2533",
            "2026-10-02": "4.2575",
            "2026-10-05": "4.2601",
            "2026-10-19": "4.2650",
        },
        "USD": {"2026-10-01": "3.6120", "2026-10-02": "3.6155", "2026-11-09": "3.6400", "2026-11-10": "3.6377"},
    },
}
ADDRESSES = {
    "PL": ("ul. Polna 1", "00-002", "Warszawa", None),
    "DE": ("Blümchenstraße 1", "10999", "Berlin", None),
    "FR": ("1 rue de la Paix", "75002", "Paris", None),
    "HU": ("Fő utca 1", "1011", "Budapest", None),
    "GB": ("1 High Street", "SW1A 1AA", "London", None),
    "CH": ("Bahnhofstrasse 1", "8001", "Zürich", None),
    "US": ("100 Main St", "73301", "Austin", "TX"),
    "CA": ("1 King St", "M5H 1A1", "Toronto", "ON"),
}


def moment(text: str) -> int:
    """A Stripe timestamp from a UTC time, "2026-10-05 10:00"."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


NOON = moment("2026-10-05 10:00")


def tax_rate(rate_id: str) -> dict[str, Any]:
    """txr_PL23e: country, percentage, exclusive or inclusive."""
    country, percentage, is_inclusive = rate_id[4:6], rate_id[6:-1], rate_id.endswith("i")
    return {
        "id": rate_id,
        "object": "tax_rate",
        "active": True,
        "country": None if country == "XX" else country,
        "display_name": "VAT",
        "effective_percentage": None,
        "inclusive": is_inclusive,
        "metadata": {},
        "percentage": float(percentage),
        "tax_type": "vat",
    }


def tax(
    amount: int, rate: str = "txr_PL23e", reason: str | None = "not_available", base: int | None = None
) -> dict[str, Any]:
    return {
        "amount": amount,
        "tax_behavior": "inclusive" if rate.endswith("i") else "exclusive",
        "tax_rate_details": {"tax_rate": rate},
        "taxability_reason": reason,
        "taxable_amount": base,
        "type": "tax_rate_details",
    }


def taxed(amount: int, rate: str = "txr_PL23e", discount: int = 0) -> list[dict[str, Any]]:
    """The entry Stripe would compute for one line."""
    percentage, value = Decimal(rate[6:-1]), Decimal(amount - discount)
    divisor = 100 + percentage if rate.endswith("i") else Decimal(100)
    charged = int((value * percentage / divisor).quantize(Decimal(1), ROUND_HALF_UP))
    return [tax(charged, rate, base=int(value) - (charged if rate.endswith("i") else 0))]


def line(
    amount: int,
    taxes: list[dict[str, Any]] | None = None,
    *,
    quantity: int | None = 1,
    quantity_decimal: str | None = None,
    unit: str | None = "",
    discount: int = 0,
    period: tuple[int, int] = (NOON, NOON),
    is_subscription: bool = False,
    is_proration: bool = False,
    description: str | None = "Abonament",
    metadata: dict[str, str] | None = None,
    product: dict[str, Any] | str = "prod_1",
    line_id: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A line; without a unit price given it is the amount divided by the quantity when that is whole."""
    if unit == "":
        unit = str(amount // quantity) if quantity and amount % quantity == 0 else None
    kind = "subscription_item_details" if is_subscription else "invoice_item_details"
    details = {"proration": is_proration, "proration_details": {"credited_items": None}, "subscription": None}
    return {
        "id": line_id,
        "object": "line_item",
        "amount": amount,
        "currency": "pln",
        "description": description,
        "discount_amounts": [{"amount": discount, "discount": "di_1"}] if discount else [],
        "discountable": True,
        "discounts": [],
        "metadata": metadata or {},
        "parent": {"type": kind, "invoice_item_details": None, "subscription_item_details": None, kind: details},
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [{"amount": discount, "discount": "di_1", "type": "discount"}] if discount else [],
        "pricing": {
            "price_details": {"price": "price_1", "product": product},
            "type": "price_details",
            "unit_amount_decimal": unit,
        },
        "quantity": quantity,
        "quantity_decimal": quantity_decimal,
        "taxes": taxed(amount, discount=discount) if taxes is None else taxes,
        **more,
    }


def totals(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tax entries of the whole object: one for each rate and behaviour."""
    summed: dict[tuple[Any, ...], dict[str, Any]] = {}
    for entry in entries:
        key = (str(entry["tax_rate_details"]), entry["tax_behavior"])
        if key in summed:
            summed[key]["amount"] += entry["amount"]
            summed[key]["taxable_amount"] = (summed[key]["taxable_amount"] or 0) + (entry["taxable_amount"] or 0)
        else:
            summed[key] = deepcopy(entry)
    return list(summed.values())


def address(country: str) -> dict[str, Any]:
    line1, postal_code, city, state = ADDRESSES[country]
    return {"line1": line1, "line2": None, "postal_code": postal_code, "city": city, "state": state, "country": country}


def invoice(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A finalised, unpaid invoice of 5 October 2026 to a Polish company; `more` replaces top-level fields.

    `country` sets the address, `ids` the tax ids, `finalized` and `paid` the moments.
    """
    rows = list(lines or (line(10000),))
    for place, row in enumerate(rows):
        row["id"] = row["id"] or f"il_{place + 1}"
    finalized, paid = more.pop("finalized", NOON), more.pop("paid", None)
    ids = more.pop("ids", [("pl_nip", "1111111111")])
    shipping = more.get("shipping_cost")
    total_taxes = more.pop("total_taxes", None)
    if total_taxes is None:
        total_taxes = totals(entry for row in rows for entry in row["taxes"])
    value = sum(row["amount"] - sum(item["amount"] for item in row["discount_amounts"]) for row in rows)
    if shipping:
        value += shipping["amount_subtotal"]
    exclusive = sum(entry["amount"] for entry in total_taxes if entry["tax_behavior"] == "exclusive")
    inclusive = sum(entry["amount"] for entry in total_taxes if entry["tax_behavior"] == "inclusive")
    total = value + exclusive
    data = {
        "id": "in_1",
        "object": "invoice",
        "amount_due": total,
        "amount_paid": total if paid else 0,
        "amount_remaining": 0 if paid else total,
        "automatic_tax": {"enabled": False, "liability": None, "status": None},
        "created": finalized - 60,
        "currency": "pln",
        "custom_fields": None,
        "customer": "cus_1",
        "customer_address": address(more.pop("country", "PL")),
        "customer_email": "ap@buyer.example",
        "customer_name": "CDE sp. j.",
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [{"type": kind, "value": number} for kind, number in ids],
        "discounts": [],
        "due_date": None,
        "effective_at": finalized,
        "ending_balance": 0,
        "hosted_invoice_url": "https://invoice.stripe.com/i/acct_1/test_1?s=ap",
        "issuer": {"type": "self"},
        "lines": {"object": "list", "data": rows, "has_more": False},
        "livemode": False,
        "metadata": {},
        "number": "ABC-0001",
        "on_behalf_of": None,
        "post_payment_credit_notes_amount": 0,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "status": "paid" if paid else "open",
        "status_transitions": {"finalized_at": finalized, "paid_at": paid, "voided_at": None},
        "subtotal": value,
        "total": total,
        "total_excluding_tax": value - inclusive,
        "total_taxes": total_taxes,
    }
    return {**data, **more}


def credit_line(
    amount: int,
    taxes: list[dict[str, Any]] | None = None,
    *,
    of: str | None = "il_1",
    quantity: int | None = None,
    unit: str | None = None,
    discount: int = 0,
    description: str = "Abonament",
    **more: Any,
) -> dict[str, Any]:
    return {
        "id": "cnli_1",
        "object": "credit_note_line_item",
        "amount": amount,
        "description": description,
        "discount_amount": discount,
        "discount_amounts": [],
        "invoice_line_item": of,
        "pretax_credit_amounts": [],
        "quantity": quantity,
        "tax_rates": [],
        "taxes": taxed(amount, discount=discount) if taxes is None else taxes,
        "type": "invoice_line_item" if of else "custom_line_item",
        "unit_amount": None,
        "unit_amount_decimal": unit,
        **more,
    }


def credit_note(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A credit note of 5 October 2026."""
    created = more.pop("created", NOON)
    shipping = more.get("shipping_cost")
    total_taxes = more.pop("total_taxes", None)
    if total_taxes is None:
        total_taxes = totals(entry for row in lines for entry in row["taxes"])
    value = sum(row["amount"] - row["discount_amount"] for row in lines) + (
        shipping["amount_subtotal"] if shipping else 0
    )
    exclusive = sum(entry["amount"] for entry in total_taxes if entry["tax_behavior"] == "exclusive")
    inclusive = sum(entry["amount"] for entry in total_taxes if entry["tax_behavior"] == "inclusive")
    data = {
        "id": "cn_1",
        "object": "credit_note",
        "amount": value + exclusive,
        "created": created,
        "currency": "pln",
        "customer": "cus_1",
        "discount_amount": 0,
        "effective_at": created,
        "invoice": "in_1",
        "lines": {"object": "list", "data": list(lines), "has_more": False},
        "livemode": False,
        "memo": None,
        "metadata": {},
        "number": "ABC-0001-CN-01",
        "reason": None,
        "shipping_cost": None,
        "status": "issued",
        "total": value + exclusive,
        "total_excluding_tax": value - inclusive,
        "total_taxes": total_taxes,
        "voided_at": None,
    }
    return {**data, **more}


def filing(**more: Any) -> dict[str, Any]:
    """An original filed on 1 September 2026."""
    return {"status": "accepted", "p_1": "2026-09-01", "p_2": "ABC-0001", "ksef_number": KSEF_NUMBER, **more}


def case(
    stripe: dict[str, Any], *, related: dict[str, Any] | None = None, seller: Any = None, **settings: Any
) -> dict[str, Any]:
    """The case around a Stripe object, with every tax rate it refers to."""
    text = json.dumps([stripe, related])
    rates = {rate: tax_rate(rate) for rate in sorted(set(_rate_ids(text)))}
    return {
        "seller": seller or SELLER,
        "settings": {"filing_date": "2026-10-05", "fx": FX, **settings},
        "related": {"tax_rates": rates, **(related or {})},
        "stripe": stripe,
    }


def _rate_ids(text: str) -> Iterable[str]:
    return re.findall(r'"(txr_[A-Z]{2}[0-9.]+[ei])"', text)


def run(data: dict[str, Any], *overrides: dict[str, Any]) -> Mapped:
    return read_case(json.dumps({**data, "overrides": list(overrides)})).run()


def map_one(
    stripe: dict[str, Any], *overrides: dict[str, Any], related: dict[str, Any] | None = None, **settings: Any
) -> Mapped:
    return run(case(stripe, related=related, **settings), *overrides)


def codes(mapped: Mapped) -> list[str]:
    return [reason.code.value for reason in mapped.reasons]


def warned(mapped: Mapped) -> set[str]:
    return {warning.code.value for warning in mapped.warnings}


def value(mapped: Mapped, path: str) -> str | None:
    """The text at a path of the document; a hold or skip has none, so its reasons are shown instead."""
    assert isinstance(mapped, File), [(reason.code.value, reason.field, reason.params) for reason in mapped.reasons]
    return found(mapped.xml, path)


SEPTEMBER = moment("2026-09-01 10:00")
MONTH: dict[str, Any] = {"is_subscription": True, "period": (SEPTEMBER, moment("2026-10-01 10:00"))}
ROW = "Fa/FaWiersz"


def of(*rows: dict[str, Any], filed: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The original of a correction: an invoice of September, filed as told."""
    return {
        "original_invoice": invoice(*rows, finalized=SEPTEMBER, **more),
        "original_filing": filing() if filed is None else filed,
    }


def places(mapped: Mapped) -> list[tuple[str, str]]:
    """Code and field of every reason."""
    return [(reason.code.value, reason.field) for reason in mapped.reasons]
