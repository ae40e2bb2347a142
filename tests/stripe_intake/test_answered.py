"""A document held for want of an answer goes on when the register has answered."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from apps.documents.models import MappingSettings
from apps.filings.models import Filing
from apps.reviews.models import Hold
from apps.stripe_intake.answered import ask_registers, refresh_rates
from apps.stripe_intake.errands import look_again
from apps.stripe_intake.work import work
from apps.tenants.context import acting_in
from tests.factories import Company
from tests.registers.conftest import registers  # noqa: F401 a fixture

from .deliveries import deliver, event, make_stripe_connection
from .fake_stripe import FakeStripe
from .stripe_data import sample, tax_rates

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def stripe(settings: Settings) -> Iterator[FakeStripe]:
    settings.STRIPE_REQUESTS_PER_SECOND = 10_000
    settings.REGISTERS_IN_TEST_MODE = True
    fake = FakeStripe()
    fake.add(*tax_rates())
    with fake.serving():
        yield fake


def reverse_charge(**values: Any) -> dict[str, Any]:
    issued = int(NOON.timestamp())
    return sample("invoice_finalized_clover_eur_reverse_charge") | {"effective_at": issued, "created": issued} | values


def hold_of(company: Company) -> Hold:
    with acting_in(company.tenant.id):
        return Hold.objects.latest("opened_at")


@pytest.mark.usefixtures("registers")
def test_a_number_vies_confirms_to_us_releases_the_document(acme: Company, stripe: FakeStripe) -> None:
    with acting_in(acme.tenant.id):
        MappingSettings.objects.create(tenant=acme.tenant, valid_from=date(2026, 1, 1), values={"require_vies": "hold"})
    connection = make_stripe_connection(acme, account_id="")
    stripe.add(reverse_charge())
    deliver(connection, event(data={"object": reverse_charge()}))
    work(clock=lambda: NOON)
    assert (hold_of(acme).state, hold_of(acme).first_code) == ("open", "VIES_UNVERIFIED")

    ask_registers(clock=lambda: NOON + timedelta(minutes=1))

    with acting_in(acme.tenant.id):
        filing = Filing.objects.get()
    assert filing.reason_code != "VIES_UNVERIFIED"
    assert filing.xml_id or filing.reason_code == "no_connection"


def test_a_person_may_have_an_object_read_again(acme: Company, stripe: FakeStripe) -> None:
    connection = make_stripe_connection(acme, account_id="")
    stripe.add(reverse_charge())
    deliver(connection, event(data={"object": reverse_charge()}))
    work(clock=lambda: NOON)
    with acting_in(acme.tenant.id):
        filing = Filing.objects.select_related("document").get()
        stripe.add(reverse_charge(metadata={"ksef_skip": "filed on paper"}))
        look_again(filing.document, at=NOON)

    work(clock=lambda: NOON + timedelta(minutes=1))

    with acting_in(acme.tenant.id):
        filing = Filing.objects.select_related("document").get()
    assert (filing.document.revision, filing.state, filing.reason_code) == (2, "excluded", "EXCLUDED")


@pytest.mark.usefixtures("registers")
def test_a_rate_that_was_published_releases_the_document_at_once(acme: Company, stripe: FakeStripe) -> None:
    connection = make_stripe_connection(acme, account_id="")
    domestic = sample("invoice_finalized_clover_domestic_23") | {
        "currency": "eur", "effective_at": int(NOON.timestamp()), "created": int(NOON.timestamp())
    }  # fmt: skip
    for line in domestic["lines"]["data"]:
        line["currency"] = "eur"
        line["period"] = {"start": int(NOON.timestamp()), "end": int(NOON.timestamp()) + 30 * 86_400}
    stripe.add(domestic)
    deliver(connection, event(data={"object": domestic}))
    work(clock=lambda: NOON)
    assert hold_of(acme).first_code == "FX_RATE_MISSING"

    refresh_rates(at=NOON + timedelta(minutes=1))

    with acting_in(acme.tenant.id):
        assert Filing.objects.get().reason_code == "no_connection"
