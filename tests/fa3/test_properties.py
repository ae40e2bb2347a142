"""What holds for every document the types can say."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from apps.fa3.document import Description, Document, Footer
from apps.fa3.parse import parse_xml
from apps.fa3.rules import check
from apps.fa3.schema import validate_xml
from apps.fa3.text import fit_text
from apps.fa3.xml import to_xml
from tests.fa3.make import make_buyer, make_document, make_row
from tests.fa3.strategies import any_text, documents

# A whole document takes about 60 ms to make up, so the long profile stops earlier here.
whole_documents = settings(
    max_examples=min(settings.default.max_examples, 2_000),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@whole_documents
@given(document=documents)
def test_a_document_is_valid_and_read_back_as_it_was(document: Document):
    data = to_xml(document)

    assert validate_xml(data) == []
    assert parse_xml(data) == document
    assert to_xml(parse_xml(data)) == data


@whole_documents
@given(document=documents)
def test_the_checks_answer_for_every_document(document: Document):
    for problem in check(document):
        assert problem.code.isupper()
        assert problem.path
        for sentence in (problem.pl, problem.en):
            assert sentence[0].isupper()
            assert sentence.endswith(".")
            assert "None" not in sentence
        assert problem.pl != problem.en


@given(text=any_text)
def test_any_text_can_be_filed_once_it_is_cleaned(text: str):
    name = fit_text(text, 512).text or "Usługa"
    value = fit_text(text, 256).text or "-"
    document = make_document(
        buyer=replace(make_buyer(), name=name),
        rows=(make_row(name=name),),
        descriptions=(Description(key=value, value=value, row=1),),
        footer=Footer(texts=(name,)),
    )

    data = to_xml(document)

    assert validate_xml(data) == []
    assert parse_xml(data) == document
