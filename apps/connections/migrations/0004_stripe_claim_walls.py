"""One Stripe account and mode feeds one tenant: claimed and released by functions that say yes or no and nothing else."""

from django.db import migrations

from apps.tenants.rls import APP_ROLE, CURRENT_TENANT, PLATFORM_ROLE, behind_walls, platform_function

TABLE = "connections_stripeclaim"

CLAIM = f"""
    WITH made AS (
        INSERT INTO {TABLE} (id, tenant_id, account, livemode)
        SELECT gen_random_uuid(), {CURRENT_TENANT}, wanted, live WHERE {CURRENT_TENANT} IS NOT NULL
        ON CONFLICT (account, livemode) DO NOTHING RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM made) OR EXISTS (
        SELECT 1 FROM {TABLE} c WHERE c.account = wanted AND c.livemode = live AND c.tenant_id = {CURRENT_TENANT})
"""
RELEASE = f"""
    WITH gone AS (
        DELETE FROM {TABLE} c WHERE c.account = given AND c.livemode = live AND c.tenant_id = {CURRENT_TENANT} RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM gone)
"""


class Migration(migrations.Migration):
    dependencies = [("connections", "0003_stripe_claims"), ("tenants", "0002_walls")]

    operations = [
        behind_walls(TABLE),
        migrations.RunSQL(
            sql=[
                f"REVOKE ALL ON {TABLE} FROM {APP_ROLE}",
                f"GRANT SELECT, INSERT, DELETE ON {TABLE} TO {PLATFORM_ROLE}",
                f"CREATE POLICY platform_claims ON {TABLE} TO {PLATFORM_ROLE} USING (true) WITH CHECK (true)",
            ],
            reverse_sql=[
                f"DROP POLICY platform_claims ON {TABLE}",
                f"REVOKE ALL ON {TABLE} FROM {PLATFORM_ROLE}",
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO {APP_ROLE}",
            ],
        ),
        platform_function("ksefkit_claim_stripe_account(wanted text, live boolean)", returns="boolean", body=CLAIM),
        platform_function("ksefkit_release_stripe_account(given text, live boolean)", returns="boolean", body=RELEASE),
    ]
