"""Rounding and the four legal ways to the tax."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.fa3.rounding import (
    divide,
    legal_taxes,
    round_to,
    round_to_grosz,
    tax_from_gross_rows,
    tax_from_gross_sum,
    tax_from_net_rows,
    tax_from_net_sum,
    tax_in_gross,
    tax_of_net,
)

AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


def of(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("0.0049999", "0.00"),
        ("2.675", "2.68"),
        ("418.3355", "418.34"),
        ("1E+3", "1000.00"),
        ("7", "7.00"),
    ],
)
def test_half_a_grosz_goes_away_from_zero(value, rounded):
    assert str(round_to_grosz(Decimal(value))) == rounded


@pytest.mark.parametrize("value", ["-0", "-0.001", "-0.00"])
def test_zero_has_no_sign(value):
    assert str(round_to_grosz(Decimal(value))) == "0.00"


def test_other_places():
    assert round_to(Decimal("14.285714285714"), 8) == Decimal("14.28571429")
    assert str(round_to(Decimal("12.5"), 0)) == "13"


def test_the_precision_of_the_caller_does_not_matter():
    with localcontext() as context:
        context.prec = 4
        assert round_to_grosz(Decimal("123456789.125")) == Decimal("123456789.13")
        assert divide(Decimal("1234567"), Decimal(3), places=8) == Decimal("411522.33333333")
        assert tax_of_net(Decimal("123456789.12"), Decimal(23)) == Decimal("28395061.50")


def test_a_quotient_is_rounded_once():
    assert divide(Decimal(100), Decimal(7), places=8) == Decimal("14.28571429")
    assert divide(Decimal("24.37"), Decimal(3), places=8) == Decimal("8.12333333")


def test_tax_on_net_and_in_gross():
    assert tax_of_net(Decimal("1.11"), Decimal(23)) == Decimal("0.26")
    assert tax_in_gross(Decimal("41.00"), Decimal(23)) == Decimal("7.67")
    assert tax_in_gross(Decimal("216.00"), Decimal(8)) == Decimal("16.00")


def test_the_four_ways_differ_where_they_should():
    nets, grosses = of("1.11", "1.11", "1.11"), of("1.37", "1.37", "1.37")
    rate = Decimal(23)

    assert tax_from_net_sum(nets, rate) == Decimal("0.77")
    assert tax_from_net_rows(nets, rate) == Decimal("0.78")
    assert tax_from_gross_sum(grosses, rate) == Decimal("0.77")
    assert tax_from_gross_rows(grosses, rate) == Decimal("0.78")
    assert legal_taxes(nets=nets, grosses=grosses, rate=rate) == {Decimal("0.77"), Decimal("0.78")}


def test_a_currency_without_minor_unit_is_rounded_to_whole_units():
    assert tax_from_net_sum(of("999"), Decimal(23), places=0) == Decimal(230)
    assert tax_from_net_rows(of("333", "333", "333"), Decimal(23), places=0) == Decimal(231)
    assert tax_from_gross_sum(of("999"), Decimal(23), places=0) == Decimal(187)
    assert tax_from_gross_rows(of("333", "333", "333"), Decimal(23), places=0) == Decimal(186)
    assert legal_taxes(nets=of("999"), grosses=of("1229"), rate=Decimal(23), places=0) == {Decimal(230)}


def test_the_rates_may_come_from_an_iterator():
    assert legal_taxes(nets=iter(of("100.00")), grosses=iter(of("123.00")), rate=Decimal(23)) == {Decimal("23.00")}


@given(value=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15))
def test_rounding_moves_a_value_by_half_a_grosz_at_most(value):
    rounded = round_to_grosz(value)

    with localcontext() as context:
        context.prec = 60
        assert abs(rounded - value) <= Decimal("0.005")
    assert rounded.as_tuple().exponent == -2
    assert str(rounded) != "-0.00"


@given(nets=st.lists(AMOUNTS, max_size=8), rate=st.sampled_from(of("23", "22", "8", "7", "5", "19.5")))
def test_row_by_row_strays_from_the_sum_by_half_a_grosz_a_row(nets, rate):
    strayed = abs(tax_from_net_rows(nets, rate) - tax_from_net_sum(nets, rate))

    assert strayed <= Decimal("0.005") * (len(nets) + 1)


@given(gross=AMOUNTS, rate=st.sampled_from(of("23", "8", "5")))
def test_tax_taken_out_of_gross_fits_the_net_that_remains(gross, rate):
    tax = tax_in_gross(gross, rate)

    assert abs(tax_of_net(gross - tax, rate) - tax) <= Decimal("0.01")
