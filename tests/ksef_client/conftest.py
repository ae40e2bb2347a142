"""A client whose HTTP edge is held by `responses`, a fixed clock, and a contract every request is checked against."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import responses

from apps.ksef_client.endpoints import Endpoint
from apps.ksef_client.environments import TEST
from apps.ksef_client.keys import Keys, MemoryKeyCache
from apps.ksef_client.ksef import Exchange, Ksef
from apps.ksef_client.transport import RequestsTransport
from tests.ksef_client.contract import check_request
from tests.ksef_client.public_keys import PublishedKeys

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
BASE = TEST.base_url


@dataclass
class Ledger:
    """What the observer was told."""

    asked: list[Endpoint] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    def before(self, endpoint: Endpoint) -> None:
        self.asked.append(endpoint)

    def after(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def transport() -> Iterator[RequestsTransport]:
    transport = RequestsTransport()
    yield transport
    transport.close()


@pytest.fixture
def anonymous(transport: RequestsTransport, clock: Callable[[], datetime], ledger: Ledger) -> Ksef:
    """A connection to TEST before sign-in."""
    return Ksef(TEST, transport, clock, ledger)


@pytest.fixture
def ksef(anonymous: Ksef) -> Ksef:
    """A signed-in connection to TEST."""
    return anonymous.signed_in("access-token")


@pytest.fixture
def keys() -> Keys:
    return Keys(MemoryKeyCache(), jitter=lambda: 0.0)


@pytest.fixture
def http() -> Iterator[responses.RequestsMock]:
    """The HTTP edge; every request that reaches it must fit the contract."""
    with responses.RequestsMock() as mock:
        yield mock
        for call in mock.calls:
            check_request(call.request)


@pytest.fixture
def published(http: responses.RequestsMock) -> PublishedKeys:
    """KSeF's public keys, published at the usual address and readable with their private half."""
    published = PublishedKeys.make(NOON)
    http.get(f"{BASE}/security/public-key-certificates", json=published.as_json())
    return published
