"""The audit chain shows every change, even one made by the database's owner."""

import os

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.audit.record import Happening, record, record_all
from apps.audit.verify import verify
from apps.tenants.api_keys import find_key, make_key
from apps.tenants.context import acting_in
from apps.tenants.models import ApiKey
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


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 3, 4, 7])
def test_a_chain_is_read_block_by_block_and_none_is_left_out(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.audit.verify.BLOCK", 3)
    acme, read = make_acme(), []
    with acting_in(acme.tenant.id):
        record_all(tenant_id=acme.tenant.id, happenings=[Happening(f"event {number}") for number in range(count)])

        with CaptureQueriesContext(connection) as queries:
            report = verify(acme.tenant.id)

        read = [query["sql"] for query in queries]
    assert (report.intact, report.entries) == (True, count)
    assert len(read) == count // 3 + 1
    assert all(sql.endswith("LIMIT 3") for sql in read), "never the whole chain at once"


@pytest.mark.django_db
@pytest.mark.parametrize("actor", ["ola@example.pl", "", "key", "user:", "Ola", "system:1", "user:ola@example.pl"])
def test_an_entry_names_its_actor_in_one_way_only(actor: str) -> None:
    acme = make_acme()
    with acting_in(acme.tenant.id), pytest.raises(ValueError, match="actor"):
        record(tenant_id=acme.tenant.id, event="one", actor=actor)


@pytest.mark.django_db
def test_people_keys_the_system_and_strangers_are_actors() -> None:
    acme = make_acme()
    ola = acme.people["ola"]
    with acting_in(acme.tenant.id):
        secret = make_key(acme.tenant, name="k", scope=ApiKey.Scope.READ, by=ola, at=timezone.now()).secret
    key = find_key(secret, at=timezone.now())
    assert key
    with acting_in(acme.tenant.id):
        for actor in (f"user:{ola.id}", key.actor, "system", "stranger"):
            record(tenant_id=acme.tenant.id, event="one", actor=actor)
        assert set(AuditEntry.objects.values_list("actor", flat=True)) == {
            f"user:{ola.id}",
            f"key:{key.key_id}",
            "system",
            "stranger",
        }
