"""What people stated about a document, beside its immutable source: typed, with who, when and why."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from apps.audit.record import SYSTEM, Happening, record_all
from apps.documents.mapping.override_json import from_dict, to_dict
from apps.documents.mapping.overrides import Override, Overrides
from apps.documents.models import SourceDocument
from apps.tenants.models import User

from .models import Override as StoredOverride


def store_override(
    document: SourceDocument, override: Override, *, reason: str, by: User | None, actor: str = "", at: datetime
) -> StoredOverride:
    """Keep a person's statement; it holds for every state of the Stripe object. Inside acting_in."""
    return store_overrides([document], override, reason=reason, by=by, actor=actor, at=at)[0]


def store_overrides(
    documents: Sequence[SourceDocument],
    override: Override,
    *,
    reason: str,
    by: User | None,
    actor: str = "",
    at: datetime,
) -> list[StoredOverride]:
    """The same statement about each of these documents of one tenant, in a few statements."""
    if not documents:
        return []
    value = to_dict(override)
    stored = StoredOverride.objects.bulk_create(
        StoredOverride(
            tenant_id=document.tenant_id,
            connection_id=document.connection_id,
            stripe_id=document.stripe_id,
            kind=value["kind"],
            value=value,
            reason=reason,
            entered_at=at,
            entered_by=by,
        )
        for document in documents
    )
    happenings = [
        Happening(
            event="override.stated",
            subject=document,
            actor=f"user:{by.id}" if by else actor or SYSTEM,
            # The chain is never anonymised: what was stated and why stays in the row; the hash shows any change of it.
            data={"kind": value["kind"], "override": str(one.id), "sha256": statement_hash(one)},
            at=at,
        )
        for document, one in zip(documents, stored, strict=True)
    ]
    record_all(tenant_id=documents[0].tenant_id, happenings=happenings)
    return stored


def statement_hash(stored: StoredOverride) -> str:
    """SHA-256 over what was stated and why, as the audit keeps it."""
    return hashlib.sha256(json.dumps([stored.value, stored.reason], sort_keys=True).encode()).hexdigest()


def overrides_of(document: SourceDocument) -> Overrides:
    """All statements about the document's Stripe object, in the order they were made."""
    return _given(document.tenant_id, document.connection_id, document.stripe_id)


def overrides_of_original(document: SourceDocument) -> Overrides:
    """Those about the invoice that a credit note corrects."""
    return _given(document.tenant_id, document.connection_id, document.original_stripe_id)


def _given(tenant_id: UUID, connection_id: UUID, stripe_id: str) -> Overrides:
    rows = StoredOverride.objects.filter(tenant_id=tenant_id, connection_id=connection_id, stripe_id=stripe_id)
    # After the legal retention nothing of a statement is left but that there was one.
    rows = rows.exclude(value={}).order_by("entered_at", "id")
    return Overrides(tuple(from_dict(row.value) for row in rows))
