"""Each thing the intake lays before a person has its sentences, in both languages."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from apps.stripe_intake.wording import knows, words_for

FACTS: dict[str, dict[str, Any]] = {
    "stripe_object_missing": {"object": "invoice", "stripe_id": "in_1"},
    "number_gap": {"prefix": "FVS-", "missing": 2, "numbers": ["FVS-0012", "FVS-0013"]},
    "stripe_silent": {"connection": "x"},
    "stripe_endpoint_gone": {"connection": "x", "endpoint": "we_1"},
}
ROOM = Path(__file__).parent.parent.parent / "apps" / "stripe_intake"


def test_every_kind_of_item_has_words() -> None:
    kinds = {
        kind
        for source in ROOM.glob("*.py")
        for kind in re.findall(r'(?:open_item\(visit\.tenant_id,|_tell\(visit,) "(\w+)"', source.read_text())
    }

    assert kinds == set(FACTS)
    assert all(knows(kind) for kind in kinds)


@pytest.mark.parametrize("kind", FACTS)
def test_the_words_are_whole_in_both_languages(kind: str) -> None:
    told = {}
    for language in ("en", "pl"):
        with translation.override(language):
            words = words_for(kind, FACTS[kind])
            told[language] = f"{words.text} {words.step}"
    assert told["en"] != told["pl"]
    assert all("%(" not in text and "None" not in text for text in told.values())


def test_missing_numbers_are_named() -> None:
    with translation.override("en"):
        assert "FVS-0012, FVS-0013" in str(words_for("number_gap", FACTS["number_gap"]).text)
