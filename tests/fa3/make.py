"""Legal documents to start from; every test changes only what it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from apps.fa3.document import (
    Address,
    Bucket,
    BucketKind,
    Buyer,
    CorrectedDocument,
    Correction,
    CorrectionType,
    Document,
    Kind,
    Nip,
    Row,
    Seller,
    VatCategory,
)

ACME_NIP = "5265877635"
GLOBEX_NIP = "5252344078"
KSEF_NUMBER = "5265877635-20250826-0100001AF629-AF"
ISSUED_ON = date(2026, 10, 5)
NOON = datetime(2026, 10, 5, 10, 0, tzinfo=UTC)


def make_seller(**changes: Any) -> Seller:
    address = Address(country="PL", line1="ul. Prosta 1", line2="00-001 Warszawa")
    return replace(Seller(nip=ACME_NIP, name="Acme sp. z o.o.", address=address), **changes)


def make_buyer(**changes: Any) -> Buyer:
    address = Address(country="PL", line1="ul. Długa 2", line2="00-002 Warszawa")
    return replace(Buyer(id=Nip(number=GLOBEX_NIP), name="Globex S.A.", address=address), **changes)


def make_row(**changes: Any) -> Row:
    """One piece at 100.00 net, 23 %."""
    row = Row(
        number=1,
        name="Plan Pro",
        unit="szt.",
        quantity=Decimal(1),
        net_price=Decimal("100.00"),
        net=Decimal("100.00"),
        category=VatCategory.RATE_23,
    )
    return replace(row, **changes)


def make_bucket(**changes: Any) -> Bucket:
    return replace(Bucket(kind=BucketKind.STANDARD, net=Decimal("100.00"), tax=Decimal("23.00")), **changes)


def make_document(**changes: Any) -> Document:
    """Acme sells Globex one row of 100.00 at 23 %."""
    document = Document(
        created_at=NOON,
        seller=make_seller(),
        buyer=make_buyer(),
        currency="PLN",
        issued_on=ISSUED_ON,
        number="FV/1",
        buckets=(make_bucket(),),
        total=Decimal("123.00"),
        rows=(make_row(),),
    )
    return replace(document, **changes)


def make_untaxed(category: VatCategory, **changes: Any) -> Document:
    """The same document with a category that bears no tax."""
    document = make_document(
        buckets=(Bucket(kind=category.bucket, net=Decimal("100.00")),),
        total=Decimal("100.00"),
        rows=(make_row(category=category),),
    )
    return replace(document, **changes)


def make_block(**changes: Any) -> Correction:
    original = CorrectedDocument(issued_on=date(2026, 9, 1), number="FV/0", ksef_number=KSEF_NUMBER)
    return replace(Correction(documents=(original,), reason="Rabat", type=CorrectionType.CORRECTION_PERIOD), **changes)


def make_correction(**changes: Any) -> Document:
    """Acme takes back one piece of 100.00 at 23 %."""
    document = make_document(
        kind=Kind.CORRECTION,
        correction=make_block(),
        buckets=(make_bucket(net=Decimal("-100.00"), tax=Decimal("-23.00")),),
        total=Decimal("-123.00"),
        rows=(make_row(quantity=Decimal(-1), net=Decimal("-100.00")),),
    )
    return replace(document, **changes)
