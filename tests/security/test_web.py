"""What every page carries, whoever asks: headers, no inline code, no other host, no way out."""

import os
import re
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as installed
from django.core.cache import cache
from django.test import Client

from apps.archive.csv_files import csv_lines
from apps.tenants.context import acting_in
from tests.dashboard.test_routes import Route, routes
from tests.factories import Company, make_document, make_filing, make_stripe_connection
from tests.tenants.signed_in import signed_in

ROOT = Path(__file__).resolve().parents[2]
ALL = [route for route in routes() if not route.name.startswith("stripe_hook")]
INLINE = re.compile(
    r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"))[^>]*>|\son[a-z]+\s*=|\sstyle\s*=|<style|javascript:", re.I
)
LOADED = re.compile(r"""(?:src|href|action|srcset|poster|data)\s*=\s*["']\s*((?:https?:)?//[^"']+)""", re.I)
# A person clicks these; the browser loads nothing from them.
LINKS_OUT = re.compile(
    r"https://(?:dashboard\.stripe\.com|ap(?:-test)?\.ksef\.mf\.gov\.pl|(?:www\.)?(?:gov\.pl|ksef\.podatki\.gov\.pl)|qr(?:-test)?\.ksef\.mf\.gov\.pl)"
)


SAFE = [
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY",
    "SECURE_HSTS_SECONDS",
    "SECURE_SSL_REDIRECT",
]


def place(route: Route, tenant_id: uuid.UUID) -> str:
    from django.urls import reverse

    given: dict[str, Any] = {name: uuid.uuid4() for name in route.parameters}
    given |= {name: "x" for name in route.parameters if not name.endswith("_id")}
    given |= {"tenant_id": tenant_id} if "tenant_id" in given else {}
    for attempt in (given, dict.fromkeys(given, "7") | {k: v for k, v in given.items() if k == "tenant_id"}):
        try:
            return reverse(route.name, kwargs=attempt)
        except Exception:  # noqa: BLE001 another converter
            continue
    return "/"


@pytest.fixture
def ola(acme: Company, settings: Any) -> Client:
    settings.MFA_REQUIRED = False
    with acting_in(acme.tenant.id):
        make_filing(make_document(make_stripe_connection(acme)))
    return signed_in(acme.people["ola"], raise_request_exception=False)


@pytest.mark.parametrize("signed_in", [True, False])
def test_every_answer_carries_the_headers_and_no_page_loads_or_runs_anything_foreign(
    ola: Client, acme: Company, signed_in: bool
) -> None:
    client = ola if signed_in else Client(raise_request_exception=False)
    seen = 0
    for route in ALL:
        address = place(route, acme.tenant.id)
        answer = client.get(address)
        assert answer.status_code < 500, address
        assert answer["X-Content-Type-Options"] == "nosniff", address
        assert answer["X-Frame-Options"] == "DENY", address
        assert answer["Referrer-Policy"] == "same-origin", address
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", address
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        if "text/html" in answer["Content-Type"]:
            page = b"".join(answer) if answer.streaming else answer.content
            _clean(page.decode(), address)
            seen += 1
        if answer.get("Location"):
            assert answer["Location"].startswith("/"), address
    assert seen > 10


def _clean(page: str, address: str) -> None:
    assert INLINE.findall(page) == [], address
    foreign = [link for link in LOADED.findall(page) if not LINKS_OUT.match(link)]
    assert foreign == [], address


def test_templates_and_static_files_name_no_other_host() -> None:
    sources = [
        *ROOT.glob("templates/**/*.html"),
        *ROOT.glob("apps/*/templates/**/*.html"),
        *ROOT.glob("static/**/*.[cj]s*"),
    ]
    assert len(sources) > 20
    for source in sources:
        text = source.read_text()
        assert not re.search(r"url\(\s*['\"]?(?:https?:)?//|@import|fetch\(['\"]https?:|importScripts", text), source
        assert [link for link in LOADED.findall(text) if not LINKS_OUT.match(link)] == [], source
        if source.suffix == ".html":
            assert INLINE.findall(re.sub(r"{#.*?#}", "", text)) == [], source


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "\\\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_host_after_signing_in(acme: Company, settings: Any, target: str) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    client = Client()
    answer = client.post(
        "/account/login/",
        {"login": "ola@example.pl", "password": "correct horse battery staple", "next": target},
    )
    language = client.post("/i18n/setlang/", {"language": "pl", "next": target})

    assert answer.status_code == language.status_code == 302
    assert answer["Location"] == "/"
    assert "evil" not in language["Location"]
    assert not language["Location"].startswith("javascript")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example"])
def test_a_foreign_host_header_is_refused(client: Client, host: str, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]

    assert client.get("/account/login/", headers={"Host": host}).status_code == 400


def test_a_form_without_its_token_is_refused(acme: Company, settings: Any) -> None:
    settings.MFA_REQUIRED = False
    client = signed_in(acme.people["ola"], enforce_csrf_checks=True)

    for route in ALL:
        if "tenant_id" in route.parameters:
            answer = client.post(place(route, acme.tenant.id), {"nip": acme.tenant.nip})
            assert answer.status_code in {403, 404, 405}, route.name


def test_an_upload_beyond_the_limit_is_refused(ola: Client, acme: Company) -> None:
    size = installed.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    answer = ola.post(f"/c/{acme.tenant.id}/settings/profile/", "name=" + "x" * size,
                      content_type="application/x-www-form-urlencoded")  # fmt: skip

    assert answer.status_code == 413
    assert "too large" in answer.content.decode()


def test_error_pages_show_no_internals(ola: Client, acme: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("SELECT secret FROM internals")

    monkeypatch.setattr("apps.dashboard.views.weather.weather_of", fail)
    for address, status in ((f"/c/{acme.tenant.id}/weather/", 500), ("/nothing/", 404)):
        answer = ola.get(address)
        page = answer.content.decode()
        assert answer.status_code == status
        for internal in ("Traceback", "RuntimeError", "SELECT", "apps/", "Django", "settings"):
            assert internal not in re.sub(r'href="[^"]*"', "", page)


FORM = "application/x-www-form-urlencoded"
LEADS = {
    400: ("We cannot read this request", "Nie możemy odczytać tego żądania"),
    403: ("Your role does not allow this", "Twoja rola na to nie pozwala"),
    404: ("There is nothing at this address", "Pod tym adresem nic nie ma"),
    413: ("What you sent is too large", "To, co wysłano, jest za duże"),
    429: ("Too many tries in a short time", "Zbyt wiele prób w krótkim czasie"),
}


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("status", LEADS)
def test_every_error_page_speaks_both_languages(
    ola: Client, acme: Company, settings: Any, status: int, language: str
) -> None:
    cache.clear()
    settings.ALLOWED_HOSTS = ["testserver"]
    spoken = {"Accept-Language": language}
    large = "name=" + "x" * (installed.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    jan = signed_in(acme.people["jan"])
    answers = {
        400: lambda: ola.get("/account/login/", headers=spoken | {"Host": "evil.example"}),
        403: lambda: jan.get(f"/c/{acme.tenant.id}/settings/people/", headers=spoken),
        404: lambda: ola.get("/nothing/", headers=spoken),
        413: lambda: ola.post(f"/c/{acme.tenant.id}/settings/profile/", large, content_type=FORM,
                              headers=spoken),
        429: lambda: [Client().post("/account/login/", {"login": f"{n}@example.pl", "password": "x"}, headers=spoken)
                      for n in range(31)][-1],
    }  # fmt: skip

    answer = answers[status]()

    assert answer.status_code == status
    assert LEADS[status][language == "pl"] in answer.content.decode()


@pytest.mark.parametrize("language", ["en", "pl"])
def test_a_refused_form_says_so_in_both_languages(acme: Company, language: str) -> None:
    client = signed_in(acme.people["ola"], enforce_csrf_checks=True)

    page = client.post("/new/", {}, headers={"Accept-Language": language}).content.decode()

    assert {"en": "This form was open too long", "pl": "Ten formularz był otwarty zbyt długo"}[language] in page
    assert "verification failed" not in page


def test_no_address_echoes_a_trace(ola: Client, acme: Company) -> None:
    for route in ALL:
        answer = ola.generic("TRACE", place(route, acme.tenant.id), headers={"X-Echo": "echoed-back"})
        assert answer.status_code != 200 or "echoed-back" not in answer.content.decode(), route.name
        assert answer.status_code in {302, 400, 401, 403, 404, 405}, route.name


def test_downloads_are_attachments_and_are_not_sniffed(ola: Client, acme: Company) -> None:
    from apps.filings.models import Filing

    with acting_in(acme.tenant.id):
        filing_id = Filing.objects.get().id
    answer = ola.get(f"/c/{acme.tenant.id}/documents/{filing_id}/source/")

    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("cell", ["=1+1", "+48", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_never_begins_a_formula(cell: str) -> None:
    _, line = csv_lines(["a"], [[cell]])

    assert line.lstrip('"').startswith("'")


def test_security_txt_names_contact_and_expiry(client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT = "mailto:security@example.pl"

    answer = client.get("/.well-known/security.txt")

    assert answer["Content-Type"].startswith("text/plain")
    assert "Contact: mailto:security@example.pl\n" in answer.content.decode()
    assert re.search(r"^Expires: 20\d\d-\d\d-\d\dT", answer.content.decode(), re.M)


def test_no_form_takes_an_address_for_our_servers_to_call() -> None:
    """SSRF: the addresses of Stripe, KSeF and the registers are the operator's settings; no tenant can enter one."""
    from django import forms

    for module in ROOT.glob("apps/dashboard/**/*.py"):
        assert "URLField" not in module.read_text(), module
    for form in forms.Form.__subclasses__():
        assert not [name for name, field in form.base_fields.items() if isinstance(field, forms.URLField)]


def test_with_https_cookies_are_secure_and_hsts_is_on() -> None:
    shown = subprocess.run(
        [sys.executable, "-c", f"from ksefkit import settings as s; print(*[getattr(s, name) for name in {SAFE}])"],
        env=os.environ | {"PUBLIC_URL": "https://kit.example.pl"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert shown.stdout.split() == ["True", "True", "True", "63072000", "True"]
