"""A database per test worker: migrated by the owner role, used by the application role, walls up."""

import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from psycopg import sql

from tests.factories import Company, make_acme, make_globex

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE_LOCK = 5_265_877_635
HERE = {None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0"}

hypothesis_settings.register_profile("default", max_examples=60, deadline=None, derandomize=True)
# Four properties of the mapping make up an invoice each time: 120 000 in one run (docs/mutation.md).
hypothesis_settings.register_profile(
    "long",
    max_examples=30_000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """A copy of the migrated template; the template is made once per state of the migrations."""
    admin = os.environ.get("TEST_DATABASE_ADMIN_URL")
    if not admin:
        pytest.exit("TEST_DATABASE_ADMIN_URL is not set. Run `make test`, or start `python3 -m launcher services`.", 2)
    name = f"ksefkit_test_{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with psycopg.connect(admin, autocommit=True) as server:
        template = _migrated_template(server)
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER ksefkit_owner").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    settings.DATABASES["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = _named(os.environ["DATABASE_URL"], name)
    os.environ["DATABASE_OWNER_URL"] = _named(os.environ["DATABASE_OWNER_URL"], name)
    yield
    connections.close_all()
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _migrated_template(server: psycopg.Connection) -> str:
    migrations = sorted([*ROOT.glob("apps/*/migrations/*.py"), ROOT / "apps/tenants/rls.py", ROOT / "uv.lock"])
    state = hashlib.sha256(b"".join(path.read_bytes() for path in migrations)).hexdigest()[:16]
    template = f"ksefkit_template_{state}"
    server.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
    try:
        known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone()
        if not known:
            _build(server, template)
    finally:
        server.execute("SELECT pg_advisory_unlock(%s)", [TEMPLATE_LOCK])
    return template


def _build(server: psycopg.Connection, template: str) -> None:
    draft = f"{template}_draft"
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(draft)))
    server.execute(sql.SQL("CREATE DATABASE {} OWNER ksefkit_owner").format(sql.Identifier(draft)))
    with psycopg.connect(_named(os.environ["TEST_DATABASE_ADMIN_URL"], draft), autocommit=True) as database:
        # What roles.sql does inside a database; whoever started the server ran its first part.
        database.execute((ROOT / "deploy" / "roles.sql").read_text().partition('\\connect :"database"')[2])
    environment = os.environ | {
        "KSEFKIT_AS_OWNER": "1",
        "DATABASE_OWNER_URL": _named(os.environ["DATABASE_OWNER_URL"], draft),
    }
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0", "--skip-checks"]
    subprocess.run(command, env=environment, check=True, cwd=ROOT)
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(template)))


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _empty_as_owner(case: TransactionTestCase) -> None:
    """What tests with real commits leave behind is emptied by the administrator: the application may not TRUNCATE."""
    name = connection.settings_dict["NAME"]
    connections.close_all()
    with psycopg.connect(_named(os.environ["TEST_DATABASE_ADMIN_URL"], name), autocommit=True) as database:
        tables = database.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN "
            "('django_migrations', 'django_content_type', 'auth_permission')"
        ).fetchall()
        if tables:
            # Only a superuser may; without it the triggers of what is written once would refuse.
            database.execute("SET session_replication_role = replica")
            database.execute(f"TRUNCATE {', '.join(row[0] for row in tables)} RESTART IDENTITY CASCADE")


TransactionTestCase._fixture_teardown = _empty_as_owner  # type: ignore[method-assign]  # see _empty_as_owner


@pytest.fixture(autouse=True, scope="session")
def _no_way_out() -> Iterator[None]:
    """Other machines have no address, so that no result depends on whether this machine has a network."""
    look_up = socket.getaddrinfo

    def only_here(host: Any, *rest: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name in HERE:
            return look_up(host, *rest, **more)
        raise socket.gaierror(socket.EAI_NONAME, f"a test asked for the address of {name}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", only_here)
        yield


@pytest.fixture(autouse=True)
def _quiet_outside_world(settings: "pytest.FixtureRequest") -> None:
    """No test reaches a real service: mail stays in memory, addresses point nowhere."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.NBP_URL = settings.ECB_URL = settings.VIES_URL = settings.WHITE_LIST_URL = "http://127.0.0.1:9"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()  # counts of sign-ins and mails belong to one test
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.WHITENOISE_AUTOREFRESH = True  # no collected files are needed
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def acme(db: None) -> Company:
    return make_acme()


@pytest.fixture
def globex(db: None) -> Company:
    return make_globex()
