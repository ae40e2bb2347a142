"""A worker outlives its broker, whatever it had not acknowledged yet."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Consumer, Message, Queue
from kombu.transport import redis as kombu_redis

import ksefkit.celery  # noqa: F401 its channel is put in when Celery is configured
from ksefkit.broker import Channel
from launcher.ports import free_port
from launcher.valkey import Valkey


@dataclass
class Cut:
    """A connection whose broker is dead, and a message it never acknowledged."""

    connection: Any
    message: Message

    def lose_transport(self) -> None:
        """What kombu does first when the broker is lost and a channel could not be closed at once."""
        self.connection.transport.client = None


@pytest.fixture
def cut(tmp_path: Path) -> Cut:
    valkey = Valkey(tmp_path / "valkey", free_port(), "secret", tmp_path / "log", throw_away=True)
    process = valkey.start()
    try:
        valkey.wait_until_ready(process)
        connection = Connection(valkey.url)
        taken: list[Message] = []
        consumer = Consumer(connection.default_channel, [Queue("bells")], accept=["json"])
        consumer.register_callback(lambda _body, message: taken.append(message))
        consumer.consume()
        connection.Producer().publish({}, routing_key="bells")
        while not taken:
            connection.drain_events(timeout=10)
    finally:
        process.kill()
        process.wait()
    with pytest.raises(connection.connection_errors):
        connection.drain_events(timeout=10)
    return Cut(connection, taken[0])


def test_workers_use_our_channel() -> None:
    assert kombu_redis.Transport.Channel is Channel


def test_a_channel_whose_connection_was_taken_away_is_closed_without_an_error(cut: Cut) -> None:
    cut.lose_transport()

    cut.connection.close()

    assert not cut.connection.connected


def test_what_is_acknowledged_on_a_lost_connection_is_a_trouble_of_connections(cut: Cut) -> None:
    errors = cut.connection.connection_errors
    cut.lose_transport()
    cut.connection.close()

    with pytest.raises(errors, match="closed meanwhile"):
        cut.message.ack()
