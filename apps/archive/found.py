"""Reads everything personal that is kept about one person: their documents, what was said of them, their own access."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db.models import Model

from apps.audit.models import AuditEntry, AuditWords
from apps.documents.models import SourceDocument
from apps.filings.models import Filing, FilingAttempt, FilingXml
from apps.registers.models import RegisterAnswer
from apps.reviews.models import Hold, Override, ReviewItem
from apps.stripe_intake.models import StripeEvent
from apps.tenants.models import CompanyProfile, Invitation, Membership, SupportGrant, Tenant

from .blocks import in_blocks
from .personal import PERSONAL

Kept = dict[str, list[Any]]  # column -> what stands there

# How a row finds its document, by the document's own column.
OF_A_DOCUMENT: tuple[tuple[type[Model], str, str], ...] = (
    (SourceDocument, "pk", "pk"),
    (Filing, "document_id", "pk"),
    (FilingXml, "filing__document_id", "pk"),
    (FilingAttempt, "filing__document_id", "pk"),
    (Hold, "document_id", "pk"),
    (ReviewItem, "document_id", "pk"),
    (Override, "stripe_id", "stripe_id"),
    (StripeEvent, "object_id", "stripe_id"),
)


def documents_about(tenant_id: UUID, wanted: str) -> Iterator[tuple[SourceDocument, Kept]]:
    """Documents in whose personal data these words stand. Rare and never in a hurry: every document is read."""
    for block in in_blocks(SourceDocument.objects.filter(tenant_id=tenant_id).order_by("issued_at", "id")):
        kept = _kept_of(tenant_id, block)
        yield from ((document, kept[document.pk]) for document in block if says(kept[document.pk], wanted))


def other_rows_about(tenant_id: UUID, wanted: str) -> Iterator[Kept]:
    """What is kept beside documents: register answers, events, words of the audit, and people's own access."""
    rows: Iterable[Model]
    known = SourceDocument.objects.filter(tenant_id=tenant_id).values("stripe_id")
    for rows in (
        RegisterAnswer.objects.filter(tenant_id=tenant_id),
        StripeEvent.objects.filter(tenant_id=tenant_id).exclude(object_id__in=known),
        AuditWords.objects.filter(tenant_id=tenant_id),
        CompanyProfile.objects.filter(tenant_id=tenant_id),
        Invitation.objects.filter(tenant_id=tenant_id),
        SupportGrant.objects.filter(tenant_id=tenant_id),
        Tenant.objects.filter(pk=tenant_id),
    ):
        for block in in_blocks(rows.order_by("pk")):
            yield from (kept for kept in map(_personal_columns, block) if says(kept, wanted))
    for member in Membership.objects.filter(tenant_id=tenant_id).select_related("user"):
        access = _access_of(member)
        if says(access, wanted):
            yield access


def says(kept: Kept, wanted: str) -> bool:
    return any(wanted in text.casefold() for text in _texts(list(kept.values())))


def _kept_of(tenant_id: UUID, documents: list[SourceDocument]) -> dict[Any, Kept]:
    kept: dict[Any, Kept] = defaultdict(lambda: defaultdict(list))
    for model, link, of in OF_A_DOCUMENT:
        by_key = defaultdict(list)
        for document in documents:
            by_key[getattr(document, of)].append(document.pk)
        columns = _personal_names(model)
        rows = model._default_manager.filter(tenant_id=tenant_id, **{f"{link}__in": list(by_key)})
        for key, *values in rows.order_by("pk").values_list(link, *columns):
            for pk in by_key[key]:
                _add(kept[pk], model, columns, values)
    return kept


def _access_of(member: Membership) -> Kept:
    """A person's own account, as far as this company is concerned."""
    kept: Kept = defaultdict(list)
    user = member.user
    _add(kept, type(user), ["email"], [user.email])
    for model, rows in (
        (EmailAddress, EmailAddress.objects.filter(user=user)),
        (UserSession, UserSession.objects.filter(user=user)),
        (AuditEntry, AuditEntry.objects.filter(tenant_id=member.tenant_id, actor=f"user:{user.pk}").exclude(origin="")),
    ):
        columns = _personal_names(model)
        for values in rows.order_by().values_list(*columns).distinct():
            _add(kept, model, columns, values)
    return kept


def _personal_columns(row: Model) -> Kept:
    kept: Kept = defaultdict(list)
    columns = _personal_names(type(row))
    _add(kept, type(row), columns, [getattr(row, column) for column in columns])
    return kept


def _personal_names(model: type[Model]) -> list[str]:
    table = model._meta.db_table
    return [name.partition(".")[2] for name in PERSONAL if name.partition(".")[0] == table]


def _add(kept: Kept, model: type[Model], columns: Iterable[str], values: Iterable[Any]) -> None:
    for column, value in zip(columns, values, strict=True):
        readable = _readable(value)
        if readable not in (None, "", {}, []):
            kept[f"{model._meta.db_table}.{column}"].append(readable)


def _readable(value: Any) -> Any:
    """Bytes as the JSON or text that they are."""
    if not isinstance(value, bytes | memoryview):
        return value
    text = bytes(value).decode("utf-8", "replace")
    try:
        return json.loads(text) if text[:1] in ("{", "[") else text
    except ValueError:
        return text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
