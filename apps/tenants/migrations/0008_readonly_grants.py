"""The role for reports sees no password, second factor, session or sealed secret."""

from typing import Any

from django.db import migrations

ROLE = "ksefkit_readonly"
WHOLE = ["django_session", "mfa_authenticator", "account_emailconfirmation", "usersessions_usersession", "connections_tenantkey"]
HIDDEN = r"(_sealed|password|secret_hash|lease_token|wrapped)$"


def hide(apps: Any, schema_editor: Any) -> None:
    """Take the tables whole; of others give back every column that holds no secret."""
    with schema_editor.connection.cursor() as cursor:
        for table in WHOLE:
            cursor.execute(f"REVOKE ALL ON {table} FROM {ROLE}")
        cursor.execute(
            "SELECT c.relname, array_agg(a.attname::text) FILTER (WHERE a.attname !~ %s) FROM pg_class c "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
            "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT c.relname = ANY(%s) "
            "GROUP BY c.relname HAVING bool_or(a.attname ~ %s)",
            [HIDDEN, WHOLE, HIDDEN],
        )
        for table, columns in cursor.fetchall():
            named = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(f"REVOKE ALL ON {table} FROM {ROLE}")
            cursor.execute(f"GRANT SELECT ({named}) ON {table} TO {ROLE}")


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0007_api_key_walls"),
        ("connections", "0005_point_within_tenant"),
        ("filings", "0004_point_within_tenant"),
        ("stripe_intake", "0007_point_within_tenant"),
        ("sessions", "0001_initial"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("usersessions", "0001_initial"),
    ]

    operations = [migrations.RunPython(hide, migrations.RunPython.noop)]
