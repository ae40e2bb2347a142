"""One Stripe address for several accounts: the key of a request decides which simulator answers it."""

import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PASSED_ON = ("Content-Type", "Authorization", "Stripe-Version", "Idempotency-Key")


class StripeDoor:
    """Listens on one port and passes each request on to the account of its key."""

    def __init__(self, accounts: Mapping[str, int]) -> None:
        class Handler(_Handler):
            ports = dict(accounts)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    ports: Mapping[str, int]

    def _pass_on(self) -> None:
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports.get(key, 1)}{self.path}",
            data=body or None,
            method=self.command,
            headers={name: value for name in PASSED_ON if (value := self.headers.get(name))},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 as above
                self._answer(answer.status, answer.read())
        except urllib.error.HTTPError as refusal:
            self._answer(refusal.code, refusal.read())
        except OSError:
            self._answer(502, b"{}")

    do_GET = do_POST = do_DELETE = _pass_on

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The simulators keep their own report."""
