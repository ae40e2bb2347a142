"""What the cases derived by hand are built of."""

from dataclasses import dataclass
from typing import Any

from tests.documents.mapping.build import (
    KSEF_NUMBER,
    NOON,
    SEPTEMBER,
    case,
    credit_note,
    filing,
    invoice,
    line,
    moment,
    tax,
    tax_rate,
    taxed,
)

Json = dict[str, Any]


@dataclass(frozen=True)
class Derived:
    """A case and what the rules make of it, worked out before the program was asked."""

    title: str
    case: Json
    expect: Json  # as in the cases, see tests/data/cases/README.md
    warned: set[str] | None = None  # all warnings, where they are part of the case
    codes: list[str] | None = None  # all reasons in their order


GERMAN: Json = {"country": "DE", "ids": [("eu_vat", "DE123456789")], "currency": "eur"}
AMERICAN: Json = {"country": "US", "ids": [("us_ein", "98-7654321")], "currency": "usd"}
VERIFIED: Json = {"tax_ids": [{"type": "eu_vat", "value": "DE123456789", "verification": "verified"}]}
REVERSED = [tax(0, "txr_DE19e", "reverse_charge")]
NOT_COLLECTED = [tax(0, "txr_US0e", "not_collecting")]
KSEF = KSEF_NUMBER
EURO_FILING = filing(p_1="2026-10-05", fx="4.2575", P_14_1W="97.92")


def plan(start: str, end: str) -> Json:
    """A subscription period."""
    return {"is_subscription": True, "period": (moment(start), moment(end))}


def billed(*rows: Json, **more: Any) -> Json:
    """The case of an invoice with default settings."""
    return case(invoice(*rows, **more))


def with_setting(known: Json, **settings: Any) -> Json:
    return {**known, "settings": {**known["settings"], **settings}}


def more_lines(stripe: Json) -> Json:
    return {**stripe, "lines": {**stripe["lines"], "has_more": True}}


def with_credits() -> Json:
    """100.00 less 20.00 of billing credits."""
    credits = {"amount": 2000, "type": "credit_balance_transaction", "credit_balance_transaction": "cbtxn_1"}
    stripe = invoice({**line(10000, taxed(8000)), "pretax_credit_amounts": [credits]})
    return {**stripe, "total": 9840, "total_excluding_tax": 8000}


def shipping(cost: int, rate: str, *, is_expanded: bool = True, name: str | None = "Kurier") -> Json:
    amount, is_inclusive = taxed(cost, rate)[0]["amount"], rate.endswith("i")
    found: Json = {
        "amount_subtotal": cost - amount if is_inclusive else cost,
        "amount_tax": amount,
        "amount_total": cost if is_inclusive else cost + amount,
        "shipping_rate": {"display_name": name} if name else None,
    }
    entry = {"amount": amount, "rate": tax_rate(rate), "taxability_reason": "standard_rated", "taxable_amount": cost}
    return {**found, "taxes": [entry]} if is_expanded else found


def untaxed_shipping(cost: int, rate: str, reason: str | None) -> Json:
    found: Json = {"amount_subtotal": cost, "amount_tax": 0, "amount_total": cost, "shipping_rate": None}
    if reason is None:
        return found
    return {
        **found,
        "taxes": [{"amount": 0, "rate": tax_rate(rate), "taxability_reason": reason, "taxable_amount": cost}],
    }


def shipped(rows: list[Json], cost: Json, rate: str, **more: Any) -> Json:
    """An invoice with shipping, whose tax is part of the totals."""
    stripe = invoice(*rows, **more)
    same = next((item for item in stripe["total_taxes"] if item["tax_rate_details"]["tax_rate"] == rate), None)
    if same:
        same["amount"] += cost["amount_tax"]
    else:
        stripe["total_taxes"].append(tax(cost["amount_tax"], rate))
    return {
        **stripe,
        "shipping_cost": cost,
        "total": stripe["total"] + cost["amount_total"],
        "total_excluding_tax": stripe["total_excluding_tax"] + cost["amount_total"] - cost["amount_tax"],
    }


def voided(*rows: Json, at: int = NOON, **more: Any) -> Json:
    """An invoice of September, voided in October."""
    transitions = {"finalized_at": SEPTEMBER, "paid_at": None, "voided_at": at}
    return {
        **invoice(*(rows or (line(10000),)), finalized=SEPTEMBER, status="void", **more),
        "status_transitions": transitions,
    }


def bare(net: int, tax_amount: int, rate: str = "txr_PL23e") -> Json:
    """A credit note over an amount, without lines."""
    return credit_note(total=net + tax_amount, total_excluding_tax=net, total_taxes=[tax(tax_amount, rate)])


def prior(p_2: str, net: str, tax_amount: str, total: str, **more: str) -> Json:
    return {"p_2": p_2, "P_13_1": net, "P_14_1": tax_amount, "P_15": total, **more}


def paid_with(method: str) -> Json:
    return {"payment": {"payment_method_type": method}}


def payments(*parts: tuple[int, str, str]) -> Json:
    """The expanded payments of an invoice: amount, moment and status."""
    listed = [
        {"status": status, "amount_paid": amount, "status_transitions": {"paid_at": moment(at)}}
        for amount, at, status in parts
    ]
    return {"object": "list", "data": listed, "has_more": False}


class Cases(list[Derived]):
    """The cases of one chapter."""

    def derive(
        self,
        title: str,
        case: Json,
        expect: Json | str,
        *,
        warned: set[str] | None = None,
        codes: list[str] | None = None,
    ) -> None:
        self.append(Derived(title, case, in_full(expect) if isinstance(expect, str) else expect, warned, codes))


def in_full(text: str) -> Json:
    """`P_15=1.00; W[1]/P_10=absent` as conditions of a case; W is FaWiersz, P2 the identity of the buyer."""
    conditions = (pair.partition("=") for pair in text.split("; "))
    return {_path(path): None if wanted == "absent" else wanted for path, _, wanted in conditions}


def _path(path: str) -> str:
    if path == "count(W)":
        return "count(Fa/FaWiersz)"
    if path in ("hold", "skip", "rodzaj") or path.startswith(("Podmiot", "count(")):
        return path
    if path.startswith("P2/"):
        return path.replace("P2/", "Podmiot2/DaneIdentyfikacyjne/", 1)
    return f"Fa/FaWiersz{path[1:]}" if path.startswith("W[") else f"Fa/{path}"
