"""The public cases and our own, each value of them, through the core of fa3_preview."""

import json
from pathlib import Path

import pytest

from apps.documents.mapping.case import preview
from apps.fa3.schema import validate_xml
from tests.documents.mapping.expectations import differences

CASES = sorted((Path(__file__).resolve().parents[2] / "data" / "cases").glob("*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_comes_out_as_expected(path: Path) -> None:
    text = path.read_text()

    result = preview(text)

    assert differences(result, json.loads(text)["expect"]) == []
    assert result["xml"] is None or validate_xml(result["xml"].encode()) == []


def test_the_cases_are_there() -> None:
    assert {"case-03", "case-05", "case-08", "case-16", "case-17", "case-39"} <= {path.stem for path in CASES}
