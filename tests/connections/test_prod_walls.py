"""Every way a document could get to PROD by accident, and the wall that stands in it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction

from apps.connections.check import check_connection
from apps.connections.connect_ksef import KsefAccess, connect_ksef
from apps.connections.ksef import Access, environment_of
from apps.connections.made_up import OUTSIDE, ProdBesideMadeUp, made_up_addresses
from apps.connections.models import KsefConnection, StripeConnection
from apps.connections.token_keeper import connect_and_keep
from apps.documents.models import SourceDocument
from apps.filings.lanes import fits, lane_for, lane_of
from apps.filings.models import Filing, Lane
from apps.ksef_client import environments
from apps.ksef_client.errors import AccessDenied
from apps.tenants.checks import refuse_to_start
from apps.tenants.context import acting_in
from tests.factories import Company, make_document, make_filing, make_stripe_connection
from tests.filings.house import token_of
from tests.tenants.signed_in import signed_in
from tests.tenants.test_sign_ins import with_totp

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PROD, TEST, LOCAL = (KsefConnection.Environment[name] for name in ("PROD", "TEST", "LOCAL"))
REAL = {
    "NBP_URL": "https://api.nbp.pl/api",
    "ECB_URL": "https://www.ecb.europa.eu/stats/eurofxref",
    "VIES_URL": "https://ec.europa.eu/taxation_customs/vies/rest-api",
    "WHITE_LIST_URL": "https://wl-api.mf.gov.pl",
    "STRIPE_API_BASE": "https://api.stripe.com",
}


@pytest.fixture
def real_world(settings: Any) -> Any:
    for name, address in REAL.items():
        setattr(settings, name, address)
    return settings


def use(company: Company, environment: KsefConnection.Environment) -> KsefConnection:
    """Make an environment the active one. Runs inside acting_in."""
    access = KsefAccess(environment, token_of(company.tenant.nip))
    return connect_ksef(company.tenant, access, by=company.people["ola"], at=NOW)


def make_live_document(company: Company, *, number: str = "FV-LIVE") -> SourceDocument:
    row = StripeConnection.objects.create(tenant=company.tenant, account_id="acct_live", livemode=True, api_version="x")
    document = make_document(row, number=number)
    copy = {field.attname: getattr(document, field.attname) for field in SourceDocument._meta.concrete_fields}
    changed = copy | {"id": None, "livemode": True, "stripe_id": f"in_live_{number}", "sha256": b"l" * 32}
    changed.pop("id")
    return SourceDocument.objects.create(**changed)


def test_the_list_of_outside_services_is_whole() -> None:
    assert set(REAL) == set(OUTSIDE)


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("address", ["http://127.0.0.1:8100/api", "http://registers:8000", "https://localhost/nbp", ""])
def test_prod_is_not_switched_on_beside_any_stand_in(acme: Company, real_world: Any, name: str, address: str) -> None:
    setattr(real_world, name, address)

    with pytest.raises(ProdBesideMadeUp, match=name):
        connect_and_keep(acme.tenant, KsefAccess(PROD, "token"), by=acme.people["ola"], at=NOW)

    with acting_in(acme.tenant.id):
        assert not KsefConnection.objects.exists()


def test_in_the_real_world_prod_is_switched_on(acme: Company, real_world: Any) -> None:
    assert made_up_addresses() == []

    row = connect_and_keep(acme.tenant, KsefAccess(PROD, "token"), by=acme.people["ola"], at=NOW)

    assert environment_of(row) is environments.PROD


def test_the_page_says_which_settings_point_at_stand_ins(acme: Company, real_world: Any) -> None:
    real_world.NBP_URL = "http://127.0.0.1:8100/api"
    with_totp(acme.people["ola"])
    ola = signed_in(acme.people["ola"])
    entered = {"environment": "prod", "token": token_of(acme.tenant.nip), "confirm_nip": acme.tenant.nip}

    page = ola.post(f"/c/{acme.tenant.id}/settings/connections/", entered).content.decode()

    assert "PROD was not switched on." in page
    assert "NBP_URL" in page
    with acting_in(acme.tenant.id):
        assert not KsefConnection.objects.exists()


def test_without_the_typed_nip_prod_is_not_switched_on(acme: Company, real_world: Any) -> None:
    with_totp(acme.people["ola"])
    ola = signed_in(acme.people["ola"])
    place = f"/c/{acme.tenant.id}/settings/connections/"

    for typed in ("", "5252344078"):
        entered = {"environment": "prod", "token": token_of(acme.tenant.nip), "confirm_nip": typed}
        assert ola.post(place, entered).status_code == 400
    with acting_in(acme.tenant.id):
        assert not KsefConnection.objects.exists()


def test_nothing_starts_with_stand_ins_while_somebody_files_on_prod(
    acme: Company, globex: Company, real_world: Any
) -> None:
    real_world.VIES_URL = "http://127.0.0.1:8100/vies"
    refuse_to_start()
    with acting_in(acme.tenant.id):
        use(acme, TEST)
    refuse_to_start()
    with acting_in(acme.tenant.id):
        use(acme, PROD)
        use(acme, TEST)

    with pytest.raises(ImproperlyConfigured, match=r"ksefkit\.E021: VIES_URL point"):
        refuse_to_start()
    real_world.VIES_URL = REAL["VIES_URL"]
    refuse_to_start()


def test_a_process_that_runs_all_the_same_does_not_sign_in_to_prod(acme: Company, real_world: Any) -> None:
    with acting_in(acme.tenant.id):
        row = use(acme, PROD)
    real_world.STRIPE_API_BASE = "http://127.0.0.1:8200"

    with pytest.raises(AccessDenied, match="STRIPE_API_BASE"):
        Access(acme.tenant.id, row.pk, lambda: NOW).open()
    finding = check_connection(row, clock=lambda: NOW)
    assert (finding.code, "stand-ins" in finding.detail) == ("refused", True)


@pytest.mark.parametrize("environment", list(environments.PUBLIC.values()), ids=lambda one: one.name)
def test_local_is_no_way_round_the_confirmation(
    acme: Company, settings: Any, environment: environments.Environment
) -> None:
    settings.KSEF_LOCAL_URL = environment.base_url
    with acting_in(acme.tenant.id):
        row = use(acme, LOCAL)

    with pytest.raises(ValueError, match="no way round"):
        environment_of(row)
    with pytest.raises(ImproperlyConfigured, match=r"ksefkit\.E022"):
        refuse_to_start()


def test_test_documents_have_no_lane_to_prod_and_live_ones_none_to_test(acme: Company, real_world: Any) -> None:
    assert [fits(environment, livemode=False) for environment in (PROD, TEST, LOCAL)] == [False, True, True]
    with acting_in(acme.tenant.id):
        use(acme, PROD)
        assert lane_for(acme.tenant.id, livemode=False) is None
        live = lane_for(acme.tenant.id, livemode=True)
        assert live
        assert live.connection.environment == PROD
        use(acme, TEST)
        assert lane_for(acme.tenant.id, livemode=True) is None


def test_what_waits_for_test_still_goes_to_test_after_prod_is_switched_on(acme: Company, real_world: Any) -> None:
    with acting_in(acme.tenant.id):
        lane = lane_of(use(acme, TEST))
        filing = make_filing(make_document(make_stripe_connection(acme)), lane=lane, environment="test")

        use(acme, PROD)

        kept = Filing.objects.select_related("lane__connection").get(pk=filing.pk)
        assert kept.lane
        assert kept.lane.connection.environment == TEST


def test_the_database_itself_keeps_test_documents_off_prod(acme: Company, real_world: Any) -> None:
    with acting_in(acme.tenant.id):
        lane = lane_of(use(acme, PROD))
        document = make_document(make_stripe_connection(acme))
        live = make_live_document(acme)
        with pytest.raises(IntegrityError, match="only a live document"), transaction.atomic():
            make_filing(document, lane=lane, environment="prod")
        with pytest.raises(IntegrityError, match="only a live document"), transaction.atomic():
            make_filing(live, lane=lane, environment="test")
        waiting = make_filing(document)
        with pytest.raises(IntegrityError, match="only a live document"), transaction.atomic():
            Filing.objects.filter(pk=waiting.pk).update(lane=lane, environment="prod")

        filed = make_filing(live, lane=lane, environment="prod")
        with pytest.raises(IntegrityError, match="only a live document"), transaction.atomic():
            Filing.objects.filter(pk=filed.pk).update(document=document)


def test_nothing_becomes_prod_later(acme: Company, real_world: Any) -> None:
    with acting_in(acme.tenant.id):
        test, prod = use(acme, TEST), use(acme, PROD)
        lane = lane_of(test)
        KsefConnection.objects.filter(environment=PROD).delete()
        for refused, change in (
            ("environment of connections_ksefconnection", lambda: KsefConnection.objects.update(environment="prod")),
            ("connection of filings_lane", lambda: Lane.objects.filter(pk=lane.pk).update(connection_id=prod.pk)),
            ("only_local_has_an_address", lambda: KsefConnection.objects.update(base_url="https://api.ksef.mf.gov.pl")),
        ):
            with pytest.raises(IntegrityError, match=refused), transaction.atomic():
                change()


def test_strangers_learn_nothing_from_the_platforms_question(acme: Company, real_world: Any) -> None:
    with acting_in(acme.tenant.id):
        use(acme, PROD)

    with connection.cursor() as cursor:
        cursor.execute("SELECT ksefkit_prod_is_used()")
        assert cursor.fetchone() == (True,)
    assert not KsefConnection.objects.exists()
