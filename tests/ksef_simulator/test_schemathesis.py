"""Requests made up from the contract, good and bad, against every operation: no 5xx, every answer as documented."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.ksef_simulator.contract.openapi import CONTRACT
from apps.ksef_simulator.server import Simulator
from apps.ksef_simulator.signin.operations import ACCESS, AUTHENTICATION, REFRESH
from apps.ksef_simulator.web.api import BEARERS
from tests.ksef_simulator.client import Client
from tests.ksef_simulator.conftest import OPTIONS, TOKEN
from tests.ksef_simulator.invoices import SELLER
from tests.ksef_simulator.signing import Signer

schema = schemathesis.openapi.from_path(str(CONTRACT))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Part of HTTP itself; the contract lists none of them.
PROTOCOL = {404, 405, 406, 415}


@pytest.fixture(scope="module")
def owner() -> Iterator[Client]:
    """One simulator for all of it: whatever the other calls did must not matter."""
    with Simulator(replace(OPTIONS, check_responses=True)) as simulator:
        client = Client(simulator.address)
        client.simulator = simulator
        signer = Signer()
        yield client.signed_in(signer)
        report = simulator.system.report.as_json()
    assert report.get("answerViolations", []) == []
    assert report.get("internalErrors", []) == []


@schema.parametrize()
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
def test_made_up_requests_are_answered_as_the_contract_says(case: Any, owner: Client) -> None:
    template = f"{case.method} {case.path}"
    headers = {"Authorization": f"Bearer {_bearer(owner, template)}", "X-Error-Format": "problem-details"}

    answer = case.call(base_url=f"{owner.address}/v2", headers=headers, session=owner.http)

    if answer.status_code not in PROTOCOL:
        case.validate_response(answer, checks=CHECKS)


def _bearer(owner: Client, template: str) -> str | None:
    """The kind of token this operation takes, always of the sign-in that stays."""
    kind = BEARERS.get(template, (ACCESS,))[0]
    if kind == AUTHENTICATION:
        token: str = owner.start_token_sign_in(SELLER, TOKEN).json()["authenticationToken"]["token"]
        return token
    return owner.refresh_token if kind == REFRESH else owner.access
