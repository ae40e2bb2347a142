"""Statuses: of a session, of one document, and the lists of both."""

from datetime import datetime
from typing import Any

from apps.ksef_simulator.clock import later, read_moment, stamp, stamp_or_none
from apps.ksef_simulator.sending.lifecycle import LINK_SECONDS, code_at, counts, session_json, settle, status_json
from apps.ksef_simulator.sending.records import Document, Session
from apps.ksef_simulator.sending.sight import document_for, session_for
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply
from apps.ksef_simulator.web.paging import page_of

SEES_ALL = ("Introspection", "EnforcementOperations")


@answers("GET", "/sessions/{referenceNumber}")
def session_status(call: Call) -> Reply:
    return json_reply(session_json(call.system, session_for(call), call.at, call.base_url))


@answers("GET", "/sessions/{referenceNumber}/invoices/{invoiceReferenceNumber}")
def document_status(call: Call) -> Reply:
    session, document = document_for(call)
    settle(call.system, session, call.at)
    return json_reply(_document_json(call, document))


@answers("GET", "/sessions/{referenceNumber}/invoices")
def documents(call: Call) -> Reply:
    return _list(call, failed=False)


@answers("GET", "/sessions/{referenceNumber}/invoices/failed")
def failed_documents(call: Call) -> Reply:
    return _list(call, failed=True)


def _list(call: Call, *, failed: bool) -> Reply:
    session = session_for(call)
    settle(call.system, session, call.at)
    shown = [each for each in session.documents if each.hidden_until is None or each.hidden_until <= call.at]
    if failed:
        shown = [each for each in shown if each.code_at(call.at) >= 400]
    page, continuation = page_of(call, shown)
    return json_reply(continuation | {"invoices": [_document_json(call, each) for each in page]})


def _document_json(call: Call, document: Document) -> dict[str, Any]:
    shown = document.as_json(call.at)
    if shown["status"]["code"] == 200:
        until = later(call.at, LINK_SECONDS)
        shown["upoDownloadUrl"] = call.system.links.make(call.base_url, f"upo/document/{document.reference}", until)
        shown["upoDownloadUrlExpirationDate"] = stamp(until)
    return shown


@answers("GET", "/sessions")
def sessions(call: Call) -> Reply:
    found = [each for each in call.system.ledger.sessions_of(str(call.principal.context)) if _wanted(call, each)]
    page, continuation = page_of(call, found)
    return json_reply(continuation | {"sessions": [_session_row(call, each) for each in page]})


def _wanted(call: Call, session: Session) -> bool:
    """The filters of the query, and the sessions of other people only for those who may see them."""
    asked = call.parameters
    if session.kind != asked["sessionType"]:
        return False
    if not call.principal.may(*SEES_ALL) and session.subject != str(call.principal.subject):
        return False
    if asked["referenceNumber"] and asked["referenceNumber"] != session.reference:
        return False
    if asked["statuses"] and _common_status(code_at(call.system, session, call.at)) not in asked["statuses"]:
        return False
    return (
        _within(session.created_at, asked["dateCreatedFrom"], asked["dateCreatedTo"])
        and _within(session.closed_at, asked["dateClosedFrom"], asked["dateClosedTo"])
        and _within(session.updated_at, asked["dateModifiedFrom"], asked["dateModifiedTo"])
    )


def _within(moment: datetime | None, start: str | None, end: str | None) -> bool:
    if start and (moment is None or moment < read_moment(start)):
        return False
    return not (end and (moment is None or moment > read_moment(end)))


def _common_status(code: int) -> str:
    if code < 200:
        return "InProgress"
    return {200: "Succeeded", 440: "Cancelled"}.get(code, "Failed")


def _session_row(call: Call, session: Session) -> dict[str, Any]:
    total, good, bad = counts(session, call.at)
    return {
        "referenceNumber": session.reference,
        "status": status_json(call.system, session, call.at),
        "dateCreated": stamp(session.created_at),
        "dateUpdated": stamp(session.updated_at),
        "validUntil": stamp_or_none(session.valid_until),
        "totalInvoiceCount": total,
        "successfulInvoiceCount": good,
        "failedInvoiceCount": bad,
    }
