"""What opening an online and a batch session have in common."""

import base64
import hashlib
from datetime import datetime
from typing import Any

from apps.ksef_simulator.clock import later
from apps.ksef_simulator.keys import SYMMETRIC_USAGE, Undecryptable, UnknownKey
from apps.ksef_simulator.sending.forms import form_of
from apps.ksef_simulator.sending.lifecycle import LIFE_SECONDS
from apps.ksef_simulator.sending.records import Session
from apps.ksef_simulator.system import System
from apps.ksef_simulator.web.call import Call
from apps.ksef_simulator.web.errors import BadRequest

IDENTIFIER_CHECK = "subject-identifier-validation"


def open_session(call: Call, kind: str, reference_kind: str, **more: Any) -> Session:
    """A new session, kept. A key that does not open shows later, as status 415."""
    system, body, at = call.system, call.body, call.at
    form = form_of(body["formCode"])
    if form is None:
        raise BadRequest(21405, "Wskazany kod formularza nie jest wspierany.")
    key, iv = read_encryption(system, body["encryption"])
    sign_in = system.sign_ins.get(call.principal.sign_in)
    if sign_in is None:
        raise LookupError("an access token always belongs to a sign-in")
    session = Session(
        reference=system.numbers.reference(reference_kind, at),
        kind=kind,
        context=str(call.principal.context),
        subject=str(call.principal.subject),
        form=form.system_code,
        created_at=at,
        updated_at=at,
        valid_until=later(at, LIFE_SECONDS),
        key=key,
        iv=iv,
        token_reference=sign_in.token_reference,
        document_hash=sign_in.document_hash,
        check_identifiers=IDENTIFIER_CHECK in call.headers.get("X-KSeF-Feature", ""),
        **more,
    )
    if key is None:
        end_with(session, 415, at)
    else:
        system.report.key_used(hashlib.sha256(key).hexdigest()[:16], session.reference)
    _bend(system, session, call)
    system.ledger.add_session(session)
    return session


def read_encryption(system: System, encryption: dict[str, Any]) -> tuple[bytes | None, bytes]:
    """The AES key, or None when it does not open, and the initialization vector."""
    iv = base64.b64decode(encryption["initializationVector"])
    if len(iv) != 16:
        raise BadRequest(21405, "Pole 'encryption.initializationVector' musi mieć długość 16 bajtów.")
    wrapped = base64.b64decode(encryption["encryptedSymmetricKey"])
    key_id = encryption.get("publicKeyId")
    try:
        key = system.keys.decrypt(wrapped, SYMMETRIC_USAGE, key_id)
    except UnknownKey:
        raise BadRequest(21470, f"Klucz o identyfikatorze {key_id} nie jest wspierany.") from None
    except Undecryptable:
        return None, iv
    return (key if len(key) == 32 else None), iv


def end_with(session: Session, code: int, at: datetime, *details: str) -> None:
    session.code, session.details = code, list(details)
    session.closed_at = session.updated_at = session.due_at = at


def _bend(system: System, session: Session, call: Call) -> None:
    ending = system.faults.take("session_status", call.operation.name, call.principal.context.nip)
    if ending:
        code = int(ending.arguments.get("code", 415))
        if ending.arguments.get("at_once", code == 415):
            end_with(session, code, call.at)
        else:
            session.forced_code = code
