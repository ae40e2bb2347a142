"""The whole intake against the Stripe simulator in its own process: connect, be told, read, capture."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_django import Settings

from apps.connections.stripe import connect_stripe, disconnect_stripe, rotate_signing_secret
from apps.documents.models import SourceDocument
from apps.filings.models import Filing
from apps.stripe_intake.models import StripeErrand, StripeEvent
from apps.stripe_intake.work import work
from apps.tenants.context import acting_in
from tests.factories import Company, make_acme

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "rk_test_51SSimulatorKeyForTests01"
FOREIGN = {"BEFORE_KSEF_START", "INTERNAL_ERROR"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def simulator(settings: Settings) -> Iterator[str]:
    command = [sys.executable, "-m", "apps.stripe_simulator", "--port", "0", "--key", KEY]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    address = process.stdout.readline().split()[-1]
    settings.STRIPE_API_BASE = address
    settings.STRIPE_REQUESTS_PER_SECOND = 1_000
    yield address
    process.terminate()
    process.wait()
    process.stdout.close()


@pytest.fixture
def company(simulator: str, live_server: Any, settings: Settings) -> Company:
    """Acme, connected: the simulator delivers to the real web."""
    settings.PUBLIC_URL = live_server.url
    acme = make_acme()
    connect_stripe(acme.tenant, KEY, by=acme.people["ola"], at=datetime.now(tz=UTC))
    work(clock=lambda: datetime.now(tz=UTC))  # the first looks find nothing; from here on there are deliveries
    return acme


def generate(simulator: str, count: int) -> None:
    answer = requests.post(f"{simulator}/control/generate", json={"count": count, "seed": 1}, timeout=60)
    answer.raise_for_status()


def settle(company: Company, documents: int) -> None:
    """Work on what was delivered until so many documents are there."""
    until = datetime.now(tz=UTC) + timedelta(seconds=60)
    while datetime.now(tz=UTC) < until:
        work(clock=lambda: datetime.now(tz=UTC))
        with acting_in(company.tenant.id):
            if SourceDocument.objects.values("stripe_id").distinct().count() >= documents:
                return
    raise AssertionError("the documents did not come")


def test_what_is_finalised_in_stripe_arrives_as_documents(company: Company, simulator: str) -> None:
    generate(simulator, 40)

    settle(company, 40)

    with acting_in(company.tenant.id):
        codes = Counter(Filing.objects.values_list("reason_code", flat=True))
        assert not FOREIGN & set(codes), codes
        assert Filing.objects.count() == 40
        assert set(StripeEvent.objects.values_list("source", flat=True)) == {"webhook"}
        assert not StripeErrand.objects.filter(state="failed").exists()


def test_after_a_rotation_deliveries_are_signed_with_the_new_secret(company: Company, simulator: str) -> None:
    with acting_in(company.tenant.id):
        connection = company.tenant.stripe_connections.get()
    rotate_signing_secret(connection, by=company.people["ola"], at=datetime.now(tz=UTC))

    generate(simulator, 3)

    settle(company, 3)


def test_after_disconnecting_stripe_has_no_endpoint_of_ours(company: Company, simulator: str) -> None:
    with acting_in(company.tenant.id):
        connection = company.tenant.stripe_connections.get()

    disconnect_stripe(connection, by=company.people["ola"], at=datetime.now(tz=UTC))

    listed = requests.get(f"{simulator}/v1/webhook_endpoints", headers={"Authorization": f"Bearer {KEY}"}, timeout=10)
    assert listed.json()["data"] == []
