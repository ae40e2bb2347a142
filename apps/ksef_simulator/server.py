"""The HTTP server: waitress, taught to hang up when a fault asks for it."""

import logging
import threading
from contextlib import suppress
from types import TracebackType

import waitress
import waitress.channel
import waitress.server
import waitress.task

from apps.ksef_simulator.options import Options
from apps.ksef_simulator.system import System
from apps.ksef_simulator.web.app import Application
from apps.ksef_simulator.web.misbehaviour import ConnectionDropped


class _Task(waitress.task.WSGITask):  # type: ignore[misc]  # waitress has no types
    def service(self) -> None:
        try:
            super().service()
        except ConnectionDropped:
            # Nothing was written; the channel closes the socket when it sees this.
            self.close_on_finish = True


class _Channel(waitress.channel.HTTPChannel):  # type: ignore[misc]  # waitress has no types
    task_class = _Task


class Simulator:
    """The simulator listening on its address; a context manager for tests, or run to its end by the command."""

    def __init__(self, options: Options, system: System | None = None) -> None:
        self.system = system or System(options)
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._server = waitress.server.create_server(
            Application(self.system),
            host=options.host,
            port=options.port,
            threads=options.threads,
            ident=None,
            channel_request_lookahead=1,
            max_request_body_size=200_000_000,
            # A receipt of ten thousand documents has a few megabytes: keep it in memory instead of a file.
            outbuf_overflow=64_000_000,
            inbuf_overflow=8_000_000,
        )
        self._server.channel_class = _Channel
        self.address = f"http://{options.host}:{self._server.effective_port}"
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()

    def serve(self) -> None:
        """Serve until close() is called or a signal ends the loop."""
        try:
            while not self._ending.is_set():
                self._server.asyncore.loop(timeout=0.5, use_poll=True, map=self._server._map, count=1)
        finally:
            self._server.task_dispatcher.shutdown()
            for channel in list(self._server.active_channels.values()):
                channel.handle_close()
            self._server.close()
            self.system.close()

    def start(self) -> "Simulator":
        self._thread = threading.Thread(target=self.serve, name="ksef-simulator", daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        self._ending.set()
        with suppress(OSError):  # the loop saw the end by itself and has closed its trigger
            self._server.pull_trigger()
        if self._thread is not None:
            self._thread.join(10)

    def __enter__(self) -> "Simulator":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
