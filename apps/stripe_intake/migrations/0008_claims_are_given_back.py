"""A claim whose work ended badly is given back by its token, also when nobody knows any more which feed it was."""

from django.db import migrations

from apps.tenants.rls import PLATFORM_ROLE, platform_function

# The short pause keeps a fault that comes back at once from going round without end.
GIVE_BACK = """
    UPDATE stripe_intake_stripefeed
    SET lease_until = NULL, lease_token = NULL, paused_until = greatest(paused_until, moment + interval '2 seconds')
    WHERE lease_token = holder RETURNING tenant_id
"""


class Migration(migrations.Migration):
    dependencies = [("stripe_intake", "0007_point_within_tenant")]

    operations = [
        migrations.RunSQL(
            [
                f"GRANT SELECT (lease_token) ON stripe_intake_stripefeed TO {PLATFORM_ROLE}",
                f"GRANT UPDATE (paused_until) ON stripe_intake_stripefeed TO {PLATFORM_ROLE}",
            ],
            [
                f"REVOKE SELECT (lease_token) ON stripe_intake_stripefeed FROM {PLATFORM_ROLE}",
                f"REVOKE UPDATE (paused_until) ON stripe_intake_stripefeed FROM {PLATFORM_ROLE}",
            ],
        ),
        platform_function(
            "ksefkit_give_back_stripe_feed(holder uuid, moment timestamptz)", returns="SETOF uuid", body=GIVE_BACK
        ),
    ]
