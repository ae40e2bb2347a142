"""Online sessions: open, send one invoice at a time, close."""

import base64
import hashlib

from apps.ksef_simulator.clock import later, stamp
from apps.ksef_simulator.sending.cipher import decrypt
from apps.ksef_simulator.sending.judge import judge, rules_for, sha256
from apps.ksef_simulator.sending.lifecycle import close_online, code_at
from apps.ksef_simulator.sending.opening import open_session
from apps.ksef_simulator.sending.records import ONLINE, Document, Session
from apps.ksef_simulator.sending.sight import session_for
from apps.ksef_simulator.store import packed
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply
from apps.ksef_simulator.web.errors import BadRequest


@answers("POST", "/sessions/online")
def open_online(call: Call) -> Reply:
    session = open_session(call, ONLINE, "SO")
    return json_reply({"referenceNumber": session.reference, "validUntil": stamp(session.valid_until)}, 201)


@answers("POST", "/sessions/online/{referenceNumber}/invoices")
def send(call: Call) -> Reply:
    session = session_for(call, ONLINE)
    code = code_at(call.system, session, call.at)
    if code != 100:
        raise BadRequest(21180, f"Status sesji {code} uniemożliwia wysyłkę faktur.")
    ciphertext = _checked_ciphertext(call)
    _check_correction(call)
    with call.system.session_lock(session.reference):
        limit = call.system.context_limits.of(session.context)["onlineSession"]["maxInvoices"]
        if len(session.documents) >= limit:
            reached = f"Sesja o numerze referencyjnym {session.reference} osiągnęła dozwolony limit liczby faktur"
            raise BadRequest(21155, f"{reached} {limit}.")
        document = _document(call, session)
        xml = None if session.key is None else decrypt(session.key, session.iv, ciphertext)
        _settle(call, session, document, xml)
        call.system.ledger.add(session, [(document, packed(xml or b""))])
    return json_reply({"referenceNumber": document.reference}, 202)


@answers("POST", "/sessions/online/{referenceNumber}/close")
def close(call: Call) -> Reply:
    session = session_for(call, ONLINE)
    with call.system.session_lock(session.reference):
        code = code_at(call.system, session, call.at)
        if code != 100:
            raise BadRequest(21180, f"Status sesji {code} uniemożliwia jej zamknięcie.")
        if not call.system.faults.take("close_lost", call.operation.name, call.principal.context.nip):
            close_online(session, call.at)
            if session.forced_code is not None:
                session.code, session.due_at = session.forced_code, call.at
            call.system.ledger.save_session(session)
    return Reply(204)


def _checked_ciphertext(call: Call) -> bytes:
    """The encrypted invoice, whose size and hash must be as declared before anything else happens."""
    ciphertext = base64.b64decode(call.body["encryptedInvoiceContent"])
    if len(ciphertext) != call.body["encryptedInvoiceSize"]:
        raise BadRequest(21402, "Długość treści nie zgadza się z rozmiarem pliku.")
    if sha256(ciphertext) != call.body["encryptedInvoiceHash"]:
        raise BadRequest(21403, "Skrót treści nie zgadza się ze skrótem pliku.")
    return ciphertext


def _check_correction(call: Call) -> None:
    """A technical correction may replace only a rejected invoice, and only once (21166, 21167)."""
    corrected = call.body.get("hashOfCorrectedInvoice")
    if corrected is None:
        return
    if not call.body.get("offlineMode"):
        raise BadRequest(21405, "Korekta techniczna wymaga offlineMode = true.")
    ledger, context = call.system.ledger, str(call.principal.context)
    originals = [each for each in ledger.by_hash(corrected) if ledger.sessions[each.session].context == context]
    if any(each.accepted for each in originals):
        raise BadRequest(21167, "Nie można wysłać korekty technicznej do prawidłowo przetworzonej faktury.")
    if any(each.accepted for each in ledger.corrections_of(corrected)):
        raise BadRequest(21166, "Faktura posiada już przetworzoną prawidłowo korektę techniczną.")


def _document(call: Call, session: Session) -> Document:
    body = call.body
    return Document(
        reference=call.system.numbers.reference("EE", call.at),
        session=session.reference,
        ordinal=len(session.documents) + 1,
        received_at=call.at,
        due_at=later(call.at, call.system.options.delay),
        hash=body["invoiceHash"],
        size=body["invoiceSize"],
        declared_offline=bool(body.get("offlineMode")),
        corrected_hash=body.get("hashOfCorrectedInvoice"),
    )


def _settle(call: Call, session: Session, document: Document, xml: bytes | None) -> None:
    if xml is None:
        document.code, document.details = 435, ["Plik niepoprawnie zaszyfrowany"]
    elif len(xml) != document.size:
        document.code = 430
        document.details = [
            f"Rozmiar przesłanego pliku faktury nie zgadza się z zadeklarowaną wartością: {document.size}."
        ]
    elif hashlib.sha256(xml).digest() != base64.b64decode(document.hash):
        document.code = 430
        document.details = ["Skrót przesłanego pliku faktury nie zgadza się z zadeklarowaną wartością."]
    else:
        judge(call.system, session, document, xml, rules_for(call.system, session, call.at))
