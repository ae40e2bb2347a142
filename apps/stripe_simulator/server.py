from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress
from typing import Any

import waitress
from waitress import wasyncore

from .http_application import Application
from .simulator import Simulator

# Seconds between two looks at whether to stop; a connection wakes the loop at once.
_LOOK_UP = 1.0


class Server:
    """A simulator that listens: requests are answered by a pool of threads, webhooks sent by another."""

    def __init__(self, simulator: Simulator, *, host: str = "127.0.0.1", port: int = 0, threads: int = 16) -> None:
        # Its warnings about a full queue are normal under load.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._simulator = simulator
        self._sockets: dict[int, Any] = {}
        self._server = waitress.create_server(
            Application(simulator),
            map=self._sockets,
            host=host,
            port=port,
            threads=threads,
            connection_limit=500,
            ident="stripe-simulator",
        )
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._listens_at = (host, self._server.effective_port)
        self.address = f"http://{host}:{self._server.effective_port}"

    def run(self) -> None:
        """Serve until a signal ends the process or another thread calls `stop`."""
        self._simulator.sender.start()
        try:
            while not self._stopping:
                wasyncore.loop(timeout=_LOOK_UP, use_poll=True, map=self._sockets, count=1)
        finally:
            self._simulator.sender.stop()
            self._server.task_dispatcher.shutdown()
            wasyncore.close_all(self._sockets, ignore_all=True)

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="stripe-simulator", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End a server that was started in a thread."""
        self._stopping = True
        with suppress(OSError):
            socket.create_connection(self._listens_at, timeout=1).close()
        if self._thread:
            self._thread.join(timeout=10)
