"""A new credential wakes the sessions that paused for it too: what is on its way is followed at once, not in an hour."""

from django.db import migrations

from apps.tenants.rls import SEARCH_PATH

LANES = (
    "SELECT l.tenant_id, l.id FROM filings_lane l JOIN connections_ksefconnection c ON c.id = l.connection_id "
    "WHERE l.paused_until > moment AND l.pause_code IN ('access_denied', 'no_credential') "
    "AND c.credential_changed_at > l.planned_at"
)
# Such a pause lasts an hour (trouble.py), so its beginning is known from its end.
LANES_OF_SESSIONS = (
    "SELECT s.tenant_id, s.lane_id FROM filings_ksefsession s JOIN filings_lane l ON l.id = s.lane_id "
    "JOIN connections_ksefconnection c ON c.id = l.connection_id "
    "WHERE s.next_action_at > moment AND s.plan_code IN ('access_denied', 'no_credential') "
    "AND c.credential_changed_at > s.next_action_at - interval '1 hour'"
)


def function(body: str) -> str:
    return (
        "CREATE OR REPLACE FUNCTION ksefkit_lanes_with_new_credential(moment timestamptz) "
        "RETURNS TABLE (tenant_id uuid, lane_id uuid) LANGUAGE sql "
        f"SECURITY DEFINER SET search_path = {SEARCH_PATH} AS $$ {body} $$"
    )


class Migration(migrations.Migration):
    dependencies = [("filings", "0007_what_waited_goes_on")]

    operations = [migrations.RunSQL([function(f"{LANES} UNION {LANES_OF_SESSIONS}")], [function(LANES)])]
