"""Cases derived by hand from the rules, each in the shape of today and in the one before basil."""

import json
from copy import deepcopy

import pytest

from apps.documents.mapping.case import preview
from apps.fa3.schema import validate_xml
from tests.documents.mapping.derived import buyers, categories, corrections, dates, figures, payments, rare_corrections
from tests.documents.mapping.derived.older import as_acacia
from tests.documents.mapping.derived.parts import Derived
from tests.documents.mapping.expectations import differences
from tests.documents.mapping.test_provenance_is_whole import filed, pointing_nowhere, unexplained

CHAPTERS = (buyers, categories, corrections, dates, figures, payments, rare_corrections)
DERIVED = [
    pytest.param(item, id=f"{chapter.__name__.rsplit('.', 1)[1]}: {item.title}")
    for chapter in CHAPTERS
    for item in chapter.CASES
]


@pytest.mark.parametrize("derived", DERIVED)
def test_a_derived_case_comes_out_as_the_rules_say(derived: Derived) -> None:
    result = preview(json.dumps(derived.case))

    assert differences(result, derived.expect) == []
    assert result["xml"] is None or validate_xml(result["xml"].encode()) == []
    if derived.warned is not None:
        assert {warning["code"] for warning in result["warnings"]} == derived.warned
    if derived.codes is not None:
        assert [reason["code"] for reason in result["reasons"]] == derived.codes


def test_every_element_of_every_derived_document_is_explained() -> None:
    documents = {
        derived.title: file
        for chapter in CHAPTERS
        for derived in chapter.CASES
        if (file := filed(json.dumps(derived.case)))
    }

    assert len(documents) > 300
    for title, file in documents.items():
        assert (unexplained(file), pointing_nowhere(file)) == ([], []), title


@pytest.mark.parametrize("is_expanded", [False, True], ids=["ids of rates", "whole rates"])
def test_the_older_shape_of_every_case_comes_to_the_same(is_expanded: bool) -> None:
    for chapter in CHAPTERS:
        for derived in chapter.CASES:
            older = as_acacia(deepcopy(derived.case), is_expanded=is_expanded)

            found, known = (preview(json.dumps(item)) for item in (older, derived.case))

            for part in ("verdict", "xml"):
                assert found[part] == known[part], derived.title
            for part in ("reasons", "warnings"):
                assert [item["code"] for item in found[part]] == [item["code"] for item in known[part]], derived.title
