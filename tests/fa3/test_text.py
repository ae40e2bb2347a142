"""Text that KSeF accepts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.fa3.text import Cleaned, clean_text, find_refused, fit_text

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))
# The list of the KSeF documents and of XML 1.0, spelled out once more.
REFUSED_RANGES = [
    (0x00, 0x08),
    (0x0B, 0x0C),
    (0x0E, 0x1F),
    (0x7F, 0x84),
    (0x86, 0x9F),
    (0xD800, 0xDFFF),
    (0xFDD0, 0xFDEF),
]
REFUSED_RANGES += [(plane * 0x10000 + 0xFFFE, plane * 0x10000 + 0xFFFF) for plane in range(17)]


def is_refused(character: str) -> bool:
    return any(low <= ord(character) <= high for low, high in REFUSED_RANGES)


@pytest.mark.parametrize("blank", ["\t", "\n", "\r", "\r\n", "\x85", "\xa0", "\u2028", "\u2029", "  ", " \xa0 "])
def test_every_kind_of_blank_becomes_one_space(blank):
    assert clean_text(f"{blank}Plan{blank}Pro{blank}") == "Plan Pro"


@pytest.mark.parametrize(("low", "high"), REFUSED_RANGES)
def test_refused_characters_are_deleted(low, high):
    for code in {low, high, (low + high) // 2}:
        assert clean_text(f"a{chr(code)}b") == "ab"
        assert find_refused(f"a{chr(code)}b") == chr(code)


@pytest.mark.parametrize("neighbour", [0x20, 0x7E, 0xA1, 0xFDCF, 0xFDF0, 0xFFFD, 0x10000, 0x1FFFD, 0x20000, 0x10FFFD])
def test_their_neighbours_stay(neighbour):
    text = f"a{chr(neighbour)}b"

    assert clean_text(text) == text
    assert find_refused(text) is None


def test_only_u0085_is_a_blank_that_ksef_would_take():
    assert find_refused("\t\n\r\x85\xa0\u2028\u2029") is None


@pytest.mark.parametrize("text", ["", " ", "Zażółć gęślą jaźń", "🧾 Rachunek", "<b>&amp;</b>", "a\u200db"])
def test_ordinary_text_and_markup_stay(text):
    assert clean_text(text) == text.strip()


@pytest.mark.parametrize("text", ["X\tX", "\u3000X\nX\u3000"])
def test_only_blanks_are_trimmed(text):
    assert clean_text(text) == re.sub(r"[\t\n]", " ", text)


def test_a_deletion_does_not_leave_two_blanks():
    assert clean_text("a \x00 b") == "a b"


def test_long_text_is_cut_and_says_so():
    assert fit_text("x" * 10, 10) == Cleaned("x" * 10, is_truncated=False)
    assert fit_text("x" * 11, 10) == Cleaned("x" * 9 + "…", is_truncated=True)
    assert fit_text("abcd efgh", 6) == Cleaned("abcd …", is_truncated=True)
    assert fit_text("abX efgh", 4) == Cleaned("abX…", is_truncated=True)
    assert fit_text("ab\u3000efgh", 4) == Cleaned("ab\u3000…", is_truncated=True)
    assert fit_text("ab  \t cd", 5) == Cleaned("ab cd", is_truncated=False)


def test_length_is_counted_in_code_points():
    assert fit_text("🧾" * 5, 5).is_truncated is False


@given(text=ANY_TEXT)
def test_no_text_keeps_a_refused_character(text):
    cleaned = clean_text(text)

    assert not any(is_refused(character) for character in cleaned)
    assert not re.search(r"[\t\n\r\x85\xa0\u2028\u2029]|  |^ | $", cleaned)
    assert clean_text(cleaned) == cleaned


@given(text=ANY_TEXT)
def test_nothing_else_is_lost(text):
    kept = [character for character in text if not is_refused(character)]

    assert "".join(clean_text(text).split()) == "".join("".join(kept).split())


@given(text=ANY_TEXT, limit=st.integers(min_value=1, max_value=40))
def test_a_fitted_text_is_never_longer_than_its_limit(text, limit):
    fitted = fit_text(text, limit)

    assert len(fitted.text) <= limit
    assert fitted.is_truncated is (len(clean_text(text)) > limit)


@given(text=ANY_TEXT)
def test_a_refused_character_is_found_wherever_it_stands(text):
    refused = [character for character in text if is_refused(character)]

    assert find_refused(text) == (refused[0] if refused else None)
