"""A sign-in from its start to its end: status, tokens, revocation."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.ksef_simulator.clock import later, stamp, stamp_or_none
from apps.ksef_simulator.signin import jwt
from apps.ksef_simulator.signin.principal import Identifier, Principal
from apps.ksef_simulator.store import Store
from apps.ksef_simulator.web.call import without_nulls

AUTHENTICATION, ACCESS, REFRESH = "AuthenticationToken", "ContextToken", "RefreshToken"
LIFE = {AUTHENTICATION: 45 * 60, ACCESS: 15 * 60, REFRESH: 7 * 86400}
KEPT_SECONDS = 7 * 86400

FAILED = "Uwierzytelnianie zakończone niepowodzeniem"
STATUS = {
    100: "Uwierzytelnianie w toku",
    200: "Uwierzytelnianie zakończone sukcesem",
    415: FAILED,
    425: "Uwierzytelnienie unieważnione",
    450: f"{FAILED} z powodu błędnego tokenu",
    460: f"{FAILED} z powodu błędu certyfikatu",
    470: FAILED,
    480: "Uwierzytelnienie zablokowane",
    500: "Nieznany błąd",
    550: "Operacja została anulowana przez system",
}
DETAILS = {
    415: "Brak przypisanych uprawnień",
    425: "Uwierzytelnienie i powiązane refresh tokeny zostały unieważnione przez użytkownika",
    470: "Próba wykorzystania metod autoryzacyjnych osoby zmarłej",
    480: "Podejrzenie incydentu bezpieczeństwa. Skontaktuj się z Ministerstwem Finansów przez formularz zgłoszeniowy.",
    550: "Przetwarzanie zostało przerwane z przyczyn wewnętrznych systemu. Spróbuj ponownie.",
}
# Deprecated name, category, code and display name of each way to sign in.
METHODS = {
    "token": ("Token", "Token", "token.ksef", "Token KSeF"),
    "qualified-signature": (
        "QualifiedSignature",
        "XadesSignature",
        "xades.qualified-signature",
        "Podpis kwalifikowany",
    ),
    "qualified-seal": ("QualifiedSeal", "XadesSignature", "xades.qualified-seal", "Pieczęć kwalifikowana"),
    "ksef-certificate": ("InternalCertificate", "XadesSignature", "xades.ksef-certificate", "Certyfikat KSeF"),
}


@dataclass(slots=True)
class SignIn:
    reference: str
    method: str
    context: str
    subject: str
    started_at: datetime
    ready_at: datetime
    code: int = 200
    details: list[str] = field(default_factory=list)
    permissions: list[str] = field(default_factory=list)
    policy: dict[str, list[str]] | None = None
    token_reference: str | None = None
    document_hash: str | None = None
    certificate_data: dict[str, str] | None = None
    stuck_by: int | None = None
    redeemed: bool = False
    refresh_until: datetime | None = None
    refreshed_at: datetime | None = None
    revoked: bool = False

    def code_at(self, now: datetime) -> int:
        if self.revoked:
            return 425
        return 100 if self.stuck_by is not None or now < self.ready_at else self.code

    def status(self, now: datetime) -> dict[str, Any]:
        code = self.code_at(now)
        details = self.details if code == self.code and self.details else [DETAILS[code]] if code in DETAILS else None
        return without_nulls({"code": code, "description": STATUS.get(code, FAILED), "details": details})

    def as_json(self, now: datetime) -> dict[str, Any]:
        old_name, category, code, name = METHODS[self.method]
        return without_nulls(
            {
                "startDate": stamp(self.started_at),
                "authenticationMethod": old_name,
                "authenticationMethodInfo": {"category": category, "code": code, "displayName": name},
                "status": self.status(now),
                "isTokenRedeemed": self.redeemed,
                "lastTokenRefreshDate": stamp_or_none(self.refreshed_at),
                "refreshTokenValidUntil": stamp_or_none(self.refresh_until),
            }
        )


class SignIns:
    """All sign-ins, and the bearer tokens made from them."""

    def __init__(self, store: Store, secret: bytes, audience: str) -> None:
        self._store, self._secret, self._audience = store, secret, audience
        self._all = {each.reference: each for each in store.all("sign-in", SignIn)}
        self._lock = threading.Lock()

    def add(self, sign_in: SignIn) -> None:
        with self._lock:
            self._all[sign_in.reference] = sign_in
        self.save(sign_in)

    def save(self, sign_in: SignIn) -> None:
        self._store.put("sign-in", sign_in.reference, sign_in)

    def get(self, reference: str) -> SignIn | None:
        return self._all.get(reference)

    def of_context(self, context: str) -> Iterator[SignIn]:
        with self._lock:
            found = [each for each in self._all.values() if each.context == context]
        yield from sorted(found, key=lambda each: each.started_at, reverse=True)

    def count(self) -> int:
        return len(self._all)

    def token(self, sign_in: SignIn, kind: str, at: datetime, until: datetime | None = None) -> dict[str, str]:
        """A bearer token of this kind as the API hands it out: the JWT and its end."""
        until = until or later(at, LIFE[kind])
        context, subject = Identifier.parse(sign_in.context), Identifier.parse(sign_in.subject)
        claims: dict[str, Any] = {
            "typ": kind,
            "arn": sign_in.reference,
            "cit": context.type,
            "civ": context.value,
            "aum": METHODS[sign_in.method][0],
            "sud": str(subject),
            "exp": int(until.timestamp()),
            "iat": int(at.timestamp()),
            "iss": "ksef-simulator",
            "aud": self._audience,
        }
        if kind == ACCESS:
            claims |= {"per": sorted(sign_in.permissions), "ipp": sign_in.policy}
        return {"token": jwt.issue(claims, self._secret), "validUntil": stamp(until.replace(microsecond=0))}

    def principal(self, token: str, now: datetime) -> Principal | None:
        """Who this bearer belongs to, or None when it is not ours or over."""
        claims = jwt.claims_of(token, self._secret)
        if claims is None or claims["exp"] <= now.timestamp():
            return None
        return Principal(
            kind=claims["typ"],
            sign_in=claims["arn"],
            subject=Identifier.parse(claims["sud"]),
            context=Identifier(claims["cit"], claims["civ"]),
            method=claims["aum"],
            permissions=frozenset(claims.get("per", ())),
            policy=claims.get("ipp"),
        )
