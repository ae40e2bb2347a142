"""What each step of a certificate request does: one thing asked of KSeF, and what it answered kept."""

from collections.abc import Callable
from datetime import timedelta

import structlog
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from apps.ksef_client import auth, certificates
from apps.ksef_client.advice import ENROLMENT
from apps.ksef_client.advice.words import Advice, advice
from apps.ksef_client.certificates import CertificateType, RevocationReason
from apps.ksef_client.context import Context
from apps.ksef_client.credentials import Credential, from_pem
from apps.ksef_client.csr import build_csr, new_ec_key
from apps.ksef_client.errors import AccessDenied, KsefError, OutcomeUnknown, Refused, Unavailable
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.permissions import may_file
from apps.tenants.context import acting_in

from .certificate_requests import holding, note
from .connect_ksef import key_text, use_certificate
from .models import CertificateRequest, KsefConnection
from .rights import permissions_of
from .secrets import open_secret, seal_into

log = structlog.get_logger(__name__)

# KSeF's count of requests may lag behind a request that got in; only after this is an unchanged count believed.
COUNT_IS_TRUE_AFTER = timedelta(minutes=2)

NOT_ALLOWED = advice(
    "Ten podpis nie pozwala dziś na kolejny certyfikat KSeF.",
    "This signature allows no further KSeF certificate at present.",
    (
        "Unieważnij w KSeF certyfikat, którego nie używasz, albo użyj innego podpisu.",
        "Revoke a certificate in KSeF that you do not use, or use another signature.",
    ),
)
ANOTHER_KEY = advice(
    "KSeF wydał certyfikat do innego klucza; nie zostanie użyty.",
    "KSeF has issued the certificate for another key; it will not be used.",
    ("Zacznij od nowa.", "Begin anew."),
)


class Stopped(Exception):
    """This request cannot go on: a person begins another; the text says why in both languages."""

    def __init__(self, advice: Advice, detail: str = "") -> None:
        super().__init__(advice.en)
        self.advice, self.detail = advice, detail


def ask(request: CertificateRequest, ksef: Ksef) -> None:
    """Make the key, keep it with the intent, and only then let the request leave."""
    limits = certificates.certificate_limits(ksef)
    if not limits.can_request:
        raise Stopped(NOT_ALLOWED)
    data = certificates.enrolment_data(ksef)
    with acting_in(request.tenant_id):
        note(request, "certificate.requested", ksef.clock(), name=request.name)
    with holding(request) as row:
        if row.requested_at is not None:
            return  # another worker was first
        key = new_ec_key()
        seal_into(row, private_key=key_text(key))
        row.requested_at, row.remaining_before = ksef.clock(), limits.enrolments.remaining
    kind = CertificateType.OFFLINE if _is_offline(request) else CertificateType.AUTHENTICATION
    try:
        reference = certificates.enrol(ksef, name=request.name, certificate_type=kind, csr=build_csr(data, key))
    except OutcomeUnknown:
        raise  # it may be in: the next step looks for it
    except (AccessDenied, Refused, Unavailable):
        _not_requested(request)
        raise
    with holding(request) as row:
        row.reference = reference


def look(request: CertificateRequest, ksef: Ksef) -> None:
    """After a lost answer: the certificate is known by its name, and the count of requests tells whether ours is in."""
    found, _ = certificates.list_certificates(ksef, name=request.name)
    if found:
        with holding(request) as row:
            row.serial_number = found[0].serial_number
        return
    waited = ksef.clock() - (request.requested_at or ksef.clock())
    if waited < COUNT_IS_TRUE_AFTER:
        return
    remaining = certificates.certificate_limits(ksef).enrolments.remaining
    if request.remaining_before is not None and remaining >= request.remaining_before:
        _not_requested(request)  # nothing was used up: it never arrived


def wait(request: CertificateRequest, ksef: Ksef) -> None:
    """Ask whether the certificate is issued."""
    enrolment = certificates.enrolment_status(ksef, request.reference)
    if enrolment.status.is_failure:
        words = ENROLMENT.get(enrolment.status.code, ENROLMENT[500])
        raise Stopped(words, " ".join([enrolment.status.description, *enrolment.status.details]))
    if enrolment.serial_number:
        with holding(request) as row:
            row.serial_number = enrolment.serial_number


def retrieve(request: CertificateRequest, ksef: Ksef) -> None:
    """Fetch the certificate and make sure it belongs to our key."""
    issued = certificates.retrieve_certificates(ksef, [request.serial_number])
    with acting_in(request.tenant_id):
        key = load_pem_private_key((open_secret(request, "private_key") or "").encode(), None)
    if not issued or issued[0].certificate.public_key() != key.public_key():
        raise Stopped(ANOTHER_KEY)
    with acting_in(request.tenant_id):
        note(request, "certificate.issued", ksef.clock(), serial_number=request.serial_number)
    with holding(request) as row:
        row.certificate_pem = issued[0].certificate.public_bytes(Encoding.PEM).decode()


def prove(request: CertificateRequest, ksef: Ksef, nip: str, *, pause: Callable[[float], None], polls: int) -> None:
    """Sign in once with the new certificate, and see whether it may file; the token goes on working meanwhile."""
    challenge = auth.request_challenge(ksef)
    context = Context(nip)
    started = auth.start_with_certificate(ksef, challenge, context=context, credential=credential_of(request))
    try:
        tokens = auth.finish(ksef, started, wait=pause, polls=polls)
        signed_in = ksef.signed_in(tokens.access.value)
        allowed = may_file(permissions_of(signed_in))
    except AccessDenied as denied:
        if not denied.has_code(415):
            raise
        allowed = False  # KSeF knows the certificate, and nobody has granted its owner anything here
    with holding(request) as row:
        row.lacks_rights, row.has_signed_in = not allowed, allowed


def install(request: CertificateRequest, connection: KsefConnection, ksef: Ksef) -> None:
    """Switch the connection over, in one transaction: before it the token files, after it the certificate."""
    credential, at = credential_of(request), ksef.clock()
    former_sign_in = None
    with acting_in(request.tenant_id):
        # The audit chain is locked before the rows, as everywhere.
        note(request, "certificate.installed", at, by=request.begun_by, serial_number=request.serial_number)
        row = KsefConnection.objects.select_for_update().get(pk=connection.pk)
        replaced = open_secret(row, "token") or ""
        if _is_offline(request):
            row.offline_certificate_pem = request.certificate_pem
            seal_into(row, offline_private_key=key_text(credential.key))
        else:
            former_sign_in = open_secret(row, "refresh_token")
            use_certificate(row, credential, request.begun_by, at)
            row.status, row.checked_at = KsefConnection.Status.READY, at
        row.save()
        held = CertificateRequest.objects.select_for_update().get(pk=request.pk)
        held.installed_at = at
        if not _is_offline(request):
            held.token_reference = replaced.split("|")[0][:40]
        held.save()
        request.refresh_from_db()
    if former_sign_in:
        _sign_out(ksef.signed_in(former_sign_in))


def revoke_former(request: CertificateRequest, ksef: Ksef) -> None:
    """Revoke the certificate that this one replaced, if we asked for it: its key is gone, so nobody else can use it.

    One that a person brought along may serve other programs, and one behind QR codes II vouches for what is on paper.
    """
    with acting_in(request.tenant_id):
        ours = CertificateRequest.objects.filter(
            tenant_id=request.tenant_id, connection_id=request.connection_id, purpose=request.purpose
        )
        former = ours.filter(installed_at__lt=request.installed_at).order_by("-installed_at").first()
    if former is None or _is_offline(request):
        return
    event = "certificate.revoked"
    try:
        certificates.revoke_certificate(ksef, former.serial_number, reason=RevocationReason.SUPERSEDED)
    except (Refused, AccessDenied) as error:
        log.warning("ksef.former_certificate_not_revoked", code=error.code)
        event = "certificate.not_revoked"  # gone already, or this one may not: the KSeF application can
    with acting_in(request.tenant_id):
        note(request, event, ksef.clock(), serial_number=former.serial_number)


def _sign_out(ksef: Ksef) -> None:
    """A sign-in outlives its credential (F37). Whoever sends with its access token just now still can."""
    try:
        auth.sign_out(ksef)
    except KsefError as error:
        # It ends by itself within days, and nobody but us has its tokens.
        log.warning("ksef.sign_out_failed", http_status=error.http_status, code=error.code)


def credential_of(request: CertificateRequest) -> Credential:
    with acting_in(request.tenant_id):
        key = open_secret(request, "private_key") or ""
    return from_pem(request.certificate_pem.encode(), key.encode())


def _is_offline(request: CertificateRequest) -> bool:
    return request.purpose == CertificateRequest.Purpose.OFFLINE


def _not_requested(request: CertificateRequest) -> None:
    """Nothing happened in KSeF: the next attempt makes a key of its own."""
    with holding(request) as row:
        seal_into(row, private_key=None)
        row.requested_at = row.remaining_before = None
