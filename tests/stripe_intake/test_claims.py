"""However the work on a connection ends, the connection is free again at the next chance, not after a whole lease."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connections
from django.db import connection as database
from pytest_django import Settings

from apps.documents.models import SourceDocument
from apps.stripe_intake.models import StripeFeed
from apps.stripe_intake.route import route_events
from apps.stripe_intake.work import work
from apps.tenants.context import acting_in
from tests.factories import Company, make_acme

from .deliveries import deliver, event, make_stripe_connection
from .fake_stripe import FakeStripe
from .stripe_data import customer, domestic_invoice, tax_rates

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOON = NOON + timedelta(seconds=3)  # far less than a lease


@pytest.fixture
def stripe(settings: Settings) -> Iterator[FakeStripe]:
    settings.STRIPE_REQUESTS_PER_SECOND = 10_000
    fake = FakeStripe()
    fake.add(*tax_rates(), customer("cus_cn8hNsnDk8K5Yv"), domestic_invoice())
    with fake.serving():
        yield fake


@pytest.fixture
def acme() -> Company:
    company = make_acme()
    connection = make_stripe_connection(company, account_id="")
    deliver(connection, event(data={"object": domestic_invoice()}))
    route_events(company.tenant.id, at=NOON)
    return company


def ended_by(problem: type[BaseException]) -> Callable[[], None]:
    def end() -> None:
        raise problem

    return end


def cut_off() -> None:
    """The server ends our connection; we notice when we use it next."""
    assert database.connection is not None
    other = database.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [database.connection.info.backend_pid])
    other.close()


def is_free(company: Company) -> bool:
    with acting_in(company.tenant.id):
        feed = StripeFeed.objects.get()
        return feed.lease_until is None and feed.lease_token is None


def documents(company: Company) -> int:
    with acting_in(company.tenant.id):
        return SourceDocument.objects.count()


@pytest.mark.parametrize("ending", [SystemExit, KeyboardInterrupt])
def test_a_task_that_is_ended_in_the_middle_lets_go(
    acme: Company, stripe: FakeStripe, ending: type[BaseException]
) -> None:
    stripe.meanwhile = ended_by(ending)
    with pytest.raises(ending):
        work(clock=lambda: NOON)
    assert is_free(acme)

    work(clock=lambda: SOON)

    assert documents(acme) == 1


def test_a_database_connection_that_is_lost_during_the_work_holds_nothing(acme: Company, stripe: FakeStripe) -> None:
    stripe.meanwhile = cut_off
    with pytest.raises(OperationalError):
        work(clock=lambda: NOON)

    work(clock=lambda: SOON)

    assert documents(acme) == 1
    assert is_free(acme)


def test_a_database_that_is_away_when_the_connection_is_left_keeps_it_only_until_it_is_back(
    acme: Company, stripe: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:

        def restart() -> None:
            cut_off()
            away.setitem(database.settings_dict, "PORT", "1")

        stripe.meanwhile = restart
        with pytest.raises(OperationalError):
            work(clock=lambda: NOON)
    connections.close_all()
    assert not is_free(acme)

    work(clock=lambda: SOON)  # gives it back
    work(clock=lambda: SOON + timedelta(seconds=2))

    assert documents(acme) == 1
    assert is_free(acme)


def test_a_claim_whose_answer_never_came_is_given_back(acme: Company, stripe: FakeStripe) -> None:
    """The database commits the claim and goes away: nobody knows which connection it was."""
    moments: list[datetime] = []

    def clock() -> datetime:
        moments.append(NOON)
        if not is_free(acme) and len(moments) < 50:
            moments.extend([NOON] * 50)  # once
            cut_off()
        return NOON

    with pytest.raises(OperationalError):
        work(clock=clock)

    work(clock=lambda: SOON)

    assert documents(acme) == 1
    assert is_free(acme)


def test_a_worker_that_died_keeps_its_connection_for_a_lease(acme: Company, stripe: FakeStripe) -> None:
    """Nobody is left who could give it back."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM ksefkit_claim_stripe_feeds(%s, %s, gen_random_uuid(), 1)",
            [NOON, NOON + timedelta(minutes=1)],
        )

    work(clock=lambda: SOON)
    assert documents(acme) == 0
    work(clock=lambda: NOON + timedelta(seconds=61))

    assert documents(acme) == 1
