"""From stored Stripe JSON to bytes ready to send, per second on one core: `python -m bench.mapping`.

Parsed, mapped, written, validated against the XSD, encrypted with AES-256-CBC, and hashed before and after. With
BENCH_KSEF2_PYTHON or BENCH_KSEF_CLIENT_PYTHON set, those SDKs build the same ten lines in the same run: only the part
from typed values to validated XML, so the ratio is in their favour.
"""

import hashlib
import json
import os
import platform
import subprocess
import sys
from decimal import Decimal
from functools import partial
from typing import Any

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from apps.documents.mapping.case import Case, read_case
from apps.documents.mapping.map import map_document
from apps.documents.mapping.outcome import File
from bench.fa3 import measure

TARGET = 1500
COMPARED_LINES = 10  # as the fixture of the SDKs
ISSUED_AT = 1_791_194_400  # 5 October 2026, noon in Warsaw
RATE = "txr_PL23"
_KEY, _IV = bytes(range(32)), bytes(range(16))


def stripe_invoice(serial: int, lines: int) -> dict[str, Any]:
    """An invoice as the API returns it, with the rows of the fixture all builders are compared on."""
    rows = [_line(serial, place) for place in range(1, lines + 1)]
    net = sum(row["amount"] for row in rows)
    tax = sum(row["taxes"][0]["amount"] for row in rows)
    return {
        "id": f"in_bench{serial}",
        "object": "invoice",
        "amount_due": net + tax,
        "amount_paid": net + tax,
        "amount_remaining": 0,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "billing_reason": "subscription_cycle",
        "collection_method": "charge_automatically",
        "created": ISSUED_AT - 3600,
        "currency": "pln",
        "custom_fields": None,
        "customer": f"cus_bench{serial}",
        "customer_address": {
            "city": "Warszawa",
            "country": "PL",
            "line1": "ul. Długa 2",
            "line2": None,
            "postal_code": "00-002",
            "state": None,
        },
        "customer_email": "faktury@nabywca.example",
        "customer_name": "Nabywca S.A.",
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [{"type": "pl_nip", "value": "5252344078"}],
        "default_tax_rates": [],
        "discounts": [],
        "due_date": None,
        "effective_at": ISSUED_AT,
        "ending_balance": 0,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": "https://invoice.stripe.com/i/acct_bench/test_bench?s=ap",
        "issuer": {"type": "self"},
        "lines": {"object": "list", "data": rows, "has_more": False, "url": f"/v1/invoices/in_bench{serial}/lines"},
        "livemode": False,
        "metadata": {},
        "number": f"FV/2026/10/{serial}",
        "on_behalf_of": None,
        "parent": {
            "quote_details": None,
            "subscription_details": {"subscription": "sub_bench"},
            "type": "subscription_details",
        },
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "status": "paid",
        "status_transitions": {"finalized_at": ISSUED_AT, "paid_at": ISSUED_AT + 60, "voided_at": None},
        "subtotal": net,
        "total": net + tax,
        "total_discount_amounts": [],
        "total_excluding_tax": net,
        "total_pretax_credit_amounts": [],
        "total_taxes": [_tax(tax, net)],
    }


def _line(serial: int, place: int) -> dict[str, Any]:
    amount = 4990 * place
    details = {"invoice_item": None, "proration": False, "proration_details": {"credited_items": None}}
    return {
        "id": f"il_bench{serial}x{place}",
        "object": "line_item",
        "amount": amount,
        "currency": "pln",
        "description": f"Subskrypcja plan Pro, stanowisko {place}",
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "livemode": False,
        "metadata": {},
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {**details, "subscription": "sub_bench", "subscription_item": f"si_{place}"},
            "type": "subscription_item_details",
        },
        "period": {"start": ISSUED_AT, "end": ISSUED_AT + 31 * 86400},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": "price_bench", "product": "prod_bench"},
            "type": "price_details",
            "unit_amount_decimal": "4990",
        },
        "quantity": place,
        "quantity_decimal": str(place),
        "subscription": "sub_bench",
        "subtotal": amount,
        "taxes": [_tax((amount * 23 + 50) // 100, amount)],
    }


def _tax(amount: int, base: int) -> dict[str, Any]:
    return {
        "amount": amount,
        "tax_behavior": "exclusive",
        "tax_rate_details": {"tax_rate": RATE},
        "taxability_reason": "not_available",
        "taxable_amount": base,
        "type": "tax_rate_details",
    }


def around() -> Case:
    """Seller, settings and side data, read once as a worker reads them for many documents."""
    rate = {
        "id": RATE,
        "country": "PL",
        "percentage": 23.0,
        "effective_percentage": None,
        "inclusive": False,
        "metadata": {},
    }
    data = {
        "seller": {
            "nip": "5265877635",
            "name": "Sprzedawca sp. z o.o.",
            "address_l1": "ul. Prosta 1",
            "address_l2": "00-001 Warszawa",
        },
        "settings": {"filing_date": "2026-10-05"},
        "related": {"tax_rates": {RATE: rate}, "payment": {"payment_method_type": "card"}},
        "stripe": {"object": "invoice"},
    }
    return read_case(json.dumps(data))


def prepare(stored: list[bytes], case: Case, serial: int) -> tuple[bytes, bytes, bytes]:
    """Encrypted bytes and both hashes; anything but a document stops the bench."""
    content = json.loads(stored[serial % len(stored)], parse_float=Decimal)
    mapped = map_document(content, case.related, case.seller, case.settings, case.filing_date)
    if not isinstance(mapped, File):
        raise RuntimeError(str(mapped.reasons))
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(_KEY), modes.CBC(_IV)).encryptor()
    encrypted = encryptor.update(padder.update(mapped.xml) + padder.finalize()) + encryptor.finalize()
    return encrypted, hashlib.sha256(mapped.xml).digest(), hashlib.sha256(encrypted).digest()


# Programs for an environment of their own; each prints microseconds of processor time for one ten-line invoice,
# built, written and checked against the XSD as that SDK ships it.
_PEER_TIMER = """
import time
build(0)
times = []
for run in range(5):
    started = time.process_time()
    for serial in range(20):
        build(serial)
    times.append((time.process_time() - started) / 20 * 1e6)
print(sorted(times)[2])
"""
_KSEF2 = """
from datetime import date
from decimal import Decimal
from ksef2.fa3 import InvoiceBuilder, VatRate

def build(serial):
    rows = (
        InvoiceBuilder().header(system_info="bench")
        .seller(name="Sprzedawca sp. z o.o.", tax_id="5265877635", country_code="PL",
                address_line_1="ul. Prosta 1", address_line_2="00-001 Warszawa")
        .buyer(name="Nabywca S.A.", tax_id="5252344078", country_code="PL",
               address_line_1="ul. Długa 2", address_line_2="00-002 Warszawa")
        .standard().issue_place("Warszawa").issue_date(date(2026, 10, 5)).invoice_number(f"FV/2026/10/{serial}").rows()
    )
    for place in range(1, 11):
        rows = rows.add_line(name=f"Subskrypcja plan Pro, stanowisko {place}", unit_of_measure="szt",
                             quantity=Decimal(place), unit_price_net=Decimal("49.90"), vat_rate=VatRate.VAT_23)
    return rows.done().done().to_xml().encode()
"""
_KSEF_CLIENT = """
from datetime import date
from decimal import Decimal
from ksef_client.documents.fa3.builders import BasicInvoiceBuilder
from ksef_client.documents.fa3.domain import Address, InvoiceParty, TaxCategory

def party(nip, name, line1, line2):
    return InvoiceParty.polish_company(nip=nip, name=name, address=Address(line1=line1, line2=line2))

def build(serial):
    builder = (
        BasicInvoiceBuilder(invoice_number=f"FV/2026/10/{serial}").issued_on(date(2026, 10, 5)).issue_place("Warszawa")
        .seller(party("5265877635", "Sprzedawca sp. z o.o.", "ul. Prosta 1", "00-001 Warszawa"))
        .buyer(party("5252344078", "Nabywca S.A.", "ul. Długa 2", "00-002 Warszawa"))
    )
    for place in range(1, 11):
        builder = builder.add_line(f"Subskrypcja plan Pro, stanowisko {place}", quantity=Decimal(place),
                                   unit_net_price=Decimal("49.90"), tax=TaxCategory.standard_23(), unit="szt")
    return builder.build().to_xml(xsd_validate=True)
"""
# An environment with the SDK is named by its interpreter; ksef2 needs Python 3.12 or newer.
PEERS = {"ksef2": ("BENCH_KSEF2_PYTHON", _KSEF2), "ksef-client": ("BENCH_KSEF_CLIENT_PYTHON", _KSEF_CLIENT)}


def peer_microseconds(interpreter: str, program: str) -> float:
    """What the SDK needs for one invoice, measured in this run on this core."""
    command = [interpreter, "-c", program + _PEER_TIMER]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=600)  # noqa: S603  # our program
    return float(done.stdout)


def report(lines: int, case: Case) -> dict[str, object]:
    """The figures for invoices of so many lines."""
    stored = [json.dumps(stripe_invoice(serial, lines), ensure_ascii=False).encode() for serial in range(500)]
    wall, cpu = measure(partial(prepare, stored, case))
    found: dict[str, object] = {
        "bench": "stripe_json_to_ready",
        "lines": lines,
        "per_second": round(1e6 / wall),
        "target": TARGET,
        "per_cpu_second": round(1e6 / cpu),  # what another job on the core takes away does not count here
        "microseconds": round(wall, 1),
        "json_bytes": len(stored[0]),
        "python": platform.python_version(),
    }
    for name, (variable, program) in PEERS.items() if lines == COMPARED_LINES else ():
        if interpreter := os.environ.get(variable):
            peer = peer_microseconds(interpreter, program)
            found[f"{name} microseconds"] = round(peer, 1)
            found[f"times faster than {name}"] = round(peer / cpu, 1)
    return found


def main() -> int:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    case = around()
    for lines in (3, COMPARED_LINES):
        sys.stdout.write(json.dumps(report(lines, case)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
