"""A simulator per test, without limits unless the test is about them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from apps.ksef_simulator.options import Options
from apps.ksef_simulator.server import Simulator
from tests.ksef_simulator.client import Client
from tests.ksef_simulator.invoices import SELLER

TOKEN = "20260101-EC-1111111111-2222222222-33|nip-5265877635|" + "ab" * 32
OPTIONS = Options(tokens=((SELLER, TOKEN),), limits="off", check_responses=True, storage_delay=0.0)

Start = Callable[..., Client]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a simulator with other options; afterwards no answer may have broken the contract."""
    running: list[Simulator] = []

    def started(**options: Any) -> Client:
        simulator = Simulator(replace(OPTIONS, **options)).start()
        running.append(simulator)
        return Client(simulator.address)

    yield started
    for simulator in running:
        violations = simulator.system.report.as_json().get("answerViolations", [])
        simulator.close()
        assert violations == []


@pytest.fixture
def client(start: Start) -> Client:
    return start()


@pytest.fixture
def acme(client: Client) -> Client:
    """Acme, signed in with its token."""
    return client.sign_in(SELLER, TOKEN)
