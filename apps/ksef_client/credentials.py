"""A certificate with its private key, loaded from what people have: PEM, encrypted PEM or PKCS#12."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

from .rounds import NotReadable, rounds_of_der, rounds_of_pem

# Half a second of work; what people export asks for 2 000 to 600 000.
MOST_ROUNDS = 1_000_000

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class CredentialProblem(ValueError):
    """A certificate or key that cannot be used, with a sentence for people in both languages."""

    def __init__(self, code: str, *, pl: str, en: str) -> None:
        super().__init__(en)
        self.code, self.pl, self.en = code, pl, en


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate, its private key, and what a signature quotes of them."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)
    der_base64: str = field(repr=False)
    digest_base64: str = field(repr=False)

    @property
    def valid_until(self) -> datetime:
        return self.certificate.not_valid_after_utc

    @property
    def serial_number(self) -> str:
        """The serial number as KSeF writes it: 16 hexadecimal digits."""
        return f"{self.certificate.serial_number:016X}"

    def check_valid(self, at: datetime) -> None:
        """Raise CredentialProblem outside the certificate's life."""
        if at < self.certificate.not_valid_before_utc:
            raise CredentialProblem(
                "not-yet-valid", pl="Certyfikat jeszcze nie obowiązuje.", en="The certificate is not valid yet."
            )
        if at >= self.valid_until:
            raise CredentialProblem(
                "expired",
                pl="Certyfikat wygasł. Wczytaj nowy.",
                en="The certificate has expired. Upload a new one.",
            )

    def sign(self, content: bytes) -> bytes:
        """An XML signature value over SHA-256: PKCS#1 v1.5 for RSA, r and s side by side for EC."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        return raw_ecdsa(self.key, content)


def raw_ecdsa(key: ec.EllipticCurvePrivateKey, content: bytes) -> bytes:
    """ECDSA with SHA-256 as r and s of fixed length, which XML signatures and KOD II expect instead of DER."""
    length = (key.curve.key_size + 7) // 8
    r, s = decode_dss_signature(key.sign(content, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(length, "big") + s.to_bytes(length, "big")


def from_pem(certificate: bytes, key: bytes, password: bytes | None = None) -> Credential:
    """A certificate (the first, if several) and a key in PEM; the key may be encrypted."""
    try:
        found = x509.load_pem_x509_certificate(certificate)
    except ValueError:
        raise CredentialProblem(
            "not-a-certificate",
            pl="To nie jest certyfikat w formacie PEM.",
            en="This is not a certificate in PEM format.",
        ) from None
    _bound(rounds_of_pem, key)
    try:
        return _credential(found, load_pem_private_key(key, password))
    except TypeError:
        raise _password(needed=password is None) from None
    except CredentialProblem:
        raise
    except (ValueError, UnsupportedAlgorithm):
        raise _wrong_password() if password else _unreadable_key() from None


def from_pkcs12(content: bytes, password: bytes | None) -> Credential:
    """A .p12 or .pfx file with its password."""
    _bound(rounds_of_der, content)
    try:
        key, certificate, _ = load_key_and_certificates(content, password)
    except (ValueError, UnsupportedAlgorithm):
        raise _wrong_password() from None
    if key is None or certificate is None:
        raise CredentialProblem(
            "incomplete-file",
            pl="W pliku nie ma klucza prywatnego z certyfikatem.",
            en="The file holds no private key with its certificate.",
        )
    return _credential(certificate, key)


def _bound(rounds_of: Callable[[bytes], int], content: bytes) -> None:
    """Refuse a file before its password hash keeps us busy for as long as it likes."""
    try:
        rounds = rounds_of(content)
    except (NotReadable, RecursionError):
        raise CredentialProblem(
            "unreadable-file",
            pl="Tego pliku nie da się odczytać. Wyeksportuj certyfikat z kluczem jeszcze raz (.p12, .pfx albo PEM).",
            en="This file cannot be read. Export the certificate with its key once more (.p12, .pfx or PEM).",
        ) from None
    if rounds > MOST_ROUNDS:
        raise CredentialProblem(
            "too-many-rounds",
            pl="Plik żąda ponad miliona powtórzeń skrótu hasła (iteration count); tyle przyjmujemy najwyżej. "
            "Wyeksportuj go z mniejszą liczbą, na przykład 600 000.",
            en="The file asks for more than a million rounds of its password hash (iteration count), the most we take. "
            "Export it with fewer, such as 600 000.",
        )


def _credential(certificate: x509.Certificate, key: object) -> Credential:
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise _wrong_kind()
    if key.key_size < (2048 if isinstance(key, rsa.RSAPrivateKey) else 256):
        raise _wrong_kind()
    if key.public_key() != certificate.public_key():
        raise CredentialProblem(
            "key-mismatch",
            pl="Klucz prywatny nie należy do tego certyfikatu.",
            en="The private key does not belong to this certificate.",
        )
    der = certificate.public_bytes(Encoding.DER)
    digest = base64.b64encode(hashlib.sha256(der).digest()).decode()
    return Credential(certificate, key, base64.b64encode(der).decode(), digest)


def _password(*, needed: bool) -> CredentialProblem:
    if needed:
        return CredentialProblem(
            "password-needed", pl="Klucz jest zaszyfrowany: podaj hasło.", en="The key is encrypted: give its password."
        )
    return CredentialProblem(
        "password-unneeded",
        pl="Klucz nie jest zaszyfrowany: zostaw hasło puste.",
        en="The key is not encrypted: leave the password empty.",
    )


def _wrong_password() -> CredentialProblem:
    return CredentialProblem(
        "wrong-password",
        pl="Hasło nie pasuje albo plik jest uszkodzony.",
        en="The password is wrong or the file is damaged.",
    )


def _unreadable_key() -> CredentialProblem:
    return CredentialProblem(
        "not-a-key", pl="To nie jest klucz prywatny w formacie PEM.", en="This is not a private key in PEM format."
    )


def _wrong_kind() -> CredentialProblem:
    return CredentialProblem(
        "key-kind",
        pl="KSeF przyjmuje klucze RSA od 2048 bitów i EC od 256 bitów.",
        en="KSeF takes RSA keys from 2048 bits and EC keys from 256 bits.",
    )
