"""Who keeps the master key: local versions from the environment, or HashiCorp Vault."""

import base64
import os
import uuid

import pytest

from apps.vault import LocalMasterKeys, SealedFor, SecretUnreadable, VaultMisconfigured, WrappedKey, open_sealed, seal
from apps.vault.transit import connect
from tests.vault.transit_server import Engine, transit_server

TENANT, OTHER = uuid.uuid4(), uuid.uuid4()


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def test_a_data_key_opens_with_the_version_that_wrapped_it() -> None:
    old = key()
    wrapped = LocalMasterKeys(f"1:{old}").wrap(b"data key", tenant_id=TENANT)

    rotated = LocalMasterKeys(f"1:{old},2:{key()}")

    assert rotated.unwrap(wrapped, tenant_id=TENANT) == b"data key"
    assert rotated.wrap(b"x", tenant_id=TENANT).master_version == 2


def test_a_data_key_of_another_tenant_does_not_open() -> None:
    keys = LocalMasterKeys(f"1:{key()}")

    with pytest.raises(SecretUnreadable):
        keys.unwrap(keys.wrap(b"data key", tenant_id=TENANT), tenant_id=OTHER)


def test_without_its_master_key_a_data_key_does_not_open_and_nothing_falls_back_to_plain_text() -> None:
    wrapped = LocalMasterKeys(f"1:{key()}").wrap(b"data key", tenant_id=TENANT)

    with pytest.raises(SecretUnreadable, match="does not open"):
        LocalMasterKeys(f"1:{key()}").unwrap(wrapped, tenant_id=TENANT)
    with pytest.raises(SecretUnreadable, match="version 1 is not configured"):
        LocalMasterKeys(f"2:{key()}").unwrap(wrapped, tenant_id=TENANT)


@pytest.mark.parametrize(
    "text", ["", "1", "1:", "1:abc", "one:" + "A" * 44, "1:" + base64.b64encode(b"short").decode()]
)
def test_a_malformed_master_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(VaultMisconfigured) as refusal:
        LocalMasterKeys(text)

    assert text == "" or text not in str(refusal.value)


def test_a_secret_opens_under_its_own_version_only() -> None:
    data_key = os.urandom(32)
    place = SealedFor(tenant_id=TENANT, row="row", field="field", key_version=1)
    later = SealedFor(tenant_id=TENANT, row="row", field="field", key_version=2)

    with pytest.raises(SecretUnreadable):
        open_sealed(seal(b"secret", data_key=data_key, place=place), data_key=data_key, place=later)


def test_vault_wraps_for_one_tenant_and_opens_older_versions_after_a_rotation() -> None:
    engine = Engine()
    with transit_server(engine) as address:
        transit = connect(address, engine.token, key="ksefkit", mount="transit")
        wrapped = transit.wrap(b"data key", tenant_id=TENANT)
        engine.rotate()

        assert transit.unwrap(wrapped, tenant_id=TENANT) == b"data key"
        assert (transit.current_version, transit.wrap(b"x", tenant_id=TENANT).master_version) == (2, 2)
        with pytest.raises(SecretUnreadable):
            transit.unwrap(wrapped, tenant_id=OTHER)


def test_vault_refuses_a_changed_or_withdrawn_key_and_a_wrong_token() -> None:
    engine = Engine()
    with transit_server(engine) as address:
        transit = connect(address, engine.token, key="ksefkit", mount="transit")
        wrapped = transit.wrap(b"data key", tenant_id=TENANT)
        changed = WrappedKey(1, wrapped.blob[:-6] + b"AAAAA=")
        engine.rotate()
        engine.minimum = 2

        for blob in (changed, wrapped):
            with pytest.raises(SecretUnreadable):
                transit.unwrap(blob, tenant_id=TENANT)
        with pytest.raises(SecretUnreadable):
            connect(address, "wrong", key="ksefkit", mount="transit").unwrap(wrapped, tenant_id=TENANT)


def test_a_vault_that_is_away_is_not_mistaken_for_a_bad_key() -> None:
    engine = Engine()
    with transit_server(engine) as address:
        transit = connect(address, engine.token, key="ksefkit", mount="transit")
        wrapped = transit.wrap(b"data key", tenant_id=TENANT)

    with pytest.raises(OSError):
        transit.unwrap(wrapped, tenant_id=TENANT)
