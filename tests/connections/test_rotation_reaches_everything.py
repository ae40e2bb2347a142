"""After a rotation nothing at all needs the old master key; a sealed value that a rotation forgets fails here."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from apps.connections.models import CertificateRequest, KsefConnection, TenantKey
from apps.connections.rotation import finish_renewal
from apps.connections.secrets import new_version, open_secret, seal_into, sealed_columns, secret_holders
from apps.filings.models import KsefSession, Lane
from apps.filings.states import State
from apps.tenants.context import acting_in
from apps.tenants.second_factor import SealedSecondFactor
from apps.tenants.second_factor_rotation import old_second_factors, rewrap_second_factor
from tests.connections.test_rotation import forget_keepers, master, use
from tests.factories import Company, make_stripe_connection
from tests.filings.conftest import house, ksef
from tests.filings.house import MINUTE, NOON, SECOND, House
from tests.tenants.test_sign_ins import code_of, with_totp

__all__ = ["house", "ksef"]  # fixtures of the engine's tests
ROOT = Path(__file__).resolve().parents[2]

# Who may ask the vault to seal something, and how a rotation reaches it.
SEALERS = {
    "apps/connections/secrets.py": "columns named …_sealed, by secret_holders()",
    "apps/connections/rotation.py": "the data keys themselves",
    "apps/tenants/second_factor.py": "what allauth stores, by second_factor_rotation.py",
}


@pytest.fixture(autouse=True)
def _fresh_keepers() -> Iterator[None]:
    yield
    forget_keepers()


@pytest.mark.django_db
def test_every_sealed_column_of_the_database_is_one_that_a_rotation_reaches() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND (column_name ~ '(sealed|wrapped|encrypted|cipher)')"
        )
        found = set(cursor.fetchall())
    reached = {(model._meta.db_table, column) for model in secret_holders() for column in sealed_columns(model)}

    assert len(reached) >= 10
    assert found == reached | {("connections_tenantkey", "wrapped")}
    for model in secret_holders():
        assert {"tenant_id", "key_version"} <= {field.attname for field in model._meta.concrete_fields}, model


def test_nothing_seals_but_what_a_rotation_knows() -> None:
    sealing = set()
    for path in sorted((ROOT / "apps").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("apps.vault"):
                sealing |= {str(path.relative_to(ROOT)) for name in node.names if name.name in {"seal", "WrappedKey"}}

    assert sealing == set(SEALERS)


def fill_everything(company: Company) -> list[Any]:
    """One row of each kind that holds secrets, every sealed column filled. Runs inside acting_in."""
    ksef_row = KsefConnection(tenant=company.tenant, environment="test", context_nip=company.tenant.nip)
    stripe_row = make_stripe_connection(company)
    ksef_row.save()
    lane = Lane.objects.create(tenant=company.tenant, connection=ksef_row, place="test", account="test")
    session = KsefSession(tenant=company.tenant, lane=lane, kind=KsefSession.Kind.BATCH)
    request = CertificateRequest(tenant=company.tenant, connection=ksef_row, purpose="offline", began_at=NOON)
    rows: list[Any] = [ksef_row, stripe_row, session, request]
    for row in rows:
        names = [column.removesuffix("_sealed") for column in sealed_columns(row)]
        seal_into(row, **{name: f"{name} of {row.pk}" for name in names})
        row.save()
    return rows


@pytest.mark.parametrize("new_data_keys", [False, True])
def test_with_the_new_master_key_alone_every_secret_opens(
    acme: Company, settings: Settings, new_data_keys: bool
) -> None:
    old, new = master(1), master(2)
    use(settings, old)
    with acting_in(acme.tenant.id):
        rows = fill_everything(acme)
    assert {type(row) for row in rows} == set(secret_holders()), "a new holder of secrets belongs into this test"

    use(settings, old, new)
    call_command("rotate_keys", new_data_keys=new_data_keys)
    use(settings, new)

    with acting_in(acme.tenant.id):
        # The old data key is still there for what a worker sealed in the meantime; nothing else is under it.
        assert {key.master_version for key in TenantKey.objects.all()} == {2}
        for row in rows:
            again = type(row)._default_manager.get(pk=row.pk)
            assert again.key_version == (2 if new_data_keys else 1)
            for column in sealed_columns(row):
                name = column.removesuffix("_sealed")
                assert open_secret(again, name) == f"{name} of {row.pk}"


def test_an_interrupted_renewal_reaches_sessions_too(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        rows = fill_everything(acme)
        new_version(acme.tenant.id)

    assert [finish_renewal(acme.tenant.id), finish_renewal(acme.tenant.id)] == [len(rows), 0]


def test_a_document_goes_on_in_the_session_that_was_open_during_the_rotation(house: House, settings: Settings) -> None:
    old = settings.VAULT_MASTER_KEYS
    first = house.invoice("FV-1")
    house.work()
    assert house.state(first) == State.SENT

    new = master(9)
    use(settings, old, new)
    call_command("rotate_keys", new_data_keys=True)
    use(settings, new)
    house.work(3 * SECOND)
    house.work_for(2 * MINUTE, step=20 * SECOND)
    second = house.invoice("FV-2")
    house.work_for(30 * SECOND, step=3 * SECOND)

    assert [house.state(filing) for filing in (first, second)] == [State.RECEIPTED, State.RECEIPTED]
    with acting_in(house.tenant_id):
        assert KsefSession.objects.count() == 1
    assert house.ksef.requests["onlineSession"] == 1


def test_authenticator_apps_and_recovery_codes_work_with_the_new_master_key_alone(
    acme: Company, settings: Settings
) -> None:
    old, new = master(1), master(2)
    ola, jan = acme.people["ola"], acme.people["jan"]
    use(settings, old)
    secret = with_totp(ola)
    codes = RecoveryCodes.activate(ola).generate_codes()
    assert RecoveryCodes(ola.authenticator_set.get(type="recovery_codes")).validate_code(codes[0])
    sealed = [SealedSecondFactor().encrypt(code) for code in ("11111111", "22222222")]
    Authenticator.objects.create(user=jan, type="recovery_codes", data={"migrated_codes": sealed})
    passkey = Authenticator.objects.create(
        user=jan, type="webauthn", data={"name": "1:key", "credential": {"id": "1:A"}}
    )

    use(settings, old, new)
    assert len(old_second_factors()) == 3
    call_command("rotate_keys")
    assert old_second_factors() == []
    use(settings, new)

    assert TOTP(ola.authenticator_set.get(type="totp")).validate_code(code_of(secret))
    kept = RecoveryCodes(ola.authenticator_set.get(type="recovery_codes"))
    assert kept.generate_codes() == codes
    assert not kept.validate_code(codes[0]), "what was used stays used"
    assert kept.validate_code(codes[1])
    assert RecoveryCodes(jan.authenticator_set.get(type="recovery_codes")).generate_codes() == ["11111111", "22222222"]
    assert Authenticator.objects.get(pk=passkey.pk).data == passkey.data


def test_a_second_factor_is_rewrapped_once_and_one_that_is_gone_is_no_trouble(
    acme: Company, settings: Settings
) -> None:
    old, new = master(1), master(2)
    use(settings, old)
    with_totp(acme.people["ola"])
    use(settings, old, new)
    (identifier,) = old_second_factors()

    assert [rewrap_second_factor(identifier), rewrap_second_factor(identifier)] == [True, False]
    assert not rewrap_second_factor(identifier + 1)


def test_a_second_factor_that_does_not_open_is_named_and_the_others_are_rotated(
    acme: Company, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    lost, new = master(1), master(2)
    use(settings, lost)
    with_totp(acme.people["jan"])
    (unreadable,) = Authenticator.objects.values_list("pk", flat=True)
    kept = master(3)
    use(settings, kept)
    secret = with_totp(acme.people["ola"])
    use(settings, kept, f"4:{new.partition(':')[2]}")

    with pytest.raises(CommandError, match="keep the old master key"):
        call_command("rotate_keys")

    assert f"second factor {unreadable}" in capsys.readouterr().err
    assert TOTP(acme.people["ola"].authenticator_set.get(type="totp")).validate_code(code_of(secret))
    assert old_second_factors() == [unreadable]


def test_another_tenants_rows_stay_when_one_is_named(acme: Company, globex: Company, settings: Settings) -> None:
    old, new = master(1), master(2)
    use(settings, old)
    for company in (acme, globex):
        with acting_in(company.tenant.id):
            fill_everything(company)
    use(settings, old, new)

    call_command("rotate_keys", tenant=acme.tenant.id)

    versions = []
    for company in (acme, globex):
        with acting_in(company.tenant.id):
            versions.append(TenantKey.objects.get().master_version)
    assert versions == [2, 1]
