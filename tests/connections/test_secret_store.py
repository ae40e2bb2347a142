"""Stripe's Secret Store through the real stripe library, against the stand-in's own HTTP server."""

from typing import Any

import pytest

from apps.connections.secret_store import StripeSecretStore
from apps.connections.stripe_access import StripeAccess, StripeAccessDenied
from tests.stripe_simulator.conftest import KEY, Acme, Start, start

__all__ = ["start"]  # a fixture of the stand-in's own tests


@pytest.fixture
def account(start: Start, settings: Any) -> Acme:
    acme = start()
    settings.STRIPE_API_BASE = acme.url
    return acme


def test_a_secret_is_kept_replaced_and_wiped(account: Acme) -> None:
    store = StripeSecretStore(StripeAccess(KEY))
    assert store.get("ksef_token") is None

    store.put("ksef_token", "canary-one")
    store.put("ksef_token", "canary-two")
    assert store.get("ksef_token") == "canary-two"
    assert store.get("other") is None

    store.wipe("ksef_token")
    store.wipe("ksef_token")
    assert store.get("ksef_token") is None


def test_a_wrong_key_reads_nothing_and_the_trouble_names_no_secret(account: Acme) -> None:
    StripeSecretStore(StripeAccess(KEY)).put("ksef_token", "canary-one")

    with pytest.raises(StripeAccessDenied) as denied:
        StripeSecretStore(StripeAccess("rk_test_51SWrongKeyOfSomebodyElse0001")).get("ksef_token")

    assert "canary" not in str(denied.value)
    assert "rk_test" not in repr(StripeSecretStore(StripeAccess(KEY)))
