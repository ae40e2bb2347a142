"""Sign-in with a KSeF token: `token|timestampMs`, encrypted for the ministry's key."""

import base64
from dataclasses import dataclass, field
from datetime import datetime

from apps.ksef_simulator.clock import later
from apps.ksef_simulator.keys import TOKEN_USAGE, Undecryptable
from apps.ksef_simulator.people.access import require_wellformed
from apps.ksef_simulator.people.tokens import KsefToken
from apps.ksef_simulator.signin.operations import AUTHENTICATION, SignIn
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.system import System
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply
from apps.ksef_simulator.web.errors import BadRequest


@dataclass(slots=True)
class Verdict:
    """How a sign-in will end: a status code, its details, and the token that was used."""

    code: int
    details: list[str] = field(default_factory=list)
    token: KsefToken | None = None


@answers("POST", "/auth/ksef-token")
def sign_in_with_token(call: Call) -> Reply:
    system, body = call.system, call.body
    key_id = body.get("publicKeyId")
    if key_id is not None and not system.keys.knows(TOKEN_USAGE, key_id):
        raise BadRequest(21470, f"Klucz o identyfikatorze {key_id} nie jest wspierany.")
    issued_at = system.challenges.redeem(body["challenge"])
    if issued_at is None:
        raise BadRequest(21111)
    context = Identifier.read(body["contextIdentifier"])
    require_wellformed(context)
    verdict = _verdict(system, base64.b64decode(body["encryptedToken"]), key_id, context, issued_at)
    policy = (body.get("authorizationPolicy") or {}).get("allowedIps")
    return start(call, context, verdict, policy)


def start(call: Call, context: Identifier, verdict: Verdict, policy: dict[str, list[str]] | None) -> Reply:
    system, token = call.system, verdict.token
    author = Identifier.parse(token.author) if token else Identifier("Nip", context.nip or "0000000000")
    permissions: list[str] = []
    if token is not None and verdict.code == 200:
        # A token can never do more than the person who made it still may.
        permissions = sorted(set(token.permissions) & system.access.permissions(author, context))
        if not permissions:
            verdict = Verdict(415, [], token)
    sign_in = SignIn(
        reference=system.numbers.reference("AU", call.at),
        method="token",
        context=str(context),
        subject=str(author),
        started_at=call.at,
        ready_at=later(call.at, system.options.signin_delay),
        code=verdict.code,
        details=verdict.details,
        permissions=permissions,
        policy=policy,
        token_reference=token.reference if token else None,
    )
    return accepted(call, sign_in)


def accepted(call: Call, sign_in: SignIn) -> Reply:
    """Keep a sign-in, bent by any fault that waits for it, and hand out its first token."""
    system = call.system
    system.access.bend(sign_in, call.operation.name)
    system.sign_ins.add(sign_in)
    token = system.sign_ins.token(sign_in, AUTHENTICATION, call.at)
    return json_reply({"referenceNumber": sign_in.reference, "authenticationToken": token}, 202)


def _verdict(system: System, encrypted: bytes, key_id: str | None, context: Identifier, issued_at: datetime) -> Verdict:
    try:
        plain = system.keys.decrypt(encrypted, TOKEN_USAGE, key_id).decode()
    except Undecryptable:
        return Verdict(450, ["Nieprawidłowe szyfrowanie tokena"])
    except UnicodeDecodeError:
        return Verdict(450, ["Nieprawidłowe kodowanie tokena"])
    # The token itself holds two bars; the time is what follows the last one.
    text, _, milliseconds = plain.rpartition("|")
    if milliseconds != str(round(issued_at.timestamp() * 1000)):
        return Verdict(450, ["Nieprawidłowy czas tokena"])
    token = system.tokens.find(text)
    if token is None:
        return Verdict(450, ["Nieprawidłowy token"])
    state = token.status(system.clock.now())
    if state != "Active":
        return Verdict(450, ["Token unieważniony" if state == "Revoked" else "Token nieaktywny"], token)
    if token.context != str(context):
        return Verdict(450, [f"Token nie może być użyty w kontekście {context.value}"], token)
    system.tokens.used(token)
    return Verdict(200, [], token)
