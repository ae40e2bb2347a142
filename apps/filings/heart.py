"""Work goes on while the broker is away: a worker process that hears no bell does by itself what beat would ring for.

What is due stands in PostgreSQL, so any number of processes may look at once; each effect still happens once.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from celery import current_app, signals
from django.db import close_old_connections

log = structlog.get_logger()

SILENCE = 15.0  # seconds without a bell; beat rings every second
LOOK_EVERY = 1.0
# Rarer tasks wait for the broker.
LONGEST_INTERVAL = 60.0


@dataclass
class Heart:
    """Knows when this process last heard a bell, and rings for itself when that is too long ago."""

    intervals: Mapping[str, float]  # task -> seconds
    run: Callable[[str], object]
    clock: Callable[[], float] = time.monotonic
    heard_at: float = field(init=False)
    _done_at: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.heard_at = self.clock()

    def hear(self) -> None:
        """A bell came through the broker."""
        self.heard_at = self.clock()

    def beat(self) -> int:
        """Do what is due if nobody rings; returns how many tasks that were."""
        if self.clock() - self.heard_at < SILENCE:
            return 0
        due = [name for name, every in self.intervals.items() if self.clock() - self._done_at.get(name, 0.0) >= every]
        for name in due:
            self._done_at[name] = self.clock()
            try:
                self.run(name)
            except Exception:
                log.exception("heart.task_failed", task=name)
        return len(due)


_heart: Heart | None = None


def hear() -> None:
    """To be called by the task that comes most often."""
    if _heart is not None:
        _heart.hear()


@signals.worker_process_init.connect
def start(**_: Any) -> None:
    """Each process of a worker has a heart of its own."""
    global _heart
    _heart = Heart(intervals_of(current_app.conf.beat_schedule), _run)
    threading.Thread(target=_go_on, args=(_heart,), name="heart", daemon=True).start()


def intervals_of(schedule: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """The frequent tasks of beat's schedule."""
    every = {entry["task"]: entry["schedule"] for entry in schedule.values()}
    return {
        task: float(seconds)
        for task, seconds in every.items()
        if isinstance(seconds, int | float) and seconds <= LONGEST_INTERVAL
    }


def _run(name: str) -> None:
    close_old_connections()
    try:
        current_app.tasks[name].run()
    finally:
        close_old_connections()


def _go_on(heart: Heart) -> None:
    while True:
        time.sleep(LOOK_EVERY)
        heart.beat()
