"""Ten full years, kept by the database itself; then names go and numbers stay."""

import hashlib
import json
import os
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from apps.archive.data_requests import TooVague, answer_request, exported
from apps.archive.models import Erasure
from apps.archive.retention import anonymise_answers, anonymise_due, kept_until
from apps.audit.models import AuditEntry
from apps.documents.models import SourceDocument
from apps.fa3.calendar import warsaw_date
from apps.filings.models import Filing, FilingXml
from apps.registers.models import RegisterAnswer
from apps.reviews.models import Override
from apps.reviews.overrides import overrides_of
from apps.stripe_intake.models import StripeEvent
from apps.tenants.context import acting_in
from tests.factories import Company, make_filing, make_stripe_connection

NOW = datetime.now(UTC)  # the database judges by its own clock
THIS_YEAR = warsaw_date(NOW).year
OLD = datetime(THIS_YEAR - 11, 12, 31, 12, tzinfo=UTC)
YOUNG = datetime(THIS_YEAR - 10, 1, 1, 12, tzinfo=UTC)
INVOICE = {
    "id": "in_1",
    "object": "invoice",
    "number": "FV-1",
    "currency": "pln",
    "total": 12300,
    "customer_name": "Anna Kowalska",
    "customer_email": "anna@example.pl",
    "customer_address": {"line1": "ul. Prywatna 7"},
    "customer_tax_ids": [{"type": "eu_vat", "value": "PL5265877635"}],
}


def make_kept(
    company: Company,
    *,
    issued_at: datetime,
    built_on: date | None = None,
    name: str = "1",
    original_stripe_id: str = "",
    of: SourceDocument | None = None,
) -> Filing:
    payload = json.dumps(INVOICE | {"id": f"in_{name}"}).encode()
    document = SourceDocument.objects.create(
        tenant=company.tenant,
        connection=of.connection if of else make_stripe_connection(company),
        original_stripe_id=original_stripe_id,
        kind="invoice",
        stripe_id=f"in_{name}",
        number=f"FV-{name}",
        buyer_name="Anna Kowalska",
        customer_id="cus_anna",
        livemode=False,
        api_version="2026-10-28.endive",
        payload=payload,
        side_data=b'{"email": "anna@example.pl"}',
        sha256=hashlib.sha256(payload).digest(),
        issued_at=issued_at,
    )
    filing = make_filing(document)
    FilingXml.objects.create(
        tenant=company.tenant,
        filing=filing,
        content=b"<Faktura>Anna Kowalska</Faktura>",
        sha256=b"x" * 32,
        issue_date=built_on or issued_at.date(),
        built_at=issued_at,
    )
    StripeEvent.objects.create(
        tenant=company.tenant,
        connection=document.connection,
        event_id=f"evt_{name}",
        type="invoice.finalized",
        object_id=f"in_{name}",
        livemode=False,
        body=b"Anna Kowalska",
    )
    return filing


@pytest.mark.parametrize(
    ("issued", "until"),
    [
        (date(2026, 1, 1), date(2036, 12, 31)),
        (date(2026, 12, 31), date(2036, 12, 31)),
        (date(2028, 2, 29), date(2038, 12, 31)),
    ],
)
def test_ten_full_years_after_the_year_of_issue(issued: date, until: date) -> None:
    assert kept_until(issued) == until


def test_after_its_time_names_go_and_numbers_stay(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        filing = make_kept(acme, issued_at=OLD)

        assert anonymise_due(acme.tenant.id, at=NOW) == 1
        assert anonymise_due(acme.tenant.id, at=NOW) == 0

        filing.refresh_from_db()
        document = SourceDocument.objects.get()
        left = json.loads(bytes(document.payload))
        assert left["customer_tax_ids"] == INVOICE["customer_tax_ids"]
        assert (left["number"], left["total"], document.number) == ("FV-1", 12300, "FV-1")
        everything = repr([list(model.objects.values()) for model in (SourceDocument, Filing, FilingXml, StripeEvent)])
        for personal in ("Kowalska", "anna@", "Prywatna", "cus_anna"):
            assert personal not in everything
        assert Erasure.objects.get().document_id == document.id
        assert AuditEntry.objects.filter(event="document.anonymised", subject_id=str(document.id)).count() == 1


def make_statement(document: SourceDocument, *, stripe_id: str = "") -> Override:
    return Override.objects.create(
        tenant_id=document.tenant_id,
        connection_id=document.connection_id,
        stripe_id=stripe_id or document.stripe_id,
        kind="buyer_name",
        value={"kind": "buyer_name", "name": "Anna Kowalska"},
        reason="Anna rang: ul. Prywatna 7",
    )


def test_what_people_stated_goes_with_the_last_document_it_holds_for(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        filing = make_kept(acme, issued_at=OLD)
        make_statement(filing.document)
        young = make_kept(acme, issued_at=YOUNG, name="2").document
        kept = make_statement(young)
        also_kept = make_statement(filing.document, stripe_id=young.stripe_id)

        assert anonymise_due(acme.tenant.id, at=NOW) == 1

        left = {
            row.stripe_id: (row.value, row.reason) for row in Override.objects.exclude(pk__in=[kept.pk, also_kept.pk])
        }
        assert left == {filing.stripe_id: ({}, "")}
        kept.refresh_from_db()
        assert kept.value["name"] == "Anna Kowalska"
        assert overrides_of(filing.document).given == ()


def test_a_statement_is_kept_for_a_younger_note_that_corrects_its_document(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        filing = make_kept(acme, issued_at=OLD)
        statement = make_statement(filing.document)
        note = make_kept(acme, issued_at=YOUNG, name="note", original_stripe_id=filing.stripe_id, of=filing.document)
        assert note.document.original_stripe_id == filing.stripe_id

        assert anonymise_due(acme.tenant.id, at=NOW) == 1

        statement.refresh_from_db()
        assert statement.reason


def test_a_registers_words_go_after_their_time_and_its_verdict_stays(acme: Company, globex: Company) -> None:
    def answer(company: Company, years: int) -> RegisterAnswer:
        return RegisterAnswer.objects.create(
            tenant=company.tenant,
            register="white_list",
            subject="5265877635",
            outcome="confirmed",
            name="Anna Kowalska",
            status="Czynny",
            request_id="abc",
            answer={"name": "Anna Kowalska"},
            asked_at=datetime(THIS_YEAR - years, NOW.month, 1, tzinfo=UTC),
        )

    with acting_in(globex.tenant.id):
        theirs = answer(globex, 12)
    with acting_in(acme.tenant.id):
        old, young = answer(acme, 12), answer(acme, 11)

        assert [anonymise_answers(acme.tenant.id, at=NOW) for _ in range(2)] == [1, 0]

        old.refresh_from_db()
        young.refresh_from_db()
        assert (old.name, old.answer, old.subject, old.outcome, old.request_id) == (
            "",
            {},
            "5265877635",
            "confirmed",
            "abc",
        )
        assert young.name == "Anna Kowalska"
        assert AuditEntry.objects.get(event="register_answers.anonymised").data == {"answers": 1}
    with acting_in(globex.tenant.id):
        theirs.refresh_from_db()
        assert theirs.name == "Anna Kowalska"


@pytest.mark.parametrize(
    ("issued_at", "built_on"), [(YOUNG, None), (OLD, date(THIS_YEAR - 10, 1, 2))], ids=["issued later", "built later"]
)
def test_before_its_time_nothing_goes(acme: Company, issued_at: datetime, built_on: date | None) -> None:
    with acting_in(acme.tenant.id):
        make_kept(acme, issued_at=issued_at, built_on=built_on)

        assert anonymise_due(acme.tenant.id, at=NOW) == 0
        assert anonymise_due(acme.tenant.id, at=NOW + timedelta(days=5 * 365)) == 0, (
            "a wrong clock here changes nothing"
        )
        assert SourceDocument.objects.get().buyer_name == "Anna Kowalska"
        assert Erasure.objects.count() == 0


def test_another_companys_document_is_never_erased(acme: Company, globex: Company) -> None:
    with acting_in(acme.tenant.id):
        document_id = make_kept(acme, issued_at=OLD).document_id
    with acting_in(globex.tenant.id), connection.cursor() as cursor:
        cursor.execute("SELECT ksefkit_anonymise(%s)", [document_id])
        assert not cursor.fetchone()[0]


@pytest.mark.parametrize("table", ["documents_sourcedocument", "filings_filingxml", "filings_upo", "filings_filing"])
def test_the_application_cannot_delete_what_the_law_keeps(acme: Company, table: str) -> None:
    with acting_in(acme.tenant.id):
        make_kept(acme, issued_at=OLD)
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents_sourcedocument SET payload = ''",
        "DELETE FROM documents_sourcedocument",
        "UPDATE filings_filingxml SET content = ''",
        "DELETE FROM filings_filingxml",
        "DELETE FROM filings_filing",
        "UPDATE reviews_override SET value = '{}'",
        "DELETE FROM reviews_override",
    ],
)
@pytest.mark.django_db(transaction=True)
def test_even_the_owner_cannot_change_it_before_its_time(acme: Company, change: str) -> None:
    with acting_in(acme.tenant.id):
        make_statement(make_kept(acme, issued_at=YOUNG).document)

    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        owner.execute("SELECT set_config('ksefkit.tenant', %s, false)", [str(acme.tenant.id)])
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner.execute(change)


def test_a_person_is_told_what_is_kept_and_until_when(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        make_kept(acme, issued_at=datetime(2025, 5, 5, tzinfo=UTC))

        answer = answer_request(acme.tenant.id, "ANNA@example.pl", by=acme.people["ola"], at=NOW)

        assert (answer.count, answer.kept_until) == (1, date(2035, 12, 31))
        data = json.loads(exported(answer))
        assert data["documents"][0]["buyer"]["customer_name"] == "Anna Kowalska"
        entry = AuditEntry.objects.get(event="data_request.answered")
        assert "anna" not in json.dumps(entry.data).lower()


def test_a_stranger_is_not_found_and_a_vague_question_is_refused(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        make_kept(acme, issued_at=OLD)

        assert answer_request(acme.tenant.id, "nobody@example.pl", by=acme.people["ola"], at=NOW).count == 0
        with pytest.raises(TooVague):
            answer_request(acme.tenant.id, " an ", by=acme.people["ola"], at=NOW)
