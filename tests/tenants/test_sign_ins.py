"""Every sign-in, refusal and change of a credential is in the audit, with its origin and without secrets."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.hashers import check_password
from django.core import mail
from django.core.cache import cache
from django.test import Client

from apps.audit.models import AuditEntry
from apps.audit.record import PLATFORM
from apps.audit.verify import verify
from apps.tenants.context import acting_in
from apps.tenants.models import User
from tests.factories import Company
from tests.tenants.signed_in import code_of, with_totp

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> None:
    cache.clear()
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"


def entries(tenant_id: UUID) -> list[AuditEntry]:
    with acting_in(tenant_id):
        return list(AuditEntry.objects.filter(tenant_id=tenant_id).order_by("sequence"))


def events(tenant_id: UUID) -> list[str]:
    return [entry.event for entry in entries(tenant_id)]


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post("/account/login/", {"login": email, "password": password}, **extra)


def test_a_sign_in_and_out_are_kept_in_the_company_and_in_the_platforms_chain(acme: Company) -> None:
    client = Client()

    assert sign_in(client, "ola@example.pl", REMOTE_ADDR="203.0.113.7").status_code == 302
    client.post("/account/logout/", REMOTE_ADDR="203.0.113.7")

    for chain in (acme.tenant.id, PLATFORM):
        found = entries(chain)
        assert [entry.event for entry in found] == ["person.signed_in", "person.signed_out"]
        assert {entry.actor for entry in found} == {f"user:{acme.people['ola'].id}"}
        assert {entry.origin for entry in found} == {"203.0.113.7"}


def test_a_wrong_password_is_kept_without_the_password_or_the_address(acme: Company, globex: Company) -> None:
    sign_in(Client(), "ola@example.pl", "canary-wrong-password")

    (entry,) = entries(acme.tenant.id)
    assert entry.event == "person.sign_in_refused"
    assert "canary" not in json.dumps(entry.data)
    assert "@" not in json.dumps(entry.data) + entry.actor
    assert entries(globex.tenant.id) == []


def test_an_unknown_address_is_told_the_same_and_kept_for_the_platform_only(acme: Company) -> None:
    known = sign_in(Client(), "ola@example.pl", "wrong password here")
    unknown = sign_in(Client(), "nobody@example.pl", "wrong password here")

    assert known.status_code == unknown.status_code == 200
    assert _told(known) == _told(unknown)
    assert [entry.actor for entry in entries(PLATFORM)] == [f"user:{acme.people['ola'].id}", "stranger"]
    assert len(entries(acme.tenant.id)) == 1


def test_neither_reset_nor_sign_up_tells_whether_an_address_has_an_account(acme: Company, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    ola = acme.people["ola"]
    EmailAddress.objects.create(user=ola, email=ola.email, verified=True, primary=True)
    password = {"password1": "cztery losowe słowa razem", "password2": "cztery losowe słowa razem"}

    for place, more in (("/account/password/reset/", {}), ("/account/signup/", password)):
        known, unknown = (Client().post(place, {"email": email} | more) for email in (ola.email, "nobody@example.pl"))
        assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
        assert known.status_code == 302


def test_after_five_wrong_passwords_the_right_one_waits_too(acme: Company) -> None:
    for attempt in range(5):
        sign_in(Client(), "ola@example.pl", f"wrong password {attempt}")

    answer = sign_in(Client(), "ola@example.pl")

    assert answer.status_code in {200, 429}
    assert "person.signed_in" not in events(acme.tenant.id)


def test_many_tries_from_one_address_are_refused_whoever_they_are_for(acme: Company) -> None:
    answers = [sign_in(Client(), f"person{number}@example.pl", "x").status_code for number in range(31)]

    assert answers[-1] == 429


def test_a_wrong_second_factor_does_not_sign_in_and_is_kept(acme: Company) -> None:
    secret = with_totp(acme.people["ola"])
    client = Client()
    assert sign_in(client, "ola@example.pl")["Location"].startswith("/account/2fa/authenticate/")

    client.post("/account/2fa/authenticate/", {"code": "000000" if code_of(secret) != "000000" else "111111"})

    assert events(acme.tenant.id)[-1] == "person.sign_in_refused"
    assert client.get("/", follow=False)["Location"].startswith("/account/login/")


def test_the_right_second_factor_signs_in_once(acme: Company) -> None:
    secret = with_totp(acme.people["ola"])
    code = code_of(secret)
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, "ola@example.pl")
        client.post("/account/2fa/authenticate/", {"code": code})

    assert "_auth_user_id" in first.session
    assert "_auth_user_id" not in second.session, "a code works once"
    assert "person.second_factor_used" in events(acme.tenant.id)


def test_a_recovery_code_works_once(acme: Company) -> None:
    with_totp(acme.people["ola"])
    code = RecoveryCodes.activate(acme.people["ola"]).generate_codes()[0]
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, "ola@example.pl")
        client.post("/account/2fa/authenticate/", {"code": code})

    assert "_auth_user_id" in first.session
    assert "_auth_user_id" not in second.session


def test_recovery_codes_are_shown_once_and_then_kept_as_slow_hashes(acme: Company) -> None:
    ola = acme.people["ola"]
    secret = with_totp(ola)
    RecoveryCodes.activate(ola)
    client = Client()
    sign_in(client, "ola@example.pl")
    client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    client.post("/account/reauthenticate/", {"password": PASSWORD})

    shown = re.findall(r"\b\d{8}\b", client.get("/account/2fa/recovery-codes/").content.decode())
    again = client.get("/account/2fa/recovery-codes/").content.decode()

    assert len(shown) == 10
    assert not re.findall(r"\b\d{8}\b", again)
    assert client.get("/account/2fa/recovery-codes/download/").status_code == 403
    kept = ola.authenticator_set.get(type="recovery_codes").data
    assert "seed" not in kept
    assert len(kept["migrated_codes"]) == 10
    hashes = [code.removeprefix("hash:") for code in kept["migrated_codes"]]
    assert [check_password(code, hashed) for code, hashed in zip(shown, hashes, strict=True)] == [True] * 10
    assert not [code for code in shown if code in json.dumps(kept)]
    _each_works_once(ola, shown)


def _each_works_once(person: User, codes: list[str]) -> None:
    kept = person.authenticator_set.get(type="recovery_codes")
    assert not kept.wrap().validate_code("00000000" if "00000000" not in codes else "11111111")
    for code in (codes[7], codes[0]):
        assert kept.wrap().validate_code(code)
        assert not kept.wrap().validate_code(code)
    kept.refresh_from_db()
    assert len(kept.wrap().get_unused_codes()) == 8


def test_a_try_beyond_the_limit_is_kept_too(acme: Company) -> None:
    for attempt in range(6):
        sign_in(Client(), "ola@example.pl", f"wrong password {attempt}", REMOTE_ADDR=f"203.0.113.{attempt}")

    assert [entry.data["step"] for entry in entries(acme.tenant.id)] == ["password"] * 5 + ["too many tries"]


def test_a_change_of_a_credential_is_told_by_mail(acme: Company) -> None:
    ola = acme.people["ola"]
    EmailAddress.objects.create(user=ola, email=ola.email, verified=True, primary=True)
    client = Client()
    sign_in(client, "ola@example.pl")

    client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "cztery losowe słowa razem", "password2": "cztery losowe słowa razem"},
    )

    (told,) = mail.outbox
    assert told.to == ["ola@example.pl"]
    assert told.subject.startswith("KSeF Kit: ")
    assert "127.0.0.1" in told.body
    assert "person.password_changed" in events(acme.tenant.id)


def test_the_seed_of_an_authenticator_is_sealed(acme: Company) -> None:
    secret = with_totp(acme.people["ola"])

    stored = json.dumps(list(acme.people["ola"].authenticator_set.values_list("data", flat=True)))

    assert secret not in stored


def test_the_platforms_chain_verifies_like_any_other(acme: Company) -> None:
    sign_in(Client(), "ola@example.pl")

    with acting_in(PLATFORM):
        report = verify(PLATFORM)
    assert report.intact
    assert report.entries == 1


def test_an_address_a_client_claims_is_not_believed_without_a_proxy(acme: Company) -> None:
    sign_in(Client(), "ola@example.pl", REMOTE_ADDR="203.0.113.7", HTTP_X_FORWARDED_FOR="198.51.100.1")

    assert entries(acme.tenant.id)[0].origin == "203.0.113.7"


def _told(answer: Any) -> list[str]:
    return [str(error) for error in answer.context["form"].non_field_errors()]
