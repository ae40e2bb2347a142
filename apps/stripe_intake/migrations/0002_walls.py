"""The tenant walls around events; a worker finds the tenants that have some to route."""

from django.db import migrations

from apps.tenants.rls import behind_walls, platform_function, platform_may


class Migration(migrations.Migration):
    dependencies = [("stripe_intake", "0001_initial"), ("tenants", "0002_walls")]

    operations = [
        behind_walls("stripe_intake_stripeevent"),
        platform_may("stripe_intake_stripeevent", columns=["tenant_id", "state", "received_at"]),
        platform_function(
            "ksefkit_tenants_with_stripe_events()",
            returns="SETOF uuid",
            # Jumps from tenant to tenant in the index, so a tenant with 50 000 events costs as much as one with a single event.
            body="""
            WITH RECURSIVE waiting AS (
                (SELECT tenant_id FROM stripe_intake_stripeevent WHERE state = 'received' ORDER BY tenant_id LIMIT 1)
                UNION ALL
                SELECT (SELECT e.tenant_id FROM stripe_intake_stripeevent e
                        WHERE e.state = 'received' AND e.tenant_id > w.tenant_id ORDER BY e.tenant_id LIMIT 1)
                FROM waiting w WHERE w.tenant_id IS NOT NULL
            )
            SELECT tenant_id FROM waiting WHERE tenant_id IS NOT NULL
            """,
        ),
    ]
