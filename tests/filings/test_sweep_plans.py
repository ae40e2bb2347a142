"""The sweep and the claims look across all tenants twice a minute and more: none of them may read what is settled."""

import json
import os
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection
from psycopg import sql

TENANTS = 1_000
SETTLED = 40_000  # docs/filing.md tells what 200 000 gave

Database = psycopg.Connection[Any]
_EMPTY = {"uuid": "gen_random_uuid()", "timestamp with time zone": "now()", "boolean": "false", "jsonb": "'{}'",
          "integer": "0", "smallint": "0", "bigint": "0", "bytea": "''", "date": "current_date"}  # fmt: skip
_ARGUMENTS = {"moment": "now()", "lasting": "now()", "again": "now()", "holder": "gen_random_uuid()", "most": "1"}


def insert(database: Database, table: str, rows: int, **values: str) -> None:
    """Rows `n` = 1 … rows; what must not be empty and is not named gets the plainest value of its type."""
    columns = database.execute(
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_name = %s AND table_schema = 'public' AND is_nullable = 'NO' AND is_identity = 'NO'",
        [table],
    ).fetchall()
    named = {name: _EMPTY.get(kind, "''") for name, kind in columns} | values
    database.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM generate_series(1, {}) n").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, named)),
            sql.SQL(", ").join(sql.SQL(value) for value in named.values()),
            sql.Literal(rows),
        )
    )


def key(of: str) -> str:
    return f"md5({of})::uuid"


TENANT = key(f"'t' || n % {TENANTS}")
LANE = key(f"'l' || n % {TENANTS}")


@pytest.fixture(scope="module")
def full(django_db_setup: None) -> Iterator[Database]:
    """A service of a thousand companies; rolled back in the end."""
    url = urlsplit(os.environ["TEST_DATABASE_ADMIN_URL"])
    name = connection.settings_dict["NAME"]
    with psycopg.connect(urlunsplit(url._replace(path=f"/{name}"))) as database:
        database.execute("SET LOCAL session_replication_role = replica")  # no rows of other rooms are needed
        insert(database, "connections_ksefconnection", TENANTS, id=key("'c' || n"), tenant_id=TENANT,
               environment="'TEST'", is_active="n % 50 <> 0")  # fmt: skip
        insert(database, "filings_lane", TENANTS, id=LANE, tenant_id=TENANT, connection_id=key("'c' || n"),
               place="'p'", next_comparison_at="now() + n * interval '1 minute'",
               next_action_at="CASE WHEN n % 20 = 0 THEN now() - interval '1 second' END")  # fmt: skip
        insert(database, "filings_ksefsession", SETTLED // 4, tenant_id=TENANT, lane_id=LANE, reference="'s' || n",
               kind="'batch'", state="'done'", ended_at="now()")  # fmt: skip
        insert(database, "filings_ksefsession", 50, tenant_id=TENANT, lane_id=LANE, reference="'w' || n",
               kind="'batch'", state="'closed'", next_action_at="now() - interval '1 second'")  # fmt: skip
        insert(database, "filings_filing", SETTLED, tenant_id=TENANT, lane_id=LANE, number="'FV' || n",
               environment="'TEST'", ksef_number="'K' || n", state="'receipted'", upo_id="gen_random_uuid()",
               invoice_hash="decode(md5(n::text) || md5('x' || n), 'hex')", opened_at="now() - n * interval '1 minute'",
               receipted_at="now() - n * interval '1 minute'")  # fmt: skip
        for state, few, deadline in (("ready", 200, 20), ("waiting", 60, 20), ("held", 200, 90)):
            insert(database, "filings_filing", few, tenant_id=TENANT, number=f"'{state}' || n", environment="'TEST'",
                   state=f"'{state}'", lane_id="NULL" if state == "waiting" else LANE,
                   deadline=f"now() + {deadline} * interval '1 hour'")  # fmt: skip
        insert(database, "filings_alarm", 5_000, tenant_id=TENANT, kind="'deadline_near'", subject="n::text",
               cleared_at="CASE WHEN n > 20 THEN now() END")  # fmt: skip
        insert(database, "filings_requestledger", 20_000, account="md5((n % 200)::text)", group="'other'",
               at="now() - n * interval '1 second'")  # fmt: skip
        for table in ("connections_ksefconnection", "filings_lane", "filings_ksefsession", "filings_filing",
                      "filings_alarm", "filings_requestledger"):  # fmt: skip
            database.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
        yield database
        database.rollback()


def body_of(database: Database, function: str) -> str:
    row = database.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function]).fetchone()
    assert row is not None
    return re.sub(r"\b(" + "|".join(_ARGUMENTS) + r")\b", lambda name: _ARGUMENTS[name[0]], str(row[0]))


def scans(plan: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each reading of a table: how, which table, by which index."""
    if "Relation Name" in plan or "Index Name" in plan:
        yield plan["Node Type"], plan.get("Relation Name", ""), plan.get("Index Name", "")
    for part in plan.get("Plans", []):
        yield from scans(part)


def plan_of(database: Database, query: str) -> set[tuple[str, str, str]]:
    row = database.execute("EXPLAIN (FORMAT JSON) " + query).fetchone()
    assert row is not None
    plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
    return set(scans(plan[0]["Plan"]))


BIG = {"filings_filing", "filings_ksefsession", "filings_alarm", "filings_requestledger"}


@pytest.mark.parametrize(
    ("function", "index"),
    [
        ("ksefkit_claim_lanes", "lanes_due"),
        ("ksefkit_claim_sessions", "sessions_due"),
        ("ksefkit_stalled_lanes", "filings_waiting filings_to_rebuild"),
        ("ksefkit_lanes_with_new_credential", "sessions_due"),
        ("ksefkit_lanes_out_of_use", "filings_waiting"),
        ("ksefkit_tenants_without_lane", "filings_without_lane"),
        ("ksefkit_tenants_with_decided", "filings_to_map_again"),
        ("ksefkit_tenants_near_deadline", "filings_by_deadline"),
        ("ksefkit_tenants_told_of_deadlines", "one_alarm_at_a_time"),
        ("ksefkit_claim_comparison", "lanes_to_compare"),
    ],
)
def test_what_looks_across_tenants_reads_nothing_that_is_settled(full: Database, function: str, index: str) -> None:
    found = plan_of(full, body_of(full, function))

    assert not {name for _, _, name in found}.isdisjoint(index.split()), found
    assert not [scan for scan in found if scan[0] == "Seq Scan" and scan[1] in BIG]


A_TENANT = "md5('t7')::uuid"
A_LANE = "md5('l7')::uuid"
LATE = "('waiting', 'ready', 'held', 'rejected', 'unknown')"


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (f"SELECT count(*), min(deadline) FROM filings_filing WHERE tenant_id = {A_TENANT} AND state IN {LATE} "
         "AND deadline < now() + interval '1 day'", "filings_by_deadline"),
        (f"SELECT id FROM filings_filing WHERE tenant_id = {A_TENANT} AND lane_id = {A_LANE} AND state = 'ready' "
         "ORDER BY state_since, id LIMIT 20", "filings_waiting"),
        (f"SELECT min(next_action_at) FROM filings_filing WHERE tenant_id = {A_TENANT} AND lane_id = {A_LANE} "
         "AND state IN ('waiting', 'ready') AND next_action_at > now()", "filings_waiting"),
        ("DELETE FROM filings_requestledger WHERE at < now() - interval '5 hours'", "ledger_by_age"),
    ],
)  # fmt: skip
def test_what_the_sweep_asks_of_one_company_reads_nothing_that_is_settled(
    full: Database, query: str, index: str
) -> None:
    found = plan_of(full, query)

    assert index in {name for _, _, name in found}, found
    assert not [scan for scan in found if scan[0] == "Seq Scan"]
