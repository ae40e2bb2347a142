import pytest

from apps.ksef_client.safe_xml import UnsafeXml, parse


def test_a_plain_document_is_read() -> None:
    assert parse("<a>ż</a>".encode()).text == "ż"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE a><a/>", "document type"),
        (b'<a><!ENTITY x "y"></a>', "document type"),
        (b"<a>" + b"x" * 100 + b"</a>", "larger than 100"),
        (b"<a>", "well-formed"),
        ("<a/>".encode("utf-16"), "well-formed"),
    ],
)
def test_anything_else_is_refused_with_its_reason(content: bytes, said: str) -> None:
    with pytest.raises(UnsafeXml, match=said):
        parse(content, max_bytes=100)
