"""KSeF tokens: generated once, kept as hashes, active a moment later, revocable."""

import hashlib
import re
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.ksef_simulator.clock import BEGINNING, Clock, later, stamp, stamp_or_none
from apps.ksef_simulator.numbers import Numbers
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.store import Store
from apps.ksef_simulator.web.call import without_nulls

PERMISSIONS = (
    "InvoiceRead",
    "InvoiceWrite",
    "CredentialsRead",
    "CredentialsManage",
    "SubunitManage",
    "EnforcementOperations",
    "Introspection",
    "CollectiveIdentifierManage",
)
_REFERENCE = re.compile(r"\d{8}-EC-[0-9A-F]{10}-[0-9A-F]{10}-[0-9A-F]{2}")


@dataclass(slots=True)
class KsefToken:
    reference: str
    secret_hash: str
    context: str
    author: str
    permissions: list[str]
    description: str
    created_at: datetime
    active_at: datetime
    last_use_at: datetime | None = None
    revoked_at: datetime | None = None
    details: list[str] = field(default_factory=list)

    def status(self, now: datetime) -> str:
        if self.revoked_at is not None:
            return "Revoked"
        return "Pending" if now < self.active_at else "Active"

    def as_json(self, now: datetime) -> dict[str, Any]:
        return without_nulls(
            {
                "referenceNumber": self.reference,
                "authorIdentifier": Identifier.parse(self.author).as_json(),
                "contextIdentifier": Identifier.parse(self.context).as_json(),
                "description": self.description,
                "requestedPermissions": self.permissions,
                "dateCreated": stamp(self.created_at),
                "lastUseDate": stamp_or_none(self.last_use_at),
                "status": self.status(now),
                "statusDetails": self.details or None,
            }
        )


class Tokens:
    def __init__(self, clock: Clock, numbers: Numbers, store: Store, activation_delay: float) -> None:
        self._clock, self._numbers, self._store = clock, numbers, store
        self._activation_delay = activation_delay
        self._lock = threading.Lock()
        self._by_reference = {token.reference: token for token in store.all("token", KsefToken)}
        self._by_secret = {token.secret_hash: token for token in self._by_reference.values()}

    def generate(
        self, context: Identifier, author: Identifier, permissions: list[str], description: str
    ) -> tuple[KsefToken, str]:
        """A new token and its text, which nobody can read again."""
        now = self._clock.now()
        reference = self._numbers.reference("EC", now)
        owner = f"{context.type[0].lower()}{context.type[1:]}-{context.value}"
        secret = f"{reference}|{owner}|{self._numbers.hex(64)}"
        token = KsefToken(
            reference, _hash(secret), str(context), str(author), permissions, description, now,
            later(now, self._activation_delay),
        )  # fmt: skip
        self._keep(token)
        return token, secret

    def install(self, context: Identifier, secret: str, permissions: list[str]) -> KsefToken:
        """Make this text a working token of the context's owner; doing it twice changes nothing."""
        known = self._by_secret.get(_hash(secret))
        if known is not None:
            return known
        now = self._clock.now()
        named = _REFERENCE.match(secret)
        reference = named[0] if named else self._numbers.reference("EC", now)
        token = KsefToken(
            reference, _hash(secret), str(context), str(Identifier("Nip", context.nip)), permissions,
            "Token podany przy starcie", now, BEGINNING,
        )  # fmt: skip
        self._keep(token)
        return token

    def find(self, secret: str) -> KsefToken | None:
        return self._by_secret.get(_hash(secret))

    def get(self, reference: str) -> KsefToken | None:
        return self._by_reference.get(reference)

    def of_context(self, context: str) -> list[KsefToken]:
        with self._lock:
            found = [token for token in self._by_reference.values() if token.context == context]
        return sorted(found, key=lambda token: token.created_at, reverse=True)

    def all(self) -> list[KsefToken]:
        with self._lock:
            return list(self._by_reference.values())

    def used(self, token: KsefToken) -> None:
        token.last_use_at = self._clock.now()
        self._store.put("token", token.reference, token)

    def revoke(self, token: KsefToken) -> None:
        token.revoked_at = token.revoked_at or self._clock.now()
        self._store.put("token", token.reference, token)

    def _keep(self, token: KsefToken) -> None:
        with self._lock:
            self._by_reference[token.reference] = token
            self._by_secret[token.secret_hash] = token
        self._store.put("token", token.reference, token)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
