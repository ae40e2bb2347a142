"""What a person sees of the intake, and the button that tries again."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from apps.connections.models import StripeConnection
from apps.documents.models import SourceDocument
from apps.stripe_intake.queries import Standing, standing_of, try_again
from apps.stripe_intake.work import work
from apps.tenants.context import acting_in
from tests.factories import Company

from .deliveries import deliver, event, make_stripe_connection
from .fake_stripe import FakeStripe
from .stripe_data import domestic_invoice, tax_rates

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def connection(acme: Company) -> StripeConnection:
    return make_stripe_connection(acme)


def seen(connection: StripeConnection) -> Standing:
    with acting_in(connection.tenant_id):
        return standing_of(connection.tenant_id, connection.id)


def test_a_quiet_connection_shows_nothing(connection: StripeConnection) -> None:
    assert seen(connection) == Standing(0, [], [], None, "", 0)


def test_what_was_refused_or_failed_is_shown_and_can_be_tried_again(
    acme: Company, connection: StripeConnection, settings: Settings
) -> None:
    settings.STRIPE_REQUESTS_PER_SECOND = 10_000
    fake = FakeStripe()
    fake.add(*tax_rates())
    deliver(connection, event(livemode=True))
    deliver(connection, event(data={"object": {"id": "in_1"}}))
    with fake.serving():
        work(clock=lambda: NOON)
        (stuck,) = seen(connection).stuck
        assert (stuck.subject, stuck.state) == ("in_1", "failed")
        assert [refused.state_reason for refused in seen(connection).refused] == [
            "The event is from live mode, the connection is not."
        ]

        fake.add(domestic_invoice(id="in_1"))
        with acting_in(acme.tenant.id):
            try_again(stuck, by=acme.people["ola"], at=NOON)
        assert seen(connection).waiting == 1
        work(clock=lambda: NOON + timedelta(minutes=1))

    assert seen(connection).stuck == []
    with acting_in(acme.tenant.id):
        assert SourceDocument.objects.get().stripe_id == "in_1"
