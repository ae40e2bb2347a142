import base64
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.ksef_simulator.client import Client, b64, codes
from tests.ksef_simulator.conftest import TOKEN
from tests.ksef_simulator.invoices import SELLER
from tests.ksef_simulator.signing import SEAL, PrivateKey, Signer

OIDS = {
    "commonName": NameOID.COMMON_NAME,
    "countryName": NameOID.COUNTRY_NAME,
    "organizationName": NameOID.ORGANIZATION_NAME,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}


@pytest.fixture
def owner(client: Client) -> Client:
    return client.signed_in(Signer())


def asked(data: dict[str, str], key: PrivateKey, digest: Any = None) -> str:
    """A certificate request as DER in Base64."""
    name = x509.Name([x509.NameAttribute(OIDS[field], value) for field, value in data.items()])
    built = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, digest or hashes.SHA256())
    return b64(built.public_bytes(Encoding.DER))


def enrol(owner: Client, key: PrivateKey, kind: str = "Authentication", **more: str) -> Any:
    data = owner.get("/certificates/enrollments/data").json()
    body = {"certificateName": "Pierwszy certyfikat", "certificateType": kind, "csr": asked(data, key)}
    return owner.post("/certificates/enrollments", body | more)


def issued(owner: Client, key: PrivateKey, kind: str = "Authentication", **more: str) -> x509.Certificate:
    answer = enrol(owner, key, kind, **more)
    assert answer.status_code == 202, answer.text
    status = owner.get(f"/certificates/enrollments/{answer.json()['referenceNumber']}").json()
    assert status["status"]["code"] == 200, status
    body = {"certificateSerialNumbers": [status["certificateSerialNumber"]]}
    (found,) = owner.post("/certificates/retrieve", body).json()["certificates"]
    assert found["certificateType"] == kind
    return x509.load_der_x509_certificate(base64.b64decode(found["certificate"]))


def serial(certificate: x509.Certificate) -> str:
    return f"{certificate.serial_number:016X}"


def signer_of(key: PrivateKey, certificate: x509.Certificate) -> Signer:
    signer = Signer(key=key)
    signer.certificate = certificate
    return signer


@pytest.mark.parametrize(
    "key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())], ids=["RSA", "EC"]
)
def test_an_enrolled_certificate_signs_in(owner: Client, key: PrivateKey) -> None:
    certificate = issued(owner, key)

    started = owner.start_signed_sign_in(signer_of(key, certificate))

    assert owner.sign_in_status(started)["authenticationMethod"] == "InternalCertificate"
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == 730
    listed = owner.post("/certificates/query", {}).json()["certificates"]
    assert listed[0]["certificateSerialNumber"] == serial(certificate)
    assert listed[0]["subjectIdentifier"] == {"type": "Nip", "value": SELLER}
    assert "lastUseDate" in listed[0]


def test_an_offline_certificate_has_another_usage_and_does_not_sign_in(owner: Client) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = issued(owner, key, "Offline")
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value

    assert (usage.digital_signature, usage.content_commitment) == (False, True)
    assert codes(owner.start_signed_sign_in(signer_of(key, certificate))) == [21115]


def test_a_token_sign_in_cannot_enrol(client: Client) -> None:
    acme = client.sign_in(SELLER, TOKEN)
    csr = asked({"commonName": "Acme"}, ec.generate_private_key(ec.SECP256R1()))
    body = {"certificateName": "Pierwszy", "certificateType": "Authentication", "csr": csr}

    assert codes(acme.get("/certificates/enrollments/data")) == [25001]
    assert codes(acme.post("/certificates/enrollments", body)) == [25002]
    assert acme.get("/certificates/limits").json()["canRequest"] is False


def test_a_request_must_repeat_the_data_exactly(owner: Client) -> None:
    data = owner.get("/certificates/enrollments/data").json()
    key = ec.generate_private_key(ec.SECP256R1())

    assert data == {field: SEAL[oid] for field, oid in OIDS.items()}
    assert codes(enrol(owner, key, csr=asked(data | {"commonName": "Acme 2"}, key))) == [25003]
    assert codes(enrol(owner, key, csr=asked({"commonName": "Acme"}, key))) == [25003]


def test_keys_algorithms_and_signatures_of_requests_are_checked(owner: Client) -> None:
    data = owner.get("/certificates/enrollments/data").json()
    good = ec.generate_private_key(ec.SECP256R1())
    broken = bytearray(base64.b64decode(asked(data, good)))
    broken[-1] ^= 1

    def code(csr: str) -> list[int]:
        return codes(enrol(owner, good, csr=csr))

    assert code(asked(data, ec.generate_private_key(ec.SECP384R1()))) == [25010]
    assert code(asked(data, rsa.generate_private_key(65537, 3072))) == [25010]
    assert code(asked(data, good, hashes.SHA224())) == [25011]
    assert code(b64(bytes(broken))) == [25004]
    assert code(b64(b"no request")) == [25004]


def test_a_key_of_somebody_else_is_rejected_afterwards(owner: Client) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    issued(owner, key)
    globex = owner.signed_in(
        Signer({oid: value.replace(SELLER, "5252344078") for oid, value in SEAL.items()}),
        context="<Nip>5252344078</Nip>",
    )

    reference = enrol(globex, key).json()["referenceNumber"]

    status = globex.get(f"/certificates/enrollments/{reference}").json()["status"]
    assert (status["code"], status["details"]) == (
        400,
        ["Klucz publiczny został już certyfikowany przez inny podmiot."],
    )
    assert codes(owner.get(f"/certificates/enrollments/{reference}")) == [25005]


def test_limits_are_counted_and_can_be_lowered(owner: Client) -> None:
    issued(owner, ec.generate_private_key(ec.SECP256R1()))

    before = owner.get("/certificates/limits").json()
    owner.post("/testdata/limits/subject/certificate", {"certificate": {"maxCertificates": 1}})
    full = enrol(owner, ec.generate_private_key(ec.SECP256R1()))
    owner.post("/testdata/limits/subject/certificate", {"enrollment": {"maxEnrollments": 1}})
    spent = enrol(owner, ec.generate_private_key(ec.SECP256R1()))
    lowered = owner.get("/limits/subject").json()
    owner.call("DELETE", "/testdata/limits/subject/certificate")

    assert before["enrollment"] == {"remaining": 299, "limit": 300}
    assert before["certificate"] == {"remaining": 99, "limit": 100}
    assert (codes(full), codes(spent)) == ([25007], [25006])
    assert lowered == {"enrollment": {"maxEnrollments": 1}, "certificate": {"maxCertificates": 1}}
    assert owner.get("/limits/subject").json()["enrollment"] == {"maxEnrollments": 300}


def test_a_revoked_certificate_is_dead_but_its_tokens_live(owner: Client) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = issued(owner, key)
    other = owner.signed_in(signer_of(key, certificate))

    revoked = owner.post(f"/certificates/{serial(certificate)}/revoke", {"revocationReason": "Superseded"})

    again = owner.post(f"/certificates/{serial(certificate)}/revoke")
    status = owner.sign_in_status(owner.start_signed_sign_in(signer_of(key, certificate)))["status"]
    assert revoked.status_code == 204
    assert codes(again) == [25009]
    assert (status["code"], status["details"]) == (460, ["Certyfikat odwołany"])
    assert other.post("/auth/token/refresh", bearer=other.refresh_token).status_code == 200
    assert codes(owner.post(f"/certificates/{'0' * 16}/revoke")) == [25008]


def test_the_end_of_a_certificate_can_be_brought_forward_for_tests(owner: Client) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = issued(owner, key)
    path = f"/testdata/certificates/{serial(certificate)}"

    later = owner.call("PUT", path, json={"validTo": "2099-01-01T00:00:00Z"})
    sooner = owner.call("PUT", path, json={"validTo": "2026-01-01T00:00:00Z"})

    status = owner.sign_in_status(owner.start_signed_sign_in(signer_of(key, certificate)))["status"]
    assert (codes(later), sooner.status_code) == ([21405], 200)
    assert status["details"] == ["Nieważny certyfikat"]
    assert owner.post("/certificates/query", {"status": "Expired"}).json()["certificates"] != []


def test_certificates_are_filtered(owner: Client) -> None:
    for kind in ("Authentication", "Offline"):
        issued(owner, ec.generate_private_key(ec.SECP256R1()), kind, certificateName=f"Certyfikat {kind}")

    def names(**filters: str) -> list[str]:
        return [each["name"] for each in owner.post("/certificates/query", filters).json()["certificates"]]

    assert names() == ["Certyfikat Offline", "Certyfikat Authentication"]
    assert names(type="Offline") == ["Certyfikat Offline"]
    assert names(name="authen") == ["Certyfikat Authentication"]
    assert names(expiresAfter="2099-01-01T00:00:00Z") == []
    assert names(certificateSerialNumber="0" * 16) == []


def test_the_status_of_an_enrolment_is_gone_after_a_month(owner: Client) -> None:
    reference = enrol(owner, ec.generate_private_key(ec.SECP256R1())).json()["referenceNumber"]
    owner.control("POST", "/clock", {"advance": 31 * 86400})
    later = owner.signed_in(Signer(days=60))

    assert later.get(f"/certificates/enrollments/{reference}").status_code == 410
