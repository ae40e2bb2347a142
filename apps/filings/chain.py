"""The chain of one invoice: the invoice, its corrections and its void, filed strictly one after the other."""

from uuid import UUID

from django.db.models import Q, QuerySet

from apps.documents.models import SourceDocument

from .models import Filing
from .states import CAN_RERUN, FINAL, State

FILED = (State.ACCEPTED, State.RECEIPTED)


def chain_of(document: SourceDocument) -> str:
    """What all documents of the chain share: the Stripe id of the invoice."""
    return document.original_stripe_id or document.stripe_id


def is_correction(document: SourceDocument) -> bool:
    """A credit note, or an invoice voided after it was filed."""
    return document.kind == SourceDocument.Kind.CREDIT_NOTE or document.stripe_status == "void"


def filing_of_original(document: SourceDocument) -> Filing | None:
    """The filing of the invoice that this document corrects or voids, the filed one if there is any."""
    return _filing_of(document, chain_of(document))


def filing_before_void(document: SourceDocument) -> Filing | None:
    """For a voided credit note: how it was filed before it was voided."""
    return _filing_of(document, document.stripe_id) if document.stripe_status == "void" else None


def _filing_of(document: SourceDocument, stripe_id: str) -> Filing | None:
    filings = (
        Filing.objects.select_related("document")
        .filter(tenant_id=document.tenant_id, stripe_id=stripe_id, document__connection_id=document.connection_id)
        .exclude(document_id=document.pk)
        .exclude(document__stripe_status="void")
    )
    if stripe_id == document.stripe_id:
        # An earlier state of this very document that never went out is replaced, not corrected.
        filings = filings.exclude(state__in=CAN_RERUN)
    return filings.filter(state__in=FILED).first() or filings.order_by("-opened_at").first()


def filed_corrections(document: SourceDocument) -> QuerySet[Filing]:
    """Corrections of the same invoice that KSeF has taken, in their order."""
    return (
        _chain(document).filter(_correction(), state__in=FILED).exclude(document_id=document.pk).order_by("accepted_at")
    )


def predecessor(document: SourceDocument, *, but: UUID | None = None) -> Filing | None:
    """What must be settled before this correction may go: an earlier document of the chain that may yet be filed.

    One that KSeF refused holds nobody up: whether its own original is filed is for the mapping to ask.
    """
    settled = [*FINAL, State.ACCEPTED, State.REJECTED]
    undecided = (
        _chain(document)
        .exclude(document_id=document.pk)
        .exclude(pk__in=[but] if but else [])
        .exclude(state__in=settled)
    )
    earlier = [filing for filing in undecided if _order(filing.document) < _order(document)]
    return max(earlier, key=lambda filing: _order(filing.document), default=None)


def _chain(document: SourceDocument) -> QuerySet[Filing]:
    return Filing.objects.select_related("document").filter(
        tenant_id=document.tenant_id,
        chain=chain_of(document),
        document__connection_id=document.connection_id,
    )


def _correction() -> Q:
    return Q(kind=SourceDocument.Kind.CREDIT_NOTE) | Q(document__stripe_status="void")


def _order(document: SourceDocument) -> tuple[bool, object, int]:
    """The invoice first, then its corrections as they were issued."""
    return is_correction(document), document.issued_at or document.captured_at, document.revision
