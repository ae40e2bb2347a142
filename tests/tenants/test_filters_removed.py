"""Takes the filters away, each in the program's text; and the walls behind them, so that the filters stand alone.

Together with test_walls_removed.py: neither the walls nor the filters lean on the other without a test that notices.
"""

import ast
import os
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from django.test import Client

from apps.filings.models import Filing, FilingXml, Upo
from apps.filings.states import State
from apps.tenants import context
from apps.tenants.context import acting_in
from apps.tenants.models import ApiKey
from tests.api.test_documents import key_of, program
from tests.api.test_matrix import COMPANY as API_ROUTES
from tests.api.test_matrix import ask, implemented, place_of
from tests.dashboard.test_routes import COMPANY_ROUTES, Scene, address, client_of
from tests.factories import make_acme, make_document, make_filing, make_globex, make_stripe_connection
from tests.tenants.filters import queries, sources, tenant_models
from tests.tenants.walls import WALLED

# Bound in a way that this reading of the text does not see.
BOUND_OTHERWISE = {"apps/filings/collect.py": "Upo.objects by **key, whose first part is the tenant"}
SAID = "Zofia Kanarek"


def unbound(place: str, tree: ast.Module) -> set[str]:
    found = queries(place, tree, tenant_models())
    return {query.place for query in found if not query.is_bound()} if place not in BOUND_OTHERWISE else set()


def test_every_query_names_its_company_or_a_row_of_it() -> None:
    assert sorted(place for path, text in sources().items() for place in unbound(path, ast.parse(text))) == []


def test_every_removal_of_a_tenant_filter_is_noticed() -> None:
    removed, unnoticed = 0, []
    for path, text in sources().items():
        tree = ast.parse(text)
        for query in list(queries(path, tree, tenant_models())):
            if query.is_held_otherwise():
                continue
            ((call, keyword),) = query.filters()
            call.keywords.remove(keyword)
            removed += 1
            if query.place not in unbound(path, tree):
                unnoticed.append(f"{query.place} {keyword.arg}")
            call.keywords.append(keyword)

    assert unnoticed == []
    assert removed > 100


def test_only_one_file_says_whose_rows_are_seen() -> None:
    """Nothing else sets the company of a transaction, so that leaving acting_in() out can only close, never open."""
    setting = re.compile(r"ksefkit\.(tenant|user)\b|set_config|SET (LOCAL )?(ROLE|SESSION)", re.IGNORECASE)

    found = {path for path, text in sources().items() if setting.search(text)}

    # The second one sets, in the statement that stores an event, the company of the address that Stripe called.
    assert found == {"apps/tenants/context.py", "apps/stripe_intake/receive.py", "apps/tenants/rls.py"}


@pytest.fixture
def two_companies(transactional_db: None, settings: Any) -> Scene:
    settings.MFA_REQUIRED = False
    acme, globex = make_acme(), make_globex()
    for company, buyer in ((acme, SAID), (globex, "Globex Customer")):
        with acting_in(company.tenant.id):
            document = make_document(make_stripe_connection(company), number=f"{buyer}-1")
            filing = make_filing(document, state=State.READY)
            type(filing).objects.filter(pk=filing.pk).update(buyer_name=buyer, **_evidence(filing))
            if company is acme:
                theirs = filing.pk
    return Scene(acme, globex, {"filing_id": theirs, "membership_id": theirs})


def _evidence(filing: Filing) -> dict[str, Any]:
    """An XML and a receipt, so that their addresses have something to give."""
    bytes_of: dict[str, Any] = {"content": b"<x/>", "sha256": b"x" * 32}
    tenant_id, number = filing.tenant_id, str(filing.pk)
    xml = FilingXml.objects.create(
        tenant_id=tenant_id, filing=filing, issue_date=date(2026, 11, 21), built_at=filing.opened_at, **bytes_of
    )
    upo = Upo.objects.create(
        tenant_id=tenant_id,
        kind="own",
        ksef_number=number,
        received_at=filing.opened_at,
        document_count=1,
        hash_confirmed=True,
        **bytes_of,
    )
    return {"xml": xml, "upo": upo}


@pytest.fixture
def walls_down(two_companies: Scene) -> Iterator[None]:
    """The database without row-level security; this worker's copy of it is thrown away in the end."""
    name = os.environ["DATABASE_URL"].rpartition("/")[2]
    administrator = f"{os.environ['TEST_DATABASE_ADMIN_URL'].rpartition('/')[0]}/{name}"
    with psycopg.connect(administrator, autocommit=True) as database:
        tables = [name for (name,) in database.execute(f"SELECT c.relname FROM pg_class c WHERE {WALLED}")]
        for table in tables:
            database.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        yield
        for table in tables:
            database.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def pages_of(client: Client, scene: Scene) -> Iterator[tuple[str, Any]]:
    for route in COMPANY_ROUTES:
        if len(route.parameters) == 1:
            yield route.name, client.get(address(route, scene.globex.tenant.id, {}))


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def test_with_the_walls_down_the_filters_alone_show_nothing_of_another_company(
    two_companies: Scene, walls_down: None
) -> None:
    ewa = client_of(two_companies.globex, "ewa")

    shown = dict(pages_of(ewa, two_companies))

    assert b"Globex Customer" in body(shown["documents"]), "there is something to see"
    assert [name for name, answer in shown.items() if answer.status_code < 400 and SAID.encode() in body(answer)] == []
    assert [name for name, answer in shown.items() if answer.status_code >= 500] == []


def test_with_the_walls_down_foreign_objects_are_still_not_found(two_companies: Scene, walls_down: None) -> None:
    ewa = client_of(two_companies.globex, "ewa")
    key = program(key_of(two_companies.globex, ApiKey.Scope.DECIDE))
    found = []
    for route in COMPANY_ROUTES:
        if len(route.parameters) > 1:
            place = address(route, two_companies.globex.tenant.id, two_companies.objects)
            found += [place for answer in (ewa.get(place), ewa.post(place)) if answer.status_code not in {404, 405}]
    for route in API_ROUTES:
        place = place_of(route, two_companies.objects["filing_id"])
        if route.parameters:
            found += [place for method in implemented(route) if ask(key, method, place) != 404]
        else:
            found += [place for answer in [key.get(place)] if SAID in answer.content.decode()]

    assert found == []


def test_without_its_context_no_page_and_no_call_shows_a_row(
    two_companies: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same as removing every acting_in() of the company at once: what is left shows nothing, not more."""
    ewa = client_of(two_companies.globex, "ewa")
    ewa.raise_request_exception = False
    key = program(key_of(two_companies.globex, ApiKey.Scope.AUDIT))
    key.raise_request_exception = False
    calls = [place_of(route, two_companies.objects["filing_id"]) for route in API_ROUTES]
    really = context._set_local

    def forget(name: str, value: str) -> None:
        if value != str(two_companies.globex.tenant.id):
            really(name, value)

    monkeypatch.setattr(context, "_set_local", forget)
    answers = [answer for _, answer in pages_of(ewa, two_companies)]

    shown = [body(answer).decode(errors="replace") for answer in answers if answer.status_code == 200]
    assert not [text for text in shown if SAID in text or "Globex Customer" in text]
    assert {key.get(place).status_code for place in calls} == {401}
