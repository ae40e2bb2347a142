"""The 26 official examples: read, written again, compared element by element, validated, checked."""

from contextlib import suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest
from lxml import etree

from apps.fa3.parse import NotExpressible, parse_xml
from apps.fa3.rules import check
from apps.fa3.schema import validate_xml
from apps.fa3.xml import to_xml

FOLDER = Path(__file__).parents[1] / "data" / "fa3" / "examples"
EXAMPLES = {int(path.stem.rsplit("_", 1)[1]): path for path in FOLDER.glob("*.xml")}

# Attachments need a prior declaration to the tax office and batch sending; we never write them.
WITH_ATTACHMENT = {24, 25}
EXPRESSIBLE = sorted(set(EXAMPLES) - WITH_ATTACHMENT)

# KSeF numbers of the examples are made up. Number 1 is off by a grosz (fa3-examples README, KSeF checks no arithmetic).
OUR_FINDINGS = {
    1: {"TOTAL_MISMATCH"},
    2: {"KSEF_NUMBER_INVALID"},
    3: {"KSEF_NUMBER_INVALID"},
    4: {"ACCOUNT_UNLISTED"},
    5: {"KSEF_NUMBER_INVALID"},
    6: {"KSEF_NUMBER_INVALID"},
    7: {"KSEF_NUMBER_INVALID"},
    8: {"ISSUED_LATE"},
    10: {"ACCOUNT_UNLISTED"},
    11: {"KSEF_NUMBER_INVALID"},
    12: {"KSEF_NUMBER_INVALID"},
    13: {"KSEF_NUMBER_INVALID"},
    14: {"KSEF_NUMBER_INVALID", "ACCOUNT_UNLISTED"},
    17: {"KSEF_NUMBER_INVALID"},
    18: {"KSEF_NUMBER_INVALID"},
    20: {"ACCOUNT_UNLISTED"},
    21: {"ACCOUNT_UNLISTED"},
    23: {"ISSUED_LATE"},
}


def flat(data: bytes) -> list[tuple[str, str]]:
    """Every element in order: its path and its text, numbers by their value."""
    root = etree.fromstring(data)
    tree = root.getroottree()
    return [
        (tree.getelementpath(element), said(element)) for element in root.iter(etree.Element) if element.tag is not None
    ]


def said(element: etree._Element) -> str:
    text = " ".join((element.text or "").split())
    if etree.QName(element).localname.startswith(("P_", "Kwota", "Suma", "Wartosc", "Do", "Kurs", "Udzial")):
        with suppress(InvalidOperation):
            text = str(Decimal(text).normalize())
    return text + str(dict(element.attrib))


def test_all_26_are_there():
    assert sorted(EXAMPLES) == list(range(1, 27))


@pytest.mark.parametrize("number", sorted(EXAMPLES))
def test_an_example_is_valid(number):
    assert validate_xml(EXAMPLES[number].read_bytes()) == []


@pytest.mark.parametrize("number", EXPRESSIBLE)
def test_an_example_is_said_again_element_by_element(number):
    original = EXAMPLES[number].read_bytes()

    rebuilt = to_xml(parse_xml(original))

    assert flat(rebuilt) == flat(original)
    assert validate_xml(rebuilt) == []
    assert parse_xml(rebuilt) == parse_xml(original)


@pytest.mark.parametrize("number", sorted(WITH_ATTACHMENT))
def test_an_attachment_is_refused_by_name(number):
    with pytest.raises(NotExpressible) as refused:
        parse_xml(EXAMPLES[number].read_bytes())

    assert refused.value.path == "Zalacznik"


@pytest.mark.parametrize("number", EXPRESSIBLE)
def test_our_own_checks_find_in_an_example_what_is_known_and_nothing_else(number):
    found = {problem.code for problem in check(parse_xml(EXAMPLES[number].read_bytes()))}

    assert found == OUR_FINDINGS.get(number, set())
