"""Takes the walls away one stone at a time: each removal must be noticed."""

import os
from collections.abc import Iterator

import psycopg
import pytest

from tests.tenants.walls import WALLED, wall_faults


@pytest.fixture
def owner(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """The owner of the tables, in a transaction that is rolled back."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as connection:
        yield connection
        connection.rollback()


def removals(owner: psycopg.Connection) -> list[str]:
    """Every way to weaken one table: switch the walls off, unforce them, drop a policy, or open it to all."""
    policies = owner.execute(
        f"SELECT c.relname, p.polname, p.polcmd::text FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid "
        f"WHERE p.polroles = '{{0}}' AND ({WALLED})"
    ).fetchall()
    tables = sorted({table for table, _, _ in policies})
    found = [f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY" for table in tables]
    found += [f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in tables]
    found += [f"DROP POLICY {policy} ON {table}" for table, policy, _ in policies]
    found += [
        f"ALTER POLICY {policy} ON {table} {'WITH CHECK' if command == 'a' else 'USING'} (true)"
        for table, policy, command in policies
    ]
    found += [
        f"ALTER POLICY {policy} ON {table} WITH CHECK (true)" for table, policy, command in policies if command == "w"
    ]
    return found


def test_every_removal_of_a_wall_is_noticed(owner: psycopg.Connection) -> None:
    weakened = removals(owner)
    assert len(weakened) > 250

    unnoticed = []
    with owner.cursor() as cursor:
        assert wall_faults(cursor) == []
        for statement in weakened:
            cursor.execute("SAVEPOINT whole")
            cursor.execute(statement)
            if not wall_faults(cursor):
                unnoticed.append(statement)
            cursor.execute("ROLLBACK TO SAVEPOINT whole")

    assert unnoticed == []
