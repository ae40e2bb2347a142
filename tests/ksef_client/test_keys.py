import base64
import hashlib
from datetime import timedelta
from typing import Any

import pytest
import responses
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apps.ksef_client.errors import KsefError, Refused, Trouble, Unavailable
from apps.ksef_client.keys import (
    SYMMETRIC_KEY_ENCRYPTION,
    TOKEN_ENCRYPTION,
    Keys,
    MemoryKeyCache,
    PublicKey,
    choose,
    fetch_public_keys,
)
from apps.ksef_client.ksef import Ksef
from tests.ksef_client.certificates import certificate_for, key_of
from tests.ksef_client.conftest import BASE, NOON, Clock
from tests.ksef_client.public_keys import PublishedKeys

URL = f"{BASE}/security/public-key-certificates"
OLD, NEW = PublishedKeys.make(NOON, number=0), PublishedKeys.make(NOON, number=1)


def answer(http: responses.RequestsMock, *entries: dict[str, Any]) -> None:
    http.get(URL, json=list(entries))


def withdrawn() -> KsefError:
    return Unavailable("withdrawn", trouble=Trouble(400, (21470,)))


def test_the_latest_valid_key_for_the_usage_is_chosen(anonymous: Ksef, http: responses.RequestsMock) -> None:
    later = PublishedKeys.make(NOON + timedelta(days=60), number=2)
    answer(http, OLD.entry(), NEW.entry(), later.entry())

    found = fetch_public_keys(anonymous)

    assert len(found) == 3
    assert choose(found, TOKEN_ENCRYPTION, at=NOON).public_key_id == NEW.id


def test_a_key_for_another_usage_is_not_chosen(anonymous: Ksef, http: responses.RequestsMock) -> None:
    answer(http, NEW.entry(TOKEN_ENCRYPTION), OLD.entry(SYMMETRIC_KEY_ENCRYPTION))

    found = fetch_public_keys(anonymous)

    assert choose(found, SYMMETRIC_KEY_ENCRYPTION, at=NOON).public_key_id == OLD.id
    with pytest.raises(Unavailable, match="no valid public key"):
        choose(found, "Other", at=NOON)


@pytest.mark.parametrize("at", [NOON - timedelta(days=31), NOON + timedelta(days=300)])
def test_a_key_outside_its_life_is_not_chosen(anonymous: Ksef, http: responses.RequestsMock, at: Any) -> None:
    answer(http, OLD.entry())

    with pytest.raises(Unavailable):
        choose(fetch_public_keys(anonymous), TOKEN_ENCRYPTION, at=at)


@pytest.mark.parametrize(
    "change",
    [
        {"publicKeyId": NEW.id},
        {"certificateId": NEW.id},
        {"certificate": "AAAA"},
        {"certificate": "!"},
        {"certificate": None},
        {"validFrom": None},
        {"validTo": "soon"},
    ],
)
def test_an_entry_that_is_not_what_it_says_is_left_out(
    anonymous: Ksef, http: responses.RequestsMock, change: dict[str, Any]
) -> None:
    answer(http, OLD.entry() | change, NEW.entry())

    assert [key.public_key_id for key in fetch_public_keys(anonymous)] == [NEW.id]


@pytest.mark.parametrize("body", ["", "{}", "<html>", "[", "5"])
def test_an_answer_without_a_list_is_unavailability(anonymous: Ksef, http: responses.RequestsMock, body: str) -> None:
    http.get(URL, body=body)

    with pytest.raises(Unavailable):
        fetch_public_keys(anonymous)


def test_keys_are_fetched_once_and_again_after_a_day(
    anonymous: Ksef, keys: Keys, http: responses.RequestsMock, clock: Clock
) -> None:
    answer(http, OLD.entry())

    def use() -> str:
        return keys.with_key(anonymous, TOKEN_ENCRYPTION, lambda key: key.public_key_id)

    assert {use(), use(), use()} == {OLD.id}
    assert len(http.calls) == 1
    clock.advance(timedelta(hours=23, minutes=59))
    use()
    assert len(http.calls) == 1
    clock.advance(timedelta(minutes=1))
    use()
    assert len(http.calls) == 2


def test_jitter_shortens_the_life_of_cached_keys_and_expiry_cuts_it(
    anonymous: Ksef, http: responses.RequestsMock, clock: Clock
) -> None:
    answer(http, OLD.entry())
    cache = MemoryKeyCache()
    eager = Keys(cache, jitter=lambda: 1.0)
    eager.with_key(anonymous, TOKEN_ENCRYPTION, lambda key: key)
    stored = cache.load(BASE)
    assert stored is not None
    assert stored.fresh_until == NOON + timedelta(hours=24) * 0.8

    clock.now = NOON + timedelta(days=298, hours=20)
    eager.with_key(anonymous, TOKEN_ENCRYPTION, lambda key: key)
    stored = cache.load(BASE)
    assert stored is not None
    assert stored.fresh_until == NOON + timedelta(days=299)


def test_a_withdrawn_key_is_replaced_and_the_call_repeated_once(
    anonymous: Ksef, keys: Keys, http: responses.RequestsMock
) -> None:
    answer(http, OLD.entry())
    answer(http, NEW.entry())
    tried: list[str] = []

    def attempt(key: PublicKey) -> str:
        tried.append(key.public_key_id)
        if key.public_key_id == OLD.id:
            raise withdrawn()
        return "done"

    assert keys.with_key(anonymous, TOKEN_ENCRYPTION, attempt) == "done"
    assert tried == [OLD.id, NEW.id]
    assert keys.with_key(anonymous, TOKEN_ENCRYPTION, lambda key: key.public_key_id) == NEW.id


def test_a_key_withdrawn_twice_is_not_tried_a_third_time(
    anonymous: Ksef, keys: Keys, http: responses.RequestsMock
) -> None:
    answer(http, OLD.entry())
    tried: list[str] = []

    def attempt(key: PublicKey) -> None:
        tried.append(key.public_key_id)
        raise withdrawn()

    with pytest.raises(Unavailable):
        keys.with_key(anonymous, TOKEN_ENCRYPTION, attempt)

    assert len(tried) == 2


def test_no_other_failure_is_repeated(anonymous: Ksef, keys: Keys, http: responses.RequestsMock) -> None:
    answer(http, OLD.entry())
    tried: list[str] = []

    def attempt(key: PublicKey) -> None:
        tried.append(key.public_key_id)
        raise Refused("no")

    with pytest.raises(Refused):
        keys.with_key(anonymous, TOKEN_ENCRYPTION, attempt)

    assert len(tried) == 1


def elliptic_entry() -> dict[str, Any]:
    """A newer certificate for the same usages, with a key on an elliptic curve."""
    certificate = certificate_for(key_of("ec"), NOON)
    der = certificate.public_bytes(Encoding.DER)
    spki = key_of("ec").public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return OLD.entry() | {
        "certificate": base64.b64encode(der).decode(),
        "certificateId": base64.b64encode(hashlib.sha256(der).digest()).decode(),
        "publicKeyId": base64.b64encode(hashlib.sha256(spki).digest()).decode(),
        "validFrom": certificate.not_valid_before_utc.isoformat(),
    }


def test_a_newer_key_we_cannot_encrypt_for_does_not_hide_one_we_can(
    anonymous: Ksef, http: responses.RequestsMock
) -> None:
    answer(http, elliptic_entry(), OLD.entry())

    found = fetch_public_keys(anonymous)

    assert len(found) == 2
    for usage in (TOKEN_ENCRYPTION, SYMMETRIC_KEY_ENCRYPTION):
        assert choose(found, usage, at=NOON).public_key_id == OLD.id


def test_public_keys_that_are_all_not_rsa_are_a_clear_failure(anonymous: Ksef, http: responses.RequestsMock) -> None:
    answer(http, elliptic_entry())
    (key,) = fetch_public_keys(anonymous)

    with pytest.raises(Unavailable, match="kind"):
        choose((key,), TOKEN_ENCRYPTION, at=NOON)
    with pytest.raises(Unavailable, match="kind"):
        key.rsa_key()
