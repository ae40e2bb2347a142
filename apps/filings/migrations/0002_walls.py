"""The tenant walls around filings, what is written once, and the functions that find due work across tenants."""

from django.db import migrations

from apps.tenants.rls import behind_walls, platform_function, platform_may, written_once

BEHIND_WALLS = ("lane", "ksefsession", "filing", "filingxml", "filingattempt", "upo", "alarm", "difference")

# Prefix searches need this operator class wherever the database does not sort as C does.
SEARCH = [
    "CREATE INDEX filings_by_number ON filings_filing (tenant_id, lower(number) text_pattern_ops)",
    "CREATE INDEX filings_by_buyer ON filings_filing (tenant_id, lower(buyer_name) text_pattern_ops)",
]

FILED_STAYS = """
CREATE FUNCTION ksefkit_filed_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a filing is not deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'receipted' AND NEW.state <> 'receipted' THEN
        RAISE EXCEPTION 'a filed document stays filed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.ksef_number <> '' AND NEW.ksef_number <> OLD.ksef_number THEN
        RAISE EXCEPTION 'a KSeF number never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""

FILLED_ONCE = """
CREATE FUNCTION ksefkit_filled_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an attempt is not deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.tenant_id, NEW.filing_id, NEW.session_id, NEW.xml_id, NEW.invoice_hash, NEW.offline, NEW.began_at)
       IS DISTINCT FROM
       (OLD.id, OLD.tenant_id, OLD.filing_id, OLD.session_id, OLD.xml_id, OLD.invoice_hash, OLD.offline, OLD.began_at)
       OR NEW.corrected_hash IS DISTINCT FROM OLD.corrected_hash
       OR (OLD.taken_at IS NOT NULL AND (NEW.taken_at, NEW.invoice_reference)
           IS DISTINCT FROM (OLD.taken_at, OLD.invoice_reference))
       OR (OLD.ended_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'the answers of an attempt are filled in once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""

# Takes one request out of the budget, or says from when on there is room. The lock makes all workers wait in line.
SPEND = """
CREATE FUNCTION ksefkit_spend(
    counter text, kind text, moment timestamptz, per_second integer, per_minute integer, per_hour integer
) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
    room_at timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(counter || '/' || kind, 11));
    SELECT max(room.at) INTO room_at FROM (
        SELECT p.until AS at FROM filings_ledgerpause p
        WHERE p.account = counter AND p."group" = kind AND p.until > moment
        UNION ALL
        SELECT (
            SELECT r.at FROM filings_requestledger r
            WHERE r.account = counter AND r."group" = kind AND r.at > moment - w.span
            ORDER BY r.at DESC OFFSET w.most - 1 LIMIT 1
        ) + w.span
        FROM (VALUES (interval '1 second', per_second), (interval '1 minute', per_minute), (interval '1 hour', per_hour))
             AS w (span, most)
    ) room;
    IF room_at IS NULL THEN
        INSERT INTO filings_requestledger (account, "group", at) VALUES (counter, kind, moment);
    END IF;
    RETURN room_at;
END $$
"""

CLAIM_LANES = """
    UPDATE filings_lane l SET lease_until = lasting, lease_token = holder, last_served_at = moment
    FROM (
        SELECT d.id FROM filings_lane d
        WHERE d.next_action_at <= moment AND (d.lease_until IS NULL OR d.lease_until <= moment)
        ORDER BY d.last_served_at NULLS FIRST, d.next_action_at
        LIMIT most FOR UPDATE SKIP LOCKED
    ) due
    WHERE l.id = due.id RETURNING l.tenant_id, l.id
"""

# A session of many documents takes longer to settle, so it stands a little further back: one tenant's ten thousand
# documents do not delay another's one.
CLAIM_SESSIONS = """
    UPDATE filings_ksefsession s SET lease_until = lasting, lease_token = holder
    FROM (
        SELECT d.id FROM filings_ksefsession d
        WHERE d.next_action_at <= moment AND (d.lease_until IS NULL OR d.lease_until <= moment)
        ORDER BY d.next_action_at + d.document_count * interval '1 millisecond'
        LIMIT most FOR UPDATE SKIP LOCKED
    ) due
    WHERE s.id = due.id RETURNING s.tenant_id, s.id
"""

WAKE_PLACE = """
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


class Migration(migrations.Migration):
    dependencies = [
        ("filings", "0001_initial"),
        ("tenants", "0002_walls"),
        ("connections", "0002_walls"),
        ("documents", "0002_walls"),
    ]

    operations = [
        *(behind_walls(f"filings_{table}") for table in BEHIND_WALLS),
        written_once("filings_filingxml"),
        written_once("filings_upo"),
        migrations.RunSQL(SEARCH, ["DROP INDEX filings_by_number", "DROP INDEX filings_by_buyer"]),
        migrations.RunSQL(
            [
                FILED_STAYS,
                "CREATE TRIGGER filed_stays BEFORE UPDATE OR DELETE ON filings_filing "
                "FOR EACH ROW EXECUTE FUNCTION ksefkit_filed_stays()",
                "REVOKE DELETE, TRUNCATE ON filings_filing FROM ksefkit_app",
            ],
            [
                "DROP TRIGGER filed_stays ON filings_filing",
                "DROP FUNCTION ksefkit_filed_stays()",
                "GRANT DELETE ON filings_filing TO ksefkit_app",
            ],
        ),
        migrations.RunSQL(
            [
                FILLED_ONCE,
                "CREATE TRIGGER filled_once BEFORE UPDATE OR DELETE ON filings_filingattempt "
                "FOR EACH ROW EXECUTE FUNCTION ksefkit_filled_once()",
                "REVOKE DELETE, TRUNCATE ON filings_filingattempt FROM ksefkit_app",
            ],
            [
                "DROP TRIGGER filled_once ON filings_filingattempt",
                "DROP FUNCTION ksefkit_filled_once()",
                "GRANT DELETE ON filings_filingattempt TO ksefkit_app",
            ],
        ),
        migrations.RunSQL(
            [SPEND],
            ["DROP FUNCTION ksefkit_spend(text, text, timestamptz, integer, integer, integer)"],
        ),
        platform_may(
            "filings_lane",
            columns=["id", "tenant_id", "place", "next_action_at", "lease_until", "last_served_at", "paused_until",
                     "next_comparison_at"],
            update=["lease_until", "lease_token", "last_served_at", "next_action_at", "next_comparison_at"],
        ),
        platform_may(
            "filings_ksefsession",
            columns=["id", "tenant_id", "lane_id", "next_action_at", "lease_until", "document_count", "faults"],
            update=["lease_until", "lease_token", "next_action_at"],
        ),
        platform_may("filings_filing", columns=["tenant_id", "lane_id", "state", "deadline"]),
        platform_function(
            "ksefkit_claim_lanes(moment timestamptz, lasting timestamptz, holder uuid, most integer)",
            returns="TABLE (tenant_id uuid, lane_id uuid)",
            body=CLAIM_LANES,
        ),
        platform_function(
            "ksefkit_claim_sessions(moment timestamptz, lasting timestamptz, holder uuid, most integer)",
            returns="TABLE (tenant_id uuid, session_id uuid)",
            body=CLAIM_SESSIONS,
        ),
        # KSeF answers again: everybody who waited for it may go on.
        platform_function("ksefkit_wake_place(spot text, moment timestamptz)", returns="bigint", body=WAKE_PLACE),
        # The sweep: lanes that hold documents but have nothing planned.
        platform_function(
            "ksefkit_stalled_lanes()",
            returns="TABLE (tenant_id uuid, lane_id uuid)",
            body="SELECT l.tenant_id, l.id FROM filings_lane l WHERE l.next_action_at IS NULL AND EXISTS ("
            "SELECT 1 FROM filings_filing f WHERE f.tenant_id = l.tenant_id AND f.lane_id = l.id AND f.state = 'ready')",
        ),
        # The sweep: documents that wait for a KSeF connection, which may be there by now.
        platform_function(
            "ksefkit_tenants_without_lane()",
            returns="SETOF uuid",
            body="SELECT DISTINCT f.tenant_id FROM filings_filing f WHERE f.lane_id IS NULL AND f.state = 'waiting'",
        ),
        # The sweep: tenants with documents whose deadline is near or past.
        platform_function(
            "ksefkit_tenants_near_deadline(moment timestamptz)",
            returns="SETOF uuid",
            body="SELECT DISTINCT f.tenant_id FROM filings_filing f WHERE f.deadline < moment "
            "AND f.state IN ('waiting', 'ready', 'held', 'rejected', 'unknown')",
        ),
        # The nightly comparison: each due lane is handed out once; the lease ends by itself if the worker dies.
        platform_function(
            "ksefkit_claim_comparison(moment timestamptz, again timestamptz)",
            returns="TABLE (tenant_id uuid, lane_id uuid)",
            body="UPDATE filings_lane l SET next_comparison_at = again FROM ("
            "SELECT d.id FROM filings_lane d WHERE d.next_comparison_at <= moment "
            "ORDER BY d.next_comparison_at LIMIT 1 FOR UPDATE SKIP LOCKED) due "
            "WHERE l.id = due.id RETURNING l.tenant_id, l.id",
        ),
    ]
