"""Public keys as KSeF publishes them, with the private half in hand."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID


@cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """An RSA key; equal numbers give the same key within a run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class PublishedKeys:
    """One certificate for both usages."""

    certificate: x509.Certificate
    private: rsa.RSAPrivateKey

    @classmethod
    def make(cls, now: datetime, *, number: int = 0) -> "PublishedKeys":
        private = rsa_key(number)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ministerstwo Finansów")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(private.public_key())
            .serial_number(number + 1)
            .not_valid_before(now - timedelta(days=30 - number))
            .not_valid_after(now + timedelta(days=300))
            .sign(private, hashes.SHA256())
        )
        return cls(certificate, private)

    @property
    def id(self) -> str:
        spki = self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(spki).digest()).decode()

    def entry(self, *usage: str) -> dict[str, Any]:
        der = self.certificate.public_bytes(Encoding.DER)
        return {
            "certificate": base64.b64encode(der).decode(),
            "certificateId": base64.b64encode(hashlib.sha256(der).digest()).decode(),
            "publicKeyId": self.id,
            "validFrom": self.certificate.not_valid_before_utc.isoformat(),
            "validTo": self.certificate.not_valid_after_utc.isoformat(),
            "usage": list(usage or ("KsefTokenEncryption", "SymmetricKeyEncryption")),
        }

    def as_json(self) -> list[dict[str, Any]]:
        return [self.entry()]

    def unwrap(self, content: str) -> bytes:
        """Open what was encrypted for KSeF, the way KSeF does."""
        oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
        return self.private.decrypt(base64.b64decode(content, validate=True), oaep)
