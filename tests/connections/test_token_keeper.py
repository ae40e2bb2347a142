"""A KSeF token kept in the tenant's own Stripe account: stored, used, replaced and wiped over HTTP, never kept here."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from apps.archive.closure import WAIT, ask_closure, carry_out
from apps.audit.models import AuditEntry
from apps.connections import ksef as sign_in
from apps.connections.check import check_connection
from apps.connections.connect_ksef import KsefAccess
from apps.connections.models import KsefConnection, StripeConnection
from apps.connections.secret_store import StripeSecretStore
from apps.connections.secrets import open_secret, seal_into
from apps.connections.stripe import disconnect_stripe
from apps.connections.stripe_access import StripeAccess
from apps.connections.token_keeper import TokenGone, TokenNotKept, connect_and_keep, reference_in, reveal
from apps.ksef_simulator.options import Options
from apps.ksef_simulator.server import Simulator
from apps.tenants.context import acting_in
from tests.connections.test_rotation import master, use
from tests.dashboard.test_ksef_access import Files
from tests.factories import ACME_NIP, Company, make_stripe_connection
from tests.filings.house import token_of
from tests.stripe_simulator.conftest import KEY, Acme, Start, start
from tests.tenants.signed_in import signed_in

__all__ = ["start"]  # a fixture of the stand-in's own tests

NAME = "ksef_token_local"
TOKEN = token_of(ACME_NIP)
LOCAL = KsefConnection.Environment.LOCAL


@pytest.fixture
def ksef(settings: Any) -> Iterator[Simulator]:
    sign_in.forget_public_keys()
    simulator = Simulator(Options(tokens=((ACME_NIP, TOKEN),), delay=0.1)).start()
    settings.KSEF_LOCAL_URL = f"{simulator.address}/v2"
    yield simulator
    simulator.close()


@pytest.fixture
def account(acme: Company, start: Start, ksef: Simulator, settings: Any) -> Acme:
    """Acme's Stripe account, connected, in an installation that keeps KSeF tokens there."""
    settings.MFA_REQUIRED = False
    settings.KSEF_TOKEN_KEEPER = "stripe"
    simulator = start()
    settings.STRIPE_API_BASE = simulator.url
    with acting_in(acme.tenant.id):
        row = make_stripe_connection(acme)
        seal_into(row, api_key=KEY)
        row.save()
    return simulator


def at_stripe(name: str = NAME) -> str | None:
    return StripeSecretStore(StripeAccess(KEY)).get(name)


def post(company: Company, **values: Any) -> str:
    """Ola enters access to KSeF on the page; what the page says."""
    ola = signed_in(company.people["ola"])
    answer = ola.post(f"/c/{company.tenant.id}/settings/connections/", {"environment": "local"} | values)
    assert TOKEN.rpartition("|")[2] not in answer.content.decode()
    return answer.content.decode()


def stored(company: Company) -> str:
    with acting_in(company.tenant.id):
        return open_secret(KsefConnection.objects.get(), "token") or ""


def connection_of(company: Company) -> KsefConnection:
    with acting_in(company.tenant.id):
        return KsefConnection.objects.get()


def checked(company: Company) -> str:
    return check_connection(connection_of(company), clock=timezone.now).code


def test_a_token_entered_on_the_page_is_kept_at_stripe_and_signs_in_from_there(acme: Company, account: Acme) -> None:
    assert "KSeF let us in" in post(acme, token=TOKEN)

    assert at_stripe() == TOKEN
    assert reference_in(stored(acme))
    assert TOKEN.rpartition("|")[2] not in stored(acme), "the database holds a reference, no token"
    assert stored(acme).split("|")[0] == TOKEN.split("|")[0]
    assert checked(acme) == "ready"


def test_left_blank_the_token_stays_where_it_is(acme: Company, account: Acme) -> None:
    post(acme, token=TOKEN)

    assert "KSeF let us in" in post(acme, token="")
    assert at_stripe() == TOKEN


def test_another_token_replaces_it_at_stripe_too(acme: Company, account: Acme) -> None:
    post(acme, token=TOKEN)
    before = stored(acme)

    assert "KSeF refused this access" in post(acme, token=TOKEN[:-4] + "0000")

    assert at_stripe() == TOKEN[:-4] + "0000"
    assert stored(acme) != before
    assert "KSeF let us in" in post(acme, token=TOKEN)
    with acting_in(acme.tenant.id):
        prints = [
            (entry.data["replaces"], entry.data["fingerprint"])
            for entry in AuditEntry.objects.filter(event="credential.stored").order_by("sequence")
        ]
    assert len({new for _, new in prints}) == 2
    assert [old for old, _ in prints] == ["", *(new for _, new in prints[:-1])]


def test_switching_to_a_certificate_wipes_it_at_stripe(acme: Company, account: Acme) -> None:
    post(acme, token=TOKEN)

    post(acme, certificate=SimpleUploadedFile("acme.p12", Files().p12(b"secret")), key_password="secret")

    assert at_stripe() is None
    assert stored(acme) == ""


def test_letting_go_of_the_stripe_account_wipes_it_and_says_so_at_the_next_sign_in(
    acme: Company, account: Acme
) -> None:
    post(acme, token=TOKEN)
    with acting_in(acme.tenant.id):
        row = StripeConnection.objects.get()

    disconnect_stripe(row, by=acme.people["ola"], at=timezone.now())

    assert at_stripe() is None
    assert checked(acme) == "no_credential"


def test_closing_the_account_wipes_it(acme: Company, account: Acme) -> None:
    post(acme, token=TOKEN)
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    with acting_in(acme.tenant.id):
        ask_closure(acme.tenant, typed_nip=ACME_NIP, by=acme.people["ola"], at=now)

    assert carry_out(acme.tenant.id, at=now + WAIT)

    assert at_stripe() is None


def test_a_new_master_key_changes_nothing_at_stripe(acme: Company, account: Acme, settings: Any) -> None:
    old, new = settings.VAULT_MASTER_KEYS, master(9)
    post(acme, token=TOKEN)

    use(settings, old, new)
    call_command("rotate_keys", new_data_keys=True)
    use(settings, new)

    assert checked(acme) == "ready"
    assert at_stripe() == TOKEN


def test_while_stripe_is_away_a_new_token_is_refused_and_the_old_one_stays(acme: Company, account: Acme) -> None:
    post(acme, token=TOKEN)
    before = stored(acme)
    account.server.stop()

    assert "The token could not be stored." in post(acme, token=TOKEN[:-4] + "0000")

    assert stored(acme) == before
    assert checked(acme) == "busy", "the token is not lost, and KSeF is not to blame"


def test_a_token_that_somebody_changed_at_stripe_is_not_used(acme: Company, account: Acme) -> None:
    post(acme, token=TOKEN)

    StripeSecretStore(StripeAccess(KEY)).put(NAME, TOKEN[:-1] + "0")

    assert checked(acme) == "no_credential"


def test_without_a_stripe_account_of_the_right_mode_no_token_is_taken(acme: Company, account: Acme) -> None:
    with acting_in(acme.tenant.id):
        StripeConnection.objects.update(livemode=True)

    with pytest.raises(TokenNotKept, match="Connect Stripe first"):
        connect_and_keep(acme.tenant, KsefAccess(LOCAL, TOKEN), by=acme.people["ola"], at=timezone.now())

    with acting_in(acme.tenant.id):
        assert not KsefConnection.objects.exists()
    assert at_stripe() is None


def test_another_tenants_reference_reveals_nothing(acme: Company, globex: Company, account: Acme) -> None:
    post(acme, token=TOKEN)

    with pytest.raises(TokenGone):
        reveal(globex.tenant.id, stored(acme))


def test_kept_in_the_database_nothing_goes_to_stripe(acme: Company, account: Acme, settings: Any) -> None:
    settings.KSEF_TOKEN_KEEPER = "database"

    assert "KSeF let us in" in post(acme, token=TOKEN)

    assert at_stripe() is None
    assert stored(acme) == TOKEN
