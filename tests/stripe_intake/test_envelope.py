"""Whatever a signed body holds, it is an event or it is not one; nothing else ever happens."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.stripe_intake.envelope import Envelope, NotAnEvent, read_envelope
from tests.stripe_intake.deliveries import event

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ("id", "object", "type", "livemode", "created", "account", "context", "api_version", "data", "related_object")


def read(body: bytes) -> Envelope | None:
    try:
        return read_envelope(body)
    except NotAnEvent:
        return None


@given(st.binary(max_size=2_000))
def test_any_bytes(body: bytes) -> None:
    assert read(body) is None


@given(st.sampled_from(FIELDS), anything, st.booleans())
def test_an_event_with_anything_in_one_field(field: str, value: Any, thin: bool) -> None:
    whole = event(object="v2.core.event") if thin else event()

    envelope = read(json.dumps(whole | {field: value}).encode())

    if envelope is not None:
        texts = (envelope.event_id, envelope.type, envelope.object_id, envelope.account, envelope.api_version)
        assert all(text.isascii() and len(text) <= 120 and "\x00" not in text for text in texts)


@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b'{"a":' * 100_000, b'{"id":"' + b"x" * 2_000_000 + b'"}', b"9" * 10_000]
)
def test_a_hostile_body_is_refused_quickly(body: bytes) -> None:
    began = time.thread_time()  # other programs may slow this machine, but cost this thread nothing

    assert read(body) is None
    assert time.thread_time() - began < 0.5
