"""Who is behind a bearer token: the subject, the context it works in, what it may do."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Identifier:
    """A KSeF identifier: Nip, Pesel, Fingerprint, InternalId, NipVatUe or PeppolId, and its value."""

    type: str
    value: str

    def __str__(self) -> str:
        return f"{self.type}:{self.value}"

    def as_json(self) -> dict[str, str]:
        return {"type": self.type, "value": self.value}

    @classmethod
    def read(cls, value: dict[str, Any]) -> "Identifier":
        return cls(value["type"], value.get("value") or "")

    @classmethod
    def parse(cls, text: str) -> "Identifier":
        return cls(*text.split(":", 1))

    @property
    def nip(self) -> str:
        """The NIP a context belongs to; empty for a Peppol provider."""
        return self.value[:10] if self.type in ("Nip", "InternalId", "NipVatUe") else ""


@dataclass(frozen=True, slots=True)
class Principal:
    """What a verified bearer says: kind of token, sign-in, subject, context, permissions, allowed addresses."""

    kind: str
    sign_in: str
    subject: Identifier
    context: Identifier
    method: str
    permissions: frozenset[str]
    policy: dict[str, list[str]] | None

    def may(self, *permissions: str) -> bool:
        return not self.permissions.isdisjoint(permissions)
