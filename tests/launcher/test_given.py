"""Addresses as people give them."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from launcher.given import ksef_address, stripe_address
from launcher.talk import Failure

KEYS = "/security/public-key-certificates"
Serve = Callable[[dict[str, object]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[ThreadingHTTPServer] = []

    def serve_it(answers: dict[str, object]) -> str:
        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(answers.get(self.path)).encode()
                self.send_response(200 if self.path in answers else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield serve_it
    for server in servers:
        server.shutdown()
        server.server_close()


def test_an_address_with_a_path_is_taken_as_it_is() -> None:
    assert ksef_address("http://127.0.0.1:1/api/v2/") == "http://127.0.0.1:1/api/v2"


@pytest.mark.parametrize("answers", [{f"/v2{KEYS}": []}, {f"/v2{KEYS}": [], KEYS: []}, {KEYS: {"not": "keys"}}])
def test_an_address_without_a_path_gets_the_one_of_the_api(serve: Serve, answers: dict[str, object]) -> None:
    address = serve(answers)

    assert ksef_address(address + "/") == f"{address}/v2"


def test_a_ksef_that_answers_without_a_path_is_called_without_it(serve: Serve) -> None:
    address = serve({KEYS: []})

    assert ksef_address(address) == address


def test_a_ksef_that_is_not_there_yet_is_called_as_the_api_says() -> None:
    assert ksef_address("http://127.0.0.1:1") == "http://127.0.0.1:1/v2"


def test_the_version_is_added_to_a_stripe_address_by_the_product() -> None:
    assert stripe_address("http://127.0.0.1:8091/v1/") == stripe_address("http://127.0.0.1:8091")


@pytest.mark.parametrize("given", ["127.0.0.1:8090", "ftp://127.0.0.1/v2", "http:///v2"])
def test_what_is_no_web_address_is_refused_by_its_name(given: str) -> None:
    with pytest.raises(Failure, match="KSEF_LOCAL_URL must be an http"):
        ksef_address(given)
    with pytest.raises(Failure, match="STRIPE_LOCAL_URL must be an http"):
        stripe_address(given)
