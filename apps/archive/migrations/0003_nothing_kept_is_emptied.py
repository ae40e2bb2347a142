"""Nothing that is kept can be emptied, temporary tables stand before nothing, and free text goes with its document."""

from django.db import migrations

from apps.tenants.rls import APP_ROLE, SEARCH_PATH, never_emptied

KEPT = (
    "archive_erasure",
    "audit_auditentry",
    "documents_mappingsettings",
    "documents_sourcedocument",
    "filings_filing",
    "filings_filingattempt",
    "filings_filingxml",
    "filings_upo",
    "registers_exchangerate",
    "registers_registeranswer",
    "reviews_override",
    "tenants_supportgrant",
)

# For databases whose functions were made with the shorter path.
SEARCH_TEMPORARY_TABLES_LAST = f"""
DO $$
DECLARE
    made regprocedure;
BEGIN
    FOR made IN SELECT p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND (p.prosecdef OR p.proconfig IS NOT NULL)
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = {SEARCH_PATH}', made);
    END LOOP;
END $$
"""

# What people stated about a Stripe object holds for every revision of it and for the notes that correct it.
STATEMENTS_OVER = f"""
CREATE OR REPLACE FUNCTION ksefkit_statements_over(connection uuid, object text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = {SEARCH_PATH} AS $$
    SELECT coalesce(bool_and(ksefkit_retention_over(d.id)), false) FROM documents_sourcedocument d
    WHERE d.connection_id = connection AND (d.stripe_id = object OR d.original_stripe_id = object)
$$
"""

# A register's answer is evidence for documents of its own year and of the turn of the next.
ANSWER_OVER = f"""
CREATE OR REPLACE FUNCTION ksefkit_answer_over(asked timestamptz) RETURNS boolean LANGUAGE sql STABLE
SET search_path = {SEARCH_PATH} AS $$
    SELECT extract(year FROM now() AT TIME ZONE 'Europe/Warsaw') > 11 + extract(year FROM asked AT TIME ZONE 'Europe/Warsaw')
$$
"""

KEPT_ITS_TIME = f"""
CREATE OR REPLACE FUNCTION ksefkit_kept_its_time() RETURNS trigger LANGUAGE plpgsql
SET search_path = {SEARCH_PATH} AS $$
DECLARE
    told jsonb := to_jsonb(OLD);
    over boolean;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% is written once; DELETE is refused', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    CASE TG_TABLE_NAME
        WHEN 'documents_sourcedocument' THEN
            over := ksefkit_retention_over(OLD.id);
        WHEN 'reviews_override' THEN
            over := ksefkit_statements_over((told ->> 'connection_id')::uuid, told ->> 'stripe_id');
        WHEN 'registers_registeranswer' THEN
            over := ksefkit_answer_over((told ->> 'asked_at')::timestamptz);
        ELSE
            SELECT ksefkit_retention_over(f.document_id) INTO over
            FROM filings_filing f WHERE f.id = (told ->> 'filing_id')::uuid;
    END CASE;
    IF over IS NOT TRUE THEN
        RAISE EXCEPTION '% is written once; UPDATE is refused before its time is over', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""

# Names, addresses, contacts and whatever people or KSeF wrote freely go; the number, the amounts, the dates and the
# tax numbers stay.
ANONYMISE = f"""
CREATE OR REPLACE FUNCTION ksefkit_anonymise(wanted uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = {SEARCH_PATH} AS $$
DECLARE
    told jsonb;
    document documents_sourcedocument;
BEGIN
    IF ksefkit_retention_over(wanted) IS NOT TRUE THEN
        RETURN false;
    END IF;
    SELECT * INTO STRICT document FROM documents_sourcedocument d WHERE d.id = wanted;
    told := convert_from(document.payload, 'UTF8')::jsonb;
    told := jsonb_strip_nulls(jsonb_build_object(
        'id', told -> 'id', 'object', told -> 'object', 'number', told -> 'number', 'status', told -> 'status',
        'currency', told -> 'currency', 'total', told -> 'total', 'created', told -> 'created',
        'customer_tax_ids', told -> 'customer_tax_ids', 'anonymised', true
    ));
    UPDATE documents_sourcedocument
    SET payload = convert_to(told::text, 'UTF8'), side_data = '{{}}', buyer_name = '', customer_id = ''
    WHERE id = wanted;
    UPDATE filings_filingxml SET content = '', warnings = '[]', handover = '{{}}', provenance = '{{}}'
    WHERE filing_id IN (SELECT f.id FROM filings_filing f WHERE f.document_id = wanted);
    UPDATE filings_filing SET buyer_name = '', reason_params = '{{}}' WHERE document_id = wanted;
    UPDATE reviews_hold SET reasons = '[]' WHERE document_id = wanted;
    UPDATE reviews_reviewitem SET facts = '{{}}', closing_note = '' WHERE document_id = wanted;
    UPDATE reviews_override o SET value = '{{}}', reason = ''
    WHERE o.connection_id = document.connection_id
      AND o.stripe_id IN (document.stripe_id, NULLIF(document.original_stripe_id, ''))
      AND ksefkit_statements_over(o.connection_id, o.stripe_id);
    DELETE FROM stripe_intake_stripeevent WHERE object_id = document.stripe_id;
    RETURN true;
END $$
"""

# Of a register's answer the number, the outcome and the mark of the question stay.
ANONYMISE_ANSWERS = f"""
CREATE OR REPLACE FUNCTION ksefkit_anonymise_answers() RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = {SEARCH_PATH} AS $$
    WITH gone AS (
        UPDATE registers_registeranswer SET name = '', answer = '{{}}'
        WHERE ksefkit_answer_over(asked_at) AND (name <> '' OR answer <> '{{}}') RETURNING 1
    )
    SELECT count(*) FROM gone
$$
"""

GUARDED = ("reviews_override", "registers_registeranswer")


def _guarded_by(function: str) -> list[str]:
    return [
        f"CREATE OR REPLACE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()"
        for table in GUARDED
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0002_walls"),
        ("audit", "0001_initial"),
        ("filings", "0006_when_bytes_were_built"),
        ("registers", "0002_walls"),
        ("tenants", "0010_support_grant_walls"),
    ]

    operations = [
        *(never_emptied(table) for table in KEPT),
        migrations.RunSQL(SEARCH_TEMPORARY_TABLES_LAST, migrations.RunSQL.noop),
        migrations.RunSQL(
            [
                STATEMENTS_OVER,
                ANSWER_OVER,
                KEPT_ITS_TIME,
                ANONYMISE,
                ANONYMISE_ANSWERS,
                "REVOKE ALL ON FUNCTION ksefkit_anonymise_answers() FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION ksefkit_anonymise_answers() TO {APP_ROLE}",
                *_guarded_by("ksefkit_kept_its_time"),
            ],
            [
                *_guarded_by("ksefkit_refuse_change"),
                "DROP FUNCTION ksefkit_anonymise_answers()",
            ],
        ),
    ]
