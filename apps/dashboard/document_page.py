"""What a document's page shows beside the filing itself: its content, its attempts, what a person may do."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.audit.models import AuditEntry
from apps.connections.ksef import environment_of
from apps.dashboard.content import facts_of, originals_of, written_id
from apps.dashboard.explain import explain, solutions_of
from apps.dashboard.stated import stated
from apps.dashboard.statements import forms_for
from apps.dashboard.stripe_view import stripe_view
from apps.documents.inputs import answers_about_buyer
from apps.documents.mapping.overrides import (
    Exclude,
    SetBuyerId,
    SetExchangeRate,
    SetIssueDate,
    SetNumber,
    SetVatCategory,
)
from apps.documents.origins import Shown, shown_origins
from apps.fa3.document import Bucket, BucketKind, Row
from apps.fa3.parse import parse_xml
from apps.filings.models import Filing, FilingAttempt
from apps.filings.states import ALLOWED, CAN_RERUN, FINAL, State
from apps.ksef_client.qr import code_one
from apps.registers.models import RegisterAnswer
from apps.reviews.models import Hold, Override, ReviewItem

BUCKETS: dict[BucketKind, str | Promise] = {
    BucketKind.STANDARD: "23 % / 22 %",
    BucketKind.REDUCED: "8 % / 7 %",
    BucketKind.SUPER_REDUCED: "5 %",
    BucketKind.OSS: "OSS",
    BucketKind.ZERO_DOMESTIC: _("0 % in Poland"),
    BucketKind.ZERO_INTRA_EU: _("0 %, goods to the EU"),
    BucketKind.ZERO_EXPORT: _("0 %, export"),
    BucketKind.EXEMPT: _("exempt"),
    BucketKind.OUTSIDE_POLAND: _("not taxed in Poland (np I)"),
    BucketKind.EU_SERVICE: _("services to the EU (np II)"),
    BucketKind.DOMESTIC_REVERSE_CHARGE: _("domestic reverse charge"),
}
OUTCOMES: dict[str, str | Promise] = {
    FilingAttempt.Outcome.NOT_SENT: _("Nothing reached KSeF."),
    FilingAttempt.Outcome.LOST: _("It never landed in KSeF."),
    FilingAttempt.Outcome.ACCEPTED: _("KSeF accepted it."),
    FilingAttempt.Outcome.REJECTED: _("KSeF refused it."),
    FilingAttempt.Outcome.DUPLICATE: _("KSeF had it already, from an earlier attempt."),
    FilingAttempt.Outcome.SESSION_FAILED: _("KSeF gave the whole session back."),
    FilingAttempt.Outcome.FAILED_THERE: _("KSeF failed; the same document goes again."),
}


# KSeF says in its own words what it refuses; which of these would put it right only a person can tell.
OF_REFUSED = (SetBuyerId, SetVatCategory, SetNumber, SetIssueDate, SetExchangeRate, Exclude)
MOVING = frozenset({State.READY, State.SENDING, State.SENT, State.UNKNOWN, State.ACCEPTED})


@dataclass(frozen=True, slots=True)
class ShownBucket:
    """A total of the document as people read it."""

    label: str | Promise
    net: Decimal
    tax: Decimal | None
    tax_pln: Decimal | None


@dataclass(frozen=True, slots=True)
class ShownAttempt:
    """One try and what became of it."""

    attempt: FilingAttempt
    outcome: str | Promise


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
    tax: Decimal | None
    is_gross: bool
    is_before: bool  # the state before a correction


@dataclass(frozen=True, slots=True)
class ShownRate:
    """An exchange rate with the table it stands in."""

    value: str
    table: str
    published_on: date | None


def document_page(filing: Filing) -> dict[str, Any]:
    content = parse_xml(bytes(filing.xml.content)) if filing.xml else None
    standing = _standing(filing)
    return {
        "content": content,
        "facts": facts_of(content) if content else [],
        "originals": originals_of(content, tenant_id=filing.tenant_id) if content else [],
        "rows": [_shown(row) for row in content.rows] if content else [],
        "buckets": [_bucket(bucket, content.rows) for bucket in content.buckets] if content else [],
        "is_correction": content.correction is not None if content else filing.kind == "credit_note",
        "buyer_id": written_id(content.buyer.id) if content else "",
        "check_link": _check_link(filing),
        "in_stripe": None if content else stripe_view(filing.document),
        "attempts": _attempts(filing),
        **standing,
        "items": ReviewItem.objects.filter(document_id=filing.document_id, state=ReviewItem.State.OPEN).exclude(
            kind=filing.reason_code  # said already
        ),
        "history": AuditEntry.objects.filter(
            tenant_id=filing.tenant_id, subject_kind="filing", subject_id=str(filing.id)
        ).order_by("sequence"),
        "is_final": State(filing.state) in FINAL,
        # Only what changes by itself is fetched again: a form that somebody is filling in must stay.
        "is_moving": State(filing.state) in MOVING,
        "can_rerun": State(filing.state) in CAN_RERUN,
        # A hold is ended by excluding the document with a reason; giving up is for what has no such form.
        "may_abandon": State.ABANDONED in ALLOWED[State(filing.state)] and not standing["excludable"],
        "warnings": explain(filing.xml.warnings) if filing.xml else [],
        **_evidence(filing),
    }


def _evidence(filing: Filing) -> dict[str, Any]:
    """What the values rest on: their origins, the rates, what registers answered, what people stated."""
    overrides = Override.objects.filter(
        tenant_id=filing.tenant_id, connection_id=filing.document.connection_id, stripe_id=filing.stripe_id
    )
    return {
        "origins": _origins(filing),
        "rates": [_rate(rate) for rate in filing.xml.provenance.get("rates", [])] if filing.xml else [],
        "answers": _answers(filing),
        "overrides": [stated(one) for one in overrides.select_related("entered_by").order_by("entered_at")],
    }


def _answers(filing: Filing) -> list[RegisterAnswer]:
    content = json.loads(bytes(filing.document.payload))
    return answers_about_buyer(filing.document, content) if isinstance(content, dict) else []


def _rate(stored: dict[str, str]) -> ShownRate:
    published = stored.get("published_on")
    return ShownRate(stored["rate"], stored.get("table", ""), date.fromisoformat(published) if published else None)


def _check_link(filing: Filing) -> str:
    """Where anybody who holds the document can check it at KSeF: the text of QR code I (API digest, 9.4)."""
    if not (filing.ksef_number and filing.lane and filing.invoice_hash and filing.issue_date):
        return ""
    return code_one(
        environment_of(filing.lane.connection),
        seller_nip=filing.lane.connection.context_nip,
        issued_on=filing.issue_date,
        invoice_hash=base64.b64encode(bytes(filing.invoice_hash)).decode(),
    )


def _origins(filing: Filing) -> list[Shown]:
    if filing.xml is None:
        return []
    return shown_origins(filing.xml.provenance.get("origins", []), bytes(filing.xml.content), get_language() or "")


def _standing(filing: Filing) -> dict[str, Any]:
    """Why the document is held, and every way to solve it."""
    hold = Hold.objects.filter(document_id=filing.document_id, state=Hold.State.OPEN).first()
    reasons = hold.reasons if hold else [{"code": filing.reason_code, "field": "", "params": filing.reason_params}]
    explanations = explain(reasons)
    solutions = OF_REFUSED if filing.state == State.REJECTED else solutions_of(explanations)
    return {
        "hold": hold,
        "explanations": explanations,
        "statements": forms_for(solutions, filing.document),
        "excludable": Exclude in solutions,
    }


def _attempts(filing: Filing) -> list[ShownAttempt]:
    attempts = FilingAttempt.objects.filter(tenant_id=filing.tenant_id, filing=filing).select_related("session")
    return [ShownAttempt(attempt, OUTCOMES.get(attempt.outcome or "", "")) for attempt in attempts.order_by("began_at")]


def _bucket(bucket: Bucket, rows: Sequence[Row]) -> ShownBucket:
    # One total may hold the rates of two laws (23 % and the former 22 %): its rows say which one it is.
    rates = {row.category.percentage for row in rows if row.category is not None and row.bucket is bucket.kind}
    known = sorted(f"{rate} %" for rate in rates if rate)
    label = " / ".join(known) if known else BUCKETS.get(bucket.kind, bucket.kind.name)
    return ShownBucket(label, bucket.net, bucket.tax, bucket.tax_pln)


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
        tax=row.tax,
        is_gross=gross,
        is_before=row.is_before,
    )
