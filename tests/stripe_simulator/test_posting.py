"""Connections that end without notice, hang or never were."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from apps.stripe_simulator.webhooks.posting import Poster

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Serve = Callable[[list[bytes]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A server that gives each connection one of the answers and then closes it."""
    listening: list[socket.socket] = []
    ended = threading.Event()

    def serving(answers: list[bytes]) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        server.settimeout(10)
        listening.append(server)

        def work() -> None:
            for answer in answers:
                connection, _ = server.accept()
                with connection:
                    connection.recv(65_536)
                    if answer == b"":
                        ended.wait(10)
                    connection.sendall(answer)

        threading.Thread(target=work, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/hook?a=1"

    yield serving
    ended.set()
    for server in listening:
        server.close()


@pytest.fixture
def poster() -> Iterator[Poster]:
    made = Poster(timeout=0.5)
    yield made
    made.close()


def test_a_kept_connection_that_was_closed_meanwhile_is_replaced(serve: Serve, poster: Poster) -> None:
    url = serve([OK, OK])

    answers = [poster.post(url, b"{}", {}) for _ in range(2)]

    assert [(answer.status, answer.note) for answer in answers] == [(200, "ok"), (200, "ok")]


def test_a_fresh_connection_that_is_closed_is_no_answer(serve: Serve, poster: Poster) -> None:
    answer = poster.post(serve([b" "]), b"{}", {})

    assert answer.status == 0
    assert answer.note


def test_an_endpoint_that_hangs_is_given_up_after_the_timeout(serve: Serve, poster: Poster) -> None:
    answer = poster.post(serve([b""]), b"{}", {})

    assert answer.status == 0
    assert "timed out" in answer.note
    assert 400 <= answer.milliseconds < 5_000


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "https://127.0.0.1:9/"])
def test_nobody_there_is_no_answer(poster: Poster, url: str) -> None:
    assert poster.post(url, b"{}", {}).status == 0


def test_a_long_answer_is_read_only_at_its_beginning(serve: Serve, poster: Poster) -> None:
    long = b"HTTP/1.1 500 Oops\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000

    answer = poster.post(serve([long]), b"{}", {})

    assert (answer.status, len(answer.note)) == (500, 300)
