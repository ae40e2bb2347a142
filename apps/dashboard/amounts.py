"""What a month adds up to: Stripe's documents beside what KSeF has of them, by currency and VAT rate.

Both sides are read anew: Stripe's from the document as it was stored, KSeF's from the bytes that were sent.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from apps.archive.blocks import in_blocks
from apps.dashboard.middleware import WARSAW
from apps.documents.mapping.currency import Currency, currency_of
from apps.documents.mapping.normalise_taxes import RateBook, read_taxes
from apps.documents.mapping.read import Reader
from apps.documents.models import SourceDocument
from apps.fa3.codes import BucketKind
from apps.fa3.document import Document
from apps.fa3.parse import parse_xml
from apps.filings.models import Filing
from apps.filings.states import State

MOST = 5_000
MOST_SHOWN = 100
IN_KSEF = frozenset({State.ACCEPTED, State.RECEIPTED})
TAX_KEYS = {
    SourceDocument.Kind.INVOICE: ("total_taxes", "total_tax_amounts"),
    SourceDocument.Kind.CREDIT_NOTE: ("total_taxes", "tax_amounts"),
}


class Band(TextChoices):
    """Rates that both sides can tell apart: Stripe does not say why nothing is charged."""

    STANDARD = "standard", "23 % / 22 %"
    REDUCED = "reduced", "8 % / 7 %"
    SUPER_REDUCED = "super_reduced", "5 %"
    OTHER = "other", _("another rate, such as OSS")
    NONE = "none", _("no VAT: 0 %, exempt, reverse charge")


BAND_OF_RATE = {
    Decimal(23): Band.STANDARD,
    Decimal(22): Band.STANDARD,
    Decimal(8): Band.REDUCED,
    Decimal(7): Band.REDUCED,
    Decimal(5): Band.SUPER_REDUCED,
    Decimal(0): Band.NONE,
}
BAND_OF_BUCKET = {
    BucketKind.STANDARD: Band.STANDARD,
    BucketKind.REDUCED: Band.REDUCED,
    BucketKind.SUPER_REDUCED: Band.SUPER_REDUCED,
    BucketKind.OSS: Band.OTHER,
    BucketKind.TAXI: Band.OTHER,
}


@dataclass(frozen=True, slots=True)
class Sum:
    """Net and VAT."""

    net: Decimal = Decimal("0.00")
    tax: Decimal = Decimal("0.00")

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.net + other.net, self.tax + other.tax)

    def __sub__(self, other: "Sum") -> "Sum":
        return Sum(self.net - other.net, self.tax - other.tax)

    def __bool__(self) -> bool:
        return bool(self.net or self.tax)


Sums = dict[Band, Sum]


@dataclass(slots=True)
class Row:
    """One rate: everything in Stripe is either in KSeF or known not to be; what is left over differs."""

    band: Band | None
    stripe: Sum = field(default_factory=Sum)
    filed: Sum = field(default_factory=Sum)
    unfiled: Sum = field(default_factory=Sum)

    @property
    def difference(self) -> Sum:
        return self.stripe - self.filed - self.unfiled


@dataclass(slots=True)
class InCurrency:
    """The sums of one currency."""

    currency: str
    by_band: dict[Band, Row] = field(default_factory=dict)
    tax_pln: Decimal = Decimal(0)  # the VAT in złoty that stands on the filed documents

    def row(self, band: Band) -> Row:
        return self.by_band.setdefault(band, Row(band))

    @property
    def rows(self) -> list[Row]:
        return [self.by_band[band] for band in Band if band in self.by_band]

    @property
    def total(self) -> Row:
        total = Row(None)
        for row in self.by_band.values():
            total.stripe, total.filed = total.stripe + row.stripe, total.filed + row.filed
            total.unfiled += row.unfiled
        return total


@dataclass(frozen=True, slots=True)
class Differing:
    """A filed document whose sums are not Stripe's."""

    filing: Filing
    stripe: Sum
    filed: Sum


@dataclass
class Amounts:
    """A month, as both sides have it."""

    first: date
    currencies: dict[str, InCurrency] = field(default_factory=dict)
    differing: list[Differing] = field(default_factory=list)
    documents: int = 0
    unread: list[Filing] = field(default_factory=list)  # in a currency or form that cannot be added up
    is_cut: bool = False

    @property
    def in_order(self) -> list[InCurrency]:
        return sorted(self.currencies.values(), key=lambda one: (one.currency != "PLN", one.currency))


def amounts(tenant_id: UUID, first: date) -> Amounts:
    """Everything Stripe issued in the month that begins on this day, in Warsaw. Inside acting_in."""
    found, filings = Amounts(first), _issued_in(tenant_id, first)
    twice = {name for name, count in Counter(filings.values_list("stripe_id", flat=True)).items() if count > 1}
    listed = filings.select_related("document", "xml").order_by("issued_at", "opened_at", "id")
    for filing in chain.from_iterable(in_blocks(listed)):
        if found.documents == MOST:
            found.is_cut = True
            break
        found.documents += 1
        _add(found, filing, takes_back=filing.stripe_id in twice)
    return found


def _issued_in(tenant_id: UUID, first: date) -> QuerySet[Filing]:
    begin = datetime.combine(first, time(), WARSAW)
    end = datetime.combine((first + timedelta(days=31)).replace(day=1), time(), WARSAW)
    issued = Q(issued_at__gte=begin, issued_at__lt=end)
    undated = Q(issued_at__isnull=True, opened_at__gte=begin, opened_at__lt=end)
    return Filing.objects.filter(issued | undated, tenant_id=tenant_id)


def _add(found: Amounts, filing: Filing, *, takes_back: bool) -> None:
    currency = currency_of(filing.currency)
    stripe = _stripe_sums(filing.document, currency) if currency else None
    if currency is None or stripe is None:
        found.unread.append(filing)
        return
    sign = _sign(filing, takes_back=takes_back)
    stripe = {band: Sum(sign * one.net, sign * one.tax) for band, one in stripe.items()}
    sums = found.currencies.setdefault(filing.currency.upper(), InCurrency(filing.currency.upper()))
    for band, one in stripe.items():
        sums.row(band).stripe += one
    if filing.state not in IN_KSEF or filing.xml is None:
        for band, one in stripe.items():
            sums.row(band).unfiled += one
        return
    content = parse_xml(bytes(filing.xml.content))
    filed = _filed_sums(content)
    for band, one in filed.items():
        sums.row(band).filed += one
    sums.tax_pln += sum((bucket.tax_pln or Decimal(0) for bucket in content.buckets), Decimal(0))
    if any(stripe.get(band, Sum()) != filed.get(band, Sum()) for band in Band) and len(found.differing) < MOST_SHOWN:
        found.differing.append(Differing(filing, sum(stripe.values(), Sum()), sum(filed.values(), Sum())))


def _sign(filing: Filing, *, takes_back: bool) -> int:
    """Credit notes take away. A void takes back what was filed before it, or there was never anything."""
    plain = -1 if filing.kind == SourceDocument.Kind.CREDIT_NOTE else 1
    if filing.document.stripe_status != "void":
        return plain
    return -plain if takes_back else 0


def _stripe_sums(document: SourceDocument, currency: Currency) -> Sums | None:
    """By the taxes of the whole document; None when they do not say what they were charged on."""
    payload, side = _object(document.payload), _object(document.side_data)
    reader = Reader()
    taxes = read_taxes(
        payload, "", TAX_KEYS[SourceDocument.Kind(document.kind)], RateBook(side.get("tax_rates") or {}), reader
    )
    total = document.total_minor
    if total is None or reader.faults or any(tax.base is None and tax.amount for tax in taxes):
        return None
    minor: Counter[tuple[Band, str]] = Counter()
    for tax in taxes:
        band = (
            BAND_OF_RATE.get(tax.rate.percentage, Band.OTHER)
            if tax.rate and tax.rate.percentage is not None
            else Band.OTHER
        )
        if not tax.amount and not tax.base:
            continue
        minor[band if tax.amount else Band.NONE, "net"] += tax.base or 0
        minor[band if tax.amount else Band.NONE, "tax"] += tax.amount
    rest = total - sum(minor.values())
    minor[Band.NONE, "net"] += rest
    return {
        band: one
        for band in Band
        if (one := Sum(currency.major(minor[band, "net"]), currency.major(minor[band, "tax"])))
    }


def _filed_sums(content: Document) -> Sums:
    sums: Sums = {}
    for bucket in content.buckets:
        band = BAND_OF_BUCKET.get(bucket.kind, Band.NONE)
        sums[band] = sums.get(band, Sum()) + Sum(bucket.net, bucket.tax or Decimal(0))
    return {band: one for band, one in sums.items() if one}


def _object(content: bytes | memoryview) -> Mapping[str, Any]:
    read = json.loads(bytes(content), parse_float=Decimal)
    return read if isinstance(read, dict) else {}
