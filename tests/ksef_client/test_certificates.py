import base64
import json
from typing import Any

import pytest
import responses
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from apps.ksef_client import certificates
from apps.ksef_client.certificates import (
    CertificateState,
    CertificateType,
    EnrolmentData,
    RevocationReason,
)
from apps.ksef_client.credentials import PrivateKey, from_pem
from apps.ksef_client.csr import build_csr, encrypted_pem, new_ec_key, new_rsa_key
from apps.ksef_client.errors import AccessDenied, OutcomeUnknown, Unavailable
from apps.ksef_client.ksef import Ksef
from tests.ksef_client.answers import LATER, problem, status
from tests.ksef_client.certificates import certificate_for, key_of, pem
from tests.ksef_client.conftest import BASE, NOON

URL = f"{BASE}/certificates"
REFERENCE = "20251010-EH-8E39F47000-69CF8B9B9A-1C"
SERIAL = "01F20A5D352AE590"
DATA = EnrolmentData(
    common_name="Zakład Usług Wielobranżowych Źdźbło i Wspólnicy Spółka Jawna w Łodzi",
    country="PL",
    organization="Źdźbło i Wspólnicy",
    organization_identifier="VATPL-5265877635",
    serial_number="TINPL-5265877635",
    unique_identifier="d9d20b70-9f38-4b1f",
)


def test_limits_and_data_for_a_request_are_read(ksef: Ksef, http: responses.RequestsMock) -> None:
    allowance = {"remaining": 5, "limit": 6}
    http.get(f"{URL}/limits", json={"canRequest": True, "enrollment": allowance, "certificate": allowance})
    http.get(f"{URL}/enrollments/data", json={"commonName": "Acme", "countryName": "PL", "givenName": None})

    limits, data = certificates.certificate_limits(ksef), certificates.enrolment_data(ksef)

    assert (limits.can_request, limits.enrolments.remaining, limits.certificates.limit) == (True, 5, 6)
    assert data == EnrolmentData("Acme", "PL")


def test_after_a_token_sign_in_no_certificate_can_be_requested(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.get(f"{URL}/enrollments/data", json=problem(25001), status=400)

    with pytest.raises(AccessDenied):
        certificates.enrolment_data(ksef)


@pytest.mark.filterwarnings("ignore:Attribute's length")  # the name is meant to be longer than 64 bytes
@pytest.mark.parametrize("key", [new_ec_key(), new_rsa_key()], ids=["ec", "rsa"])
def test_a_request_repeats_ksefs_data_to_the_letter_and_is_signed_by_its_key(key: PrivateKey) -> None:
    csr = x509.load_der_x509_csr(build_csr(DATA, key))

    assert csr.is_signature_valid
    assert [(attribute.oid.dotted_string, attribute.value) for attribute in csr.subject] == [
        ("2.5.4.3", DATA.common_name),
        ("2.5.4.10", DATA.organization),
        ("2.5.4.97", DATA.organization_identifier),
        ("2.5.4.6", "PL"),
        ("2.5.4.5", DATA.serial_number),
        ("2.5.4.45", DATA.unique_identifier),
    ]
    assert csr.public_key() == key.public_key()


def test_keys_are_of_the_two_kinds_ksef_certifies() -> None:
    assert isinstance(new_ec_key().curve, ec.SECP256R1)
    assert isinstance(key := new_rsa_key(), rsa.RSAPrivateKey)
    assert key.key_size == 2048


def test_a_key_is_stored_encrypted_and_loads_again() -> None:
    key = new_ec_key()

    stored = encrypted_pem(key, b"pass")

    assert b"ENCRYPTED" in stored
    assert from_pem(pem(certificate_for(key, NOON)), stored, b"pass").key.public_key() == key.public_key()


@pytest.mark.parametrize("kind", list(CertificateType))
def test_a_request_is_sent_for_either_kind(ksef: Ksef, http: responses.RequestsMock, kind: CertificateType) -> None:
    http.post(f"{URL}/enrollments", json={"referenceNumber": REFERENCE, "timestamp": LATER}, status=202)
    csr = build_csr(DATA, new_ec_key())

    reference = certificates.enrol(ksef, name="Acme łączność 1", certificate_type=kind, csr=csr, valid_from=NOON)

    sent = json.loads(http.calls[0].request.body or "")
    assert reference == REFERENCE
    assert base64.b64decode(sent["csr"]) == csr
    assert sent["certificateType"] == kind.value


def test_a_lost_answer_to_a_request_leaves_the_outcome_open(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.post(f"{URL}/enrollments", body=b"", status=202)

    with pytest.raises(OutcomeUnknown):
        certificates.enrol(ksef, name="Acme filing", certificate_type=CertificateType.OFFLINE, csr=b"x")


@pytest.mark.parametrize("name", ["Acme", "Acme/filing", "x" * 101])
def test_a_name_ksef_would_refuse_is_not_sent(ksef: Ksef, name: str) -> None:
    with pytest.raises(ValueError, match="5 to 100"):
        certificates.enrol(ksef, name=name, certificate_type=CertificateType.OFFLINE, csr=b"x")


@pytest.mark.parametrize(("code", "serial"), [(100, None), (200, SERIAL), (400, None)])
def test_a_request_is_followed_to_its_certificate(
    ksef: Ksef, http: responses.RequestsMock, code: int, serial: str | None
) -> None:
    answer = status(code) | {"requestDate": LATER, "certificateSerialNumber": serial}
    http.get(f"{URL}/enrollments/{REFERENCE}", json=answer)

    found = certificates.enrolment_status(ksef, REFERENCE)

    assert (found.status.code, found.serial_number) == (code, serial)


def issued(content: str) -> dict[str, Any]:
    return {
        "certificate": content,
        "certificateName": "Acme",
        "certificateSerialNumber": SERIAL,
        "certificateType": "Offline",
    }


def test_a_certificate_is_retrieved_and_fits_its_key(ksef: Ksef, http: responses.RequestsMock) -> None:
    der = certificate_for(key_of("ec"), NOON).public_bytes(Encoding.DER)
    http.post(f"{URL}/retrieve", json={"certificates": [issued(base64.b64encode(der).decode())]})

    (found,) = certificates.retrieve_certificates(ksef, [SERIAL])

    assert (found.serial_number, found.type) == (SERIAL, "Offline")
    assert found.certificate.public_key() == key_of("ec").public_key()


@pytest.mark.parametrize("content", ["AAAA", "!!", ""])
def test_a_damaged_certificate_is_not_taken(ksef: Ksef, http: responses.RequestsMock, content: str) -> None:
    http.post(f"{URL}/retrieve", json={"certificates": [issued(content)]})

    with pytest.raises(Unavailable):
        certificates.retrieve_certificates(ksef, [SERIAL])


@pytest.mark.parametrize("count", [0, 11])
def test_one_to_ten_certificates_are_retrieved_at_once(ksef: Ksef, count: int) -> None:
    with pytest.raises(ValueError, match="ten"):
        certificates.retrieve_certificates(ksef, [SERIAL] * count)


def test_certificates_are_listed_by_kind_and_state(ksef: Ksef, http: responses.RequestsMock) -> None:
    item = {"certificateSerialNumber": SERIAL, "name": "Acme", "type": "Offline", "status": "Active", "validTo": LATER}
    http.post(f"{URL}/query", json={"certificates": [item], "hasMore": True})

    found, has_more = certificates.list_certificates(
        ksef, certificate_type=CertificateType.OFFLINE, state=CertificateState.ACTIVE, expires_after=NOON
    )

    assert [each.serial_number for each in found] == [SERIAL]
    assert has_more
    assert json.loads(http.calls[0].request.body or "") == {
        "type": "Offline",
        "status": "Active",
        "expiresAfter": "2026-11-23T11:00:00+00:00",
    }


def test_a_certificate_is_revoked_with_its_reason(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.post(f"{URL}/{SERIAL}/revoke", status=204)

    certificates.revoke_certificate(ksef, SERIAL, reason=RevocationReason.SUPERSEDED)

    assert json.loads(http.calls[0].request.body or "") == {"revocationReason": "Superseded"}
