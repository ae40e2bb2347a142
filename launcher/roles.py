"""Makes the roles and the database with deploy/roles.sql, the one source of both."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from .places import ROOT
from .postgres import server_environment
from .talk import Failure

ROLES = ROOT / "deploy" / "roles.sql"
OWNER, APP = "ksefkit_owner", "ksefkit_app"


@dataclass(frozen=True, slots=True)
class Passwords:
    """The passwords of the two roles that sign in."""

    owner: str
    app: str


def make_roles(psql: Path, admin_url: str, database: str, passwords: Passwords, *, log: Path) -> None:
    """Make or renew the roles, the database and its default privileges."""
    environment = {
        "KSEFKIT_DATABASE": database,
        "KSEFKIT_OWNER_PASSWORD": passwords.owner,
        "KSEFKIT_APP_PASSWORD": passwords.app,
    }
    run_psql(psql, admin_url, ["-f", str(ROLES)], environment=environment, log=log)


def run_psql(
    psql: Path, url: str, arguments: list[str], *, log: Path, environment: dict[str, str] | None = None
) -> str:
    """Run psql without the person's own settings; the address goes in by the environment, not by the argument list."""
    address = urlsplit(url)
    password = address.password or ""
    bare = urlunsplit(address._replace(netloc=address.netloc.replace(f":{password}@", "@"))) if password else url
    done = subprocess.run(
        [str(psql), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", bare, *arguments],
        env=server_environment() | {"PGPASSWORD": unquote(password), "PGCONNECT_TIMEOUT": "10"} | (environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        log.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
            file.write(done.stdout + done.stderr)
        reason = next((line for line in done.stderr.splitlines() if "ERROR" in line or "error" in line), "no message")
        raise Failure(
            f"The database at {address.hostname}:{address.port or 5432} refused: {reason} (all of it in {log})"
        )
    return done.stdout.strip()


def role_url(admin_url: str, role: str, password: str, database: str) -> str:
    """The same server as another role."""
    address = urlsplit(admin_url)
    host = address.netloc.rpartition("@")[2]
    return urlunsplit(address._replace(netloc=f"{role}:{quote(password, safe='')}@{host}", path=f"/{database}"))
