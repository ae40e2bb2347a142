import json
from typing import Any

import pytest

from apps.ksef_simulator.contract.answer import answer_problems
from apps.ksef_simulator.contract.openapi import CONTRACT, Contract
from apps.ksef_simulator.web import api as _api  # noqa: F401 - registers every endpoint
from apps.ksef_simulator.web.call import ENDPOINTS
from tests.ksef_simulator.client import Client, codes, details


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.load()


def test_every_operation_of_the_contract_is_answered_and_no_other(contract: Contract) -> None:
    assert set(contract.operations) == set(ENDPOINTS)


def test_the_limits_of_every_operation_are_those_of_its_group(contract: Contract) -> None:
    paths = json.loads(CONTRACT.read_text())["paths"]

    for (method, template), operation in contract.operations.items():
        published = paths[template][method.lower()]["x-rate-limits"]
        group = contract.limits[operation.group]
        assert {name: group[name] for name in published} == published, operation.name


def test_literal_segments_win_over_placeholders(contract: Contract) -> None:
    methods, values = contract.find("sessions/A/invoices/failed")

    assert methods["GET"].template == "/sessions/{referenceNumber}/invoices/failed"
    assert values == ["A"]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({}, "Pole 'formCode' jest wymagane."),
        ({"formCode": None, "encryption": {}}, "Pole 'formCode' ma nieprawidłową wartość: oczekiwano typu object."),
        ({"formCode": {"systemCode": 3, "schemaVersion": "", "value": ""}}, "formCode.systemCode"),
        ({"encryption": {"encryptedSymmetricKey": "a b", "initializationVector": ""}}, "format byte"),
    ],
)
def test_a_wrong_body_is_refused_with_every_reason(acme: Client, body: Any, wanted: str) -> None:
    answer = acme.post("/sessions/online", body)

    assert codes(answer) == [21405]
    assert any(wanted in detail for detail in details(answer)), details(answer)
    assert acme.report()["contractViolations"][0]["operation"] == "POST /sessions/online"


def test_null_is_as_good_as_absent_only_where_the_contract_says_so(contract: Contract) -> None:
    checker = contract.operations["POST", "/certificates/query"].body["application/json"]
    assert checker is not None

    assert checker.problems({"name": None, "status": None}) == []
    assert checker.problems({"name": 5}) != []


def test_unknown_members_are_let_through_and_noted(acme: Client) -> None:
    answer = acme.post("/certificates/query", {"nonsense": 1})

    assert answer.status_code == 200
    assert acme.report()["unknownMembers"][0]["members"] == ["nonsense"]


@pytest.mark.parametrize("raw", [b"{", b"[1,]", b"NaN", b"\xff\xfe", b'{"a": Infinity}', b"[" * 100_000])
def test_what_is_not_json_is_unreadable(acme: Client, raw: bytes) -> None:
    answer = acme.call("POST", "/tokens", data=raw, headers={"Content-Type": "application/json"})

    assert codes(answer) == [21001]


def test_a_missing_body_is_a_validation_error(acme: Client) -> None:
    assert codes(acme.post("/tokens")) == [21405]


def test_another_content_type_is_415(acme: Client) -> None:
    answer = acme.call("POST", "/tokens", data=b"<a/>", headers={"Content-Type": "application/xml"})

    assert answer.status_code == 415


@pytest.mark.parametrize("size", ["9", "1001", "ten", "1e2", ""])
def test_page_sizes_outside_the_contract_are_refused(acme: Client, size: str) -> None:
    assert codes(acme.get(f"/sessions?sessionType=Online&pageSize={size}")) == [21405]


def test_a_required_query_parameter_is_required(acme: Client) -> None:
    answer = acme.get("/sessions")

    assert details(answer) == ["Pole 'sessionType' jest wymagane."]


def test_a_reference_of_the_wrong_length_is_refused(acme: Client) -> None:
    assert codes(acme.get("/sessions/20260101-SO-1")) == [21405]


def test_an_unknown_path_is_404_and_a_wrong_method_405(acme: Client) -> None:
    assert acme.get("/nowhere").status_code == 404
    wrong = acme.call("PUT", "/auth/challenge")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")
    assert acme.report()["unknownPaths"] == [{"method": "GET", "path": "nowhere"}]


def test_errors_have_both_forms(client: Client) -> None:
    old = Client(client.address, problem_details=False)

    new_form = client.post("/auth/ksef-token", {})
    old_form = old.post("/auth/ksef-token", {})

    assert new_form.headers["Content-Type"] == "application/problem+json"
    assert new_form.json()["title"] == "Bad Request"
    assert old_form.headers["Content-Type"] == "application/json"
    assert old_form.json()["exception"]["exceptionDetailList"][0]["exceptionCode"] == 21405


def test_a_system_warning_can_be_asked_for(client: Client) -> None:
    answer = client.post("/auth/challenge", headers={"X-Test-System-Warning": "[W1]: test | [W2]: more"})

    assert answer.headers["X-System-Warning"] == "[W1]: test | [W2]: more"


def test_the_answer_check_finds_what_breaks_the_contract(contract: Contract) -> None:
    operation = contract.operations["POST", "/auth/challenge"]

    assert answer_problems(operation, 201, "application/json", b"{}") != []
    assert answer_problems(operation, 200, "text/plain", b"{}") != []
    assert any("challenge" in each for each in answer_problems(operation, 200, "application/json", b"{}"))
