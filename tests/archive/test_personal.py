"""Every column that can hold words is declared; what is declared personal goes in its time and is told when asked."""

import ast
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import connection

from apps.archive.data_requests import answer_request, exported
from apps.archive.personal import NOT_PERSONAL, PERSONAL, Fate
from apps.archive.tasks import anonymise_old_documents
from apps.audit.record import record
from apps.audit.verify import verify
from apps.connections.models import KsefConnection
from apps.filings.decide import abandon
from apps.filings.models import FilingAttempt, FilingXml, KsefSession, Lane
from apps.filings.states import State
from apps.registers.models import RegisterAnswer
from apps.reviews.models import Hold, ReviewItem
from apps.stripe_intake.models import StripeEvent
from apps.tenants.context import acting_in
from apps.tenants.models import Invitation, SupportGrant
from apps.tenants.roles import Role
from tests.archive.test_retention import NOW, OLD, YOUNG, make_kept, make_statement
from tests.factories import Company, make_acme, make_user

HOLDS_WORDS = ("text", "character varying", "json", "jsonb", "bytea", "inet", "ARRAY")
AN_ADDRESS = {"audit_auditentry.origin", "usersessions_usersession.ip"}
# Entries of the chain itself say what happened in codes; these keys would hold what somebody wrote.
FREE = {"why", "note", "said", "text", "description", "message", "email", "title", "comment", "details", "words"}
NOT_FREE = {
    "apps/tenants/people.py: why",  # one of five codes
    "apps/tenants/session_limits.py: why",  # one of two
    "apps/archive/retention.py: words",  # numbers of entries
}


def columns_with_words() -> dict[str, str]:
    with psycopg.connect(administrator()) as database:
        found = database.execute(
            "SELECT table_name || '.' || column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type = ANY(%s)",
            [list(HOLDS_WORDS)],
        )
        return dict(found.fetchall())


def test_every_column_that_can_hold_words_is_declared_once(db: None) -> None:
    declared = [*PERSONAL, *(f"{table}.{column}" for table, names in NOT_PERSONAL.items() for column in names.split())]

    assert sorted(declared) == sorted(columns_with_words())


def planted_rows(company: Company, *, issued_at: datetime, said_at: datetime) -> None:
    """At least one row in every table that has a personal column. Runs inside acting_in."""
    tenant, ola = company.tenant, company.people["ola"]
    filing = make_kept(company, issued_at=issued_at)
    type(filing).objects.filter(pk=filing.pk).update(state=State.HELD)
    filing.refresh_from_db()
    abandon(filing, why="x", by=ola, at=said_at)
    make_statement(filing.document)
    Hold.objects.create(tenant=tenant, document=filing.document, reasons=[], first_code="X")
    ReviewItem.objects.create(tenant=tenant, document=filing.document, kind="rejected")
    ksef = KsefConnection.objects.create(tenant=tenant, environment="test", context_nip=tenant.nip, method="token")
    lane = Lane.objects.create(tenant=tenant, connection=ksef, place="x")
    session = KsefSession.objects.create(tenant=tenant, lane=lane, kind="online", iv=b"0" * 16, opened_at=said_at)
    FilingAttempt.objects.create(
        tenant=tenant, filing=filing, session=session, xml=FilingXml.objects.get(filing=filing), invoice_hash=b"h" * 32,
        began_at=said_at, ended_at=said_at, outcome="rejected", status_text="x",
    )  # fmt: skip
    RegisterAnswer.objects.create(
        tenant=tenant, register="vies", subject="PL1", outcome="confirmed", answer={}, asked_at=said_at
    )
    StripeEvent.objects.create(
        tenant=tenant, connection=filing.document.connection, event_id="evt_orphan", type="invoice.created",
        object_id="in_never", livemode=False, body=b"x", received_at=said_at,
    )  # fmt: skip
    Invitation.objects.create(tenant=tenant, email="a@example.pl", role=Role.VIEWER, secret_hash=b"s", expires_at=NOW)
    SupportGrant.objects.create(tenant=tenant, staff=make_user("s"), reason="x", opened_at=NOW, expires_at=NOW)
    EmailAddress.objects.create(user=ola, email="ola@example.pl")
    UserSession.objects.create(user=ola, ip="192.0.2.1", session_key="k", user_agent="x")
    record(
        tenant_id=tenant.id, event="one", actor=f"user:{ola.id}", origin="192.0.2.1", words={"reason": "x"}, at=said_at
    )


def plant(fates: set[Fate]) -> dict[str, str]:
    """Write a word of its own into every personal column of every row, as only a superuser can; returns the words."""
    kinds = columns_with_words()
    planted = {}
    with psycopg.connect(administrator(), autocommit=True) as database:
        database.execute("SET session_replication_role = replica")
        for number, name in enumerate(column for column, fate in PERSONAL.items() if fate in fates):
            table, _, column = name.partition(".")
            word = f"203.0.113.{number}" if name in AN_ADDRESS else f"zofia{number:03}@kanarek.pl"
            shape = '"%s"' if kinds[name] not in ("jsonb", "bytea") else '{"customer_name": "%s"}'
            value = word if kinds[name] not in ("jsonb", "bytea") else shape % word
            sql = f"UPDATE {table} SET {column} = %s" + ("::jsonb" if kinds[name] == "jsonb" else "")
            rows = database.execute(sql, [value.encode() if kinds[name] == "bytea" else value]).rowcount
            assert rows, f"no row to plant {name} in"
            planted[name] = word
    return planted


def administrator() -> str:
    return f"{os.environ['TEST_DATABASE_ADMIN_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"


def everything_stored() -> str:
    with psycopg.connect(administrator(), autocommit=True) as database:
        tables = [name for (name,) in database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        return "\n".join(str(row) for table in tables for row in database.execute(f"SELECT t::text FROM {table} t"))


def left(planted: dict[str, str]) -> list[str]:
    stored = everything_stored()
    return [name for name, word in planted.items() if word in stored or word.encode().hex() in stored]


@pytest.mark.django_db(transaction=True)
def test_after_retention_no_word_of_a_personal_column_is_left() -> None:
    acme = make_acme()
    with acting_in(acme.tenant.id):
        planted_rows(acme, issued_at=OLD, said_at=datetime(NOW.year - 12, 6, 1, tzinfo=UTC))
    planted = plant({Fate.DOCUMENT, Fate.AGE})
    assert left(planted) == list(planted), "the test must see what it planted"

    anonymise_old_documents()

    assert left(planted) == []


@pytest.mark.django_db(transaction=True)
def test_before_its_time_every_word_is_left() -> None:
    acme = make_acme()
    with acting_in(acme.tenant.id):
        planted_rows(acme, issued_at=YOUNG, said_at=datetime(NOW.year - 11, 6, 1, tzinfo=UTC))
    planted = plant({Fate.DOCUMENT, Fate.AGE})

    anonymise_old_documents()

    assert left(planted) == list(planted)


@pytest.mark.django_db(transaction=True)
def test_whoever_asks_is_told_of_every_personal_column() -> None:
    acme = make_acme()
    with acting_in(acme.tenant.id):
        planted_rows(acme, issued_at=YOUNG, said_at=NOW)
    planted = plant({Fate.DOCUMENT, Fate.AGE})
    untold = []
    with acting_in(acme.tenant.id):
        for name, word in planted.items():
            told = exported(answer_request(acme.tenant.id, word, by=acme.people["ola"], at=NOW)).decode()
            if name not in told or word not in told:
                untold.append(name)

    assert untold == []


def test_a_person_of_the_company_is_told_of_their_access(acme: Company) -> None:
    ola = acme.people["ola"]
    with acting_in(acme.tenant.id):
        planted_rows(acme, issued_at=YOUNG, said_at=NOW)

        told = json.loads(exported(answer_request(acme.tenant.id, "OLA@example.pl", by=ola, at=NOW)))

        (access,) = told["others"]
        assert access["usersessions_usersession.ip"] == ["192.0.2.1"]
        assert access["audit_auditentry.origin"] == ["192.0.2.1"]
        assert access["tenants_user.email"] == ["ola@example.pl"]
        assert verify(acme.tenant.id).intact


def test_no_entry_of_the_chain_holds_what_somebody_wrote() -> None:
    """Free words are given to record() as `words`: its `data` is for ever."""
    found = set()
    for path in sorted(Path("apps").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"record", "Happening", "_note", "note"}:
                data = [keyword.value for keyword in node.keywords if keyword.arg == "data"]
                keys = {
                    str(key.value)
                    for value in data
                    for inner in ast.walk(value)
                    if isinstance(inner, ast.Dict)
                    for key in inner.keys
                    if isinstance(key, ast.Constant)
                }
                keys |= {str(keyword.arg) for keyword in node.keywords} - {"words"}
                found |= {f"{path}: {key}" for key in sorted(keys) if key in FREE}

    assert found <= NOT_FREE
