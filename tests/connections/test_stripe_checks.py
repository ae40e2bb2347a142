"""Keys of tenants never travel in the clear."""

import pytest
from pytest_django import Settings

from apps.connections.stripe_checks import keys_travel_encrypted


@pytest.mark.parametrize(
    ("address", "problems"),
    [
        ("https://api.stripe.com", 0),
        ("http://127.0.0.1:8091", 0),
        ("http://localhost:8091", 0),
        ("http://[::1]:8091", 0),
        ("http://stripe-simulator:8091", 0),
        ("http://api.stripe.com", 1),
        ("http://10.0.0.8", 1),
        ("ftp://localhost", 1),
        ("http://", 1),
        ("", 1),
    ],
)
def test_only_a_simulator_nearby_is_spoken_to_unencrypted(settings: Settings, address: str, problems: int) -> None:
    settings.STRIPE_API_BASE = address

    assert len(keys_travel_encrypted()) == problems
