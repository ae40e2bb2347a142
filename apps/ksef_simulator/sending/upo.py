"""Receipts over the API and behind pre-signed links."""

from apps.ksef_simulator.sending.lifecycle import code_at
from apps.ksef_simulator.sending.receipts import Receipt
from apps.ksef_simulator.sending.records import Document, Session
from apps.ksef_simulator.sending.sight import document_for, session_for
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.system import System
from apps.ksef_simulator.web.call import Call, Reply, answers, xml_reply
from apps.ksef_simulator.web.errors import BadRequest


@answers("GET", "/sessions/{referenceNumber}/invoices/{invoiceReferenceNumber}/upo")
def by_reference(call: Call) -> Reply:
    session, document = document_for(call)
    if document.code_at(call.at) != 200:
        raise BadRequest(
            21178, f"UPO dla faktury {document.reference} w sesji {session.reference} nie zostało znalezione."
        )
    return _reply(call.system, session, document_receipt(call.system, session, document))


@answers("GET", "/sessions/{referenceNumber}/invoices/ksef/{ksefNumber}/upo")
def by_number(call: Call) -> Reply:
    session, number = session_for(call), call.path["ksefNumber"]
    document = call.system.ledger.by_number(number)
    if document is None or document.session != session.reference or document.code_at(call.at) != 200:
        where = f"UPO o numerze KSeF {number} i numerze referencyjnym sesji {session.reference}"
        raise BadRequest(21178, f"{where} nie zostało znalezione.")
    return _reply(call.system, session, document_receipt(call.system, session, document))


@answers("GET", "/sessions/{referenceNumber}/upo/{upoReferenceNumber}")
def of_session(call: Call) -> Reply:
    session, wanted = session_for(call), call.path["upoReferenceNumber"]
    if code_at(call.system, session, call.at) != 200 or session.upo_reference != wanted:
        raise BadRequest(
            21178, f"UPO o numerze referencyjnym {wanted} dla sesji {session.reference} nie zostało znalezione."
        )
    return _reply(call.system, session, session_receipt(call.system, session))


def document_receipt(system: System, session: Session, document: Document) -> Receipt:
    if system.faults.take("wrong_upo", context=Identifier.parse(session.context).nip):
        others = (each for each in system.ledger.accepted() if each is not document)
        other = next(others, None)
        if other is not None:
            return system.receipts.for_document(system.ledger.sessions[other.session], other)
    return system.receipts.for_document(session, document)


def session_receipt(system: System, session: Session) -> Receipt:
    accepted = [each for each in session.documents if each.accepted]
    signed_at = max(each.acquired_at or each.received_at for each in accepted)
    return system.receipts.for_session(session, accepted, signed_at)


def bent(system: System, session: Session, receipt: Receipt) -> Receipt:
    """The receipt, spoilt where a fault asks for it."""
    nip = Identifier.parse(session.context).nip
    if system.faults.take("broken_upo", context=nip):
        receipt = Receipt.of(receipt.body.replace(b"<TrybWysylki>O", b"<TrybWysylki> O", 1))
    if system.faults.take("wrong_hash_header", context=nip):
        receipt = Receipt(receipt.body, Receipt.of(b"").sha256)
    return receipt


def _reply(system: System, session: Session, receipt: Receipt) -> Reply:
    receipt = bent(system, session, receipt)
    return xml_reply(receipt.body, receipt.sha256)
