"""The sweep finds the companies whose decided documents no lane looks after."""

from django.db import migrations

from apps.tenants.rls import PLATFORM_ROLE, platform_function


class Migration(migrations.Migration):
    dependencies = [("filings", "0009_old_requests_are_found_by_age")]

    operations = [
        migrations.RunSQL(
            f"GRANT SELECT (next_action_at) ON filings_filing TO {PLATFORM_ROLE}",
            f"REVOKE SELECT (next_action_at) ON filings_filing FROM {PLATFORM_ROLE}",
        ),
        platform_function(
            "ksefkit_tenants_with_decided(moment timestamptz)",
            returns="SETOF uuid",
            body="SELECT DISTINCT f.tenant_id FROM filings_filing f WHERE f.lane_id IS NULL AND f.state = 'held' "
            "AND f.next_action_at <= moment",
        ),
    ]
