"""Many at the door and several at work, all at once: each event once, each document once, no refusal."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from django.db import connections
from pytest_django import Settings

from apps.audit.record import lock_chain
from apps.connections.models import StripeConnection
from apps.connections.stripe import disconnect_stripe, enter_signing_secret
from apps.documents.models import SourceDocument
from apps.filings.models import Filing
from apps.stripe_intake.models import StripeErrand, StripeEvent
from apps.stripe_intake.work import work
from apps.tenants.context import acting_in
from tests.factories import Company, make_acme, make_globex

from .deliveries import SECRET, event, make_stripe_connection, sign
from .fake_stripe import FakeStripe
from .stripe_data import customer, domestic_invoice, tax_rates

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def stripe(settings: Settings) -> Iterator[FakeStripe]:
    settings.STRIPE_REQUESTS_PER_SECOND = 10_000
    fake = FakeStripe()
    fake.add(*tax_rates(), customer("cus_cn8hNsnDk8K5Yv"))
    with fake.serving():
        yield fake


def post(base: str, connection: StripeConnection, told: dict[str, Any], secret: str = SECRET) -> int:
    body = json.dumps(told).encode()
    headers = {"Stripe-Signature": sign(body, secret=secret), "Content-Type": "application/json"}
    return requests.post(
        f"{base}/hooks/stripe/{connection.endpoint_key}/", data=body, headers=headers, timeout=30
    ).status_code


def at_once(calls: list[Any]) -> list[Any]:
    """Run them on all threads and give back each thread's database connection."""

    def run(call: Any) -> Any:
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, calls))


def test_a_storm_of_copies_from_all_sides_is_stored_once_each(live_server: Any) -> None:
    acme = make_acme()
    connection = make_stripe_connection(acme)
    events = [event(id=f"evt_{number:03}") for number in range(40)]
    storm = events * 5
    random.Random(5).shuffle(storm)

    answers = at_once([lambda told=told: post(live_server.url, connection, told) for told in storm])

    assert Counter(answers) == {200: 200}
    with acting_in(acme.tenant.id):
        assert StripeEvent.objects.count() == 40


def test_several_workers_at_once_capture_and_open_each_document_once(stripe: FakeStripe) -> None:
    companies = make_acme(), make_globex()
    rows = [make_stripe_connection(company, account_id="") for company in companies]
    for number in range(60):
        stripe.add(domestic_invoice(id=f"in_{number:03}", number=f"FVS-{number:03}"))
    for company, connection in zip(companies, rows, strict=True):
        store(company, connection, [f"in_{number:03}" for number in range(60)] * 2)

    at_once([lambda: work(clock=lambda: datetime.now(tz=UTC)) for _ in range(4)])
    work(clock=lambda: datetime.now(tz=UTC))

    for company in companies:
        with acting_in(company.tenant.id):
            assert SourceDocument.objects.count() == 60
            assert set(SourceDocument.objects.values_list("revision", flat=True)) == {1}
            assert Filing.objects.count() == 60
            assert set(StripeErrand.objects.values_list("state", flat=True)) == {"done"}


def store(company: Company, connection: StripeConnection, stripe_ids: list[str]) -> None:
    with acting_in(company.tenant.id):
        StripeEvent.objects.bulk_create(
            StripeEvent(
                tenant=company.tenant,
                connection=connection,
                event_id=f"evt_{place}",
                type="invoice.finalized",
                object_id=stripe_id,
                livemode=False,
                body=json.dumps(event(data={"object": {"id": stripe_id}})).encode(),
            )
            for place, stripe_id in enumerate(stripe_ids)
        )


@pytest.mark.parametrize("change", ["secret", "disconnect"])
def test_a_person_and_a_worker_never_wait_for_each_other_in_a_circle(stripe: FakeStripe, change: str) -> None:
    company = make_acme()
    connection = make_stripe_connection(company, stripe_endpoint_id="")  # nothing to say to Stripe before
    locked = threading.Event()

    def worker() -> None:
        with acting_in(company.tenant.id):
            lock_chain(company.tenant.id)
            locked.set()
            time.sleep(0.5)  # meanwhile the person has gone as far as they can
            StripeConnection.objects.filter(id=connection.id).update(last_event_at=NOON)

    def person() -> None:
        locked.wait(10)
        if change == "secret":
            enter_signing_secret(connection, "whsec_pasted_by_hand_0123", by=company.people["ola"], at=NOON)
        else:
            disconnect_stripe(connection, by=company.people["ola"], at=NOON)

    at_once([worker, person])

    with acting_in(company.tenant.id):
        assert StripeConnection.objects.get().last_event_at == NOON
