"""Who a certificate speaks for (API docs, uwierzytelnianie: attributes by OID)."""

import hashlib
import re

from cryptography import x509
from cryptography.x509.oid import NameOID

from apps.ksef_simulator.signin.principal import Identifier

_PESEL = re.compile(r"(?:PNOPL|PESEL).*?(\d{11})")
_NIP = re.compile(r"(?:TINPL|NIP).*?(\d{10})")
_VAT = re.compile(r"VATPL.*?(\d{10})")
_PEPPOL = re.compile(r"P[A-Z]{2}[0-9]{6}")
PERSON, SEAL = "qualified-signature", "qualified-seal"


class Incomplete(Exception):
    """The certificate lacks an attribute its kind must have (21115)."""


def fingerprint(der: bytes) -> Identifier:
    return Identifier("Fingerprint", hashlib.sha256(der).hexdigest().upper())


def attribute(certificate: x509.Certificate | x509.CertificateSigningRequest, oid: x509.ObjectIdentifier) -> str | None:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else None


def kind_of(certificate: x509.Certificate) -> str:
    """A seal names an organisation and no person; anything else counts as a person's certificate."""
    person = attribute(certificate, NameOID.GIVEN_NAME) or attribute(certificate, NameOID.SURNAME)
    return SEAL if attribute(certificate, NameOID.ORGANIZATION_IDENTIFIER) and not person else PERSON


def subject_of(certificate: x509.Certificate) -> Identifier | None:
    """The NIP, PESEL or Peppol number in the subject; None when only the fingerprint identifies it."""
    kind = kind_of(certificate)
    common = (NameOID.COMMON_NAME, NameOID.COUNTRY_NAME)
    required = (NameOID.ORGANIZATION_NAME, *common) if kind == SEAL else (NameOID.GIVEN_NAME, NameOID.SURNAME, *common)
    missing = [oid.dotted_string for oid in required if attribute(certificate, oid) is None]
    if missing:
        raise Incomplete(f"Brak wymaganych atrybutów podmiotu: {', '.join(missing)}.")
    if kind == SEAL:
        return _sealed(certificate)
    serial = attribute(certificate, NameOID.SERIAL_NUMBER) or ""
    for pattern, identifier in ((_PESEL, "Pesel"), (_NIP, "Nip")):
        found = pattern.search(serial)
        if found:
            return Identifier(identifier, found[1])
    return None


def _sealed(certificate: x509.Certificate) -> Identifier | None:
    name = attribute(certificate, NameOID.COMMON_NAME) or ""
    if _PEPPOL.fullmatch(name):
        return Identifier("PeppolId", name)
    found = _VAT.search(attribute(certificate, NameOID.ORGANIZATION_IDENTIFIER) or "")
    return Identifier("Nip", found[1]) if found else None


def subject_data(certificate: x509.Certificate | x509.CertificateSigningRequest) -> dict[str, str]:
    """The attributes a certificate request must repeat exactly."""
    wanted = {
        "commonName": NameOID.COMMON_NAME,
        "countryName": NameOID.COUNTRY_NAME,
        "givenName": NameOID.GIVEN_NAME,
        "surname": NameOID.SURNAME,
        "serialNumber": NameOID.SERIAL_NUMBER,
        "uniqueIdentifier": NameOID.X500_UNIQUE_IDENTIFIER,
        "organizationName": NameOID.ORGANIZATION_NAME,
        "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
    }
    found = {name: attribute(certificate, oid) for name, oid in wanted.items()}
    return {name: value for name, value in found.items() if value is not None}
