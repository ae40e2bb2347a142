"""What people and KSeF said freely goes too: the words beside the audit chain, KSeF's answers, events of no document."""

from django.db import migrations

from apps.tenants.rls import APP_ROLE, SEARCH_PATH

# Words about a filing go with its document, all others after the years that a register's answer is kept.
WORDS_KEPT_THEIR_TIME = f"""
CREATE FUNCTION ksefkit_words_kept_their_time() RETURNS trigger LANGUAGE plpgsql
SET search_path = {SEARCH_PATH} AS $$
DECLARE
    entry audit_auditentry;
    over boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION '% is written once; UPDATE is refused', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO STRICT entry FROM audit_auditentry e WHERE e.tenant_id = OLD.tenant_id AND e.sequence = OLD.sequence;
    over := ksefkit_answer_over(entry.at);
    IF NOT over AND entry.subject_kind = 'filing' THEN
        SELECT ksefkit_retention_over(f.document_id) INTO over FROM filings_filing f WHERE f.id = entry.subject_id::uuid;
    END IF;
    IF over IS NOT TRUE THEN
        RAISE EXCEPTION '% is written once; DELETE is refused before its time is over', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$
"""

# Both run as the owner, whom FORCE row-level security binds to the current tenant. They name the entries concerned.
ERASE_WORDS = f"""
CREATE FUNCTION ksefkit_erase_words(wanted uuid) RETURNS SETOF bigint LANGUAGE sql SECURITY DEFINER
SET search_path = {SEARCH_PATH} AS $$
    DELETE FROM audit_auditwords w USING audit_auditentry e
    WHERE ksefkit_retention_over(wanted) AND e.tenant_id = w.tenant_id AND e.sequence = w.sequence
      AND e.subject_kind = 'filing'
      AND e.subject_id IN (SELECT f.id::text FROM filings_filing f WHERE f.document_id = wanted)
    RETURNING w.sequence
$$
"""

ERASE_OLD_WORDS = f"""
CREATE FUNCTION ksefkit_erase_old_words() RETURNS SETOF bigint LANGUAGE sql SECURITY DEFINER
SET search_path = {SEARCH_PATH} AS $$
    DELETE FROM audit_auditwords w USING audit_auditentry e
    WHERE e.tenant_id = w.tenant_id AND e.sequence = w.sequence
      AND e.at < (date_trunc('year', now() AT TIME ZONE 'Europe/Warsaw') - interval '11 years') AT TIME ZONE 'Europe/Warsaw'
    RETURNING w.sequence
$$
"""

# Events go with their document; those whose object never became one go by their age.
ERASE_OLD_EVENTS = f"""
CREATE FUNCTION ksefkit_erase_old_events() RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = {SEARCH_PATH} AS $$
    WITH gone AS (
        DELETE FROM stripe_intake_stripeevent v WHERE ksefkit_answer_over(v.received_at) AND NOT EXISTS (
            SELECT 1 FROM documents_sourcedocument d WHERE d.stripe_id = v.object_id AND NOT ksefkit_retention_over(d.id)
        ) RETURNING 1
    )
    SELECT count(*) FROM gone
$$
"""

# As before, but that KSeF's words about a document may be emptied once its time is over.
FILLED_ONCE = """
CREATE OR REPLACE FUNCTION ksefkit_filled_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = {path} AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an attempt is not deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    {emptied}
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
EMPTIED = """IF NEW.status_text = '' AND to_jsonb(NEW) - 'status_text' = to_jsonb(OLD) - 'status_text' AND
       (SELECT ksefkit_retention_over(f.document_id) FROM filings_filing f WHERE f.id = OLD.filing_id)
    THEN
        RETURN NEW;
    END IF;"""

# ksefkit_anonymise() stays as it is; this goes with it.
ANONYMISE_ATTEMPTS = f"""
CREATE FUNCTION ksefkit_anonymise_attempts(wanted uuid) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = {SEARCH_PATH} AS $$
    WITH emptied AS (
        UPDATE filings_filingattempt SET status_text = ''
        WHERE ksefkit_retention_over(wanted) AND status_text <> ''
          AND filing_id IN (SELECT f.id FROM filings_filing f WHERE f.document_id = wanted)
        RETURNING 1
    )
    SELECT count(*) FROM emptied
$$
"""

CALLED_BY_THE_APPLICATION = (
    "ksefkit_erase_words(uuid)",
    "ksefkit_erase_old_words()",
    "ksefkit_erase_old_events()",
    "ksefkit_anonymise_attempts(uuid)",
)


def _guarded_by(function: str) -> str:
    return (
        "CREATE OR REPLACE TRIGGER written_once BEFORE UPDATE OR DELETE ON audit_auditwords "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()"
    )


class Migration(migrations.Migration):
    dependencies = [("archive", "0004_prod_is_walled_in"), ("tenants", "0012_walls_of_words")]

    operations = [
        migrations.RunSQL(
            [
                WORDS_KEPT_THEIR_TIME,
                _guarded_by("ksefkit_words_kept_their_time"),
                ERASE_WORDS,
                ERASE_OLD_WORDS,
                ERASE_OLD_EVENTS,
                FILLED_ONCE.format(path=SEARCH_PATH, emptied=EMPTIED),
                ANONYMISE_ATTEMPTS,
                *(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC" for name in CALLED_BY_THE_APPLICATION),
                *(f"GRANT EXECUTE ON FUNCTION {name} TO {APP_ROLE}" for name in CALLED_BY_THE_APPLICATION),
            ],
            [
                *(f"DROP FUNCTION {name}" for name in CALLED_BY_THE_APPLICATION),
                FILLED_ONCE.format(path=SEARCH_PATH, emptied=""),
                _guarded_by("ksefkit_refuse_change"),
                "DROP FUNCTION ksefkit_words_kept_their_time()",
            ],
        ),
    ]
