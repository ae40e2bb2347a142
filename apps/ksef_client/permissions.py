"""What the current connection may do: asked of KSeF, or read from the access token, and said in plain words."""

import base64
import binascii
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from apps.ksef_client import endpoints
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.reading import Fields


class Permission(StrEnum):
    """Rights that tokens can carry."""

    INVOICE_READ = "InvoiceRead"
    INVOICE_WRITE = "InvoiceWrite"
    CREDENTIALS_READ = "CredentialsRead"
    CREDENTIALS_MANAGE = "CredentialsManage"
    SUBUNIT_MANAGE = "SubunitManage"
    ENFORCEMENT_OPERATIONS = "EnforcementOperations"
    INTROSPECTION = "Introspection"
    COLLECTIVE_IDENTIFIER_MANAGE = "CollectiveIdentifierManage"


OWNER = "Owner"


@dataclass(frozen=True, slots=True)
class Grant:
    """One right the signed-in subject holds in this context."""

    permission: str
    is_active: bool
    description: str
    granted_at: datetime | None


@dataclass(frozen=True, slots=True)
class MyPermissions:
    """One page of one's own rights; an owner has them all without a grant."""

    grants: tuple[Grant, ...]
    owner_permissions: tuple[str, ...]
    has_more: bool

    @property
    def names(self) -> frozenset[str]:
        return frozenset(grant.permission for grant in self.grants if grant.is_active) | set(self.owner_permissions)


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says about itself. KSeF promises none of it, so every field may be empty."""

    permissions: frozenset[str]
    context: str | None
    sign_in: str | None  # reference of the sign-in
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ability:
    """One thing a connection can or cannot do, as a sentence."""

    is_given: bool
    pl: str
    en: str


def my_permissions(ksef: Ksef, *, page: int = 0, page_size: int = 100) -> MyPermissions:
    """The rights of whoever is signed in, active ones only."""
    body = {"permissionState": "Active"}
    query = {"pageOffset": page, "pageSize": page_size}
    return ksef.call(endpoints.MY_PERMISSIONS, query=query, json_body=body).into(
        lambda fields: MyPermissions(
            tuple(_grant(item) for item in fields.need_parts("permissions")),
            fields.texts("ownerPermissions"),
            fields.flag("hasMore"),
        )
    )


def attachments_allowed(ksef: Ksef) -> bool:
    """Whether the company has agreed to attachments (needs a right to read credentials)."""
    return ksef.call(endpoints.ATTACHMENT_CONSENT).into(lambda fields: fields.flag("isAttachmentAllowed"))


def read_claims(access_token: str) -> Claims | None:
    """Read an access token without verifying it, which only KSeF can; None when it is no JWT."""
    try:
        payload = access_token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return None
    if not isinstance(claims, dict):
        return None
    fields = Fields(claims)
    effective = _names(claims.get("pep")) or _names(claims.get("per")) - _names(claims.get("pec"))
    expires = fields.number("exp")
    return Claims(
        effective | _names(claims.get("rol")),
        fields.text("civ"),
        fields.text("arn"),
        datetime.fromtimestamp(expires, UTC) if expires else None,
    )


def abilities(permissions: Collection[str]) -> tuple[Ability, ...]:
    """What these rights come to for filing, in the order that matters to people."""

    def has(*any_of: Permission) -> bool:
        return OWNER in permissions or any(permission in permissions for permission in any_of)

    manage, write = Permission.CREDENTIALS_MANAGE, Permission.INVOICE_WRITE
    introspect = Permission.INTROSPECTION
    return (
        Ability(has(write), "Wystawianie faktur w KSeF", "Filing invoices in KSeF"),
        Ability(
            has(Permission.INVOICE_READ),
            "Odczyt faktur, potrzebny do rozpoznania duplikatów i odtworzenia danych",
            "Reading invoices, needed to recognise duplicates and to restore data",
        ),
        Ability(
            has(introspect),
            "Historia wszystkich sesji firmy, nie tylko tego poświadczenia",
            "The history of all the company's sessions, not only of this credential",
        ),
        Ability(
            has(manage),
            "Zarządzanie uprawnieniami; do samego wysyłania niepotrzebne, więc lepiej go nie nadawać",
            "Managing rights; not needed for filing, so better not granted",
        ),
    )


def may_file(permissions: Collection[str]) -> bool:
    """Whether documents can be sent at all."""
    return OWNER in permissions or Permission.INVOICE_WRITE in permissions


def _grant(fields: Fields) -> Grant:
    return Grant(
        fields.need_text("permissionScope"),
        (fields.text("permissionState") or "Active") == "Active",
        fields.text("description") or "",
        fields.moment("startDate"),
    )


def _names(claim: Any) -> frozenset[str]:
    """A claim that is a list, or a list written as JSON inside a string."""
    if isinstance(claim, str):
        try:
            claim = json.loads(claim)
        except ValueError:
            return frozenset()
    return frozenset(str(item) for item in claim) if isinstance(claim, list) else frozenset()
