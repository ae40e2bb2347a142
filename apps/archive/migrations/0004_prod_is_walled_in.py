"""PROD: no test document ever gets onto its lane, nothing becomes PROD later, and a start can ask whether it is used."""

from django.db import migrations

from apps.tenants.rls import SEARCH_PATH, no_secrets_in_reports, platform_function, platform_may

# Whatever the program believes: what is filed on PROD is an issued invoice.
LIVE_ONLY = f"""
CREATE FUNCTION ksefkit_prod_takes_live_documents_only() RETURNS trigger LANGUAGE plpgsql
SET search_path = {SEARCH_PATH} AS $$
BEGIN
    IF NEW.lane_id IS NOT NULL
       AND EXISTS (
           SELECT 1 FROM filings_lane l JOIN connections_ksefconnection c
           ON c.tenant_id = l.tenant_id AND c.id = l.connection_id
           WHERE l.id = NEW.lane_id AND c.environment = 'prod')
       AND (NEW.environment <> 'prod'
            OR NOT EXISTS (SELECT 1 FROM documents_sourcedocument d WHERE d.id = NEW.document_id AND d.livemode))
    THEN
        RAISE EXCEPTION 'only a live document, meant for PROD, goes to PROD' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""

STAYS_WHERE_IT_IS = f"""
CREATE FUNCTION ksefkit_stays_where_it_is() RETURNS trigger LANGUAGE plpgsql
SET search_path = {SEARCH_PATH} AS $$
BEGIN
    RAISE EXCEPTION 'the % of % never changes', TG_ARGV[0], TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0003_nothing_kept_is_emptied"),
        ("connections", "0007_certificate_request_walls"),
        ("filings", "0006_when_bytes_were_built"),
    ]

    operations = [
        migrations.RunSQL(
            [
                LIVE_ONLY,
                "CREATE TRIGGER prod_takes_live_documents_only "
                "BEFORE INSERT OR UPDATE OF lane_id, environment, document_id ON filings_filing "
                "FOR EACH ROW EXECUTE FUNCTION ksefkit_prod_takes_live_documents_only()",
                STAYS_WHERE_IT_IS,
                "CREATE TRIGGER environment_stays BEFORE UPDATE ON connections_ksefconnection FOR EACH ROW "
                "WHEN (OLD.environment IS DISTINCT FROM NEW.environment) "
                "EXECUTE FUNCTION ksefkit_stays_where_it_is('environment')",
                "CREATE TRIGGER connection_stays BEFORE UPDATE ON filings_lane FOR EACH ROW "
                "WHEN (OLD.connection_id IS DISTINCT FROM NEW.connection_id) "
                "EXECUTE FUNCTION ksefkit_stays_where_it_is('connection')",
                "ALTER TABLE connections_ksefconnection ADD CONSTRAINT only_local_has_an_address "
                "CHECK (environment = 'local' OR base_url = '')",
            ],
            [
                "ALTER TABLE connections_ksefconnection DROP CONSTRAINT only_local_has_an_address",
                "DROP TRIGGER connection_stays ON filings_lane",
                "DROP TRIGGER environment_stays ON connections_ksefconnection",
                "DROP FUNCTION ksefkit_stays_where_it_is()",
                "DROP TRIGGER prod_takes_live_documents_only ON filings_filing",
                "DROP FUNCTION ksefkit_prod_takes_live_documents_only()",
            ],
        ),
        no_secrets_in_reports("connections_certificaterequest"),
        platform_may("connections_ksefconnection", columns=["environment"]),
        platform_function(
            "ksefkit_prod_is_used()",
            returns="boolean",
            body="SELECT EXISTS (SELECT 1 FROM connections_ksefconnection WHERE environment = 'prod')",
        ),
    ]
