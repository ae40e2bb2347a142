"""capture(): keep one state of a Stripe invoice or credit note, with what it was read with, for ever."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from apps.audit.record import Happening, lock_chain, record_all
from apps.connections.models import StripeConnection
from apps.registers.checks import want_answers

from .canonical import canonical
from .inputs import questions_about_buyer
from .models import SourceDocument

# They change without the document changing: links signed anew at each reading, attempts to collect, our own notes.
PASSING = frozenset(
    {
        "attempt_count",
        "attempted",
        "auto_advance",
        "automatically_finalizes_at",
        "confirmation_secret",
        "hosted_invoice_url",
        "invoice_pdf",
        "last_finalization_error",
        "next_payment_attempt",
        "pdf",
        "receipt_number",
        "webhooks_delivered_at",
    }
)
OUR_NOTES = frozenset({"ksef_number", "ksef_status", "ksef_env", "ksef_accepted_at", "ksef_kit_id"})

Json = Mapping[str, Any]


class NotADocument(Exception):
    """The object is no invoice or credit note that could be filed; the text says what is odd."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from Stripe at one moment: the object and the objects beside it."""

    content: Json
    side: Json
    at: datetime
    api_version: str


def capture(connection: StripeConnection, reading: Reading) -> SourceDocument:
    """The row of this state of the object: the one that holds it already, or a new revision. Inside acting_in."""
    return capture_all(connection, [reading])[0]


def capture_all(connection: StripeConnection, readings: Sequence[Reading]) -> list[SourceDocument]:
    """The same for readings of different objects, in a few statements."""
    # Whoever captures for this tenant waits here, so that no two find the same revision missing.
    lock_chain(connection.tenant_id)
    ids = [_kind_and_id(reading.content) for reading in readings]
    known = _newest_of(connection, {stripe_id for _, stripe_id in ids})
    documents, fresh = [], []
    for (kind, stripe_id), reading in zip(ids, readings, strict=True):
        mark, last = fingerprint(reading.content, reading.side), known.get(stripe_id)
        if last is not None and bytes(last.fingerprint) == mark:
            documents.append(last)
            continue
        document = _row(connection, kind, stripe_id, reading)
        document.revision = 1 if last is None else last.revision + 1
        document.fingerprint = mark
        documents.append(document)
        fresh.append((document, reading))
    _name_buyers(connection, [document for document, _ in fresh])
    SourceDocument.objects.bulk_create([document for document, _ in fresh], batch_size=100)
    _ask_about_buyers(connection, fresh)
    record_all(tenant_id=connection.tenant_id, happenings=[_captured(document) for document, _ in fresh])
    return documents


def _newest_of(connection: StripeConnection, stripe_ids: set[str]) -> dict[str, SourceDocument]:
    states = SourceDocument.objects.filter(
        tenant_id=connection.tenant_id, connection=connection, stripe_id__in=stripe_ids
    )
    return {
        document.stripe_id: document for document in states.order_by("stripe_id", "-revision").distinct("stripe_id")
    }


def _name_buyers(connection: StripeConnection, documents: Sequence[SourceDocument]) -> None:
    """A credit note names no buyer; lists and searches want one."""
    originals = _newest_of(connection, {document.original_stripe_id for document in documents} - {""})
    for document in documents:
        if document.original_stripe_id in originals:
            document.buyer_name = originals[document.original_stripe_id].buyer_name


def _ask_about_buyers(connection: StripeConnection, fresh: Sequence[tuple[SourceDocument, Reading]]) -> None:
    """Real registers are not asked about made-up buyers."""
    if connection.livemode or settings.REGISTERS_IN_TEST_MODE:
        invoices = [(document, reading) for document, reading in fresh if document.kind == SourceDocument.Kind.INVOICE]
        for document, reading in invoices:
            questions = questions_about_buyer(reading.content, reading.side)
            want_answers(connection.tenant_id, questions, at=document.captured_at)


def _captured(document: SourceDocument) -> Happening:
    data = {"stripe_id": document.stripe_id, "revision": document.revision, "sha256": bytes(document.sha256).hex()}
    return Happening(event="document.captured", subject=document, data=data, at=document.captured_at)


def newest(tenant_id: UUID, connection_id: UUID, stripe_id: str) -> SourceDocument | None:
    """The latest captured state of a Stripe object."""
    states = SourceDocument.objects.filter(tenant_id=tenant_id, connection_id=connection_id, stripe_id=stripe_id)
    return states.order_by("-revision").first()


def fingerprint(content: Json, side: Json) -> bytes:
    """Equal for two readings that say the same about the document."""
    lasting = {key: value for key, value in content.items() if key not in PASSING}
    if isinstance(notes := lasting.get("metadata"), Mapping):
        lasting["metadata"] = {key: value for key, value in notes.items() if key not in OUR_NOTES}
    return hashlib.sha256(canonical([lasting, side])).digest()


def _kind_and_id(content: Json) -> tuple[SourceDocument.Kind, str]:
    kind, stripe_id = content.get("object"), content.get("id")
    if kind not in SourceDocument.Kind.values or not isinstance(stripe_id, str) or not 0 < len(stripe_id) <= 80:
        raise NotADocument(f"Stripe answered with {str(kind)[:40]!r} where an invoice or credit note was asked for.")
    return SourceDocument.Kind(kind), stripe_id


def _row(connection: StripeConnection, kind: SourceDocument.Kind, stripe_id: str, reading: Reading) -> SourceDocument:
    content = reading.content
    payload, side_data = canonical(content), canonical(reading.side)
    return SourceDocument(
        tenant_id=connection.tenant_id,
        connection=connection,
        kind=kind,
        stripe_id=stripe_id,
        number=_text(content.get("number"), 256),
        original_stripe_id=_text(id_of(content.get("invoice")), 80) if kind == SourceDocument.Kind.CREDIT_NOTE else "",
        customer_id=_text(id_of(content.get("customer")), 80),
        buyer_name=_text(content.get("customer_name"), 512),
        currency=_text(content.get("currency"), 3).upper(),
        total_minor=_minor(content.get("total")),
        stripe_status=_text(content.get("status"), 20),
        livemode=connection.livemode,
        api_version=reading.api_version,
        payload=payload,
        side_data=side_data,
        sha256=hashlib.sha256(payload + side_data).digest(),
        issued_at=_issued_at(content),
        captured_at=reading.at,
    )


def id_of(value: Any) -> str:
    """The id of a field that holds an id or the whole object."""
    found = value.get("id") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else ""


def _issued_at(content: Json) -> datetime | None:
    transitions = content.get("status_transitions")
    finalized = transitions.get("finalized_at") if isinstance(transitions, Mapping) else None
    for moment in (content.get("effective_at"), finalized, content.get("created")):
        if isinstance(moment, int) and 0 < moment < 4_102_444_800:  # before the year 2100
            return datetime.fromtimestamp(moment, tz=UTC)
    return None


def _text(value: Any, limit: int) -> str:
    """For the columns that lists show and search; the bytes beside them stay as they came."""
    text = value.replace("\x00", "").encode("utf-8", "replace").decode() if isinstance(value, str) else ""
    return text[:limit]


def _minor(value: Any) -> int | None:
    return value if type(value) is int and -(2**63) <= value < 2**63 else None
