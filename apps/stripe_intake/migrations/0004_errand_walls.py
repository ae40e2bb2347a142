"""The tenant walls around errands; a worker claims the feeds that have some due."""

from django.db import migrations

from apps.tenants.rls import behind_walls, platform_function, platform_may

# Whoever was served longest ago comes first: a tenant with 50 000 errands does not delay one with a single errand.
CLAIM_FEEDS = """
    UPDATE stripe_intake_stripefeed f SET lease_until = lasting, lease_token = holder, last_served_at = moment
    FROM (
        SELECT d.connection_id FROM stripe_intake_stripefeed d
        WHERE d.next_action_at <= moment
          AND (d.paused_until IS NULL OR d.paused_until <= moment)
          AND (d.lease_until IS NULL OR d.lease_until <= moment)
        ORDER BY d.last_served_at NULLS FIRST
        LIMIT most FOR UPDATE SKIP LOCKED
    ) due
    WHERE f.connection_id = due.connection_id RETURNING f.tenant_id, f.connection_id
"""


class Migration(migrations.Migration):
    dependencies = [("stripe_intake", "0003_errands"), ("tenants", "0002_walls")]

    operations = [
        behind_walls("stripe_intake_stripeerrand"),
        behind_walls("stripe_intake_stripefeed"),
        behind_walls("stripe_intake_stripesideobject"),
        platform_may(
            "stripe_intake_stripefeed",
            columns=["tenant_id", "connection_id", "next_action_at", "paused_until", "lease_until", "last_served_at"],
            update=["lease_until", "lease_token", "last_served_at"],
        ),
        platform_function(
            "ksefkit_claim_stripe_feeds(moment timestamptz, lasting timestamptz, holder uuid, most integer)",
            returns="TABLE (tenant_id uuid, connection_id uuid)",
            body=CLAIM_FEEDS,
        ),
    ]
