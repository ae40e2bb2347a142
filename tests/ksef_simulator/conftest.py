"""A simulator per test, without limits unless the test is about them."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apps.ksef_simulator.options import Options
from apps.ksef_simulator.server import Simulator
from apps.ksef_simulator.system import System
from tests.ksef_simulator.client import Client
from tests.ksef_simulator.invoices import SELLER

TOKEN = "20260101-EC-1111111111-2222222222-33|nip-5265877635|" + "ab" * 32
OPTIONS = Options(tokens=((SELLER, TOKEN),), limits="off", check_responses=True, storage_delay=0.0)

Start = Callable[..., Client]


@pytest.fixture(scope="session")
def with_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state file that already holds the keys: making them is what takes time at a start."""
    path = tmp_path_factory.mktemp("simulator") / "keys"
    System(replace(OPTIONS, tokens=(), state=path)).close()
    return path


@pytest.fixture
def start(with_keys: Path, tmp_path: Path) -> Iterator[Start]:
    """Start a simulator with other options; afterwards no answer may have broken the contract."""
    running: list[Simulator] = []

    def started(**options: Any) -> Client:
        state = options.pop("state", tmp_path / f"state-{len(running)}")
        if not state.exists():
            shutil.copy(with_keys, state)
        simulator = Simulator(replace(OPTIONS, state=state, **options)).start()
        running.append(simulator)
        client = Client(simulator.address)
        client.simulator = simulator
        return client

    yield started
    for simulator in running:
        report = simulator.system.report.as_json()
        simulator.close()
        assert report.get("answerViolations", []) == []
        assert report.get("internalErrors", []) == []


@pytest.fixture
def client(start: Start) -> Client:
    return start()


@pytest.fixture
def acme(client: Client) -> Client:
    """Acme, signed in with its token."""
    return client.sign_in(SELLER, TOKEN)
