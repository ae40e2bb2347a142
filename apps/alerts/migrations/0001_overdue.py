"""How long the most overdue work of all tenants has waited: one number, which says nothing of anybody."""

from django.db import migrations

from apps.tenants.rls import platform_function

OVERDUE = """
    SELECT coalesce(greatest(0, extract(epoch FROM moment - min(waiting.since))), 0)::integer FROM (
        SELECT min(greatest(l.next_action_at, l.lease_until)) AS since FROM filings_lane l
        WHERE l.next_action_at <= moment AND (l.lease_until IS NULL OR l.lease_until <= moment)
        UNION ALL
        SELECT min(greatest(s.next_action_at, s.lease_until)) FROM filings_ksefsession s
        WHERE s.next_action_at <= moment AND (s.lease_until IS NULL OR s.lease_until <= moment)
        UNION ALL
        SELECT min(greatest(f.next_action_at, f.paused_until, f.lease_until)) FROM stripe_intake_stripefeed f
        WHERE f.next_action_at <= moment
          AND (f.paused_until IS NULL OR f.paused_until <= moment)
          AND (f.lease_until IS NULL OR f.lease_until <= moment)
        UNION ALL
        SELECT min(e.received_at) FROM stripe_intake_stripeevent e WHERE e.state = 'received'
    ) waiting
"""


class Migration(migrations.Migration):
    dependencies = [("filings", "0002_walls"), ("stripe_intake", "0004_errand_walls")]

    operations = [
        platform_function("ksefkit_overdue_seconds(moment timestamptz)", returns="integer", body=OVERDUE),
    ]
