"""Who buys, and was the number confirmed (2.5, 2.6)."""

from tests.documents.mapping.build import FX, SELLER, case, invoice, line, tax
from tests.documents.mapping.derived.parts import GERMAN, NOT_COLLECTED, REVERSED, Cases, Json, with_setting

CASES = Cases()
derive = CASES.derive
derive("eu_vat PL -> NIP", case(invoice(ids=[("eu_vat", "PL 111-111-11-11")])), "P2/NIP=1111111111; P2/KodUE=absent")
derive("pl_nip with PL prefix and dashes", case(invoice(ids=[("pl_nip", "pl 526-025-09-95")])), "P2/NIP=5260250995")
derive(
    "same number twice", case(invoice(ids=[("pl_nip", "1111111111"), ("eu_vat", "PL1111111111")])), "P2/NIP=1111111111"
)
derive("conflict", case(invoice(ids=[("pl_nip", "1111111111"), ("eu_vat", "PL5260250995")])), "hold=BUYER_ID_CONFLICT")
derive(
    "one wrong one right: wrong NIP holds",
    case(invoice(ids=[("pl_nip", "1111111112"), ("eu_vat", "PL1111111111")])),
    "hold=BUYER_NIP_INVALID",
)
derive("ten zeros", case(invoice(ids=[("pl_nip", "0000000000")])), "hold=BUYER_NIP_INVALID")
derive(
    "eu_vat impossible",
    case(invoice(line(10000, REVERSED), country="DE", currency="eur", ids=[("eu_vat", "DE1234567890123")])),
    "hold=BUYER_VAT_FORMAT",
)
derive(
    "eu_vat unknown prefix",
    case(invoice(line(10000, REVERSED), country="DE", currency="eur", ids=[("eu_vat", "ZZ123")])),
    "hold=BUYER_VAT_FORMAT",
)
derive(
    "Greek EL",
    case(
        {
            **invoice(
                line(10000, [tax(0, "txr_GR24e", "reverse_charge")]),
                country="DE",
                currency="eur",
                ids=[("eu_vat", "EL123456789")],
            ),
            "customer_address": {"line1": "Odos 1", "city": "Athina", "postal_code": "10431", "country": "GR"},
        }
    ),
    "P2/KodUE=EL; P2/NrVatUE=123456789; Podmiot2/Adres/KodKraju=GR; W[1]/P_12=np II; Podmiot1/PrefiksPodatnika=PL",
)


def in_belfast(taxes: list[Json], *others: tuple[str, str]) -> Json:
    """An invoice to a buyer of Northern Ireland with an XI number."""
    ids = [("eu_vat", "XI123456789"), *others]
    belfast = {"line1": "1 Ormeau Rd", "city": "Belfast", "postal_code": "BT7 1NN", "country": "GB"}
    return invoice(line(10000, taxes), country="GB", currency="gbp", ids=ids) | {"customer_address": belfast}


derive(
    "XI for services counts as UK: np I, NrID GB",
    case(in_belfast([tax(0, "txr_GB20e", "not_collecting")])),
    "P2/KodKraju=GB; P2/NrID=123456789; P2/KodUE=absent; W[1]/P_12=np I; Adnotacje/P_18=1; "
    "Podmiot1/PrefiksPodatnika=absent",
)
derive(
    "XI for services with gb_vat: gb_vat",
    case(in_belfast([tax(0, "txr_GB20e", "not_collecting")], ("gb_vat", "GB987654321"))),
    "P2/KodKraju=GB; P2/NrID=987654321",
)
derive(
    "XI goods: WDT",
    case(
        in_belfast([tax(0, "txr_GB20e", "zero_rated")]),
        supply="goods",
        related={"tax_ids": [{"type": "eu_vat", "value": "XI123456789", "verification": "verified"}]},
    ),
    "P2/KodUE=XI; P2/NrVatUE=123456789; W[1]/P_12=0 WDT; P_13_6_2=100.00; Podmiot1/PrefiksPodatnika=PL; "
    "Adnotacje/P_18=2",
    warned=set(),
)
derive(
    "goods to GB proper: export",
    case(
        invoice(
            line(10000, [tax(0, "txr_GB20e", "zero_rated")]),
            country="GB",
            currency="gbp",
            ids=[("gb_vat", "GB123456789")],
        ),
        supply="goods",
    ),
    "W[1]/P_12=0 EX; P_13_6_3=100.00; Adnotacje/P_18=2",
)
derive(
    "eu_oss_vat ignored -> consumer NON_EU file",
    case(
        invoice(
            line(10000, NOT_COLLECTED),
            country="US",
            currency="usd",
            ids=[("eu_oss_vat", "EU123456789")],
            customer_name="Jane Doe",
        )
    ),
    "P2/BrakID=1; Adnotacje/P_18=2; W[1]/P_12=np I",
)
derive(
    "ch_vat",
    case(invoice(line(10000, NOT_COLLECTED), country="CH", currency="chf", ids=[("ch_vat", "CHE-123.456.789 TVA")])),
    "P2/KodKraju=CH; P2/NrID=CHE123456789TVA",
)
derive(
    "no_vat keeps letters",
    case(invoice(line(10000, NOT_COLLECTED), country="US", currency="nok", ids=[("no_vat", "123456789MVA")])),
    "P2/KodKraju=NO; P2/NrID=123456789MVA",
)
derive(
    "au_abn no cut",
    case(invoice(line(10000, NOT_COLLECTED), country="US", currency="aud", ids=[("au_abn", "12 345 678 912")])),
    "P2/KodKraju=AU; P2/NrID=12345678912",
)
derive(
    "national EU number is no VAT number: reverse charge -> hold",
    case(invoice(line(10000, REVERSED), country="DE", currency="eur", ids=[("de_stn", "1234567890")])),
    "hold=EU_B2B_NO_VAT_ID",
)
derive(
    "es_cif with 23% charged: NrID ES",
    case(invoice(line(10000), country="FR", currency="eur", ids=[("es_cif", "A12345678")]), fx=FX),
    "P2/KodKraju=ES; P2/NrID=A12345678; W[1]/P_12=23",
)
derive(
    "EU buyer charged 23%: KodUE without PL prefix",
    case(invoice(line(10000), **GERMAN), fx=FX),
    "P2/KodUE=DE; Podmiot1/PrefiksPodatnika=absent; W[1]/P_12=23; P_14_1W=97.92; Adnotacje/P_18=2",
    warned=set(),
)
derive(
    "several EU numbers: billing country's",
    case(
        invoice(
            line(10000, REVERSED),
            country="DE",
            currency="eur",
            ids=[("eu_vat", "FRXX999999999"), ("eu_vat", "DE123456789")],
        )
    ),
    "P2/KodUE=DE",
)
derive(
    "np II with Polish NIP too: EU number",
    case(
        invoice(
            line(10000, REVERSED),
            country="DE",
            currency="eur",
            ids=[("pl_nip", "1111111111"), ("eu_vat", "DE123456789")],
        )
    ),
    "P2/KodUE=DE; P2/NIP=absent",
)
derive(
    "DE address, 23%, Polish NIP and EU: NIP",
    case(
        invoice(line(10000), country="DE", currency="eur", ids=[("eu_vat", "DE123456789"), ("pl_nip", "1111111111")]),
        fx=FX,
    ),
    "P2/NIP=1111111111",
)
derive(
    "EU consumer default skip",
    case(invoice(line(10000), country="DE", currency="eur", ids=[], customer_name="Hans Meier"), fx=FX),
    "skip=B2C",
)
derive(
    "EU company name",
    case(invoice(line(10000), country="DE", currency="eur", ids=[], customer_name="Meier GmbH"), fx=FX),
    "hold=BUYER_LOOKS_LIKE_COMPANY",
)
derive(
    "NON_EU company name is filed",
    case(invoice(line(10000, NOT_COLLECTED), country="US", currency="usd", ids=[], customer_name="Acme Inc")),
    "P2/BrakID=1",
)
derive(
    "NON_EU skip policy: company name holds",
    case(
        invoice(line(10000, NOT_COLLECTED), country="US", currency="usd", ids=[], customer_name="Acme Inc."),
        b2c_policy={"NON_EU": "skip"},
    ),
    "hold=BUYER_LOOKS_LIKE_COMPANY",
)
derive(
    "PL consumer filed",
    case(invoice(line(10000), ids=[], customer_name="Jan Nowak"), b2c_policy="file"),
    "P2/BrakID=1; P2/Nazwa=Jan Nowak; P_13_1=100.00",
)
derive(
    "PL company, policy file, still held",
    case(invoice(line(10000), ids=[], customer_name="Nowak s.c."), b2c_policy="file"),
    "hold=BUYER_LOOKS_LIKE_COMPANY",
)
derive(
    "hold policy", case(invoice(line(10000), ids=[], customer_name="Jan Nowak"), b2c_policy="hold"), "hold=B2C_DECISION"
)
derive(
    "metadata consumer decides over a NIP",
    case(invoice(), related={"customer": {"metadata": {"ksef_buyer_type": "consumer"}}}),
    "skip=B2C",
)
derive(
    "metadata business PL without id",
    case(
        invoice(ids=[], customer_name="Jan Nowak"), related={"customer": {"metadata": {"ksef_buyer_type": "business"}}}
    ),
    "hold=BUYER_LOOKS_LIKE_COMPANY",
)
derive(
    "metadata business US without id: filed, P_18 1 (business)",
    case(
        invoice(line(10000, NOT_COLLECTED), country="US", currency="usd", ids=[], customer_name="Jane"),
        related={"customer": {"metadata": {"ksef_buyer_type": "business"}}},
    ),
    "P2/BrakID=1",
)
derive("name empty", case(invoice(customer_name="\x01")), "hold=BUYER_NAME_MISSING")
derive(
    "address empty business", case({**invoice(), "customer_address": {"country": "PL"}}), "hold=BUYER_ADDRESS_MISSING"
)
derive(
    "address null: country from the id, address missing only",
    case({**invoice(), "customer_address": None}),
    "hold=BUYER_ADDRESS_MISSING",
    codes=["BUYER_ADDRESS_MISSING"],
)
derive(
    "consumer without address",
    case(
        {**invoice(line(10000), ids=[], customer_name="Jan Nowak"), "customer_address": {"country": "PL"}},
        b2c_policy="file",
    ),
    "Podmiot2/Adres=absent; P2/BrakID=1",
)
derive(
    "no country at all",
    case({**invoice(line(10000), ids=[], customer_name="Jan Nowak"), "customer_address": None}),
    "hold=BUYER_COUNTRY_MISSING",
)
derive(
    "country lower case",
    case(
        {
            **invoice(),
            "customer_address": {"country": "pl", "line1": "Polna 1", "city": "Warszawa", "postal_code": "00-002"},
        }
    ),
    "Podmiot2/Adres/KodKraju=PL",
)
derive(
    "EL as a country code is none",
    case({**invoice(line(10000), ids=[], customer_name="Jan"), "customer_address": {"country": "EL", "line1": "x"}}),
    "hold=BUYER_COUNTRY_MISSING",
)
derive(
    "XK is in the list",
    case(
        {
            **invoice(line(10000, NOT_COLLECTED), currency="eur", ids=[], customer_name="Agim"),
            "customer_address": {"country": "XK", "line1": "Rr. 1", "city": "Prishtina"},
        }
    ),
    "Podmiot2/Adres/KodKraju=XK; W[1]/P_12=np I",
)
derive(
    "address lines",
    case(
        {
            **invoice(),
            "customer_address": {
                "country": "PL",
                "line1": "ul. Polna 1",
                "line2": "lok. 5",
                "postal_code": "00-002",
                "city": "Warszawa",
                "state": "mazowieckie",
            },
        }
    ),
    "Podmiot2/Adres/AdresL1=ul. Polna 1, lok. 5; Podmiot2/Adres/AdresL2=00-002 Warszawa",
)
derive(
    "DE with a state",
    case(
        {
            **invoice(line(10000), **GERMAN),
            "customer_address": {
                "country": "DE",
                "line1": "A 1",
                "postal_code": "10999",
                "city": "Berlin",
                "state": "BE",
            },
        },
        fx=FX,
    ),
    "Podmiot2/Adres/AdresL2=10999 Berlin, BE",
)
derive(
    "AU",
    case(
        {
            **invoice(line(10000, NOT_COLLECTED), currency="aud", ids=[], customer_name="B"),
            "customer_address": {
                "country": "AU",
                "line1": "1 Pitt St",
                "postal_code": "2000",
                "city": "Sydney",
                "state": "NSW",
            },
        }
    ),
    "Podmiot2/Adres/AdresL2=Sydney, NSW 2000",
)
derive(
    "line1,2 empty: L1 takes the second line",
    case(
        {
            **invoice(),
            "customer_address": {
                "country": "PL",
                "line1": "",
                "line2": None,
                "postal_code": "00-002",
                "city": "Warszawa",
            },
        }
    ),
    "Podmiot2/Adres/AdresL1=00-002 Warszawa; Podmiot2/Adres/AdresL2=absent",
)
derive(
    "JST unit",
    case(invoice(), related={"customer": {"metadata": {"ksef_jst_nip": "5260250995", "ksef_jst_name": "Szkoła nr 1"}}}),
    "Podmiot2/JST=1; Podmiot2/GV=2; Podmiot3/Rola=8; Podmiot3/DaneIdentyfikacyjne/NIP=5260250995; "
    "Podmiot3/DaneIdentyfikacyjne/Nazwa=Szkoła nr 1",
)
derive(
    "GV member",
    case(invoice(), related={"customer": {"metadata": {"ksef_gv_nip": "5260250995", "ksef_gv_name": "Spółka B"}}}),
    "Podmiot2/JST=2; Podmiot2/GV=1; Podmiot3/Rola=10",
)
derive("TP", case(invoice(), related={"customer": {"metadata": {"ksef_tp": "1"}}}), "TP=1")
derive("email default off", case(invoice()), "Podmiot2/DaneKontaktowe/Email=absent")
derive("email on", case(invoice(), send_buyer_email="on"), "Podmiot2/DaneKontaktowe/Email=ap@buyer.example")
derive("seller nip wrong", case(invoice(), seller={**SELLER, "nip": "9999999998"}), "hold=SELLER_NIP_INVALID")
for v, prefix, num in (
    ("ATU12345678", "AT", "U12345678"),
    ("nl 1234.56.789 b01", "NL", "123456789B01"),
    ("IE1234567WA", "IE", "1234567WA"),
    ("ESX1234567X", "ES", "X1234567X"),
    ("fr-xx/999 999 999", "FR", "XX999999999"),
    ("BE0123456789", "BE", "0123456789"),
    ("SE123456789001", "SE", "123456789001"),
):
    derive(
        v,
        case(invoice(line(10000, REVERSED), country="DE", currency="eur", ids=[("eu_vat", v)])),
        {
            "Podmiot2/DaneIdentyfikacyjne/KodUE": prefix,
            "Podmiot2/DaneIdentyfikacyjne/NrVatUE": num,
            "Fa/FaWiersz[1]/P_12": "np II",
        },
    )
derive(
    "GB as eu_vat",
    case(invoice(line(10000, NOT_COLLECTED), country="GB", currency="gbp", ids=[("eu_vat", "GB123456789")])),
    "hold=BUYER_VAT_FORMAT",
)
derive(
    "gb_vat with GB in front cut",
    case(invoice(line(10000, NOT_COLLECTED), country="GB", currency="gbp", ids=[("gb_vat", "GBGD001")])),
    "P2/NrID=GBGD001",
)
derive(
    "jp_trn T",
    case(invoice(line(10000, NOT_COLLECTED), country="US", currency="usd", ids=[("jp_trn", "T1234567890123")])),
    "P2/KodKraju=JP; P2/NrID=T1234567890123",
)
derive(
    "id without a country type",
    case(invoice(line(10000, NOT_COLLECTED), country="US", currency="usd", ids=[("unknown", "12-34")])),
    "P2/KodKraju=absent; P2/NrID=1234",
)
for name in (
    "ACME Sp. z o.o. sp. k.",
    "Firma SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ",
    "Kowalski i Wspólnicy sp.j.",
    "ACME SP ZOO",
    "Acme sp.zo.o.",
    "ACME S. A.",
    "ACME S.A.",
    "Jan Kowalski s.c.",
    "Foo LLC",
    "Acme Limited",
    "Foo BV",
    "Y SARL",
    "Q S.r.l.",
    "X GmbH & Co. KG",
    "Alfa Sp. z o.o. w likwidacji",
    "Beta sp. z o. o.",
    "Gamma Spółka Akcyjna",
    "Delta P.S.A.",
    "Foo, Inc.",
    "Foo Ltd.",
):
    derive(name, case(invoice(ids=[], customer_name=name)), "hold=BUYER_LOOKS_LIKE_COMPANY")
for name in (
    "Anna Nowak",
    "Jan Kowalski",
    "Maria Sa",
    "Zofia Ag",
    "Ewa Inka",
    "Incze Péter",
    "Adam Ltdowski",
    "Bartosz Sas",
):
    derive(name, case(invoice(ids=[], customer_name=name)), "skip=B2C")
derive(
    "EU company, policy EU file: filed",
    case(
        invoice(line(10000), country="DE", currency="eur", ids=[], customer_name="Meier GmbH"),
        b2c_policy={"EU": "file"},
        fx=FX,
    ),
    "P2/BrakID=1; W[1]/P_12=23",
)
derive(
    "300 characters: left out",
    case({**invoice(), "customer_email": "a" * 300 + "@b.pl"}, send_buyer_email=True),
    "Podmiot2/DaneKontaktowe=absent",
)
derive(
    "bad form left out",
    case({**invoice(), "customer_email": "a@"}, send_buyer_email=True),
    "Podmiot2/DaneKontaktowe=absent",
)
derive(
    "control characters",
    case({**invoice(), "customer_email": "a@b\x00.pl"}, send_buyer_email=True),
    "Podmiot2/DaneKontaktowe/Email=a@b.pl",
)
for status in ("verified", "unverified", "pending", "unavailable", None):
    known = {"type": "eu_vat", "value": "DE123456789", "verification": status}
    related = {"tax_ids": [known]} if status else {}
    service = case(invoice(line(10000, REVERSED), **GERMAN), related=related)
    goods = case(invoice(line(10000, [tax(0, "txr_DE19e", "zero_rated")]), **GERMAN), related=related, supply="goods")
    is_verified, flagged = status == "verified", set() if status == "verified" else {"VIES_UNCHECKED"}
    derive(f"np II, {status}", service, "W[1]/P_12=np II", warned=flagged)
    derive(f"np II, {status}, off", with_setting(service, require_vies="off"), "W[1]/P_12=np II", warned=set())
    strict = with_setting(service, require_vies="hold")
    derive(f"np II, {status}, hold", strict, "W[1]/P_12=np II" if is_verified else "hold=VIES_UNVERIFIED")
    filed = is_verified or status is None
    derive(f"0 WDT, {status}", goods, "P_13_6_2=100.00" if filed else "hold=VIES_UNVERIFIED")
    lax = with_setting(goods, require_vies="off")
    derive(f"0 WDT, {status}, off", lax, "P_13_6_2=100.00" if filed else "hold=VIES_UNVERIFIED")
derive(
    "a Greek number verified under GR",
    case(
        invoice(
            line(10000, [tax(0, "txr_GR24e", "reverse_charge")]),
            **GERMAN | {"ids": [("eu_vat", "GR123456789")]},
        ),
        related={"tax_ids": [{"type": "eu_vat", "value": "GR 123 456 789", "verification": "verified"}]},
    ),
    "P2/KodUE=EL; W[1]/P_12=np II",
    warned=set(),
)
