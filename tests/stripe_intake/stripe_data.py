"""Samples of Stripe's objects, ready to be put into the fake."""

import copy
import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data" / "stripe"
INVOICE = "in_1RwDgR3o6kWuVtYpjGHd2CMD"


def sample(name: str) -> dict[str, Any]:
    """The object inside a sample event."""
    event = json.loads((DATA / f"{name}.json").read_text())
    content: dict[str, Any] = event["data"]["object"]
    return content


def tax_rates() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads((DATA / "tax_rates_list.json").read_text())["data"]
    return listed


def domestic_invoice(**values: Any) -> dict[str, Any]:
    """A Polish company's invoice over two lines at 23 %."""
    return copy.deepcopy(sample("invoice_finalized_clover_domestic_23")) | values


def credit_note(**values: Any) -> dict[str, Any]:
    """One of three seats of that invoice, credited."""
    return copy.deepcopy(sample("credit_note_created_clover_partial_line")) | values


def customer(stripe_id: str, *, status: str = "verified", **values: Any) -> dict[str, Any]:
    tax_id = {"id": "txi_1", "object": "tax_id", "type": "eu_vat", "value": "PL1234563218",
              "verification": {"status": status, "verified_name": "ZAKŁAD TESTOWY"}}  # fmt: skip
    return {
        "id": stripe_id,
        "object": "customer",
        "email": "private@example.pl",
        "metadata": {"ksef_buyer_type": "business", "crm": "secret"},
        "tax_ids": {"object": "list", "data": [tax_id], "has_more": False},
    } | values
