"""Keeps the parts of the service running: a part that dies is started again, and all end in order."""

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .packages import last_line
from .places import LOGS, RUN
from .processes import Identity, began, end_session, finish, recall, remember, stop
from .talk import Failure, say

# What each part stands on; PostgreSQL ends last.
DATABASE, BROKER, OUTSIDE, SERVICE = range(4)
LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0


@dataclass
class Part:
    """One process of the service, and what is known of its present life."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    layer: int  # what it stands on has a lower number and outlives it
    ask: signal.Signals = signal.SIGTERM
    patience: float = 10.0
    process: subprocess.Popen[bytes] | None = None
    identity: Identity | None = None
    born: float = 0.0
    pause: float = 1.0
    start_at: float | None = None

    @property
    def log(self) -> Path:
        return LOGS / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        return RUN / f"{self.name}.pid"


@dataclass
class Supervisor:
    """The parts in the order in which they were started."""

    parts: list[Part] = field(default_factory=list)

    def add(self, part: Part) -> subprocess.Popen[bytes]:
        self.parts.append(part)
        return self._launch(part)

    def _launch(self, part: Part) -> subprocess.Popen[bytes]:
        part.process = part.start()
        part.identity = remember(part.pid_file, part.process.pid)
        part.born, part.start_at = time.monotonic(), None
        return part.process

    def insist_on_all(self) -> None:
        """While starting, a part that ends is no accident to live with: say what it said last."""
        for part in self.parts:
            if part.process is not None and part.process.poll() is not None:
                code = part.process.returncode
                said = last_line(part.log.read_text(errors="replace"))
                raise Failure(f"{part.name} ended with code {code} while starting: {said} (all of it in {part.log})")

    def watch(self) -> None:
        """Look once: start again what died, after a pause that doubles while it keeps dying."""
        for part in self.parts:
            if part.start_at is not None:
                if time.monotonic() >= part.start_at:
                    say(f"Starting {part.name} again")
                    self._launch(part)
            elif part.process is not None and part.process.poll() is not None:
                self._note_death(part, part.process.returncode)

    def _note_death(self, part: Part, code: int) -> None:
        if time.monotonic() - part.born > STEADY_AFTER:
            part.pause = 1.0
        end_session(part.process.pid if part.process else 0)
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        say(f"{part.name} {how}; it starts again in {part.pause:.0f} s (log: {part.log})")
        part.start_at = time.monotonic() + part.pause
        part.pause = min(part.pause * 2, LONGEST_PAUSE)

    def stop_all(self) -> None:
        """End everything, the highest layer first; a layer's parts side by side, each in its time, then by force."""
        for layer in sorted({part.layer for part in self.parts}, reverse=True):
            parts = [part for part in self.parts if part.layer == layer]
            began_stopping = time.monotonic()
            for part in parts:
                if part.identity is not None:
                    part.identity.send(part.ask)
            for part in parts:
                self._finish(part, began_stopping)
        self.parts.clear()

    def _finish(self, part: Part, began_stopping: float) -> None:
        if part.identity is None:
            return
        if not finish(part.identity, patience=part.patience):
            say(f"{part.name} did not end within {part.patience:.0f} s and was killed")
        elif (took := time.monotonic() - began_stopping) > 3:
            say(f"{part.name} finished what it was doing in {took:.0f} s")
        end_session(part.identity.pid)
        if part.process is not None:
            part.process.poll()
        part.pid_file.unlink(missing_ok=True)


def end_orphans() -> list[str]:
    """End the parts of an earlier run whose launcher was killed; their names.

    The newest pid files first, so that PostgreSQL, started first, ends last.
    """
    ended = []
    for file in sorted(RUN.glob("*.pid"), key=lambda found: found.stat().st_mtime, reverse=True):
        orphan = recall(file)
        if orphan is not None and began(orphan.pid) in {None, orphan.began}:  # else the number is a stranger's now
            was_alive = orphan.alive()
            stop(orphan, ask=signal.SIGINT if file.stem == "postgres" else signal.SIGTERM, patience=15)
            if end_session(orphan.pid) or was_alive:
                ended.append(file.stem)
        file.unlink()
    return ended
