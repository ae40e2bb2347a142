"""Acme on its way to a certificate, over a tapped wire: whatever is asked of KSeF keeps its contract."""

from collections.abc import Iterator

import pytest

from apps.ksef_simulator.server import Simulator
from tests.connections.certificate_house import Moving, moving, options
from tests.factories import Company
from tests.ksef_client.wire import Tap
from tests.ksef_client.wire_rules import judge


@pytest.fixture
def acme_moving(acme: Company) -> Iterator[Moving]:
    tap = Tap()
    with Simulator(options(signin_delay=2.0)) as simulator:
        tap.upstream = simulator.address
        house = moving(acme, f"{tap.url}/v2", simulator)
        yield house
        report = simulator.system.report.as_json()
    tap.close()
    assert judge(tap.said()).complaints == []
    assert {kind for kind in ("retryAfterIgnored", "contractViolations", "internalErrors") if report.get(kind)} == set()
    assert [rule.effect for rule in house.rules if not rule.hits] == [], "faults that never happened"
