"""The transport on real sockets: what `responses` cannot show."""

import contextlib
import gzip
import os
import socket
import socketserver
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from apps.ksef_client import transport
from apps.ksef_client.transport import AnswerLost, NotSent, Request, RequestsTransport

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
Script = Callable[[socket.socket, bytes], None]


@contextmanager
def server(script: Script) -> Iterator[str]:
    """A server that reads one request and then does what the script says."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            received = b""
            while b"\r\n\r\n" not in received:
                chunk = self.request.recv(65_536)
                if not chunk:
                    return
                received += chunk
            script(self.request, received)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}/"
        running.shutdown()
        thread.join()


def answering(content: bytes) -> Script:
    return lambda connection, _: connection.sendall(content)


@pytest.fixture
def carrier() -> Iterator[RequestsTransport]:
    carrier = RequestsTransport(connect_seconds=2)
    yield carrier
    carrier.close()


def get(url: str, **more: object) -> Request:
    return Request("GET", url, {"Accept": "*/*"}, allow_loopback=True, read_seconds=0.5, **more)  # type: ignore[arg-type]


def test_a_whole_answer_is_read(carrier: RequestsTransport) -> None:
    with server(answering(OK)) as url:
        response = carrier.send(get(url))

    assert (response.status, response.body) == (200, b"ok")


def test_nothing_but_framing_is_added_to_a_request(
    carrier: RequestsTransport, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:
        file.write("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", netrc)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    seen: list[bytes] = []

    def keep(connection: socket.socket, received: bytes) -> None:
        seen.append(received)
        connection.sendall(OK)

    with server(keep) as url:
        carrier.send(Request("GET", url, {"User-Agent": "us"}, allow_loopback=True))

    names = {line.split(b":")[0].lower() for line in seen[0].split(b"\r\n")[1:] if line}
    assert names == {b"host", b"user-agent", b"accept-encoding"}
    assert b"identity" in seen[0]


def test_no_cookie_ties_the_requests_of_companies_together(carrier: RequestsTransport) -> None:
    seen: list[bytes] = []

    def keep(connection: socket.socket, received: bytes) -> None:
        seen.append(received)
        connection.sendall(OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: incap=1; Path=/\r\n\r\n", 1))

    with server(keep) as url:
        carrier.send(get(url))
        carrier.send(get(url))

    assert len(seen) == 2
    assert b"ookie" not in seen[1]


def answer_too_late(connection: socket.socket, _: bytes) -> None:
    """Says nothing until the client has left; one that stays gets a whole answer, and its test fails."""
    connection.settimeout(20)
    with contextlib.suppress(OSError):
        connection.recv(1)
        connection.sendall(OK)


def drop(connection: socket.socket, _: bytes) -> None:
    connection.close()


def reset(connection: socket.socket, _: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


@pytest.mark.parametrize(
    "script",
    [
        answer_too_late,
        drop,
        reset,
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
        answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        answering(b"garbage\r\n\r\n"),
        answering(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"),
    ],
    ids=["hangs", "drops", "resets", "short", "bad chunk", "garbage", "bad gzip"],
)
def test_an_answer_that_does_not_come_whole_is_lost(carrier: RequestsTransport, script: Script) -> None:
    with server(script) as url, pytest.raises(AnswerLost):
        carrier.send(get(url))


def test_a_closed_port_and_an_unknown_name_mean_nothing_was_sent(carrier: RequestsTransport) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    for url in (f"http://127.0.0.1:{port}/", "http://does-not-exist.invalid/"):
        with pytest.raises(NotSent):
            carrier.send(get(url))


def test_a_redirect_is_an_answer_not_an_order(carrier: RequestsTransport) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with server(answering(moved)) as url:
        assert carrier.send(get(url)).status == 302


def test_an_answer_is_read_only_up_to_its_limit(carrier: RequestsTransport) -> None:
    large = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000
    with server(answering(large)) as url:
        with pytest.raises(AnswerLost, match="larger"):
            carrier.send(get(url, max_answer=4999))
        assert len(carrier.send(get(url, max_answer=5000)).body) == 5000


def test_a_compressed_bomb_is_bounded_by_what_it_unpacks_to(carrier: RequestsTransport) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    with server(answering(head + bomb)) as url, pytest.raises(AnswerLost, match="larger"):
        carrier.send(get(url, max_answer=1_000_000))


@pytest.mark.parametrize(
    ("head", "piece", "end"),
    [
        (b"Transfer-Encoding: chunked", b"1\r\nx\r\n", b"0\r\n\r\n"),
        (b"Content-Length: 2000", b"x", b""),
    ],
    ids=["chunked", "of known length"],
)
def test_an_answer_that_trickles_for_ever_is_left(
    carrier: RequestsTransport, monkeypatch: pytest.MonkeyPatch, head: bytes, piece: bytes, end: bytes
) -> None:
    monkeypatch.setattr(transport, "WHOLE_ANSWER_SECONDS", 0.1)
    came: list[bytes] = []

    def trickle(connection: socket.socket, _: bytes) -> None:
        with contextlib.suppress(OSError):  # the client has left
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
            for _ in range(2000):
                connection.sendall(piece)
                came.append(piece)
                time.sleep(0.01)
            connection.sendall(end)

    with server(trickle) as url, pytest.raises(AnswerLost, match="trickles"):
        carrier.send(get(url))

    assert len(came) < 2000, "the client waited until all of it had come"


def test_a_private_address_is_not_spoken_to_whatever_name_led_there(carrier: RequestsTransport) -> None:
    asked: list[bytes] = []
    with server(lambda connection, received: asked.append(received)) as url, pytest.raises(NotSent):
        carrier.send(Request("GET", url.replace("127.0.0.1", "localhost"), {}))

    assert asked == []


def test_a_server_without_a_trusted_certificate_gets_nothing(carrier: RequestsTransport) -> None:
    with server(answering(OK)) as url, pytest.raises((NotSent, AnswerLost)):
        carrier.send(get(url.replace("http://", "https://")))


def test_no_fault_tells_the_address_it_was_about(carrier: RequestsTransport) -> None:
    secret = f"storage?sig={os.getpid()}-signature"
    with server(drop) as url, pytest.raises(AnswerLost) as lost:
        carrier.send(get(url + secret))
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # taken, and nobody listens
        with pytest.raises(NotSent) as unsent:
            carrier.send(get(f"http://127.0.0.1:{silent.getsockname()[1]}/{secret}"))

    for fault in (lost.value, unsent.value):
        assert f"{os.getpid()}-signature" not in "".join(traceback.format_exception(fault))
