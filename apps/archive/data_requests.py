"""Answers a person who asks what is kept about them (GDPR art. 15 and 17): what, why, and until when."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from apps.audit.record import record
from apps.documents.models import SourceDocument
from apps.tenants.models import User

from .found import Kept, documents_about, other_rows_about
from .retention import kept

SHORTEST = 5
FIELDS = (
    "customer_name",
    "customer_email",
    "customer_phone",
    "customer_address",
    "customer_shipping",
    "customer_tax_ids",
)


class TooVague(Exception):
    """What was entered would match many people; a name, e-mail address, tax number or customer id is needed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept about a person: documents, what else names them, and the day after which the last is anonymised."""

    documents: tuple[tuple[SourceDocument, Kept], ...]
    others: tuple[Kept, ...]
    kept_until: date | None

    @property
    def count(self) -> int:
        return len(self.documents)


def answer_request(tenant_id: UUID, about: str, *, by: User, at: datetime) -> Answer:
    """Find what names a person; the request is audited without what was asked. Runs inside acting_in."""
    wanted = about.strip().casefold()
    if len(wanted) < SHORTEST:
        raise TooVague
    found = tuple(documents_about(tenant_id, wanted))
    others = tuple(other_rows_about(tenant_id, wanted))
    until = max((kept(document).until for document, _ in found), default=None)
    data = {"documents": len(found), "others": len(others), "kept_until": until.isoformat() if until else ""}
    record(tenant_id=tenant_id, event="data_request.answered", actor=f"user:{by.id}", data=data, at=at)
    return Answer(found, others, until)


def exported(answer: Answer) -> bytes:
    """The person's own data as JSON, to hand over."""
    documents = [_told(document, everything) for document, everything in answer.documents]
    told = {"documents": documents, "others": list(answer.others)}
    return json.dumps(told, ensure_ascii=False, indent=2, default=str).encode()


def _told(document: SourceDocument, everything: Kept) -> dict[str, Any]:
    payload = json.loads(bytes(document.payload))
    return {
        "number": document.number,
        "kind": document.kind,
        "issued_at": document.issued_at.isoformat() if document.issued_at else None,
        "kept_until": kept(document).until.isoformat(),
        "buyer": {name: payload[name] for name in FIELDS if payload.get(name)},
        "everything": everything,
    }
