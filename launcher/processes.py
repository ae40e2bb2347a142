"""Starts processes, remembers them in pid files, and stops those that are surely ours.

A pid alone proves nothing: after a crash the number may belong to a stranger. So a pid file also keeps the moment the
process started, and a process that left its pid file behind is known by KSEFKIT_LOCAL in its environment.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .places import LOCAL, ROOT

MARK = "KSEFKIT_LOCAL"
PROC = Path("/proc")
LOG_LIMIT = 20_000_000


@dataclass(frozen=True)
class Identity:
    """One process, told apart from any later one with the same number."""

    pid: int
    began: str

    def alive(self) -> bool:
        return began(self.pid) == self.began

    def send(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self.alive():
                os.kill(self.pid, number)


def began(pid: int) -> str | None:
    """When this process started, or None when it is gone (a zombie is gone)."""
    if PROC.joinpath("self", "stat").exists():
        stat = _stat(pid)
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        return None if stat is None or stat[0] in "ZX" else f"{boot} {stat[19]}"
    told = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip() or None


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on; the name before them may hold spaces and brackets."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def remember(file: Path, pid: int) -> Identity:
    """Write the pid file of a running process."""
    identity = Identity(pid, began(pid) or "")
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps({"pid": identity.pid, "began": identity.began}))
    fresh.replace(file)
    return identity


def recall(file: Path) -> Identity | None:
    """Read a pid file; None when it is missing or was cut short by a crash."""
    try:
        kept = json.loads(file.read_text())
        return Identity(int(kept["pid"]), str(kept["began"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def spawn(
    name: str,
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path,
    cwd: Path = ROOT,
    feed: str | None = None,
    user: int | None = None,
    group: int | None = None,
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that Ctrl-C reaches only the launcher, with its output in a log.

    `keep` are the open files that it inherits.
    """
    with _opened(log, name) as output:
        process = subprocess.Popen(
            argv,
            # SPT_NOENV: gunicorn and Celery rename themselves, and must not write over the mark while they do.
            env={**env, MARK: str(LOCAL), "SPT_NOENV": "1"},
            cwd=cwd,
            stdin=subprocess.PIPE if feed is not None else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=group,
            extra_groups=[] if user is not None else None,
            pass_fds=keep,
        )
    if feed is not None and process.stdin:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(feed.encode())
            process.stdin.close()
    return process


def _opened(log: Path, name: str) -> BinaryIO:
    """The log at its end, put aside first when it has grown large."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    output = log.open("ab", buffering=0)
    output.write(f"--- {name} starts {time.strftime('%Y-%m-%d %H:%M:%S')}\n".encode())
    return output


def stop(identity: Identity, *, ask: signal.Signals = signal.SIGTERM, patience: float = 10.0) -> bool:
    """Ask a process to end and wait; end it the hard way when it does not. False when force was needed."""
    identity.send(ask)
    return finish(identity, patience=patience)


def finish(identity: Identity, *, patience: float) -> bool:
    """Wait for a process that was asked to end; end it the hard way when it does not. False when force was needed."""
    if _wait_for(identity, patience):
        return True
    identity.send(signal.SIGKILL)
    _wait_for(identity, 5)
    return False


def _wait_for(identity: Identity, patience: float) -> bool:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if not identity.alive():
            return True
        time.sleep(0.02)
    return False


def end_session(leader: int, *, mark: Path = LOCAL) -> int:
    """Kill what is left of a session whose leader has ended, such as the pool of a killed worker; how many it was."""
    left = [pid for pid in _pids() if _session(pid) == leader and _is_marked(pid, mark)]
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(left)


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()] if PROC.is_dir() else []


def pids_working_in(folder: Path) -> list[int]:
    """The living processes whose working folder this is."""
    found = []
    for pid in _pids():
        with contextlib.suppress(OSError):
            if Path(os.readlink(PROC / str(pid) / "cwd")) == folder.resolve() and began(pid):
                found.append(pid)
    return found


def _session(pid: int) -> int | None:
    stat = _stat(pid)
    return int(stat[3]) if stat and stat[0] not in "ZX" else None


def _is_marked(pid: int, mark: Path) -> bool:
    try:
        return f"{MARK}={mark}".encode() in (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
