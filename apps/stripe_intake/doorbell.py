"""Tells the workers "look now". Postgres holds the work; a lost ring costs seconds, a late one nothing."""

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

# Many deliveries in the same moment ring once; the last one always rings.
PAUSE_SECONDS = 0.05


class Doorbell:
    """Rings from a thread of its own, so that a broker which is slow or down never delays an answer to Stripe."""

    def __init__(self, send: Callable[[], None], *, pause: float = PAUSE_SECONDS) -> None:
        self._send = send
        self._pause = pause
        self._wanted = threading.Event()
        self._rested = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Ask for a ring and return at once."""
        self._wanted.set()
        if self._thread is None or not self._thread.is_alive():
            self._start()

    def _start(self) -> None:
        # Started at the first ring, so after gunicorn has forked.
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._ring_for_ever, name="doorbell", daemon=True)
                self._thread.start()

    def _ring_for_ever(self) -> None:
        while self._wanted.wait():
            self._wanted.clear()
            try:
                self._send()
            except Exception as trouble:  # noqa: BLE001 whatever ails the broker, the sweep finds the rows
                log.warning("doorbell.unheard", trouble=type(trouble).__name__)
            self._rested.wait(self._pause)


def _send() -> None:
    from .tasks import process_stripe_events

    process_stripe_events.apply_async(retry=False, expires=30)


_doorbell = Doorbell(_send)


def ring() -> None:
    """Wake a worker for the events just stored."""
    _doorbell.ring()
