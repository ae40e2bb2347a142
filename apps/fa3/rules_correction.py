"""Corrections and what belongs to advances only."""

from collections.abc import Iterator

from apps.fa3.document import AdvanceDocument, Buyer, Correction, Document, Kind, Nip, ThirdParty
from apps.fa3.facts import Facts
from apps.fa3.ksef_number import is_valid_ksef_number
from apps.fa3.problem import Problem

_ADVANCES = frozenset({Kind.ADVANCE, Kind.ADVANCE_CORRECTION})
_LATER_CORRECTIONS = frozenset({Kind.ADVANCE_CORRECTION, Kind.FINAL_CORRECTION})


def corrections_have_their_block(document: Document, _: Facts) -> Iterator[Problem]:
    """The schema does not tie the block to the kind."""
    corrects = document.correction is not None and bool(document.correction.documents)
    if document.kind.is_correction and not corrects:
        yield Problem(
            code="CORRECTION_BLOCK_MISSING",
            path="Fa/DaneFaKorygowanej",
            pl="Korekta nie wskazuje korygowanego dokumentu. Podaj jego datę i numer.",
            en="The correction names no corrected document. Give its date and number.",
        )
    if document.correction is not None and not document.kind.is_correction:
        yield Problem(
            code="CORRECTION_BLOCK_UNEXPECTED",
            path="Fa/RodzajFaktury",
            pl=f"Dane korekty stoją na dokumencie rodzaju {document.kind}. Zmień rodzaj albo usuń te dane.",
            en=f"Correction data stand on a document of kind {document.kind}. Change the kind or remove them.",
        )


def ksef_numbers_are_valid(document: Document, _: Facts) -> Iterator[Problem]:
    """The checksum guards against a number that belongs to no document."""
    for path, number in _ksef_numbers(document):
        if not is_valid_ksef_number(number):
            yield Problem(
                code="KSEF_NUMBER_INVALID",
                path=path,
                pl=f"Numer KSeF {number} jest błędny (budowa lub suma kontrolna). Sprawdź numer w KSeF.",
                en=f"The KSeF number {number} is wrong (form or checksum). Look it up in KSeF.",
            )


def corrected_buyers_keep_their_nip(document: Document, _: Facts) -> Iterator[Problem]:
    """A wrong NIP is not corrected but replaced by a new document (XSD Podmiot2K, handbook 1.6.4)."""
    if document.correction is None:
        return
    parties: tuple[ThirdParty | Buyer, ...] = (*document.third_parties, document.buyer)
    now = {party.link_key: party.id for party in parties}
    for place, former in enumerate(document.correction.former_buyers, 1):
        current = now.get(former.link_key)
        if isinstance(former.id, Nip) and current is not None and current != former.id:
            yield Problem(
                code="BUYER_NIP_CHANGED",
                path=f"Fa/Podmiot2K[{place}]/DaneIdentyfikacyjne",
                pl="Korekta nie może zmienić NIP nabywcy. Skoryguj dokument do zera i wystaw nowy.",
                en="A correction cannot change the buyer's NIP. Correct the document to zero and issue a new one.",
            )


def advance_fields_stand_on_advances(document: Document, _: Facts) -> Iterator[Problem]:
    """KursWalutyZ is for ZAL and KOR_ZAL, P_15ZK and KursWalutyZK for KOR_ZAL and KOR_ROZ."""
    if document.exchange_rate is not None and document.kind not in _ADVANCES:
        yield _misplaced("KursWalutyZ", document.kind)
    if document.correction is not None and document.kind not in _LATER_CORRECTIONS:
        yield from (_misplaced(name, document.kind) for name in _later_fields(document.correction))


CORRECTION_RULES = (
    corrections_have_their_block,
    ksef_numbers_are_valid,
    corrected_buyers_keep_their_nip,
    advance_fields_stand_on_advances,
)


def _ksef_numbers(document: Document) -> Iterator[tuple[str, str]]:
    corrected = document.correction.documents if document.correction else ()
    for place, original in enumerate(corrected, 1):
        if original.ksef_number is not None:
            yield f"Fa/DaneFaKorygowanej[{place}]/NrKSeFFaKorygowanej", original.ksef_number
    for place, advance in enumerate(document.advances, 1):
        if isinstance(advance, AdvanceDocument):
            yield f"Fa/FakturaZaliczkowa[{place}]/NrKSeFFaZaliczkowej", advance.ksef_number


def _later_fields(correction: Correction) -> Iterator[str]:
    if correction.total_before is not None:
        yield "P_15ZK"
    if correction.exchange_rate_before is not None:
        yield "KursWalutyZK"


def _misplaced(name: str, kind: Kind) -> Problem:
    return Problem(
        code="ADVANCE_FIELD_UNEXPECTED",
        path=f"Fa/{name}",
        pl=f"Pole {name} nie może stać na dokumencie rodzaju {kind}.",
        en=f"The field {name} must not stand on a document of kind {kind}.",
    )
