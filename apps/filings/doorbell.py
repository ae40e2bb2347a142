"""Tells a worker "look now" when a document became ready. Unheard, it costs a second: the next tick looks anyway."""

import time
from typing import Any

import structlog
from django.db import transaction

log = structlog.get_logger()

# An import that opens thousands of documents rings a few times a second, not for each.
PAUSE_SECONDS = 0.2
_last_rung = -PAUSE_SECONDS


def ring() -> None:
    """Ring once the transaction in progress is committed."""
    transaction.on_commit(_ring)


def ring_for_changes() -> None:
    """A person changed a connection: the sweep, which finds all that follows from it, comes at once."""
    transaction.on_commit(_ring_sweep)


def _ring_sweep() -> None:
    from .tasks import sweep

    _send(sweep)


def _ring() -> None:
    global _last_rung
    now = time.monotonic()
    if now - _last_rung < PAUSE_SECONDS:
        return
    _last_rung = now
    from .tasks import tick  # the tasks import the engine, and the engine rings

    _send(tick)


def _send(task: Any) -> None:
    try:
        task.apply_async(expires=5, retry=False)
    except Exception as trouble:  # noqa: BLE001 whatever ails the broker, the row is due and the next beat finds it
        log.warning("doorbell.unheard", trouble=type(trouble).__name__)
