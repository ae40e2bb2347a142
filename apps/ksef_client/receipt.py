"""What a UPO says, as a value, and whether it is the receipt of what we sent (UPO 4-3; digest, 5.6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from lxml import etree

from apps.ksef_client.numbers import KsefNumber, NotAKsefNumber
from apps.ksef_client.reading import parse_moment
from apps.ksef_client.safe_xml import UnsafeXml, parse

_UPO = "{http://upo.schematy.mf.gov.pl/KSeF/v4-3}"
ROOT = f"{_UPO}Potwierdzenie"


class UpoProblem(ValueError):
    """Bytes that are not a UPO we can rely on."""


@dataclass(frozen=True, slots=True)
class ConfirmedDocument:
    """One document a UPO confirms."""

    ksef_number: KsefNumber
    invoice_hash: str
    seller_nip: str
    invoice_number: str
    issued_on: date
    received_at: datetime
    numbered_at: datetime  # the legal date of receipt
    mode: str  # "Online" or "Offline"


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a page of a collective UPO stands."""

    number: int
    count: int
    documents_in_all: int


@dataclass(frozen=True, slots=True)
class Upo:
    """An official receipt (UPO)."""

    issuer: str
    session: str
    context: str
    context_kind: str  # the element's name: Nip, IdWewnetrzny, …
    signed_in_by: str  # reference of the KSeF token, or hash of the signed sign-in document
    form_code: str
    pages: Pages | None
    documents: tuple[ConfirmedDocument, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What we know of a document we sent; None is not compared."""

    invoice_hash: str
    seller_nip: str
    ksef_number: str | None = None
    invoice_number: str | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One point in which a UPO is not the receipt of what we sent."""

    field: str
    expected: str
    found: str


def parse_upo(content: bytes) -> Upo:
    """Read a UPO; says nothing about its signature."""
    try:
        return read_upo(parse(content))
    except UnsafeXml as problem:
        raise UpoProblem(str(problem)) from None


def read_upo(root: etree._Element) -> Upo:
    """Read the element Potwierdzenie."""
    if root.tag != ROOT:
        raise UpoProblem("The document is not a UPO of version 4-3.")
    try:
        return _read(root)
    except (NotAKsefNumber, _Missing) as problem:
        raise UpoProblem(f"The UPO cannot be read: {problem}") from None


def check_upo(upo: Upo, expected: Expected) -> tuple[Mismatch, ...]:
    """All points in which a UPO does not confirm a document; empty means it does."""
    candidates = [document for document in upo.documents if document.invoice_hash == expected.invoice_hash]
    if not candidates:
        found = ", ".join(document.invoice_hash for document in upo.documents[:3])
        return (Mismatch("invoice_hash", expected.invoice_hash, found),)
    document = next((each for each in candidates if str(each.ksef_number) == expected.ksef_number), candidates[0])
    return tuple(
        Mismatch(field, wanted, found)
        for field, wanted, found in (
            ("ksef_number", expected.ksef_number, str(document.ksef_number)),
            ("seller_nip", expected.seller_nip, document.seller_nip),
            ("seller_nip", expected.seller_nip, document.ksef_number.nip),
            ("invoice_number", expected.invoice_number, document.invoice_number),
            ("session", expected.session, upo.session),
        )
        if wanted is not None and wanted != found
    )


class _Missing(Exception):
    pass


def _read(root: etree._Element) -> Upo:
    sign_in = _child(root, "Uwierzytelnienie")
    context = next(_elements(_child(sign_in, "IdKontekstu")), None)
    if context is None:
        raise _Missing("IdKontekstu is empty")
    proof = [element for element in _elements(sign_in) if element.tag != f"{_UPO}IdKontekstu"]
    documents = tuple(_document(element) for element in root.findall(f"{_UPO}Dokument"))
    if not documents or len(proof) != 1:
        raise _Missing("it confirms nothing")
    return Upo(
        issuer=_text(root, "NazwaPodmiotuPrzyjmujacego"),
        session=_text(root, "NumerReferencyjnySesji"),
        context=_own_text(context),
        context_kind=etree.QName(context).localname,
        signed_in_by=_own_text(proof[0]),
        form_code=_text(root, "KodFormularza"),
        pages=_pages(root.find(f"{_UPO}OpisPotwierdzenia")),
        documents=documents,
    )


def _document(element: etree._Element) -> ConfirmedDocument:
    return ConfirmedDocument(
        ksef_number=KsefNumber(_text(element, "NumerKSeFDokumentu")),
        invoice_hash=_text(element, "SkrotDokumentu"),
        seller_nip=_text(element, "NipSprzedawcy"),
        invoice_number=_text(element, "NumerFaktury"),
        issued_on=_day(element, "DataWystawieniaFaktury"),
        received_at=_moment(element, "DataPrzeslaniaDokumentu"),
        numbered_at=_moment(element, "DataNadaniaNumeruKSeF"),
        mode=_text(element, "TrybWysylki"),
    )


def _pages(element: etree._Element | None) -> Pages | None:
    if element is None:
        return None
    numbers = [_text(element, name) for name in ("Strona", "LiczbaStron", "CalkowitaLiczbaDokumentow")]
    if not all(number.isascii() and number.isdigit() for number in numbers):
        raise _Missing("OpisPotwierdzenia holds no numbers")
    return Pages(*(int(number) for number in numbers))


def _elements(parent: etree._Element) -> Iterator[etree._Element]:
    return iter(parent.iterchildren(tag=etree.Element))


def _child(parent: etree._Element, name: str) -> etree._Element:
    found = parent.findall(f"{_UPO}{name}")
    if len(found) != 1:
        raise _Missing(f"{name} is missing or repeated")
    return found[0]


def _text(parent: etree._Element, name: str) -> str:
    return _own_text(_child(parent, name))


def _own_text(element: etree._Element) -> str:
    # Comments and instructions inside a value could hide part of it from one reader and not from another.
    text = (element.text or "").strip()
    if not text or len(element):
        raise _Missing(f"{etree.QName(element).localname} is no plain text")
    return text


def _day(parent: etree._Element, name: str) -> date:
    try:
        return date.fromisoformat(_text(parent, name)[:10])
    except ValueError:
        raise _Missing(f"{name} is no date") from None


def _moment(parent: etree._Element, name: str) -> datetime:
    moment = parse_moment(_text(parent, name))
    if moment is None:
        raise _Missing(f"{name} is no moment")
    return moment
