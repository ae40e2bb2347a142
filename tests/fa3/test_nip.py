"""The Polish tax number."""

import pytest

from apps.fa3.nip import clean, is_valid_nip


@pytest.mark.parametrize("number", ["5265877635", "5252344078", "9999999999", "1111111111"])
def test_a_number_with_the_right_checksum_is_valid(number):
    assert is_valid_nip(number)


@pytest.mark.parametrize(
    "number",
    [
        "5265877636",  # wrong checksum
        "1234567890",  # remainder 10 fits no digit
        "0265877635",  # begins with zero
        "1000000000",  # second and third digit zero
        "526587763",
        "52658776350",
        "526-587-76-35",
        "PL5265877635",
        "٥٢٦٥٨٧٧٦٣٥",
        "",
    ],
)
def test_anything_else_is_not(number):
    assert not is_valid_nip(number)


@pytest.mark.parametrize(
    "written", ["526-587-76-35", "PL 526 587 76 35", "pl5265877635", "526.587.76/35", "5265877635"]
)
def test_a_number_is_cleaned_of_separators_and_country(written):
    assert clean(written) == "5265877635"
