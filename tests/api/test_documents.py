"""Programs read and retry documents of the key's own company, as far as the key's scope goes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from apps.audit.models import AuditEntry
from apps.audit.record import PLATFORM
from apps.connections.models import KsefConnection
from apps.filings.models import Filing
from apps.filings.states import State
from apps.reviews.models import Override
from apps.tenants.api_keys import make_key, revoke_key
from apps.tenants.context import acting_in
from apps.tenants.models import ApiKey
from tests.factories import Company, make_document, make_filing, make_stripe_connection

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
JSON = "application/json"


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
    assert answer.json()["documents"][0]["opened_at"] == "2026-11-21T12:00:00Z", "moments are in UTC"


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
        assert AuditEntry.objects.filter(event="permission.denied", actor__startswith="key:").count() == 1


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

    answers = [client.get("/api/v1/documents/") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert answers[-1].json()["next_step"]


def test_an_excluded_document_says_why_and_comes_back_with_retry(acme: Company) -> None:
    filing = filing_of(acme)
    client = program(key_of(acme, ApiKey.Scope.DECIDE))
    place = f"/api/v1/documents/{filing.id}/"

    for _ in range(2):  # sent again, it does nothing twice
        excluded = client.post(f"{place}exclude/", {"reason": "entered by hand"}, content_type=JSON)
        assert excluded.status_code == 200
        assert excluded.json()["status"] == "not_for_ksef"
        assert excluded.json()["reason_params"] == {"why": "entered by hand"}
    assert client.post(f"{place}retry/").json()["state"] != "abandoned"

    assert moves(acme, "filing.abandoned") == 1


def test_a_statement_is_kept_once_and_the_document_mapped_again(acme: Company) -> None:
    filing = filing_of(acme)
    client = program(key_of(acme, ApiKey.Scope.DECIDE))
    sent = {"kind": "set_buyer_id", "values": {"id_type": "nip", "value": "5265877635"}, "reason": "by phone"}

    for _ in range(2):
        answer = client.post(f"/api/v1/documents/{filing.id}/statements/", sent, content_type=JSON)
        assert answer.status_code == 200, answer.content

    with acting_in(acme.tenant.id):
        stated = Override.objects.get()
        entry = AuditEntry.objects.get(event="override.stated")
    assert (stated.kind, stated.reason, stated.entered_by) == ("set_buyer_id", "by phone", None)
    assert entry.actor.startswith("key:")
    assert {"code", "field", "message", "action"} == set(answer.json()["reasons"][0])


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "kind"),
        ({"kind": "set_buyer_id", "values": {}}, "reason"),
        ({"kind": "nonsense", "values": {}, "reason": "x"}, "kind"),
        ({"kind": "set_buyer_id", "values": {"id_type": "nip", "value": "1"}, "reason": "x"}, "values.value"),
        ({"kind": "set_buyer_id", "values": {"colour": "red"}, "reason": "x"}, "values.colour"),
    ],
)
def test_a_statement_that_cannot_be_used_names_its_field(acme: Company, sent: dict[str, Any], field: str) -> None:
    client = program(key_of(acme, ApiKey.Scope.DECIDE))

    answer = client.post(f"/api/v1/documents/{filing_of(acme).id}/statements/", sent, content_type=JSON)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert answer.json()["next_step"]


@pytest.mark.parametrize("ending", ["retry/", "exclude/", "statements/"])
def test_what_is_with_ksef_is_left_alone(acme: Company, ending: str) -> None:
    with acting_in(acme.tenant.id):
        filing = make_filing(make_document(make_stripe_connection(acme)), state=State.ACCEPTED)
    sent = {"kind": "set_buyer_name", "values": {"name": "Beta"}, "reason": "x"}

    answer = program(key_of(acme, ApiKey.Scope.DECIDE)).post(
        f"/api/v1/documents/{filing.id}/{ending}", sent, content_type=JSON
    )

    assert (answer.status_code, answer.json()["status"]) == (409, 409)


def test_pages_follow_each_other_without_gap_or_repetition(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        connection = make_stripe_connection(acme)
        for number in range(5):
            opened = NOW + timedelta(minutes=number)
            make_filing(make_document(connection, number=f"FV-{number}"), opened_at=opened)
    client, after, seen = program(key_of(acme)), "", []

    while True:
        page = client.get("/api/v1/documents/", {"limit": 2} | ({"after": after} if after else {})).json()
        seen.append([document["number"] for document in page["documents"]])
        after = page["next"]
        if not after:
            break

    assert seen == [["FV-4", "FV-3"], ["FV-2", "FV-1"], ["FV-0"]]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"stauts": "filed"}, "stauts"),
        ({"status": "nonsense"}, "status"),
        ({"since": "yesterday"}, "since"),
        ({"after": "nonsense"}, "after"),
        ({"limit": "1000"}, "limit"),
    ],
)
def test_a_query_that_means_nothing_is_refused_instead_of_showing_everything(
    acme: Company, query: dict[str, str], field: str
) -> None:
    answer = program(key_of(acme)).get("/api/v1/documents/", query)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_connections_show_their_state_and_no_secret(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        make_stripe_connection(acme)
        KsefConnection.objects.create(
            tenant=acme.tenant, environment="test", context_nip=acme.tenant.nip, is_active=True, token_sealed=b"sealed"
        )

    answer = program(key_of(acme)).get("/api/v1/connections/")

    assert [(row["environment"], row["is_active"], row["status"]) for row in answer.json()["ksef"]] == [
        ("test", True, "unchecked")
    ]
    assert [row["account_id"] for row in answer.json()["stripe"]] == [f"acct_{acme.tenant.nip}"]
    assert b"sealed" not in answer.content


def test_the_audit_log_is_read_to_its_end_with_its_own_scope(acme: Company, globex: Company) -> None:
    key_of(globex)
    client = program(key_of(acme, ApiKey.Scope.AUDIT))

    assert program(key_of(acme)).get("/api/v1/audit/").status_code == 403
    first = client.get("/api/v1/audit/", {"limit": 1}).json()
    rest = client.get("/api/v1/audit/", {"after": first["next"]}).json()

    told = first["entries"] + rest["entries"]
    assert [entry["sequence"] for entry in told] == list(range(1, len(told) + 1))
    assert [entry["event"] for entry in told] == ["api_key.made", "api_key.made", "permission.denied"]
    assert all(len(entry["hash"]) == 64 for entry in told)
    assert client.get("/api/v1/audit/", {"after": rest["next"]}).json() == {"entries": [], "next": rest["next"]}
    assert client.post(f"/api/v1/documents/{uuid4()}/retry/").status_code == 403


def test_every_error_is_a_problem_with_a_next_step_in_both_languages(acme: Company) -> None:
    client = program(key_of(acme))
    answers = {
        401: Client().get("/api/v1/documents/"),
        404: client.get("/api/v1/nothing/here"),
        405: client.put("/api/v1/documents/"),
        415: program(key_of(acme, ApiKey.Scope.DECIDE)).post(f"/api/v1/documents/{filing_of(acme).id}/exclude/", "a=b",
                         content_type="application/x-www-form-urlencoded"),
    }  # fmt: skip

    for status, answer in answers.items():
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
        told = answer.json()
        assert {"type", "title", "status", "detail", "next_step", "errors"} == set(told)
        assert told["status"] == status
        assert told["next_step"]
    polish = client.get("/api/v1/nothing/here", headers={"Accept-Language": "pl"}).json()
    assert polish["detail"] != answers[404].json()["detail"]


def test_an_unexpected_error_is_a_problem_without_internals(acme: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("SELECT secret FROM internals")

    monkeypatch.setattr("apps.api.views.page_of", fail)
    client = Client(headers={"Authorization": f"Bearer {key_of(acme)}"}, raise_request_exception=False)

    answer = client.get("/api/v1/documents/")

    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert b"SELECT" not in answer.content


def test_guessing_keys_is_stopped_by_address_and_kept(acme: Company) -> None:
    codes = [program(f"kk_guess{number}").get("/api/v1/documents/").status_code for number in range(31)]

    assert codes == [401] * 30 + [429]
    assert program(key_of(acme)).get("/api/v1/documents/").status_code == 429
    assert program(key_of(acme)).get("/api/v1/documents/", REMOTE_ADDR="203.0.113.9").status_code == 200
    with acting_in(PLATFORM):
        assert AuditEntry.objects.filter(event="api_key.refused").count() == 30


def moves(company: Company, event: str) -> int:
    with acting_in(company.tenant.id):
        return AuditEntry.objects.filter(event=event).count()


def test_the_api_describes_itself(db: None) -> None:
    answer = Client().get("/api/v1/openapi.json", headers={"Accept": "application/vnd.oai.openapi+json"})

    assert answer.status_code == 200
    assert "/api/v1/documents/{filing_id}/retry/" in answer.json()["paths"]
