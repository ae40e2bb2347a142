"""The simulator's own certification authority for KSeF certificates."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apps.ksef_simulator.store import Store

ISSUER = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "PL"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ministerstwo Finansów"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Krajowa Administracja Skarbowa"),
        x509.NameAttribute(NameOID.COMMON_NAME, "CCK KSeF (symulator)"),
    ]
)
LIFE = timedelta(days=730)


class Authority:
    def __init__(self, store: Store, now: datetime) -> None:
        kept: str | None = store.setting("authority")
        if kept is None:
            made = ec.generate_private_key(ec.SECP256R1())
            kept = made.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ).decode()
            store.set("authority", kept)
        key = serialization.load_pem_private_key(kept.encode(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the authority signs with an EC key")
        self._key = key
        self.certificate = self._self_signed(now)

    def issue(
        self, request: x509.CertificateSigningRequest, serial: int, start: datetime, *, offline: bool
    ) -> x509.Certificate:
        """A certificate over the subject and key of a request that was checked before."""
        start = start.replace(microsecond=0)
        builder = x509.CertificateBuilder().subject_name(request.subject).issuer_name(ISSUER)
        builder = builder.public_key(request.public_key()).serial_number(serial)
        builder = builder.not_valid_before(start).not_valid_after(start + LIFE)
        # Signing in needs digitalSignature; signing offline invoices needs nonRepudiation (API docs, certyfikaty).
        usage = x509.KeyUsage(
            digital_signature=not offline,
            content_commitment=offline,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=False,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        return builder.add_extension(usage, critical=True).sign(self._key, hashes.SHA256())

    def issued(self, certificate: x509.Certificate) -> bool:
        """Whether this certificate carries our signature."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except Exception:  # noqa: BLE001 - any failure, of any kind, means it is not ours
            return False
        return True

    def _self_signed(self, now: datetime) -> x509.Certificate:
        builder = x509.CertificateBuilder().subject_name(ISSUER).issuer_name(ISSUER)
        builder = builder.public_key(self._key.public_key()).serial_number(1)
        builder = builder.not_valid_before(now - timedelta(days=365)).not_valid_after(now + timedelta(days=3650))
        return builder.sign(self._key, hashes.SHA256())
