"""Access to KSeF by token or certificate: switching wipes the other, blank keeps, mistakes are named."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.connections.connect_ksef import CredentialMissing, KsefAccess, connect_ksef
from apps.connections.models import KsefConnection
from apps.connections.secrets import open_secret
from apps.dashboard.forms import KsefConnectionForm
from apps.tenants.context import acting_in
from tests.factories import ACME_NIP, Company

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TEST = KsefConnection.Environment.TEST


class Files:
    """A certificate and key as a person has them."""

    def __init__(self, *, days: int = 700) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Acme")])
        start = datetime.now(UTC) - timedelta(days=10)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
        builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=days))
        self.certificate = builder.sign(self.key, SHA256())

    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self, password: bytes | None = None) -> bytes:
        how = BestAvailableEncryption(password) if password else NoEncryption()
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)

    def p12(self, password: bytes) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            b"acme", self.key, self.certificate, None, BestAvailableEncryption(password)
        )


def form(files: dict[str, bytes], **values: str) -> KsefConnectionForm:
    uploads: Any = {name: SimpleUploadedFile(name, content) for name, content in files.items()}
    data = {"environment": "test", "key_password": "", "token": "", "confirm_nip": ""} | values
    return KsefConnectionForm(data, uploads, nip=ACME_NIP, has_token=False, local=False)


def test_a_pem_pair_an_encrypted_key_and_a_p12_file_are_read() -> None:
    files = Files()

    given = [
        form({"certificate": files.pem(), "key": files.key_pem()}),
        form({"certificate": files.pem() + files.key_pem()}),
        form({"certificate": files.pem(), "key": files.key_pem(b"secret")}, key_password="secret"),
        form({"certificate": files.p12(b"secret")}, key_password="secret"),
    ]

    assert [one.errors for one in given] == [{}] * 4
    assert all(one.credential and one.credential.certificate == files.certificate for one in given)


@pytest.mark.parametrize(
    ("files", "values"),
    [
        ({"certificate": Files().pem(), "key": Files().key_pem()}, {}),
        ({"certificate": Files().p12(b"secret")}, {"key_password": "wrong"}),
        ({"certificate": b"\x00nonsense"}, {}),
        ({"certificate": Files(days=5).p12(b"secret")}, {"key_password": "secret"}),
        ({"certificate": Files().p12(b"secret")}, {"key_password": "secret", "token": "also a token"}),
    ],
    ids=["another key", "wrong password", "no certificate", "expired", "both"],
)
def test_a_certificate_that_cannot_be_used_is_refused_at_its_field(
    files: dict[str, bytes], values: dict[str, str]
) -> None:
    refused = form(files, **values)

    assert not refused.is_valid()
    assert "certificate" in refused.errors


def test_switching_the_method_wipes_the_other_and_blank_keeps_what_is_stored(acme: Company) -> None:
    credential = form({"certificate": Files().p12(b"secret")}, key_password="secret")
    assert credential.is_valid()
    ola = acme.people["ola"]

    with acting_in(acme.tenant.id):
        connect_ksef(acme.tenant, KsefAccess(TEST, "one-token"), by=ola, at=NOW)
        switched = connect_ksef(acme.tenant, KsefAccess(TEST, certificate=credential.credential), by=ola, at=NOW)
        assert (switched.token_sealed, switched.method) == (None, "certificate")
        assert switched.credential_expires_at

        kept = connect_ksef(acme.tenant, KsefAccess(TEST), by=ola, at=NOW)
        assert "BEGIN PRIVATE KEY" in (open_secret(kept, "private_key") or "")

        back = connect_ksef(acme.tenant, KsefAccess(TEST, "two-token"), by=ola, at=NOW)
        assert (back.private_key_sealed, back.certificate_pem, open_secret(back, "token")) == (None, "", "two-token")


def test_nothing_is_connected_without_a_credential(acme: Company) -> None:
    with acting_in(acme.tenant.id), pytest.raises(CredentialMissing):
        connect_ksef(acme.tenant, KsefAccess(TEST), by=acme.people["ola"], at=NOW)
