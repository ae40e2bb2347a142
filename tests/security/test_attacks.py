"""What an outside tester tried: hostile values at every address, forms without tokens, people who were let go."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from apps.filings.models import Filing, FilingXml
from apps.filings.states import State
from apps.tenants.context import acting_in
from apps.tenants.models import ApiKey, Invitation, Membership
from apps.tenants.people import InvitationUnusable, accept, change_role, invite, remove
from apps.tenants.roles import Role
from tests.api.test_documents import JSON, key_of, program
from tests.dashboard.test_routes import COMPANY_ROUTES, address, routes
from tests.factories import Company, make_document, make_filing, make_stripe_connection, make_user
from tests.tenants.signed_in import signed_in

PASSWORD = "correct horse battery staple"
DECISIONS = ("api_retry", "api_exclude", "api_statements")


@pytest.fixture
def ola(acme: Company, settings: Any) -> Client:
    settings.MFA_REQUIRED = False
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    return signed_in(acme.people["ola"], raise_request_exception=False)


@pytest.fixture
def filing(acme: Company) -> Filing:
    with acting_in(acme.tenant.id):
        return make_filing(make_document(make_stripe_connection(acme)), state=State.HELD)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_nul_is_refused_at_every_address_of_a_company(
    acme: Company, ola: Client, filing: Filing, method: str
) -> None:
    codes = {
        route.name: getattr(ola, method)(
            address(route, acme.tenant.id, {"filing_id": filing.id}), {"q": "a\0b"}
        ).status_code
        for route in COMPANY_ROUTES
    }

    assert set(codes.values()) == {400, 405}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_at_the_ends_of_time_break_no_page(acme: Company, ola: Client, day: str) -> None:
    given = {"since": day, "until": day, "month": day[:7]}

    codes = {
        name: ola.get(reverse(name, args=[acme.tenant.id]), given).status_code
        for name in ("documents", "completeness", "completeness_csv", "month_amounts", "audit", "audit_csv")
    }

    assert set(codes.values()) == {200}, codes


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"reason": "x", "kind": "set_buyer_name", "values": {"name": "a\\u0000b"}}',
        '{"reason": "a\\u0000b"}',
        '{"reason": "\\ud800", "kind": "set_buyer_name", "values": {"name": "\\ud800"}}',
        '{"reason": NaN}',
        "null",
        "9" * 5_000,
    ],
    ids=[
        "deep list",
        "deep object",
        "nul in a value",
        "nul",
        "half a character",
        "not a number",
        "null",
        "long number",
    ],
)
@pytest.mark.parametrize("name", DECISIONS)
def test_hostile_json_is_the_senders_fault(acme: Company, filing: Filing, name: str, body: str) -> None:
    client = program(key_of(acme, ApiKey.Scope.DECIDE))
    client.raise_request_exception = False

    code = client.post(reverse(name, args=[filing.id]), body, content_type=JSON).status_code

    assert code == 400 or name == "api_retry"
    assert code < 500


def test_no_address_takes_a_change_without_the_forms_token(acme: Company, ola: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = ola.cookies
    taken, asked = [], 0
    for route in routes():
        given = {name: uuid.uuid4() if name.endswith("_id") else "x" for name in route.parameters}
        try:
            place = reverse(route.name, kwargs=given | ({"tenant_id": acme.tenant.id} if "tenant_id" in given else {}))
        except NoReverseMatch:
            continue  # Stripe's webhook, which is signed instead
        asked += 1
        for method in ("post", "put", "patch", "delete"):
            # A session opens nothing in the API: 401.
            expected = {401} if place.startswith("/api/") else {403, 405}
            if getattr(strict, method)(place).status_code not in expected:
                taken.append((route.name, method))

    assert asked > 60
    assert set(taken) <= {("api_schema", method) for method in ("post", "put", "patch", "delete")}


def test_a_number_from_stripe_puts_nothing_into_a_header(acme: Company, ola: Client, filing: Filing) -> None:
    with acting_in(acme.tenant.id):
        xml = FilingXml.objects.create(
            tenant=acme.tenant, filing=filing, content=b"<x/>", sha256=b"x" * 32,
            issue_date=filing.opened_at.date(), built_at=filing.opened_at,
        )  # fmt: skip
        Filing.objects.filter(pk=filing.pk).update(xml=xml, number='FV"\r\nSet-Cookie: a=b; ../../x')

    answer = ola.get(reverse("document_xml", args=[acme.tenant.id, filing.id]))

    name = answer["Content-Disposition"].removeprefix('attachment; filename="').removesuffix('"')
    assert answer.status_code == 200
    assert not set(name) & set('"\r\n/\\;: ')


def test_a_session_that_was_planted_is_not_the_one_that_signs_in(acme: Company, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    visitor = Client()
    session = visitor.session
    session["planted"] = True
    session.save()
    visitor.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)

    visitor.post("/account/login/", {"login": "jan@example.pl", "password": PASSWORD})

    assert visitor.get(f"/c/{acme.tenant.id}/").status_code == 200
    assert visitor.session.session_key != str(session.session_key)


def test_a_stolen_session_ends_when_the_password_changes(acme: Company, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    jan, thief = Client(), Client()
    for client in (jan, thief):
        client.post("/account/login/", {"login": "jan@example.pl", "password": PASSWORD})
    assert thief.get(f"/c/{acme.tenant.id}/").status_code == 200
    new = "zielony rower jedzie noca"

    jan.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert thief.get(f"/c/{acme.tenant.id}/").status_code == 302
    assert jan.get(f"/c/{acme.tenant.id}/").status_code == 200


@pytest.mark.parametrize("how", ["removed", "demoted"])
def test_whoever_is_let_go_does_not_come_back_by_an_invitation_they_made(acme: Company, how: str) -> None:
    now, ola, jan = timezone.now(), acme.people["ola"], acme.people["jan"]
    with acting_in(acme.tenant.id):
        Membership.objects.filter(user=jan).update(role=Role.OWNER)
        own = invite(acme.tenant, email="private@example.pl", role=Role.OWNER, by=jan, at=now)
        other = invite(acme.tenant, email="new@example.pl", role=Role.VIEWER, by=ola, at=now)
        membership = Membership.objects.get(user=jan)
        if how == "removed":
            remove(membership, by=ola, at=now)
        else:
            change_role(membership, role=Role.VIEWER, by=ola, at=now)

    with pytest.raises(InvitationUnusable):
        accept(own.secret, by=make_user("private"), at=now)
    with acting_in(acme.tenant.id):
        assert Invitation.objects.get(withdrawn_at__isnull=True).pk == other.invitation.pk
