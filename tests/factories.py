"""Plain functions that make legal rows. The cast: Acme with Ola (owner) and Jan (viewer); Globex with Ewa."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from apps.connections.models import StripeConnection
from apps.documents.models import SourceDocument
from apps.filings.models import Filing
from apps.filings.states import State
from apps.tenants.context import acting_in
from apps.tenants.models import CompanyProfile, Membership, Tenant, User
from apps.tenants.roles import Role

ACME_NIP = "5265877635"
GLOBEX_NIP = "5252344078"


@dataclass(frozen=True)
class Company:
    """A tenant with its people, by first name."""

    tenant: Tenant
    people: dict[str, User]


def make_user(name: str) -> User:
    user = User.objects.create_user(f"{name}@example.pl", "correct horse battery staple")
    user.save()
    return user


def make_tenant(name: str, nip: str, people: dict[str, Role]) -> Company:
    tenant_id = uuid.uuid4()
    users = {person: make_user(person) for person in people}
    with acting_in(tenant_id):
        tenant = Tenant.objects.create(id=tenant_id, name=name, nip=nip)
        CompanyProfile.objects.create(
            tenant=tenant,
            valid_from=date(2026, 1, 1),
            name=name,
            address_l1="ul. Polna 1",
            address_l2="00-001 Warszawa",
        )
        for person, role in people.items():
            Membership.objects.create(tenant=tenant, user=users[person], role=role)
    return Company(tenant=tenant, people=users)


def make_acme() -> Company:
    return make_tenant("Acme sp. z o.o.", ACME_NIP, {"ola": Role.OWNER, "jan": Role.VIEWER})


def make_globex() -> Company:
    return make_tenant("Globex S.A.", GLOBEX_NIP, {"ewa": Role.OWNER})


def make_stripe_connection(company: Company) -> StripeConnection:
    """A connected test account of the company. Runs inside acting_in."""
    return StripeConnection.objects.create(
        tenant=company.tenant, account_id=f"acct_{company.tenant.nip}", livemode=False, api_version="2026-10-28.endive"
    )


def make_document(connection: StripeConnection, *, number: str = "FV-1", stripe_id: str = "") -> SourceDocument:
    """A captured invoice; its payload is only as full as pages need. Runs inside acting_in."""
    payload = json.dumps({"id": stripe_id or f"in_{number}", "object": "invoice", "number": number}).encode()
    return SourceDocument.objects.create(
        tenant_id=connection.tenant_id,
        connection=connection,
        kind=SourceDocument.Kind.INVOICE,
        stripe_id=stripe_id or f"in_{number}",
        number=number,
        buyer_name="Zażółć sp. z o.o.",
        currency="PLN",
        total_minor=12300,
        stripe_status="open",
        livemode=False,
        api_version="2026-10-28.endive",
        payload=payload,
        side_data=b"{}",
        sha256=hashlib.sha256(payload + b"{}").digest(),
        issued_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
    )


def make_filing(document: SourceDocument, *, state: State = State.READY, **columns: Any) -> Filing:
    """A filing in a state that needs no bytes. Runs inside acting_in."""
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    return Filing.objects.create(
        tenant_id=document.tenant_id,
        document=document,
        kind=document.kind,
        stripe_id=document.stripe_id,
        number=document.number,
        buyer_name=document.buyer_name,
        currency=document.currency,
        total_minor=document.total_minor,
        issued_at=document.issued_at,
        chain=document.stripe_id,
        state=state,
        state_since=now,
        opened_at=columns.pop("opened_at", now),
        **columns,
    )
