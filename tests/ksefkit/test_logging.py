"""What a log line shows and what it never shows."""

import json
import logging
from uuid import uuid4

import pytest
import structlog

from apps.tenants.context import acting_in
from ksefkit.logging import HIDDEN, formatter, hide_secrets
from tests.factories import Company

SHAPES = [
    "sk_live_51NabcDEFghijk",
    "rk_test_51NabcDEFghijk",
    "whsec_abcdefghijklmnop",
    "kk_abcdefghijklmnopqrstuvwxyz",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "20261121-EC-1A2B3C4D5E-6F7A8B9C0D-12|nip-5265877635|0123456789abcdef",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----",
    "ola@example.pl",
]


@pytest.mark.parametrize("secret", SHAPES)
def test_a_secret_is_hidden_wherever_it_stands(secret: str) -> None:
    event = {"event": f"failed with {secret}", "said": [f"no: {secret}"], "more": {"deep": secret}}

    shown = json.dumps(hide_secrets(None, "error", event))

    assert secret.splitlines()[0][:12] not in shown
    assert HIDDEN in shown


def test_a_name_of_a_secret_hides_its_value_and_ids_stay() -> None:
    shown = hide_secrets(None, "info", {"token": "x", "xml": "<Faktura/>", "filing": "7", "token_id": "9", "count": 3})

    assert shown == {"token": HIDDEN, "xml": HIDDEN, "filing": "7", "token_id": "9", "count": 3}


def test_a_line_is_json_with_level_moment_request_and_tenant(acme: Company) -> None:
    with structlog.contextvars.bound_contextvars(request="r-1"), acting_in(acme.tenant.id):
        record = logging.LogRecord("django.request", logging.WARNING, "x.py", 1, "Not Found: %s", ("/x",), None)
        line = json.loads(formatter().format(record))

    assert line["event"] == "Not Found: /x"
    assert line["level"] == "warning"
    assert line["request"] == "r-1"
    assert line["tenant"] == str(acme.tenant.id)
    assert line["timestamp"].endswith("Z")


def test_a_traceback_shows_no_secret() -> None:
    try:
        raise ValueError(f"refused {SHAPES[0]} of {SHAPES[-1]}")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "x.py", 1, "failed", None, (ValueError, error, error.__traceback__)
        )
    shown = formatter().format(record)

    assert "Traceback" in shown
    assert "sk_live" not in shown
    assert "ola@" not in shown


@pytest.mark.django_db
def test_every_answer_carries_the_number_of_its_request(client) -> None:
    given = str(uuid4())

    assert client.get("/account/login/", headers={"X-Request-ID": given})["X-Request-ID"] == given
    assert client.get("/account/login/", headers={"X-Request-ID": "a b\r\nc"})["X-Request-ID"] != "a b\r\nc"


@pytest.mark.django_db
def test_what_django_logs_about_a_request_carries_its_number(client, caplog) -> None:
    client.get("/nothing-here/", headers={"X-Request-ID": "number-0001"})

    (line,) = [json.loads(formatter().format(record)) for record in caplog.records if record.name == "django.request"]
    assert line["request"] == "number-0001"
