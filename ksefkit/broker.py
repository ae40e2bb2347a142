"""The channel to the broker: one that was cut off says so, instead of ending the worker."""

from typing import Any

from kombu.transport import redis as kombu_redis
from redis.exceptions import ConnectionError as CutOff


class Channel(kombu_redis.Channel):
    """Gives back or acknowledges nothing on a connection that is gone, and is closed all the same.

    When the broker dies, kombu first takes the connection away and then closes its channels. A channel that holds a
    message nobody acknowledged yet asks for that connection once more; the AttributeError of this is no trouble of a
    connection to Celery, which ends the worker. The message comes again after the visibility timeout.
    """

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if self.connection.client is None:
            raise CutOff("The connection to the broker was closed meanwhile.")
        parameters: dict[str, Any] = super()._connparams(asynchronous)  # type: ignore[misc]  # not in the stubs
        return parameters


def use_our_channel() -> None:
    """To be called once, before the first connection to the broker."""
    kombu_redis.Transport.Channel = Channel
