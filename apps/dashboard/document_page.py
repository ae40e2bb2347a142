"""What a document's page shows beside the filing itself: its content, its attempts, what a person may do."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.audit.models import AuditEntry
from apps.dashboard.explain import explain, solutions_of
from apps.dashboard.statements import forms_for
from apps.fa3.document import BuyerId, Document, EuVat, ForeignId, Nip, Row
from apps.fa3.parse import parse_xml
from apps.filings.models import Filing, FilingAttempt
from apps.filings.states import CAN_RERUN, FINAL, State
from apps.reviews.models import Hold, Override, ReviewItem


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the document as people read it."""

    number: int
    name: str
    quantity: Decimal | None
    unit: str
    price: Decimal | None
    value: Decimal | None
    rate: str
    is_gross: bool


def document_page(filing: Filing) -> dict[str, Any]:
    content = parse_xml(bytes(filing.xml.content)) if filing.xml else None
    return {
        "content": content,
        "rows": [_shown(row) for row in content.rows] if content else [],
        "buyer_id": _written(content) if content else "",
        "attempts": FilingAttempt.objects.filter(tenant_id=filing.tenant_id, filing=filing)
        .select_related("session")
        .order_by("began_at"),
        **_standing(filing),
        "items": ReviewItem.objects.filter(document_id=filing.document_id, state=ReviewItem.State.OPEN),
        "overrides": Override.objects.filter(stripe_id=filing.stripe_id)
        .select_related("entered_by")
        .order_by("entered_at"),
        "history": AuditEntry.objects.filter(
            tenant_id=filing.tenant_id, subject_kind="filing", subject_id=str(filing.id)
        ).order_by("sequence"),
        "is_final": State(filing.state) in FINAL,
        "can_rerun": State(filing.state) in CAN_RERUN,
        "warnings": explain(filing.xml.warnings) if filing.xml else [],
        "rates": filing.xml.provenance.get("rates", []) if filing.xml else [],
        "origins": filing.xml.provenance.get("origins", []) if filing.xml else [],
    }


def _standing(filing: Filing) -> dict[str, Any]:
    """Why the document is held, and every way to solve it."""
    hold = Hold.objects.filter(document_id=filing.document_id, state=Hold.State.OPEN).first()
    explanations = explain(hold.reasons) if hold else []
    return {"hold": hold, "explanations": explanations, "statements": forms_for(solutions_of(explanations))}


def _shown(row: Row) -> ShownRow:
    gross = row.gross is not None
    rate = f"{row.oss_rate}% OSS" if row.oss_rate is not None else (row.category.value if row.category else "")
    return ShownRow(
        number=row.number,
        name=row.name or "",
        quantity=row.quantity,
        unit=row.unit or "",
        price=row.gross_price if gross else row.net_price,
        value=row.gross if gross else row.net,
        rate=f"{rate}%" if rate.isdecimal() else rate,
        is_gross=gross,
    )


def _written(content: Document) -> str:
    identifier: BuyerId = content.buyer.id
    match identifier:
        case Nip(number=number):
            return f"NIP {number}"
        case EuVat(country=country, number=number):
            return f"{country}{number}"
        case ForeignId(number=number, country=country):
            return f"{country or ''} {number}".strip()
        case _:
            return ""
