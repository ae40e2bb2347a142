"""Free words lie beside the chain: a changed word is noticed, an erased one leaves the chain whole, and not earlier."""

import csv
import hashlib
import io
import json
import os
import re
import zipfile
from datetime import UTC, datetime

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from apps.archive.export import write_export
from apps.archive.retention import anonymise_due, erase_old_words
from apps.audit.columns import as_columns
from apps.audit.models import AuditEntry, AuditWords
from apps.audit.record import PLATFORM, record
from apps.audit.verify import told_in_order, verify
from apps.audit.words import ERASED, HASH, with_words
from apps.filings.decide import abandon
from apps.filings.states import State
from apps.tenants.context import acting_in
from tests.archive.test_retention import NOW, OLD, YOUNG, make_kept
from tests.factories import Company, make_acme

WHY = "Anna Kowalska rang: ul. Prywatna 7"


def abandoned(company: Company, *, issued_at: datetime, name: str = "1") -> str:
    """The id of a filing that a person gave up with a reason."""
    filing = make_kept(company, issued_at=issued_at, name=name)
    type(filing).objects.filter(pk=filing.pk).update(state=State.HELD)
    filing.refresh_from_db()
    abandon(filing, why=WHY, by=company.people["ola"], at=NOW)
    return str(filing.pk)


def told_of(identifier: str) -> AuditEntry:
    return AuditEntry.objects.get(event="filing.abandoned", subject_id=identifier)


def as_administrator(statement: str) -> None:
    url = os.environ["TEST_DATABASE_ADMIN_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("SET session_replication_role = replica")
        database.execute(statement)


def test_the_reason_a_person_typed_is_beside_the_chain_and_anybody_can_check_it(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        entry = told_of(abandoned(acme, issued_at=YOUNG))
        (told,) = with_words([entry])

        assert "Anna" not in json.dumps(entry.data)
        assert told.words == {"why": WHY}
        canonical = json.dumps(told.words, sort_keys=True, separators=(",", ":"))
        assert entry.data[HASH] == hashlib.sha256(told.salt + canonical.encode()).hexdigest()
        assert verify(acme.tenant.id).intact


def test_after_retention_the_words_are_erased_and_the_chain_holds(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        old, young = abandoned(acme, issued_at=OLD), abandoned(acme, issued_at=YOUNG, name="2")

        assert anonymise_due(acme.tenant.id, at=NOW) == 1

        gone, kept = with_words([told_of(old), told_of(young)])
        assert (gone.words, gone.are_erased, gone.salt) == (None, True, b"")
        assert (kept.words, kept.are_erased) == ({"why": WHY}, False)
        assert as_columns(gone)["words"] == ERASED
        erasing = AuditEntry.objects.get(event="document.anonymised")
        assert erasing.data["words"] == [gone.entry.sequence]
        assert verify(acme.tenant.id).intact
    call_command("audit_verify", tenant=acme.tenant.id, verbosity=0)


def test_the_export_says_what_is_erased_and_carries_what_is_not(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        abandoned(acme, issued_at=OLD)
        abandoned(acme, issued_at=YOUNG, name="2")
        anonymise_due(acme.tenant.id, at=NOW)
        file = io.BytesIO()
        write_export(acme.tenant.id, file, at=NOW)

    with zipfile.ZipFile(file) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("audit.csv").decode("utf-8-sig"))))
    told = [(row["words"], bool(row["words_salt"])) for row in rows if row["event"] == "filing.abandoned"]
    assert told == [(ERASED, False), (json.dumps({"why": WHY}), True)]


def test_words_that_are_about_no_document_go_by_their_age(acme: Company) -> None:
    old = datetime(NOW.year - 12, 12, 31, 12, tzinfo=UTC)
    young = datetime(NOW.year - 11, 1, 1, 12, tzinfo=UTC)
    for chain in (acme.tenant.id, PLATFORM):
        with acting_in(chain):
            for at in (old, young):
                record(tenant_id=chain, event="support.granted", words={"reason": WHY}, at=at)

            assert [erase_old_words(chain, at=NOW) for _ in range(2)] == [1, 0]

            assert [told.words for told in told_in_order(chain)][:2] == [None, {"reason": WHY}]
            assert verify(chain).intact


@pytest.mark.parametrize("change", ["UPDATE audit_auditwords SET words = '{}'", "DELETE FROM audit_auditwords"])
def test_the_application_may_only_add_words(acme: Company, change: str) -> None:
    with acting_in(acme.tenant.id):
        abandoned(acme, issued_at=OLD)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(change)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["UPDATE audit_auditwords SET words = '{}'", "DELETE FROM audit_auditwords"])
def test_even_the_owner_cannot_take_words_before_their_time(change: str) -> None:
    acme = make_acme()
    with acting_in(acme.tenant.id):
        abandoned(acme, issued_at=YOUNG)
        assert erase_old_words(acme.tenant.id, at=NOW) == 0

    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        owner.execute("SELECT set_config('ksefkit.tenant', %s, false)", [str(acme.tenant.id)])
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner.execute(change)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        ('UPDATE audit_auditwords SET words = \'{"why": "nothing"}\'', "its words were changed"),
        ("UPDATE audit_auditwords SET salt = 'x'", "its words were changed"),
        ("DELETE FROM audit_auditwords", "its words were taken away"),
    ],
)
def test_words_changed_or_taken_away_by_an_administrator_are_noticed(tamper: str, fault: str) -> None:
    acme = make_acme()
    with acting_in(acme.tenant.id):
        entry = told_of(abandoned(acme, issued_at=YOUNG))
        record(tenant_id=acme.tenant.id, event="later")

    as_administrator(tamper)

    with acting_in(acme.tenant.id):
        report = verify(acme.tenant.id)
    assert (report.broken_at, report.fault) == (entry.sequence, fault)


def test_two_equal_reasons_have_different_hashes(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        for _ in range(2):
            record(tenant_id=acme.tenant.id, event="one", words={"why": WHY})

        hashes = {entry.data[HASH] for entry in AuditEntry.objects.filter(event="one")}
        assert len(hashes) == 2
        assert all(re.fullmatch("[0-9a-f]{64}", one) for one in hashes)
        assert AuditWords.objects.count() == 2
