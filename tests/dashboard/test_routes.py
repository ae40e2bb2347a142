"""Every address of a company, walked by a stranger, by nobody, and by roles that may and may not."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.filings.states import State
from apps.tenants.context import acting_in
from apps.tenants.models import Membership
from apps.tenants.roles import May, Role, may
from tests.factories import Company, make_acme, make_document, make_filing, make_globex, make_stripe_connection
from tests.tenants.signed_in import signed_in

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Route:
    """A named address and the names of its parameters."""

    name: str
    parameters: tuple[str, ...]
    view: Any


def routes() -> list[Route]:
    return list(_below(get_resolver().url_patterns, ()))


def _below(patterns: list[Any], inherited: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        names = (*inherited, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, names)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield Route(pattern.name, names, pattern.callback)


COMPANY_ROUTES = [route for route in routes() if "tenant_id" in route.parameters]


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.MFA_REQUIRED = False


@dataclass(frozen=True)
class Scene:
    """Acme with one of everything that has an address, and Globex beside it."""

    acme: Company
    globex: Company
    objects: dict[str, uuid.UUID]


@pytest.fixture
def scene(db: None) -> Scene:
    acme = make_acme()
    with acting_in(acme.tenant.id):
        filing = make_filing(make_document(make_stripe_connection(acme)), state=State.READY)
        membership = Membership.objects.get(user=acme.people["jan"])
    return Scene(acme, make_globex(), {"filing_id": filing.id, "membership_id": membership.id})


def address(route: Route, tenant_id: uuid.UUID, objects: dict[str, uuid.UUID]) -> str:
    values = {name: objects.get(name, uuid.uuid4()) for name in route.parameters if name != "tenant_id"}
    return reverse(route.name, kwargs={"tenant_id": tenant_id, **values})


def client_of(company: Company, name: str) -> Client:
    return signed_in(company.people[name], raise_request_exception=True)


def test_every_address_of_a_company_states_what_it_needs() -> None:
    assert len(COMPANY_ROUTES) > 15
    assert [
        route.name for route in COMPANY_ROUTES if not isinstance(getattr(route.view, "permission", None), May)
    ] == []


@pytest.mark.parametrize("route", COMPANY_ROUTES, ids=lambda route: route.name)
@pytest.mark.parametrize("method", METHODS)
def test_a_stranger_finds_nothing(scene: Scene, route: Route, method: str) -> None:
    ewa = client_of(scene.globex, "ewa")

    answer = getattr(ewa, method)(address(route, scene.acme.tenant.id, scene.objects))

    assert answer.status_code in ({404} if method in _methods(route) else {404, 405})


@pytest.mark.parametrize("route", COMPANY_ROUTES, ids=lambda route: route.name)
def test_objects_of_another_company_are_not_found_under_ones_own(scene: Scene, route: Route) -> None:
    if len(route.parameters) == 1:
        return
    ewa = client_of(scene.globex, "ewa")
    place = address(route, scene.globex.tenant.id, scene.objects)

    for method in ("get", "post"):
        assert getattr(ewa, method)(place).status_code in {404, 405}


@pytest.mark.parametrize("route", COMPANY_ROUTES, ids=lambda route: route.name)
def test_nobody_is_sent_to_the_sign_in(scene: Scene, route: Route) -> None:
    for method in ("get", "post"):
        answer = getattr(Client(), method)(address(route, scene.acme.tenant.id, scene.objects))
        assert answer.status_code == 405 or (
            answer.status_code == 302 and answer["Location"].startswith("/account/login/")
        )


@pytest.mark.parametrize("role", list(Role), ids=str)
@pytest.mark.parametrize("route", COMPANY_ROUTES, ids=lambda route: route.name)
def test_a_role_gets_exactly_what_the_table_says(scene: Scene, route: Route, role: Role) -> None:
    with acting_in(scene.acme.tenant.id):
        Membership.objects.filter(user=scene.acme.people["jan"]).update(role=role)
    jan = client_of(scene.acme, "jan")
    allowed = may(role, route.view.permission)

    for method in ("get", "post"):
        answer = getattr(jan, method)(address(route, scene.acme.tenant.id, scene.objects))
        if answer.streaming:
            assert b"".join(answer.streaming_content)
        assert answer.status_code < 500
        if answer.status_code != 405:
            assert (answer.status_code == 403) is not allowed


def _methods(route: Route) -> set[str]:
    """What the view answers to, found by asking it as nobody: 405 comes before the question who asks."""
    place = address(route, uuid.uuid4(), {})
    return {method for method in METHODS if getattr(Client(), method)(place).status_code != 405}
