"""KSeF certificates of both kinds: limits, request, issue, retrieval, revocation (API digest, 3.3)."""

import base64
import binascii
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cryptography import x509

from apps.ksef_client import endpoints
from apps.ksef_client.crypto import encode
from apps.ksef_client.ksef import Ksef, iso, without_nulls
from apps.ksef_client.reading import Fields, Unreadable
from apps.ksef_client.statuses import Status, read_status

LARGEST_RETRIEVAL = 10
_NAME = re.compile(r"[a-zA-Z0-9_\- ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]{5,100}")


class CertificateType(StrEnum):
    """One signs sign-ins, the other signs QR code II; neither can do the other's work."""

    AUTHENTICATION = "Authentication"
    OFFLINE = "Offline"


class CertificateState(StrEnum):
    ACTIVE = "Active"
    BLOCKED = "Blocked"
    REVOKED = "Revoked"
    EXPIRED = "Expired"


class RevocationReason(StrEnum):
    UNSPECIFIED = "Unspecified"
    SUPERSEDED = "Superseded"
    KEY_COMPROMISE = "KeyCompromise"


@dataclass(frozen=True, slots=True)
class Allowance:
    remaining: int
    limit: int


@dataclass(frozen=True, slots=True)
class CertificateLimits:
    """Whether a certificate may be requested, and how many more."""

    can_request: bool
    enrolments: Allowance
    certificates: Allowance


@dataclass(frozen=True, slots=True)
class EnrolmentData:
    """The subject a certificate request must carry, to the letter."""

    common_name: str
    country: str
    given_name: str | None = None
    surname: str | None = None
    serial_number: str | None = None
    unique_identifier: str | None = None
    organization: str | None = None
    organization_identifier: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """How far a certificate request is."""

    status: Status
    serial_number: str | None


@dataclass(frozen=True, slots=True)
class KsefCertificate:
    """A certificate as KSeF lists it."""

    serial_number: str
    name: str
    type: str
    state: str
    valid_from: datetime | None
    valid_until: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A certificate as KSeF hands it out."""

    serial_number: str
    type: str
    certificate: x509.Certificate = field(repr=False)


def certificate_limits(ksef: Ksef) -> CertificateLimits:
    return ksef.call(endpoints.CERTIFICATE_LIMITS).into(
        lambda fields: CertificateLimits(
            fields.flag("canRequest"), _allowance(fields, "enrollment"), _allowance(fields, "certificate")
        )
    )


def enrolment_data(ksef: Ksef) -> EnrolmentData:
    """The data for a certificate request; only after signing in with a signature."""
    return ksef.call(endpoints.ENROLMENT_DATA).into(
        lambda fields: EnrolmentData(
            fields.need_text("commonName"),
            fields.need_text("countryName"),
            fields.text("givenName"),
            fields.text("surname"),
            fields.text("serialNumber"),
            fields.text("uniqueIdentifier"),
            fields.text("organizationName"),
            fields.text("organizationIdentifier"),
        )
    )


def enrol(
    ksef: Ksef, *, name: str, certificate_type: CertificateType, csr: bytes, valid_from: datetime | None = None
) -> str:
    """Send a request and return its reference; store the key first, for after OutcomeUnknown the request may be in."""
    if not _NAME.fullmatch(name):
        raise ValueError("The name of a certificate has 5 to 100 letters, digits, spaces, - or _.")
    body = {
        "certificateName": name,
        "certificateType": certificate_type.value,
        "csr": encode(csr),
        "validFrom": iso(valid_from) if valid_from else None,
    }
    answer = ksef.call(endpoints.ENROL, json_body=without_nulls(body))
    return answer.into(lambda fields: fields.need_text("referenceNumber"))


def enrolment_status(ksef: Ksef, reference: str) -> Enrolment:
    return ksef.call(endpoints.ENROLMENT_STATUS, path={"referenceNumber": reference}).into(
        lambda fields: Enrolment(read_status(fields), fields.text("certificateSerialNumber") or None)
    )


def retrieve_certificates(ksef: Ksef, serial_numbers: Collection[str]) -> tuple[IssuedCertificate, ...]:
    """Fetch up to ten certificates by serial number."""
    if not 1 <= len(serial_numbers) <= LARGEST_RETRIEVAL:
        raise ValueError("One to ten certificates are retrieved at once.")
    body = {"certificateSerialNumbers": list(serial_numbers)}
    answer = ksef.call(endpoints.RETRIEVE_CERTIFICATES, json_body=body)
    return answer.into(lambda fields: tuple(_issued(item) for item in fields.need_parts("certificates")))


def list_certificates(
    ksef: Ksef,
    *,
    name: str | None = None,
    certificate_type: CertificateType | None = None,
    state: CertificateState | None = None,
    expires_after: datetime | None = None,
    page: int = 0,
    page_size: int = 50,
) -> tuple[tuple[KsefCertificate, ...], bool]:
    """One page of one's certificates, the latest request first, and whether there are more."""
    body = {
        "name": name,
        "type": certificate_type.value if certificate_type else None,
        "status": state.value if state else None,
        "expiresAfter": iso(expires_after) if expires_after else None,
    }
    query = {"pageOffset": page, "pageSize": page_size}
    answer = ksef.call(endpoints.CERTIFICATES, query=query, json_body=without_nulls(body))
    return answer.into(
        lambda fields: (tuple(_listed(item) for item in fields.need_parts("certificates")), fields.flag("hasMore"))
    )


def revoke_certificate(
    ksef: Ksef, serial_number: str, *, reason: RevocationReason = RevocationReason.UNSPECIFIED
) -> None:
    """Revoke a certificate. Sign-ins made with it live on until they are ended (F37): end them too."""
    body = {"revocationReason": reason.value}
    ksef.call(endpoints.REVOKE_CERTIFICATE, path={"certificateSerialNumber": serial_number}, json_body=body)


def _allowance(fields: Fields, name: str) -> Allowance:
    part = fields.need_part(name)
    return Allowance(part.need_number("remaining"), part.need_number("limit"))


def _listed(fields: Fields) -> KsefCertificate:
    return KsefCertificate(
        fields.need_text("certificateSerialNumber"),
        fields.text("name") or "",
        fields.need_text("type"),
        fields.need_text("status"),
        fields.moment("validFrom"),
        fields.moment("validTo"),
        fields.moment("lastUseDate"),
    )


def _issued(fields: Fields) -> IssuedCertificate:
    try:
        der = base64.b64decode(fields.need_text("certificate"), validate=True)
        certificate = x509.load_der_x509_certificate(der)
    except (ValueError, binascii.Error):
        raise Unreadable("a certificate is not in DER") from None
    return IssuedCertificate(
        fields.need_text("certificateSerialNumber"), fields.text("certificateType") or "", certificate
    )
