"""The bench measures what it says."""

from apps.fa3.rules import errors
from apps.fa3.schema import validate_xml
from apps.fa3.xml import to_xml
from bench.fa3 import build


def test_the_measured_document_is_valid_has_ten_lines_and_changes_its_number():
    first, second = build(1), build(2)

    assert validate_xml(to_xml(first)) == []
    assert errors(first) == []
    assert len(first.rows) == 10
    assert first.number != second.number
