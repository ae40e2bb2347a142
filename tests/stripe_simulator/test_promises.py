"""What a scenario promises is what the product's own mapping makes of it, in every API version."""

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from apps.documents.mapping.case import preview
from apps.fa3.calendar import warsaw_date
from apps.stripe_simulator.scenarios.register import SCENARIOS
from tests.stripe_simulator.conftest import ACACIA, BASIL, CLOVER, ENDIVE, Acme

VERSIONS = [ACACIA, BASIL, CLOVER, "2026-06-24.dahlia", ENDIVE]
VERDICTS = {"file": "filed", "hold": "held", "skip": "skipped"}
SELLER = {
    "nip": "9999999999",
    "name": "Acme sp. z o.o.",
    "address_l1": "ul. Kwiatowa 1 m. 2",
    "address_l2": "00-001 Warszawa",
    "country": "PL",
}
KSEF_NUMBER = "9999999999-20260901-0100A0B1C2D3-34"


def whole(acme: Acme, path: str, version: str) -> dict[str, Any]:
    """A document with all of its lines, as intake would fetch it."""
    found = acme.get(path, version=version)
    while found["lines"]["has_more"]:
        last = found["lines"]["data"][-1]["id"]
        page = acme.get(f"{path}/lines", version=version, limit=100, starting_after=last)
        found["lines"] |= {"data": found["lines"]["data"] + page["data"], "has_more": page["has_more"]}
    return found


def payment_of(acme: Acme, invoice_id: str) -> dict[str, Any] | None:
    for payment in acme.get("/v1/invoice_payments", invoice=invoice_id, status="paid")["data"]:
        intent = acme.get(f"/v1/payment_intents/{payment['payment']['payment_intent']}")
        charge = acme.get(f"/v1/charges/{intent['latest_charge']}")
        return {"payment_method_type": charge["payment_method_details"]["type"]}
    return None


def case_of(acme: Acme, document: dict[str, Any], version: str) -> dict[str, Any]:
    """The document with the side data that a real run would have."""
    today = warsaw_date(datetime.now(UTC))
    related: dict[str, Any] = {
        "tax_rates": {rate["id"]: rate for rate in acme.get("/v1/tax_rates", version=version, limit=100)["data"]}
    }
    filing = {"status": "accepted", "p_1": today.isoformat(), "ksef_number": KSEF_NUMBER}
    if document["kind"] == "credit_note":
        stripe = whole(acme, f"/v1/credit_notes/{document['id']}", version)
        original = whole(acme, f"/v1/invoices/{stripe['invoice']}", version)
        related |= {"original_invoice": original, "original_filing": filing | {"p_2": original["number"]}}
    else:
        stripe = whole(acme, f"/v1/invoices/{document['id']}", version)
        related["payment"] = payment_of(acme, document["id"])
        if document["kind"] == "void":
            related["original_filing"] = filing | {"p_2": stripe["number"]}
    return {
        "seller": SELLER,
        "settings": {"filing_date": today.isoformat(), "fx": {"source": "NBP_A", "rates": rates_until(today)}},
        "related": related,
        "stripe": stripe,
    }


def rates_until(day: date) -> dict[str, dict[str, str]]:
    """A rate for each of the last 60 days; the mapping takes the business day it wants."""
    days = [(day - timedelta(days=back)).isoformat() for back in range(60)]
    return {currency: dict.fromkeys(days, "4.2575") for currency in ("EUR", "USD", "GBP")}


def outcome(acme: Acme, document: dict[str, Any], version: str) -> str:
    return outcome_of(preview(json.dumps(case_of(acme, document, version))))


def outcome_of(found: dict[str, Any]) -> str:
    verdict = VERDICTS[found["verdict"]]
    return verdict if verdict == "filed" else f"{verdict}:{found['reasons'][0]['code']}"


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_scenario_ends_as_it_promises(acme: Acme, name: str) -> None:
    run = acme.control("POST", f"scenarios/{name}")
    documents = run["documents"]

    for version in VERSIONS:
        outcomes = [outcome(acme, document, version) for document in documents]
        assert outcomes == [document["expected"] for document in documents], version

    if run["phases"] == 2:
        document = acme.control("POST", f"runs/{run['run']}/continue")["documents"][-1]
        assert {outcome(acme, document, version) for version in VERSIONS} == {document["expected"]}


def test_generated_documents_can_all_be_filed(acme: Acme) -> None:
    documents = acme.control("POST", "generate", count=100, seed=3)["documents"]

    outcomes = Counter(outcome(acme, document, ENDIVE) for document in documents)

    assert outcomes == {"filed": 100}


@pytest.mark.parametrize("name", sorted(SCENARIOS.keys() - {"thirty_lines"}))
def test_the_same_document_comes_out_of_every_version(acme: Acme, name: str) -> None:
    for document in acme.play(name):
        found = {preview(json.dumps(case_of(acme, document, version)))["xml"] for version in VERSIONS}
        assert len(found) == 1


def test_a_version_without_decimal_quantities_keeps_the_amounts(acme: Acme) -> None:
    (document,) = acme.play("thirty_lines")

    old, new = (preview(json.dumps(case_of(acme, document, version)))["xml"] for version in (CLOVER, ENDIVE))

    def amounts(xml: str) -> list[str]:
        return re.findall(r"<P_(?:11|11Vat|13_1|14_1|15)>[^<]*<", xml)

    assert amounts(old) == amounts(new) != []
