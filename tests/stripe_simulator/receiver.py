"""A webhook endpoint that remembers what it got and answers as it is told."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe


@dataclass
class Delivery:
    body: bytes
    signature: str
    at: float

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    url: str = ""
    secret: str = ""
    deliveries: list[Delivery] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)  # used up one by one; afterwards always 200
    connections: set[tuple[str, int]] = field(default_factory=set)

    def events(self, type: str | None = None) -> list[dict[str, Any]]:
        return [delivery.event for delivery in list(self.deliveries) if type is None or delivery.event["type"] == type]

    def wait_for(self, count: int, type: str | None = None, *, seconds: float = 10) -> list[dict[str, Any]]:
        wait_until(lambda: len(self.events(type)) >= count, seconds=seconds)
        return self.events(type)

    def verify_all(self) -> None:
        for delivery in self.deliveries:
            stripe.WebhookSignature.verify_header(
                delivery.body.decode(), delivery.signature, self.secret, tolerance=300
            )


def wait_until(fulfilled: Callable[[], bool], *, seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not fulfilled():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.01)


def make_server(receiver: Receiver) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.connections.add(self.client_address)
            receiver.deliveries.append(Delivery(body, self.headers["Stripe-Signature"], time.time()))
            status = receiver.answers.pop(0) if receiver.answers else 200
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", receiver.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/hooks/stripe/acme/"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server
