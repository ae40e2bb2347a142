"""Invoices and credit notes as Stripe would compute them: any rates, discounts, quantities, currencies, roundings."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import strategies as st

from tests.documents.mapping.build import NOON, credit_line, credit_note, invoice, line, moment, tax

POLISH = ["txr_PL23e", "txr_PL8e", "txr_PL5e", "txr_PL23i", "txr_PL8i", "txr_PL5i"]
OSS = ["txr_DE19e", "txr_FR20i", "txr_HU27e"]
UNTAXED = [None, "reverse_charge", "not_collecting", "zero_rated"]
CURRENCIES = ["pln", "eur", "usd", "huf", "jpy", "kwd"]
STEPS = {"kwd": 10}
BUYERS: list[dict[str, Any]] = [
    {"country": "PL", "ids": [("pl_nip", "1111111111")]},
    {"country": "DE", "ids": [("eu_vat", "DE123456789")]},
    {"country": "US", "ids": [("us_ein", "98-7654321")]},
    {"country": "CA", "ids": [], "customer_name": "Jane Doe"},
    {"country": "FR", "ids": [("eu_vat", "PL1111111111"), ("eu_vat", "FRXX999999999")]},
]
DAYS = [NOON, moment("2026-09-05 10:00"), moment("2026-10-05 21:59"), moment("2026-11-05 10:00")]

# Made once: to make a strategy takes longer than to draw from it.
POSITIVE = st.one_of(st.integers(1, 300), st.integers(1, 2_000_000), st.integers(1, 2_000_000))
SIGNED = st.one_of(POSITIVE, st.integers(-50_000, 0))
RATES = st.lists(st.sampled_from(POLISH), min_size=1, max_size=3)
RATES_WITH_OSS = st.lists(st.sampled_from(POLISH + OSS), min_size=1, max_size=3)
QUANTITIES = st.one_of(st.none(), st.integers(0, 5000))
FRACTIONS = st.one_of(st.none(), st.decimals(0, 10_000, places=12).map(str))
UNIT_AMOUNTS = st.sampled_from([None, "1", "199", "0.5", "33.333333333333", "its own"])
TEXTS = st.one_of(st.none(), st.text(max_size=30))
PERIODS = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(sorted)
SETTINGS = st.fixed_dictionaries(
    {
        "oss": st.booleans(),
        "supply": st.sampled_from(["service", "goods"]),
        "inclusive_style": st.sampled_from(["gross", "net"]),
        "discount_style": st.sampled_from(["in_price", "p10"]),
        "line_vat": st.sampled_from(["always", "never"]),
        "show_discounts": st.booleans(),
        "zero_lines": st.sampled_from(["drop", "keep"]),
        "zero_total_policy": st.sampled_from(["skip", "file"]),
        "late_p1": st.sampled_from(["redate", "keep"]),
        "fx_on_untaxed": st.booleans(),
        "cash_method": st.booleans(),
        "correction_style": st.sampled_from(["difference", "before_after"]),
    }
)


def every_day(currency: str) -> dict[str, Any]:
    """A rate for every day, so that the property tests do not mostly wait for rates."""
    days = ((date(2026, 8, 1) + timedelta(after), after) for after in range(120))
    rates = {day.isoformat(): f"{1 + after % 50}.{1000 + after}" for day, after in days}
    return {"source": "NBP_A", "rates": {currency.upper(): rates} if currency != "pln" else {}}


def charged(value: int, rate: str, step: int = 1) -> int:
    """Tax on one value, rounded as Stripe rounds."""
    percentage = Decimal(rate[6:-1])
    divisor = 100 + percentage if rate.endswith("i") else Decimal(100)
    return int((value * percentage / divisor / step).quantize(Decimal(1), ROUND_HALF_UP)) * step


def entries(value: int, rate: str | None, reason: str | None, step: int) -> list[dict[str, Any]]:
    if rate is None:
        return [] if reason is None else [tax(0, "txr_DE19e", reason, value)]
    amount = charged(value, rate, step)
    return [tax(amount, rate, base=value - amount if rate.endswith("i") else value)]


@st.composite
def lines(
    draw: st.DrawFn, step: int, *, rates: list[str | None], reason: str | None, is_signed: bool
) -> dict[str, Any]:
    amount = draw(SIGNED if is_signed else POSITIVE) * step
    discount = draw(st.integers(0, max(amount, 0) // step)) * step if draw(st.booleans()) else 0
    units = draw(UNIT_AMOUNTS)
    rate = draw(st.sampled_from(rates))
    start, end = draw(PERIODS)
    return line(
        amount,
        entries(amount - discount, rate, reason, step),
        quantity=draw(QUANTITIES),
        quantity_decimal=draw(FRACTIONS),
        unit=str(amount) if units == "its own" else units,
        discount=discount,
        period=(start, end),
        is_subscription=draw(st.booleans()),
        description=draw(TEXTS),
    )


def summed(rows: list[dict[str, Any]], step: int, *, on_invoice: bool) -> list[dict[str, Any]]:
    """Totals by rate: sums of the rows, or the tax on the sum (rounding on the whole invoice)."""
    by_rate: dict[str, list[Any]] = {}
    for row in rows:
        for entry in row["taxes"]:
            by_rate.setdefault(str(entry["tax_rate_details"]["tax_rate"]) + str(entry["taxability_reason"]), []).append(
                (row["amount"] - sum(item["amount"] for item in row["discount_amounts"]), entry)
            )
    found = []
    for parts in by_rate.values():
        entry = dict(parts[0][1])
        value = sum(value for value, _ in parts)
        rate = entry["tax_rate_details"]["tax_rate"]
        is_charged = any(part["amount"] for _, part in parts)
        entry["amount"] = (
            charged(value, rate, step) if on_invoice and is_charged else sum(part["amount"] for _, part in parts)
        )
        entry["taxable_amount"] = sum(part["taxable_amount"] or 0 for _, part in parts)
        found.append(entry)
    return found


@st.composite
def invoices(draw: st.DrawFn, *, max_lines: int = 6, is_signed: bool = True) -> tuple[dict[str, Any], dict[str, Any]]:
    """An invoice and the settings to map it with."""
    currency = draw(st.sampled_from(CURRENCIES))
    step = STEPS.get(currency, 1)
    buyer = draw(st.sampled_from(BUYERS))
    are_taxed = buyer["country"] == "PL" or draw(st.booleans())
    settings = draw(SETTINGS)
    rates = draw(RATES_WITH_OSS if settings["oss"] else RATES)
    reason = None if are_taxed else draw(st.sampled_from(UNTAXED))
    one = lines(step, rates=[*rates] if are_taxed else [None], reason=reason, is_signed=is_signed)
    rows = draw(st.lists(one, min_size=1, max_size=max_lines))
    totals = summed(rows, step, on_invoice=draw(st.booleans()))
    finalized = draw(st.sampled_from(DAYS[:3]))
    paid = draw(st.sampled_from([None, NOON]))
    stripe = invoice(*rows, currency=currency, finalized=finalized, paid=paid, total_taxes=totals, **buyer)
    if are_taxed and draw(st.booleans()):
        stripe = shipped(stripe, draw(st.integers(0, 5000)) * step, draw(st.sampled_from(rates)), step)
    return stripe, settings


def shipped(stripe: dict[str, Any], cost: int, rate: str, step: int) -> dict[str, Any]:
    """The invoice with shipping, whose taxes came expanded."""
    from tests.documents.mapping.build import tax_rate

    amount, is_inclusive = charged(cost, rate, step), rate.endswith("i")
    entry = {"amount": amount, "rate": tax_rate(rate), "taxability_reason": "not_available", "taxable_amount": cost}
    before, after = (cost, cost) if is_inclusive else (cost, cost + amount)
    shipping = {
        "amount_subtotal": before,
        "amount_tax": amount,
        "amount_total": after,
        "taxes": [entry],
        "shipping_rate": None,
    }
    totals = [dict(item) for item in stripe["total_taxes"]]
    same = next((item for item in totals if item["tax_rate_details"]["tax_rate"] == rate), None)
    if same:
        same["amount"] += amount
    else:
        totals.append(tax(amount, rate, base=cost))
    return {
        **stripe,
        "shipping_cost": shipping,
        "total_taxes": totals,
        "total": stripe["total"] + after,
        "total_excluding_tax": stripe["total_excluding_tax"] + cost - (amount if is_inclusive else 0),
    }


@st.composite
def credited(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """An invoice, a credit note that takes back a part of some lines, and settings."""
    stripe, settings = draw(invoices(max_lines=4, is_signed=False))
    step = STEPS.get(stripe["currency"], 1)
    parts = []
    for row in stripe["lines"]["data"]:
        left = row["amount"] - sum(item["amount"] for item in row["discount_amounts"])
        if left <= 0 or not draw(st.booleans()):
            continue
        value = draw(st.sampled_from([left, draw(st.integers(1, left // step)) * step]))
        rates = [entry["tax_rate_details"]["tax_rate"] for entry in row["taxes"]]
        is_charged = any(entry["amount"] for entry in row["taxes"])
        taxes = entries(value, rates[0], None, step) if rates and is_charged else [dict(e) for e in row["taxes"]]
        if value == left:
            taxes = [dict(entry) for entry in row["taxes"]]
        parts.append(credit_line(value, taxes, of=row["id"], id=f"cn{row['id']}"))
    note = credit_note(*parts, currency=stripe["currency"])
    return stripe, note, settings
