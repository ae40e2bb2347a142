"""The nightly check exports the heads, and by them notices what a look at the chain alone cannot."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from apps.alerts.chains import HeadsFile, check_chains
from apps.alerts.tasks import check_audit_chains, watch_all_credentials
from apps.audit.models import AuditEntry
from apps.audit.record import PLATFORM, Happening, record_all
from apps.filings.models import Alarm
from apps.tenants.context import acting_in
from tests.factories import Company, make_acme, make_globex

NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)


@pytest.fixture
def company(transactional_db: None) -> Company:
    acme = make_acme()
    with acting_in(acme.tenant.id):
        record_all(tenant_id=acme.tenant.id, happenings=[Happening(event) for event in ("one", "two", "three")])
    with acting_in(PLATFORM):
        record_all(tenant_id=PLATFORM, happenings=[Happening("person.signed_in")])
    return acme


def tamper(statement: str) -> None:
    url = os.environ["TEST_DATABASE_ADMIN_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
        database.execute(statement)
        database.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER USER")


def test_the_heads_of_all_chains_are_appended(company: Company, tmp_path: Path) -> None:
    heads = HeadsFile(tmp_path / "heads.jsonl")

    assert check_chains(heads, at=NOW) == []
    assert check_chains(heads, at=NOW) == []

    lines = [json.loads(line) for line in (tmp_path / "heads.jsonl").read_text().splitlines()]
    assert [line["chain"] for line in lines] == [str(PLATFORM), str(company.tenant.id)] * 2
    assert [line["sequence"] for line in lines] == [1, 3, 1, 3]


def test_a_chain_cut_off_and_written_anew_differs_from_the_exported_head(company: Company, tmp_path: Path) -> None:
    heads = HeadsFile(tmp_path / "heads.jsonl")
    check_chains(heads, at=NOW)
    tamper(f"DELETE FROM audit_auditentry WHERE sequence = 3 AND tenant_id = '{company.tenant.id}'")
    with acting_in(company.tenant.id):
        record_all(tenant_id=company.tenant.id, happenings=[Happening("harmless")])

    (broken,) = check_chains(heads, at=NOW)

    assert broken.broken_at == 3
    with acting_in(company.tenant.id):
        assert [alarm.kind for alarm in Alarm.objects.all()] == ["audit_broken"]
    assert len((tmp_path / "heads.jsonl").read_text().splitlines()) == 3, "a broken chain's head is not exported"


def test_a_line_cut_short_by_a_full_disk_spoils_only_itself(company: Company, tmp_path: Path) -> None:
    file = tmp_path / "heads.jsonl"
    check_chains(HeadsFile(file), at=NOW)
    file.write_text(file.read_text()[:-20])

    assert check_chains(HeadsFile(file), at=NOW) == []

    heads = HeadsFile(file).last()
    assert {chain: sequence for chain, (sequence, _) in heads.items()} == {PLATFORM: 1, company.tenant.id: 3}
    cut = [line for line in file.read_text().splitlines() if not line.endswith("}")]
    assert len(cut) == 1


def test_a_heads_file_that_cannot_be_written_keeps_no_chain_from_being_checked(
    company: Company, tmp_path: Path
) -> None:
    tamper("UPDATE audit_auditentry SET event = 'x' WHERE sequence = 2")

    (broken,) = check_chains(HeadsFile(tmp_path / "no such folder" / "heads.jsonl"), at=NOW)

    assert broken.tenant_id == company.tenant.id


def test_two_entries_that_change_places_are_noticed(company: Company, tmp_path: Path) -> None:
    tamper("UPDATE audit_auditentry SET sequence = 99 WHERE sequence = 2")
    tamper("UPDATE audit_auditentry SET sequence = 2 WHERE sequence = 3")
    tamper("UPDATE audit_auditentry SET sequence = 3 WHERE sequence = 99")

    (broken,) = check_chains(HeadsFile(None), at=NOW)

    assert broken.broken_at == 2


def test_an_inserted_entry_is_noticed(company: Company) -> None:
    with acting_in(company.tenant.id):
        last = AuditEntry.objects.order_by("-sequence").first()
        assert last is not None
        forged = AuditEntry(
            tenant_id=company.tenant.id, sequence=4, at=NOW, event="forged", actor="user:1",
            previous_hash=last.entry_hash, entry_hash=last.entry_hash,
        )  # fmt: skip
        forged.save(force_insert=True)

    (broken,) = check_chains(HeadsFile(None), at=NOW)

    assert broken.broken_at == 4


@pytest.mark.parametrize("statement", ["TRUNCATE", "UPDATE {} SET event = 'x'", "DELETE FROM {}"])
def test_the_application_role_may_only_append(company: Company, statement: str) -> None:
    table = "audit_auditentry"
    sql = statement.format(table) if "{}" in statement else f"{statement} {table}"

    with psycopg.connect(os.environ["DATABASE_URL"]) as database, pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.execute(sql)


def test_beat_rings_for_both(company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {check_audit_chains.name, watch_all_credentials.name} <= scheduled
    monkeypatch.setattr(settings, "AUDIT_HEADS_FILE", str(tmp_path / "heads"))

    check_audit_chains()
    watch_all_credentials()

    assert (tmp_path / "heads").exists()


def test_what_fails_for_one_company_does_not_keep_the_watch_from_the_others(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    globex = make_globex()
    watched = []

    def watch(tenant_id: UUID, *, at: datetime) -> None:
        watched.append(tenant_id)
        raise ValueError("no such credential")

    monkeypatch.setattr("apps.alerts.tasks.watch_credentials", watch)

    watch_all_credentials()

    assert set(watched) == {company.tenant.id, globex.tenant.id}
