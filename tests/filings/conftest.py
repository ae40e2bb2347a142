"""A simulator and a connected Acme for the tests that talk to KSeF."""

from collections.abc import Iterator

import pytest

from apps.connections import ksef as sign_in
from tests.factories import ACME_NIP, GLOBEX_NIP, Company

from .house import House, Ksef, connect


@pytest.fixture
def ksef() -> Iterator[Ksef]:
    sign_in.forget_public_keys()
    simulator = Ksef([ACME_NIP, GLOBEX_NIP])
    yield simulator
    simulator.close()
    unhit = [f"{rule.effect} on {rule.operation}" for rule in simulator.rules if not rule.hits]
    assert not unhit, f"faults that never happened, so the test proves nothing: {unhit}"


@pytest.fixture
def house(acme: Company, ksef: Ksef) -> House:
    """Acme."""
    return connect(acme, ksef)
