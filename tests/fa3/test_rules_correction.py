"""Corrections and what belongs to advances only."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from apps.fa3.document import (
    AdvanceDocument,
    EuVat,
    FormerBuyer,
    Kind,
    Nip,
    NoId,
    OutsideAdvanceDocument,
    ThirdParty,
    ThirdPartyRole,
)
from apps.fa3.rules import errors
from tests.fa3.make import (
    ACME_NIP,
    GLOBEX_NIP,
    KSEF_NUMBER,
    make_block,
    make_buyer,
    make_correction,
    make_document,
)

DAMAGED = KSEF_NUMBER[:-1] + "0"


def found(document):
    return [(problem.code, problem.path) for problem in errors(document)]


@pytest.mark.parametrize("kind", [Kind.CORRECTION, Kind.ADVANCE_CORRECTION, Kind.FINAL_CORRECTION])
def test_a_correction_names_what_it_corrects(kind):
    document = make_correction(kind=kind)
    missing = [("CORRECTION_BLOCK_MISSING", "Fa/DaneFaKorygowanej")]

    assert found(document) == []
    assert found(replace(document, correction=None)) == missing
    assert found(replace(document, correction=make_block(documents=()))) == missing


@pytest.mark.parametrize("kind", [Kind.INVOICE, Kind.ADVANCE, Kind.FINAL, Kind.SIMPLIFIED])
def test_other_documents_correct_nothing(kind):
    unexpected = ("CORRECTION_BLOCK_UNEXPECTED", "Fa/RodzajFaktury")

    assert found(make_document(kind=kind)) == []
    assert unexpected in found(make_document(kind=kind, correction=make_block()))


def test_a_ksef_number_is_checked():
    block = make_block()
    (original,) = block.documents
    damaged, outside = replace(original, ksef_number=DAMAGED), replace(original, ksef_number=None)

    assert found(make_correction(correction=replace(block, documents=(original, outside)))) == []
    assert found(make_correction(correction=replace(block, documents=(outside, damaged)))) == [
        ("KSEF_NUMBER_INVALID", "Fa/DaneFaKorygowanej[2]/NrKSeFFaKorygowanej")
    ]


def test_the_ksef_number_of_an_advance_is_checked():
    advances = (
        OutsideAdvanceDocument(number=DAMAGED),
        AdvanceDocument(ksef_number=KSEF_NUMBER),
        AdvanceDocument(ksef_number=DAMAGED),
    )

    assert found(make_document(kind=Kind.FINAL, advances=advances)) == [
        ("KSEF_NUMBER_INVALID", "Fa/FakturaZaliczkowa[3]/NrKSeFFaZaliczkowej")
    ]


def corrected(former, **changes):
    return make_correction(correction=make_block(former_buyers=(former,)), **changes)


def test_a_correction_keeps_the_buyers_nip():
    same, other = FormerBuyer(id=Nip(number=GLOBEX_NIP)), FormerBuyer(id=Nip(number=ACME_NIP))
    changed = [("BUYER_NIP_CHANGED", "Fa/Podmiot2K[1]/DaneIdentyfikacyjne")]

    assert found(corrected(same)) == []
    assert found(corrected(other)) == changed
    assert found(corrected(same, buyer=make_buyer(id=NoId()))) == changed


def test_a_buyer_without_nip_may_get_a_number():
    german = make_buyer(id=EuVat(country="DE", number="1"))

    assert found(corrected(FormerBuyer(id=NoId()), buyer=german)) == []


def test_buyers_are_told_apart_by_their_key():
    second = ThirdParty(id=Nip(number=ACME_NIP), role=ThirdPartyRole.ADDITIONAL_BUYER, link_key="k2")
    first = make_buyer(link_key="k1")
    of_second = FormerBuyer(id=Nip(number=ACME_NIP), link_key="k2")
    of_first = FormerBuyer(id=Nip(number=ACME_NIP), link_key="k1")
    of_nobody = FormerBuyer(id=Nip(number=ACME_NIP), link_key="k3")

    assert found(corrected(of_second, buyer=first, third_parties=(second,))) == []
    assert found(corrected(of_nobody, buyer=first, third_parties=(second,))) == []
    assert dict(found(corrected(of_first, buyer=first, third_parties=(second,)))).keys() == {"BUYER_NIP_CHANGED"}


@pytest.mark.parametrize(("kind", "is_allowed"), [(kind, kind.value in ("ZAL", "KOR_ZAL")) for kind in Kind])
def test_the_rate_of_an_advance_stands_on_advances(kind, is_allowed):
    block = make_block() if kind.is_correction else None
    document = make_correction(kind=kind, correction=block, exchange_rate=Decimal("4.25"))

    assert (("ADVANCE_FIELD_UNEXPECTED", "Fa/KursWalutyZ") not in found(document)) is is_allowed


def test_the_amount_before_stands_on_corrections_of_advances_and_final_documents():
    block = make_block(total_before=Decimal(1), exchange_rate_before=Decimal("4.25"))
    unexpected = [("ADVANCE_FIELD_UNEXPECTED", "Fa/P_15ZK"), ("ADVANCE_FIELD_UNEXPECTED", "Fa/KursWalutyZK")]

    assert found(make_correction(kind=Kind.ADVANCE_CORRECTION, correction=block)) == []
    assert found(make_correction(kind=Kind.FINAL_CORRECTION, correction=block)) == []
    assert found(make_correction(correction=block)) == unexpected


def test_corrections_need_no_reason():
    bare = make_block(reason=None, type=None)

    assert found(make_correction(correction=bare, issued_on=date(2026, 10, 5))) == []
