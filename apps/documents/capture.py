"""capture(): keep one state of a Stripe invoice or credit note, with what it was read with, for ever."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection as database

from apps.audit.record import record
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
    kind, stripe_id = _kind_and_id(reading.content)
    _one_at_a_time(connection.id, stripe_id)
    mark = fingerprint(reading.content, reading.side)
    last = newest(connection.tenant_id, connection.id, stripe_id)
    if last is not None and bytes(last.fingerprint) == mark:
        return last
    document = _row(connection, kind, stripe_id, reading)
    document.revision = 1 if last is None else last.revision + 1
    document.fingerprint = mark
    if document.original_stripe_id:
        # A credit note names no buyer; lists and searches want one.
        original = newest(connection.tenant_id, connection.id, document.original_stripe_id)
        document.buyer_name = original.buyer_name if original else ""
    document.save(force_insert=True)
    # Real registers are not asked about made-up buyers.
    if kind == SourceDocument.Kind.INVOICE and (connection.livemode or settings.REGISTERS_IN_TEST_MODE):
        want_answers(connection.tenant_id, questions_about_buyer(reading.content, reading.side), at=reading.at)
    record(
        tenant_id=connection.tenant_id,
        event="document.captured",
        subject=document,
        data={"stripe_id": stripe_id, "revision": document.revision, "sha256": document.sha256.hex()},
        at=reading.at,
    )
    return document


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


def _one_at_a_time(connection_id: UUID, stripe_id: str) -> None:
    # Two workers must not both find revision 1 missing; the lock lasts until this short transaction ends.
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 13))", [f"{connection_id}/{stripe_id}"])


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
