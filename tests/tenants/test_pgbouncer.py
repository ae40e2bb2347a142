"""Tenants through a real PgBouncer in transaction mode: two server connections, shared by everybody in turn.

Skipped only where there is no pgbouncer (apt-get install pgbouncer); `make test` installs it where it may.
"""

import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections

from apps.audit.record import record
from apps.audit.verify import verify
from apps.documents.models import SourceDocument
from apps.filings.states import State
from apps.tenants.context import acting_as, acting_in
from apps.tenants.models import Membership, Tenant
from apps.tenants.platform import tenant_ids
from tests.factories import Company, make_acme, make_document, make_globex, make_stripe_connection
from tests.filings.conftest import ksef
from tests.filings.house import SECOND, Ksef, connect
from tests.tenants.pooler import PGBOUNCER, SERVERS, pooler

__all__ = ["ksef"]  # a fixture of the engine's tests
ROOT = Path(__file__).resolve().parents[2]
needs_pgbouncer = pytest.mark.skipif(PGBOUNCER is None, reason="there is no pgbouncer: apt-get install pgbouncer")


class Stumble(Exception):
    """A piece of work that fails in the middle."""


@pytest.fixture
def pooled(transactional_db: None) -> Iterator[str]:
    """Every connection of this process goes through the pooler; the address of the pooled database."""
    chosen = settings.DATABASES["default"]
    before = dict(connection.settings_dict)
    url = f"postgres://{chosen['USER']}:{chosen['PASSWORD']}@{chosen['HOST']}:{chosen['PORT']}/{chosen['NAME']}"
    with pooler(url) as port:
        _go_to({"HOST": "127.0.0.1", "PORT": str(port)})
        try:
            yield urlunsplit(urlsplit(url)._replace(netloc=f"{chosen['USER']}:{chosen['PASSWORD']}@127.0.0.1:{port}"))
        finally:
            _go_to({name: before[name] for name in ("HOST", "PORT")})


def _go_to(place: dict[str, str]) -> None:
    connections.close_all()
    # Threads make their connections from the settings, this one has its own copy.
    connections.settings["default"].update(place)
    connection.settings_dict.update(place)


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def visible() -> set[UUID]:
    return set(Tenant.objects.values_list("id", flat=True))


@needs_pgbouncer
def test_the_pooler_really_shares_its_servers_so_that_what_a_session_sets_is_seen_by_strangers(pooled: str) -> None:
    """The control: were our tenant set for the session, the tests below would fail."""
    with psycopg.connect(pooled, autocommit=True) as one, psycopg.connect(pooled, autocommit=True) as other:
        for _ in range(4):
            one.execute("SELECT set_config('probe.left', 'behind', false)")
        seen = {other.execute("SELECT current_setting('probe.left', true)").fetchone() for _ in range(4)}

    assert ("behind",) in seen


@needs_pgbouncer
def test_prepared_statements_would_fail_here_and_ours_are_off(pooled: str) -> None:
    """The other control: with psycopg's own default of preparing, a stranger's server does not know the statement."""
    with (
        psycopg.connect(pooled, prepare_threshold=0) as one,
        psycopg.connect(pooled, prepare_threshold=0) as other,
        pytest.raises(psycopg.Error),
    ):
        _ask_in_turn(one, other)

    assert connection.settings_dict["OPTIONS"]["prepare_threshold"] is None
    assert connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]


def _ask_in_turn(*clients: "psycopg.Connection[tuple[Any, ...]]") -> None:
    for client in clients * 10:
        client.execute("SELECT %s::int", [1])
        client.commit()


@needs_pgbouncer
def test_eight_workers_on_two_servers_see_only_their_own_tenant(pooled: str) -> None:
    companies = [company.tenant.id for company in (make_acme(), make_globex())]

    def work(seed: int) -> tuple[set[int], int]:
        chance, used = random.Random(seed), set()
        try:
            for _ in range(150):
                tenant_id = chance.choice(companies)
                try:
                    with acting_in(tenant_id):
                        assert visible() == {tenant_id}
                        used.add(backend())
                        if chance.random() < 0.3:
                            raise Stumble
                except Stumble:
                    pass
                assert visible() == set(), "nothing is left for whoever comes next"
            return used, len(visible())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as workers:
        told = list(workers.map(work, range(8)))

    assert {left for _, left in told} == {0}
    backends = set().union(*(used for used, _ in told))
    assert len(backends) == SERVERS
    assert max(len(used) for used, _ in told) == SERVERS, "a client really was handed from server to server"


@needs_pgbouncer
def test_people_and_the_platform_leave_nothing_behind(pooled: str) -> None:
    acme, globex = make_acme(), make_globex()

    for company in [acme, globex] * 20:
        person = next(iter(company.people.values()))
        with acting_as(person.id):
            assert {membership.user_id for membership in Membership.objects.all()} == {person.id}
        assert Membership.objects.count() == 0
        assert set(tenant_ids()) == {acme.tenant.id, globex.tenant.id}


@needs_pgbouncer
def test_long_lists_are_read_and_audit_chains_stay_whole(pooled: str) -> None:
    companies = (make_acme(), make_globex())
    for company in companies:
        with acting_in(company.tenant.id):
            connection_of = make_stripe_connection(company)
            for number in range(30):
                make_document(connection_of, number=f"{company.tenant.nip}-{number}")

    def write(seed: int) -> None:
        company = companies[seed % 2]
        try:
            for number in range(25):
                with acting_in(company.tenant.id):
                    record(tenant_id=company.tenant.id, event="pooled", data={"seed": seed, "number": number})
                    read = list(SourceDocument.objects.order_by("number").iterator(chunk_size=7))
                    assert {document.tenant_id for document in read} == {company.tenant.id}
                    assert len(read) == 30
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(write, range(4)))

    for company in companies:
        with acting_in(company.tenant.id):
            report = verify(company.tenant.id)
        assert (report.intact, report.entries) == (True, 50)


@needs_pgbouncer
def test_a_refused_statement_leaves_the_server_clean_for_the_next(pooled: str) -> None:
    acme = make_acme()

    for _ in range(2 * SERVERS):
        with pytest.raises(DatabaseError), acting_in(acme.tenant.id), connection.cursor() as cursor:
            cursor.execute("DELETE FROM audit_auditentry")
        assert visible() == set()


@needs_pgbouncer
def test_documents_of_two_companies_are_filed_through_the_pooler(pooled: str, ksef: Ksef) -> None:
    houses = [connect(company, ksef) for company in _companies()]
    filings = [(house, house.invoice("FV-1")) for house in houses]

    houses[0].work()
    houses[1].now = houses[0].now
    houses[0].work_for(6 * SECOND)

    assert {house.state(filing) for house, filing in filings} == {State.RECEIPTED}
    assert len(ksef.accepted) == 2


def _companies() -> tuple[Company, Company]:
    return make_acme(), make_globex()


SESSION_STATE = re.compile(
    r"set_config\([^)]*,\s*false\s*\)|\bSET\s+(?:SESSION|TIME ZONE|ROLE)\b|pg_(?:try_)?advisory_lock\(|\bLISTEN\b"
)


def test_no_program_of_ours_keeps_state_in_a_session() -> None:
    """What a pooler in transaction mode cannot carry: settings and locks of a session, listening."""
    found = [
        f"{path.relative_to(ROOT)}: {told.group()}"
        for room in ("apps", "ksefkit")
        for path in sorted((ROOT / room).rglob("*.py"))
        if "simulator" not in str(path)
        for told in SESSION_STATE.finditer(path.read_text())
    ]

    assert found == []
    for session in ("SELECT set_config('a', %s, false)", "SELECT pg_advisory_lock(1)", "SET ROLE x", "LISTEN bell"):
        assert SESSION_STATE.search(session)
    assert not SESSION_STATE.search("SELECT set_config(%s, %s, true); SELECT pg_advisory_xact_lock(1)")
