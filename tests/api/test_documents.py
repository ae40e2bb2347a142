"""Programs read and retry documents of the key's own company, as far as the key's scope goes."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from apps.audit.models import AuditEntry
from apps.filings.models import Filing
from apps.filings.states import State
from apps.tenants.api_keys import make_key, revoke_key
from apps.tenants.context import acting_in
from apps.tenants.models import ApiKey
from tests.factories import Company, make_document, make_filing, make_stripe_connection

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_counts_from_other_tests() -> None:
    cache.clear()


def key_of(company: Company, scope: ApiKey.Scope = ApiKey.Scope.READ, **options: datetime) -> str:
    with acting_in(company.tenant.id):
        owner = next(iter(company.people.values()))
        return make_key(company.tenant, name="books", scope=scope, by=owner, at=NOW, **options).secret


def filing_of(company: Company, number: str = "FV-1") -> Filing:
    with acting_in(company.tenant.id):
        return make_filing(make_document(make_stripe_connection(company), number=number), state=State.READY)


def program(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_a_key_lists_its_own_companys_documents_only(acme: Company, globex: Company) -> None:
    filing_of(acme, "FV-ACME")
    filing_of(globex, "FV-GLOBEX")

    answer = program(key_of(acme)).get("/api/v1/documents/")

    assert [document["number"] for document in answer.json()["documents"]] == ["FV-ACME"]
    assert answer.json()["documents"][0]["status"] == "queued"


def test_a_document_of_another_company_is_not_found(acme: Company, globex: Company) -> None:
    foreign = filing_of(globex)
    client = program(key_of(acme, ApiKey.Scope.DECIDE))

    for ending in ("", "xml/", "upo/"):
        assert client.get(f"/api/v1/documents/{foreign.id}/{ending}").status_code == 404
    assert client.post(f"/api/v1/documents/{foreign.id}/retry/").status_code == 404


def test_a_reading_key_may_not_retry_and_the_refusal_is_audited(acme: Company) -> None:
    filing = filing_of(acme)

    answer = program(key_of(acme)).post(f"/api/v1/documents/{filing.id}/retry/")

    assert answer.status_code == 403
    assert "scope" in answer.json()["detail"]
    with acting_in(acme.tenant.id):
        assert AuditEntry.objects.filter(event="permission.denied", actor__startswith="api-key:").count() == 1


def test_unknown_revoked_and_expired_keys_look_the_same(acme: Company) -> None:
    revoked, expired = key_of(acme), key_of(acme, expires_at=NOW - timedelta(days=900))
    with acting_in(acme.tenant.id):
        revoke_key(ApiKey.objects.earliest("created_at"), by=acme.people["ola"], at=NOW)
        ApiKey.objects.update(revoked_at=None)
        ApiKey.objects.filter(expires_at__isnull=True).update(revoked_at=NOW)

    answers = [program(secret).get("/api/v1/documents/") for secret in ("kk_unknown", "nonsense", revoked, expired)]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.json()["detail"] for answer in answers}) == 1


def test_without_a_key_nothing_is_shown(db: None) -> None:
    for path in ("/api/v1/documents/", f"/api/v1/documents/{uuid4()}/"):
        assert Client().get(path).status_code == 401


def test_a_key_is_stored_as_a_hash_and_its_use_is_noted(acme: Company) -> None:
    secret = key_of(acme)

    program(secret).get("/api/v1/documents/")

    with acting_in(acme.tenant.id):
        key = ApiKey.objects.get()
        assert secret.encode() not in bytes(key.secret_hash)
        assert key.last_used_at is not None


def test_too_many_requests_are_slowed_down(acme: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.api.authentication import KeyThrottle

    monkeypatch.setattr(KeyThrottle, "THROTTLE_RATES", {"key": "3/min"})
    client = program(key_of(acme))

    codes = [client.get("/api/v1/documents/").status_code for _ in range(4)]

    assert codes == [200, 200, 200, 429]


def test_the_api_describes_itself(db: None) -> None:
    answer = Client().get("/api/v1/openapi.json", headers={"Accept": "application/vnd.oai.openapi+json"})

    assert answer.status_code == 200
    assert "/api/v1/documents/{filing_id}/retry/" in answer.json()["paths"]
