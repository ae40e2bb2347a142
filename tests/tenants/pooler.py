"""A real PgBouncer in transaction mode before the tests' PostgreSQL."""

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
SERVERS = 2
CONFIG = """
[databases]
* = host={host} port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {servers}
max_client_conn = 100
logfile = {folder}/log
"""
# From 1.21 on a PgBouncer may keep track of prepared statements; ours must do without.
UNTRACKED = "max_prepared_statements = 0\n"


@contextmanager
def pooler(database_url: str) -> Iterator[int]:
    """The port of a PgBouncer that shares two server connections among all its clients."""
    url = urlsplit(database_url)
    folder = Path(tempfile.mkdtemp(prefix="ksefkit-pooler-"))
    port = _free_port()
    config = CONFIG.format(host=url.hostname, server_port=url.port, port=port, folder=folder, servers=SERVERS)
    (folder / "config").write_text(config + (UNTRACKED if _version() >= (1, 21) else ""))
    (folder / "users").write_text(f'"{unquote(url.username or "")}" "{unquote(url.password or "")}"\n')
    command = [str(PGBOUNCER), str(folder / "config")]
    if os.geteuid() == 0:  # PgBouncer refuses to run as root
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "nobody")
        command[1:1] = ["-u", "nobody"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process, folder / "log")
        yield port
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(folder)


def _version() -> tuple[int, ...]:
    told = subprocess.run([str(PGBOUNCER), "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in told.split()[1].split(".")[:2])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            told = log.read_text() if log.exists() else f"started by {getpass.getuser()}"
            raise RuntimeError(f"PgBouncer ended at once: {told}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("PgBouncer does not listen")
