"""Every operation of the OpenAPI schema, with generated good and bad input: never a 500, always as described."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from apps.tenants.api_keys import make_key
from apps.tenants.context import acting_in
from apps.tenants.models import ApiKey
from ksefkit.wsgi import application
from tests.factories import Company, make_document, make_filing, make_stripe_connection

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.filterwarnings("ignore")  # of schemathesis itself


@pytest.fixture(autouse=True)
def _connection_stays_open() -> Iterator[None]:
    """A whole WSGI request ends by closing the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def api(acme: Company) -> schemathesis.BaseSchema:
    with acting_in(acme.tenant.id):
        make_filing(make_document(make_stripe_connection(acme)))
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture
def bearer(acme: Company) -> dict[str, str]:
    with acting_in(acme.tenant.id):
        made = make_key(
            acme.tenant, name="fuzz", scope=ApiKey.Scope.DECIDE, by=acme.people["ola"], at=datetime.now(UTC)
        )
    return {"Authorization": f"Bearer {made.secret}"}


def test_every_operation_answers_as_described(
    api: schemathesis.BaseSchema, bearer: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.api.authentication import KeyThrottle

    monkeypatch.setattr(KeyThrottle, "THROTTLE_RATES", {"key": "100000/min"})
    operations = [found.ok() for found in api.get_all_operations()]
    assert len(operations) >= 9

    for operation in operations:

        @settings(
            max_examples=15,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def walk(case: schemathesis.Case) -> None:
            answer = case.call(headers=bearer)
            assert answer.status_code < 500, (case.method, case.path, answer.text)
            case.validate_response(
                answer, checks=[not_a_server_error, response_schema_conformance, status_code_conformance]
            )

        walk()


def test_the_description_is_complete_without_a_warning() -> None:
    told = subprocess.run(
        [sys.executable, "manage.py", "spectacular", "--validate", "--fail-on-warn"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stderr


def test_without_a_key_every_operation_says_401(api: schemathesis.BaseSchema) -> None:
    for found in api.get_all_operations():
        operation = found.ok()
        if operation.path.endswith("openapi.json"):
            continue
        case = operation.Case(path_parameters={"filing_id": "00000000-0000-4000-8000-000000000000"})
        assert case.call().status_code == 401, operation.label
