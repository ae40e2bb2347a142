"""What closing and exporting an account do outside: our endpoint at Stripe over HTTP, documents KSeF really took."""

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.archive.closure import WAIT, ask_closure, carry_out
from apps.archive.export import write_export
from apps.archive.models import AccountClosure
from apps.audit.models import AuditEntry
from apps.connections.models import StripeConnection
from apps.connections.stripe import connect_stripe
from apps.filings.states import State
from apps.tenants.context import acting_in
from tests.factories import Company
from tests.filings.conftest import house, ksef
from tests.filings.house import SECOND, House
from tests.stripe_simulator.conftest import KEY, Acme, Start, start

__all__ = ["house", "ksef", "start"]  # fixtures of the engine's and the stand-in's own tests

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def account(acme: Company, start: Start, settings: Any) -> Acme:
    """Acme's Stripe account with the endpoint we made in it."""
    simulator = start()
    settings.STRIPE_API_BASE = simulator.url
    settings.PUBLIC_URL = "https://kit.example.pl"
    connected = connect_stripe(acme.tenant, KEY, by=acme.people["ola"], at=NOW)
    assert connected.has_endpoint
    return simulator


def endpoints(account: Acme) -> list[str]:
    return [endpoint["url"] for endpoint in account.get("/v1/webhook_endpoints")["data"]]


def ask(company: Company) -> None:
    with acting_in(company.tenant.id):
        ask_closure(company.tenant, typed_nip=company.tenant.nip, by=company.people["ola"], at=NOW)


@pytest.mark.parametrize("is_gone", [False, True], ids=["Ola is there", "Ola is gone"])
def test_our_endpoint_at_stripe_is_deleted_whoever_asked(acme: Company, account: Acme, is_gone: bool) -> None:
    account.client().v1.webhook_endpoints.create({"url": "https://other.example.pl/", "enabled_events": ["*"]})
    assert len(endpoints(account)) == 2
    ask(acme)
    if is_gone:
        with acting_in(acme.tenant.id):
            AccountClosure.objects.update(asked_by=None)

    assert carry_out(acme.tenant.id, at=NOW + WAIT)

    assert endpoints(account) == ["https://other.example.pl/"], "what is not ours stays"
    with acting_in(acme.tenant.id):
        row = StripeConnection.objects.get()
        assert (row.status, row.stripe_endpoint_id, row.api_key_sealed) == ("disconnected", "", None)
        entry = AuditEntry.objects.get(event="stripe.disconnected")
    assert entry.actor == ("system" if is_gone else f"user:{acme.people['ola'].id}")


def test_while_stripe_is_away_the_account_is_closed_all_the_same(acme: Company, account: Acme) -> None:
    ask(acme)
    account.server.stop()

    assert carry_out(acme.tenant.id, at=NOW + WAIT)

    with acting_in(acme.tenant.id):
        row = StripeConnection.objects.get()
        assert (row.status, row.api_key_sealed, row.webhook_secret_sealed) == ("disconnected", None, None)


def test_the_export_holds_source_xml_and_receipt_of_what_ksef_took(house: House) -> None:
    filing = house.invoice("FV-1")
    house.work()
    house.work(3 * SECOND)
    assert house.state(filing) == State.RECEIPTED
    file = io.BytesIO()

    with acting_in(house.tenant_id):
        write_export(house.tenant_id, file, at=NOW)

    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        found = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
    filed = house.read(filing)
    assert set(found) == {
        "source.json", "side-data.json", "invoice.xml", "upo.xml", "documents.csv", "audit.csv", "manifest.json"
    }  # fmt: skip
    assert filed.ksef_number.encode() in found["upo.xml"]
    assert filed.ksef_number.encode() in found["documents.csv"]
    assert b"FV-1" in found["invoice.xml"]
    assert json.loads(found["source.json"])["number"] == "FV-1"
    assert b"filing.receipted" in found["audit.csv"]
    assert manifest["audit_head"]["intact"]
    assert len(manifest["sha256"]) == len(found) - 1, "the manifest has the hash of everything but itself"
