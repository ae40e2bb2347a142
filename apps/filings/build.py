"""From a mapping's outcome to the exact bytes of a document, or to the reason why there are none."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from apps.documents.mapping.outcome import File, Hold, Mapped, Skip
from apps.documents.models import SourceDocument
from apps.documents.origins import stored_origins
from apps.fa3.calendar import day_begins, warsaw_date

from .deadlines import deadline
from .mapper import Broken, Mapper, ProfileMissing, reasons_as_json
from .models import FilingXml, Mode
from .move import Reason
from .states import State

# How long until time may have solved what only time solves.
RETRY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Built:
    """What becomes of a document: bytes and READY, or a state with its reasons."""

    state: State
    reason: Reason
    reasons: list[dict[str, Any]]  # for the Hold
    xml: FilingXml | None = None
    number: str = ""  # P_2
    retry_at: datetime | None = None
    deadline: datetime | None = None
    mode: Mode = Mode.ONLINE


def build(
    tenant_id: UUID, documents: Sequence[SourceDocument], *, at: datetime, dated: Mapping[UUID, date] | None = None
) -> list[Built]:
    """Map, write and check documents as of now. Runs inside acting_in; reads much, writes nothing.

    `dated` fixes the day of issue of documents that were issued already, by document.
    """
    today = warsaw_date(at)
    try:
        mapper = Mapper(tenant_id, today, at)
    except ProfileMissing:
        return [_stopped(State.HELD, "profile_missing", [], document) for document in documents]
    outcomes = mapper.map_all(documents, dated or {})
    return [_built(document, outcome, today, at) for document, outcome in zip(documents, outcomes, strict=True)]


def _built(document: SourceDocument, outcome: Mapped | Broken, today: date, at: datetime) -> Built:
    match outcome:
        case File():
            return _filed(document, outcome, today, at)
        case Hold():
            # What a person must solve is named before what time solves.
            ordered = sorted(outcome.reasons, key=lambda reason: reason.is_self_releasing)
            reasons = reasons_as_json(ordered)
            if outcome.is_self_releasing:
                return _stopped(State.WAITING, str(ordered[0].code), reasons, document, retry_at=at + RETRY)
            return _stopped(State.HELD, str(ordered[0].code), reasons, document)
        case Skip():
            reasons = reasons_as_json(outcome.reasons)
            return _stopped(State.EXCLUDED, str(outcome.reasons[0].code), reasons, document)
        case Broken():
            reasons = [{"code": "INTERNAL_ERROR", "field": "", "params": {"problem": outcome.problem}}]
            return _stopped(State.HELD, "INTERNAL_ERROR", reasons, document)


def _filed(document: SourceDocument, outcome: File, today: date, at: datetime) -> Built:
    issued_on = outcome.document.issued_on
    # Dated before the day it reaches KSeF, it counts as issued offline (art. 106nda(16)).
    mode = Mode.ONLINE if issued_on >= today else Mode.OFFLINE24
    xml = FilingXml(
        id=uuid4(),
        tenant_id=document.tenant_id,
        content=outcome.xml,
        sha256=hashlib.sha256(outcome.xml).digest(),
        issue_date=issued_on,
        built_at=at,
        warnings=reasons_as_json(outcome.warnings),
        handover={"way": str(outcome.handover)},
        provenance={
            "rates": [
                {"rate": f"{rate.value:f}", "table": rate.table, "published_on": str(rate.published_on or "")}
                for rate in outcome.rates
            ],
            "kind": str(outcome.document.kind.value),
            "origins": stored_origins(outcome),
        },
    )
    return Built(
        State.READY,
        Reason(),
        [],
        xml=xml,
        number=outcome.document.number,
        deadline=deadline(mode, issued_on),
        mode=mode,
    )


def _stopped(
    state: State,
    code: str,
    reasons: list[dict[str, Any]],
    document: SourceDocument,
    *,
    retry_at: datetime | None = None,
) -> Built:
    due = None if state == State.EXCLUDED else issue_deadline(document)
    params = reasons[0]["params"] if reasons else {}
    return Built(state, Reason(code, params), reasons, retry_at=retry_at, deadline=due)


def issue_deadline(document: SourceDocument) -> datetime | None:
    """An invoice is issued by the 15th of the month after the supply (art. 106i); the supply is hardly later than the
    day Stripe finalised it."""
    if document.issued_at is None:
        return None
    day = warsaw_date(document.issued_at)
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return day_begins(date(year, month, 16))
