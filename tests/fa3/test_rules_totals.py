"""Rows, totals and the amount due say the same."""

from dataclasses import replace
from decimal import Decimal

import pytest

from apps.fa3.document import Bucket, BucketKind, Description, Kind, VatCategory
from apps.fa3.facts import Facts
from apps.fa3.rules import errors
from tests.fa3.make import make_block, make_bucket, make_correction, make_document, make_row, make_untaxed


def found(document, facts=None):
    return [(problem.code, problem.path) for problem in errors(document, facts or Facts())]


def money(text: str) -> Decimal:
    return Decimal(text)


def net_row(value: str, **changes):
    return make_row(quantity=None, net_price=None, net=money(value), **changes)


def gross_row(value: str, **changes):
    return make_row(quantity=None, net_price=None, net=None, gross=money(value), **changes)


def document_of(rows, net: str, tax: str, **changes):
    rows = tuple(replace(row, number=place) for place, row in enumerate(rows, 1))
    bucket = make_bucket(net=money(net), tax=money(tax))
    return make_document(rows=rows, buckets=(bucket,), total=money(net) + money(tax), **changes)


@pytest.mark.parametrize("total", ["122.99", "123.01", "-123.00"])
def test_totals_make_up_the_amount_due(total):
    assert found(make_document(total=money(total))) == [("TOTAL_MISMATCH", "Fa/P_15")]


def test_totals_without_tax_count_too():
    rows = (make_row(), make_row(number=2, category=VatCategory.OUTSIDE_POLAND))
    buckets = (make_bucket(), Bucket(kind=BucketKind.OUTSIDE_POLAND, net=money("100.00")))

    assert found(make_document(rows=rows, buckets=buckets, total=money("223.00"))) == []


def test_only_a_simplified_document_may_leave_its_totals_out():
    bare = make_document(kind=Kind.SIMPLIFIED, buckets=())

    assert found(bare) == []
    assert ("TOTAL_MISMATCH", "Fa/P_15") in found(replace(bare, kind=Kind.INVOICE))
    assert found(replace(bare, buckets=(make_bucket(),), total=money("99.00"))) == [("TOTAL_MISMATCH", "Fa/P_15")]


def test_the_amount_due_is_what_stripe_charged():
    assert found(make_document(), Facts(stripe_total=money("123.00"))) == []
    assert found(make_document(), Facts(stripe_total=money("123.01"))) == [("STRIPE_TOTAL_MISMATCH", "Fa/P_15")]
    assert found(make_correction(), Facts(stripe_total=money("-123.00"))) == []


def test_net_rows_make_up_the_net_total():
    rows = [net_row("1.11", tax=money("0.26"))] * 3

    assert found(document_of(rows, "3.33", "0.78")) == []
    assert found(document_of(rows, "3.34", "0.77")) == [("ROWS_MISMATCH", "Fa/P_13_1"), ("ROWS_MISMATCH", "Fa/P_14_1")]


def test_stated_taxes_make_up_the_tax():
    rows = [net_row("1.11", tax=money("0.26"))] * 3

    assert found(document_of(rows, "3.33", "0.77")) == [("ROWS_MISMATCH", "Fa/P_14_1")]
    assert found(document_of([net_row("1.11")] * 3, "3.33", "0.77")) == []


def test_gross_rows_make_up_net_and_tax_together():
    assert found(document_of([gross_row("41.00")] * 2, "66.67", "15.33")) == []
    assert found(document_of([gross_row("41.00")] * 2, "66.68", "15.33")) == [("ROWS_MISMATCH", "Fa/P_13_1")]


def test_net_rows_from_gross_prices_may_be_off_by_one_rounding_each():
    """Tax rounded per document moves the net total when prices contain the tax (fa3-mapping 2.10)."""
    rows = [net_row("1.11")] * 3

    assert found(document_of(rows, "3.36", "0.77")) == []
    assert found(document_of(rows, "3.30", "0.77")) == []
    assert found(document_of(rows, "3.37", "0.77")) == [("ROWS_MISMATCH", "Fa/P_13_1")]


def test_the_slack_is_one_whole_unit_where_the_currency_has_no_smaller_one():
    document = document_of([net_row("333")] * 3, "1002", "230", currency="JPY")
    document = replace(document, buckets=(replace(document.buckets[0], tax_pln=money("5.50")),))

    assert found(document, Facts(currency_places=0)) == []
    assert found(document) == [("ROWS_MISMATCH", "Fa/P_13_1")]


def test_untaxed_rows_have_no_slack():
    assert found(make_untaxed(VatCategory.OUTSIDE_POLAND)) == []
    assert found(
        make_untaxed(VatCategory.OUTSIDE_POLAND, rows=(net_row("99.99", category=VatCategory.OUTSIDE_POLAND),))
    ) == [("ROWS_MISMATCH", "Fa/P_13_8")]


def test_net_and_gross_rows_may_share_a_total():
    stated = [net_row("100.00", tax=money("23.00")), gross_row("41.00", tax=money("7.67"))]
    unstated = [net_row("100.00"), gross_row("41.00")]

    assert found(document_of(stated, "133.33", "30.67")) == []
    assert ("ROWS_MISMATCH", "Fa/P_13_1") in found(document_of(stated, "133.34", "30.67"))
    # Two roundings of rows, and one of the tax that the gross row does not state.
    assert found(document_of(unstated, "133.36", "30.67")) == []
    assert found(document_of(unstated, "133.37", "30.67")) == [("ROWS_MISMATCH", "Fa/P_13_1")]


def test_the_tax_a_gross_row_states_counts_before_the_tax_it_contains():
    rows = [net_row("100.00", tax=money("23.00")), gross_row("41.00", tax=money("7.66"))]

    assert found(document_of(rows, "133.34", "30.66")) == []


def test_a_total_without_rows_does_not_hide_the_next():
    stray = Bucket(kind=BucketKind.STANDARD, net=money("1.00"), tax=money("0.23"))
    off = Bucket(kind=BucketKind.REDUCED, net=money("99.00"), tax=money("8.00"))
    document = make_document(rows=(net_row("100.00", category=VatCategory.RATE_8, tax=money("8.00")),))

    assert ("ROWS_MISMATCH", "Fa/P_13_2") in found(replace(document, buckets=(stray, off), total=money("108.23")))


def test_gross_oss_rows_are_taken_apart_at_their_own_rate():
    row = gross_row("120.00", category=None, oss_rate=money("20"))
    other = net_row("10.00", category=None, oss_rate=money("20"))
    document = document_of([row, other], "110.00", "22.00")

    assert (
        found(replace(document, buckets=(make_bucket(kind=BucketKind.OSS, net=money("110.00"), tax=money("22.00")),)))
        == []
    )


def test_in_a_correction_the_old_state_counts_against_the_new():
    before = make_row(is_before=True, net_price=money("120.00"), net=money("120.00"))
    lower = make_correction(
        rows=(before, make_row()),
        buckets=(make_bucket(net=money("-20.00"), tax=money("-4.60")),),
        total=money("-24.60"),
    )

    assert found(lower) == []
    assert ("ROWS_MISMATCH", "Fa/P_13_1") in found(replace(lower, rows=(make_row(),)))


@pytest.mark.parametrize("kind", [Kind.FINAL, Kind.ADVANCE, Kind.FINAL_CORRECTION])
def test_rows_of_final_documents_show_more_than_their_totals(kind):
    document = document_of([net_row("1000.00")], "100.00", "23.00", kind=kind)

    assert "ROWS_MISMATCH" not in dict(found(document))


def test_a_collective_correction_is_not_added_up():
    row = net_row("5.00")

    assert ("ROWS_MISMATCH", "Fa/P_13_1") in found(make_correction(rows=(row,)))
    assert found(make_correction(rows=(row,), correction=make_block(period="2026"))) == []


@pytest.mark.parametrize(
    ("quantity", "price", "value"),
    [
        ("7", "14.28571429", "100.00"),
        ("1001", "0.01098901", "11.00"),
        ("3", "8.12333333", "24.37"),
        ("-2", "50", "-100"),
    ],
)
def test_quantity_times_price_is_the_value(quantity, price, value):
    row = make_row(quantity=money(quantity), net_price=money(price), net=money(value))
    off = replace(row, net=money(value) + money("0.01"))
    gross = replace(row, net_price=None, net=None, gross_price=money(price), gross=money(value))
    gross_off = replace(gross, gross=money(value) - money("0.01"))

    assert "ROW_VALUE_MISMATCH" not in dict(found(make_correction(rows=(row,))))
    assert "ROW_VALUE_MISMATCH" not in dict(found(make_correction(rows=(gross,))))
    assert ("ROW_VALUE_MISMATCH", "Fa/FaWiersz[1]/P_11") in found(make_correction(rows=(off,)))
    assert ("ROW_VALUE_MISMATCH", "Fa/FaWiersz[1]/P_11A") in found(make_correction(rows=(gross_off,)))


def test_a_discount_is_taken_off_every_unit():
    row = make_row(quantity=Decimal(20), net_price=money("1000"), discount=money("100"), net=money("18000.00"))

    assert "ROW_VALUE_MISMATCH" not in dict(found(make_correction(rows=(row,))))
    assert "ROW_VALUE_MISMATCH" in dict(found(make_correction(rows=(replace(row, net=money("19900.00")),))))


@pytest.mark.parametrize("missing", ["quantity", "net_price"])
def test_a_row_without_quantity_or_price_is_not_multiplied(missing):
    assert found(make_document(rows=(make_row(**{missing: None}),))) == []


@pytest.mark.parametrize(
    "mixed",
    [{"gross": Decimal(123)}, {"gross_price": Decimal(123)}, {"net": None, "gross": Decimal(123)}],
)
def test_net_and_gross_columns_exclude_each_other(mixed):
    assert ("NET_AND_GROSS", "Fa/FaWiersz[1]") in found(make_document(rows=(make_row(**mixed),)))


def test_a_row_has_a_value():
    bare = make_row(net=None)

    assert ("ROW_VALUE_MISSING", "Fa/FaWiersz[1]") in found(make_document(rows=(bare,)))
    assert "ROW_VALUE_MISSING" not in dict(found(make_correction(rows=(bare,))))


def test_only_corrections_have_negative_quantities():
    row = make_row(quantity=Decimal(-1), net_price=Decimal(-100))

    assert found(make_document(rows=(row,))) == [("NEGATIVE_QUANTITY", "Fa/FaWiersz[1]/P_8B")]
    assert found(make_correction()) == []
    assert found(make_document(rows=(make_row(quantity=Decimal(0), net_price=None),))) == []


def test_row_numbers_stand_once():
    rows = (make_row(), make_row(number=2), make_row())
    document = document_of([make_row()] * 3, "300.00", "69.00")

    assert found(document) == []
    assert found(replace(document, rows=rows)) == [("ROW_NUMBER_TWICE", "Fa/FaWiersz/NrWierszaFa")]


def test_the_states_before_and_after_share_their_number():
    before, after = make_row(is_before=True), make_row()
    document = make_correction(rows=(before, after), buckets=(), total=Decimal(0))

    assert found(document) == []
    assert ("ROW_NUMBER_TWICE", "Fa/FaWiersz/NrWierszaFa") in found(
        replace(document, rows=(before, before, after, after))
    )


def test_a_description_belongs_to_a_row_of_the_document():
    general, first = Description(key="a", value="b"), Description(key="a", value="b", row=1)
    stray = Description(key="a", value="b", row=2)

    assert found(make_document(descriptions=(general, first))) == []
    assert found(make_document(descriptions=(general, stray))) == [
        ("DESCRIPTION_WITHOUT_ROW", "Fa/DodatkowyOpis[2]/NrWiersza")
    ]
