"""How all companies fare is read in one query, a page at a time."""

from django.db import migrations

from apps.tenants.rls import PLATFORM_ROLE, platform_function

# The page is cut before anything is counted.
STATES = """
    SELECT t.id, t.name, t.nip,
        (SELECT count(*) FROM filings_filing f
         WHERE f.tenant_id = t.id AND f.state IN ('ready', 'waiting', 'unknown')),
        (SELECT count(*) FROM filings_filing f WHERE f.tenant_id = t.id AND f.state IN ('held', 'rejected')),
        ARRAY(SELECT DISTINCT a.kind::text FROM filings_alarm a
              WHERE a.tenant_id = t.id AND a.cleared_at IS NULL ORDER BY 1)
    FROM (
        SELECT id, name, nip FROM tenants_tenant WHERE position(lower(wanted) IN lower(name || ' ' || nip)) > 0
        ORDER BY lower(name), id LIMIT most OFFSET skipped
    ) t
    ORDER BY lower(t.name), t.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("filings", "0010_decided_without_a_lane_is_found"),
        ("tenants", "0013_second_factor_for_all"),
    ]

    operations = [
        migrations.RunSQL(
            f"GRANT SELECT (name, nip) ON tenants_tenant TO {PLATFORM_ROLE}",
            f"REVOKE SELECT (name, nip) ON tenants_tenant FROM {PLATFORM_ROLE}",
        ),
        platform_function(
            "ksefkit_company_states(wanted text, skipped integer, most integer)",
            returns="TABLE (tenant_id uuid, name text, nip text, waiting bigint, stuck bigint, alarms text[])",
            body=STATES,
        ),
    ]
