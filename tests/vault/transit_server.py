"""A small HTTP server that behaves like HashiCorp Vault's transit engine with derived keys."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Engine:
    """The key versions; each context derives its own key."""

    def __init__(self) -> None:
        self.versions = {1: os.urandom(32)}
        self.minimum = 1
        self.token = "root-token"

    def rotate(self) -> None:
        self.versions[max(self.versions) + 1] = os.urandom(32)

    def encrypt(self, plaintext: str, context: str) -> str:
        version = max(self.versions)
        nonce = os.urandom(12)
        sealed = nonce + self._cipher(version, context).encrypt(nonce, base64.b64decode(plaintext), None)
        return f"vault:v{version}:{base64.b64encode(sealed).decode()}"

    def decrypt(self, ciphertext: str, context: str) -> str | None:
        _, version, body = ciphertext.split(":")
        number = int(version[1:])
        if number < self.minimum or number not in self.versions:
            return None
        sealed = base64.b64decode(body)
        try:
            return base64.b64encode(self._cipher(number, context).decrypt(sealed[:12], sealed[12:], None)).decode()
        except InvalidTag:
            return None

    def _cipher(self, version: int, context: str) -> AESGCM:
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=base64.b64decode(context))
        return AESGCM(derive.derive(self.versions[version]))


@contextmanager
def transit_server(engine: Engine) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, {"data": {"latest_version": max(engine.versions), "derived": True}})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers.get("X-Vault-Token") != engine.token:
                return self._answer(403, {"errors": ["permission denied"]})
            if "/encrypt/" in self.path:
                return self._answer(200, {"data": {"ciphertext": engine.encrypt(body["plaintext"], body["context"])}})
            plain = engine.decrypt(body["ciphertext"], body["context"])
            if plain is None:
                return self._answer(400, {"errors": ["cipher: message authentication failed"]})
            return self._answer(200, {"data": {"plaintext": plain}})

        do_PUT = do_POST

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
