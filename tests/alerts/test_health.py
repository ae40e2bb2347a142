"""What a monitor sees: that the process answers, that the database is there, and that due work is done by somebody."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from pytest_django import Settings

from apps.alerts import health
from apps.alerts.health import LIVE, READY, STANDSTILL, WORK, overdue
from apps.connections.models import KsefConnection
from apps.filings.lanes import lane_of
from apps.filings.models import Lane
from apps.stripe_intake.models import StripeEvent, StripeFeed
from apps.tenants.context import acting_in
from tests.factories import Company, make_stripe_connection

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def make_lane(company: Company, **columns: object) -> None:
    with acting_in(company.tenant.id):
        connection = KsefConnection.objects.create(
            tenant=company.tenant, environment="test", context_nip=company.tenant.nip, is_active=True
        )
        Lane.objects.filter(pk=lane_of(connection).pk).update(**columns)


def make_event(company: Company, *, received_at: datetime) -> None:
    with acting_in(company.tenant.id):
        StripeEvent.objects.create(
            tenant=company.tenant,
            connection=make_stripe_connection(company),
            event_id="evt_1",
            type="invoice.finalized",
            livemode=False,
            body=b"{}",
            received_at=received_at,
        )


def test_nothing_due_is_nothing_late(acme: Company) -> None:
    make_lane(acme, next_action_at=NOW + MINUTE)

    assert overdue(at=NOW) == timedelta(0)


def test_the_longest_wait_of_all_companies_counts(acme: Company, globex: Company) -> None:
    make_lane(acme, next_action_at=NOW - 2 * MINUTE)
    make_event(globex, received_at=NOW - 5 * MINUTE)

    assert overdue(at=NOW) == 5 * MINUTE


def test_what_a_worker_holds_is_not_late(acme: Company) -> None:
    make_lane(acme, next_action_at=NOW - 30 * MINUTE, lease_until=NOW + MINUTE)

    assert overdue(at=NOW) == timedelta(0)


def test_what_a_dead_worker_held_is_late_from_the_end_of_its_lease(acme: Company) -> None:
    make_lane(acme, next_action_at=NOW - 30 * MINUTE, lease_until=NOW - 3 * MINUTE)

    assert overdue(at=NOW) == 3 * MINUTE


def test_a_pause_that_stripe_asked_for_is_not_late(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        feed = {"next_action_at": NOW - 20 * MINUTE, "paused_until": NOW + MINUTE}
        StripeFeed.objects.create(tenant=acme.tenant, connection=make_stripe_connection(acme), **feed)

    assert overdue(at=NOW) == timedelta(0)


@pytest.mark.django_db
def test_a_monitor_is_told_of_a_standstill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "overdue", lambda at: STANDSTILL + timedelta(seconds=1))

    answer = Client().get(WORK)

    assert (answer.status_code, answer.json()) == (503, {"database": "there", "overdue_seconds": 601})
    assert Client().get(READY).status_code == 200  # the web itself works: no reason to restart it


@pytest.mark.django_db
def test_a_probe_needs_no_host_name_and_is_sent_nowhere_else(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["ksef.example.com"]
    settings.SECURE_SSL_REDIRECT = True

    answers = [Client().get(path, headers={"host": "10.0.0.7:8000"}) for path in (LIVE, READY, WORK)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert all(answer.headers["Cache-Control"] == "no-store" for answer in answers)


def test_without_a_database_the_process_lives_but_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(at: datetime) -> timedelta:
        raise DatabaseError("no route to the server at db.internal")

    monkeypatch.setattr(health, "overdue", away)

    answer = Client().get(READY)

    assert Client().get(LIVE).status_code == 200
    assert (answer.status_code, answer.json()) == (503, {"database": "away"})
