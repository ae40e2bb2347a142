"""Uploading the parts of a batch to their pre-signed links."""

from typing import TYPE_CHECKING

from werkzeug.datastructures import Headers

from apps.ksef_simulator.sending.judge import sha256
from apps.ksef_simulator.sending.records import Session
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.web.call import Reply

if TYPE_CHECKING:
    from apps.ksef_simulator.system import System

UPLOAD_HEADERS = {"x-ms-blob-type": "BlockBlob"}
UPLOAD = "PUT /storage/upload"


def content_name(session: Session, number: str) -> str:
    return f"part {session.reference} {number}"


def receive(system: "System", session: Session, number: str, headers: Headers, body: bytes) -> Reply:
    """Keep one part; sending it again replaces it. Sizes and hashes are compared when the session closes."""
    nip = Identifier.parse(session.context).nip
    refused = system.faults.take("upload_refused", UPLOAD, nip)
    if refused:
        return _error(int(refused.arguments.get("status", 403)), "AuthorizationFailure")
    missing = [name for name, value in UPLOAD_HEADERS.items() if headers.get(name) != value]
    if missing:
        system.report.note("uploadHeadersMissing", session=session.reference, headers=missing)
        return _error(400, "MissingRequiredHeader")
    batch = session.batch
    if batch is None or number not in batch["parts"] or session.closed_at is not None:
        return _error(403, "AuthorizationPermissionMismatch")
    if not body:
        return _error(400, "InvalidInput")
    if system.faults.take("upload_lost", UPLOAD, nip):
        return Reply(201)
    system.store.put_raw(content_name(session, number), body)
    with system.session_lock(session.reference):
        batch["uploaded"][number] = {"size": len(body), "hash": sha256(body)}
        session.updated_at = system.clock.now()
        system.ledger.save_session(session)
    return Reply(201)


def _error(status: int, code: str) -> Reply:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code></Error>'
    return Reply(status, body.encode(), "application/xml")
