"""What becomes of one document: its own checks, then duplicates, then a KSeF number."""

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from apps.ksef_simulator.clock import later, warsaw_day
from apps.ksef_simulator.sending.checks import Outcome, Rules, check
from apps.ksef_simulator.sending.forms import form_named
from apps.ksef_simulator.sending.records import BATCH, ONLINE, Document, Facts, Session
from apps.ksef_simulator.signin.principal import Identifier

if TYPE_CHECKING:
    from apps.ksef_simulator.system import System
    from apps.ksef_simulator.web.faults import Rule

# The call that brings documents in, by kind of session: faults on documents are named after it.
BRINGS_IN = {
    ONLINE: "POST /sessions/online/{referenceNumber}/invoices",
    BATCH: "POST /sessions/batch/{referenceNumber}/close",
}
CANCELLED = "Przetwarzanie zostało przerwane z przyczyn wewnętrznych systemu. Spróbuj ponownie"


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def rules_for(system: "System", session: Session, received_at: datetime) -> Rules:
    limits = system.context_limits.of(session.context)["onlineSession" if session.kind != BATCH else "batchSession"]
    context = Identifier.parse(session.context)
    return Rules(
        form=form_named(session.form),
        max_bytes=limits["maxInvoiceSizeInMB"] * 1_000_000,
        max_bytes_with_attachment=limits["maxInvoiceWithAttachmentSizeInMB"] * 1_000_000,
        received_at=received_at,
        may_issue_for=lambda facts: system.access.may_issue(context, facts),
        may_attach=_attachment_rule(system, session.kind),
        check_identifiers=session.check_identifiers or system.options.check_nip,
    )


def _attachment_rule(system: "System", kind: str) -> Callable[[Facts], str | None]:
    """None when allowed, the detail of a 410, or an empty text for the bare 415 of an online session."""

    def rule(facts: Facts) -> str | None:
        if kind != BATCH:
            return ""
        if system.access.may_attach(facts.seller_nip):
            return None
        return f"Sprzedawca {facts.seller_nip} nie posiada zgody do wysyłania faktur z załącznikami"

    return rule


def judge(system: "System", session: Session, document: Document, xml: bytes, rules: Rules) -> None:
    """Settle a document's end; it shows once its time has come."""
    outcome = check(xml, rules)
    if document.corrected_hash and outcome.code == 415:
        # Attachments are allowed online in this one case: a technical correction (API docs, korekta techniczna).
        outcome = Outcome(200, [], outcome.facts)
    document.facts = outcome.facts
    document.code, document.details = outcome.code, outcome.details
    forced = _fault(system, "document_status", session)
    if forced:
        document.code = int(forced.arguments.get("code", 550))
        document.details = list(forced.arguments.get("details", [CANCELLED] if document.code == 550 else []))
    if document.code == 200:
        _number(system, session, document)
    _stick(system, session, document)


def _fault(system: "System", effect: str, session: Session) -> "Rule | None":
    return system.faults.take(effect, BRINGS_IN[session.kind], Identifier.parse(session.context).nip)


def _number(system: "System", session: Session, document: Document) -> None:
    facts = document.facts
    if facts is None:
        raise ValueError("an accepted document was read")
    with system.ledger.lock:
        earlier = system.ledger.accept(document)
        if earlier is None:
            document.ksef_number = system.numbers.ksef_number(facts.seller_nip, document.received_at)
            system.ledger.numbered(document)
    if earlier is not None:
        _duplicate(system, session, document, earlier)
        return
    document.acquired_at = document.due_at
    document.stored_at = later(document.due_at, system.options.storage_delay)
    # The calendar day of acceptance decides, also for an invoice nobody declared offline (API docs, tryby offline).
    late = facts.issue_date < warsaw_day(document.received_at).isoformat()
    document.mode = "Offline" if document.declared_offline or late else "Online"


def _duplicate(system: "System", session: Session, document: Document, earlier: Document) -> None:
    named = earlier.session
    if _fault(system, "wrong_original_session", session):
        named = document.session
    document.code = 440
    document.details = [
        f"Duplikat faktury. Faktura o numerze KSeF: {earlier.ksef_number} została już prawidłowo przesłana "
        f"do systemu w sesji: {named}"
    ]
    if not _fault(system, "no_extensions", session):
        document.extensions = {
            "originalSessionReferenceNumber": named,
            "originalKsefNumber": earlier.ksef_number or "",
        }
    system.report.note(
        "duplicates",
        number=document.facts.number if document.facts else None,
        session=document.session,
        document=document.reference,
        original=earlier.ksef_number,
        sameContent=document.hash == earlier.hash,
    )


def _stick(system: "System", session: Session, document: Document) -> None:
    hidden = _fault(system, "hidden_document", session)
    if hidden:
        document.hidden_until = later(document.received_at, float(hidden.arguments.get("seconds", 30)))
    stuck = _fault(system, "stuck", session)
    if stuck is None:
        return
    if "seconds" in stuck.arguments:
        document.due_at = later(document.due_at, float(stuck.arguments["seconds"]))
        if document.acquired_at is not None:
            document.acquired_at = document.due_at
            document.stored_at = later(document.due_at, system.options.storage_delay)
    else:
        document.stuck_by = stuck.id
