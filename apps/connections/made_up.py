"""Keeps PROD away from stand-ins: no invoice that counts in law rests on made-up rates, registers or documents."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connection

from apps.ksef_client.environments import PUBLIC, is_loopback

OUTSIDE = ("NBP_URL", "ECB_URL", "VIES_URL", "WHITE_LIST_URL", "STRIPE_API_BASE")


class ProdBesideMadeUp(Exception):
    """PROD was asked for where `settings` point at stand-ins; nothing was changed."""

    def __init__(self, settings_: list[str]) -> None:
        super().__init__(", ".join(settings_))


def made_up_addresses() -> list[str]:
    """The settings that point at no real service: on this machine, or without TLS, which none of them speaks."""
    return [name for name in OUTSIDE if _is_made_up(str(getattr(settings, name)))]


def refuse_prod_beside_made_up(environment: str) -> None:
    """Raise ProdBesideMadeUp when the environment is PROD and this installation has stand-ins."""
    if environment == "prod" and (names := made_up_addresses()):
        raise ProdBesideMadeUp(names)


@register(Tags.security)
def no_prod_beside_made_up(**_: Any) -> list[CheckMessage]:
    """Web and workers do not start with stand-ins while any company has a connection to PROD."""
    names = made_up_addresses()
    if not names or not _prod_is_used():
        return []
    return [
        Error(
            f"{', '.join(names)} point at stand-ins, and a company files on PROD: its invoices would rest on made-up "
            "rates, registers or documents.",
            hint="Leave these settings unset for the real services, or use another database for trying things out.",
            id="ksefkit.E021",
        )
    ]


@register(Tags.security)
def local_is_not_the_ministry(**_: Any) -> list[CheckMessage]:
    """Behind the name LOCAL, which takes every document and asks nobody, there must be no KSeF of the ministry."""
    if not is_the_ministrys(settings.KSEF_LOCAL_URL):
        return []
    told = f"KSEF_LOCAL_URL is {settings.KSEF_LOCAL_URL!r}, a KSeF of the ministry."
    hint = "Leave it unset and choose TEST, DEMO or PROD in the settings of a company."
    return [Error(told, hint=hint, id="ksefkit.E022")]


def is_the_ministrys(address: str) -> bool:
    """Whether an address leads to one of the public environments."""
    host = urlsplit(address).hostname or ""
    return host in {urlsplit(environment.base_url).hostname for environment in PUBLIC.values()}


def _is_made_up(address: str) -> bool:
    url = urlsplit(address)
    return url.scheme != "https" or is_loopback(url.hostname or "")


def _prod_is_used() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT ksefkit_prod_is_used()")
            return bool(cursor.fetchone()[0])
    except DatabaseError:
        return False  # not migrated yet, or away: each sign-in asks again (ksef.py)
