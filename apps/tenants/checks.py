"""System checks of what must hold before the service may start: `manage.py check --deploy` and every start run them."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured

from apps.vault import LocalMasterKeys, VaultMisconfigured

CONSOLE_MAIL = "django.core.mail.backends.console.EmailBackend"


@register(Tags.security)
def master_keys_are_well_formed(**_: Any) -> list[CheckMessage]:
    """Without them no secret could be stored or opened; second factors use them with every provider."""
    try:
        LocalMasterKeys(settings.VAULT_MASTER_KEYS)
    except VaultMisconfigured as fault:
        return [Error(str(fault), hint="docs/secrets.md tells how to make one.", id="ksefkit.E001")]
    return []


@register(Tags.security)
def provider_is_complete(**_: Any) -> list[CheckMessage]:
    """The chosen keeper of the master key must be reachable by what is configured."""
    if settings.VAULT_PROVIDER not in {"local", "hashicorp"}:
        told = f"VAULT_PROVIDER is {settings.VAULT_PROVIDER!r}; write local or hashicorp."
        return [Error(told, id="ksefkit.E002")]
    if settings.VAULT_PROVIDER == "hashicorp" and not (settings.HASHICORP_VAULT_URL and settings.HASHICORP_VAULT_TOKEN):
        told = "VAULT_PROVIDER is hashicorp, but HASHICORP_VAULT_URL or HASHICORP_VAULT_TOKEN is empty."
        return [Error(told, id="ksefkit.E003")]
    return []


@register(Tags.security)
def keeper_is_known(**_: Any) -> list[CheckMessage]:
    """A misspelt keeper would silently keep tokens where nobody wanted them."""
    if settings.KSEF_TOKEN_KEEPER in {"database", "stripe"}:
        return []
    told = f"KSEF_TOKEN_KEEPER is {settings.KSEF_TOKEN_KEEPER!r}; write database or stripe."
    return [Error(told, id="ksefkit.E004")]


@register(Tags.security)
def no_dangerous_mix(**_: Any) -> list[CheckMessage]:
    """Settings that are harmless alone and not together: a public address with a developer's convenience."""
    if not settings.HTTPS:
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(
            Error("KSEFKIT_DEBUG is on at a public address; error pages would show internals.", id="ksefkit.E010")
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS is * at a public address; name the hosts.", id="ksefkit.E011"))
    if not settings.MFA_REQUIRED:
        found.append(
            Error(
                "MFA_REQUIRED is off at a public address; owners would sign in without a second factor.",
                id="ksefkit.E012",
            )
        )
    if settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory":
        found.append(
            Error(
                "ACCOUNT_EMAIL_VERIFICATION is not mandatory at a public address; an invitation could be taken by "
                "whoever claims its address.",
                id="ksefkit.E013",
            )
        )
    if settings.EMAIL_BACKEND == CONSOLE_MAIL:
        found.append(Warning("Mail goes to the console; nobody would get an invitation.", id="ksefkit.W014"))
    return found


def refuse_to_start() -> None:
    """Web and workers call this when they start: an error of these checks is no warning in a log but the end."""
    faults = [fault for fault in run_checks(tags=[Tags.security]) if fault.id and fault.id.startswith("ksefkit.E")]
    if faults:
        raise ImproperlyConfigured(" ".join(f"{fault.id}: {fault.msg}" for fault in faults))
