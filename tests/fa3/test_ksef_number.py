"""KSeF numbers and their checksum."""

import pytest

from apps.fa3.crc import crc8
from apps.fa3.ksef_number import checksum, is_valid_ksef_number, nip_of

STEM_1_0 = "5265877635-20250826-010000-1AF629"


def test_the_crc_is_smbus():
    assert crc8(b"123456789") == 0xF4
    assert crc8(b"") == 0


@pytest.mark.parametrize(
    ("stem", "check"),
    [
        ("5265877635-20250826-0100001AF629", "AF"),
        ("1111111111-20261121-0123456789AB", "9E"),
        ("5265877635-20260202-000000000001", "D6"),
        ("5265877635-20250729-01004014E040", "00"),
    ],
)
def test_published_numbers_check(stem, check):
    assert checksum(stem) == check
    assert is_valid_ksef_number(f"{stem}-{check}")


@pytest.mark.parametrize("day", ["20201031", "20261110", "20260229", "20280229", "29991231"])
def test_any_day_of_the_calendar_may_stand_in_a_number(day):
    stem = f"5265877635-{day}-0100001AF629"

    assert is_valid_ksef_number(f"{stem}-{checksum(stem)}") is (day != "20260229")


@pytest.mark.parametrize("hashed", [STEM_1_0, STEM_1_0[:26] + STEM_1_0[27:]])
def test_a_number_of_ksef_1_with_its_second_hyphen_is_taken(hashed):
    assert is_valid_ksef_number(f"{STEM_1_0}-{checksum(hashed)}")


@pytest.mark.parametrize(
    "number",
    [
        "5265877635-20250826-0100001AF629-AE",  # checksum
        "5265877635-20250826-0100001AF62A-AF",  # a digit changed
        "5265877635-20250826-0100001af629-AF",
        "5265877635-20250826-0100001AF629",
        " 5265877635-20250826-0100001AF629-AF",
        "",
    ],
)
def test_a_damaged_number_is_refused(number):
    assert not is_valid_ksef_number(number)


@pytest.mark.parametrize(
    "stem",
    [
        "5265877636-20250826-0100001AF629",  # NIP
        "5265877635-20250230-0100001AF629",  # no such day
        "5265877635-20190826-0100001AF629",  # before KSeF
        "5265877635-20250826-01000-01AF629",  # hyphen elsewhere
    ],
)
def test_a_number_with_the_right_checksum_may_still_be_impossible(stem):
    assert not is_valid_ksef_number(f"{stem}-{checksum(stem)}")


def test_the_seller_is_named_in_the_number():
    assert nip_of("5265877635-20250826-0100001AF629-AF") == "5265877635"
