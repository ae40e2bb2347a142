"""The walls, read from the database's own catalogue: a new table, key or function without its wall fails here."""

import os
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, ProgrammingError, connection, models, transaction

from apps.documents.models import SourceDocument
from apps.tenants.context import acting_in
from tests.factories import Company, make_document, make_stripe_connection
from tests.tenants.walls import TENANT_TABLES, wall_faults

# Unique keys that cannot begin with the tenant, and why they tell nobody anything.
OTHER_UNIQUE_KEYS = {
    "an_account_feeds_one_tenant": "who else feeds from the account is the question; only platform functions read it",
    "connections_stripeconnection_endpoint_key_key": "122 random bits: a webhook finds its tenant by it",
}

# What platform functions may return besides ids: a yes or no about one's own claim or about anybody's PROD, and a count
# of woken rows.
NOT_IDS = {
    "ksefkit_claim_stripe_account": "boolean",
    "ksefkit_release_stripe_account": "boolean",
    "ksefkit_wake_place": "bigint",
    "ksefkit_prod_is_used": "boolean",
    "ksefkit_overdue_seconds": "integer",
    # The staff page: a company's name and NIP, which are public, with counts and kinds of alarms.
    "ksefkit_company_states": "TABLE(tenant_id uuid, name text, nip text, waiting bigint, stuck bigint, alarms text[])",
}

# Functions of the owner, whom FORCE row-level security binds to the current tenant like everybody.
WITHIN_A_TENANT = {
    "ksefkit_anonymise": "boolean",
    "ksefkit_anonymise_answers": "bigint",
    "ksefkit_anonymise_attempts": "bigint",
    "ksefkit_erase_old_events": "bigint",
    "ksefkit_erase_old_words": "SETOF bigint",
    "ksefkit_erase_words": "SETOF bigint",
}

# Tables of no tenant: people and their sign-ins, published rates, counters of outside limits, Django's own.
SHARED_TABLES = {
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "django_session",
    "filings_ledgerpause",
    "filings_processingtime",
    "filings_requestledger",
    "filings_weather",
    "mfa_authenticator",
    "registers_exchangerate",
    "tenants_user",
    "usersessions_usersession",
}


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


pytestmark = pytest.mark.django_db


def test_every_table_has_a_tenant_or_is_known_to_be_shared() -> None:
    tables = {name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    walled = {name for (name,) in rows(f"SELECT relname FROM pg_class WHERE oid IN ({TENANT_TABLES})")}

    assert tables - walled - {"tenants_tenant"} == SHARED_TABLES


def test_every_tenant_table_forces_row_level_security_for_every_command() -> None:
    with connection.cursor() as cursor:
        assert wall_faults(cursor) == []


def test_only_the_platform_role_has_policies_across_tenants() -> None:
    found = rows("SELECT DISTINCT roles::text FROM pg_policies WHERE schemaname = 'public'")

    assert {roles for (roles,) in found} == {"{public}", "{ksefkit_platform}"}


def test_every_foreign_key_between_tenant_tables_carries_the_tenant() -> None:
    found = rows(
        "SELECT con.conrelid::regclass::text || '.' || con.conname, "
        "(SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(con.conkey) WITH ORDINALITY k (number, place) "
        " JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.number), "
        "(SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(con.confkey) WITH ORDINALITY "
        " k (number, place) JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.number) "
        f"FROM pg_constraint con WHERE con.contype = 'f' AND con.conrelid IN ({TENANT_TABLES}) "
        f"AND con.confrelid IN ({TENANT_TABLES})"
    )

    assert len(found) >= 20
    assert [name for name, ours, theirs in found if ours[0] != "tenant_id" or theirs[0] != "tenant_id"] == []


def test_every_unique_key_begins_with_the_tenant_or_is_random() -> None:
    found = rows(
        "SELECT i.relname, a.attname, a.atttypid::regtype::text, x.indisprimary, x.indnkeyatts FROM pg_index x "
        "JOIN pg_class i ON i.oid = x.indexrelid "
        "JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0] "
        f"WHERE x.indisunique AND x.indrelid IN ({TENANT_TABLES})"
    )

    others = [row for row in found if row[1] != "tenant_id" and row[0] not in OTHER_UNIQUE_KEYS]
    # A primary key is one random UUID: it cannot be guessed, so its being taken tells nothing.
    assert [name for name, _, kind, primary, size in others if not (primary and kind == "uuid" and size == 1)] == []


def test_platform_functions_are_narrow() -> None:
    found = rows(
        "SELECT p.proname, pg_get_userbyid(p.proowner), p.proconfig::text, pg_get_function_result(p.oid), "
        "has_function_privilege('ksefkit_readonly', p.oid, 'EXECUTE'), p.proacl::text "
        "FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace"
    )

    assert len(found) >= 15
    for name, owner, config, result, others_may, grants in found:
        assert owner == ("ksefkit_owner" if name in WITHIN_A_TENANT else "ksefkit_platform"), name
        assert config == '{"search_path=pg_catalog, public, pg_temp"}', name
        assert not others_may, name
        assert grants is not None, name
        assert not any(grant.startswith("=") for grant in grants.strip("{}").split(",")), name
        assert _only_ids(result) or (NOT_IDS | WITHIN_A_TENANT).get(name) == result, (name, result)


def test_a_temporary_table_stands_before_no_function(acme: Company) -> None:
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        owner.execute("CREATE TEMPORARY TABLE tenants_tenant (id uuid)")
        owner.execute("INSERT INTO pg_temp.tenants_tenant VALUES (%s)", [uuid4()])
        owner.execute("GRANT SELECT ON pg_temp.tenants_tenant TO ksefkit_platform")

        # Acme is not committed yet, so that nobody else sees any tenant.
        assert owner.execute("SELECT * FROM ksefkit_tenant_ids()").fetchall() == []
        owner.rollback()


def guarded_tables() -> set[str]:
    """Tables from which some trigger keeps rows from being deleted."""
    return {
        name
        for (name,) in rows(
            "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgtype & 8 > 0"  # 8: DELETE
        )
    }


def test_what_cannot_be_deleted_cannot_be_emptied_either(django_db_setup: None) -> None:
    guarded = guarded_tables()
    assert len(guarded) >= 12

    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        for statement in (*(f"TRUNCATE {table} CASCADE" for table in guarded), "TRUNCATE tenants_tenant CASCADE"):
            with pytest.raises(psycopg.errors.RestrictViolation), owner.transaction():
                owner.execute(statement)


def test_the_platform_role_cannot_sign_in_and_owns_no_table() -> None:
    assert rows("SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'ksefkit_platform'") == [
        (False, False, False)
    ]
    assert rows("SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = 'ksefkit_platform'") == []


def test_the_platform_role_sees_no_secret_and_no_content() -> None:
    columns = rows(
        "SELECT DISTINCT a.attname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped "
        "AND has_column_privilege('ksefkit_platform', c.oid, a.attnum, 'SELECT')"
    )

    names = {name for (name,) in columns}
    assert "tenant_id" in names
    assert not [name for name in names if "sealed" in name or name in {"payload", "data", "xml", "content", "email"}]


def test_the_role_for_reports_reads_no_secret_and_writes_nothing() -> None:
    readable = rows(
        "SELECT c.relname, a.attname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped "
        "AND has_column_privilege('ksefkit_readonly', c.oid, a.attnum, 'SELECT')"
    )
    writable = rows(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' "
        "AND has_table_privilege('ksefkit_readonly', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
    )

    tables = {table for table, _ in readable}
    assert {"filings_filing", "documents_sourcedocument", "audit_auditentry", "tenants_user"} <= tables
    assert not tables & {"django_session", "mfa_authenticator", "usersessions_usersession", "connections_tenantkey"}
    secrets = ("_sealed", "password", "secret_hash", "wrapped")
    assert [column for _, column in readable if column.endswith(secrets)] == []
    assert writable == []


@dataclass(frozen=True)
class Column:
    """A model of a tenant, with something to change in it."""

    model: type[models.Model]

    @property
    def table(self) -> str:
        return self.model._meta.db_table


def tenant_models() -> list[Column]:
    return [
        Column(model)
        for model in apps.get_models()
        if any(field.column == "tenant_id" for field in model._meta.concrete_fields)
        or model._meta.db_table == "tenants_tenant"
    ]


NOT_FOR_THE_APPLICATION = {"connections_stripeclaim"}


@pytest.mark.parametrize("of", tenant_models(), ids=lambda of: of.table)
def test_without_a_tenant_no_model_reads_or_writes(acme: Company, of: Column) -> None:
    if of.table in NOT_FOR_THE_APPLICATION:
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            of.model._default_manager.count()
        return
    key = "id" if of.table == "tenants_tenant" else "tenant_id"

    assert of.model._default_manager.count() == 0
    assert rows(f"SELECT 1 FROM {of.table}") == []
    for change in (f"UPDATE {of.table} SET {key} = {key}", f"DELETE FROM {of.table}"):
        assert _touched(change) in {0, -1}
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        # Policies are checked before constraints, so that the row being incomplete does not matter.
        cursor.execute(f"INSERT INTO {of.table} ({key}) VALUES (%s)", [uuid4()])


def test_the_refusal_of_a_foreign_row_is_that_of_no_row(acme: Company, globex: Company) -> None:
    with acting_in(globex.tenant.id):
        theirs = make_stripe_connection(globex)

    answers = [_refusal(acme, other) for other in (theirs.id, uuid4())]

    assert "foreign key" in answers[0]
    assert answers[0] == answers[1]


def _refusal(company: Company, connection_id: UUID) -> str:
    """What the database says about a document of a company that points at this connection."""
    with pytest.raises(DatabaseError) as refused, acting_in(company.tenant.id), connection.cursor() as cursor:
        _insert_document(cursor, company, connection_id)
    return str(refused.value).replace(str(connection_id), "…")


def _insert_document(cursor: Any, company: Company, connection_id: UUID) -> None:
    ours = make_document(make_stripe_connection(company))
    fields = SourceDocument._meta.concrete_fields
    changed = {"id": uuid4(), "connection_id": connection_id}
    cursor.execute(
        f"INSERT INTO documents_sourcedocument ({', '.join(field.column for field in fields)}) "
        f"VALUES ({', '.join(['%s'] * len(fields))})",
        [changed.get(field.column, getattr(ours, field.attname)) for field in fields],
    )
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _touched(sql: str) -> int:
    """How many rows a change reached, or -1 when it was refused outright."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            return int(cursor.rowcount)
    except ProgrammingError:
        return -1


def _only_ids(result: str) -> bool:
    inner = result.removeprefix("TABLE(").removesuffix(")") if result.startswith("TABLE") else result
    return all(part.split()[-1] == "uuid" for part in inner.split(","))
