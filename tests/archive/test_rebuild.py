"""After a loss documents come back from Stripe and their numbers from KSeF, and nothing is sent again."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.archive.rebuild import NotRebuilt, Rebuilt, rebuild_company
from apps.connections import ksef as sign_in
from apps.connections.models import KsefConnection
from apps.connections.secrets import seal_into
from apps.filings.models import Filing
from apps.filings.states import State
from apps.tenants.context import acting_in
from apps.tenants.models import Tenant
from tests.factories import ACME_NIP, GLOBEX_NIP, Company
from tests.filings import stripe_objects
from tests.filings.house import HOUR, MINUTE, NOON, SECOND, House, Ksef, connect, token_of
from tests.stripe_intake.fake_stripe import FakeStripe

NUMBERS = ("A-1", "A-2", "A-3")


@pytest.fixture
def ksef() -> Iterator[Ksef]:
    sign_in.forget_public_keys()
    simulator = Ksef([ACME_NIP, GLOBEX_NIP])
    yield simulator
    simulator.close()


@pytest.fixture
def stripe() -> Iterator[FakeStripe]:
    fake = FakeStripe()
    fake.add(*(stripe_objects.invoice(number, issued_at=NOON) for number in NUMBERS))
    fake.add(*stripe_objects.SIDE["tax_rates"].values())
    with fake.serving():
        yield fake


@pytest.fixture
def before(acme: Company, ksef: Ksef) -> House:
    """Acme as it was: three documents filed."""
    house = connect(acme, ksef)
    filings = [house.invoice(number) for number in NUMBERS]
    house.work_for(2 * MINUTE)
    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    return house


@pytest.fixture
def fresh(before: House, globex: Company) -> House:
    """The same company in an empty database, a day later: only its connections are there."""
    fresh = connect(globex, before.ksef)
    fresh.now = before.now
    fresh.pass_time(timedelta(days=1))
    with acting_in(fresh.tenant_id):
        Tenant.objects.update(nip=ACME_NIP)
        row = KsefConnection.objects.get(pk=fresh.connection.pk)
        row.context_nip = ACME_NIP
        seal_into(row, token=token_of(ACME_NIP))
        row.save()
        fresh.stripe.import_from = NOON.date()
        seal_into(fresh.stripe, api_key="rk_test_acme")
        fresh.stripe.save()
    return fresh


def rebuild_now(house: House) -> list[Rebuilt]:
    wait = lambda seconds: house.pass_time(seconds * SECOND)  # noqa: E731
    return list(rebuild_company(house.tenant_id, since=NOON - HOUR, clock=house.clock, wait=wait))


def states(house: House) -> dict[str, str]:
    with acting_in(house.tenant_id):
        return dict(Filing.objects.order_by("number").values_list("number", "state"))


def test_everything_comes_back_and_nothing_is_sent(before: House, fresh: House, stripe: FakeStripe) -> None:
    sends = before.ksef.sends

    [rebuilt] = rebuild_now(fresh)
    fresh.work_for(2 * MINUTE)

    assert (rebuilt.report.in_ksef, rebuilt.report.restored, rebuilt.report.receipts) == (3, 3, 3)
    assert states(fresh) == dict.fromkeys(NUMBERS, State.RECEIPTED)
    assert before.ksef.sends == sends


def test_what_ksef_never_had_is_filed_afterwards(before: House, fresh: House, stripe: FakeStripe) -> None:
    stripe.add(stripe_objects.invoice("B-1", issued_at=fresh.now))
    sends = before.ksef.sends

    rebuild_now(fresh)
    fresh.work_for(2 * MINUTE)

    assert states(fresh) == dict.fromkeys([*NUMBERS, "B-1"], State.RECEIPTED)
    assert before.ksef.sends == sends + 1


def test_without_stripe_nothing_is_sent_either(before: House, fresh: House, stripe: FakeStripe) -> None:
    fresh.invoice("A-1")
    sends = before.ksef.sends
    stripe.trouble = [(503, {}, "")] * 20

    with pytest.raises(NotRebuilt, match="Stripe"):
        rebuild_now(fresh)
    fresh.work_for(2 * MINUTE)

    assert before.ksef.sends == sends
    assert fresh.lane().plan_code == "rebuilding"


def test_it_may_be_run_again(before: House, fresh: House, stripe: FakeStripe) -> None:
    rebuild_now(fresh)

    [again] = rebuild_now(fresh)

    assert (again.report.already_known, again.report.restored) == (3, 0)


def test_the_command_needs_a_company_and_names_those_it_could_not_restore(acme: Company) -> None:
    with pytest.raises(CommandError, match="--all"):
        call_command("rebuild_from_ksef")

    errors = StringIO()
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("rebuild_from_ksef", str(acme.tenant.id), stderr=errors)
    assert "connect KSeF first" in errors.getvalue()
