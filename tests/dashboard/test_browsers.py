"""A person recognises their own sign-ins by browser and system."""

from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from apps.dashboard.browsers import browser_named
from tests.factories import Company

MOZILLA, WEBKIT = "Mozilla/5.0", "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS, MAC = "(Windows NT 10.0; Win64; x64)", "(Macintosh; Intel Mac OS X 10_15_7)"
CHROME = f"{MOZILLA} {WINDOWS} {WEBKIT} Chrome/142.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (CHROME, "Chrome on Windows"),
        (f"{CHROME} Edg/142.0.0.0", "Edge on Windows"),
        (f"{CHROME} OPR/120.0.0.0", "Opera on Windows"),
        (f"{MOZILLA} (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
        (f"{MOZILLA} {MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15", "Safari on macOS"),
        (f"{MOZILLA} (Linux; Android 10; K) {WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 18_7 like Mac OS X) {WEBKIT} CriOS/142.0 Mobile/15E148 Safari/604.1",
         "Chrome on iPhone"),
        (f"{MOZILLA} (iPad; CPU OS 18_7 like Mac OS X) {WEBKIT} FxiOS/145.0 Mobile/15E148 Safari/605.1.15",
         "Firefox on iPad"),
        (f"{MOZILLA} (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/142.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        ("Chrome/142.0", "Chrome"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 300, "x" * 60),
        ("", "unknown"),
    ],
)  # fmt: skip
def test_a_browser_is_named_as_people_know_it(user_agent: str, name: str) -> None:
    with override("en"):
        assert browser_named(user_agent) == name


def test_the_page_of_sign_ins_names_the_browser(acme: Company, settings: Any) -> None:
    settings.MFA_REQUIRED = False
    client = Client(headers={"user-agent": CHROME, "accept-language": "pl"})
    client.force_login(acme.people["ola"])
    client.get(f"/c/{acme.tenant.id}/")

    page = client.get("/account/sessions/").content.decode()

    assert "Chrome w systemie Windows" in page
    assert "AppleWebKit" not in page
