"""What KSeF would refuse before it looks at rights and duplicates."""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from apps.fa3.document import Footer, Period
from apps.fa3.schema import FA3, MAX_BYTES, Unreadable, read_tree, validate_xml
from apps.fa3.xml import to_xml
from tests.fa3.make import ISSUED_ON, make_buyer, make_document, make_row, make_seller

SCHEMAS = Path(__file__).parents[2] / "schemas"
VALID = to_xml(make_document())
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
BODY = VALID.removeprefix(HEAD)


def codes(data: bytes) -> list[str]:
    return [problem.code for problem in validate_xml(data)]


def test_the_schema_files_are_the_published_ones():
    listed = re.findall(r"^([0-9a-f]{64})  (fa3/\S+)$", (SCHEMAS / "README.md").read_text(), re.MULTILINE)

    assert len(listed) == len(list((SCHEMAS / "fa3").glob("*.xsd"))) == 4
    for digest, name in listed:
        assert hashlib.sha256((SCHEMAS / name).read_bytes()).hexdigest() == digest


def test_a_valid_document_has_no_problems():
    assert validate_xml(VALID) == []


def test_the_prolog_may_be_missing_or_name_utf_8_in_small_letters():
    assert validate_xml(BODY) == []
    assert validate_xml(VALID.replace(b"UTF-8", b"utf-8")) == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xef\xbb\xbf" + VALID, "FILE_HAS_BOM"),
        (VALID.replace(b"UTF-8", b"ISO-8859-2"), "FILE_NOT_UTF8"),
        (VALID.replace(b"Acme", b"Acm\xe9"), "FILE_NOT_UTF8"),
        (VALID.decode().encode("utf-16"), "FILE_NOT_UTF8"),
        (BODY.decode().encode("utf-16-le"), "FILE_FORBIDDEN_CHARACTER"),
        (HEAD + b"<!DOCTYPE Faktura>" + BODY, "FILE_HAS_DTD"),
        (HEAD + b'<!DOCTYPE Faktura [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + BODY, "FILE_HAS_DTD"),
        (HEAD + b"<?style x?>" + BODY, "FILE_HAS_PI"),
        (VALID + b"<?style x?>", "FILE_HAS_PI"),
        (VALID.replace(b"<Fa>", b"<Fa><?style x?>"), "FILE_HAS_PI"),
        (BODY.replace(b"<Fa>", b"<Fa><?style x?>"), "FILE_HAS_PI"),
        (VALID.replace(b"Acme", b"Ac\x7fme"), "FILE_FORBIDDEN_CHARACTER"),
        (VALID.replace(b"Acme", "Ac\x80me".encode()), "FILE_FORBIDDEN_CHARACTER"),
        (VALID.replace(b"Acme", "Ac\ufdd0me".encode()), "FILE_FORBIDDEN_CHARACTER"),
        (VALID.replace(b"Acme", "Ac\U0001ffffme".encode()), "FILE_FORBIDDEN_CHARACTER"),
        (VALID.replace(b"Acme", "Ac\U0010fffeme".encode()), "FILE_FORBIDDEN_CHARACTER"),
        (VALID.replace(b"Acme", b"Ac\x00me"), "FILE_FORBIDDEN_CHARACTER"),
        (VALID.replace(b"Acme", b"Ac\x0bme"), "FILE_FORBIDDEN_CHARACTER"),
        (VALID.replace(b"Acme", b"Ac&#x7F;me"), "FILE_FORBIDDEN_CHARACTER"),
        (VALID.replace(b"Acme", b"Ac&#x1FFFE;me"), "FILE_FORBIDDEN_CHARACTER"),
        (b"", "FILE_NOT_XML"),
        (b"{}", "FILE_NOT_XML"),
        (VALID[:-3], "FILE_NOT_XML"),
        (VALID.replace(b"Acme", b"&unknown;"), "FILE_NOT_XML"),
        (VALID.replace(FA3.namespace.encode(), b"http://crd.gov.pl/wzor/2023/06/29/12648/"), "XSD_OTHER_SCHEMA"),
        (b"<a/>", "XSD_OTHER_SCHEMA"),
    ],
)
def test_a_file_ksef_would_refuse_is_named(data, code):
    assert codes(data) == [code]


@pytest.mark.parametrize("text", ["Acm\xa7", "Acme\x85", "Acme\xa0x", "Acme 🧾", "Acme \ufeff", "Acme &#10; &#xE9;"])
def test_characters_that_only_look_suspicious_are_taken(text):
    assert validate_xml(VALID.replace(b"Acme", text.encode())) == []


def test_a_comment_is_no_instruction():
    assert validate_xml(VALID.replace(b"<Fa>", b"<!-- <?style x?> --><Fa>")) == []


def test_the_size_is_limited_to_a_million_bytes():
    padding = b" " * (MAX_BYTES - len(VALID))
    largest = VALID.replace(b"<Fa>", padding + b"<Fa>")

    assert len(largest) == MAX_BYTES
    assert validate_xml(largest) == []
    assert codes(largest.replace(b"<Fa>", b" <Fa>")) == ["FILE_TOO_LARGE"]


@pytest.mark.parametrize(
    ("old", "new", "code", "path"),
    [
        (b"<KodWaluty>PLN", b"<KodWaluty>PLZ", "XSD_FORMAT", "Fa/KodWaluty"),
        (b"<P_1>2026-10-05", b"<P_1>05.10.2026", "XSD_FORMAT", "Fa/P_1"),
        (b"<P_1>2026-10-05", b"<P_1>2005-12-31", "XSD_RANGE", "Fa/P_1"),
        (b"<NrWierszaFa>1", b"<NrWierszaFa>0", "XSD_RANGE", "Fa/FaWiersz/NrWierszaFa"),
        (b"<P_2>FV/1", b"<P_2>", "XSD_LENGTH", "Fa/P_2"),
        (b"<P_2>FV/1", b"<P_2>" + b"9" * 257, "XSD_LENGTH", "Fa/P_2"),
        (b"<P_15>123.00</P_15>", b"", "XSD_STRUCTURE", "Fa/Adnotacje"),
        (b"</Faktura>", b"<Nic/></Faktura>", "XSD_STRUCTURE", "Nic"),
        (b"FA (3)", b"FA (2)", "XSD_INVALID", "Naglowek/KodFormularza"),
        (b"<JST>2</JST>", b"<JST>2</JST><JST>2</JST>", "XSD_STRUCTURE", "Podmiot2/JST[2]"),
    ],
)
def test_a_finding_of_the_schema_says_where_and_what(old, new, code, path):
    assert old in VALID

    (problem,) = validate_xml(VALID.replace(old, new, 1))

    assert (problem.code, problem.path) == (code, path)
    assert problem.pl
    assert problem.en
    assert "{" not in problem.pl + problem.en


def test_the_sentences_are_for_people():
    (problem,) = validate_xml(VALID.replace(b"<P_2>FV/1", b"<P_2>" + b"9" * 300))

    value = "9" * 59 + "…"
    assert problem.en == f"The text “{value}” in P_2 has a length that is not allowed (limit: 256)."
    assert problem.pl == f"Tekst „{value}” w polu P_2 ma niedozwoloną długość (granica: 256)."


def test_an_apostrophe_in_a_value_does_not_confuse_the_sentence():
    (problem,) = validate_xml(VALID.replace(b"<KodWaluty>PLN", b"<KodWaluty>P'L'N"))

    assert problem.en == "The value “P'L'N” does not have the format KodWaluty requires."


def test_what_was_expected_is_said():
    (problem,) = validate_xml(VALID.replace(b"<KodWaluty>PLN</KodWaluty>", b""))

    assert problem.path == "Fa/P_1"
    assert problem.en.endswith("(expected: KodWaluty).")
    assert problem.pl.endswith("(oczekiwano: KodWaluty).")


def test_all_findings_come_at_once():
    broken = (
        VALID.replace(b"<P_1>2026", b"<P_1>x").replace(b"<NIP>5265877635", b"<NIP>1").replace(b"<Fa>", b"<Fa><?x?>")
    )

    assert codes(broken) == ["FILE_HAS_PI", "XSD_FORMAT", "XSD_FORMAT"]


def test_the_error_lists_its_problems():
    with pytest.raises(Unreadable) as refused:
        read_tree(VALID.replace(b"<P_2>FV/1", b"<P_2>"))

    assert [problem.code for problem in refused.value.problems] == ["XSD_LENGTH"]
    assert "Fa/P_2" in str(refused.value)


def test_threads_do_not_mix_up_their_findings():
    broken = VALID.replace(b"<P_2>FV/1", b"<P_2>")
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(codes, [VALID, broken] * 100))

    assert results == [[], ["XSD_LENGTH"]] * 100


def test_another_version_of_the_schema_can_live_beside_this_one(tmp_path):
    (tmp_path / "fa4.xsd").write_text(
        '<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:fa4" '
        'elementFormDefault="qualified"><xsd:element name="Faktura" type="xsd:string"/></xsd:schema>'
    )
    fa4 = replace(FA3, namespace="urn:fa4", system_code="FA (4)", schema_file=tmp_path / "fa4.xsd")
    data = b'<Faktura xmlns="urn:fa4">x</Faktura>'

    assert validate_xml(data, schema=fa4) == []
    assert codes(data) == ["XSD_OTHER_SCHEMA"]
    assert validate_xml(VALID) == []


def test_what_the_schema_does_not_ask_is_valid():
    """KSeF accepts arithmetic that is plainly wrong; only our own rules see it."""
    document = make_document(
        rows=(make_row(number=7), make_row(number=7)),
        supplied=Period(first=ISSUED_ON, last=ISSUED_ON),
        seller=make_seller(has_vat_prefix=True),
        buyer=make_buyer(is_local_government_unit=True),
        footer=Footer(),
    )

    assert validate_xml(to_xml(document)) == []
