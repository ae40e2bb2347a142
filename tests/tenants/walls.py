"""Reads the tenant walls from the database's catalogue and names what is missing."""

from typing import Any, Protocol

TENANT_TABLES = """
    SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND a.attname = 'tenant_id' AND NOT a.attisdropped
      AND c.relnamespace = 'public'::regnamespace
"""
WALLED = f"c.oid IN ({TENANT_TABLES}) OR c.relname = 'tenants_tenant'"
# PostgreSQL's letters for SELECT, INSERT, UPDATE, DELETE.
COMMANDS = {"r", "a", "w", "d"}
OWN = "NULLIF(current_setting('ksefkit.tenant'::text, true), ''::text))::uuid"


class Cursor(Protocol):
    """psycopg's or Django's."""

    def execute(self, query: str) -> Any: ...

    def fetchall(self) -> list[tuple[Any, ...]]: ...


def wall_faults(cursor: Cursor) -> list[str]:
    """Every tenant table forces row-level security and has one policy of its tenant for each command."""
    cursor.execute(f"SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c WHERE {WALLED}")
    tables = cursor.fetchall()
    faults = [f"{name}: not enabled" for name, enabled, _ in tables if not enabled]
    faults += [f"{name}: not forced" for name, _, forced in tables if not forced]
    cursor.execute(
        "SELECT c.relname, p.polcmd::text, p.polpermissive, pg_get_expr(p.polqual, p.polrelid), "
        "pg_get_expr(p.polwithcheck, p.polrelid) FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid "
        f"WHERE p.polroles = '{{0}}' AND ({WALLED})"
    )
    policies = cursor.fetchall()
    for name, _, _ in tables:
        commands = sorted(policy[1] for policy in policies if policy[0] == name)
        if commands != sorted(COMMANDS):
            faults.append(f"{name}: policies for {commands}")
    for name, command, _, using, checked in policies:
        conditions = {"r": [using], "a": [checked], "w": [using, checked], "d": [using]}.get(command, [])
        if not conditions or not all(_names_the_tenant(name, condition) for condition in conditions):
            faults.append(f"{name}: a policy for {command} that does not name the tenant")
    return faults


def _names_the_tenant(table: str, condition: str | None) -> bool:
    column = "id" if table == "tenants_tenant" else "tenant_id"
    return condition is not None and f"({column} = ({OWN}" in condition
