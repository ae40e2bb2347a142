"""Connections are shared: by requests one after another, by threads, and by a pooler between transactions."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection, connections, models

from apps.tenants.context import acting_as, acting_in, current_tenant
from apps.tenants.models import Membership, Tenant
from tests.factories import Company, make_acme, make_document, make_filing, make_globex, make_stripe_connection
from tests.tenants.signed_in import signed_in

SWITCHES = 10_000
FUZZED = 20_000


class Stumble(Exception):
    """A piece of work that fails in the middle."""


@pytest.fixture
def two(transactional_db: None) -> tuple[Company, Company]:
    return make_acme(), make_globex()


def test_ten_thousand_switches_with_failures_never_show_another_tenant(two: tuple[Company, Company]) -> None:
    chance = random.Random(6)
    companies = [company.tenant.id for company in two]

    for turn in range(SWITCHES):
        _visit(chance.choice(companies), fails=chance.random() < 0.3)
        if turn % 50 == 0:
            assert _visible() == set()
            assert current_tenant() is None

    assert _visible() == set()


def test_workers_side_by_side_see_only_their_own_tenant(two: tuple[Company, Company]) -> None:
    def work(seed: int) -> int:
        chance = random.Random(seed)
        try:
            for _ in range(400):
                _visit(chance.choice([company.tenant.id for company in two]), fails=chance.random() < 0.3)
            return len(_visible())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        assert list(workers.map(work, range(4))) == [0, 0, 0, 0]


@pytest.fixture
def pooled(two: tuple[Company, Company]) -> Iterator[Iterator[Any]]:
    """Three server connections handed out in turn, as a pooler in transaction mode does."""
    raw = []
    for _ in range(3):
        connection.close()
        connection.connect()
        raw.append(connection.connection)
        connection.connection = None
    yield cycle(raw)
    connection.connection = None
    for server in raw:
        server.close()


def test_every_transaction_on_another_server_connection_sees_its_own_tenant(
    pooled: Iterator[Any], two: tuple[Company, Company]
) -> None:
    chance = random.Random(7)
    used = set()

    for _ in range(1_000):
        connection.connection = next(pooled)
        used.add(id(connection.connection))
        _visit(chance.choice([company.tenant.id for company in two]), fails=chance.random() < 0.3)
        connection.connection = next(pooled)
        assert _visible() == set()

    assert len(used) == 3


def test_a_person_between_transactions_leaves_nothing_behind(two: tuple[Company, Company]) -> None:
    for company in two * 50:
        person = next(iter(company.people.values()))
        with acting_as(person.id):
            assert {membership.user_id for membership in Membership.objects.all()} == {person.id}
        assert Membership.objects.count() == 0


def test_twenty_thousand_guessed_ids_find_nothing(acme: Company, globex: Company) -> None:
    with acting_in(acme.tenant.id):
        make_filing(make_document(make_stripe_connection(acme)))
    known = _ids_of(acme.tenant.id)
    assert len(known) >= 6
    guesses = _guesses(known, FUZZED)
    models_with_uuid = [model for model in _tenant_models() if isinstance(model._meta.pk, models.UUIDField)]

    with acting_in(globex.tenant.id):
        for model in models_with_uuid:
            for start in range(0, FUZZED, 4_000):
                assert not model._default_manager.filter(pk__in=guesses[start : start + 4_000]).exists()


def test_guessed_ids_over_http_are_all_not_found(acme: Company, globex: Company, settings: Any) -> None:
    settings.MFA_REQUIRED = False
    with acting_in(acme.tenant.id):
        make_filing(make_document(make_stripe_connection(acme)))
    ewa = signed_in(globex.people["ewa"])

    for guess in _guesses(_ids_of(acme.tenant.id), 40):
        assert ewa.get(f"/c/{globex.tenant.id}/documents/{guess}/").status_code == 404
        assert ewa.get(f"/c/{guess}/documents/").status_code == 404


def _visit(tenant_id: UUID, *, fails: bool) -> None:
    try:
        with acting_in(tenant_id):
            assert _visible() == {tenant_id}
            if fails:
                raise Stumble
    except Stumble:
        pass


def _visible() -> set[UUID]:
    return set(Tenant.objects.values_list("id", flat=True))


def _tenant_models() -> list[type[models.Model]]:
    hidden = {"connections_stripeclaim"}
    return [
        model
        for model in apps.get_models()
        if any(field.column == "tenant_id" for field in model._meta.concrete_fields)
        and model._meta.db_table not in hidden
    ]


def _ids_of(tenant_id: UUID) -> list[UUID]:
    with acting_in(tenant_id):
        return [tenant_id] + [
            pk
            for model in _tenant_models()
            for pk in model._default_manager.values_list("pk", flat=True)
            if isinstance(pk, UUID)
        ]


def _guesses(known: list[UUID], count: int) -> list[UUID]:
    """The real ids themselves, their neighbours, and random ones."""
    chance = random.Random(8)
    near = [UUID(int=(chance.choice(known).int + chance.randint(-3, 3)) % (1 << 128)) for _ in range(count // 2)]
    guesses = known + near
    return guesses + [uuid4() for _ in range(count - len(guesses))]
