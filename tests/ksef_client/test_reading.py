import contextlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ksef_client.reading import Fields, Unreadable, clean, parse_moment

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-07-11T12:23:56.0154302+00:00", datetime(2025, 7, 11, 12, 23, 56, 15430, UTC)),
        ("2025-07-11T12:23:56Z", datetime(2025, 7, 11, 12, 23, 56, tzinfo=UTC)),
        ("2025-07-11T12:23:56+02:00", datetime(2025, 7, 11, 10, 23, 56, tzinfo=UTC)),
        ("2025-10-11T12:23:56.0154302", datetime(2025, 10, 11, 12, 23, 56, 15430, UTC)),
        ("0001-01-01T00:00:00+05:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_moments_are_read_to_utc(text: str, expected: datetime | None) -> None:
    assert parse_moment(text) == expected


@given(JSON)
def test_no_value_of_any_type_breaks_a_reader(value: object) -> None:
    fields = Fields({"x": value})

    fields.text("x"), fields.number("x"), fields.amount("x"), fields.flag("x"), fields.moment("x")
    fields.texts("x"), fields.part("x"), fields.parts("x")
    for need in (fields.need_text, fields.need_number, fields.need_moment, fields.need_part, fields.need_parts):
        with contextlib.suppress(Unreadable):
            need("x")


def test_amounts_are_exact() -> None:
    assert Fields.parse(b'{"x": 0.1}').amount("x") == Decimal("0.1")
    assert Fields.parse(b'{"x": 1795.0}').number("x") == 1795


def test_a_byte_order_mark_is_tolerated_and_nothing_else_is() -> None:
    assert Fields.parse(b'\xef\xbb\xbf{"x": "y"}').text("x") == "y"
    for body in (b"", b"[]", b"null", '{"x": 1}'.encode("utf-16"), b'{"x": ' + b"9" * 5000 + b"}", b"{" * 99_999):
        with pytest.raises(Unreadable):
            Fields.parse(body)


def test_text_no_store_would_take_is_cleaned() -> None:
    assert clean("a\0b\nzażółć") == "ab\nzażółć"
    assert Fields.parse(b'{"x": "a\\u0000\\ud800"}').text("x") == "a?"
