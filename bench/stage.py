"""A stage for measurements and chaos: a database of its own, the KSeF simulator, workers and beat as real processes."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / ".local" / "bench"


@contextmanager
def own_database(name: str) -> Iterator[dict[str, str]]:
    """A migrated database beside the others of the server in TEST_DATABASE_ADMIN_URL; removed in the end."""
    admin = os.environ.get("TEST_DATABASE_ADMIN_URL")
    if not admin:
        raise SystemExit("TEST_DATABASE_ADMIN_URL is not set. Use `make bench` or `make chaos`.")
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {} OWNER ksefkit_owner").format(sql.Identifier(name)))
    with psycopg.connect(_named(admin, name), autocommit=True) as database:
        database.execute((ROOT / "deploy" / "roles.sql").read_text().partition('\\connect :"database"')[2])
    variables = {key: _named(os.environ[key], name) for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    # A broker shared with others is split by its database number.
    variables["REDIS_URL"] = _named(os.environ["REDIS_URL"], str(1 + os.getpid() % 15))
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
    owner = os.environ | variables | {"KSEFKIT_AS_OWNER": "1"}
    subprocess.run(migrate, env=owner, cwd=ROOT, check=True)  # noqa: S603 our own command
    try:
        yield variables
    finally:
        with suppress(psycopg.OperationalError), psycopg.connect(admin, autocommit=True) as server:
            server.execute(drop)


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@dataclass
class Process:
    """A process that may be killed and started again."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    log: IO[bytes] = field(init=False)
    popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log = (LOGS / f"{self.name}-{os.getpid()}.log").open("ab")
        self.popen = subprocess.Popen(  # noqa: S603 our own commands
            self.argv,
            cwd=ROOT,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def kill(self) -> None:
        """kill -9 to the process and its children, as a machine that loses power would."""
        if self.popen is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait()

    def stop(self, *, patience: float = 15.0) -> None:
        if self.popen is None:
            return
        with suppress(ProcessLookupError):
            self.popen.terminate()
        try:
            self.popen.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
        # What a parent that was killed earlier left behind.
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.log.close()


class KsefSimulator(Process):
    """The KSeF simulator on a port of its own, and its control API."""

    def __init__(self, *options: str) -> None:
        self.port = _free_port()
        argv = [sys.executable, "-m", "apps.ksef_simulator", "--port", str(self.port), *options]
        super().__init__("ksef", argv, os.environ)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v2"

    def start(self) -> None:
        super().start()
        for _ in range(300):
            with suppress(OSError):
                self.control("GET", "clock")
                return
            time.sleep(0.1)
        raise SystemExit("The KSeF simulator did not start.")

    def control(self, method: str, command: str, body: Mapping[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/control/{command}",
            method=method,
            data=json.dumps(body or {}).encode() if method != "GET" else None,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 as above
            return json.loads(answer.read())


def workers(environment: Mapping[str, str], *, processes: int = 2) -> list[Process]:
    """A Celery worker and the beat, as `make run` starts them."""
    celery = [sys.executable, "-m", "celery", "-A", "ksefkit"]
    quiet = ["--loglevel", "WARNING"]
    schedule = LOGS / f"beat-{os.getpid()}"
    LOGS.mkdir(parents=True, exist_ok=True)
    return [
        Process(
            "worker",
            [*celery, "worker", "--concurrency", str(processes), *quiet, "--without-gossip", "--without-mingle"],
            environment,
        ),
        Process("beat", [*celery, "beat", "--schedule", str(schedule), "--pidfile", "", *quiet], environment),
    ]


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare_django(variables: Mapping[str, str]) -> None:
    """Let this process use the stage's database."""
    os.environ.update(variables)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ksefkit.settings")
    import django

    django.setup()
