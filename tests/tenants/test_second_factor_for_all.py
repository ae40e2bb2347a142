"""A company may ask a second factor of everybody: accountants and viewers are then led to set one up."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from apps.audit.models import AuditEntry
from apps.tenants.context import acting_in
from apps.tenants.models import Membership, Tenant
from apps.tenants.roles import Role
from tests.factories import Company
from tests.tenants.signed_in import signed_in, with_totp

SET_UP = "/account/2fa/"


def ask(client: Client, company: Company, of_all: str = "1") -> Any:
    return client.post(f"/c/{company.tenant.id}/settings/people/second-factor/", {"of_all": of_all})


def told(company: Company) -> list[str]:
    with acting_in(company.tenant.id):
        entries = AuditEntry.objects.filter(event__startswith="settings.second_factor").order_by("sequence")
        return list(entries.values_list("event", flat=True))


def test_when_an_owner_asks_it_of_everybody_a_viewer_is_led_to_set_it_up(acme: Company, globex: Company) -> None:
    with_totp(acme.people["ola"])
    ola, jan = signed_in(acme.people["ola"]), signed_in(acme.people["jan"])
    overview = f"/c/{acme.tenant.id}/"
    assert jan.get(overview).status_code == 200

    assert ask(ola, acme).status_code == 302

    assert jan.get(overview)["Location"] == SET_UP
    assert jan.get(f"{overview}documents/")["Location"] == SET_UP
    with_totp(acme.people["jan"])
    assert jan.get(overview).status_code == 200
    assert told(acme) == ["settings.second_factor_for_all"]
    with acting_in(globex.tenant.id):
        assert not Tenant.objects.get().second_factor_for_all


def test_it_can_be_taken_back_and_asked_twice_changes_nothing(acme: Company) -> None:
    with_totp(acme.people["ola"])
    ola = signed_in(acme.people["ola"])
    for of_all in ("1", "1", "0", "0"):
        ask(ola, acme, of_all)

    assert told(acme) == ["settings.second_factor_for_all", "settings.second_factor_not_for_all"]
    assert signed_in(acme.people["jan"]).get(f"/c/{acme.tenant.id}/").status_code == 200


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.VIEWER])
def test_only_an_owner_may_ask_it(acme: Company, role: Role) -> None:
    with acting_in(acme.tenant.id):
        Membership.objects.filter(user=acme.people["jan"]).update(role=role)
    with_totp(acme.people["jan"])

    assert ask(signed_in(acme.people["jan"]), acme).status_code == 403
    assert told(acme) == []


def test_recovery_codes_alone_are_no_second_factor(acme: Company, settings: Any) -> None:
    settings.MFA_REQUIRED = False  # as an operator may; what a company asks holds all the same
    with acting_in(acme.tenant.id):
        Tenant.objects.update(second_factor_for_all=True)
    Authenticator.objects.create(
        user=acme.people["jan"], type=Authenticator.Type.RECOVERY_CODES, data={"migrated_codes": []}
    )

    assert signed_in(acme.people["jan"]).get(f"/c/{acme.tenant.id}/")["Location"] == SET_UP


def test_owners_see_who_has_none(acme: Company) -> None:
    with_totp(acme.people["ola"])

    page = signed_in(acme.people["ola"]).get(f"/c/{acme.tenant.id}/settings/people/").content.decode()

    assert page.count("no second factor") == 1
    assert page.index("jan@example.pl") < page.index("no second factor")


@pytest.mark.django_db
def test_a_web_that_does_not_know_the_choice_yet_can_still_found_a_company() -> None:
    """During an upgrade the web of before inserts rows without this column."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a "
            "JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
            "WHERE a.attrelid = 'tenants_tenant'::regclass AND a.attname = 'second_factor_for_all'"
        )
        assert cursor.fetchall() == [("false",)]
