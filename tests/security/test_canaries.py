"""Forty planted secrets that must stand nowhere: database dump, logs, mails, tasks, Valkey, error pages, reprs."""

import base64
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import redis
import structlog
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from celery.signals import before_task_publish
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from psycopg import sql

from apps.connections.connect_ksef import KsefAccess, connect_ksef
from apps.connections.models import KsefConnection, StripeConnection
from apps.connections.secrets import data_key, key_provider, open_secret, seal_into
from apps.filings import doorbell
from apps.stripe_intake.tasks import process_stripe_events
from apps.tenants.api_keys import find_key, make_key
from apps.tenants.context import acting_in
from apps.tenants.models import ApiKey
from apps.tenants.people import invite
from apps.tenants.roles import Role
from ksefkit.logging import formatter
from tests.factories import Company, make_acme, make_stripe_connection
from tests.tenants.signed_in import signed_in

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class Planted:
    """The secrets, and everything that held one in memory."""

    secrets: list[str] = field(default_factory=list)
    holders: list[object] = field(default_factory=list)

    def new(self, shape: str) -> str:
        secret = shape.format(base64.b32encode(os.urandom(20)).decode().lower())
        self.secrets.append(secret)
        return secret

    def found_in(self, text: str) -> list[str]:
        """The secrets that a text shows plainly, in hexadecimal (as a dump writes bytes) or in base64."""
        lowered = text.lower()
        return [secret for secret in self.secrets if any(form.lower() in lowered for form in _forms(secret))]


def _forms(secret: str) -> list[str]:
    raw = secret.encode()
    # Base64 of the middle, at each of the three alignments, without the characters that neighbours would change.
    shifted = [base64.b64encode(raw[start:])[: (len(raw) - start) // 3 * 4].decode() for start in range(3)]
    return [secret, raw.hex(), *shifted]


@pytest.fixture
def log_text() -> Iterator[StringIO]:
    """Everything any logger says, at the lowest level, through the formatter of production."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def published() -> Iterator[list[str]]:
    """What is handed to the broker."""
    sent: list[str] = []

    def note(body: Any = None, headers: Any = None, **_: Any) -> None:
        sent.append(f"{body!r} {headers!r}")

    before_task_publish.connect(note)
    yield sent
    before_task_publish.disconnect(note)


@pytest.fixture
def story(transactional_db: None, log_text: StringIO, published: list[str], settings: Any) -> tuple[Company, Planted]:
    """Acme enters forty secrets by the doors that exist for them, uses them, and stumbles."""
    settings.MFA_REQUIRED = False
    prefix = f"canary-{uuid4()}"
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": os.environ["REDIS_URL"],
            "KEY_PREFIX": prefix,
        }
    }
    acme, planted = make_acme(), Planted()
    _plant_connections(acme, planted)
    _plant_people(acme, planted)
    _walk_pages(acme, planted)
    doorbell._ring()
    process_stripe_events.apply_async(retry=False)
    structlog.get_logger().warning(
        "what.we.hold", holders=planted.holders, made=[repr(item) for item in planted.holders]
    )
    logging.getLogger("some.library").error("holding %r", planted.holders)
    return acme, planted


def _plant_connections(acme: Company, planted: Planted) -> None:
    ola = acme.people["ola"]
    token = "20261121-EC-1A2B3C4D5E-6F7A8B9C0D-12|nip-5265877635|{}"
    with acting_in(acme.tenant.id):
        for environment in (KsefConnection.Environment.TEST, KsefConnection.Environment.DEMO):
            access = KsefAccess(environment, planted.new(token))
            row = connect_ksef(acme.tenant, access, by=ola, at=NOW)
            pem = "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----"
            seal_into(
                row,
                private_key=planted.new(pem),
                offline_private_key=planted.new(pem),
                access_token=planted.new("eyJhbGciOiJSUzI1NiJ9.{}.c2ln"),
                refresh_token=planted.new("eyJhbGciOiJSUzI1NiJ9.{}.cmVm"),
            )
            row.save()
            planted.holders += [access, row]
        stripe = make_stripe_connection(acme)
        seal_into(
            stripe,
            api_key=planted.new("rk_test_{}"),
            webhook_secret=planted.new("whsec_{}"),
            previous_webhook_secret=planted.new("whsec_{}"),
        )
        stripe.save()
        key = data_key(acme.tenant.id)
        planted.secrets.append(base64.b64encode(key.plain).decode())
        planted.holders += [stripe, key, key_provider()]
        assert open_secret(StripeConnection.objects.get(pk=stripe.pk), "api_key")
    planted.secrets += [item.partition(":")[2] for item in os.environ["VAULT_MASTER_KEYS"].split(",")]


def _plant_people(acme: Company, planted: Planted) -> None:
    ola = acme.people["ola"]
    with acting_in(acme.tenant.id):
        for number in range(7):
            made = make_key(acme.tenant, name=f"key {number}", scope=ApiKey.Scope.READ, by=ola, at=NOW)
            offer = invite(acme.tenant, email=f"guest{number}@example.pl", role=Role.VIEWER, by=ola, at=NOW)
            planted.secrets += [made.secret, offer.secret]
            planted.holders += [made, offer]
    for made in planted.holders:
        if hasattr(made, "key"):
            assert find_key(made.secret, at=NOW + timedelta(minutes=1))
    for name, person in acme.people.items():
        person.set_password(planted.new(f"{name} likes {{}}"))
        person.save()
        secret = base64.b32encode(os.urandom(20)).decode()
        TOTP.activate(person, secret)
        planted.secrets.append(secret)
        # A code has eight characters: it is looked for whole, and is no part of anything else by chance.
        planted.secrets += [f'"{code}"' for code in RecoveryCodes.activate(person).generate_codes()[:3]]
        planted.holders += [person, *person.authenticator_set.all()]


def _walk_pages(acme: Company, planted: Planted) -> None:
    client = Client(raise_request_exception=False)
    secret = planted.secrets[0]
    client.post("/account/login/", {"login": "ola@example.pl", "password": planted.new("wrong {}")})
    client.get(f"/join/{planted.secrets[-1]}/")
    client.get("/api/v1/documents/", headers={"Authorization": f"Bearer {planted.new('kk_{}')}"})
    late = signed_in(acme.people["ola"], seconds_ago=700)
    place = f"/c/{acme.tenant.id}/settings/connections/"
    asked = late.post(place, {"environment": "test", "token": secret})
    assert "reauthenticate" in asked["Location"], "what was sent must not wait in the session's row"
    client = signed_in(acme.people["ola"], raise_request_exception=False)
    answer = client.post(f"/c/{acme.tenant.id}/settings/connections/", {"environment": "nowhere", "token": secret})
    assert answer.status_code == 400
    assert planted.found_in(answer.content.decode()) == [], "a form never gives back what was entered"
    for place in ("connections/", "api-keys/", "people/", "audit/", "audit.csv", ""):
        page = client.get(f"/c/{acme.tenant.id}/settings/{place}")
        assert page.status_code == 200, place
        assert planted.found_in(page.content.decode()) == [], place


def test_forty_secrets_are_planted_and_can_be_found(story: tuple[Company, Planted]) -> None:
    _, planted = story

    assert len(set(planted.secrets)) == len(planted.secrets) >= 40
    for secret in planted.secrets:
        assert planted.found_in(f"x{secret}y") == [secret]
        assert secret in planted.found_in(f"\\x{secret.encode().hex()}")


def test_no_secret_stands_in_a_dump_of_the_database(story: tuple[Company, Planted]) -> None:
    url = os.environ["TEST_DATABASE_ADMIN_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    dump = []
    with psycopg.connect(url) as database:
        tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            with database.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as rows:
                dump += [bytes(block).decode() for block in rows]

    text = "".join(dump)
    assert "guest5@example.pl" in text
    assert story[1].found_in(text) == []


def test_no_secret_stands_in_the_log(story: tuple[Company, Planted], log_text: StringIO) -> None:
    text = log_text.getvalue()

    assert "what.we.hold" in text
    assert story[1].found_in(text) == []


def test_no_secret_stands_in_a_repr(story: tuple[Company, Planted]) -> None:
    shown = " ".join(f"{holder!r} {holder}" for holder in story[1].holders)

    assert story[1].found_in(shown) == []


def test_no_secret_is_mailed(story: tuple[Company, Planted]) -> None:
    client = signed_in(story[0].people["ola"])
    client.post(f"/c/{story[0].tenant.id}/settings/people/invite/", {"email": "new@example.pl", "role": "viewer"})
    told = [f"{message.subject} {message.body}" for message in mail.outbox]

    assert any("/join/" in text for text in told), "the invitation itself goes to the invited"
    assert story[1].found_in(" ".join(told)) == []


def test_no_secret_is_handed_to_the_broker_or_kept_in_valkey(
    story: tuple[Company, Planted], published: list[str]
) -> None:
    cache.set("alive", "yes")
    server = redis.Redis.from_url(os.environ["REDIS_URL"])
    kept = [str(key) for key in server.scan_iter(count=1000)]
    for key in server.scan_iter(count=1000):
        kind = server.type(key).decode()
        values = {"string": server.get, "hash": server.hgetall, "set": server.smembers}.get(kind)
        kept.append(repr(values(key)) if values else repr(server.lrange(key, 0, -1)) if kind == "list" else "")

    assert len(published) >= 2
    assert story[1].found_in(" ".join(published)) == []
    assert any("alive" in text for text in kept)
    assert story[1].found_in(" ".join(kept)) == []


def test_an_error_page_and_its_report_show_no_secret(
    story: tuple[Company, Planted], monkeypatch: pytest.MonkeyPatch, log_text: StringIO
) -> None:
    acme, planted = story
    token = planted.secrets[0]

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"it failed with {token} for ola@example.pl")

    monkeypatch.setattr("apps.dashboard.views.connections.ksef_form", fail)
    client = signed_in(acme.people["ola"], raise_request_exception=False)
    answer = client.post(f"/c/{acme.tenant.id}/settings/connections/", {"environment": "test", "token": token})

    assert answer.status_code == 500
    page = answer.content.decode()
    assert planted.found_in(page) == []
    assert "RuntimeError" not in page
    assert "Traceback" not in page
    assert "RuntimeError" in log_text.getvalue()
    assert planted.found_in(log_text.getvalue()) == []
    assert "ola@example.pl" not in log_text.getvalue()
