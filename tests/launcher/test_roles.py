"""What deploy/roles.sql makes, seen on the server that the tests use."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from launcher.postgres import Postgres
from launcher.roles import APP, OWNER, Passwords, make_roles, role_url
from launcher.storage import given_database
from launcher.talk import Failure

ADMIN = os.environ["TEST_DATABASE_ADMIN_URL"]
PASSWORDS = Passwords(
    owner=urlsplit(os.environ["DATABASE_OWNER_URL"]).password or "",
    app=urlsplit(os.environ["DATABASE_URL"]).password or "",
)


@pytest.fixture
def database(tmp_path):
    """A database of its own, made by roles.sql, where the owner has made one table."""
    name = f"roles_test_{secrets.token_hex(4)}"
    psql = Postgres(tmp_path, 0, "", tmp_path / "log").programs / "psql"
    make_roles(psql, ADMIN, name, PASSWORDS, log=tmp_path / "log")
    make_roles(psql, ADMIN, name, PASSWORDS, log=tmp_path / "log")  # may be run again
    with psycopg.connect(role_url(ADMIN, OWNER, PASSWORDS.owner, name)) as owner:
        owner.execute("CREATE TABLE thing (id serial PRIMARY KEY, name text)")
    yield name
    with psycopg.connect(ADMIN, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def app(database):
    with psycopg.connect(role_url(ADMIN, APP, PASSWORDS.app, database), autocommit=True) as connection:
        yield connection


@pytest.fixture
def owner(database):
    with psycopg.connect(role_url(ADMIN, OWNER, PASSWORDS.owner, database), autocommit=True) as connection:
        yield connection


def test_no_role_of_ours_is_above_row_level_security(app):
    powers = app.execute(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'ksefkit%' "
        "AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)"
    ).fetchall()

    assert powers == []


def test_the_application_reads_and_writes_rows_and_owns_nothing(app):
    app.execute("INSERT INTO thing (name) VALUES ('a')")
    app.execute("UPDATE thing SET name = 'b'")
    app.execute("DELETE FROM thing")

    owned = app.execute("SELECT count(*) FROM pg_class WHERE relowner = 'ksefkit_app'::regrole").fetchone()
    assert owned == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE thing",
        "ALTER TABLE thing DISABLE ROW LEVEL SECURITY",
        "TRUNCATE thing",
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE thing (id int)",
        "SET ROLE ksefkit_owner",
        "SET ROLE ksefkit_platform",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER ROLE ksefkit_app BYPASSRLS",
    ],
)
def test_the_application_cannot_change_the_house(app, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement)


def test_the_owner_can_hand_a_function_to_the_platform_role(owner):
    owner.execute("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")

    owner.execute("ALTER FUNCTION f() OWNER TO ksefkit_platform")

    assert owner.execute("SELECT proowner::regrole::text FROM pg_proc WHERE proname = 'f'").fetchone() == (
        "ksefkit_platform",
    )


def test_the_reporting_role_reads_and_cannot_write(database, owner):
    with psycopg.connect(urlsplit(ADMIN)._replace(path=f"/{database}").geturl(), autocommit=True) as admin:
        admin.execute("SET ROLE ksefkit_readonly")
        admin.execute("SELECT * FROM thing")

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            admin.execute("INSERT INTO thing (name) VALUES ('a')")


def test_an_application_role_that_may_bypass_the_walls_is_refused(database, tmp_path):
    psql = Postgres(tmp_path, 0, "", tmp_path / "log").programs / "psql"
    text = Path("deploy/roles.sql").read_text()
    check = text[text.index("DO $$") : text.index("END $$;") + len("END $$;")]
    assert "bypass row-level security" in check

    with psycopg.connect(ADMIN) as admin:
        admin.execute("ALTER ROLE ksefkit_readonly BYPASSRLS")
        with pytest.raises(psycopg.errors.RaiseException, match="BYPASSRLS"):
            admin.execute(check)
        admin.rollback()

    make_roles(psql, ADMIN, database, PASSWORDS, log=tmp_path / "log")


def test_a_given_administrator_makes_the_database_it_names(tmp_path):
    name = f"roles_test_{secrets.token_hex(4)}"

    try:
        app, owner = given_database(urlsplit(ADMIN)._replace(path=f"/{name}").geturl(), None, PASSWORDS)

        for url, role in ((app, APP), (owner, OWNER)):
            with psycopg.connect(url) as connection:
                assert connection.execute("SELECT current_user::text, current_database()").fetchone() == (role, name)
    finally:
        with psycopg.connect(ADMIN, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def test_roles_that_another_installation_made_keep_their_passwords():
    ours = Passwords(owner="made up here", app="made up here")

    with pytest.raises(Failure, match="already has a role ksefkit_owner with another password"):
        given_database(ADMIN, None, ours)

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_given_role_without_powers_is_the_applications_and_needs_an_owner_beside_it(database):
    app = role_url(ADMIN, APP, PASSWORDS.app, database)

    with pytest.raises(Failure, match="DATABASE_OWNER_URL"):
        given_database(app, None, PASSWORDS)
    assert given_database(app, "postgres://owner", PASSWORDS) == (app, "postgres://owner")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://a@b/c", "must look like postgres://"),
        ("postgres://nobody:x@127.0.0.1:1/x", "nothing answers there"),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_in_one_line(url, reason):
    with pytest.raises(Failure, match=reason) as refusal:
        given_database(url, None, PASSWORDS)

    assert "\n" not in str(refusal.value)


def test_a_wrong_password_is_told_without_the_password():
    wrong = role_url(ADMIN, OWNER, "not-the-password", "ksefkit")

    with pytest.raises(Failure, match="password authentication failed") as refusal:
        given_database(wrong, None, PASSWORDS)

    assert "not-the-password" not in str(refusal.value)
