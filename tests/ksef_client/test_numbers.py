from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ksef_client.numbers import KsefNumber, NotAKsefNumber, crc8, is_reference


def test_the_checksum_is_that_of_the_published_check_value() -> None:
    assert crc8(b"123456789") == 0xF4


@pytest.mark.parametrize(
    "number",
    [
        "5265877635-20250826-0100001AF629-AF",
        "1111111111-20261121-0123456789AB-9E",
        "5265877635-20260202-000000000001-D6",
        "5265877635-20250729-01004014E040-00",
    ],
)
def test_the_worked_examples_are_right(number: str) -> None:
    assert str(KsefNumber(number)) == number


def test_a_number_tells_its_seller_and_its_day() -> None:
    number = KsefNumber("5265877635-20250826-0100001AF629-AF")

    assert number.nip == "5265877635"
    assert number.accepted_on == date(2025, 8, 26)


def test_a_number_of_the_first_ksef_with_its_extra_dash_is_read_too() -> None:
    body = "5265877635-20250826-010000-1AF629"

    assert KsefNumber(f"{body}-{crc8(body.encode()):02X}").nip == "5265877635"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5265877635-20250826-0100001AF629-AE",
        "5265877635-20250826-0100001af629-AF",
        "0265877635-20250826-0100001AF629-AF",
        "5265877635-20250826-0100001AF629-AF\n",
        " 5265877635-20250826-0100001AF629-AF",
        "٥265877635-20250826-0100001AF629-AF",
        "5265877635-20251326-0100001AF629-AF",
    ],
)
def test_anything_else_is_no_ksef_number(text: str) -> None:
    with pytest.raises(NotAKsefNumber):
        KsefNumber(text)


def test_a_day_the_calendar_does_not_have_is_refused() -> None:
    body = "5265877635-20250230-0100001AF629"

    with pytest.raises(NotAKsefNumber, match="no date"):
        KsefNumber(f"{body}-{crc8(body.encode()):02X}")


@given(st.integers(0, 2**48 - 1), st.integers(0, 34), st.characters(codec="ascii"))
def test_one_wrong_character_is_always_noticed(serial: int, place: int, other: str) -> None:
    body = f"5265877635-20260315-{serial:012X}"
    right = f"{body}-{crc8(body.encode()):02X}"
    wrong = right[:place] + other + right[place + 1 :]

    if wrong != right:
        with pytest.raises(NotAKsefNumber):
            KsefNumber(wrong)


def test_references_are_known_by_their_form_only() -> None:
    assert is_reference("20250625-SO-2C3E6C8000-B675CF5D68-07")
    assert not is_reference("20250625-SO-2C3E6C8000-B675CF5D68")
