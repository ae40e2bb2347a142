"""VAT categories, totals and the annotations they ask for."""

from dataclasses import replace
from decimal import Decimal

import pytest

from apps.fa3.document import Annotations, Bucket, BucketKind, Exemption, ExemptionLaw, Kind, MarginScheme, VatCategory
from apps.fa3.rules import errors
from tests.fa3.make import make_block, make_bucket, make_correction, make_document, make_row, make_untaxed

HUNDRED = Decimal("100.00")
BASIS = Exemption(law=ExemptionLaw.POLISH, text="art. 113 ust. 1 ustawy o VAT")


def found(document):
    return [(problem.code, problem.path) for problem in errors(document)]


def test_a_row_has_one_category():
    both = make_row(oss_rate=Decimal(20))
    oss = make_row(category=None, oss_rate=Decimal(23))
    none = make_row(category=None)
    oss_bucket = make_bucket(kind=BucketKind.OSS)

    assert ("TWO_CATEGORIES", "Fa/FaWiersz[1]/P_12_XII") in found(make_document(rows=(both,)))
    assert found(make_document(rows=(oss,), buckets=(oss_bucket,))) == []
    assert ("CATEGORY_MISSING", "Fa/FaWiersz[1]/P_12") in found(make_document(rows=(none,)))


def test_a_row_without_category_is_left_to_corrections_and_simplified_documents():
    bare = make_row(category=None)

    assert "CATEGORY_MISSING" not in dict(found(make_correction(rows=(bare,))))
    assert "CATEGORY_MISSING" not in dict(found(make_document(kind=Kind.SIMPLIFIED, rows=(bare,))))


def test_a_margin_row_belongs_to_the_margin_total():
    row = make_row(category=None, net=None, net_price=None, gross_price=HUNDRED, gross=HUNDRED)
    total = Bucket(kind=BucketKind.MARGIN, net=HUNDRED)
    margin = Annotations(margin=MarginScheme.USED_GOODS)

    assert found(make_document(rows=(row,), buckets=(total,), total=HUNDRED, annotations=margin)) == []
    assert [code for code, _ in found(make_document(rows=(row,), buckets=(total,), total=HUNDRED))] == [
        "CATEGORY_MISSING",
        "BUCKET_WITHOUT_ROW",
    ]


def test_every_category_has_its_total_and_every_total_a_row():
    reduced = make_row(category=VatCategory.RATE_8)

    assert found(make_document(rows=(reduced,))) == [
        ("BUCKET_WITHOUT_ROW", "Fa/P_13_1"),
        ("BUCKET_MISSING", "Fa/P_13_2"),
    ]
    assert ("BUCKET_WITHOUT_ROW", "Fa/P_13_1") in found(make_document(rows=()))


@pytest.mark.parametrize("value", [HUNDRED, Decimal(0)])
def test_an_ordinary_document_states_a_total_of_zero_too(value):
    row = make_row(number=2, category=VatCategory.RATE_8, net_price=value, net=value)

    assert ("BUCKET_MISSING", "Fa/P_13_2") in found(make_document(rows=(make_row(), row)))


def test_rows_that_cancel_out_in_a_correction_need_no_total():
    before, after = make_row(is_before=True, name="Plan"), make_row(name="Plan Pro")

    assert found(make_correction(rows=(before, after), buckets=(), total=Decimal(0))) == []
    assert ("BUCKET_MISSING", "Fa/P_13_1") in found(make_correction(rows=(after,), buckets=(), total=Decimal(0)))


def test_a_collective_correction_shows_totals_without_rows():
    document = make_correction(rows=())

    assert found(document) == [("BUCKET_WITHOUT_ROW", "Fa/P_13_1")]
    assert found(replace(document, correction=make_block(period="III kwartał 2026"))) == []


@pytest.mark.parametrize("kind", [Kind.ADVANCE, Kind.FINAL, Kind.SIMPLIFIED])
def test_on_advances_final_and_simplified_documents_totals_stand_for_themselves(kind):
    assert found(make_document(kind=kind, rows=())) == []


def test_a_total_stands_once():
    half = make_bucket(net=Decimal("50.00"), tax=Decimal("11.50"))

    assert ("BUCKET_TWICE", "Fa/P_13_1") in found(make_document(buckets=(half, half)))


def test_tax_in_a_foreign_currency_is_stated_in_zloty_too():
    stated = make_bucket(tax_pln=Decimal("97.92"))

    assert found(make_document(currency="EUR")) == [("TAX_IN_PLN_MISSING", "Fa/P_14_1W")]
    assert found(make_document(currency="EUR", buckets=(stated,))) == []
    assert found(make_document(buckets=(stated,))) == [("TAX_IN_PLN_UNEXPECTED", "Fa/P_14_1W")]


def test_tax_of_another_country_is_not():
    oss = {"rows": (make_row(category=None, oss_rate=Decimal(23)),), "currency": "EUR"}

    assert found(make_document(buckets=(make_bucket(kind=BucketKind.OSS),), **oss)) == []
    assert found(make_document(buckets=(make_bucket(kind=BucketKind.OSS, tax_pln=HUNDRED),), **oss)) == [
        ("TAX_IN_PLN_UNEXPECTED", "Fa/P_14_5W")
    ]


def test_a_total_has_tax_when_its_rate_bears_tax():
    untaxed = make_bucket(tax=None)
    taxed = Bucket(kind=BucketKind.OUTSIDE_POLAND, net=HUNDRED, tax=Decimal("23.00"))
    outside = make_row(category=VatCategory.OUTSIDE_POLAND)
    oss = Bucket(kind=BucketKind.OSS, net=HUNDRED)
    oss_row = make_row(category=None, oss_rate=Decimal(0))

    assert found(make_document(buckets=(untaxed,), total=HUNDRED)) == [("BUCKET_TAX", "Fa/P_14_1")]
    assert found(make_document(buckets=(taxed,), rows=(outside,))) == [("BUCKET_TAX", "Fa/P_14_8")]
    assert found(make_document(buckets=(oss,), rows=(oss_row,), total=HUNDRED)) == []


def test_an_exemption_names_its_basis():
    document = make_untaxed(VatCategory.EXEMPT)

    assert found(document) == [("EXEMPTION_BASIS_MISSING", "Fa/Adnotacje/Zwolnienie")]
    assert found(replace(document, annotations=Annotations(exemption=BASIS))) == []
    assert found(replace(document, kind=Kind.SIMPLIFIED, buckets=())) == [
        ("EXEMPTION_BASIS_MISSING", "Fa/Adnotacje/Zwolnienie")
    ]


def test_split_payment_needs_goods_of_annex_15():
    split = Annotations(is_split_payment=True)

    assert found(make_document(annotations=split)) == [("SPLIT_PAYMENT_UNFOUNDED", "Fa/Adnotacje/P_18A")]
    assert found(make_document(annotations=split, rows=(make_row(is_annex_15=True),))) == []
    assert found(make_document(rows=(make_row(is_annex_15=True),))) == []  # the mark stands whatever the amount
    # A correction repeats the mark of its original, also when it credits none of the goods of Annex 15.
    assert found(make_correction(annotations=split, rows=(), buckets=(), total=Decimal(0))) == []
    assert found(make_correction(annotations=split)) == []
