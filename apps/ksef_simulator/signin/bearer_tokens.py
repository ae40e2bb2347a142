"""Status of a sign-in, redeeming it for tokens, refreshing, and the list of sign-ins."""

from apps.ksef_simulator.clock import later
from apps.ksef_simulator.signin.operations import ACCESS, KEPT_SECONDS, LIFE, REFRESH, SignIn
from apps.ksef_simulator.system import System
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply
from apps.ksef_simulator.web.errors import BadRequest, Forbidden, Gone
from apps.ksef_simulator.web.paging import page_of


def _own_sign_in(call: Call) -> SignIn:
    sign_in = call.system.sign_ins.get(call.principal.sign_in)
    if sign_in is None:
        raise BadRequest(21304, _not_found(call.principal.sign_in))
    return sign_in


def _not_found(reference: str) -> str:
    return f"Operacja uwierzytelniania o numerze referencyjnym {reference} nie została znaleziona."


@answers("GET", "/auth/{referenceNumber}")
def status(call: Call) -> Reply:
    sign_in = call.system.sign_ins.get(call.reference)
    if sign_in is None:
        raise BadRequest(21304, _not_found(call.reference))
    if sign_in.reference != call.principal.sign_in:
        raise Forbidden("insufficient-resource-access", "Brak dostępu do wskazanego zasobu.")
    if (call.at - sign_in.started_at).total_seconds() > KEPT_SECONDS:
        raise Gone("Status operacji uwierzytelniania nie jest już dostępny.")
    call.system.access.unstick(sign_in)
    return json_reply(sign_in.as_json(call.at))


@answers("POST", "/auth/token/redeem")
def redeem(call: Call) -> Reply:
    system, sign_in = call.system, _own_sign_in(call)
    system.access.unstick(sign_in)
    with system.lock:
        _require_usable(system, sign_in, call, "pobranie tokenów")
        if sign_in.redeemed:
            raise BadRequest(21301, f"Tokeny dla operacji uwierzytelniania {sign_in.reference} zostały już pobrane.")
        sign_in.redeemed = True
        sign_in.refresh_until = later(call.at, LIFE[REFRESH])
    system.sign_ins.save(sign_in)
    return json_reply(
        {
            "accessToken": system.sign_ins.token(sign_in, ACCESS, call.at),
            "refreshToken": system.sign_ins.token(sign_in, REFRESH, call.at, sign_in.refresh_until),
        }
    )


@answers("POST", "/auth/token/refresh")
def refresh(call: Call) -> Reply:
    """A new access token; the refresh token stays as it is and lives no longer."""
    system, sign_in = call.system, _own_sign_in(call)
    _require_usable(system, sign_in, call, "odświeżenie tokenu dostępowego")
    sign_in.refreshed_at = call.at
    sign_in.permissions = sorted(system.access.current_permissions(sign_in))
    system.sign_ins.save(sign_in)
    return json_reply({"accessToken": system.sign_ins.token(sign_in, ACCESS, call.at)})


def _require_usable(system: System, sign_in: SignIn, call: Call, purpose: str) -> None:
    code = sign_in.code_at(call.at)
    if code == 470:
        raise BadRequest(21308)
    if code != 200:
        raise BadRequest(21301, f"Status uwierzytelniania ({code}) nie pozwala na {purpose}.")
    if sign_in.token_reference is not None:
        token = system.tokens.get(sign_in.token_reference)
        if token is not None and token.revoked_at is not None:
            raise BadRequest(21301, "Token KSeF został unieważniony.")


@answers("GET", "/auth/sessions")
def sessions(call: Call) -> Reply:
    """Sign-ins of this context that still hold a refresh token, newest first."""
    active = [
        each
        for each in call.system.sign_ins.of_context(str(call.principal.context))
        if each.subject == str(call.principal.subject)
        and not each.revoked
        and each.refresh_until is not None
        and each.refresh_until > call.at
    ]
    page, continuation = page_of(call, active)
    items = [
        each.as_json(call.at)
        | {"referenceNumber": each.reference, "isCurrent": each.reference == call.principal.sign_in}
        for each in page
    ]
    return json_reply({"items": items} | continuation)


@answers("DELETE", "/auth/sessions/current")
def end_current(call: Call) -> Reply:
    return _end(call, call.principal.sign_in)


@answers("DELETE", "/auth/sessions/{referenceNumber}")
def end(call: Call) -> Reply:
    return _end(call, call.reference)


def _end(call: Call, reference: str) -> Reply:
    sign_in = call.system.sign_ins.get(reference)
    own = call.principal.context, call.principal.subject
    if sign_in is None or (sign_in.context, sign_in.subject) != (str(own[0]), str(own[1])):
        raise BadRequest(21405, f"Nie znaleziono sesji uwierzytelnienia o numerze {reference}.")
    sign_in.revoked = True
    call.system.sign_ins.save(sign_in)
    return Reply(204)
