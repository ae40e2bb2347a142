"""Answers that end too early, too late or never: told as "no answer", whatever the library calls it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from apps.registers import http
from apps.registers.http import RegisterUnavailable, ask


class Odd(BaseHTTPRequestHandler):
    """Answers as the path says."""

    def do_GET(self) -> None:
        self.send_response(200)
        if self.path == "/cut":
            self.send_header("Content-Length", "100")
        if self.path == "/garbled":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(b"[1, 2")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def odd() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("how", ["cut", "garbled"])
def test_an_answer_that_breaks_off_or_cannot_be_unpacked_is_no_answer(odd: str, how: str) -> None:
    with pytest.raises(RegisterUnavailable, match="did not answer"):
        ask(f"{odd}/{how}")


def test_an_answer_that_comes_too_slowly_is_given_up(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST_ANSWER", -1)

    with pytest.raises(RegisterUnavailable, match="does not come to an end"):
        ask(f"{odd}/slow")


def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(RegisterUnavailable, match="did not answer"):
        ask("http://127.0.0.1:9/")
