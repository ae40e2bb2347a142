"""X.509 certificates the simulator makes for itself: its encryption keys and the seal on receipts."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

MINISTRY = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "PL"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ministerstwo Finansów"),
        x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, "VATPL-5260250274"),
        x509.NameAttribute(NameOID.COMMON_NAME, "Ministerstwo Finansów"),
    ]
)


def ministry_certificate(private: rsa.RSAPrivateKey, start: datetime, end: datetime) -> x509.Certificate:
    """A self-signed certificate that names the Ministry as the published ones do; it proves nothing to anyone."""
    builder = x509.CertificateBuilder().subject_name(MINISTRY).issuer_name(MINISTRY)
    builder = builder.public_key(private.public_key()).serial_number(x509.random_serial_number())
    # X.509 counts whole seconds.
    start = start.replace(microsecond=0)
    builder = builder.not_valid_before(start).not_valid_after(end.replace(microsecond=0) + timedelta(seconds=1))
    return builder.sign(private, hashes.SHA256())
