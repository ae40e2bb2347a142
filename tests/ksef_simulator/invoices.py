"""FA(3) invoices as plain text, made without any code of ours that ships."""

from datetime import date

SELLER, BUYER = "5265877635", "5252344078"

_INVOICE = """<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/">
 <Naglowek><KodFormularza kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</KodFormularza>
  <WariantFormularza>3</WariantFormularza>
  <DataWytworzeniaFa>2026-01-01T00:00:00Z</DataWytworzeniaFa></Naglowek>
 <Podmiot1><DaneIdentyfikacyjne><NIP>{seller}</NIP><Nazwa>Acme &amp; syn sp. z o.o.</Nazwa></DaneIdentyfikacyjne>
  <Adres><KodKraju>PL</KodKraju><AdresL1>ul. Prosta 1, Warszawa</AdresL1></Adres></Podmiot1>
 <Podmiot2><DaneIdentyfikacyjne>{buyer}<Nazwa>Globex</Nazwa></DaneIdentyfikacyjne>
  <Adres><KodKraju>PL</KodKraju><AdresL1>ul. Krzywa 2, Kraków</AdresL1></Adres><JST>2</JST><GV>2</GV></Podmiot2>
 {third}
 <Fa><KodWaluty>PLN</KodWaluty><P_1>{issued}</P_1><P_2>{number}</P_2><P_13_1>100.00</P_13_1>
  <P_14_1>23.00</P_14_1><P_15>123.00</P_15>
  <Adnotacje><P_16>2</P_16><P_17>{self_invoicing}</P_17><P_18>2</P_18><P_18A>2</P_18A>
   <Zwolnienie><P_19N>1</P_19N></Zwolnienie>
   <NoweSrodkiTransportu><P_22N>1</P_22N></NoweSrodkiTransportu><P_23>2</P_23>
   <PMarzy><P_PMarzyN>1</P_PMarzyN></PMarzy></Adnotacje>
  <RodzajFaktury>{kind}</RodzajFaktury>
  <FaWiersz><NrWierszaFa>1</NrWierszaFa><P_7>{line}</P_7><P_8A>szt</P_8A><P_8B>1</P_8B>
   <P_9A>100.00</P_9A><P_11>100.00</P_11><P_12>23</P_12></FaWiersz>
 </Fa>{attachment}
</Faktura>
"""
_ATTACHMENT = """
 <Zalacznik><BlokDanych><MetaDane><ZKlucz>Licznik</ZKlucz><ZWartosc>1</ZWartosc></MetaDane></BlokDanych></Zalacznik>"""


def invoice(
    number: str,
    *,
    seller: str = SELLER,
    buyer: str = f"<NIP>{BUYER}</NIP>",
    issued: date | str | None = None,
    kind: str = "VAT",
    line: str = "Subskrypcja",
    third: str = "",
    attachment: bool = False,
    self_invoicing: int = 2,
) -> bytes:
    return _INVOICE.format(
        seller=seller,
        buyer=buyer,
        issued=issued or "2026-06-01",
        number=number,
        kind=kind,
        line=line,
        third=third,
        attachment=_ATTACHMENT if attachment else "",
        self_invoicing=self_invoicing,
    ).encode()
