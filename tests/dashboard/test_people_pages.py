"""What an owner does about people: end their sessions, review their access, invite; and what the invited are told."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.audit.record import PLATFORM
from apps.audit.words import with_words
from apps.tenants.api_keys import find_key, make_key
from apps.tenants.context import acting_in
from apps.tenants.models import ApiKey, Invitation, Membership
from apps.tenants.roles import Role
from tests.factories import Company, make_user
from tests.tenants.signed_in import signed_in


@pytest.fixture
def ola(acme: Company, settings: Any) -> Client:
    settings.MFA_REQUIRED = False
    return signed_in(acme.people["ola"])


def settings_of(company: Company, place: str) -> str:
    return f"/c/{company.tenant.id}/settings/{place}"


def membership_of(company: Company, name: str) -> Membership:
    with acting_in(company.tenant.id):
        return Membership.objects.get(user=company.people[name])


def visiting(company: Company, name: str) -> Client:
    client = signed_in(company.people[name])
    assert client.get(f"/c/{company.tenant.id}/").status_code == 200
    return client


def is_out(client: Client, company: Company) -> bool:
    return str(client.get(f"/c/{company.tenant.id}/").headers.get("Location", "")).startswith("/account/login/")


def test_an_owner_ends_every_session_of_a_member_and_of_nobody_else(ola: Client, acme: Company) -> None:
    laptop, phone = visiting(acme, "jan"), visiting(acme, "jan")

    ola.post(settings_of(acme, f"people/{membership_of(acme, 'jan').id}/sign-out/"))

    assert is_out(laptop, acme)
    assert is_out(phone, acme)
    assert not is_out(ola, acme)
    with acting_in(acme.tenant.id):
        entry = AuditEntry.objects.get(event="person.sessions_ended")
    assert (entry.actor, entry.data) == (f"user:{acme.people['ola'].id}", {"count": "2"})


def test_a_stranger_cannot_end_them(ola: Client, acme: Company, globex: Company) -> None:
    jan, ewa = visiting(acme, "jan"), signed_in(globex.people["ewa"])
    place = f"people/{membership_of(acme, 'jan').id}/sign-out/"

    assert ewa.post(settings_of(acme, place)).status_code == 404
    assert ewa.post(settings_of(globex, place)).status_code == 404
    assert jan.post(settings_of(acme, place)).status_code == 403
    assert not is_out(jan, acme)


def test_the_operator_ends_the_sessions_of_one_or_of_all(ola: Client, acme: Company) -> None:
    jan = visiting(acme, "jan")
    assert not is_out(ola, acme)

    call_command("end_sessions", "JAN@example.pl", verbosity=0)
    assert (is_out(jan, acme), is_out(ola, acme)) == (True, False)

    call_command("end_sessions", "--all", verbosity=0)
    assert is_out(ola, acme)
    with pytest.raises(CommandError, match="Nobody"):
        call_command("end_sessions", "nobody@example.pl")


def test_the_operator_removes_a_lost_second_factor_and_it_is_told(acme: Company) -> None:
    TOTP.activate(acme.people["jan"], generate_totp_secret())
    jan = visiting(acme, "jan")

    call_command("reset_second_factor", "jan@example.pl", reason="called back on the known number", verbosity=0)

    assert is_out(jan, acme)
    assert not acme.people["jan"].authenticator_set.exists()
    assert mail.outbox[0].to == ["jan@example.pl"]
    with acting_in(acme.tenant.id):
        (told,) = with_words(AuditEntry.objects.filter(event="person.second_factor_removed"))
    assert told.words == {"reason": "called back on the known number"}
    with pytest.raises(CommandError, match="Nobody"):
        call_command("reset_second_factor", "nobody@example.pl", reason="x")


def test_a_stranger_at_a_companys_door_is_kept_for_the_platform(acme: Company, globex: Company) -> None:
    assert signed_in(globex.people["ewa"]).get(f"/c/{acme.tenant.id}/").status_code == 404

    with acting_in(PLATFORM):
        entry = AuditEntry.objects.get(event="permission.denied")
    assert (entry.actor, entry.data["needed"]) == (f"user:{globex.people['ewa'].id}", "membership")


def test_ending_ones_own_other_sessions_asks_for_the_password_once_more(acme: Company, settings: Any) -> None:
    here, there = visiting(acme, "jan"), visiting(acme, "jan")

    asked = here.post("/account/sessions/")
    assert asked["Location"].startswith("/account/reauthenticate/")
    assert not is_out(there, acme)
    here.post(asked["Location"], {"password": "correct horse battery staple"})

    assert is_out(there, acme)
    assert not is_out(here, acme)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"expires_at": timezone.now() - timedelta(days=1)}, "has expired"),
        ({"withdrawn_at": timezone.now()}, "was withdrawn"),
        ({"email": "other@example.pl"}, "or it was sent to another address"),
    ],
    ids=["expired", "withdrawn", "another address"],
)
def test_an_invitation_that_does_not_work_says_why_to_whom_it_was_meant_for(
    ola: Client, acme: Company, change: dict[str, Any], told: str
) -> None:
    piotr = signed_in(make_user("piotr"))
    ola.post(settings_of(acme, "people/invite/"), {"email": "piotr@example.pl", "role": "accountant"})
    (link,) = re.findall(r"http://testserver(/join/\S+/)", mail.outbox[0].body)
    with acting_in(acme.tenant.id):
        Invitation.objects.update(**change)

    assert piotr.get(link).status_code == 200, "looking at it uses nothing up"
    answer = piotr.post(link)

    assert answer.status_code == 410
    assert told in answer.content.decode()
    assert b"Acme" not in answer.content


def test_an_accepted_invitation_opens_the_company_and_its_link_is_used_up(ola: Client, acme: Company) -> None:
    piotr = signed_in(make_user("piotr"))
    ola.post(settings_of(acme, "people/invite/"), {"email": "piotr@example.pl", "role": "accountant"})
    (link,) = re.findall(r"http://testserver(/join/\S+/)", mail.outbox[0].body)

    assert piotr.post(link)["Location"] == f"/c/{acme.tenant.id}/"
    assert "was used already" in piotr.post(link).content.decode()


def test_the_review_of_access_confirms_or_removes(ola: Client, acme: Company) -> None:
    jan = membership_of(acme, "jan")
    with acting_in(acme.tenant.id):
        Membership.objects.filter(pk=jan.pk).update(created_at=timezone.now() - timedelta(days=91))
    assert "nobody has looked for 90 days" in ola.get(settings_of(acme, "people/")).content.decode()

    ola.post(settings_of(acme, f"people/{jan.id}/confirm/"))
    assert "nobody has looked for 90 days" not in ola.get(settings_of(acme, "people/")).content.decode()

    client = visiting(acme, "jan")
    ola.post(settings_of(acme, f"people/{jan.id}/remove/"))
    assert client.get(f"/c/{acme.tenant.id}/").status_code == 404


def test_an_accountants_office_sees_all_its_companies_on_one_page(
    acme: Company, globex: Company, settings: Any
) -> None:
    settings.MFA_REQUIRED = False
    office = make_user("biuro")
    for company in (acme, globex):
        with acting_in(company.tenant.id):
            Membership.objects.create(tenant=company.tenant, user=office, role="accountant")

    page = signed_in(office).get("/").content.decode()

    assert "Acme sp. z o.o." in page
    assert "Globex S.A." in page
    assert page.count(">Accountant<") == 2


@pytest.mark.parametrize(("days", "lasts"), [("90", 90), ("365", 365), ("0", None)])
def test_a_key_ends_when_its_owner_said(ola: Client, acme: Company, days: str, lasts: int | None) -> None:
    page = ola.post(settings_of(acme, "api-keys/"), {"name": "books", "scope": "audit", "days": days})

    (secret,) = set(re.findall(r"kk_[\w-]{43}", page.content.decode()))
    assert secret not in ola.get(settings_of(acme, "api-keys/")).content.decode()
    with acting_in(acme.tenant.id):
        key = ApiKey.objects.get()
    assert (key.expires_at and (key.expires_at - key.created_at).days) == lasts


def key_of(company: Company, maker: str, name: str, **columns: Any) -> str:
    with acting_in(company.tenant.id):
        made = make_key(
            company.tenant, name=name, scope=ApiKey.Scope.READ, by=company.people[maker], at=timezone.now(), **columns
        )
    return made.secret


def make_owner(company: Company, name: str) -> Membership:
    membership = membership_of(company, name)
    with acting_in(company.tenant.id):
        Membership.objects.filter(pk=membership.pk).update(role=Role.OWNER)
    return membership


@pytest.mark.parametrize("way", ["remove/", "role/"])
def test_keys_of_who_left_or_was_demoted_are_shown_and_ended_with_one_click(
    ola: Client, acme: Company, way: str
) -> None:
    jan = make_owner(acme, "jan")
    theirs, mine = key_of(acme, "jan", "Jan's books"), key_of(acme, "ola", "Warehouse")
    key_of(acme, "jan", "Old one", expires_at=timezone.now() - timedelta(days=1))
    before = ola.get(settings_of(acme, "people/")).content.decode()

    ola.post(settings_of(acme, f"people/{jan.id}/{way}"), {"role": "viewer"})
    warned = [
        ola.get(where).content.decode()
        for where in (settings_of(acme, "people/"), settings_of(acme, "api-keys/"), f"/c/{acme.tenant.id}/")
    ]
    still_works = find_key(theirs, at=timezone.now())
    ola.post(settings_of(acme, "api-keys/revoke-left-behind/"))

    assert "revoke-left-behind" not in before
    assert [page.count("<li>Jan&#x27;s books") for page in warned] == [1, 1, 1]
    assert not any("<li>Warehouse" in page or "<li>Old one" in page for page in warned)
    assert still_works
    assert find_key(theirs, at=timezone.now()) is None
    assert find_key(mine, at=timezone.now())
    assert "revoke-left-behind" not in ola.get(settings_of(acme, "people/")).content.decode()
    with acting_in(acme.tenant.id):
        entry = AuditEntry.objects.get(event="api_key.revoked")
    assert (entry.actor, entry.data["name"]) == (f"user:{acme.people['ola'].id}", "Jan's books")


def test_keys_whose_maker_is_not_known_any_more_are_shown_too_but_to_owners_only(ola: Client, acme: Company) -> None:
    key_of(acme, "ola", "Nobody's")
    with acting_in(acme.tenant.id):
        ApiKey.objects.update(created_by=None)

    assert "<li>Nobody&#x27;s" in ola.get(f"/c/{acme.tenant.id}/").content.decode()
    assert "Nobody&#x27;s" not in visiting(acme, "jan").get(f"/c/{acme.tenant.id}/").content.decode()
