"""Migration operations for the tenant walls: row-level security, written-once tables, platform functions.

The walls stand in the database, so that a forgotten filter shows nothing rather than another tenant's rows.
"""

from collections.abc import Sequence
from typing import Any

from django.db import migrations

APP_ROLE = "ksefkit_app"
PLATFORM_ROLE = "ksefkit_platform"
REPORTS_ROLE = "ksefkit_readonly"
# pg_temp is named, and last: unnamed it would be searched first, and a temporary table would stand before ours.
SEARCH_PATH = "pg_catalog, public, pg_temp"
Statements = list[str | tuple[str, dict[str, Any] | list[Any] | tuple[Any, ...] | tuple[()] | None]]  # as RunSQL takes

CURRENT_TENANT = "NULLIF(current_setting('ksefkit.tenant', true), '')::uuid"
CURRENT_USER = "NULLIF(current_setting('ksefkit.user', true), '')::uuid"


def behind_walls(table: str, *, visible: str = "", column: str = "tenant_id") -> migrations.RunSQL:
    """FORCE row-level security: rows of the current tenant only (`visible` adds a reading condition)."""
    own = f"{column} = {CURRENT_TENANT}"
    seen = f"({own}) OR ({visible})" if visible else own
    return migrations.RunSQL(
        sql=[
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY tenant_reads ON {table} FOR SELECT USING ({seen})",
            f"CREATE POLICY tenant_inserts ON {table} FOR INSERT WITH CHECK ({own})",
            f"CREATE POLICY tenant_updates ON {table} FOR UPDATE USING ({own}) WITH CHECK ({own})",
            f"CREATE POLICY tenant_deletes ON {table} FOR DELETE USING ({own})",
        ],
        reverse_sql=[
            f"DROP POLICY tenant_reads ON {table}",
            f"DROP POLICY tenant_inserts ON {table}",
            f"DROP POLICY tenant_updates ON {table}",
            f"DROP POLICY tenant_deletes ON {table}",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


def may_be_pointed_at(table: str) -> migrations.RunSQL:
    """The key that foreign keys of other tenant tables point at: the tenant is part of it."""
    name = f"{table}_in_tenant"
    return migrations.RunSQL(
        sql=f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE (tenant_id, id)",
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def points_within_tenant(table: str, column: str, *, to: str) -> migrations.RunSQL:
    """Replace Django's foreign key by one over (tenant_id, id).

    A row can then never point into another tenant, and the error for another tenant's row is that for no row at all.
    """
    name = f"{table}_{column}_in_tenant"
    drop_old = (
        "DO $$ DECLARE old name; BEGIN SELECT con.conname FROM pg_constraint con "  # noqa: S608 names from migrations
        "JOIN pg_attribute a ON a.attrelid = con.conrelid AND con.conkey = ARRAY[a.attnum] "
        f"WHERE con.contype = 'f' AND con.conrelid = '{table}'::regclass AND a.attname = '{column}' INTO STRICT old; "
        f"EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I', old); END $$"
    )
    rest = "DEFERRABLE INITIALLY DEFERRED"
    return migrations.RunSQL(
        sql=[
            drop_old,
            # The check of rows that are there already runs as the owner, from whom FORCE would hide them.
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {to} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (tenant_id, {column}) "
            f"REFERENCES {to} (tenant_id, id) {rest}",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {to} FORCE ROW LEVEL SECURITY",
        ],
        reverse_sql=[
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk FOREIGN KEY ({column}) "
            f"REFERENCES {to} (id) {rest}",
        ],
    )


def platform_may(table: str, *, columns: Sequence[str], update: Sequence[str] = ()) -> migrations.RunSQL:
    """Let the owner of the SECURITY DEFINER functions see (and set) the named columns of every tenant."""
    sql: Statements = [
        f"GRANT SELECT ({', '.join(columns)}) ON {table} TO {PLATFORM_ROLE}",
        f"CREATE POLICY platform_reads ON {table} FOR SELECT TO {PLATFORM_ROLE} USING (true)",
    ]
    reverse: Statements = [
        f"DROP POLICY platform_reads ON {table}",
        f"REVOKE SELECT ({', '.join(columns)}) ON {table} FROM {PLATFORM_ROLE}",  # noqa: S608 names from migrations
    ]
    if update:
        sql += [
            f"GRANT UPDATE ({', '.join(update)}) ON {table} TO {PLATFORM_ROLE}",
            f"CREATE POLICY platform_updates ON {table} FOR UPDATE TO {PLATFORM_ROLE} USING (true) WITH CHECK (true)",
        ]
        reverse += [
            f"DROP POLICY platform_updates ON {table}",
            f"REVOKE UPDATE ({', '.join(update)}) ON {table} FROM {PLATFORM_ROLE}",
        ]
    return migrations.RunSQL(sql=sql, reverse_sql=reverse)


def written_once(table: str) -> migrations.RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE for everyone, the table's owner included."""
    return migrations.RunSQL(
        sql=[
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APP_ROLE}",
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION ksefkit_refuse_change()",
            _refuse_truncate(table),
        ],
        reverse_sql=[
            f"DROP TRIGGER IF EXISTS never_emptied ON {table}",
            f"DROP TRIGGER written_once ON {table}",
            f"GRANT UPDATE, DELETE ON {table} TO {APP_ROLE}",
        ],
    )


def never_emptied(table: str) -> migrations.RunSQL:
    """Refuse TRUNCATE, also of a table that refers to this one (CASCADE): no trigger for rows would see it."""
    return migrations.RunSQL(
        sql=_refuse_truncate(table), reverse_sql=f"DROP TRIGGER IF EXISTS never_emptied ON {table}"
    )


def _refuse_truncate(table: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ksefkit_refuse_change()"
    )


def refuse_change_function() -> migrations.RunSQL:
    """The trigger function behind written_once()."""
    return migrations.RunSQL(
        sql="""
        CREATE FUNCTION ksefkit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is written once; % is refused', TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'restrict_violation';
        END $$
        """,
        reverse_sql="DROP FUNCTION ksefkit_refuse_change()",
    )


def no_secrets_in_reports(table: str) -> migrations.RunSQL:
    """Show the role for reports every column of a table but those that hold secrets, keys or leases."""
    return migrations.RunSQL(
        sql=f"""
        DO $$
        DECLARE
            harmless text;
        BEGIN
            SELECT string_agg(quote_ident(a.attname), ', ') INTO STRICT harmless FROM pg_attribute a
            WHERE a.attrelid = '{table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped
              AND a.attname !~ '(_sealed|password|secret_hash|lease_token|wrapped)$';
            REVOKE ALL ON {table} FROM {REPORTS_ROLE};
            EXECUTE 'GRANT SELECT (' || harmless || ') ON {table} TO {REPORTS_ROLE}';
        END $$
        """,  # noqa: S608 names from migrations
        reverse_sql=migrations.RunSQL.noop,
    )


def platform_function(signature: str, *, returns: str, body: str) -> migrations.RunSQL:
    """A SECURITY DEFINER function across tenants that returns ids only, callable by the application role."""
    name = signature.partition("(")[0]
    arguments = ", ".join(
        part.split()[1] for part in signature.partition("(")[2].rstrip(")").split(",") if part.strip()
    )
    return migrations.RunSQL(
        sql=[
            f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE sql SECURITY DEFINER "
            f"SET search_path = {SEARCH_PATH} AS $$ {body} $$",
            f"REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {name}({arguments}) TO {APP_ROLE}",
            f"ALTER FUNCTION {name}({arguments}) OWNER TO {PLATFORM_ROLE}",
        ],
        reverse_sql=f"DROP FUNCTION {name}({arguments})",
    )
