"""The receipt of a whole batch, page by page: each page files the documents it proves, or is not kept at all."""

import structlog

from apps.ksef_client.errors import Refused, Unavailable
from apps.ksef_client.sessions import Session

from . import collect
from .collect import Fetched, ReceiptRefused
from .lease import Lease
from .line import Line
from .models import FilingAttempt, KsefSession, Lane, Upo
from .proved import file_by_receipt
from .settle import unsettled

log = structlog.get_logger()


def file_pages(lease: Lease[KsefSession], line: Line, session: KsefSession, status: Session) -> bool:
    """File what the pages prove; False while they do not cover all that KSeF accepted, or one cannot be believed."""
    if not status.upo_pages:
        return status.successful_count == 0
    proved: set[bytes] = set()
    promised = status.successful_count or 0
    is_whole = True
    for page in status.upo_pages:
        lease.demand_time()
        try:
            fetched = collect.fetch_page(line, session, page)
            filed = _file_page(lease, fetched, page.reference)
        except (Refused, ReceiptRefused, Unavailable) as problem:
            if not (collect.is_about_this_one(problem) or collect.is_not_there_yet(problem)):
                raise
            # The other pages are about other documents: none of them waits for this one.
            log.warning("receipt.refused", session=session.reference, page=page.reference, problem=str(problem)[:200])
            is_whole = False
        else:
            proved |= fetched.by_hash().keys()
            promised = max(promised, fetched.says.pages.documents_in_all if fetched.says.pages else 0)
            log.info("session.filed", session=session.reference, documents=filed)
    return is_whole and len(proved) >= promised


def _file_page(lease: Lease[KsefSession], fetched: Fetched, page: str) -> int:
    """Kept only if it proves something of ours that is not filed yet, and nothing it should not."""
    at = lease.clock()
    with lease.held() as session:
        _demand_ours(session, fetched)
        if unsettled(session).keys().isdisjoint(fetched.by_hash()):
            return 0
        nip = Lane.objects.select_related("connection").get(pk=session.lane_id).connection.context_nip
        stored = collect.keep(fetched, session, kind=Upo.Kind.COLLECTIVE, at=at, reference=page)
        return len(file_by_receipt(session, fetched, stored, nip=nip, at=at))


def _demand_ours(session: KsefSession, fetched: Fetched) -> None:
    """Nobody but us sends in our session: a page that names anything else is not about it, or names it wrongly."""
    named = fetched.by_hash()
    if len(named) != len(fetched.says.documents):
        raise ReceiptRefused("It names a document twice, or one without its hash.")
    sent = FilingAttempt.objects.filter(tenant_id=session.tenant_id, session=session)
    strange = named.keys() - {bytes(digest) for digest in sent.values_list("invoice_hash", flat=True)}
    if strange:
        raise ReceiptRefused(f"It names {len(strange)} documents that were never sent in this session.")
