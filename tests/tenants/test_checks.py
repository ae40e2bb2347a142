"""What stops the service from starting."""

import base64
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.tenants import checks

# One check of another room asks whether anybody uses PROD.
pytestmark = pytest.mark.django_db


def ids() -> set[str | None]:
    found = checks.master_keys_are_well_formed() + checks.provider_is_complete() + checks.no_dangerous_mix()
    found += checks.keeper_is_known()
    return {message.id for message in found}


@pytest.mark.parametrize(
    "keys",
    ["", "1:", "1:AAAA", "x:" + base64.b64encode(bytes(32)).decode(), "1:" + base64.b64encode(bytes(31)).decode()],
)
def test_missing_or_malformed_master_keys_are_an_error(settings: Any, keys: str) -> None:
    settings.VAULT_MASTER_KEYS = keys

    assert "ksefkit.E001" in ids()
    with pytest.raises(ImproperlyConfigured, match=r"ksefkit\.E001"):
        checks.refuse_to_start()


def test_an_error_does_not_show_the_key(settings: Any) -> None:
    settings.VAULT_MASTER_KEYS = "1:c2VjcmV0LWNhbmFyeQ=="

    assert "c2VjcmV0" not in str(checks.master_keys_are_well_formed())


@pytest.mark.parametrize(
    ("changed", "identifier"),
    [
        ({"KSEF_TOKEN_KEEPER": "strpe"}, "ksefkit.E004"),
        ({"DEBUG": True}, "ksefkit.E010"),
        ({"ALLOWED_HOSTS": ["*"]}, "ksefkit.E011"),
        ({"MFA_REQUIRED": False}, "ksefkit.E012"),
        ({"ACCOUNT_EMAIL_VERIFICATION": "none"}, "ksefkit.E013"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "ksefkit.W014"),
        ({"VAULT_PROVIDER": "paper"}, "ksefkit.E002"),
        ({"VAULT_PROVIDER": "hashicorp", "HASHICORP_VAULT_URL": ""}, "ksefkit.E003"),
    ],
)
def test_a_dangerous_mix_at_a_public_address_is_named(settings: Any, changed: dict[str, Any], identifier: str) -> None:
    for name, value in {"HTTPS": True, "MFA_REQUIRED": True, "ACCOUNT_EMAIL_VERIFICATION": "mandatory"}.items():
        setattr(settings, name, value)
    assert ids() == set()

    for name, value in changed.items():
        setattr(settings, name, value)

    assert ids() == {identifier}


def test_the_same_settings_on_this_machine_are_allowed(settings: Any) -> None:
    settings.HTTPS, settings.DEBUG, settings.MFA_REQUIRED = False, True, False

    assert ids() == set()
    checks.refuse_to_start()
