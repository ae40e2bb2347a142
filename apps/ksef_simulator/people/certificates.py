"""KSeF certificates: requests, what was issued, and what became of it."""

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509

from apps.ksef_simulator.clock import stamp, stamp_or_none
from apps.ksef_simulator.people.authority import Authority
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.store import Store
from apps.ksef_simulator.web.call import without_nulls


@dataclass(slots=True)
class KsefCertificate:
    serial: str
    name: str
    type: str
    subject: str
    common_name: str
    der: bytes
    key: bytes
    valid_from: datetime
    valid_to: datetime
    requested_at: datetime
    revoked_at: datetime | None = None
    last_use_at: datetime | None = None

    def status(self, now: datetime) -> str:
        if self.revoked_at is not None:
            return "Revoked"
        return "Expired" if now >= self.valid_to else "Active"

    def as_json(self, now: datetime) -> dict[str, Any]:
        return without_nulls(
            {
                "certificateSerialNumber": self.serial,
                "name": self.name,
                "type": self.type,
                "commonName": self.common_name,
                "status": self.status(now),
                "subjectIdentifier": Identifier.parse(self.subject).as_json(),
                "validFrom": stamp(self.valid_from),
                "validTo": stamp(self.valid_to),
                "lastUseDate": stamp_or_none(self.last_use_at),
                "requestDate": stamp(self.requested_at),
            }
        )


@dataclass(slots=True)
class Enrolment:
    reference: str
    subject: str
    requested_at: datetime
    code: int
    detail: str | None = None
    serial: str | None = None


class Certificates:
    def __init__(self, store: Store, now: datetime) -> None:
        self._store = store
        self.authority = Authority(store, now)
        self._lock = threading.Lock()
        self._issued = {each.serial: each for each in store.all("certificate", KsefCertificate)}
        self._enrolments = {each.reference: each for each in store.all("enrolment", Enrolment)}

    def keep(self, enrolment: Enrolment, certificate: KsefCertificate | None = None) -> None:
        records: list[tuple[str, str, object]] = [("enrolment", enrolment.reference, enrolment)]
        with self._lock:
            self._enrolments[enrolment.reference] = enrolment
            if certificate is not None:
                self._issued[certificate.serial] = certificate
                records.append(("certificate", certificate.serial, certificate))
        self._store.put_many(records)

    def save(self, certificate: KsefCertificate) -> None:
        self._store.put("certificate", certificate.serial, certificate)

    def used(self, certificate: KsefCertificate, at: datetime) -> None:
        certificate.last_use_at = at
        self.save(certificate)

    def get(self, serial: str) -> KsefCertificate | None:
        return self._issued.get(serial)

    def enrolment(self, reference: str) -> Enrolment | None:
        return self._enrolments.get(reference)

    def of_subject(self, subject: str) -> list[KsefCertificate]:
        with self._lock:
            found = [each for each in self._issued.values() if each.subject == subject]
        return sorted(found, key=lambda each: each.requested_at, reverse=True)

    def enrolments_of(self, subject: str) -> int:
        with self._lock:
            return sum(each.subject == subject for each in self._enrolments.values())

    def certified_by_another(self, key: bytes, subject: str) -> bool:
        with self._lock:
            return any(each.key == key and each.subject != subject for each in self._issued.values())

    def of(self, certificate: x509.Certificate) -> KsefCertificate | None:
        """Our record of a certificate, if we issued it."""
        found = self._issued.get(f"{certificate.serial_number:016X}")
        return found if found is not None and self.authority.issued(certificate) else None

    def verdict(self, certificate: x509.Certificate, now: datetime, *, chain: bool) -> tuple[int, list[str]]:
        """The status a sign-in with this certificate ends with, as far as the certificate decides it."""
        enrolled = self.of(certificate)
        if enrolled is not None and enrolled.revoked_at is not None:
            return 460, ["Certyfikat odwołany"]
        ends = enrolled.valid_to if enrolled is not None else certificate.not_valid_after_utc
        if not certificate.not_valid_before_utc <= now < ends:
            return 460, ["Nieważny certyfikat"]
        if chain and enrolled is None:
            # Nobody outside the simulator can be trusted by it; without the check any certificate may sign in.
            return 460, ["Niezaufany łańcuch certyfikatów"]
        return 200, []
