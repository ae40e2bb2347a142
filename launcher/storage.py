"""The database and the broker of a run: our own under .local/, or those that DATABASE_URL and REDIS_URL name."""

import os
import re
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT
from urllib.parse import unquote, urlsplit

from . import supervise
from .places import LOCAL, LOGS
from .ports import keep_or_choose
from .postgres import Postgres
from .roles import APP, OWNER, Passwords, make_roles, role_url, run_psql
from .supervise import Part, Supervisor
from .talk import Failure, say, step
from .valkey import Valkey

DATABASE = "ksefkit"
PSQL_LOG = LOGS / "roles.log"


@dataclass(frozen=True, slots=True)
class Addresses:
    """What the service must know to reach its storage."""

    database: str
    owner: str
    redis: str


def start_storage(supervisor: Supervisor, keys: dict[str, str], ports: dict[str, int]) -> Addresses:
    """Bring up what is not given from outside; ports that were chosen are written into `ports`."""
    passwords = Passwords(owner=keys["owner"], app=keys["app"])
    given = os.environ.get("DATABASE_URL")
    if given:
        database, owner = given_database(given, os.environ.get("DATABASE_OWNER_URL"), passwords)
    else:
        database, owner = _own_database(supervisor, keys["postgres"], passwords, ports)
    redis = os.environ.get("REDIS_URL")
    if redis:
        check_reachable(redis, "REDIS_URL", 6379)
    else:
        redis = _own_broker(supervisor, keys["valkey"], ports)
    return Addresses(database=database, owner=owner, redis=redis)


def _own_database(
    supervisor: Supervisor, password: str, passwords: Passwords, ports: dict[str, int]
) -> tuple[str, str]:
    ports["postgres"] = keep_or_choose(ports.get("postgres"))
    postgres = Postgres(LOCAL / "postgres", ports["postgres"], password, LOGS / "postgres.log")
    if postgres.clear_the_way():
        say("Stopped a PostgreSQL that an earlier run left behind")
    fresh = postgres.initialise()
    with step("Starting PostgreSQL" + (f" on a new, empty cluster in {postgres.data}" if fresh else "")):
        # SIGINT is PostgreSQL's fast stop: end connections, write everything out.
        process = supervisor.add(Part("postgres", postgres.start, layer=supervise.DATABASE, ask=SIGINT, patience=30))
        postgres.wait_until_ready(process)
        psql = postgres.programs / "psql"
        make_roles(psql, postgres.url(), DATABASE, passwords, log=PSQL_LOG)
    admin = postgres.url()
    return role_url(admin, APP, passwords.app, DATABASE), role_url(admin, OWNER, passwords.owner, DATABASE)


def _own_broker(supervisor: Supervisor, password: str, ports: dict[str, int]) -> str:
    ports["valkey"] = keep_or_choose(ports.get("valkey"))
    valkey = Valkey(LOCAL / "valkey", ports["valkey"], password, LOGS / "valkey.log")
    with step("Starting Valkey"):
        valkey.wait_until_ready(supervisor.add(Part("valkey", valkey.start, layer=supervise.BROKER)))
    return valkey.url


def given_database(url: str, owner_url: str | None, passwords: Passwords) -> tuple[str, str]:
    """The application's and the owner's address on a server that somebody else runs.

    A role that may create roles is taken as an administrator and makes them; any other is the application's own.
    """
    address = urlsplit(url)
    if address.scheme not in {"postgres", "postgresql"} or not address.hostname:
        raise Failure("DATABASE_URL must look like postgres://user:password@host:5432/database")
    check_reachable(url, "DATABASE_URL", 5432)
    psql = _psql_for(url)
    name = unquote(address.path.lstrip("/"))
    admin = _admin_address(psql, url, name)
    may_create = run_psql(
        psql,
        admin,
        ["-c", "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"],
        log=PSQL_LOG,
    )
    if may_create != "t":
        if not owner_url:
            raise Failure(
                "DATABASE_URL's role may not create roles, so it is taken as the application's; then "
                "DATABASE_OWNER_URL must name the role that owns the tables. deploy/roles.sql makes both."
            )
        return url, owner_url
    wanted = DATABASE if name in {"", "postgres", "template1"} else name
    _insist_on_own_roles(psql, admin, passwords)
    with step(f"Making the roles and the database {wanted} on {address.hostname}"):
        make_roles(psql, admin, wanted, passwords, log=PSQL_LOG)
    return role_url(admin, APP, passwords.app, wanted), role_url(admin, OWNER, passwords.owner, wanted)


def _insist_on_own_roles(psql: Path, admin: str, passwords: Passwords) -> None:
    """Leave roles alone that another installation made on this server: a new password would lock it out."""
    known = run_psql(psql, admin, ["-c", "SELECT rolname FROM pg_roles WHERE rolcanlogin"], log=PSQL_LOG).split()
    database = unquote(urlsplit(admin).path.lstrip("/"))
    for role, password in ((OWNER, passwords.owner), (APP, passwords.app)):
        if role not in known:
            continue
        try:
            run_psql(psql, role_url(admin, role, password, database), ["-c", "SELECT 1"], log=PSQL_LOG)
        except Failure as failure:
            if "password authentication failed" in str(failure):
                raise Failure(
                    f"That server already has a role {role} with another password, made by another installation. Give "
                    f"its address as DATABASE_URL (ksefkit_app) and DATABASE_OWNER_URL (ksefkit_owner)."
                ) from None


def _admin_address(psql: Path, url: str, name: str) -> str:
    """The address as given, or the maintenance database of the same server when that database is still to be made."""
    try:
        run_psql(psql, url, ["-c", "SELECT 1"], log=PSQL_LOG)
    except Failure as failure:
        if "does not exist" not in str(failure) or f'"{name}"' not in str(failure):
            raise
        return urlsplit(url)._replace(path="/postgres").geturl()
    return url


def _psql_for(url: str) -> Path:
    """The system's psql when it is new enough (15, for getenv), because the one from the wheel cannot speak TLS."""
    system = shutil.which("psql")
    if system and _major_version(system) >= 15:
        return Path(system)
    if "sslmode=" in url and "sslmode=disable" not in url:
        raise Failure("This DATABASE_URL asks for TLS; install psql 15 or newer (apt-get install postgresql-client).")
    return Postgres(LOCAL / "postgres", 0, "", PSQL_LOG).programs / "psql"


def _major_version(psql: str) -> int:
    told = subprocess.run([psql, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)", told)
    return int(found[1]) if found else 0


def check_reachable(url: str, variable: str, default_port: int) -> None:
    """One clear line when nothing listens where the variable points."""
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname or "", address.port or default_port), timeout=5).close()
    except (OSError, ValueError) as error:
        where = f"{address.hostname}:{address.port or default_port}"
        raise Failure(f"{variable} points to {where}, but nothing answers there ({error}).") from None
