"""Signed deliveries to the webhook, from one thread over kept connections: lean, since it shares the web's cores."""

import hashlib
import hmac
import json
import selectors
import socket
import time
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

EVENT_BYTES = 5_000
MOST_CONNECTIONS = 100
_PATIENCE = 60.0  # seconds for one answer
Delivery = tuple[bytes, bytes, bytes, bytes]  # head, and the body in three parts, of which only the id differs


@dataclass(slots=True)
class Outcome:
    """What became of the deliveries of one run; `latencies` are the seconds of those acknowledged."""

    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    took: float = 0.0  # seconds until the last answer

    @property
    def per_second(self) -> int:
        return round(len(self.latencies) / self.took)


class Load:
    """Delivers events, each with an id of its own, to one address."""

    def __init__(self, port: int, path: str, secret: str) -> None:
        self._port, self._path, self._secret = port, path, secret
        self._selector = selectors.DefaultSelector()
        self._idle: deque[socket.socket] = deque()
        self._outcome = Outcome()

    def steady(self, rate: int, seconds: float) -> Outcome:
        """So many a second, at moments of chance, whether or not earlier ones were answered.

        Each is timed from the moment at which it was due, so what waits, here or there, counts.
        """
        self._outcome = Outcome()
        ready = self._signed(round(rate * seconds))
        random = Random(1)  # noqa: S311 the same moments in each run
        began = time.perf_counter() + 0.05
        moments = sorted(began + random.uniform(0, seconds) for _ in ready)
        sent = waiting = 0
        while sent < len(ready) or waiting:
            now = time.perf_counter()
            while sent < len(ready) and moments[sent] <= now and waiting < MOST_CONNECTIONS:
                self._send(ready[sent], moments[sent])
                sent, waiting = sent + 1, waiting + 1
            is_full = sent == len(ready) or waiting == MOST_CONNECTIONS
            waiting -= self._receive(_PATIENCE if is_full else max(moments[sent] - time.perf_counter(), 0))
        return self._ended(began)

    def eager(self, clients: int, seconds: float) -> Outcome:
        """As many as so many clients get through that send the next one as soon as the last one is answered."""
        self._outcome = Outcome()
        began = time.perf_counter()
        until = began + seconds
        waiting = 0
        while waiting or time.perf_counter() < until:
            while waiting < clients and time.perf_counter() < until:
                self._send(self._signed(1)[0], time.perf_counter())
                waiting += 1
            waiting -= self._receive(_PATIENCE)
        return self._ended(began)

    def _signed(self, count: int) -> Sequence[Delivery]:
        """Signed ahead: Stripe's processors are not ours."""
        moment = str(int(time.time())).encode()
        start = hmac.new(self._secret.encode(), moment + b"." + _BODY_HEAD, hashlib.sha256)
        length = len(_BODY_HEAD) + 32 + len(_BODY_TAIL)
        head = (
            f"POST {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {length}\r\nStripe-Signature: t={moment.decode()},v1="
        ).encode()
        ready = []
        for _ in range(count):
            event_id, signature = uuid.uuid4().hex.encode(), start.copy()
            signature.update(event_id + _BODY_TAIL)
            ready.append((head + signature.hexdigest().encode() + b"\r\n\r\n", _BODY_HEAD, event_id, _BODY_TAIL))
        return ready

    def _send(self, delivery: Delivery, due: float) -> None:
        connection = self._idle.popleft() if self._idle else self._connected()
        self._selector.register(connection, selectors.EVENT_READ, due)
        connection.sendmsg(delivery)  # far less than a socket takes at once

    def _connected(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=_PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _receive(self, patience: float) -> int:
        """Take the answers that are there; how many deliveries came to their end."""
        answered = self._selector.select(patience)
        for key, _ in answered:
            connection = key.fileobj
            assert isinstance(connection, socket.socket)
            try:
                answer = connection.recv(4096)  # some 200 bytes in one piece
            except OSError:
                answer = b""
            self._selector.unregister(connection)
            if answer.startswith(b"HTTP/1.1 200"):
                self._outcome.latencies.append(time.perf_counter() - key.data)
            else:
                self._outcome.refused += 1
            if b"keep-alive" in answer.lower():
                self._idle.append(connection)
            else:
                connection.close()
        return len(answered)

    def _ended(self, began: float) -> Outcome:
        self._outcome.took = time.perf_counter() - began
        while self._idle:
            self._idle.popleft().close()
        return self._outcome


def _body() -> tuple[bytes, bytes]:
    """An event with an invoice of some lines, cut where its id goes."""
    line = {
        "object": "line_item",
        "amount": 4990,
        "currency": "pln",
        "quantity": 1,
        "discount_amounts": [],
        "metadata": {},
    }
    lines: list[dict[str, object]] = []
    event = {
        "id": "evt_@",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_795_000_000,
        "data": {"object": {"id": "in_1", "object": "invoice", "lines": {"data": lines, "has_more": False}}},
        "livemode": False,
        "type": "invoice.finalized",
    }
    while len(json.dumps(event)) < EVENT_BYTES:
        lines.append(line | {"id": f"il_{len(lines)}", "description": "Subskrypcja plan Pro, stanowisko"})
    head, _, tail = json.dumps(event).encode().partition(b"@")
    return head, tail


_BODY_HEAD, _BODY_TAIL = _body()
