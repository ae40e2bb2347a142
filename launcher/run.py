"""`make run` and `make demo`: the whole service on this machine under one supervisor."""

import fcntl
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from .keys import kept_keys, write_private
from .places import LOCAL, LOGS, ROOT, RUN, private_folder
from .plan import Plan, make_plan
from .ports import HOST
from .processes import remember
from .storage import start_storage
from .supervise import Part, Supervisor, end_orphans
from .talk import Failure, say, step

LOCK = RUN / "lock"
LAUNCHER = RUN / "launcher.pid"
PORTS = LOCAL / "ports.json"
ENV_FILE = LOCAL / "run.env"


class Ended(Exception):
    """A signal asked the launcher to end."""


def run(*, leave_when_done: bool) -> int:
    """Start everything, run the demo, then keep running (`make run`) or end with the demo's verdict (`make demo`)."""
    private_folder(LOCAL)
    with _alone(), _signals_end_us():
        supervisor = Supervisor()
        try:
            ended = end_orphans()
            if ended:
                say(f"Stopped what an earlier run left behind: {', '.join(ended)}")
            remember(LAUNCHER, os.getpid())
            plan = _start(supervisor)
            verdict = _demo(supervisor, plan, leave_when_done=leave_when_done)
            if leave_when_done:
                return verdict
            say(f"Running at {plan.public_url} until Ctrl-C.")
            while True:
                supervisor.watch()
                time.sleep(0.2)
        except Ended:
            say("Stopping")
            return 0 if not leave_when_done else 130
        finally:
            supervisor.stop_all()
            LAUNCHER.unlink(missing_ok=True)
            say("Everything has ended")


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it however we end."""
    private_folder(RUN)
    with LOCK.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure("Another `make run` or `make demo` of this folder is running; stop it first.") from None
        yield


@contextmanager
def _signals_end_us() -> Iterator[None]:
    def end(_number: int, _frame: FrameType | None) -> None:
        # A second Ctrl-C must not break the orderly stop that the first one began.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        raise Ended

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    yield


def _start(supervisor: Supervisor) -> Plan:
    keys = kept_keys(LOCAL / "keys.json")
    ports: dict[str, int] = json.loads(PORTS.read_text()) if PORTS.exists() else {}
    addresses = start_storage(supervisor, keys, ports)
    plan = make_plan(keys, ports, addresses)
    write_private(PORTS, json.dumps(ports))
    write_private(ENV_FILE, plan.as_exports())
    for part in plan.simulators:
        made_up = ": exchange rates and registers are made up (set NBP_URL for real ones)"
        say(f"Starting {part.name}{made_up if part.name == 'registers-simulator' else ''}")
        supervisor.add(part)
    with step("Migrating the database"):
        _migrate(plan)
    with step("Starting the web, the workers and the clock"):
        for part in plan.service:
            supervisor.add(part)
        for part, port, path in plan.answering:
            _wait_for_answer(supervisor, part, port, path)
    return plan


def _migrate(plan: Plan) -> None:
    log = LOGS / "migrate.log"
    with log.open("wb") as output:
        argv = [sys.executable, "manage.py", "migrate", "--no-input"]
        done = subprocess.run(argv, cwd=ROOT, env=plan.owner_environment, stdout=output, stderr=output, check=False)
    if done.returncode:
        lines = log.read_text(errors="replace").strip().splitlines() or ["no message"]
        raise Failure(f"The database could not be migrated: {lines[-1]} (all of it in {log})")


def _wait_for_answer(supervisor: Supervisor, part: Part, port: int, path: str, *, patience: float = 60.0) -> None:
    """Wait until it answers any HTTP request with less than 500; while starting, no part may end."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        supervisor.insist_on_all()
        line = http.client.HTTPConnection(HOST, port, timeout=10)
        try:
            line.request("GET", path)
            if line.getresponse().status < 500:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            line.close()
        time.sleep(0.1)
    raise Failure(f"{part.name} gave no good answer within {patience:.0f} s; see {part.log}")


def _demo(supervisor: Supervisor, plan: Plan, *, leave_when_done: bool) -> int:
    """Run the demo as a process of its own on this terminal while the supervisor keeps watching."""
    argv = [sys.executable, "-m", "launcher.demo", *(["--judge"] if leave_when_done else [])]
    demo = subprocess.Popen(argv, cwd=ROOT, env=plan.environment)
    remember(RUN / "demo.pid", demo.pid)
    try:
        while demo.poll() is None:
            supervisor.watch()
            time.sleep(0.1)
    finally:
        if demo.poll() is None:
            demo.terminate()
            demo.wait(10)
        Path(RUN / "demo.pid").unlink(missing_ok=True)
    if demo.returncode and not leave_when_done:
        say("The demo did not come to its end; the service goes on.")
    return demo.returncode if demo.returncode >= 0 else 128 - demo.returncode
