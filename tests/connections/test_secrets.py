"""A stored secret opens in its own place only."""

import pytest

from apps.connections.models import KsefConnection
from apps.connections.secrets import new_version, open_secret, seal_into
from apps.tenants.context import acting_in
from apps.vault import SecretUnreadable
from tests.factories import Company


def make_connection(company: Company, environment: str = "test", **secrets: str | None) -> KsefConnection:
    connection = KsefConnection(tenant=company.tenant, environment=environment, context_nip=company.tenant.nip)
    seal_into(connection, **secrets)
    connection.save()
    return KsefConnection.objects.get(pk=connection.pk)


def test_a_secret_opens_again_and_is_not_stored_in_the_clear(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        connection = make_connection(acme, token="canary-token")

        assert open_secret(connection, "token") == "canary-token"
        assert b"canary" not in bytes(connection.token_sealed or b"")


def test_a_secret_copied_to_another_row_does_not_open(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        one, other = make_connection(acme, token="one"), make_connection(acme, "demo", token="two")
        other.token_sealed = one.token_sealed

        with pytest.raises(SecretUnreadable):
            open_secret(other, "token")


def test_a_secret_copied_to_another_field_does_not_open(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        connection = make_connection(acme, token="one")
        connection.private_key_sealed = connection.token_sealed

        with pytest.raises(SecretUnreadable):
            open_secret(connection, "private_key")


def test_a_secret_copied_to_another_tenant_does_not_open(acme: Company, globex: Company) -> None:
    with acting_in(acme.tenant.id):
        sealed = make_connection(acme, token="one").token_sealed
    with acting_in(globex.tenant.id):
        connection = make_connection(globex, token="two")
        connection.token_sealed = sealed

        with pytest.raises(SecretUnreadable):
            open_secret(connection, "token")


def test_every_changed_byte_is_noticed(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        connection = make_connection(acme, token="one")
        good = bytes(connection.token_sealed or b"")

        for position in range(len(good)):
            connection.token_sealed = good[:position] + bytes([good[position] ^ 1]) + good[position + 1 :]
            with pytest.raises(SecretUnreadable):
                open_secret(connection, "token")


def test_a_row_keeps_all_its_secrets_when_the_data_key_changes(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        connection = make_connection(acme, token="one", private_key="key")
        new_version(acme.tenant.id)
        seal_into(connection, token="two")
        connection.save()

        again = KsefConnection.objects.get(pk=connection.pk)
        assert (again.key_version, open_secret(again, "token"), open_secret(again, "private_key")) == (2, "two", "key")


def test_a_secret_set_to_none_is_wiped(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        connection = make_connection(acme, token="one")
        seal_into(connection, token=None)

        assert connection.token_sealed is None
        assert open_secret(connection, "token") is None


def test_a_secret_the_row_does_not_keep_is_an_error(acme: Company) -> None:
    with acting_in(acme.tenant.id), pytest.raises(LookupError, match="password"):
        make_connection(acme, password="x")
