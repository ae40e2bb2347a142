"""The elements of corrections and advances."""

from apps.fa3.codes import CorrectionType
from apps.fa3.correction import (
    AdvanceDocument,
    CorrectedDocument,
    Correction,
    OutsideAdvanceDocument,
    PartialAdvance,
)
from apps.fa3.xml_cursor import Cursor
from apps.fa3.xml_party import FORMER_BUYER, FORMER_SELLER
from apps.fa3.xml_table import Part, Variant, always, child, children, constant, leaf, union
from apps.fa3.xml_values import DAY, EXCHANGE_RATE, MONEY, TEXT, code, collapse, escape


def _write_ksef_number(number: str | None, out: list[str]) -> None:
    if number is None:
        out.append("<NrKSeFN>1</NrKSeFN>")
    else:
        out.append(f"<NrKSeF>1</NrKSeF><NrKSeFFaKorygowanej>{escape(number)}</NrKSeFFaKorygowanej>")


def _read_ksef_number(cursor: Cursor) -> str | None:
    if cursor.name == "NrKSeFN":
        cursor.text("NrKSeFN")
        return None
    cursor.text("NrKSeF")
    return collapse(cursor.text("NrKSeFFaKorygowanej"))


_CORRECTED = Part(
    CorrectedDocument,
    leaf("DataWystFaKorygowanej", "issued_on", DAY),
    leaf("NrFaKorygowanej", "number", TEXT),
    always("ksef_number", _write_ksef_number, _read_ksef_number),
)

# The block has no element around it.
CORRECTION = union(
    "correction",
    Variant(
        Correction,
        ("PrzyczynaKorekty", "TypKorekty", "DaneFaKorygowanej"),
        Part(
            Correction,
            leaf("PrzyczynaKorekty", "reason", TEXT),
            leaf("TypKorekty", "type", code(CorrectionType)),
            children("DaneFaKorygowanej", "documents", _CORRECTED),
            leaf("OkresFaKorygowanej", "period", TEXT),
            leaf("NrFaKorygowany", "right_number", TEXT),
            child("Podmiot1K", "former_seller", FORMER_SELLER),
            children("Podmiot2K", "former_buyers", FORMER_BUYER),
            leaf("P_15ZK", "total_before", MONEY),
            leaf("KursWalutyZK", "exchange_rate_before", EXCHANGE_RATE),
        ),
    ),
)

PARTIAL_ADVANCE = Part(
    PartialAdvance,
    leaf("P_6Z", "received_on", DAY),
    leaf("P_15Z", "amount", MONEY),
    leaf("KursWalutyZW", "exchange_rate", EXCHANGE_RATE),
)

ADVANCE = union(
    "advances",
    Variant(
        AdvanceDocument,
        ("NrKSeFFaZaliczkowej",),
        Part(AdvanceDocument, leaf("NrKSeFFaZaliczkowej", "ksef_number", TEXT)),
    ),
    Variant(
        OutsideAdvanceDocument,
        ("NrKSeFZN",),
        Part(OutsideAdvanceDocument, constant("NrKSeFZN", "1"), leaf("NrFaZaliczkowej", "number", TEXT)),
    ),
)
