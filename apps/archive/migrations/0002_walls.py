"""The walls around erasures and closures, and the one way in which a document's personal data ever go."""

from django.db import migrations

from apps.tenants.rls import APP_ROLE, behind_walls, points_within_tenant, written_once

# Ten full years after the end of the Warsaw year of issue; what was built in a later year counts from that one.
# Nothing is over when the document is not of the current tenant.
RETENTION_OVER = """
CREATE FUNCTION ksefkit_retention_over(wanted uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public AS $$
    SELECT coalesce(extract(year FROM now() AT TIME ZONE 'Europe/Warsaw') > 10 + GREATEST(
        extract(year FROM coalesce(d.issued_at, d.captured_at) AT TIME ZONE 'Europe/Warsaw'),
        (SELECT max(extract(year FROM x.issue_date)) FROM filings_filingxml x JOIN filings_filing f
         ON f.tenant_id = x.tenant_id AND f.id = x.filing_id WHERE f.tenant_id = d.tenant_id AND f.document_id = d.id)
    ), false) FROM documents_sourcedocument d WHERE d.id = wanted
$$
"""

KEPT_ITS_TIME = """
CREATE FUNCTION ksefkit_kept_its_time() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
DECLARE
    concerned uuid;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% is written once; DELETE is refused', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_TABLE_NAME = 'documents_sourcedocument' THEN
        concerned := OLD.id;
    ELSE
        SELECT f.document_id INTO concerned FROM filings_filing f WHERE f.id = (to_jsonb(OLD) ->> 'filing_id')::uuid;
    END IF;
    IF ksefkit_retention_over(concerned) IS NOT TRUE THEN
        RAISE EXCEPTION '% is written once; UPDATE is refused before its time is over', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""

# Runs as the owner, whom FORCE row-level security binds to the current tenant. Names, addresses and contacts go; the
# number, the amounts, the dates and the tax numbers stay.
ANONYMISE = """
CREATE FUNCTION ksefkit_anonymise(wanted uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
    told jsonb;
    object text;
BEGIN
    IF ksefkit_retention_over(wanted) IS NOT TRUE THEN
        RETURN false;
    END IF;
    SELECT convert_from(d.payload, 'UTF8')::jsonb, d.stripe_id INTO STRICT told, object
    FROM documents_sourcedocument d WHERE d.id = wanted;
    told := jsonb_strip_nulls(jsonb_build_object(
        'id', told -> 'id', 'object', told -> 'object', 'number', told -> 'number', 'status', told -> 'status',
        'currency', told -> 'currency', 'total', told -> 'total', 'created', told -> 'created',
        'customer_tax_ids', told -> 'customer_tax_ids', 'anonymised', true
    ));
    UPDATE documents_sourcedocument
    SET payload = convert_to(told::text, 'UTF8'), side_data = '{}', buyer_name = '', customer_id = ''
    WHERE id = wanted;
    UPDATE filings_filingxml SET content = '', warnings = '[]', handover = '{}', provenance = '{}'
    WHERE filing_id IN (SELECT f.id FROM filings_filing f WHERE f.document_id = wanted);
    UPDATE filings_filing SET buyer_name = '', reason_params = '{}' WHERE document_id = wanted;
    UPDATE reviews_hold SET reasons = '[]' WHERE document_id = wanted;
    UPDATE reviews_reviewitem SET facts = '{}', closing_note = '' WHERE document_id = wanted;
    DELETE FROM stripe_intake_stripeevent WHERE object_id = object;
    RETURN true;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0001_initial"),
        ("filings", "0004_point_within_tenant"),
        ("reviews", "0003_point_within_tenant"),
        ("stripe_intake", "0007_point_within_tenant"),
    ]

    operations = [
        behind_walls("archive_erasure"),
        written_once("archive_erasure"),
        points_within_tenant("archive_erasure", "document_id", to="documents_sourcedocument"),
        behind_walls("archive_accountclosure"),
        migrations.RunSQL(
            [
                RETENTION_OVER,
                KEPT_ITS_TIME,
                ANONYMISE,
                "REVOKE ALL ON FUNCTION ksefkit_anonymise(uuid) FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION ksefkit_anonymise(uuid) TO {APP_ROLE}",
                *(
                    statement
                    for table in ("documents_sourcedocument", "filings_filingxml")
                    for statement in (
                        f"DROP TRIGGER written_once ON {table}",
                        f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table} "
                        "FOR EACH ROW EXECUTE FUNCTION ksefkit_kept_its_time()",
                    )
                ),
                f"REVOKE DELETE ON archive_accountclosure FROM {APP_ROLE}",
            ],
            [
                *(
                    statement
                    for table in ("documents_sourcedocument", "filings_filingxml")
                    for statement in (
                        f"DROP TRIGGER written_once ON {table}",
                        f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table} "
                        "FOR EACH ROW EXECUTE FUNCTION ksefkit_refuse_change()",
                    )
                ),
                "DROP FUNCTION ksefkit_anonymise(uuid)",
                "DROP FUNCTION ksefkit_kept_its_time()",
                "DROP FUNCTION ksefkit_retention_over(uuid)",
                f"GRANT DELETE ON archive_accountclosure TO {APP_ROLE}",
            ],
        ),
    ]
