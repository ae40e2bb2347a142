"""Rotation goes on while secrets are used, and goes on where it was broken off."""

import base64
import os
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from apps.connections import secrets
from apps.connections.models import KsefConnection, TenantKey
from apps.connections.rotation import finish_renewal, rewrap
from apps.connections.secrets import new_version, open_secret
from apps.tenants import second_factor
from apps.tenants.context import acting_in
from tests.connections.test_secrets import make_connection
from tests.factories import Company


@pytest.fixture(autouse=True)
def _fresh_keepers() -> Iterator[None]:
    yield
    forget_keepers()


def forget_keepers() -> None:
    secrets.key_provider.cache_clear()
    secrets.provider_named.cache_clear()
    second_factor._keys.cache_clear()


def use(settings: Settings, *keys: str) -> None:
    settings.VAULT_MASTER_KEYS = ",".join(keys)
    forget_keepers()


def master(version: int) -> str:
    return f"{version}:{base64.b64encode(os.urandom(32)).decode()}"


def test_after_rotation_the_old_master_key_is_no_longer_needed(acme: Company, settings: Settings) -> None:
    old, new = master(1), master(2)
    use(settings, old)
    with acting_in(acme.tenant.id):
        connection = make_connection(acme, token="secret")

    use(settings, old, new)
    call_command("rotate_keys")

    use(settings, new)
    with acting_in(acme.tenant.id):
        assert open_secret(connection, "token") == "secret"


def test_a_second_run_has_nothing_left_to_do(acme: Company, settings: Settings) -> None:
    old, new = master(1), master(2)
    use(settings, old)
    with acting_in(acme.tenant.id):
        make_connection(acme, token="secret")
    use(settings, old, new)

    assert [rewrap(acme.tenant.id), rewrap(acme.tenant.id)] == [1, 0]


def test_an_interrupted_renewal_is_finished_by_the_next_run(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        make_connection(acme, token="one")
        make_connection(acme, "demo", token="two")
        new_version(acme.tenant.id)

    assert finish_renewal(acme.tenant.id) == 2
    with acting_in(acme.tenant.id):
        opened = {open_secret(connection, "token") for connection in KsefConnection.objects.all()}
    assert opened == {"one", "two"}


def test_new_data_keys_seal_everything_anew(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        connection = make_connection(acme, token="one")

    call_command("rotate_keys", new_data_keys=True)

    with acting_in(acme.tenant.id):
        again = KsefConnection.objects.get(pk=connection.pk)
        assert (again.key_version, open_secret(again, "token")) == (2, "one")
        assert bytes(again.token_sealed or b"") != bytes(connection.token_sealed or b"")


def test_a_missing_master_key_is_named_and_the_other_tenants_are_rotated(
    acme: Company, globex: Company, settings: Settings
) -> None:
    old, new = master(1), master(2)
    use(settings, old)
    with acting_in(acme.tenant.id):
        make_connection(acme, token="one")
    use(settings, new)
    with acting_in(globex.tenant.id):
        make_connection(globex, token="two")

    with pytest.raises(CommandError, match="could not be rotated"):
        call_command("rotate_keys")

    with acting_in(globex.tenant.id):
        assert TenantKey.objects.get().master_version == 2
