"""The one sign-in by signature that a certificate request needs: a file signed elsewhere, or a key used once.

Nothing of a qualified key is kept; what KSeF answers is sealed in the request's row until the request ends.
"""

from dataclasses import dataclass
from datetime import datetime

from apps.ksef_client import auth
from apps.ksef_client.auth import SignIn, Token, Tokens
from apps.ksef_client.context import Context
from apps.ksef_client.credentials import Credential
from apps.ksef_client.errors import KsefError, Unavailable
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.signed_document import check_signed_document, unsigned_document
from apps.ksef_client.xades import AuthTokenRequest
from apps.tenants.context import acting_in

from .certificate_requests import holding
from .models import CertificateRequest
from .secrets import open_secret, seal_into


class FileTooOld(Exception):
    """The file was signed for a challenge that has run out, or for none of ours."""


@dataclass(frozen=True, slots=True)
class Place:
    """The request, and the client without a bearer to talk to KSeF with."""

    request: CertificateRequest
    ksef: Ksef
    nip: str

    @property
    def now(self) -> datetime:
        return self.ksef.clock()


def file_to_sign(place: Place) -> bytes:
    """A fresh document to be signed elsewhere within ten minutes."""
    challenge = auth.request_challenge(place.ksef)
    with holding(place.request) as row:
        row.challenge, row.challenge_expires_at = challenge.value, challenge.expires_at
    return unsigned_document(AuthTokenRequest(challenge.value, Context(place.nip)))


def hand_in_file(place: Place, signed: bytes) -> None:
    """Send the signed file, byte for byte. Raises CredentialProblem when it is not ours, FileTooOld, or KsefError."""
    row = place.request
    if not row.challenge or row.challenge_expires_at is None or place.now >= row.challenge_expires_at:
        raise FileTooOld
    check_signed_document(signed, AuthTokenRequest(row.challenge, Context(place.nip)))
    try:
        started = auth.start_with_signed_document(place.ksef, signed)
    except Unavailable:
        raise  # KSeF has not seen the file: the same one may be handed in again
    except KsefError:
        _use_up_challenge(row)
        raise
    _use_up_challenge(row)
    _started(row, started)


def hand_in_key(place: Place, credential: Credential) -> None:
    """Sign here, once, with a key a person gave for it; the key goes no further than this call."""
    challenge = auth.request_challenge(place.ksef)
    started = auth.start_with_certificate(place.ksef, challenge, context=Context(place.nip), credential=credential)
    _started(place.request, started)


def look_at_sign_in(place: Place) -> bool:
    """Whether the sign-in has ended well; then its tokens are kept. Raises what auth raises when it failed."""
    row = place.request
    with acting_in(row.tenant_id):
        token = open_secret(row, "sign_in_token") or ""
    sign_in = SignIn(row.sign_in_reference, Token(token, row.sign_in_expires_at or place.now))
    status = auth.sign_in_status(place.ksef, sign_in)
    if not status.status.is_success:
        return False
    _redeemed(row, auth.redeem(place.ksef, sign_in, status))
    return True


def _use_up_challenge(request: CertificateRequest) -> None:
    """A challenge is for one attempt: the next one needs a new file."""
    with holding(request) as row:
        row.challenge, row.challenge_expires_at = "", None


def _started(request: CertificateRequest, started: SignIn) -> None:
    with holding(request) as row:
        row.sign_in_reference = started.reference
        row.sign_in_expires_at = started.token.valid_until
        seal_into(row, sign_in_token=started.token.value, refresh_token=None)
        row.refresh_expires_at = None


def _redeemed(request: CertificateRequest, tokens: Tokens) -> None:
    with holding(request) as row:
        seal_into(row, sign_in_token=None, refresh_token=tokens.refresh.value)
        row.refresh_expires_at = tokens.refresh.valid_until
        row.sign_in_reference, row.sign_in_expires_at = "", None


def forget_sign_in(request: CertificateRequest) -> None:
    """The sign-in was refused or has run out: a person signs again."""
    with holding(request) as row:
        seal_into(row, sign_in_token=None, refresh_token=None)
        row.refresh_expires_at = row.sign_in_expires_at = None
        row.sign_in_reference = ""
