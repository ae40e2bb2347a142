"""The key pair and PKCS#10 request for a KSeF certificate (API digest, 3.3)."""

import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from cryptography.x509.oid import NameOID, ObjectIdentifier

from apps.ksef_client.certificates import EnrolmentData
from apps.ksef_client.credentials import PrivateKey

_ORGANIZATION_IDENTIFIER = ObjectIdentifier("2.5.4.97")
_UNIQUE_IDENTIFIER = ObjectIdentifier("2.5.4.45")


def new_ec_key() -> ec.EllipticCurvePrivateKey:
    """A P-256 key, which KSeF recommends: shorter signatures, smaller QR codes."""
    return ec.generate_private_key(ec.SECP256R1())


def new_rsa_key() -> rsa.RSAPrivateKey:
    """An RSA key of exactly 2048 bits, the only length KSeF certifies."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def build_csr(data: EnrolmentData, key: PrivateKey) -> bytes:
    """The request in DER, signed with SHA-256; its subject repeats KSeF's data exactly."""
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(_subject(data))
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


def encrypted_pem(key: PrivateKey, password: bytes) -> bytes:
    """The key for storage, encrypted; store it before the request leaves."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))


def _subject(data: EnrolmentData) -> x509.Name:
    # The order is that of the official client; so are the string types, which are also the library's own.
    values = (
        (NameOID.COMMON_NAME, data.common_name),
        (NameOID.SURNAME, data.surname),
        (NameOID.GIVEN_NAME, data.given_name),
        (NameOID.ORGANIZATION_NAME, data.organization),
        (_ORGANIZATION_IDENTIFIER, data.organization_identifier),
        (NameOID.COUNTRY_NAME, data.country),
        (NameOID.SERIAL_NUMBER, data.serial_number),
        (_UNIQUE_IDENTIFIER, data.unique_identifier),
    )
    with warnings.catch_warnings():
        # KSeF compares the subject letter by letter, also where a Polish name is longer than 64 bytes.
        warnings.simplefilter("ignore")
        return x509.Name([x509.NameAttribute(oid, value, _validate=False) for oid, value in values if value])
