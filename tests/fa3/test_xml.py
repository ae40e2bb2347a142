"""The bytes of a document."""

from dataclasses import fields, is_dataclass, make_dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from apps.fa3.document import (
    Annotations,
    Bucket,
    BucketKind,
    EuVat,
    Exemption,
    ExemptionLaw,
    Gtu,
    MarginScheme,
    NoId,
    Paid,
    Payment,
    PaymentForm,
    Period,
    Row,
    VatCategory,
)
from apps.fa3.schema import validate_xml
from apps.fa3.xml import to_xml
from apps.fa3.xml_table import Part, leaf
from apps.fa3.xml_values import TEXT
from tests.fa3.make import make_block, make_bucket, make_buyer, make_correction, make_document, make_row, make_seller

GOLDEN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/">'
    '<Naglowek><KodFormularza kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</KodFormularza>'
    "<WariantFormularza>3</WariantFormularza><DataWytworzeniaFa>2026-10-05T10:00:00Z</DataWytworzeniaFa></Naglowek>"
    "<Podmiot1><DaneIdentyfikacyjne><NIP>5265877635</NIP><Nazwa>Acme sp. z o.o.</Nazwa></DaneIdentyfikacyjne>"
    "<Adres><KodKraju>PL</KodKraju><AdresL1>ul. Prosta 1</AdresL1><AdresL2>00-001 Warszawa</AdresL2></Adres></Podmiot1>"
    "<Podmiot2><DaneIdentyfikacyjne><NIP>5252344078</NIP><Nazwa>Globex S.A.</Nazwa></DaneIdentyfikacyjne>"
    "<Adres><KodKraju>PL</KodKraju><AdresL1>ul. Długa 2</AdresL1><AdresL2>00-002 Warszawa</AdresL2></Adres>"
    "<JST>2</JST><GV>2</GV></Podmiot2>"
    "<Fa><KodWaluty>PLN</KodWaluty><P_1>2026-10-05</P_1><P_2>FV/1</P_2>"
    "<P_13_1>100.00</P_13_1><P_14_1>23.00</P_14_1><P_15>123.00</P_15>"
    "<Adnotacje><P_16>2</P_16><P_17>2</P_17><P_18>2</P_18><P_18A>2</P_18A>"
    "<Zwolnienie><P_19N>1</P_19N></Zwolnienie><NoweSrodkiTransportu><P_22N>1</P_22N></NoweSrodkiTransportu>"
    "<P_23>2</P_23><PMarzy><P_PMarzyN>1</P_PMarzyN></PMarzy></Adnotacje><RodzajFaktury>VAT</RodzajFaktury>"
    "<FaWiersz><NrWierszaFa>1</NrWierszaFa><P_7>Plan Pro</P_7><P_8A>szt.</P_8A><P_8B>1</P_8B><P_9A>100.00</P_9A>"
    "<P_11>100.00</P_11><P_12>23</P_12></FaWiersz></Fa></Faktura>"
)


def written(**changes):
    return to_xml(make_document(**changes)).decode()


def test_a_plain_document_byte_by_byte():
    assert to_xml(make_document()) == GOLDEN.encode()


def test_the_same_document_gives_the_same_bytes():
    assert to_xml(make_document()) == to_xml(make_document())


def test_markup_in_text_is_escaped():
    xml = written(number="A&B <1>", rows=(make_row(name="<script>alert('x')</script> & \"co\""),))

    assert "<P_2>A&amp;B &lt;1&gt;</P_2>" in xml
    assert "<P_7>&lt;script&gt;alert('x')&lt;/script&gt; &amp; \"co\"</P_7>" in xml
    assert validate_xml(xml.encode()) == []


def test_tax_of_a_row_stands_between_gross_value_and_rate():
    row = make_row(net_price=None, net=None, gross_price=Decimal(123), gross=Decimal(123), tax=Decimal(23))

    assert "<P_11A>123.00</P_11A><P_11Vat>23.00</P_11Vat><P_12>23</P_12>" in written(rows=(row,))


def test_a_row_with_everything_follows_the_order_of_the_schema():
    row = Row(
        number=1,
        uid="il_1",
        supplied_on=date(2026, 10, 4),
        name="Plan",
        index="prod_1",
        gtin="1",
        pkwiu="62.01",
        cn="8471",
        pkob="1",
        unit="szt.",
        quantity=Decimal("2.50"),
        net_price=Decimal("0.12345678"),
        gross_price=Decimal(1),
        discount=Decimal("0.1"),
        net=Decimal("-0.30"),
        gross=Decimal("-0.37"),
        tax=Decimal("-0.07"),
        category=VatCategory.RATE_23,
        oss_rate=Decimal("25.5"),
        is_annex_15=True,
        excise=Decimal(0),
        gtu=Gtu.GTU_12,
        exchange_rate=Decimal("4.248"),
        is_before=True,
    )

    xml = written(rows=(row,))

    assert (
        "<NrWierszaFa>1</NrWierszaFa><UU_ID>il_1</UU_ID><P_6A>2026-10-04</P_6A><P_7>Plan</P_7><Indeks>prod_1</Indeks>"
        "<GTIN>1</GTIN><PKWiU>62.01</PKWiU><CN>8471</CN><PKOB>1</PKOB><P_8A>szt.</P_8A><P_8B>2.5</P_8B>"
        "<P_9A>0.12345678</P_9A><P_9B>1.00</P_9B><P_10>0.10</P_10><P_11>-0.30</P_11><P_11A>-0.37</P_11A>"
        "<P_11Vat>-0.07</P_11Vat><P_12>23</P_12><P_12_XII>25.5</P_12_XII><P_12_Zal_15>1</P_12_Zal_15>"
        "<KwotaAkcyzy>0.00</KwotaAkcyzy><GTU>GTU_12</GTU><KursWaluty>4.2480</KursWaluty><StanPrzed>1</StanPrzed>"
    ) in xml
    assert validate_xml(xml.encode()) == []


def test_buckets_are_written_in_the_order_of_the_schema_whatever_their_order():
    buckets = (
        Bucket(kind=BucketKind.DOMESTIC_REVERSE_CHARGE, net=Decimal(4)),
        Bucket(kind=BucketKind.OSS, net=Decimal(3), tax=Decimal("0.6")),
        Bucket(kind=BucketKind.ZERO_EXPORT, net=Decimal(0)),
        make_bucket(tax_pln=Decimal("97.92")),
    )

    xml = written(buckets=buckets)

    assert (
        "<P_13_1>100.00</P_13_1><P_14_1>23.00</P_14_1><P_14_1W>97.92</P_14_1W><P_13_5>3.00</P_13_5>"
        "<P_14_5>0.60</P_14_5><P_13_6_3>0.00</P_13_6_3><P_13_10>4.00</P_13_10><P_15>"
    ) in xml
    assert validate_xml(xml.encode()) == []


def test_a_supply_is_a_day_or_a_period():
    assert "<P_6>2026-10-01</P_6>" in written(supplied=date(2026, 10, 1))
    assert "<OkresFa><P_6_Od>2026-09-01</P_6_Od><P_6_Do>2026-09-30</P_6_Do></OkresFa>" in written(
        supplied=Period(first=date(2026, 9, 1), last=date(2026, 9, 30))
    )


def test_annotations_say_yes_where_they_should():
    annotations = Annotations(
        is_cash_method=True,
        is_reverse_charge=True,
        is_split_payment=True,
        exemption=Exemption(law=ExemptionLaw.POLISH, text="art. 43 ust. 1 pkt 29 ustawy o VAT"),
        margin=MarginScheme.TRAVEL,
    )

    xml = written(annotations=annotations)

    assert "<P_16>1</P_16><P_17>2</P_17><P_18>1</P_18><P_18A>1</P_18A>" in xml
    assert "<Zwolnienie><P_19>1</P_19><P_19A>art. 43 ust. 1 pkt 29 ustawy o VAT</P_19A></Zwolnienie>" in xml
    assert "<PMarzy><P_PMarzy>1</P_PMarzy><P_PMarzy_2>1</P_PMarzy_2></PMarzy>" in xml
    assert validate_xml(xml.encode()) == []


@pytest.mark.parametrize(
    ("identity", "xml"),
    [
        (EuVat(country="FR", number="XX999999999"), "<KodUE>FR</KodUE><NrVatUE>XX999999999</NrVatUE>"),
        (NoId(), "<BrakID>1</BrakID>"),
    ],
)
def test_a_buyer_is_named_by_one_number(identity, xml):
    assert f"<DaneIdentyfikacyjne>{xml}<Nazwa>" in written(buyer=make_buyer(id=identity))


def test_the_prefix_comes_first():
    xml = written(seller=make_seller(has_vat_prefix=True))

    assert "<Podmiot1><PrefiksPodatnika>PL</PrefiksPodatnika><DaneIdentyfikacyjne>" in xml


def test_a_correction_names_its_original_inside_or_outside_ksef():
    inside = to_xml(make_correction()).decode()
    block = make_block()
    outside = to_xml(
        make_correction(correction=replace(block, documents=(replace(block.documents[0], ksef_number=None),)))
    ).decode()

    assert (
        "<RodzajFaktury>KOR</RodzajFaktury><PrzyczynaKorekty>Rabat</PrzyczynaKorekty><TypKorekty>2</TypKorekty>"
        "<DaneFaKorygowanej><DataWystFaKorygowanej>2026-09-01</DataWystFaKorygowanej>"
        "<NrFaKorygowanej>FV/0</NrFaKorygowanej><NrKSeF>1</NrKSeF>"
        "<NrKSeFFaKorygowanej>5265877635-20250826-0100001AF629-AF</NrKSeFFaKorygowanej></DaneFaKorygowanej>"
    ) in inside
    assert "<NrFaKorygowanej>FV/0</NrFaKorygowanej><NrKSeFN>1</NrKSeFN></DaneFaKorygowanej>" in outside
    assert validate_xml(inside.encode()) == validate_xml(outside.encode()) == []


def test_a_payment():
    payment = Payment(received=Paid(on=date(2026, 10, 6)), form=PaymentForm.MOBILE)

    assert (
        "<Platnosc><Zaplacono>1</Zaplacono><DataZaplaty>2026-10-06</DataZaplaty><FormaPlatnosci>7</FormaPlatnosci>"
        "</Platnosc>"
    ) in written(payment=payment)


def test_a_number_with_too_many_places_never_reaches_the_file():
    with pytest.raises(ValueError, match="decimal places"):
        to_xml(make_document(total=Decimal("123.005")))


@pytest.mark.parametrize("total", ["NaN", "Infinity", "1E+20"])
def test_an_impossible_amount_fails_the_schema(total):
    assert validate_xml(to_xml(make_document(total=Decimal(total)))) != []


def test_a_table_must_name_every_attribute_of_its_class():
    made = make_dataclass("Made", ["first", "second"])

    with pytest.raises(TypeError, match="the table of Made names"):
        Part(made, leaf("A", "first", TEXT))


def test_values_are_frozen_and_have_no_room_for_typing_errors():
    document = make_document()

    assert is_dataclass(document)
    assert not hasattr(document, "__dict__")
    with pytest.raises(AttributeError):
        document.number = "2"
    assert all(field.kw_only for field in fields(document))
