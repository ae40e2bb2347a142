from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from apps.ksef_client.receipt import Expected, Pages, UpoProblem, check_upo, parse_upo

EXAMPLES = Path(__file__).resolve().parents[2] / "schemas/ksef/upo-examples"
SESSION = (EXAMPLES / "upo-sesja-kontekst-id-nip.xml").read_bytes()

SECOND = Expected(
    invoice_hash="GZMGNVzs3krF6URKgvaw77OOeG3nJ+WGziT5xguliQ8=",
    seller_nip="5265877635",
    ksef_number="5265877635-20250916-0200A0D6723E-C2",
    invoice_number="FA/XVQUD-9997622510/04/2027",
    session="36950822-93-9D5A28BFDA-47C899773E-5C",
)


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.xml")), ids=lambda path: path.stem)
def test_every_official_example_is_read(example: Path) -> None:
    upo = parse_upo(example.read_bytes())

    assert upo.issuer.startswith("Ministerstwo Finansów")
    assert upo.form_code == "FA (3)"
    assert all(document.ksef_number.nip == "5265877635" for document in upo.documents)


def test_a_collective_receipt_is_read_whole() -> None:
    upo = parse_upo(SESSION)

    assert (upo.context_kind, upo.context) == ("Nip", "5265877635")
    assert upo.signed_in_by == "kyqH+QUgP8ATWd/95IY632mP4uqibwG66Oqclq9+qno="
    assert upo.pages == Pages(1, 1, 2)
    first = upo.documents[0]
    assert str(first.ksef_number) == "5265877635-20250916-010040741B3E-46"
    assert first.invoice_number == "FA/SIGTF-3388125147/11/2025"
    assert first.issued_on == date(2025, 9, 16)
    assert first.numbered_at == datetime(2025, 9, 16, 9, 2, 42, 84_000, UTC)
    assert first.mode == "Online"


def test_a_receipt_of_one_document_names_the_token_that_signed_in() -> None:
    upo = parse_upo((EXAMPLES / "upo-faktura-internal-id.xml").read_bytes())

    assert (upo.context_kind, upo.signed_in_by) == ("IdWewnetrzny", "20250819-EC-1ECDD12000-5EE71AE5E3-B7")
    assert upo.pages is None


def test_the_receipt_of_what_we_sent_has_no_mismatch() -> None:
    assert check_upo(parse_upo(SESSION), SECOND) == ()
    assert check_upo(parse_upo(SESSION), Expected(SECOND.invoice_hash, SECOND.seller_nip)) == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("invoice_hash", "jli86Kp2Kw7jppX59P8VmjWRcwLTvsPK3DcPEB87mNl="),
        ("seller_nip", "1111111111"),
        ("ksef_number", "5265877635-20250916-010040741B3E-46"),
        ("invoice_number", "FA/SIGTF-3388125147/11/2025"),
        ("session", "20250626-SO-2F14610000-242991F8C9-B4"),
    ],
)
def test_a_receipt_of_something_else_is_told_apart(field: str, value: str) -> None:
    mismatches = check_upo(parse_upo(SESSION), replace(SECOND, **{field: value}))

    assert {mismatch.field for mismatch in mismatches} == {field}
    assert mismatches[0].expected == value


def test_a_number_of_another_seller_does_not_confirm_ours() -> None:
    number = "1111111111-20261121-0123456789AB-9E"
    upo = parse_upo(SESSION.replace(b"5265877635-20250916-0200A0D6723E-C2", number.encode()))

    mismatches = check_upo(upo, replace(SECOND, ksef_number=number))

    assert [(mismatch.field, mismatch.found) for mismatch in mismatches] == [("seller_nip", "1111111111")]


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (b"-010040741B3E-46", b"-010040741B3E-47"),
        (b"<NipSprzedawcy>5265877635</NipSprzedawcy>", b""),
        (b"<TrybWysylki>Online</TrybWysylki>", b"<TrybWysylki/>"),
        (b"<TrybWysylki>Online<", b"<TrybWysylki>On<!-- -->line<"),
        (b"2025-09-16T11:02:42.084+02:00", b"yesterday"),
        (b"<DataWystawieniaFaktury>2025-09-16", b"<DataWystawieniaFaktury>2025-19-16"),
        (b"<Strona>1</Strona>", b"<Strona>one</Strona>"),
        (b"v4-3", b"v4-2"),
        (b"<Nip>5265877635</Nip>", b""),
    ],
)
def test_a_damaged_receipt_is_refused(part: bytes, other: bytes) -> None:
    damaged = SESSION.replace(part, other, 1)
    assert damaged != SESSION

    with pytest.raises(UpoProblem):
        parse_upo(damaged)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]>
<Potwierdzenie xmlns="http://upo.schematy.mf.gov.pl/KSeF/v4-3">&y;</Potwierdzenie>"""


@pytest.mark.parametrize(
    "hostile",
    [
        BOMB,
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"),
        "<?xml version='1.0' encoding='utf-16'?><a/>".encode("utf-16"),
        b"<a>" * 5_000,
        b"",
        b"not xml",
        b"\xff\xfe",
        b'<?xml version="1.0"?><!-- \xff --><a/>',
        b"<a>" + b"x" * 25_000_001 + b"</a>",
    ],
    ids=["bomb", "file", "utf-16 bomb", "utf-16", "deep", "empty", "text", "bytes", "bad utf-8", "huge"],
)
def test_hostile_xml_is_refused_quickly(hostile: bytes) -> None:
    with pytest.raises(UpoProblem):
        parse_upo(hostile)
