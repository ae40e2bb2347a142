"""The API's matrix, made from the router: every address and method x every scope x objects of another company."""

import uuid

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from apps.api.authentication import KeyThrottle
from apps.api.views import TenantView
from apps.filings.states import State
from apps.tenants.api_keys import ALLOWS
from apps.tenants.context import acting_in
from apps.tenants.models import ApiKey
from apps.tenants.roles import May
from tests.api.test_documents import JSON, key_of, program
from tests.dashboard.test_routes import METHODS, Route, routes
from tests.factories import Company, make_document, make_filing, make_stripe_connection

OPEN = {"api_schema"}
API = [route for route in routes() if route.name.startswith("api_") and "tenant_id" not in route.parameters]
COMPANY = [route for route in API if route.name not in OPEN]
SENT = {"reason": "x", "kind": "set_buyer_name", "values": {"name": "Beta"}}


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(KeyThrottle, "THROTTLE_RATES", {"key": "100000/min"})


@pytest.fixture
def filing_id(acme: Company) -> uuid.UUID:
    with acting_in(acme.tenant.id):
        return make_filing(make_document(make_stripe_connection(acme)), state=State.READY).id


def ask(client: Client, method: str, place: str) -> int:
    return int(getattr(client, method)(place, SENT if method != "get" else None, content_type=JSON).status_code)


def implemented(route: Route) -> set[str]:
    return {method for method in METHODS if hasattr(route.view.cls, method)}


def place_of(route: Route, filing_id: uuid.UUID) -> str:
    return reverse(route.name, kwargs=dict.fromkeys(route.parameters, filing_id))


def test_every_address_states_what_each_of_its_methods_needs() -> None:
    assert len(COMPANY) >= 9
    for route in COMPANY:
        assert issubclass(route.view.cls, TenantView), route.name
        needs = route.view.cls.needs
        assert implemented(route) <= {name.lower() for name in needs}, route.name
        assert all(isinstance(need, May) for need in needs.values()), route.name
        assert all(need in {May.READ, May.READ_AUDIT} for name, need in needs.items() if name in {"GET", "HEAD"})
        assert needs.get("POST", May.DECIDE) != May.READ, route.name


@pytest.mark.parametrize("scope", list(ApiKey.Scope), ids=str)
@pytest.mark.parametrize("route", COMPANY, ids=lambda route: route.name)
def test_a_scope_gets_exactly_what_the_table_says(
    acme: Company, filing_id: uuid.UUID, route: Route, scope: ApiKey.Scope
) -> None:
    client = program(key_of(acme, scope))

    for method in METHODS:
        code = ask(client, method, place_of(route, filing_id))
        assert code < 500
        if method not in implemented(route):
            assert code == 405
        else:
            assert (code == 403) is (route.view.cls.needs[method.upper()] not in ALLOWS[scope])


@pytest.mark.parametrize("route", [route for route in COMPANY if route.parameters], ids=lambda route: route.name)
def test_objects_of_another_company_are_not_found(globex: Company, filing_id: uuid.UUID, route: Route) -> None:
    client = program(key_of(globex, ApiKey.Scope.DECIDE))

    for method in implemented(route):
        assert ask(client, method, place_of(route, filing_id)) == 404


@pytest.mark.parametrize("route", COMPANY, ids=lambda route: route.name)
def test_without_a_key_nothing_answers(filing_id: uuid.UUID, route: Route) -> None:
    for method in METHODS:
        assert ask(Client(), method, place_of(route, filing_id)) == 401
        cache.clear()
