"""Passwords that everybody would try are refused, long as they may be; those of four chance words are not."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import CommonPasswordValidator, get_default_password_validators
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.test import Client

from apps.tenants.models import User
from apps.tenants.passwords import BLOCK, NotBreached, NotPutTogether
from tests.factories import Company

STOLEN = [f"stolen password {number}" for number in range(2_000)]


def refused(password: str, user: User | None = None) -> bool:
    try:
        NotPutTogether().validate(password, user)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password-1234!",
        "p@ssw0rd2026",
        "qwerty123456",
        "liverpool2026",
        "aaaaaaaaaaaaaa",
        "20261121131415",
        "ksefkit-2026!",
        "FakturaVAT2026",
        "stripe.invoice.1",
        "dragonmonkey99",
    ],
)
def test_what_is_put_together_from_known_pieces_is_refused(password: str) -> None:
    assert refused(password)


@pytest.mark.parametrize(
    "password",
    ["correct horse battery staple", "zaspany-borsuk-liczy-gwiazdy", "kV3#tq8Zw!pLm2", "mój pies lubi ciepłe deszcze"],
)
def test_chance_is_accepted(password: str) -> None:
    assert not refused(password)


def test_the_name_of_ones_own_company_is_no_secret(acme: Company, globex: Company) -> None:
    assert refused("Globex2026!!", globex.people["ewa"])
    assert not refused("Globex2026!!x7", acme.people["ola"])
    assert not refused("Globex2026!!", acme.people["ola"])


def test_common_passwords_are_refused_with_numbers_behind_them_too() -> None:
    words = sorted(word for word in CommonPasswordValidator().passwords if word.isalnum() and len(word) > 2)

    assert len(words) > 19_000
    assert [word for word in words[::6] if not refused(f"{word}123456789")] == []


@pytest.fixture
def stolen(tmp_path: Path) -> Path:
    """As haveibeenpwned.com publishes them: ascending, with a count of varying length."""
    digests = sorted(hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper() for word in STOLEN)
    path = tmp_path / "breached.txt"
    path.write_text("".join(f"{digest}:{number * 37}\r\n" for number, digest in enumerate(digests)))
    assert path.stat().st_size > 10 * BLOCK
    return path


def test_each_password_of_the_file_is_refused_and_no_other(stolen: Path) -> None:
    validator = NotBreached(str(stolen))

    for word in STOLEN:
        with pytest.raises(ValidationError):
            validator.validate(word)
    for number in range(500):
        validator.validate(f"never stolen {number}")


def test_without_a_file_nothing_is_looked_up_and_a_missing_one_is_named() -> None:
    NotBreached().validate(STOLEN[0])
    with pytest.raises(ImproperlyConfigured, match="BREACHED_PASSWORDS_FILE"):
        NotBreached("/nowhere/breached.txt")


@pytest.mark.parametrize("password", ["short-1", "password1234", "ola@example.pl", "ksefkit-2026!"])
def test_a_weak_password_is_refused_at_sign_up_and_says_why(db: None, password: str) -> None:
    answer = Client().post(
        "/account/signup/", {"email": "ola@example.pl", "password1": password, "password2": password}
    )

    assert answer.status_code == 200
    assert answer.context["form"].errors["password1"]
    assert not User.objects.exists()


def test_long_and_odd_passwords_are_taken_as_they_are(db: None, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    password = "Zażółć gęślą jaźń " * 8  # 144 characters with a space at the end
    client = Client()
    client.post("/account/signup/", {"email": "eva@example.pl", "password1": password, "password2": password})

    person = User.objects.get(email="eva@example.pl")

    assert person.check_password(password)
    assert not person.check_password(password.rstrip())
    assert not person.check_password(password[:64])


def test_sign_up_uses_all_of_them() -> None:
    names = {type(validator).__name__ for validator in get_default_password_validators()}

    assert {"MinimumLengthValidator", "CommonPasswordValidator", "NotPutTogether", "NotBreached"} <= names
