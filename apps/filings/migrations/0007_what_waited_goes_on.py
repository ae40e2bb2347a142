"""Whoever waited for KSeF goes on when it answers; the sweep finds what a person changed and which alarms are over."""

from django.db import migrations, models

from apps.tenants.rls import SEARCH_PATH, platform_function, platform_may

WAITED_FOR_KSEF = "('ksef_down', 'ksef_blocked', 'ksef_unavailable', 'answer_lost')"

WAKE_PLACE = f"""
    WITH lanes AS (
        UPDATE filings_lane SET next_action_at = moment, paused_until = NULL
        WHERE place = spot AND next_action_at > moment AND pause_code IN {WAITED_FOR_KSEF} RETURNING id
    ), sessions AS (
        UPDATE filings_ksefsession s SET next_action_at = moment
        FROM filings_lane l
        WHERE l.id = s.lane_id AND l.place = spot AND s.next_action_at > moment
              AND s.plan_code IN {WAITED_FOR_KSEF} RETURNING s.id
    )
    SELECT (SELECT count(*) FROM lanes) + (SELECT count(*) FROM sessions)
"""
WOKE_BEFORE = """
    WITH lanes AS (
        UPDATE filings_lane SET next_action_at = moment
        WHERE place = spot AND next_action_at > moment AND paused_until IS NULL RETURNING id
    ), sessions AS (
        UPDATE filings_ksefsession s SET next_action_at = moment
        FROM filings_lane l
        WHERE l.id = s.lane_id AND l.place = spot AND s.next_action_at > moment AND s.faults > 0 RETURNING s.id
    )
    SELECT (SELECT count(*) FROM lanes) + (SELECT count(*) FROM sessions)
"""


def wake_place(body: str) -> str:
    return (
        "CREATE OR REPLACE FUNCTION ksefkit_wake_place(spot text, moment timestamptz) RETURNS bigint LANGUAGE sql "
        f"SECURITY DEFINER SET search_path = {SEARCH_PATH} AS $$ {body} $$"
    )


def grants(verb: str, way: str) -> list[str]:
    """What the functions below read and set of every tenant."""
    return [
        f"{verb} SELECT (pause_code, planned_at, connection_id) ON filings_lane {way} ksefkit_platform",
        f"{verb} UPDATE (paused_until) ON filings_lane {way} ksefkit_platform",
        f"{verb} SELECT (plan_code) ON filings_ksefsession {way} ksefkit_platform",
        f"{verb} SELECT (id, is_active, credential_changed_at) ON connections_ksefconnection {way} ksefkit_platform",
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("filings", "0006_when_bytes_were_built"),
        ("connections", "0005_point_within_tenant"),
    ]

    operations = [
        migrations.AddField("ksefsession", "looks", models.PositiveIntegerField(default=0)),
        migrations.AddField("ledgerpause", "asked_at", models.DateTimeField(null=True)),
        migrations.RunSQL(grants("GRANT", "TO"), grants("REVOKE", "FROM")),
        platform_may("filings_alarm", columns=["tenant_id", "kind", "cleared_at"]),
        migrations.RunSQL(
            "CREATE POLICY platform_reads_for_the_sweep ON connections_ksefconnection "
            "FOR SELECT TO ksefkit_platform USING (true)",
            "DROP POLICY platform_reads_for_the_sweep ON connections_ksefconnection",
        ),
        migrations.RunSQL([wake_place(WAKE_PLACE)], [wake_place(WOKE_BEFORE)]),
        # Lanes that paused for a person, who has since entered another credential.
        platform_function(
            "ksefkit_lanes_with_new_credential(moment timestamptz)",
            returns="TABLE (tenant_id uuid, lane_id uuid)",
            body="SELECT l.tenant_id, l.id FROM filings_lane l "
            "JOIN connections_ksefconnection c ON c.id = l.connection_id "
            "WHERE l.paused_until > moment AND l.pause_code IN ('access_denied', 'no_credential') "
            "AND c.credential_changed_at > l.planned_at",
        ),
        # Lanes of connections that are not in use any more, with documents that have not gone out.
        platform_function(
            "ksefkit_lanes_out_of_use()",
            returns="TABLE (tenant_id uuid, lane_id uuid)",
            body="SELECT l.tenant_id, l.id FROM filings_lane l "
            "JOIN connections_ksefconnection c ON c.id = l.connection_id AND NOT c.is_active "
            "WHERE EXISTS (SELECT 1 FROM filings_filing f WHERE f.tenant_id = l.tenant_id AND f.lane_id = l.id "
            "AND f.state IN ('ready', 'waiting'))",
        ),
        # Tenants that were told of a deadline: is it still near?
        platform_function(
            "ksefkit_tenants_told_of_deadlines()",
            returns="SETOF uuid",
            body="SELECT DISTINCT a.tenant_id FROM filings_alarm a "
            "WHERE a.kind = 'deadline_near' AND a.cleared_at IS NULL",
        ),
    ]
