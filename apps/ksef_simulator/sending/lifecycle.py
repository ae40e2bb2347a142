"""How a session moves by itself: ending after twelve hours, and the status that shows now."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.ksef_simulator.clock import later, stamp, stamp_or_none
from apps.ksef_simulator.sending.records import BATCH, ONLINE, Document, Session
from apps.ksef_simulator.web.call import without_nulls

if TYPE_CHECKING:
    from apps.ksef_simulator.system import System

LIFE_SECONDS = 12 * 3600
LINK_SECONDS = 3 * 86400
CANCELLED_EMPTY, CANCELLED_LATE = "Nie przesłano faktur", "Przekroczono czas wysyłki"


def code_at(system: "System", session: Session, now: datetime) -> int:
    """The status code of a session now, after whatever should have happened to it by itself."""
    settle(system, session, now)
    if session.code and (session.due_at is None or now >= session.due_at):
        return session.code
    if session.closed_at is None:
        return 100
    if session.kind == BATCH:
        return 150
    return _closed_online(session, now)


def settle(system: "System", session: Session, now: datetime) -> None:
    """Close what has run out of time; free what was stuck by a rule that is gone."""
    if session.closed_at is None and not session.code and now >= session.valid_until:
        with system.lock:
            if session.kind == ONLINE:
                close_online(session, session.valid_until)
            else:
                session.code, session.details = 440, [CANCELLED_LATE]
                session.due_at = session.valid_until
            session.updated_at = session.valid_until
        system.ledger.save_session(session)
    for document in list(session.stuck):
        if document.stuck_by is None or not system.faults.alive(document.stuck_by):
            session.stuck.remove(document)
            _free(system, document, now)


def _free(system: "System", document: Document, now: datetime) -> None:
    document.stuck_by = None
    document.due_at = max(document.due_at, now)
    if document.acquired_at is not None:
        document.acquired_at = document.due_at
        document.stored_at = later(document.due_at, system.options.storage_delay)
    system.ledger.save(document)


def close_online(session: Session, at: datetime) -> None:
    session.closed_at = session.updated_at = at
    if not session.documents:
        session.code, session.details, session.due_at = 440, [CANCELLED_EMPTY], at


def _closed_online(session: Session, now: datetime) -> int:
    codes = {document.code_at(now) for document in session.documents}
    if codes & {100, 150}:
        return 170
    return 200 if 200 in codes else 445


def status_json(system: "System", session: Session, now: datetime) -> dict[str, Any]:
    code = code_at(system, session, now)
    details = session.details if code == session.code and session.details else None
    return without_nulls({"code": code, "description": session.description(code), "details": details})


def counts(session: Session, now: datetime) -> tuple[int, int, int]:
    """Documents in all, accepted, refused."""
    codes = [document.code_at(now) for document in session.documents]
    return len(codes), sum(code == 200 for code in codes), sum(code >= 400 for code in codes)


def session_json(system: "System", session: Session, now: datetime, base_url: str) -> dict[str, Any]:
    total, good, bad = counts(session, now)
    code = code_at(system, session, now)
    return without_nulls(
        {
            "status": status_json(system, session, now),
            "dateCreated": stamp(session.created_at),
            "dateUpdated": stamp(_last_change(session, now)),
            "validUntil": stamp_or_none(session.valid_until),
            "upo": _pages(system, session, now, base_url) if code == 200 else None,
            "invoiceCount": total,
            # Absent until there is one, as the real service answers.
            "successfulInvoiceCount": good or None,
            "failedInvoiceCount": bad or None,
        }
    )


def _last_change(session: Session, now: datetime) -> datetime:
    due = [document.due_at for document in session.documents[-1:] if document.due_at <= now]
    return max([session.updated_at, *due])


def _pages(system: "System", session: Session, now: datetime, base_url: str) -> dict[str, Any]:
    reference = upo_reference(system, session, now)
    until = later(now, LINK_SECONDS)
    url = system.links.make(base_url, f"upo/session/{session.reference}/{reference}", until)
    page = {"referenceNumber": reference, "downloadUrl": url, "downloadUrlExpirationDate": stamp(until)}
    return {"pages": [page]}


def upo_reference(system: "System", session: Session, now: datetime) -> str:
    with system.lock:
        if session.upo_reference is None:
            session.upo_reference = system.numbers.reference("EU", now)
            system.ledger.save_session(session)
        return session.upo_reference
