"""Sign-in, refresh and sign-out, one call per function (API digest, section 2)."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from apps.ksef_client import endpoints
from apps.ksef_client.context import Context, IpPolicy
from apps.ksef_client.credentials import Credential, CredentialProblem
from apps.ksef_client.crypto import encode, wrap
from apps.ksef_client.errors import AccessDenied, KsefError, Trouble, Unavailable
from apps.ksef_client.keys import TOKEN_ENCRYPTION, Keys, PublicKey
from apps.ksef_client.ksef import Ksef, without_nulls
from apps.ksef_client.pages import Page, continue_from, read_page
from apps.ksef_client.reading import Fields
from apps.ksef_client.statuses import Status, read_status
from apps.ksef_client.xades import AuthTokenRequest, SubjectIdentifier, sign_request

CHALLENGE_LIFE = timedelta(minutes=10)
REFRESH_BEFORE = timedelta(seconds=60)
LONGEST_TOKEN = 160


@dataclass(frozen=True, slots=True)
class Challenge:
    """The value to be signed or encrypted; for one attempt, within ten minutes."""

    value: str
    timestamp_ms: int
    expires_at: datetime
    client_ip: str | None


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer and its end."""

    value: str = field(repr=False)
    valid_until: datetime

    def needs_refresh(self, now: datetime) -> bool:
        """Whether it ends within a minute."""
        return now >= self.valid_until - REFRESH_BEFORE


@dataclass(frozen=True, slots=True)
class SignIn:
    """A started sign-in: its number and the token that may only ask about it and redeem it."""

    reference: str
    token: Token


@dataclass(frozen=True, slots=True)
class SignInStatus:
    """How far a sign-in is, or what became of an old one."""

    status: Status
    started_at: datetime | None
    method: str | None  # such as "Token" or "XadesSignature"
    is_redeemed: bool
    refresh_valid_until: datetime | None
    reference: str | None = None  # in lists
    is_current: bool = False  # in lists


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a finished sign-in gives."""

    access: Token
    refresh: Token


def request_challenge(ksef: Ksef) -> Challenge:
    """Begin an attempt to sign in."""
    now = ksef.clock()
    return ksef.call(endpoints.CHALLENGE).into(
        lambda fields: Challenge(
            fields.need_text("challenge"),
            fields.need_number("timestampMs"),
            now + CHALLENGE_LIFE,
            fields.text("clientIp"),
        )
    )


def start_with_token(
    ksef: Ksef, keys: Keys, challenge: Challenge, *, context: Context, ksef_token: str, policy: IpPolicy | None = None
) -> SignIn:
    """Hand in a KSeF token, encrypted together with the challenge's time (digest, 2.2)."""
    with _own_credential():
        check_token(ksef_token)
    plain = f"{ksef_token}|{challenge.timestamp_ms}".encode()

    def attempt(key: PublicKey) -> SignIn:
        body = {
            "challenge": challenge.value,
            "contextIdentifier": {"type": context.type.value, "value": context.value},
            "encryptedToken": encode(wrap(plain, key.rsa_key())),
            "publicKeyId": key.public_key_id,
            "authorizationPolicy": policy.as_json() if policy else None,
        }
        return ksef.call(endpoints.SIGN_IN_BY_TOKEN, json_body=without_nulls(body)).into(_sign_in)

    return keys.with_key(ksef, TOKEN_ENCRYPTION, attempt)


def start_with_certificate(
    ksef: Ksef,
    challenge: Challenge,
    *,
    context: Context,
    credential: Credential,
    identifier: SubjectIdentifier = SubjectIdentifier.SUBJECT,
    policy: IpPolicy | None = None,
    verify_chain: bool | None = None,
) -> SignIn:
    """Hand in a document signed with a certificate; `verify_chain` makes TEST check it as PROD does (digest, 2.3)."""
    request = AuthTokenRequest(challenge.value, context, identifier, policy)
    with _own_credential():
        signed = sign_request(request, credential, at=ksef.clock())
    return start_with_signed_document(ksef, signed, verify_chain=verify_chain)


def start_with_signed_document(ksef: Ksef, signed: bytes, *, verify_chain: bool | None = None) -> SignIn:
    """Hand in a document signed elsewhere (see signed_document), byte for byte."""
    query = {"verifyCertificateChain": verify_chain}
    return ksef.call(endpoints.SIGN_IN_BY_SIGNATURE, query=query, xml_body=signed).into(_sign_in)


def list_sign_ins(ksef: Ksef, *, continuation: str | None = None, page_size: int = 100) -> Page[SignInStatus]:
    """Sign-ins of the company that have not ended, newest first."""
    answer = ksef.call(endpoints.SIGN_INS, query={"pageSize": page_size}, headers=continue_from(continuation))
    return answer.into(lambda fields: read_page(fields, "items", _sign_in_status))


def sign_in_status(ksef: Ksef, sign_in: SignIn) -> SignInStatus:
    """Ask how far a sign-in is; raise when it has failed."""
    path = {"referenceNumber": sign_in.reference}
    status = ksef.signed_in(sign_in.token.value).call(endpoints.SIGN_IN_STATUS, path=path).into(_sign_in_status)
    if status.status.is_failure:
        raise sign_in_failure(status.status)
    return status


def redeem(ksef: Ksef, sign_in: SignIn, status: SignInStatus) -> Tokens:
    """Fetch the tokens, once; `status` proves that the sign-in has ended well."""
    if not status.status.is_success:
        raise ValueError("A sign-in is redeemed only after its status is 200.")
    try:
        answer = ksef.signed_in(sign_in.token.value).call(endpoints.REDEEM)
    except AccessDenied as error:
        # Part of KSeF may still hold the status 100 that another part has left (F19): nothing was redeemed.
        if any("(100)" in detail for detail in error.details):
            raise Unavailable(str(error), trouble=error.trouble, endpoint=error.endpoint) from None
        raise
    return answer.into(lambda fields: Tokens(_token(fields, "accessToken"), _token(fields, "refreshToken")))


def refresh(ksef: Ksef, refresh_token: str) -> Token:
    """A new access token. AccessDenied means the sign-in is over: start from the challenge."""
    return ksef.signed_in(refresh_token).call(endpoints.REFRESH).into(lambda fields: _token(fields, "accessToken"))


def finish(
    ksef: Ksef, sign_in: SignIn, *, wait: Callable[[float], None], polls: int = 60, first_pause: float = 0.3
) -> Tokens:
    """Poll a sign-in to its end and redeem it; `wait` is given the seconds between two looks."""
    pause = first_pause
    for _ in range(polls):
        status = sign_in_status(ksef, sign_in)
        if status.status.is_success:
            return redeem(ksef, sign_in, status)
        wait(pause)
        pause = min(pause * 1.5, 5.0)
    raise Unavailable("KSeF has not finished the sign-in yet.")


def sign_out(ksef: Ksef) -> None:
    """End the sign-in of the bearer (access or refresh token); access tokens already issued live to their end."""
    ksef.call(endpoints.SIGN_OUT)


def end_sign_in(ksef: Ksef, reference: str) -> None:
    """End another sign-in of the same company."""
    ksef.call(endpoints.END_SIGN_IN, path={"referenceNumber": reference})


def sign_in_failure(status: Status) -> KsefError:
    """The error for a sign-in that KSeF ended without success (digest, 2.4)."""
    trouble = Trouble(codes=(status.code,), text=status.description, details=status.details)
    text = " ".join(["The sign-in failed:", str(status.code), status.description, *status.details])
    passing = status.code >= 500 or (status.code == 450 and _is_about_this_challenge(status.details))
    return Unavailable(text, trouble=trouble) if passing else AccessDenied(text, trouble=trouble)


def check_token(ksef_token: str) -> None:
    """CredentialProblem for a text that cannot be a KSeF token: at most 160 characters, none of them a space."""
    if not re.fullmatch(rf"[!-~]{{1,{LONGEST_TOKEN}}}", ksef_token):
        raise CredentialProblem(
            "not-a-token",
            pl="To nie jest token KSeF: jest za długi albo zawiera spacje.",
            en="This is not a KSeF token: it is too long or holds spaces.",
        )


@contextmanager
def _own_credential() -> Iterator[None]:
    """A credential that is no use before KSeF has even seen it: the tenant must renew it all the same."""
    try:
        yield
    except CredentialProblem as problem:
        raise AccessDenied(f"The credential cannot be used: {problem}") from problem


def _is_about_this_challenge(details: tuple[str, ...]) -> bool:
    """450 for a stale challenge or time passes with a new challenge; for a bad token it does not."""
    return any("wyzwanie" in detail.lower() or "czas" in detail.lower() for detail in details)


def _sign_in(fields: Fields) -> SignIn:
    return SignIn(fields.need_text("referenceNumber"), _token(fields, "authenticationToken"))


def _token(fields: Fields, name: str) -> Token:
    part = fields.need_part(name)
    return Token(part.need_text("token"), part.need_moment("validUntil"))


def _sign_in_status(fields: Fields) -> SignInStatus:
    method = fields.part("authenticationMethodInfo")
    return SignInStatus(
        read_status(fields),
        fields.moment("startDate"),
        method.text("category") if method else fields.text("authenticationMethod"),
        fields.flag("isTokenRedeemed"),
        fields.moment("refreshTokenValidUntil"),
        fields.text("referenceNumber"),
        fields.flag("isCurrent"),
    )
