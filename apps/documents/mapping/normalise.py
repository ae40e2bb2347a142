"""From a Stripe invoice or credit note of any API version, 2024-06-20 to 2026-10-28, to one internal value.

Fields are told apart by their presence, never by a version: webhooks, retrieved objects and imports of one tenant come
in different shapes (stripe.md 4.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from apps.documents.mapping.normalise_customer import read_customer, read_ship_to
from apps.documents.mapping.normalise_payment import read_payment
from apps.documents.mapping.normalise_taxes import RateBook, read_shipping, read_taxes
from apps.documents.mapping.read import Json, Reader, as_object, as_text, id_of, marks_of
from apps.documents.mapping.reasons import Code, Fault
from apps.documents.mapping.source import CreditLine, CreditNote, Discount, Invoice, Line, Period, Product

INVOICE_STATUSES = frozenset({"draft", "open", "paid", "uncollectible", "void"})
CREDIT_NOTE_STATUSES = frozenset({"issued", "void"})
_CREDIT = "credit_balance_transaction"
_NO_PRODUCT = Product("", "")
_LINE_TAXES = ("taxes", "tax_amounts")
_FIGURE_CODES = frozenset({Code.TOTAL_MISMATCH, Code.AMOUNT_PRECISION, Code.LINES_INCOMPLETE, Code.TAX_UNSUPPORTED})


@dataclass(frozen=True, slots=True)
class SideData:
    """Stripe objects fetched beside the document."""

    tax_rates: Mapping[str, Json] = field(default_factory=dict)
    products: Mapping[str, Json] = field(default_factory=dict)
    customer: Json = field(default_factory=dict)
    payment: Json = field(default_factory=dict)


def is_credit_note(data: Json) -> bool:
    """Told by `object`; where that is missing, by what only one of the two has."""
    kind = data.get("object")
    return kind == "credit_note" if isinstance(kind, str) else "invoice" in data and "amount_due" not in data


def normalise_invoice(data: Json, side: SideData) -> Invoice:
    reader, rates = Reader(), RateBook(side.tax_rates)
    rates.remember(data.get("default_tax_rates"))
    listed, is_complete = _read_list(data, reader, rates)
    shipping = read_shipping(data, rates, reader)
    ship_to = read_ship_to(data)
    issuer_path, issuer_account = _other_issuer(data)
    return Invoice(
        **_common(data, reader, INVOICE_STATUSES, ("effective_at", "finalized_at")),
        taxes=read_taxes(data, "", ("total_taxes", "total_tax_amounts"), rates, reader),
        lines=tuple(_read_line(line, path, rates, reader, side) for path, line in listed),
        is_complete=is_complete,
        shipping=shipping,
        invoice_discounts=_invoice_discounts(data),
        customer=read_customer(data, side.customer, reader),
        ship_to=ship_to.country,
        ship_to_postal_code=ship_to.postal_code,
        payment=read_payment(data, side.payment, reader),
        other_issuer=issuer_path,
        other_account=issuer_account,
        automatic_tax=_automatic_tax(data),
        custom_fields=_custom_fields(data),
        faults=tuple(reader.faults),
        are_figures_readable=_FIGURE_CODES.isdisjoint(fault.code for fault in reader.faults),
    )


def normalise_credit_note(data: Json, side: SideData) -> CreditNote:
    reader, rates = Reader(), RateBook(side.tax_rates)
    listed, is_complete = _read_list(data, reader, rates)
    reason = data.get("reason")
    return CreditNote(
        **_common(data, reader, CREDIT_NOTE_STATUSES, ("effective_at", "created")),
        taxes=read_taxes(data, "", ("total_taxes", "tax_amounts"), rates, reader),
        lines=tuple(_read_credit_line(line, path, rates, reader) for path, line in listed),
        is_complete=is_complete,
        shipping=read_shipping(data, rates, reader),
        invoice_id=id_of(data.get("invoice")),
        memo=as_text(data.get("memo")),
        reason=reason if isinstance(reason, str) else None,
        faults=tuple(reader.faults),
        are_figures_readable=_FIGURE_CODES.isdisjoint(fault.code for fault in reader.faults),
    )


def _common(data: Json, reader: Reader, statuses: frozenset[str], moments: tuple[str, str]) -> dict[str, Any]:
    livemode = data.get("livemode")
    if not isinstance(livemode, bool):
        reader.note(Code.MODE_MISMATCH, "livemode", Fault.MISSING if livemode is None else Fault.NOT_YES_NO)
    status = reader.text(data, "status", "", Code.NOT_FINALIZED)
    if status not in statuses:
        reader.note(Code.NOT_FINALIZED, "status", Fault.UNKNOWN_VALUE if status else Fault.MISSING)
    currency = reader.text(data, "currency", "", Code.CURRENCY_UNSUPPORTED)
    is_issued = status in statuses and status != "draft"
    number = reader.text(data, "number", "", Code.NOT_FINALIZED)
    if is_issued and not number:
        reader.note(Code.NOT_FINALIZED, "number", Fault.MISSING)
    transitions = as_object(data.get("status_transitions"))
    voided = ("", data) if "voided_at" in data else ("status_transitions.", transitions)
    return {
        "id": id_of(data),
        "number": number,
        "status": status,
        "currency": currency,
        "livemode": livemode is True,
        "issued_on": _issue_day(data, transitions, moments, reader, is_issued=is_issued),
        "voided_on": reader.day(voided[1], "voided_at", voided[0], Code.NOT_FINALIZED),
        "total": reader.amount(data, "total", ""),
        "total_without_tax": reader.optional_amount(data, "total_excluding_tax", ""),
        "exclusion": marks_of(data.get("metadata")).get("ksef_skip", ""),
    }


def _issue_day(data: Json, transitions: Json, moments: tuple[str, str], reader: Reader, *, is_issued: bool) -> Any:
    """The Warsaw day of the first moment that is there; absurd ones lie before the start or in the future."""
    for key in moments:
        path, place = ("status_transitions.", transitions) if key == "finalized_at" else ("", data)
        value = place.get(key)
        if value is None:
            continue
        is_early = type(value) is int and value < 0
        is_far = type(value) is int and value > 0
        code = Code.BEFORE_KSEF_START if is_early else Code.P1_IN_FUTURE if is_far else Code.NOT_FINALIZED
        return reader.day(place, key, path, code)
    if is_issued:
        path = "status_transitions." if moments[1] == "finalized_at" else ""
        reader.note(Code.NOT_FINALIZED, path + moments[1], Fault.MISSING)
    return None


def _read_list(data: Json, reader: Reader, rates: RateBook) -> tuple[Any, bool]:
    """The lines as they came, and whether they are all there."""
    lines = data.get("lines")
    if not isinstance(lines, dict):
        reader.note(Code.LINES_INCOMPLETE, "lines", Fault.MISSING if lines is None else Fault.NOT_OBJECT)
        return (), True
    if lines.get("data") is None:
        reader.note(Code.LINES_INCOMPLETE, "lines.data", Fault.MISSING)
    listed = reader.objects(lines, "data", "lines.", Code.LINES_INCOMPLETE)
    for _, line in listed:
        rates.remember(line.get("tax_rates"))
    has_more = lines.get("has_more", False)
    if not isinstance(has_more, bool):
        reader.note(Code.LINES_INCOMPLETE, "lines.has_more", Fault.NOT_YES_NO)
    return listed, has_more is not True


def _read_line(line: Json, path: str, rates: RateBook, reader: Reader, side: SideData) -> Line:
    price, product = _price_and_product(line, side)
    origin = _origin(line)
    is_proration = origin.get("proration") is True
    is_recurring = is_proration or _is_subscription(line)
    return Line(
        id=id_of(line),
        path=path,
        amount=reader.amount(line, "amount", path),
        discounts=_discounts(line, path, reader),
        credits=_credits(line, path, reader),
        taxes=read_taxes(line, path, _LINE_TAXES, rates, reader),
        quantity=_quantity(line, path, reader),
        # Old shapes give the price of a full period here, new ones the prorated amount: neither is a price of this row.
        unit_price=None if is_proration else _unit_price(line, price, path, reader),
        description=reader.text(line, "description", path, Code.LINES_INCOMPLETE),
        product=Product(as_text(product.get("name")), as_text(product.get("unit_label"))) if product else _NO_PRODUCT,
        marks=marks_of(product.get("metadata"), line.get("metadata")),
        period=_period(line, path, reader, is_recurring=is_recurring),
        is_recurring=is_recurring,
        credited_lines=_credited_lines(origin),
    )


def _price_and_product(line: Json, side: SideData) -> tuple[Json, Json]:
    if "pricing" in line:
        price = as_object(line["pricing"])
        product = as_object(price.get("price_details")).get("product")
    else:
        price = as_object(line.get("price")) or as_object(line.get("plan"))
        product = price.get("product")
    return price, as_object(side.products.get(id_of(product))) or as_object(product)


def _origin(line: Json) -> Json:
    """Where proration is told: below the parent since basil, on the line before."""
    if "parent" not in line:
        return line
    parent = as_object(line["parent"])
    return as_object(parent.get(as_text(parent.get("type"))))


def _is_subscription(line: Json) -> bool:
    if "parent" in line:
        return as_object(line["parent"]).get("type") == "subscription_item_details"
    return line.get("type") == "subscription"


def _credited_lines(origin: Json) -> tuple[str, ...]:
    credited = as_object(as_object(origin.get("proration_details")).get("credited_items"))
    lines = credited.get("invoice_line_items")
    return tuple(filter(None, map(id_of, lines))) if isinstance(lines, list) else ()


def _quantity(line: Json, path: str, reader: Reader) -> Decimal | None:
    """`quantity` is cut to a whole number where `quantity_decimal` exists."""
    whole = _count(line, "quantity", path, reader)
    exact = _count(line, "quantity_decimal", path, reader)
    return whole if exact is None else exact


def _count(line: Json, key: str, path: str, reader: Reader) -> Decimal | None:
    count = reader.number(line, key, path)
    if count is None or count >= 0:
        return count
    reader.note(Code.TOTAL_MISMATCH, path + key, Fault.OUT_OF_RANGE)
    return None


def _unit_price(line: Json, price: Json, path: str, reader: Reader) -> Decimal | None:
    if "pricing" in line:
        return reader.number(price, "unit_amount_decimal", path + "pricing.")
    below = path + ("price." if line.get("price") else "plan.")
    keys = ("unit_amount_decimal", "unit_amount", "amount_decimal", "amount")
    key = next((key for key in keys if price.get(key) is not None), keys[0])
    return reader.number(price, key, below)


def _discounts(line: Json, path: str, reader: Reader) -> tuple[Discount, ...]:
    return tuple(
        Discount(id_of(item.get("discount")), reader.amount(item, "amount", item_path))
        for item_path, item in reader.objects(line, "discount_amounts", path, Code.TOTAL_MISMATCH)
    )


def _credits(line: Json, path: str, reader: Reader) -> int:
    """Billing credits; the other entries of this list repeat the discounts."""
    items = reader.objects(line, "pretax_credit_amounts", path, Code.TOTAL_MISMATCH)
    return (
        0
        if not items
        else sum(reader.amount(item, "amount", item_path) for item_path, item in items if item.get("type") == _CREDIT)
    )


def _period(line: Json, path: str, reader: Reader, *, is_recurring: bool) -> Period | None:
    """Both days inclusive: the end of a subscription period is the start of the next one."""
    period = line.get("period")
    if not isinstance(period, dict):
        reader.note(Code.LINES_INCOMPLETE, path + "period", Fault.MISSING if period is None else Fault.NOT_OBJECT)
        return None
    path += "period."
    days = []
    for key in ("start", "end"):
        if period.get(key) is None:
            reader.note(Code.LINES_INCOMPLETE, path + key, Fault.MISSING)
        days.append(reader.day(period, key, path, Code.LINES_INCOMPLETE))
    first, last = days
    if first is None or last is None:
        return None
    if period["end"] < period["start"]:
        reader.note(Code.LINES_INCOMPLETE, path + "end", Fault.OUT_OF_RANGE)
        return None
    return Period(first, _day_before(last) if is_recurring and last > first else last)


def _day_before(day: date) -> date:
    return day.fromordinal(day.toordinal() - 1)


def _read_credit_line(line: Json, path: str, rates: RateBook, reader: Reader) -> CreditLine:
    original = id_of(line.get("invoice_line_item"))
    return CreditLine(
        id=id_of(line),
        path=path,
        amount=reader.amount(line, "amount", path),
        discount=_credit_discount(line, path, reader),
        credits=_credits(line, path, reader),
        taxes=read_taxes(line, path, _LINE_TAXES, rates, reader),
        quantity=_quantity(line, path, reader),
        unit_price=reader.number(line, _credit_price_key(line), path),
        description=reader.text(line, "description", path, Code.LINES_INCOMPLETE),
        original_line=original or None,
        marks=marks_of(line.get("metadata")),
    )


def _credit_price_key(line: Json) -> str:
    return "unit_amount_decimal" if line.get("unit_amount_decimal") is not None else "unit_amount"


def _credit_discount(line: Json, path: str, reader: Reader) -> int:
    if line.get("discount_amount") is not None:
        return reader.amount(line, "discount_amount", path)
    return sum(discount.amount for discount in _discounts(line, path, reader))


def _invoice_discounts(data: Json) -> frozenset[str]:
    """Discounts of the whole invoice; before basil one of them stood alone in `discount`."""
    listed = data.get("discounts")
    ids = map(id_of, listed) if isinstance(listed, list) else ()
    return frozenset(filter(None, (*ids, id_of(data.get("discount")))))


def _other_issuer(data: Json) -> tuple[str, str]:
    """The field that names another issuer, and the account it names."""
    if behalf := id_of(data.get("on_behalf_of")):
        return "on_behalf_of", behalf
    liability = as_object(data.get("automatic_tax")).get("liability")
    for path, owner in (("issuer", data.get("issuer")), ("automatic_tax.liability", liability)):
        if as_object(owner).get("type") == "account":
            return path, id_of(as_object(owner).get("account"))
    return "", ""


def _automatic_tax(data: Json) -> str:
    automatic = as_object(data.get("automatic_tax"))
    return as_text(automatic.get("status")) if automatic.get("enabled") is True else ""


def _custom_fields(data: Json) -> tuple[tuple[str, str], ...]:
    listed = data.get("custom_fields")
    items = (as_object(item) for item in listed) if isinstance(listed, list) else ()
    return tuple((as_text(item.get("name")), as_text(item.get("value"))) for item in items)
