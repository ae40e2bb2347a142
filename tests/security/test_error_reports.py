"""What leaves for Sentry when something breaks: where, and no secret or person."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
import sentry_sdk
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from sentry_sdk.transport import Transport

from ksefkit import error_reports

TOKEN = "20261121-EC-1A2B3C4D5E-6F7A8B9C0D-12|nip-5265877635|" + "c4na5y" * 8
BEARER = "kk_" + "Canary0Canary0Canary0"
BODY = "canary-without-any-known-shape"


class Kept(Transport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def capture_envelope(self, envelope: Any) -> None:
        self.sent += [json.dumps(item.payload.json) for item in envelope.items]


@pytest.fixture
def kept() -> Iterator[Kept]:
    transport = Kept()
    error_reports.start("https://public@sentry.example/1", transport=transport)
    yield transport
    sentry_sdk.init()  # off again


@pytest.mark.django_db(transaction=True)
def test_a_report_says_what_broke_and_shows_no_secret(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        local = f"{BODY} in a variable"
        raise RuntimeError(f"it failed with {TOKEN} for ola@example.pl {len(local)}")

    monkeypatch.setattr("apps.api.authentication.find_key", fail)
    request = RequestFactory().generic(
        "POST",
        "/api/v1/documents/",
        data=json.dumps({"key_password": BODY, "note": BODY}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {BEARER}", "Cookie": f"sessionid={BODY}"},
    )
    environ = request.environ | {"wsgi.input": BytesIO(request.body)}

    answered: list[str] = []
    list(WSGIHandler()(environ, lambda status, _headers, _info=None: answered.append(status)))
    sentry_sdk.flush()

    assert answered == ["500 Internal Server Error"]
    told = " ".join(kept.sent)
    assert "RuntimeError" in told
    assert "/api/v1/documents/" in told
    assert "it failed with" in told
    for canary in (TOKEN, TOKEN.rpartition("|")[2], BEARER, BODY, "ola@example.pl"):
        assert canary not in told, canary


def test_the_cut_keeps_the_number_and_the_moment() -> None:
    event = {"event_id": "a" * 32, "timestamp": "2026-11-21T12:00:00Z", "extra": {"password": "x", "number": 7}}

    assert error_reports.without_secrets(event, {}) == event | {"extra": {"password": "[hidden]", "number": 7}}
