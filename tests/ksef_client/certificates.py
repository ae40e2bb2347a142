"""Certificates as people have them: personal signature, company seal, RSA and EC."""

from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID, ObjectIdentifier

from apps.ksef_client.credentials import Credential, PrivateKey, from_pem

ORGANIZATION_IDENTIFIER = ObjectIdentifier("2.5.4.97")
NIP = "5265877635"


@cache
def key_of(kind: str) -> PrivateKey:
    """One key per kind and run: RSA generation is slow."""
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    curve = {"ec": ec.SECP256R1(), "p384": ec.SECP384R1(), "p192": ec.SECP192R1()}[kind]
    return ec.generate_private_key(curve)


def seal_of(nip: str = NIP, organization: str = "Acme & Synowie <sp. z o.o.>") -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(ORGANIZATION_IDENTIFIER, f"VATPL-{nip}"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Pieczęć Acme"),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "PL"),
        ]
    )


def certificate_for(key: PrivateKey, now: datetime, *, subject: x509.Name | None = None) -> x509.Certificate:
    name = subject or seal_of()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(0x01F20A5D352AE590)
        .not_valid_before(now - timedelta(minutes=61))
        .not_valid_after(now + timedelta(days=730))
        .sign(key, hashes.SHA256())
    )


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def key_pem(key: PrivateKey, password: bytes | None = None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _encryption(password))


def p12(key: PrivateKey, certificate: x509.Certificate, password: bytes | None) -> bytes:
    return pkcs12.serialize_key_and_certificates(b"acme", key, certificate, None, _encryption(password))


def credential(kind: str, now: datetime, *, subject: x509.Name | None = None) -> Credential:
    key = key_of(kind)
    return from_pem(pem(certificate_for(key, now, subject=subject)), key_pem(key))


def _encryption(password: bytes | None) -> KeySerializationEncryption:
    return BestAvailableEncryption(password) if password else NoEncryption()
