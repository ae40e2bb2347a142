"""Enrolling a KSeF certificate: limits, data, the request and what must be right about it."""

import base64
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from apps.ksef_simulator.clock import later, read_moment, stamp
from apps.ksef_simulator.people.certificates import Enrolment, KsefCertificate
from apps.ksef_simulator.people.identity import subject_data
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply, without_nulls
from apps.ksef_simulator.web.errors import BadRequest, Gone

KEPT_SECONDS = 30 * 86400
STATUS = {100: "Wniosek przyjęty do realizacji", 200: "Wniosek obsłużony (certyfikat wygenerowany)"}
STATUS |= {400: "Wniosek odrzucony", 500: "Nieznany błąd", 550: "Operacja została anulowana przez system"}
TAKEN_KEY = "Klucz publiczny został już certyfikowany przez inny podmiot."
_HASHES = (hashes.SHA1, hashes.SHA256, hashes.SHA384, hashes.SHA512)


@answers("GET", "/certificates/limits")
def limits(call: Call) -> Reply:
    enrolments, certificates = _limits(call)
    used, active = _used(call)
    return json_reply(
        {
            "canRequest": _data(call) is not None and used < enrolments and active < certificates,
            "enrollment": {"remaining": max(0, enrolments - used), "limit": enrolments},
            "certificate": {"remaining": max(0, certificates - active), "limit": certificates},
        }
    )


@answers("GET", "/certificates/enrollments/data")
def enrolment_data(call: Call) -> Reply:
    data = _data(call)
    if data is None:
        raise BadRequest(25001)
    return json_reply(data)


@answers("POST", "/certificates/enrollments")
def enrol(call: Call) -> Reply:
    data, subject, body = _data(call), str(call.principal.subject), call.body
    if data is None:
        raise BadRequest(25002)
    request = _request(base64.b64decode(body["csr"]))
    if subject_data(request) != data:
        raise BadRequest(25003)
    enrolments, certificates = _limits(call)
    used, active = _used(call)
    if used >= enrolments:
        raise BadRequest(25006)
    if active >= certificates:
        raise BadRequest(25007)
    start = read_moment(body["validFrom"]) if body.get("validFrom") else call.at
    enrolment = Enrolment(call.system.numbers.reference("EH", call.at), subject, call.at, 200)
    certificate = _issued(call, request, start, data["commonName"])
    if call.system.certificates.certified_by_another(certificate.key, subject):
        enrolment.code, enrolment.detail = 400, TAKEN_KEY
        call.system.certificates.keep(enrolment)
    else:
        enrolment.serial = certificate.serial
        call.system.certificates.keep(enrolment, certificate)
    return json_reply({"referenceNumber": enrolment.reference, "timestamp": stamp(call.at)}, 202)


@answers("GET", "/certificates/enrollments/{referenceNumber}")
def enrolment_status(call: Call) -> Reply:
    enrolment = call.system.certificates.enrolment(call.reference)
    if enrolment is None or enrolment.subject != str(call.principal.subject):
        raise BadRequest(25005)
    if (call.at - enrolment.requested_at).total_seconds() > KEPT_SECONDS:
        raise Gone("Status wniosku nie jest już dostępny.")
    running = call.at < later(enrolment.requested_at, call.system.options.signin_delay)
    code = 100 if running else enrolment.code
    details = [enrolment.detail] if enrolment.detail and not running else None
    return json_reply(
        without_nulls(
            {
                "requestDate": stamp(enrolment.requested_at),
                "status": without_nulls({"code": code, "description": STATUS[code], "details": details}),
                "certificateSerialNumber": None if running else enrolment.serial,
            }
        )
    )


def _data(call: Call) -> dict[str, str] | None:
    """The subject to repeat in a request; None after a token sign-in, which carries no certificate."""
    sign_in = call.system.sign_ins.get(call.principal.sign_in)
    return sign_in.certificate_data if sign_in is not None else None


def _limits(call: Call) -> tuple[int, int]:
    return call.system.subject_limits.of(call.principal.subject)


def _used(call: Call) -> tuple[int, int]:
    subject = str(call.principal.subject)
    active = sum(each.status(call.at) == "Active" for each in call.system.certificates.of_subject(subject))
    return call.system.certificates.enrolments_of(subject), active


def _request(der: bytes) -> x509.CertificateSigningRequest:
    try:
        request = x509.load_der_x509_csr(der)
        key = request.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadRequest(25004, str(error)) from error
    right_rsa = isinstance(key, rsa.RSAPublicKey) and key.key_size == 2048
    right_ec = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    if not (right_rsa or right_ec):
        raise BadRequest(25010)
    try:
        algorithm = request.signature_hash_algorithm
    except UnsupportedAlgorithm:
        raise BadRequest(25011) from None
    if not isinstance(algorithm, _HASHES):
        raise BadRequest(25011)
    if not request.is_signature_valid:
        raise BadRequest(25004, "Podpis wniosku jest nieprawidłowy.")
    return request


def _issued(call: Call, request: x509.CertificateSigningRequest, start: datetime, common_name: str) -> KsefCertificate:
    serial = call.system.numbers.serial()
    offline = call.body["certificateType"] == "Offline"
    certificate = call.system.certificates.authority.issue(request, int(serial, 16), start, offline=offline)
    return KsefCertificate(
        serial=serial,
        name=call.body["certificateName"],
        type=call.body["certificateType"],
        subject=str(call.principal.subject),
        common_name=common_name,
        der=certificate.public_bytes(serialization.Encoding.DER),
        key=request.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        valid_from=certificate.not_valid_before_utc,
        valid_to=certificate.not_valid_after_utc,
        requested_at=call.at,
    )
