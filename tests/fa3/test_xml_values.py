"""How single values are written, against the patterns of the schema."""

import re
import time
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.fa3.codes import VatCategory
from apps.fa3.xml_values import (
    DAY,
    EXCHANGE_RATE,
    MOMENT,
    MONEY,
    NATURAL,
    PERCENTAGE,
    PRICE,
    QUANTITY,
    RAW_TEXT,
    TEXT,
    YES_NO,
    code,
    escape,
)

# As in the schema; [0-9] for its \d.
TKWOTOWY = re.compile(r"-?([1-9][0-9]{0,15}|0)(\.[0-9]{1,2})?")
TKWOTOWY2 = re.compile(r"-?([1-9][0-9]{0,13}|0)(\.[0-9]{1,8})?")
TILOSCI = re.compile(r"-?([1-9][0-9]{0,15}|0)(\.[0-9]{1,6})?")


def scaled(places: int, digits: int) -> st.SearchStrategy[Decimal]:
    """Decimals of at most so many digits before and places after the point, in every inner form."""
    limit = 10 ** (digits + places) - 1
    exact = st.integers(-limit, limit).map(lambda units: Decimal(units).scaleb(-places))
    return st.one_of(exact, exact.map(Decimal.normalize), st.integers(0, 9).map(lambda n: Decimal((n % 2, (n,), 3))))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("0", "0.00"),
        ("-0", "0.00"),
        ("-0.00", "0.00"),
        ("0E-7", "0.00"),
        ("12", "12.00"),
        ("12.3", "12.30"),
        ("12.34", "12.34"),
        ("12.340000", "12.34"),
        ("-0.01", "-0.01"),
        ("-123.4", "-123.40"),
        ("1E+3", "1000.00"),
        ("1.2E+5", "120000.00"),
        ("9999999999999999.99", "9999999999999999.99"),
    ],
)
def test_money_has_two_places(value, written):
    assert MONEY.write(Decimal(value)) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("19.99", "19.99"),
        ("75", "75.00"),
        ("0.8", "0.80"),
        ("14.28571429", "14.28571429"),
        ("0.01098901", "0.01098901"),
        ("0.01000000", "0.01"),
        ("-50", "-50.00"),
        ("1E-8", "0.00000001"),
        ("-0.00", "0.00"),
    ],
)
def test_a_price_has_two_to_eight_places(value, written):
    assert PRICE.write(Decimal(value)) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [("12", "12"), ("1.50", "1.5"), ("0.000001", "0.000001"), ("-2", "-2"), ("1E+2", "100"), ("-0", "0"), ("2.0", "2")],
)
def test_a_quantity_has_the_places_it_needs(value, written):
    assert QUANTITY.write(Decimal(value)) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [("4.248", "4.2480"), ("3.6377", "3.6377"), ("0.026412", "0.026412"), ("4", "4.0000")],
)
def test_an_exchange_rate_has_at_least_the_four_places_of_the_tables(value, written):
    assert EXCHANGE_RATE.write(Decimal(value)) == written


@pytest.mark.parametrize(
    ("codec", "value"),
    [
        (MONEY, "0.001"),
        (MONEY, "12.345"),
        (PRICE, "0.000000001"),
        (QUANTITY, "0.0000001"),
        (EXCHANGE_RATE, "4.1234567"),
        (PERCENTAGE, "0.0000001"),
    ],
)
def test_a_number_that_does_not_fit_is_refused_and_not_rounded(codec, value):
    with pytest.raises(ValueError, match="decimal places"):
        codec.write(Decimal(value))


@given(value=scaled(2, 16))
def test_money_always_matches_the_schema(value):
    written = MONEY.write(value)

    assert TKWOTOWY.fullmatch(written)
    assert re.search(r"\.[0-9]{2}$", written)
    assert written != "-0.00"
    assert MONEY.read(written) == value


@given(value=scaled(8, 14))
def test_prices_always_match_the_schema(value):
    written = PRICE.write(value)

    assert TKWOTOWY2.fullmatch(written)
    assert PRICE.read(written) == value


@given(value=scaled(6, 16))
def test_quantities_and_rates_always_match_the_schema(value):
    for codec in (QUANTITY, EXCHANGE_RATE):
        written = codec.write(value)

        assert TILOSCI.fullmatch(written)
        assert codec.read(written) == value


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a&b", "a&amp;b"),
        ("a<b", "a&lt;b"),
        ("a>b", "a&gt;b"),
        ("a\rb", "a&#13;b"),
        ("&<>&amp;", "&amp;&lt;&gt;&amp;amp;"),
        ('"it\'s"', '"it\'s"'),
        ("", ""),
    ],
)
def test_markup_is_escaped(text, escaped):
    assert escape(text) == escaped


def test_text_is_collapsed_when_read_but_raw_text_is_not():
    assert TEXT.read("\n\ta  b\r\n ") == "a b"
    assert TEXT.read("\xa0a\u3000b\xa0 ") == "\xa0a\u3000b\xa0"  # no white space to a schema
    assert RAW_TEXT.read(" a  b ") == " a  b "


def test_days_and_moments():
    warsaw = timezone(timedelta(hours=2))

    assert DAY.write(date(2026, 10, 5)) == "2026-10-05"
    assert DAY.read(" 2026-10-05 ") == date(2026, 10, 5)
    assert MOMENT.write(datetime(2026, 10, 5, 1, 30, 15, 999, tzinfo=warsaw)) == "2026-10-04T23:30:15Z"
    assert MOMENT.read("2026-10-05T01:30:15+02:00") == datetime(2026, 10, 4, 23, 30, 15, tzinfo=UTC)
    assert MOMENT.read("2026-10-05T01:30:15+02:00").tzinfo is UTC


def test_the_zone_of_the_machine_does_not_matter(monkeypatch):
    moment = datetime(2026, 10, 5, 10, 0, tzinfo=UTC)
    try:
        monkeypatch.setenv("TZ", "America/New_York")
        time.tzset()
        assert MOMENT.write(moment) == "2026-10-05T10:00:00Z"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_moment_without_zone_is_refused_both_ways():
    with pytest.raises(ValueError, match="time zone"):
        MOMENT.write(datetime(2026, 10, 5))
    with pytest.raises(ValueError, match="time zone"):
        MOMENT.read("2026-10-05T10:00:00")


def test_numbers_codes_and_choices():
    categories = code(VatCategory)

    assert NATURAL.write(7) == "7"
    assert NATURAL.read(" 7 ") == 7
    assert categories.write(VatCategory.EU_SERVICE) == "np II"
    assert categories.read(" np II ") is VatCategory.EU_SERVICE
    assert [YES_NO.write(True), YES_NO.write(False)] == ["1", "2"]
    assert [YES_NO.read("1"), YES_NO.read("2")] == [True, False]
