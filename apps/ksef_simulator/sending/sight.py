"""Which sessions and documents a caller may see."""

from apps.ksef_simulator.sending.records import Document, Session
from apps.ksef_simulator.web.call import Call
from apps.ksef_simulator.web.errors import BadRequest, Forbidden


def session_for(call: Call, kind: str | None = None) -> Session:
    """The session named in the path: unknown is 21173, somebody else's is 403."""
    session = call.system.ledger.sessions.get(call.reference)
    if session is None or (kind is not None and session.kind != kind):
        raise BadRequest(21173, f"Sesja o numerze referencyjnym {call.reference} nie została znaleziona.")
    if session.context != str(call.principal.context):
        raise Forbidden("insufficient-resource-access", "Brak dostępu do wskazanego zasobu.")
    return session


def document_for(call: Call) -> tuple[Session, Document]:
    """The document named in the path, which must be in the session named before it."""
    session = session_for(call)
    reference = call.path["invoiceReferenceNumber"]
    document = call.system.ledger.document(reference)
    if document is None or document.session != session.reference:
        raise BadRequest(
            21405, f"Faktura o numerze referencyjnym {reference} nie została znaleziona w sesji {session.reference}."
        )
    return session, document
