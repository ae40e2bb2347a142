"""Tenants with documents as Stripe would have sent them, captured in bulk for a measurement."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random
from typing import Any

from apps.connections.models import KsefConnection, StripeConnection
from apps.connections.secrets import seal_into
from apps.documents.canonical import canonical
from apps.documents.models import SourceDocument
from apps.filings.models import Filing
from apps.filings.open import open_filings
from apps.tenants.context import acting_in
from apps.tenants.models import CompanyProfile, Tenant
from bench.companies import token_of

BLOCK = 500
RATE: dict[str, Any] = {"id": "txr_23", "country": "PL", "percentage": 23.0, "inclusive": False, "metadata": {}}
SIDE = canonical({"tax_rates": {"txr_23": RATE}, "customer": {}, "tax_ids": None, "products": {}, "payment": {}})
WORDS = (
    "plan",
    "stanowisko",
    "pakiet",
    "transfer",
    "wsparcie",
    "moduł",
    "raport",
    "licencja",
    "konto",
    "szkolenie",
    "audyt",
)


@dataclass(frozen=True, slots=True)
class Seller:
    """A tenant of the measurement."""

    tenant_id: uuid.UUID
    nip: str
    stripe_id: uuid.UUID


def make_seller(nip: str, ksef_url: str) -> Seller:
    """A company with a profile, a Stripe account and KSeF."""
    tenant_id = uuid.uuid4()
    with acting_in(tenant_id):
        tenant = Tenant.objects.create(id=tenant_id, name=f"Firma {nip}", nip=nip)
        CompanyProfile.objects.create(
            tenant=tenant, valid_from=date(2026, 1, 1), name=f"Firma {nip}", address_l1="ul. Polna 1", address_l2="Łódź"
        )
        stripe = StripeConnection.objects.create(
            tenant=tenant, account_id=f"acct_{nip}", livemode=False, api_version="2026-10-28.endive"
        )
        connection = KsefConnection(
            tenant=tenant,
            environment=KsefConnection.Environment.LOCAL,
            base_url=ksef_url,
            context_nip=nip,
            is_active=True,
        )
        seal_into(connection, token=token_of(nip))
        connection.save()
    return Seller(tenant_id, nip, stripe.pk)


def capture(seller: Seller, count: int, *, prefix: str = "FV", seed: int = 1) -> list[uuid.UUID]:
    """Captured invoices of several rows each; nothing is filed yet."""
    random, now, ids = Random(seed), datetime.now(UTC), []  # noqa: S311 made-up content
    for start in range(0, count, BLOCK):
        rows = [
            _document(seller, f"{prefix}-{place}", random, now) for place in range(start, min(start + BLOCK, count))
        ]
        with acting_in(seller.tenant_id):
            SourceDocument.objects.bulk_create(rows)
        ids += [row.pk for row in rows]
    return ids


def open_all(seller: Seller, ids: Sequence[uuid.UUID]) -> None:
    """Open the filings of captured documents, in blocks."""
    for start in range(0, len(ids), BLOCK):
        with acting_in(seller.tenant_id):
            documents = list(SourceDocument.objects.filter(pk__in=ids[start : start + BLOCK]))
            open_filings(documents, at=datetime.now(UTC))


def states(seller: Seller) -> dict[str, int]:
    """How many filings are in each state."""
    from django.db.models import Count

    with acting_in(seller.tenant_id):
        rows = Filing.objects.filter(tenant_id=seller.tenant_id).order_by().values_list("state").annotate(Count("pk"))
        return dict(rows)


def _document(seller: Seller, number: str, random: Random, now: datetime) -> SourceDocument:
    content = invoice(number, random, now)
    payload = canonical(content)
    return SourceDocument(
        tenant_id=seller.tenant_id,
        connection_id=seller.stripe_id,
        kind=SourceDocument.Kind.INVOICE,
        stripe_id=content["id"],
        number=number,
        buyer_name=content["customer_name"],
        currency="PLN",
        total_minor=content["total"],
        stripe_status="open",
        livemode=False,
        api_version="2026-10-28.endive",
        payload=payload,
        side_data=SIDE,
        sha256=hashlib.sha256(payload + SIDE).digest(),
        fingerprint=hashlib.sha256(payload).digest(),
        issued_at=now,
        captured_at=now,
    )


def invoice(number: str, random: Random, now: datetime) -> dict[str, Any]:
    """A Polish invoice of two to five rows, in Stripe's form."""
    moment, invoice_id = int(now.timestamp()), f"in_{number}"
    lines = [_line(invoice_id, place, moment, random) for place in range(random.randint(2, 5))]
    net = sum(line["amount"] for line in lines)
    tax = sum(line["taxes"][0]["amount"] for line in lines)
    return {
        "id": invoice_id,
        "object": "invoice",
        "account_country": "PL",
        "created": moment,
        "currency": "pln",
        "customer": "cus_1",
        "customer_address": {"city": "Wrocław", "country": "PL", "line1": "ul. Próbna 12/4", "postal_code": "50-101"},
        "customer_name": f"{random.choice(WORDS).title()} {random.choice(WORDS)} sp. z o.o.",
        "customer_tax_exempt": "none",
        "customer_tax_ids": [{"type": "pl_nip", "value": "1111111111"}],
        "amount_due": net + tax,
        "amount_paid": 0,
        "amount_remaining": net + tax,
        "discounts": [],
        "effective_at": moment,
        "issuer": {"type": "self"},
        "lines": {"object": "list", "data": lines, "has_more": False},
        "livemode": False,
        "metadata": {},
        "number": number,
        "shipping_cost": None,
        "starting_balance": 0,
        "status": "open",
        "status_transitions": {"finalized_at": moment},
        "subtotal": net,
        "subtotal_excluding_tax": net,
        "total": net + tax,
        "total_discount_amounts": [],
        "total_excluding_tax": net,
        "total_pretax_credit_amounts": [],
        "total_taxes": [_tax(net, tax)],
    }


def _line(invoice_id: str, place: int, moment: int, random: Random) -> dict[str, Any]:
    quantity, price = random.randint(1, 9), random.randint(10, 9_999)
    net = quantity * price
    return {
        "id": f"il_{invoice_id}_{place}",
        "object": "line_item",
        "amount": net,
        "currency": "pln",
        "description": f"{random.choice(WORDS).title()} {random.choice(WORDS)} {random.choice(WORDS)}",
        "discount_amounts": [],
        "discounts": [],
        "invoice": invoice_id,
        "metadata": {},
        "parent": {"type": "invoice_item_details", "invoice_item_details": {"proration": False}},
        "period": {"start": moment, "end": moment},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": "price_1", "product": "prod_1"},
            "type": "price_details",
            "unit_amount_decimal": str(price),
        },
        "quantity": quantity,
        "taxes": [_tax(net, (net * 23 + 50) // 100)],
    }


def _tax(net: int, tax: int) -> dict[str, Any]:
    return {
        "amount": tax,
        "tax_behavior": "exclusive",
        "tax_rate_details": {"tax_rate": "txr_23"},
        "taxability_reason": "standard_rated",
        "taxable_amount": net,
        "type": "tax_rate_details",
    }
