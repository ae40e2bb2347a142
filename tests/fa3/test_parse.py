"""Reading documents back."""

import pytest

from apps.fa3.parse import NotExpressible, Unreadable, parse_xml
from apps.fa3.xml import to_xml
from tests.fa3.make import make_correction, make_document

VALID = to_xml(make_document())


def edited(old: str, new: str, data: bytes = VALID) -> bytes:
    assert old.encode() in data
    return data.replace(old.encode(), new.encode(), 1)


def test_white_space_and_comments_between_elements_do_not_matter():
    data = edited("<Fa>", "\n\t<!-- a comment --> <Fa>\n")
    data = edited("<P_2>FV/1", "<P_2>\n FV<!-- cut -->/1 ", data)

    assert parse_xml(data) == make_document()


def test_an_invalid_file_is_refused_with_its_problems():
    with pytest.raises(Unreadable) as refused:
        parse_xml(edited("<P_15>123.00</P_15>", "<P_15>a lot</P_15>"))

    assert [problem.path for problem in refused.value.problems] == ["Fa/P_15"]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (
            "<P_22N>1</P_22N>",
            "<P_22>1</P_22><P_42_5>2</P_42_5><NowySrodekTransportu><P_22A>2026-01-01</P_22A>"
            "<P_NrWierszaNST>1</P_NrWierszaNST><P_22B>1</P_22B></NowySrodekTransportu>",
            "Fa/Adnotacje/NoweSrodkiTransportu/P_22",
        ),
        (
            "<Fa>",
            "<PodmiotUpowazniony><DaneIdentyfikacyjne><NIP>5265877635</NIP><Nazwa>X</Nazwa></DaneIdentyfikacyjne>"
            "<Adres><KodKraju>PL</KodKraju><AdresL1>X</AdresL1></Adres><RolaPU>1</RolaPU></PodmiotUpowazniony><Fa>",
            "PodmiotUpowazniony",
        ),
        ("</Faktura>", "<Stopka><Informacje/></Stopka></Faktura>", "Stopka/Informacje"),
        ("2026-10-05T10:00:00Z", "2026-10-05T10:00:00", "Naglowek"),
    ],
)
def test_what_the_types_leave_out_is_refused_by_its_path(old, new, path):
    with pytest.raises(NotExpressible) as refused:
        parse_xml(edited(old, new))

    assert refused.value.path == path


def test_a_former_seller_from_elsewhere_is_refused():
    former = (
        "<Podmiot1K><PrefiksPodatnika>DE</PrefiksPodatnika><DaneIdentyfikacyjne><NIP>5265877635</NIP><Nazwa>X</Nazwa>"
        "</DaneIdentyfikacyjne><Adres><KodKraju>PL</KodKraju><AdresL1>X</AdresL1></Adres></Podmiot1K>"
    )
    data = edited("</DaneFaKorygowanej>", "</DaneFaKorygowanej>" + former, to_xml(make_correction()))

    with pytest.raises(NotExpressible) as refused:
        parse_xml(data)

    assert refused.value.path == "Fa/Podmiot1K"
    assert "PrefiksPodatnika is DE" in str(refused.value)
