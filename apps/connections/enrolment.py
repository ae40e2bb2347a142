"""A certificate for a connection, one step at a time: anybody may press on, a crash resumes where it stopped.

The order of the steps is ksef_client.moving's; what each does is in certificate_steps.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from apps.ksef_client import auth
from apps.ksef_client.advice import advice_for
from apps.ksef_client.credentials import Credential
from apps.ksef_client.errors import AccessDenied, KsefError, Refused
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.moving import Move, Step, next_step
from apps.ksef_client.tokens import revoke_token
from apps.tenants.context import acting_in
from apps.tenants.models import User

from . import certificate_steps as steps
from . import signature
from .certificate_requests import end, holding, leased
from .certificate_steps import Stopped
from .ksef import SIGN_IN_POLLS, Caller, SignInBusy
from .models import CertificateRequest, KsefConnection
from .secrets import open_secret
from .signature import Place
from .token_keeper import wipe_unused

# A person does these; the program does the others.
FOR_A_PERSON = frozenset({Step.SIGN_IN_BY_SIGNATURE, Step.GRANT_RIGHTS, Step.REVOKE_TOKEN, Step.DONE})
BETWEEN_LOOKS = timedelta(seconds=3)
AFTER_TROUBLE = timedelta(seconds=5)
# Trying again at once would be refused again: something has to be granted or changed first.
AFTER_REFUSAL = timedelta(seconds=60)


def step_of(request: CertificateRequest) -> Step:
    """What comes next for a request."""
    offline = request.purpose == CertificateRequest.Purpose.OFFLINE
    return next_step(
        Move(
            sign_in_started=bool(request.sign_in_reference),
            signed_in_by_signature=request.uses_connection or request.refresh_token_sealed is not None,
            is_requested=request.requested_at is not None,
            enrolment=request.reference or None,
            is_issued=bool(request.serial_number),
            is_retrieved=bool(request.certificate_pem),
            lacks_rights=request.lacks_rights,
            # An Offline certificate cannot sign in: that it belongs to our key is all there is to prove.
            has_signed_in=request.has_signed_in or (offline and bool(request.certificate_pem)),
            is_switched=request.installed_at is not None,
            is_token_revoked=not request.token_reference,
        )
    )


def place_of(request: CertificateRequest, *, caller: Caller) -> Place:
    """The request with a client of its connection that shows no bearer."""
    with acting_in(request.tenant_id):
        connection = KsefConnection.objects.get(pk=request.connection_id)
    ksef = caller.access(request.tenant_id, connection.pk).anonymous(connection)
    return Place(request, ksef, connection.context_nip)


def sign(request: CertificateRequest, signed: bytes | Credential, *, caller: Caller) -> None:
    """Hand in what a person signed. Raises CredentialProblem and FileTooOld; what KSeF says is kept for the page."""
    if step_of(request) is not Step.SIGN_IN_BY_SIGNATURE:
        return  # pressed twice
    place = place_of(request, caller=caller)
    try:
        if isinstance(signed, Credential):
            signature.hand_in_key(place, signed)
        else:
            signature.hand_in_file(place, signed)
    except KsefError as error:
        _keep_problem(request, error, caller.clock())
    else:
        _clear_problem(request)


def use_connection(request: CertificateRequest) -> None:
    """The connection's own certificate signs in: nobody needs to sign anything."""
    with holding(request) as row:
        row.uses_connection = True


def advance(request: CertificateRequest, *, caller: Caller) -> Step:
    """Take the next step, unless a person has it or another worker is at it. Talks to KSeF outside transactions."""
    if step_of(request) in FOR_A_PERSON - {Step.GRANT_RIGHTS, Step.DONE}:
        return step_of(request)
    with leased(request, caller.clock()) as is_ours:
        if is_ours:
            with acting_in(request.tenant_id):
                request.refresh_from_db()
            _attempt(request, caller)
    with acting_in(request.tenant_id):
        request.refresh_from_db()
    return step_of(request)


def abandon(request: CertificateRequest, *, by: User, at: datetime) -> None:
    """Close a request: before the switch the connection stays as it is, and the new key is wiped."""
    end(request, "certificate.request_done" if request.installed_at else "certificate.request_abandoned", at=at, by=by)


def revoke_replaced_token(request: CertificateRequest, *, caller: Caller) -> bool:
    """Revoke in KSeF the token that the certificate replaced; whether that went well."""
    try:
        ksef = caller.access(request.tenant_id, request.connection_id).open()
        revoke_token(ksef, request.token_reference)
    except (KsefError, SignInBusy) as error:
        if isinstance(error, KsefError):
            _keep_problem(request, error, caller.clock())
        return False
    with holding(request) as row:
        row.token_reference = ""
    end(request, "ksef.token_revoked", at=caller.clock(), by=request.begun_by)
    return True


def _attempt(request: CertificateRequest, caller: Caller) -> None:
    step = step_of(request)
    try:
        _take(step, request, caller)
    except Stopped as stopped:
        _stop(request, stopped, caller.clock())
    except SignInBusy:
        return
    except AccessDenied as denied:
        if step is Step.WAIT_FOR_SIGN_IN or denied.needs_refresh:
            signature.forget_sign_in(request)
        _keep_problem(request, denied, caller.clock())
    except KsefError as error:
        _keep_problem(request, error, caller.clock())
    else:
        _clear_problem(request, next_at=caller.clock() + BETWEEN_LOOKS if step_of(request) is step else None)


def _take(step: Step, request: CertificateRequest, caller: Caller) -> None:
    place = place_of(request, caller=caller)
    match step:
        case Step.WAIT_FOR_SIGN_IN:
            signature.look_at_sign_in(place)
        case Step.TRY_CERTIFICATE | Step.GRANT_RIGHTS:
            steps.prove(request, place.ksef, place.nip, pause=caller.pause, polls=SIGN_IN_POLLS)
        case Step.SWITCH:
            with acting_in(request.tenant_id):
                connection = KsefConnection.objects.get(pk=request.connection_id)
            steps.install(request, connection, place.ksef)
            wipe_unused(request.tenant_id)
        case Step.DONE:
            if request.installed_at and request.token_reference == "":
                steps.revoke_former(request, caller.access(request.tenant_id, request.connection_id).open())
            end(request, "certificate.request_done", at=caller.clock())
        case Step.REQUEST_CERTIFICATE | Step.LOOK_FOR_REQUEST | Step.WAIT_FOR_CERTIFICATE | Step.RETRIEVE_CERTIFICATE:
            _WITH_ACCESS[step](request, _signed_in(request, place, caller))


_WITH_ACCESS: dict[Step, Callable[[CertificateRequest, Ksef], None]] = {
    Step.REQUEST_CERTIFICATE: steps.ask,
    Step.LOOK_FOR_REQUEST: steps.look,
    Step.WAIT_FOR_CERTIFICATE: steps.wait,
    Step.RETRIEVE_CERTIFICATE: steps.retrieve,
}


def _signed_in(request: CertificateRequest, place: Place, caller: Caller) -> Ksef:
    """As whoever signed; an access token is fetched for each step, a refresh token lives for days."""
    if request.uses_connection:
        return caller.access(request.tenant_id, request.connection_id).open()
    with acting_in(request.tenant_id):
        refresh_token = open_secret(request, "refresh_token") or ""
    try:
        return place.ksef.signed_in(auth.refresh(place.ksef, refresh_token).value)
    except AccessDenied:
        signature.forget_sign_in(request)
        raise


def _stop(request: CertificateRequest, stopped: Stopped, at: datetime) -> None:
    with holding(request) as row:
        row.problem_pl = f"{stopped.advice.pl} {stopped.advice.next_pl}"
        row.problem_en = f"{stopped.advice.en} {stopped.advice.next_en}"
        row.problem_detail = stopped.detail[:1000]
    end(request, "certificate.request_refused", at=at)


def _keep_problem(request: CertificateRequest, error: KsefError, at: datetime) -> None:
    said = advice_for(error)
    with holding(request) as row:
        row.problem_pl, row.problem_en = f"{said.pl} {said.next_pl}", f"{said.en} {said.next_en}"
        row.problem_detail = str(error)[:1000]
        least = AFTER_REFUSAL if isinstance(error, AccessDenied | Refused) else AFTER_TROUBLE
        row.next_at = at + max(error.retry_after or timedelta(0), least)


def _clear_problem(request: CertificateRequest, *, next_at: datetime | None = None) -> None:
    with holding(request) as row:
        row.problem_pl = row.problem_en = row.problem_detail = ""
        row.next_at = next_at
