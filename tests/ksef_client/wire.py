"""A tap on the wire: hands every byte on between client and server, and afterwards reads what was said.

It knows nothing of our client: requests are read from the raw bytes, with their framing.
"""

import bisect
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Message:
    """A request or an answer as it stood on the wire."""

    at: float
    start: str
    headers: list[tuple[str, str]]
    body: bytes = field(repr=False)

    def all(self, name: str) -> list[str]:
        return [value for given, value in self.headers if given.lower() == name.lower()]

    def one(self, name: str) -> str | None:
        found = self.all(name)
        assert len(found) <= 1, f"{name} is given {len(found)} times"
        return found[0] if found else None


@dataclass(frozen=True)
class Said:
    """A request and what was answered; nothing, when the connection was lost first."""

    request: Message
    answer: Message | None

    @property
    def method(self) -> str:
        return self.request.start.split(" ")[0]

    @property
    def target(self) -> str:
        return self.request.start.split(" ")[1]

    @property
    def status(self) -> int:
        return int(self.answer.start.split(" ")[1]) if self.answer else 0


class Heard:
    """One direction of a connection: its bytes, and when which of them came."""

    def __init__(self) -> None:
        self.content = bytearray()
        self._ends: list[int] = []
        self._times: list[float] = []

    def add(self, piece: bytes) -> None:
        self._times.append(time.monotonic())
        self.content += piece
        self._ends.append(len(self.content))

    def at(self, offset: int) -> float:
        return self._times[bisect.bisect_right(self._ends, offset)]


class Tap:
    """Listens on a port of its own in front of a server that may be named later."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.upstream = ""
        self._heard: list[tuple[Heard, Heard]] = []
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """Hang up on everybody."""
        for end in (self._socket, *list(self._open)):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(5)
        self._socket.close()

    def said(self) -> list[Said]:
        """Every request of every connection, in the order in which they began."""
        found = [each for sent, received in list(self._heard) for each in _pairs(sent, received)]
        return sorted(found, key=lambda each: each.request.at)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._connect, args=(client,), daemon=True))
            self._threads[-1].start()

    def _connect(self, client: socket.socket) -> None:
        parts = urlsplit(self.upstream)
        server = socket.create_connection((parts.hostname or "", parts.port or 80))
        sent, received = Heard(), Heard()
        self._heard.append((sent, received))
        with client, server:
            self._open |= {client, server}
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=_pump, args=(server, client, received), daemon=True)
            back.start()
            _pump(client, server, sent)
            back.join()
            self._open -= {client, server}


def _pump(source: socket.socket, sink: socket.socket, record: Heard) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65_536):
            record.add(piece)
            sink.sendall(piece)
    for end in (sink, source):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _pairs(sent: Heard, received: Heard) -> Iterator[Said]:
    answers = _messages(received, is_request=False)
    for request in _messages(sent, is_request=True):
        yield Said(request, next(answers, None))


def _messages(heard: Heard, *, is_request: bool) -> Iterator[Message]:
    stream, start = bytes(heard.content), 0
    while (end := stream.find(b"\r\n\r\n", start)) >= 0:  # what is cut off inside its head is no message
        lines = stream[start:end].decode("ascii").split("\r\n")
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        head = Message(heard.at(start), lines[0], headers, b"")
        body, start = _body(head, stream, end + 4, is_request=is_request)
        yield replace(head, body=body)


def _body(head: Message, stream: bytes, start: int, *, is_request: bool) -> tuple[bytes, int]:
    if head.one("Transfer-Encoding"):
        assert not is_request, "a request is sent in chunks instead of with its length"
        return _chunks(stream, start)
    if (length := head.one("Content-Length")) is not None:
        return stream[start : start + int(length)], start + int(length)
    if is_request or head.start.split(" ")[1] in ("204", "304"):
        return b"", start
    return stream[start:], len(stream)


def _chunks(stream: bytes, start: int) -> tuple[bytes, int]:
    body = b""
    while (end := stream.find(b"\r\n", start)) >= 0:
        length = int(stream[start:end], 16)
        body, start = body + stream[end + 2 : end + 2 + length], end + 4 + length
        if not length:
            break
    return body, start
