"""The audit chain shows every change, even one made by the database's owner."""

import os

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.audit.models import AuditEntry
from apps.audit.record import Happening, record, record_all
from apps.audit.verify import verify
from apps.tenants.context import acting_in
from tests.factories import make_acme


def as_administrator(statement: str, *values: object) -> None:
    name = connection.settings_dict["NAME"]
    url = os.environ["TEST_DATABASE_ADMIN_URL"].rpartition("/")[0] + f"/{name}"
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
        database.execute(statement, values)
        database.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER USER")


@pytest.mark.django_db
def test_entries_follow_from_one_another() -> None:
    acme = make_acme()
    with acting_in(acme.tenant.id):
        record(tenant_id=acme.tenant.id, event="one", data={"text": "zażółć", "n": 1})
        record_all(tenant_id=acme.tenant.id, happenings=[Happening("two"), Happening("three", actor="user:1")])

        report = verify(acme.tenant.id)

    assert (report.intact, report.entries) == (True, 3)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("tamper", "position", "fault"),
    [
        ("UPDATE audit_auditentry SET event = 'nothing' WHERE sequence = 2", 2, "content was changed"),
        ("UPDATE audit_auditentry SET data = '{\"amount\": 1}' WHERE sequence = 3", 3, "content was changed"),
        ("DELETE FROM audit_auditentry WHERE sequence = 2", 2, "missing"),
        ("UPDATE audit_auditentry SET sequence = sequence + 10 WHERE sequence = 3", 3, "missing"),
        ("UPDATE audit_auditentry SET at = at + interval '1 second' WHERE sequence = 1", 1, "content was changed"),
    ],
)
def test_a_change_by_the_databases_owner_is_named(tamper: str, position: int, fault: str) -> None:
    acme = make_acme()
    with acting_in(acme.tenant.id):
        record_all(tenant_id=acme.tenant.id, happenings=[Happening(event) for event in ("one", "two", "three", "four")])

    as_administrator(tamper)

    with acting_in(acme.tenant.id):
        report = verify(acme.tenant.id)
    assert report.broken_at == position
    assert fault in report.fault


@pytest.mark.django_db(transaction=True)
def test_a_cut_off_end_is_found_with_an_exported_head(capsys: pytest.CaptureFixture[str]) -> None:
    acme = make_acme()
    with acting_in(acme.tenant.id):
        entries = record_all(tenant_id=acme.tenant.id, happenings=[Happening("one"), Happening("two")])
    head = f"2:{bytes(entries[1].entry_hash).hex()}"
    call_command("audit_verify", tenant=acme.tenant.id, head=head)

    as_administrator("DELETE FROM audit_auditentry WHERE sequence = 2")

    call_command("audit_verify", tenant=acme.tenant.id)
    with pytest.raises(CommandError, match="do not hold"):
        call_command("audit_verify", tenant=acme.tenant.id, head=head)


@pytest.mark.django_db
def test_the_hash_does_not_depend_on_how_the_database_returns_a_row() -> None:
    acme = make_acme()
    with acting_in(acme.tenant.id):
        entry = record(tenant_id=acme.tenant.id, event="one", data={"b": 1, "a": [1, {"z": None}]})

        assert bytes(AuditEntry.objects.get(pk=entry.pk).entry_hash) == bytes(entry.entry_hash)
