from urllib.parse import urlencode

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode  # what the real library writes

from apps.stripe_simulator.api.errors import ApiError
from apps.stripe_simulator.api.forms import parse_form
from apps.stripe_simulator.api.params import Params

NAMES = st.text("abcdefgh_", min_size=1, max_size=6)
VALUES = st.text(min_size=1, max_size=12)
TREES = st.dictionaries(
    NAMES,
    st.recursive(
        VALUES,
        lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=3),
        max_leaves=8,
    ),
    min_size=1,
    max_size=5,
)


def as_tree(value: object) -> object:
    """Lists arrive as groups numbered from 0."""
    if isinstance(value, list):
        return {str(index): as_tree(item) for index, item in enumerate(value)}
    if isinstance(value, dict):
        return {key: as_tree(item) for key, item in value.items()}
    return value


@given(TREES)
def test_whatever_the_real_library_writes_is_read(tree: dict[str, object]) -> None:
    assert stripe.VERSION.startswith("16.")

    written = urlencode(list(_api_encode(tree)))

    assert parse_form(written) == as_tree(tree)


def test_arrays_without_numbers_are_counted() -> None:
    assert parse_form("types[]=a&types[]=b") == {"types": {"0": "a", "1": "b"}}
    assert parse_form("l[][x]=1&l[][y]=2&l[][x]=3") == {"l": {"0": {"x": "1", "y": "2"}, "1": {"x": "3"}}}


def test_a_name_cannot_be_a_value_and_a_group() -> None:
    with pytest.raises(ApiError, match="both as a value and as a group"):
        parse_form("customer=cus_1&customer[name]=x")


def test_names_that_nobody_asked_for_are_refused() -> None:
    params = Params(parse_form("customer=cus_1&lines[0][quantity]=1&lines[0][colour]=red"))
    params.required("customer")
    (line,) = params.groups("lines") or []
    line.integer("quantity")

    with pytest.raises(ApiError, match=r"Received unknown parameter: lines\[0\]\[colour\]"):
        params.refuse_unread()


def test_metadata_merges_key_by_key() -> None:
    known = {"a": "1", "b": "2"}

    assert Params(parse_form("metadata[a]=&metadata[c]=3")).metadata(known) == {"b": "2", "c": "3"}
    assert Params(parse_form("metadata=")).metadata(known) == {}
    assert Params(parse_form("")).metadata(known) == known


@pytest.mark.parametrize("form", ["amount=1.5", "amount=abc", "amount[x]=1"])
def test_a_number_must_be_one(form: str) -> None:
    with pytest.raises(ApiError):
        Params(parse_form(form)).integer("amount")


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e400", "abc"])
def test_a_decimal_must_be_finite(text: str) -> None:
    with pytest.raises(ApiError):
        Params(parse_form(f"quantity={text}")).decimal("quantity")
