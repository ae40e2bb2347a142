"""When a second factor is asked for, and when identity must be proven anew."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.connections.models import KsefConnection
from apps.tenants.context import acting_in
from apps.tenants.identity import proved_recently
from apps.tenants.models import Membership
from tests.factories import Company
from tests.tenants.signed_in import code_of, with_totp

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> None:
    cache.clear()
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"


def sign_in(company: Company, name: str) -> Client:
    client = Client()
    client.post("/account/login/", {"login": f"{name}@example.pl", "password": PASSWORD})
    return client


def settings_of(company: Company, place: str = "") -> str:
    return f"/c/{company.tenant.id}/settings/{place}"


def with_factor(company: Company, name: str) -> Client:
    """Signed in with password and a code of an authenticator app."""
    secret = with_totp(company.people[name])
    client = sign_in(company, name)
    client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    return client


def test_an_owner_without_one_is_sent_to_set_it_up(acme: Company, settings: Any) -> None:
    settings.MFA_REQUIRED = True
    ola = sign_in(acme, "ola")

    assert ola.get(f"/c/{acme.tenant.id}/")["Location"] == "/account/2fa/"
    assert ola.post(settings_of(acme, "people/invite/"), {})["Location"] == "/account/2fa/"


def test_a_viewer_reads_without_one(acme: Company, settings: Any) -> None:
    settings.MFA_REQUIRED = True

    assert sign_in(acme, "jan").get(f"/c/{acme.tenant.id}/").status_code == 200


@pytest.mark.parametrize("required", [True, False])
def test_an_old_sign_in_is_asked_again_before_something_sensitive(acme: Company, settings: Any, required: bool) -> None:
    settings.MFA_REQUIRED = required
    ola = with_factor(acme, "ola") if required else sign_in(acme, "ola")
    place = settings_of(acme, "people/invite/")
    invitation = {"email": "new@example.pl", "role": "viewer"}
    _age_proofs(ola, seconds=590)
    assert ola.post(place, invitation)["Location"] == settings_of(acme, "people/")

    _age_proofs(ola, seconds=11)
    again = ola.post(place, invitation | {"email": "other@example.pl"}, HTTP_REFERER="http://testserver/c/x/?a=b")

    assert again.status_code == 302
    assert again["Location"].startswith("/account/")
    assert again["Location"].endswith("reauthenticate/?next=%2Fc%2Fx%2F")
    assert "other@example.pl" not in str(dict(ola.session)), "what was sent is not kept in the session"
    with acting_in(acme.tenant.id):
        assert acme.tenant.invitations.count() == 1


def test_the_password_again_opens_ten_more_minutes_under_a_new_session_key(acme: Company, settings: Any) -> None:
    settings.MFA_REQUIRED = False
    ola = sign_in(acme, "ola")
    _age_proofs(ola, seconds=700)
    key = ola.session.session_key
    place = settings_of(acme, "people/invite/")
    asked = ola.post(place, {"email": "new@example.pl", "role": "viewer"}, HTTP_REFERER="https://evil.example/")
    assert asked["Location"].endswith(f"?next=%2Fc%2F{acme.tenant.id}%2Fsettings%2F")

    assert ola.post(asked["Location"], {"password": "not the password"}).status_code == 200
    back = ola.post(asked["Location"], {"password": PASSWORD})

    assert back["Location"] == settings_of(acme)
    assert ola.session.session_key != key
    assert ola.post(place, {"email": "new@example.pl", "role": "viewer"})["Location"] == settings_of(acme, "people/")
    with acting_in(acme.tenant.id):
        assert AuditEntry.objects.filter(event="person.proved_identity").count() == 1


def test_whoever_just_signed_up_is_not_asked_at_once(db: None, settings: Any) -> None:
    settings.MFA_REQUIRED = False
    client = Client()
    sent = {"email": "eva@example.pl", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/account/signup/", sent)

    request = client.get("/new/").wsgi_request

    assert proved_recently(request, at=timezone.now())
    assert not proved_recently(request, at=timezone.now() + timedelta(minutes=11))


def _age_proofs(client: Client, *, seconds: float) -> None:
    """Move what the session remembers of proofs of identity into the past."""
    session = client.session
    proofs = session[AUTHENTICATION_METHODS_SESSION_KEY]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [proof | {"at": proof["at"] - seconds} for proof in proofs]
    session.save()


def test_prod_needs_one_even_where_it_is_not_required(acme: Company, settings: Any) -> None:
    settings.MFA_REQUIRED = False
    ola = sign_in(acme, "ola")

    answer = ola.post(
        settings_of(acme, "connections/"),
        {"environment": "prod", "method": "token", "token": "x" * 40, "confirm_nip": acme.tenant.nip},
    )

    assert answer.status_code == 400
    assert "PROD needs a second factor" in answer.content.decode()
    with acting_in(acme.tenant.id):
        assert not KsefConnection.objects.exists()


def test_a_stolen_session_dies_with_the_password(acme: Company) -> None:
    ola, thief = sign_in(acme, "jan"), Client()
    thief.cookies = ola.cookies.copy()
    assert thief.get("/").status_code in {200, 302}
    acme.people["jan"].set_password("another long password")
    acme.people["jan"].save()

    assert thief.get(f"/c/{acme.tenant.id}/")["Location"].startswith("/account/login/")


def test_a_stolen_session_dies_with_signing_out(acme: Company) -> None:
    jan, thief = sign_in(acme, "jan"), Client()
    thief.cookies = jan.cookies.copy()

    answer = jan.post("/account/logout/")

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert thief.get(f"/c/{acme.tenant.id}/")["Location"].startswith("/account/login/")


def test_sessions_are_listed_and_ended(acme: Company) -> None:
    here, there = sign_in(acme, "jan"), sign_in(acme, "jan")
    assert len(re.findall("<tr", here.get("/account/sessions/").content.decode())) >= 3

    asked = here.post("/account/sessions/")
    here.post(asked["Location"], {"password": PASSWORD})

    assert here.get(f"/c/{acme.tenant.id}/").status_code == 200
    assert there.get(f"/c/{acme.tenant.id}/")["Location"].startswith("/account/login/")


def test_use_of_access_is_kept_to_the_hour_and_an_old_review_is_asked_for(acme: Company, settings: Any) -> None:
    settings.MFA_REQUIRED = False
    ola = sign_in(acme, "ola")
    now = timezone.now()
    with acting_in(acme.tenant.id):
        Membership.objects.filter(user=acme.people["ola"]).update(
            last_used_at=now - timedelta(hours=2), created_at=now - timedelta(days=91)
        )

    page = ola.get(settings_of(acme, "people/")).content.decode()

    assert page.count("nobody has looked for 90 days") == 1
    with acting_in(acme.tenant.id):
        used = Membership.objects.get(user=acme.people["ola"]).last_used_at
    assert used is not None
    assert used >= now
    ola.get(settings_of(acme, "people/"))
    with acting_in(acme.tenant.id):
        assert Membership.objects.get(user=acme.people["ola"]).last_used_at == used


def test_what_a_company_sees_is_not_kept_by_caches(acme: Company, settings: Any) -> None:
    settings.MFA_REQUIRED = False

    assert sign_in(acme, "ola").get(f"/c/{acme.tenant.id}/")["Cache-Control"] == "no-store"
