"""Answers a person who asks what is kept about them (GDPR art. 15 and 17): what, why, and until when."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from apps.audit.record import record
from apps.documents.models import SourceDocument
from apps.tenants.models import User

from .blocks import in_blocks
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
    """What is kept about a person: how many documents, and the day after which the last of them is anonymised."""

    documents: tuple[SourceDocument, ...]
    kept_until: date | None

    @property
    def count(self) -> int:
        return len(self.documents)


def answer_request(tenant_id: UUID, about: str, *, by: User, at: datetime) -> Answer:
    """Find a person's documents; the request is audited without what was asked. Runs inside acting_in."""
    found = tuple(_about(tenant_id, about))
    until = max((kept(document).until for document in found), default=None)
    data = {"documents": len(found), "kept_until": until.isoformat() if until else ""}
    record(tenant_id=tenant_id, event="data_request.answered", actor=f"user:{by.id}", data=data, at=at)
    return Answer(found, until)


def exported(answer: Answer) -> bytes:
    """The person's own data as JSON, to hand over."""
    documents = [_personal(document) for document in answer.documents]
    return json.dumps({"documents": documents}, ensure_ascii=False, indent=2).encode()


def _about(tenant_id: UUID, about: str) -> Iterator[SourceDocument]:
    wanted = about.strip().casefold()
    if len(wanted) < SHORTEST:
        raise TooVague
    # Rare and never in a hurry: reading every document finds spellings that no index knows.
    for block in in_blocks(SourceDocument.objects.filter(tenant_id=tenant_id).order_by("issued_at", "id")):
        yield from (document for document in block if wanted in _words(document))


def _words(document: SourceDocument) -> str:
    texts = [document.buyer_name, document.customer_id, *_texts(_personal(document))]
    return "\n".join(texts).casefold()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def _personal(document: SourceDocument) -> dict[str, Any]:
    payload = json.loads(bytes(document.payload))
    return {
        "number": document.number,
        "kind": document.kind,
        "issued_at": document.issued_at.isoformat() if document.issued_at else None,
        "kept_until": kept(document).until.isoformat(),
        "buyer": {name: payload[name] for name in FIELDS if payload.get(name)},
    }
