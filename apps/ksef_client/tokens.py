"""KSeF tokens: generate with the least rights, watch, list, revoke (API digest, 3.1)."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from apps.ksef_client import endpoints
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.pages import Page, continue_from, read_page
from apps.ksef_client.permissions import Permission
from apps.ksef_client.reading import Fields

# What filing needs: sending, and reading back to tell an own document from a foreign one after a duplicate.
FILING_RIGHTS = (Permission.INVOICE_WRITE, Permission.INVOICE_READ)
# § 13(1)(1) of the regulation of 12 December 2025 (Dz.U. 2025 item 1815). May be moved: callers take it as a setting.
TOKENS_END_ON = date(2026, 12, 31)


class TokenState(StrEnum):
    """A token works only while ACTIVE."""

    PENDING = "Pending"
    ACTIVE = "Active"
    REVOKING = "Revoking"
    REVOKED = "Revoked"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A generated token; KSeF never shows it again, and it works once its state is ACTIVE."""

    reference: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KsefToken:
    """What KSeF tells about a token. A state it may add later is kept as text."""

    reference: str
    state: TokenState | str
    description: str
    permissions: tuple[str, ...]
    context: str
    author: str
    created_at: datetime | None
    last_used_at: datetime | None
    state_details: tuple[str, ...]


def generate_token(ksef: Ksef, *, permissions: Collection[Permission] = FILING_RIGHTS, description: str) -> NewToken:
    """Generate a token, signed in by a signature. After OutcomeUnknown its secret is lost: revoke it, generate anew."""
    if not 5 <= len(description) <= 256:
        raise ValueError("The description of a token has 5 to 256 characters.")
    body = {"permissions": [permission.value for permission in permissions], "description": description}
    return ksef.call(endpoints.GENERATE_TOKEN, json_body=body).into(
        lambda fields: NewToken(fields.need_text("referenceNumber"), fields.need_text("token"))
    )


def token_status(ksef: Ksef, reference: str) -> KsefToken:
    return ksef.call(endpoints.TOKEN, path={"referenceNumber": reference}).into(_token)


def list_tokens(
    ksef: Ksef,
    *,
    states: Collection[TokenState] = (),
    description: str | None = None,
    continuation: str | None = None,
    page_size: int = 100,
) -> Page[KsefToken]:
    """Tokens of the context, newest first; without the right to read credentials only one's own."""
    query = {"status": [state.value for state in states], "description": description, "pageSize": page_size}
    answer = ksef.call(endpoints.TOKENS, query=query, headers=continue_from(continuation))
    return answer.into(lambda fields: read_page(fields, "tokens", _token))


def revoke_token(ksef: Ksef, reference: str) -> None:
    """Revoke a token. Sign-ins made with it live on until they are ended (F37): end them too."""
    ksef.call(endpoints.REVOKE_TOKEN, path={"referenceNumber": reference})


def _token(fields: Fields) -> KsefToken:
    return KsefToken(
        reference=fields.need_text("referenceNumber"),
        state=_state(fields.need_text("status")),
        description=fields.text("description") or "",
        permissions=fields.texts("requestedPermissions"),
        context=_value(fields, "contextIdentifier"),
        author=_value(fields, "authorIdentifier"),
        created_at=fields.moment("dateCreated"),
        last_used_at=fields.moment("lastUseDate"),
        state_details=fields.texts("statusDetails"),
    )


def _state(text: str) -> TokenState | str:
    try:
        return TokenState(text)
    except ValueError:
        return text


def _value(fields: Fields, name: str) -> str:
    part = fields.part(name)
    return (part.text("value") if part else None) or ""
