"""From a document to the bytes that are validated, stored, hashed and sent."""

from datetime import date

from apps.fa3.codes import Kind
from apps.fa3.document import Description, Document, Footer, Period, Registers
from apps.fa3.schema import FA3
from apps.fa3.xml_annotations import ANNOTATIONS
from apps.fa3.xml_correction import ADVANCE, CORRECTION, PARTIAL_ADVANCE
from apps.fa3.xml_cursor import Cursor
from apps.fa3.xml_party import BUYER, SELLER, THIRD_PARTY
from apps.fa3.xml_payment import PAYMENT, SETTLEMENT
from apps.fa3.xml_rows import ORDER, ROW, buckets
from apps.fa3.xml_table import Entry, Part, Variant, child, children, constant, flag, group, leaf, leaves, union
from apps.fa3.xml_terms import TERMS
from apps.fa3.xml_values import DAY, EXCHANGE_RATE, MOMENT, MONEY, NATURAL, RAW_TEXT, TEXT, code

_HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<Faktura xmlns="{FA3.namespace}">'
_TAIL = "</Faktura>"


def to_xml(document: Document) -> bytes:
    """The document as FA(3) in UTF-8; the same document always gives the same bytes.

    Texts must have been cleaned (`text.py`) and numbers rounded: a number with too many places is a ValueError.
    """
    out = [_HEAD]
    DOCUMENT.write(document, out)
    out.append(_TAIL)
    return "".join(out).encode()


_PERIOD = Part(
    Period,
    *group("OkresFa", leaf("P_6_Od", "first", DAY), leaf("P_6_Do", "last", DAY)),
)

_DESCRIPTION = Part(
    Description,
    leaf("NrWiersza", "row", NATURAL),
    leaf("Klucz", "key", TEXT),
    leaf("Wartosc", "value", TEXT),
)

_REGISTERS = Part(
    Registers,
    leaf("PelnaNazwa", "name", TEXT),
    leaf("KRS", "krs", TEXT),
    leaf("REGON", "regon", TEXT),
    leaf("BDO", "bdo", TEXT),
)

_FOOTER_TEXT = leaf("StopkaFaktury", "texts", RAW_TEXT)


def _read_footer_text(cursor: Cursor) -> str:
    if cursor.name is None:
        raise cursor.refuse("empty")
    return str(_FOOTER_TEXT.read(cursor))


_FOOTER = Part(
    Footer,
    children("Informacje", "texts", Entry("texts", _FOOTER_TEXT.write, _read_footer_text)),
    children("Rejestry", "registers", _REGISTERS),
)

_HEADER = group(
    "Naglowek",
    constant("KodFormularza", "FA", f' kodSystemowy="{FA3.system_code}" wersjaSchemy="{FA3.version}"'),
    constant("WariantFormularza", FA3.variant),
    leaf("DataWytworzeniaFa", "created_at", MOMENT),
    leaf("SystemInfo", "system", TEXT),
)

_BODY = group(
    "Fa",
    leaf("KodWaluty", "currency", TEXT),
    leaf("P_1", "issued_on", DAY),
    leaf("P_1M", "place", TEXT),
    leaf("P_2", "number", TEXT),
    leaves("WZ", "warehouse_numbers", TEXT),
    union("supplied", Variant(date, ("P_6",), leaf("P_6", "supplied", DAY)), Variant(Period, ("OkresFa",), _PERIOD)),
    buckets("buckets"),
    leaf("P_15", "total", MONEY),
    leaf("KursWalutyZ", "exchange_rate", EXCHANGE_RATE),
    child("Adnotacje", "annotations", ANNOTATIONS),
    leaf("RodzajFaktury", "kind", code(Kind)),
    CORRECTION,
    children("ZaliczkaCzesciowa", "partial_advances", PARTIAL_ADVANCE),
    flag("FP", "is_for_fiscal_receipt"),
    flag("TP", "is_between_related_parties"),
    children("DodatkowyOpis", "descriptions", _DESCRIPTION),
    children("FakturaZaliczkowa", "advances", ADVANCE),
    flag("ZwrotAkcyzy", "is_excise_refund"),
    children("FaWiersz", "rows", ROW),
    child("Rozliczenie", "settlement", SETTLEMENT),
    child("Platnosc", "payment", PAYMENT),
    child("WarunkiTransakcji", "terms", TERMS),
    child("Zamowienie", "order", ORDER),
)

DOCUMENT = Part(
    Document,
    *_HEADER,
    child("Podmiot1", "seller", SELLER),
    child("Podmiot2", "buyer", BUYER),
    children("Podmiot3", "third_parties", THIRD_PARTY),
    *_BODY,
    child("Stopka", "footer", _FOOTER),
)
