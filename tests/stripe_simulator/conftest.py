"""A simulator per test, reached over real HTTP with the real stripe library."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import requests
import stripe

from apps.stripe_simulator.clock import Clock
from apps.stripe_simulator.server import Server
from apps.stripe_simulator.settings import AccountSettings, SendingSettings
from apps.stripe_simulator.simulator import Simulator, make_simulator
from tests.stripe_simulator.receiver import Receiver, make_server

KEY = "rk_test_51SAcmeSellsSoftware000000001"
ENDIVE, CLOVER, BASIL, ACACIA = "2026-10-28.endive", "2026-02-25.clover", "2025-08-27.basil", "2025-02-24.acacia"


@dataclass
class Acme:
    """Acme's Stripe account in the simulator."""

    simulator: Simulator
    server: Server
    key: str = KEY

    @property
    def url(self) -> str:
        return self.server.address

    def client(self, version: str = ENDIVE, *, key: str | None = None) -> stripe.StripeClient:
        return stripe.StripeClient(
            key or self.key,
            stripe_version=version,
            base_addresses={"api": self.url},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=30),
        )

    def get(self, path: str, /, *, version: str = ENDIVE, **params: Any) -> dict[str, Any]:
        """The raw JSON of an API answer."""
        headers = {"Authorization": f"Bearer {self.key}", "Stripe-Version": version}
        answer = requests.get(self.url + path, params=params, headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def control(self, method: str, path: str, /, **body: Any) -> dict[str, Any]:
        answer = requests.request(method, f"{self.url}/control/{path}", json=body or None, timeout=60)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def play(self, scenario: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("POST", f"scenarios/{scenario}")["documents"]
        return found

    def listen(self, receiver: Receiver, *events: str, version: str | None = None) -> str:
        """Let the receiver be told of these events; the answer is the endpoint's id."""
        params: Any = {"url": receiver.url, "enabled_events": list(events) or ["*"]}
        if version:
            params["api_version"] = version
        made = self.client().v1.webhook_endpoints.create(params)
        receiver.secret = made.secret or ""
        return made.id


Start = Callable[..., Acme]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a simulator with other settings; `account` and `sending` take fields of their settings."""
    running: list[Server] = []

    def started(
        *,
        key: str = KEY,
        account: dict[str, Any] | None = None,
        sending: dict[str, Any] | None = None,
        now: datetime | None = None,
        **more: Any,
    ) -> Acme:
        simulator = make_simulator(
            key=key,
            account=AccountSettings(**(account or {})),
            sending=SendingSettings(**({"retry_base": 0.05, "senders": 4} | (sending or {}))),
            clock=Clock(now),
            **more,
        )
        server = Server(simulator, threads=4)
        running.append(server)
        server.start()
        return Acme(simulator, server, key)

    yield started
    for server in running:
        server.stop()


@pytest.fixture
def acme(start: Start) -> Acme:
    return start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    server = make_server(made)
    yield made
    server.shutdown()
    server.server_close()
