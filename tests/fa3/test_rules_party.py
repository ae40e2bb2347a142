"""Who is named in the document, and by which number."""

from dataclasses import replace

import pytest

from apps.fa3.document import (
    Address,
    Annotations,
    EuVat,
    ForeignId,
    FormerBuyer,
    FormerSeller,
    InternalId,
    Kind,
    Nip,
    NoId,
    OtherRole,
    ThirdParty,
    ThirdPartyRole,
    VatCategory,
)
from apps.fa3.rules import errors
from tests.fa3.make import (
    ACME_NIP,
    GLOBEX_NIP,
    make_block,
    make_buyer,
    make_correction,
    make_document,
    make_seller,
    make_untaxed,
)

WRONG_NIP = "5265877636"
GERMAN = EuVat(country="DE", number="123456789")
ADDRESS = Address(country="PL", line1="ul. Dawna 1")


def found(document):
    return [(problem.code, problem.path) for problem in errors(document)]


def party(identity, role=ThirdPartyRole.PAYER, **changes):
    return replace(ThirdParty(id=identity, role=role, name="Inny"), **changes)


def test_an_ordinary_document_has_no_errors():
    assert found(make_document()) == []
    assert found(make_correction()) == []


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (make_document(seller=make_seller(nip=WRONG_NIP)), "Podmiot1/DaneIdentyfikacyjne/NIP"),
        (make_document(buyer=make_buyer(id=Nip(number=WRONG_NIP))), "Podmiot2/DaneIdentyfikacyjne/NIP"),
        (
            make_document(third_parties=(party(NoId()), party(Nip(number=WRONG_NIP)))),
            "Podmiot3[2]/DaneIdentyfikacyjne/NIP",
        ),
        (
            make_document(third_parties=(party(InternalId(number=f"{WRONG_NIP}-00001")),)),
            "Podmiot3[1]/DaneIdentyfikacyjne/IDWew",
        ),
        (
            make_correction(
                correction=make_block(former_seller=FormerSeller(nip=WRONG_NIP, name="A", address=ADDRESS))
            ),
            "Fa/Podmiot1K/DaneIdentyfikacyjne/NIP",
        ),
        (
            make_correction(
                buyer=make_buyer(id=Nip(number=WRONG_NIP)),
                correction=make_block(former_buyers=(FormerBuyer(id=Nip(number=WRONG_NIP)),)),
            ),
            "Fa/Podmiot2K[1]/DaneIdentyfikacyjne/NIP",
        ),
    ],
)
def test_every_nip_is_checked(document, path):
    assert ("NIP_INVALID", path) in found(document)


def test_numbers_of_other_kinds_are_no_nip():
    document = make_document(
        buyer=make_buyer(id=ForeignId(country="US", number="1234567890")),
        third_parties=(party(InternalId(number=f"{ACME_NIP}-00001")), party(GERMAN)),
    )

    assert found(document) == []


@pytest.mark.parametrize(
    "identity", [EuVat(country="PL", number=GLOBEX_NIP), ForeignId(country="PL", number=GLOBEX_NIP)]
)
def test_a_polish_nip_must_stand_in_its_own_field(identity):
    assert found(make_document(buyer=make_buyer(id=identity))) == [
        ("POLISH_NIP_MISPLACED", "Podmiot2/DaneIdentyfikacyjne")
    ]


@pytest.mark.parametrize(
    "identity",
    [
        EuVat(country="PL", number="5265877636"),  # no valid NIP
        EuVat(country="DE", number=GLOBEX_NIP),
        ForeignId(country="US", number=GLOBEX_NIP),
        ForeignId(number=GLOBEX_NIP),
        NoId(),
    ],
)
def test_ten_digits_of_another_country_are_no_nip(identity):
    assert found(make_document(buyer=make_buyer(id=identity))) == []


@pytest.mark.parametrize(
    ("mark", "role", "path"),
    [
        ({"is_local_government_unit": True}, ThirdPartyRole.LOCAL_GOVERNMENT_RECIPIENT, "Podmiot2/JST"),
        ({"is_vat_group_member": True}, ThirdPartyRole.VAT_GROUP_RECIPIENT, "Podmiot2/GV"),
    ],
)
def test_a_special_buyer_names_its_unit(mark, role, path):
    buyer = make_buyer(**mark)
    unit, other = party(Nip(number=GLOBEX_NIP), role=role), party(NoId(), role=OtherRole(description="Sąsiad"))

    assert found(make_document(buyer=buyer)) == [("UNIT_MISSING", path)]
    assert found(make_document(buyer=buyer, third_parties=(other,))) == [("UNIT_MISSING", path)]
    assert found(make_document(buyer=buyer, third_parties=(other, unit))) == []


def test_a_link_key_needs_the_old_data():
    buyer = make_buyer(link_key="k1")
    former = FormerBuyer(id=buyer.id, link_key="k1")

    assert found(make_document(buyer=buyer)) == [("LINK_KEY_ALONE", "Podmiot2/IDNabywcy")]
    assert found(make_correction(buyer=buyer)) == [("LINK_KEY_ALONE", "Podmiot2/IDNabywcy")]
    assert found(make_correction(buyer=buyer, correction=make_block(former_buyers=(former,)))) == []


@pytest.mark.parametrize("category", [VatCategory.EU_SERVICE, VatCategory.ZERO_INTRA_EU])
def test_a_sale_within_the_eu_needs_both_numbers(category):
    german, prefixed = make_buyer(id=GERMAN), make_seller(has_vat_prefix=True)
    as_polish = make_buyer(id=EuVat(country="PL", number="1"))
    missing_number = ("EU_NUMBER_MISSING", "Podmiot2/DaneIdentyfikacyjne/NrVatUE")
    missing_prefix = ("PREFIX_MISSING", "Podmiot1/PrefiksPodatnika")

    assert found(make_untaxed(category, buyer=german, seller=prefixed)) == []
    assert found(make_untaxed(category, seller=prefixed)) == [missing_number]
    assert found(make_untaxed(category, buyer=as_polish, seller=prefixed)) == [missing_number]
    assert found(make_untaxed(category, buyer=german)) == [missing_prefix]
    assert found(make_untaxed(category)) == [missing_number, missing_prefix]


def test_the_prefix_has_no_other_reason():
    prefixed, unexpected = make_seller(has_vat_prefix=True), [("PREFIX_UNEXPECTED", "Podmiot1/PrefiksPodatnika")]
    german = make_buyer(id=GERMAN)
    triangle = Annotations(is_simplified_triangle=True)

    assert found(make_document(seller=prefixed)) == unexpected
    assert found(make_document(seller=prefixed, buyer=german)) == unexpected  # an EU buyer charged 23 % proves nothing
    assert found(make_untaxed(VatCategory.OUTSIDE_POLAND, seller=prefixed)) == unexpected
    assert found(make_untaxed(VatCategory.OUTSIDE_POLAND, seller=prefixed, annotations=triangle)) == []


def test_a_correction_of_names_repeats_the_prefix_of_its_original():
    document = make_correction(seller=make_seller(has_vat_prefix=True), buckets=(), rows=(), total=0)

    assert found(document) == []


def test_domestic_reverse_charge_is_for_buyers_with_a_nip():
    reverse = Annotations(is_reverse_charge=True)
    document = make_untaxed(VatCategory.DOMESTIC_REVERSE_CHARGE, annotations=reverse)

    assert found(document) == []
    for identity in (GERMAN, ForeignId(country="US", number="1"), NoId()):
        abroad = replace(document, buyer=make_buyer(id=identity))
        assert found(abroad) == [("REVERSE_CHARGE_ABROAD", "Podmiot2/DaneIdentyfikacyjne")]


def test_rows_count_where_totals_are_left_out():
    document = make_untaxed(VatCategory.DOMESTIC_REVERSE_CHARGE, buckets=(), kind=Kind.SIMPLIFIED)

    assert found(replace(document, buyer=make_buyer(id=NoId()))) == [
        ("REVERSE_CHARGE_ABROAD", "Podmiot2/DaneIdentyfikacyjne")
    ]
