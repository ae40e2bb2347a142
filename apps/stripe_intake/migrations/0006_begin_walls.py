"""A worker finds the connections whose key no look has used yet."""

from django.db import migrations

from apps.tenants.rls import PLATFORM_ROLE, platform_function


class Migration(migrations.Migration):
    dependencies = [
        ("stripe_intake", "0005_feeds_begin"),
        ("stripe_intake", "0004_errand_walls"),
        ("connections", "0004_stripe_claim_walls"),
    ]

    operations = [
        migrations.RunSQL(
            sql=[
                f"GRANT SELECT (status, key_changed_at) ON connections_stripeconnection TO {PLATFORM_ROLE}",
                f"GRANT SELECT (begun_at) ON stripe_intake_stripefeed TO {PLATFORM_ROLE}",
            ],
            reverse_sql=[
                f"REVOKE SELECT (status, key_changed_at) ON connections_stripeconnection FROM {PLATFORM_ROLE}",
                f"REVOKE SELECT (begun_at) ON stripe_intake_stripefeed FROM {PLATFORM_ROLE}",
            ],
        ),
        platform_function(
            "ksefkit_stripe_connections_to_begin()",
            returns="TABLE (tenant_id uuid, connection_id uuid)",
            body="""
            SELECT c.tenant_id, c.id FROM connections_stripeconnection c
            LEFT JOIN stripe_intake_stripefeed f ON f.connection_id = c.id
            WHERE c.key_changed_at IS NOT NULL AND c.status IN ('active', 'degraded')
              AND (f.begun_at IS NULL OR f.begun_at < c.key_changed_at)
            """,
        ),
    ]
