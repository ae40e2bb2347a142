from datetime import UTC, datetime
from random import Random

import pytest

from apps.ksef_simulator.numbers import Numbers, crc8, has_right_crc

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_the_crc_is_crc_8_smbus() -> None:
    assert crc8("123456789") == "F4"


@pytest.mark.parametrize(
    ("body", "crc"),
    [
        ("5265877635-20250826-0100001AF629", "AF"),
        ("1111111111-20261121-0123456789AB", "9E"),
        ("5265877635-20260202-000000000001", "D6"),
        ("5265877635-20250729-01004014E040", "00"),
    ],
)
def test_published_ksef_numbers_check(body: str, crc: str) -> None:
    assert crc8(body) == crc
    assert has_right_crc(f"{body}-{crc}")


def test_a_number_with_one_wrong_digit_does_not_check() -> None:
    assert not has_right_crc("5265877635-20250826-0100001AF628-AF")


def test_ksef_numbers_carry_the_warsaw_day_and_check() -> None:
    late = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)

    number = Numbers(Random(1)).ksef_number("5265877635", late)

    assert number.startswith("5265877635-20260602-")
    assert len(number) == 35
    assert has_right_crc(number)


def test_reference_numbers_carry_kind_day_and_milliseconds() -> None:
    reference = Numbers(Random(1)).reference("SO", NOON.replace(microsecond=5_000))

    assert reference.startswith(f"20260601-SO-{12 * 3_600_000 + 5:07X}")
    assert len(reference) == 36
    assert crc8(reference[:33]) == reference[34:]


def test_collective_identifiers_carry_the_month_and_check() -> None:
    number = Numbers(Random(1)).collective_identifier("5265877635", NOON)

    assert number.startswith("5265877635-IZ202606-")
    assert has_right_crc(number)


def test_a_seed_repeats_every_number() -> None:
    assert Numbers(Random(7)).ksef_number("5265877635", NOON) == Numbers(Random(7)).ksef_number("5265877635", NOON)


def test_a_thousand_references_of_one_moment_differ() -> None:
    numbers = Numbers(Random(1))

    assert len({numbers.reference("EE", NOON) for _ in range(1000)}) == 1000
