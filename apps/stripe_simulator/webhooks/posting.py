from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

_READ_AT_MOST = 2_000


@dataclass(frozen=True, slots=True)
class PostAnswer:
    status: int  # 0: no answer
    milliseconds: int
    note: str


class Poster:
    """POSTs over kept-alive connections, one set of connections per thread."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._local = threading.local()

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> PostAnswer:
        started = time.monotonic()
        parts = urlsplit(url)  # checked when the endpoint was made
        try:
            status, note = self._exchange(parts, body, headers)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            self._forget(parts)
            status, note = 0, f"{type(problem).__name__}: {problem}"
        return PostAnswer(status, round((time.monotonic() - started) * 1000), note[:300])

    def close(self) -> None:
        """Close the calling thread's connections."""
        for connection in self._pool().values():
            connection.close()
        self._pool().clear()

    def _exchange(self, parts: SplitResult, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection, reused = self._connection(parts)
        try:
            connection.request("POST", target, body, headers)
            response = connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            # A kept-alive connection may have been closed meanwhile; a fresh one tells whether anybody is there.
            if not reused:
                raise
            self._forget(parts)
            connection, _ = self._connection(parts)
            connection.request("POST", target, body, headers)
            response = connection.getresponse()
        text = response.read(_READ_AT_MOST).decode("utf-8", "replace")
        if response.will_close or not response.isclosed():
            self._forget(parts)
        return response.status, text

    def _connection(self, parts: SplitResult) -> tuple[http.client.HTTPConnection, bool]:
        pool = self._pool()
        key = (parts.scheme, parts.netloc)
        if key in pool:
            return pool[key], True
        pool[key] = self._connect(parts)
        return pool[key], False

    def _connect(self, parts: SplitResult) -> http.client.HTTPConnection:
        host = parts.hostname or ""
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(host, parts.port, timeout=self._timeout, context=context)
        else:
            connection = http.client.HTTPConnection(host, parts.port, timeout=self._timeout)
        connection.connect()
        # Head and body are two writes; without this each POST would wait for the other side's delayed acknowledgement.
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _forget(self, parts: SplitResult) -> None:
        connection = self._pool().pop((parts.scheme, parts.netloc), None)
        if connection:
            connection.close()

    def _pool(self) -> dict[tuple[str, str], http.client.HTTPConnection]:
        if not hasattr(self._local, "pool"):
            self._local.pool = {}
        pool: dict[tuple[str, str], http.client.HTTPConnection] = self._local.pool
        return pool
