"""The table of endpoints agrees with the contract, with the code, and, as published, with the simulator."""

import re
from pathlib import Path
from typing import Any

import pytest

from apps.ksef_client import endpoints
from apps.ksef_client.endpoints import IN_CONTRACT, Bearer, Effect, Endpoint, Group
from apps.ksef_simulator import endpoints as simulated
from apps.ksef_simulator.web.call import ENDPOINTS as SIMULATED
from tests.ksef_client.contract import CONTRACT

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (GET|POST|PUT|DELETE) `(/\S+)` \| (\S+) \| (.+?) \| (yes|no) \| (.+) \|$")
OPERATIONS: dict[tuple[str, str], dict[str, Any]] = {
    (method.upper(), path): operation
    for path, operations in CONTRACT["paths"].items()
    for method, operation in operations.items()
}
BEARERS = {
    Bearer.NONE: {"/auth/challenge", "/auth/ksef-token", "/auth/xades-signature", "/security/public-key-certificates"},
    Bearer.SIGN_IN: {"/auth/{referenceNumber}", "/auth/token/redeem"},
    Bearer.REFRESH: {"/auth/token/refresh"},
}


def table() -> dict[tuple[str, str], tuple[str, str, str, str]]:
    rows = {}
    for line in (ROOT / "docs/ksef-endpoints.md").read_text(encoding="utf-8").splitlines():
        if found := ROW.match(line):
            method, path, *rest = found.groups()
            assert (method, path) not in rows, f"{method} {path} is listed twice"
            rows[method, path] = (rest[0], rest[1], rest[2], rest[3])
    return rows


def group_in_contract(operation: dict[str, Any]) -> str | None:
    text = operation["responses"]["429"]["description"]
    found = re.search(r"\*\*Limity[^|]*\*\*.*\|\s*([a-z]\w+)\s*$", text, re.MULTILINE)
    return found[1] if found else None


@pytest.mark.parametrize("endpoint", IN_CONTRACT, ids=str)
def test_each_endpoint_is_an_operation_of_the_contract_with_its_group_and_bearer(endpoint: Endpoint) -> None:
    operation = OPERATIONS[endpoint.method, endpoint.path]

    assert endpoint.group == (group_in_contract(operation) or Group.ANONYMOUS)
    assert (endpoint.bearer is not Bearer.NONE) == bool(operation.get("security"))
    for bearer, paths in BEARERS.items():
        assert (endpoint.path in paths) == (endpoint.bearer is bearer)


@pytest.mark.parametrize("endpoint", IN_CONTRACT, ids=str)
def test_a_reading_endpoint_has_no_effect_and_a_writing_one_has(endpoint: Endpoint) -> None:
    answers = OPERATIONS[endpoint.method, endpoint.path]["responses"]
    reads = endpoint.method == "GET" or (endpoint.method == "POST" and "200" in answers)
    harmless = endpoint in (endpoints.SIGN_IN_BY_TOKEN, endpoints.SIGN_IN_BY_SIGNATURE)  # an unused sign-in expires

    if endpoint is endpoints.REDEEM:
        assert endpoint.effect is Effect.ONCE
    else:
        assert (endpoint.effect is Effect.NONE) == (reads or harmless)


def test_what_must_not_be_repeated_blindly_is_marked_so() -> None:
    once = {endpoint for endpoint in IN_CONTRACT if endpoint.effect is Effect.ONCE}

    assert once == {
        endpoints.REDEEM,
        endpoints.SEND_INVOICE,
        endpoints.EXPORT,
        endpoints.GENERATE_TOKEN,
        endpoints.ENROL,
    }


def test_no_endpoint_is_listed_without_being_used() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "apps/ksef_client").glob("*.py")
        if path.name != "endpoints.py"
    )
    names = [name for name, value in vars(endpoints).items() if isinstance(value, Endpoint)]

    assert [name for name in names if f"endpoints.{name}" not in code] == []


def test_the_published_table_lists_every_operation_once() -> None:
    assert set(table()) == set(OPERATIONS)


def test_the_published_table_is_true_about_the_client() -> None:
    ours = {(endpoint.method, endpoint.path): endpoint for endpoint in IN_CONTRACT}

    for operation, (group, client, _, why) in table().items():
        assert len(why) > 5
        if client == "deliberately not":
            assert (group, operation in ours) == ("–", False)
        else:
            assert group == ours[operation].group
            module, function = client.strip("`").split(".")
            source = (ROOT / f"apps/ksef_client/{module}.py").read_text(encoding="utf-8")
            assert f"def {function}(" in source, client


def test_the_published_table_is_true_about_the_simulator() -> None:
    assert simulated.__all__  # importing it registers the answers

    assert {operation for operation, row in table().items() if row[2] == "yes"} == set(SIMULATED)
