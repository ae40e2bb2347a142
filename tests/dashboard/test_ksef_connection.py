"""The pages of one KSeF connection: what it may do, when it ends, and the guided way to a certificate."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, record_authentication
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from apps.connections.connect_ksef import KsefAccess, connect_ksef
from apps.connections.ksef import forget_public_keys
from apps.connections.models import CertificateRequest, KsefConnection
from apps.ksef_client.context import Context
from apps.ksef_client.xades import AUTH, AuthTokenRequest, sign_request
from apps.ksef_simulator.server import Simulator
from apps.ksef_simulator.web.faults import Rule
from apps.tenants.context import acting_in
from apps.tenants.models import User
from tests.connections.certificate_house import ENROL, TOKEN, options
from tests.factories import ACME_NIP, Company
from tests.ksef_client.certificates import certificate_for, credential, key_of, p12, seal_of


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.MFA_REQUIRED = False


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    forget_public_keys()
    with Simulator(options()) as simulator:
        yield simulator


@pytest.fixture
def connection(acme: Company, simulator: Simulator, settings: Any) -> KsefConnection:
    settings.KSEF_LOCAL_URL = f"{simulator.address}/v2"
    with acting_in(acme.tenant.id):
        access = KsefAccess(KsefConnection.Environment.LOCAL, TOKEN)
        return connect_ksef(acme.tenant, access, by=acme.people["ola"], at=timezone.now())


@pytest.fixture
def ola(acme: Company) -> Client:
    client = Client()
    client.force_login(acme.people["ola"])
    prove_identity(client, acme.people["ola"])
    return client


def prove_identity(client: Client, person: User, *, ago: float = 0) -> None:
    """They gave their password so many seconds ago."""
    request = HttpRequest()
    request.session = client.session
    request.session.pop(AUTHENTICATION_METHODS_SESSION_KEY, None)
    record_authentication(request, person, "password")
    request.session[AUTHENTICATION_METHODS_SESSION_KEY][0]["at"] -= ago
    request.session.save()


def address(connection: KsefConnection, name: str, *purpose: str) -> str:
    return reverse(name, args=[connection.tenant_id, connection.id, *purpose])


def read(connection: KsefConnection) -> KsefConnection:
    with acting_in(connection.tenant_id):
        return KsefConnection.objects.get(pk=connection.pk)


def signed(content: bytes) -> SimpleUploadedFile:
    """What the signing program of a person makes of the downloaded file."""
    challenge = etree.fromstring(content).findtext(f"{{{AUTH}}}Challenge") or ""
    seal = credential("ec", datetime.now(UTC), subject=seal_of(ACME_NIP))
    document = sign_request(AuthTokenRequest(challenge, Context(ACME_NIP)), seal, at=datetime.now(UTC))
    return SimpleUploadedFile("signed.xml", document)


def press_on(ola: Client, connection: KsefConnection, purpose: str = "authentication", times: int = 8) -> str:
    """The part that the page fetches by itself, until nothing fetches it any more."""
    text = ""
    for _ in range(times):
        answer = ola.post(address(connection, "ksef_certificate_next", purpose), headers={"HX-Request": "true"})
        text = answer.content.decode()
        if "hx-post" not in text:
            break
        with acting_in(connection.tenant_id):
            CertificateRequest.objects.update(next_at=None)  # the pause between two looks is not waited for
    return text


def test_the_walk_from_token_to_certificate_with_a_signed_file(
    ola: Client, connection: KsefConnection, simulator: Simulator
) -> None:
    place = address(connection, "ksef_certificate", "authentication")

    assert b"Move to a certificate" in ola.get(address(connection, "ksef_connection")).content
    assert ola.post(place).status_code == 302
    assert ola.post(place).status_code == 400  # pressed twice: it has begun, and waits for the signed file
    file = ola.post(address(connection, "ksef_sign_in_file", "authentication"))
    assert file["Content-Disposition"] == f'attachment; filename="ksef-{ACME_NIP}.xml"'
    assert ola.post(place, {"signed": signed(file.content)}).status_code == 302
    assert read(connection).method == "token"
    end = press_on(ola, connection)

    after = read(connection)
    assert "Revoke the token in KSeF" in end
    assert (after.method, after.token_sealed, after.status) == ("certificate", None, "ready")
    assert simulator.system.report.as_json()["operations"][ENROL] == 1
    page = ola.post(address(connection, "ksef_revoke_token", "authentication"), follow=True).content.decode()
    assert "KSeF has revoked the token." in page
    assert "The connection signs in with its certificate." in page


def test_a_seal_that_is_a_file_signs_in_once_and_is_kept_nowhere(ola: Client, connection: KsefConnection) -> None:
    key = key_of("rsa")
    seal = p12(key, certificate_for(key, datetime.now(UTC), subject=seal_of(ACME_NIP)), b"secret")
    place = address(connection, "ksef_certificate", "offline")
    ola.post(place)

    wrong = ola.post(place, {"certificate": SimpleUploadedFile("seal.p12", seal), "key_password": "wrong"})
    assert (wrong.status_code, b"The password is wrong" in wrong.content) == (400, True)
    ola.post(place, {"certificate": SimpleUploadedFile("seal.p12", seal), "key_password": "secret"})
    end = press_on(ola, connection, "offline")

    assert "The Offline certificate is stored." in end
    after = read(connection)
    assert (after.method, bool(after.offline_certificate_pem)) == ("token", True)
    assert b"until" in ola.get(address(connection, "ksef_connection")).content


def test_a_file_of_another_sign_in_is_refused_at_its_field(ola: Client, connection: KsefConnection) -> None:
    place = address(connection, "ksef_certificate", "authentication")
    ola.post(place)
    first = ola.post(address(connection, "ksef_sign_in_file", "authentication")).content
    ola.post(address(connection, "ksef_sign_in_file", "authentication"))

    answer = ola.post(place, {"signed": signed(first)})

    assert answer.status_code == 400
    assert b"This is not the file prepared for this sign-in." in answer.content


def test_the_page_that_goes_on_by_itself_sends_an_idle_person_to_prove_who_they_are(
    acme: Company, ola: Client, connection: KsefConnection
) -> None:
    ola.post(address(connection, "ksef_certificate", "authentication"))
    prove_identity(ola, acme.people["ola"], ago=11 * 60)

    answer = ola.post(
        address(connection, "ksef_certificate_next", "authentication"),
        headers={"HX-Request": "true", "Referer": "http://testserver/c/x/"},
    )

    assert "next=%2Fc%2Fx%2F" in answer["HX-Redirect"]


def test_giving_up_keeps_the_token(ola: Client, connection: KsefConnection) -> None:
    ola.post(address(connection, "ksef_certificate", "authentication"))

    ola.post(address(connection, "ksef_certificate_end", "authentication"))

    assert read(connection).token_sealed is not None
    assert b"Begin" in ola.get(address(connection, "ksef_certificate", "authentication")).content


def test_what_the_token_may_do_is_said_in_the_readers_language(ola: Client, connection: KsefConnection) -> None:
    english = ola.get(address(connection, "ksef_rights"), headers={"HX-Request": "true"}).content.decode()
    polish = ola.get(address(connection, "ksef_rights"), headers={"Accept-Language": "pl"}).content.decode()

    assert re.search(r"may</span>\s+Filing invoices in KSeF", english)
    assert re.search(r"wolno</span>\s+Wystawianie faktur w KSeF", polish)


def test_rights_that_cannot_be_asked_for_are_said_to_be_unknown(
    ola: Client, connection: KsefConnection, settings: Any
) -> None:
    settings.KSEF_LOCAL_URL = "http://127.0.0.1:9/v2"

    answer = ola.get(address(connection, "ksef_rights"))

    assert b"KSeF could not be asked just now." in answer.content


def test_pressing_again_does_not_break_the_pause_ksef_asked_for(
    ola: Client, connection: KsefConnection, simulator: Simulator
) -> None:
    arguments = {"status": 429, "body": "json", "when": "before", "retry_after": 60}
    simulator.system.faults.add(Rule("status", "challenge", times=1, arguments=arguments))

    for name in ("check_ksef", "check_ksef"):
        ola.post(address(connection, name))
    rights = ola.get(address(connection, "ksef_rights"))

    assert b"KSeF could not be asked just now." in rights.content
    report = simulator.system.report.as_json()
    assert report["operations"]["POST /auth/challenge"] == 1
    assert not report.get("retryAfterIgnored")


def test_the_end_of_a_token_is_the_laws_until_a_person_says_another(
    ola: Client, connection: KsefConnection, settings: Any
) -> None:
    assert connection.credential_expires_at == datetime(2026, 12, 31, 23, tzinfo=UTC)

    ola.post(address(connection, "ksef_connection"), {"last_day": "2026-12-10"})
    told = read(connection)
    assert (told.token_ends_on, told.credential_expires_at) == (
        date(2026, 12, 10),
        datetime(2026, 12, 10, 23, tzinfo=UTC),
    )

    settings.KSEF_TOKENS_END_ON = None
    ola.post(address(connection, "ksef_connection"), {"last_day": ""})
    assert read(connection).credential_expires_at is None


@pytest.mark.parametrize("language", ["pl", "en"])
def test_the_pages_open_in_both_languages(ola: Client, connection: KsefConnection, language: str) -> None:
    ola.post(address(connection, "ksef_certificate", "authentication"))
    ola.post(address(connection, "ksef_certificate", "offline"))

    for place in (
        address(connection, "ksef_connection"),
        address(connection, "ksef_certificate", "authentication"),
        address(connection, "ksef_certificate", "offline"),
    ):
        text = ola.get(place, headers={"Accept-Language": language}).content.decode()
        assert f'<html lang="{language}"' in text
        assert ("Podpisz plik" in text) == (language == "pl" and "certificate" in place)


def test_a_purpose_that_does_not_exist_is_not_found(ola: Client, connection: KsefConnection) -> None:
    assert ola.get(address(connection, "ksef_certificate", "decoration")).status_code == 404
