"""Closing an account: everything to take along, thirty days to think, then no secret and no access are left."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from apps.archive.closure import WAIT, NotConfirmed, ask_closure, carry_out, open_closure, revoke_closure
from apps.archive.export import write_export
from apps.audit.models import AuditEntry
from apps.audit.record import record
from apps.connections.connect_ksef import KsefAccess, connect_ksef
from apps.connections.models import KsefConnection, TenantKey
from apps.connections.secrets import sealed_columns, secret_holders
from apps.documents.models import SourceDocument
from apps.filings.models import FilingXml
from apps.tenants.api_keys import find_key, make_key
from apps.tenants.context import acting_in
from apps.tenants.models import ApiKey, Membership
from tests.connections.test_rotation_reaches_everything import fill_everything
from tests.factories import Company, make_document, make_filing, make_stripe_connection

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def secret(acme: Company) -> str:
    """Acme with a document, a KSeF token and an API key; the key's secret."""
    ola = acme.people["ola"]
    with acting_in(acme.tenant.id):
        make_filing(make_document(make_stripe_connection(acme)))
        connect_ksef(acme.tenant, KsefAccess(KsefConnection.Environment.LOCAL, "token"), by=ola, at=NOW)
        return make_key(acme.tenant, name="k", scope=ApiKey.Scope.READ, by=ola, at=NOW).secret


def ask(company: Company) -> None:
    with acting_in(company.tenant.id):
        ask_closure(company.tenant, typed_nip=company.tenant.nip, by=company.people["ola"], at=NOW)


def test_a_wrong_nip_confirms_nothing(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        with pytest.raises(NotConfirmed):
            ask_closure(acme.tenant, typed_nip="0000000000", by=acme.people["ola"], at=NOW)

        assert open_closure(acme.tenant.id) is None


def test_nothing_ends_before_the_wait_is_over(acme: Company, secret: str) -> None:
    ask(acme)
    ask(acme)

    assert not carry_out(acme.tenant.id, at=NOW + WAIT - timedelta(seconds=1))

    assert find_key(secret, at=NOW)
    with acting_in(acme.tenant.id):
        assert Membership.objects.count() == 2
        assert AuditEntry.objects.filter(event="account.closure_asked").count() == 1


def test_taken_back_it_never_happens_and_can_be_asked_again(acme: Company, secret: str) -> None:
    ask(acme)
    with acting_in(acme.tenant.id):
        assert revoke_closure(acme.tenant, by=acme.people["ola"], at=NOW)
        assert not revoke_closure(acme.tenant, by=acme.people["ola"], at=NOW)

    assert not carry_out(acme.tenant.id, at=NOW + WAIT)
    assert find_key(secret, at=NOW)
    ask(acme)
    with acting_in(acme.tenant.id):
        assert open_closure(acme.tenant.id)


def test_after_the_wait_access_and_secrets_end_and_documents_stay(acme: Company, globex: Company, secret: str) -> None:
    ask(acme)

    assert carry_out(acme.tenant.id, at=NOW + WAIT)
    assert not carry_out(acme.tenant.id, at=NOW + WAIT)

    assert find_key(secret, at=NOW) is None
    with acting_in(acme.tenant.id):
        assert Membership.objects.count() == 0
        assert TenantKey.objects.count() == 0
        assert KsefConnection.objects.get().token_sealed is None
        assert SourceDocument.objects.count() == 1
        assert AuditEntry.objects.filter(event="account.closed").count() == 1
        assert not revoke_closure(acme.tenant, by=acme.people["ola"], at=NOW + WAIT)
    with acting_in(globex.tenant.id):
        assert Membership.objects.count() == 1


def test_not_one_sealed_value_of_any_kind_is_left(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        fill_everything(acme)
    ask(acme)

    assert carry_out(acme.tenant.id, at=NOW + WAIT)

    with acting_in(acme.tenant.id):
        for model in secret_holders():
            (row,) = model.objects.all()
            assert [getattr(row, column) for column in sealed_columns(row) if getattr(row, column) is not None] == []


def test_the_zip_holds_every_document_and_the_audit_and_proves_itself(acme: Company, globex: Company) -> None:
    with acting_in(globex.tenant.id):
        make_filing(make_document(make_stripe_connection(globex), number="THEIRS"))
    with acting_in(acme.tenant.id):
        filing = make_filing(make_document(make_stripe_connection(acme), number="=FV/1 ../x"))
        xml = FilingXml.objects.create(
            tenant=acme.tenant,
            filing=filing,
            content=b"<Faktura/>",
            sha256=b"x" * 32,
            issue_date=NOW.date(),
            built_at=NOW,
        )
        type(filing).objects.filter(pk=filing.pk).update(xml=xml)
        record(tenant_id=acme.tenant.id, event="something", at=NOW)
        file = io.BytesIO()

        assert write_export(acme.tenant.id, file, at=NOW) == 1

    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        assert not [name for name in names if ".." in name or name.startswith("/") or "THEIRS" in name]
        assert {name.rpartition("/")[2] for name in names} == {
            "source.json", "side-data.json", "invoice.xml", "documents.csv", "audit.csv", "manifest.json"
        }  # fmt: skip
        for name, digest in manifest["sha256"].items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        listed = list(csv.reader(io.StringIO(archive.read("documents.csv").decode("utf-8-sig"))))
        assert listed[1][0] == "'=FV/1 ../x"
        audit = list(csv.reader(io.StringIO(archive.read("audit.csv").decode("utf-8-sig"))))
        assert len(audit) == 1 + manifest["audit_head"]["sequence"]
        assert audit[-1][-1] == manifest["audit_head"]["hash"]
