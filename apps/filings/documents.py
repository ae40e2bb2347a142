"""The list of documents: filters, search and pages that cost the same however long the list is."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from .models import Filing
from .states import STATES_OF, Label

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """What a person asked the list for; unknown values are ignored, never an error."""

    label: Label | None = None
    words: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def from_query(cls, query: dict[str, str]) -> "DocumentFilter":
        label = query.get("status", "")
        kind = query.get("kind", "")
        return cls(
            label=Label(label) if label in Label.values else None,
            words=query.get("q", "").strip()[:100],
            kind=kind if kind in {"invoice", "credit_note"} else "",
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
        )

    def as_query(self) -> str:
        pairs = {
            "status": self.label.value if self.label else "",
            "q": self.words,
            "kind": self.kind,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        return urlencode({name: value for name, value in pairs.items() if value})

    def applied_to(self, filings: QuerySet[Filing]) -> QuerySet[Filing]:
        if self.label:
            filings = filings.filter(state__in=sorted(STATES_OF[self.label]))
        if self.kind:
            filings = filings.filter(kind=self.kind)
        if self.since:
            filings = filings.filter(issued_at__date__gte=self.since)
        if self.until:
            filings = filings.filter(issued_at__date__lte=self.until)
        if self.words:
            filings = filings.filter(
                Q(number__icontains=self.words)
                | Q(buyer_name__icontains=self.words)
                | Q(ksef_number__icontains=self.words)
                | Q(stripe_id=self.words)
            )
        return filings


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list and the way to the next."""

    filings: list[Filing] = field(default_factory=list)
    next_cursor: str = ""


def page_of(tenant_id: UUID, chosen: DocumentFilter, *, cursor: str = "", size: int = PAGE_SIZE) -> Page:
    """Newest first; the next page begins after the last row seen, so no page counts what lies before it."""
    filings = chosen.applied_to(Filing.objects.filter(tenant_id=tenant_id)).order_by("-opened_at", "-id")
    after = read_cursor(cursor)
    if after:
        opened_at, identifier = after
        filings = filings.filter(Q(opened_at__lt=opened_at) | Q(opened_at=opened_at, id__lt=identifier))
    rows = list(filings[: size + 1])
    shown = rows[:size]
    return Page(filings=shown, next_cursor=_cursor(shown[-1]) if len(rows) > size else "")


def _cursor(filing: Filing) -> str:
    text = json.dumps([filing.opened_at.isoformat(), str(filing.id)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, UUID] | None:
    try:
        opened, identifier = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = parse_datetime(opened)
        return (moment, UUID(identifier)) if moment and moment.tzinfo else None
    except (ValueError, TypeError, binascii.Error, AttributeError):
        return None


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
