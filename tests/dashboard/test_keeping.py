"""The page from which everything can be taken along, a person answered and the account closed."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client

from apps.archive.closure import open_closure
from apps.audit.models import AuditEntry
from apps.tenants.context import acting_in
from tests.factories import Company, make_document, make_filing, make_stripe_connection
from tests.tenants.signed_in import signed_in


@pytest.fixture
def ola(acme: Company, settings: Any) -> Client:
    settings.MFA_REQUIRED = False
    with acting_in(acme.tenant.id):
        make_filing(make_document(make_stripe_connection(acme)))
    return signed_in(acme.people["ola"])


def place(company: Company, name: str = "") -> str:
    return f"/c/{company.tenant.id}/settings/keeping/{name}"


def events(company: Company) -> list[str]:
    with acting_in(company.tenant.id):
        return list(AuditEntry.objects.order_by("sequence").values_list("event", flat=True))


def test_the_zip_is_an_attachment_and_audited(ola: Client, acme: Company) -> None:
    answer = ola.post(place(acme, "export/"))

    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("manifest.json"))["documents"] == 1
    assert "account.exported" in events(acme)


def test_closing_takes_the_nip_and_can_be_taken_back(ola: Client, acme: Company) -> None:
    assert ola.post(place(acme, "close/"), {"nip": "1111111111"}).status_code == 400
    with acting_in(acme.tenant.id):
        assert open_closure(acme.tenant.id) is None

    ola.post(place(acme, "close/"), {"nip": acme.tenant.nip})
    assert "will be closed on" in ola.get(place(acme)).content.decode()

    ola.post(place(acme, "keep/"))
    assert "will be closed on" not in ola.get(place(acme)).content.decode()
    assert events(acme)[-2:] == ["account.closure_asked", "account.closure_revoked"]


def test_a_person_asks_and_is_told_until_when(ola: Client, acme: Company) -> None:
    told = ola.post(place(acme, "data-request/"), {"about": "zażółć sp"}).content.decode()
    assert "2036-12-31" in told

    answer = ola.post(place(acme, "data-request/"), {"about": "zażółć sp", "export": "1"})
    assert answer["Content-Disposition"].startswith("attachment")
    assert len(json.loads(answer.content)["documents"]) == 1
    assert ola.post(place(acme, "data-request/"), {"about": "x"}).status_code == 400


def test_only_an_owner_gets_there(ola: Client, acme: Company) -> None:
    jan = signed_in(acme.people["jan"])

    assert jan.get(place(acme)).status_code == 403
    for name in ("export/", "data-request/", "close/", "keep/"):
        assert jan.post(place(acme, name), {"nip": acme.tenant.nip}).status_code == 403


def test_it_needs_a_second_factor_where_one_is_required(ola: Client, acme: Company, settings: Any) -> None:
    settings.MFA_REQUIRED = True

    assert ola.post(place(acme, "close/"), {"nip": acme.tenant.nip})["Location"] == "/account/2fa/"
