"""Open and close a hold: the reasons why a document is not filed, all at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from apps.documents.models import SourceDocument
from apps.tenants.models import User

from .models import Hold


def open_hold(
    document: SourceDocument, reasons: Sequence[Mapping[str, Any]], *, releases_itself: bool, at: datetime
) -> Hold:
    """Hold a document for these reasons ({code, field, params} in order), in place of those it was held for."""
    hold, _ = Hold.objects.update_or_create(
        tenant_id=document.tenant_id,
        document=document,
        state=Hold.State.OPEN,
        defaults={
            "reasons": [dict(reason) for reason in reasons],
            "first_code": reasons[0]["code"],
            "releases_itself": releases_itself,
        },
        create_defaults={
            "reasons": [dict(reason) for reason in reasons],
            "first_code": reasons[0]["code"],
            "releases_itself": releases_itself,
            "opened_at": at,
        },
    )
    return hold


def close_hold(
    document: SourceDocument, *, at: datetime, by: User | None = None, state: Hold.State = Hold.State.RELEASED
) -> bool:
    """Close the open hold of a document, if there is one."""
    held = Hold.objects.filter(tenant_id=document.tenant_id, document=document, state=Hold.State.OPEN)
    return bool(held.update(state=state, closed_at=at, closed_by=by))
