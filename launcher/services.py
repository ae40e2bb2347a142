"""The throw-away PostgreSQL and Valkey of tests: new each time, fast because nothing in them has to survive."""

import os
import secrets
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .keys import kept_keys, write_private
from .places import LOCAL, private_folder
from .ports import free_port
from .postgres import Postgres
from .processes import recall, remember, stop
from .roles import APP, OWNER, Passwords, make_roles, role_url
from .talk import Failure, say
from .valkey import Valkey

DATABASE = "ksefkit"
SHARED = LOCAL / "services"
ENV_FILE = LOCAL / "services.env"


@contextmanager
def throw_away_services(folder: Path, *, durable: bool = False) -> Iterator[dict[str, str]]:
    """Start both servers in an empty folder, yield the variables that lead to them, end and remove everything."""
    sweep(folder)
    private_folder(folder)
    remember(folder / "launcher.pid", os.getpid())
    keys = kept_keys(folder / "keys.json")
    postgres = Postgres(folder / "data", free_port(), keys["postgres"], folder / "postgres.log", throw_away=not durable)
    valkey = Valkey(folder / "valkey", free_port(), keys["valkey"], folder / "valkey.log", throw_away=True)
    started: list[subprocess.Popen[bytes]] = []
    try:
        postgres.initialise()
        database = _started(postgres, folder / "postgres.pid", started)
        broker = _started(valkey, folder / "valkey.pid", started)
        postgres.wait_until_ready(database)
        valkey.wait_until_ready(broker)
        yield environment(postgres, valkey, keys)
    finally:
        sweep_servers(folder)
        for process in started:
            process.wait()
        shutil.rmtree(postgres.data, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _started(
    server: Postgres | Valkey, pid_file: Path, started: list[subprocess.Popen[bytes]]
) -> subprocess.Popen[bytes]:
    started.append(server.start())
    remember(pid_file, started[-1].pid)
    return started[-1]


def environment(postgres: Postgres, valkey: Valkey, keys: dict[str, str]) -> dict[str, str]:
    """Make the roles and the database, and say where everything is."""
    passwords = Passwords(owner=keys["owner"], app=keys["app"])
    make_roles(postgres.programs / "psql", postgres.url(), DATABASE, passwords, log=postgres.log)
    return {
        "TEST_DATABASE_ADMIN_URL": postgres.url(),
        "DATABASE_URL": role_url(postgres.url(), APP, passwords.app, DATABASE),
        "DATABASE_OWNER_URL": role_url(postgres.url(), OWNER, passwords.owner, DATABASE),
        "REDIS_URL": valkey.url,
        "SECRET_KEY": keys["secret_key"],
        "VAULT_MASTER_KEYS": keys["vault"],
    }


def sweep(folder: Path) -> None:
    """End what a killed launcher left running on this folder and remove it; refuse while its launcher lives."""
    if not folder.exists():
        return
    launcher = recall(folder / "launcher.pid")
    if launcher and launcher.alive():
        raise Failure(f"{folder} is in use by process {launcher.pid}.")
    sweep_servers(folder)
    shutil.rmtree(folder, ignore_errors=True)


def sweep_servers(folder: Path) -> None:
    """End the two servers that this folder's pid files name."""
    for name, ask in (("valkey", signal.SIGTERM), ("postgres", signal.SIGINT)):
        server = recall(folder / f"{name}.pid")
        if server:
            stop(server, ask=ask)


def sweep_abandoned() -> None:
    """Remove the folders of test runs whose launcher was killed."""
    for folder in LOCAL.glob("test-*"):
        launcher = recall(folder / "launcher.pid")
        if not (launcher and launcher.alive()):
            sweep(folder)


def own_folder() -> Path:
    return LOCAL / f"test-{os.getpid()}-{secrets.token_hex(3)}"


def serve() -> int:
    """Keep the throw-away services up for developers who run pytest by hand; the second call names the first."""
    running = recall(SHARED / "launcher.pid")
    if running and running.alive() and ENV_FILE.exists():
        say(f"Already running as process {running.pid}. In each shell: . {ENV_FILE}")
        return 0
    ended: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda given, _frame: ended.append(given))
    with throw_away_services(SHARED) as variables:
        lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
        write_private(ENV_FILE, "\n".join(lines) + "\n")
        print("\n".join(lines), flush=True)
        say(f"PostgreSQL and Valkey are up; stop them with: kill {os.getpid()}")
        while not ended:
            time.sleep(0.2)
    ENV_FILE.unlink(missing_ok=True)
    return 0
