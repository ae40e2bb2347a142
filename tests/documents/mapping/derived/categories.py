"""The table of VAT categories, its marks and OSS (2.9, 2.13)."""

from typing import Any

from tests.documents.mapping.build import FX, case, invoice, line, tax, tax_rate, taxed
from tests.documents.mapping.derived.parts import AMERICAN, GERMAN, NOT_COLLECTED, REVERSED, VERIFIED, Cases, Json

CASES = Cases()
derive = CASES.derive


IDS = {"PL": [("pl_nip", "1111111111")], "DE": [("eu_vat", "DE123456789")], "US": [("us_ein", "98-7654321")]}
CURRENCIES = {"PL": "pln", "DE": "eur", "US": "usd"}
GOODS: Json = {"supply": "goods"}
EXEMPT: Json = {"vat_status": "exempt", "exempt_basis": "art. 113 ust. 1"}
LOCAL = [("de_stn", "123")]  # no VAT number


def taxed_as(
    reason: str | None,
    country: str,
    amount: int = 0,
    rate: str = "txr_PL0e",
    *,
    ids: Any = None,
    is_reversed: bool = False,
    **settings: Any,
) -> Json:
    """The case of 100.00 with one tax entry, or none at all for the reason "none"."""
    taxes = [] if reason == "none" else [tax(amount, rate, reason)]
    stripe = invoice(line(10000, taxes), country=country, ids=ids or IDS[country], currency=CURRENCIES[country])
    return case(stripe | {"customer_tax_exempt": "reverse" if is_reversed else "none"}, fx=FX, **settings)


derive(
    "8 exempt seller PL no tax",
    taxed_as("none", "PL", **EXEMPT),
    "W[1]/P_12=zw; P_13_7=100.00; P_15=100.00; Adnotacje/Zwolnienie/P_19=1; "
    "Adnotacje/Zwolnienie/P_19A=art. 113 ust. 1; Adnotacje/Zwolnienie/P_19N=absent",
)
derive("8 without a basis", taxed_as("none", "PL", vat_status="exempt"), "hold=EXEMPTION_BASIS_MISSING")
derive(
    "8 zero_rated for an exempt seller is zw too",
    taxed_as("zero_rated", "PL", vat_status="exempt", exempt_basis="art. 113 ust. 9"),
    "W[1]/P_12=zw; P_13_7=100.00; P_15=100.00",
)
derive(
    "3 exempt seller charged",
    taxed_as("standard_rated", "PL", amount=2300, rate="txr_PL23e", vat_status="exempt", exempt_basis="x"),
    "hold=EXEMPT_SELLER_CHARGED_VAT",
)
derive(
    "exempt seller, DE business service reverse charge: np II",
    taxed_as("reverse_charge", "DE", vat_status="exempt", exempt_basis="x"),
    "W[1]/P_12=np II; P_13_9=100.00; P_15=100.00; Adnotacje/Zwolnienie/P_19N=1",
)
derive("9 no basis", taxed_as("product_exempt", "PL"), "hold=EXEMPTION_BASIS_MISSING")
derive(
    "9 customer_exempt basis",
    taxed_as("customer_exempt", "PL", exempt_basis="art. 43 ust. 1 pkt 26"),
    "W[1]/P_12=zw; P_13_7=100.00; P_15=100.00",
)
derive("10", taxed_as("product_exempt", "DE", exempt_basis="b"), "hold=TAX_UNSUPPORTED")
derive("11", taxed_as("zero_rated", "PL"), "W[1]/P_12=0 KR; P_13_6_1=100.00; P_15=100.00")
derive("14 DE", taxed_as("zero_rated", "DE"), "hold=ZERO_RATE_AMBIGUOUS")
derive("14 US", taxed_as("zero_rated", "US"), "hold=ZERO_RATE_AMBIGUOUS")
derive(
    "13 goods US",
    taxed_as("zero_rated", "US", **GOODS),
    "W[1]/P_12=0 EX; P_13_6_3=100.00; P_15=100.00; Adnotacje/P_18=2",
)
derive("15", taxed_as("reverse_charge", "PL"), "hold=DOMESTIC_REVERSE_CHARGE")
derive("15 customer reverse", taxed_as("none", "PL", is_reversed=True), "hold=DOMESTIC_REVERSE_CHARGE")
for reason in ("reverse_charge", "not_collecting", "not_subject_to_tax", "not_available", None, "none"):
    derive(
        f"16 {reason}",
        taxed_as(reason, "DE"),
        "W[1]/P_12=np II; P_13_9=100.00; P_15=100.00; Adnotacje/P_18=1; Podmiot1/PrefiksPodatnika=PL",
    )
    derive(
        f"17 {reason}",
        taxed_as(reason, "DE", **GOODS),
        "W[1]/P_12=0 WDT; P_13_6_2=100.00; P_15=100.00; Adnotacje/P_18=2; Podmiot1/PrefiksPodatnika=PL",
    )
    derive(
        f"19 {reason}",
        taxed_as(reason, "US"),
        "W[1]/P_12=np I; P_13_8=100.00; P_15=100.00; Adnotacje/P_18=1; Podmiot1/PrefiksPodatnika=absent",
    )
    derive(
        f"20 {reason}",
        taxed_as(reason, "US", **GOODS),
        "W[1]/P_12=0 EX; P_13_6_3=100.00; P_15=100.00; Adnotacje/P_18=2",
    )
    if reason != "reverse_charge":
        derive(f"21 {reason}", taxed_as(reason, "PL"), "hold=NO_TAX_DOMESTIC")
    if reason != "reverse_charge":
        derive(f"18 {reason}", taxed_as(reason, "DE", ids=LOCAL), "hold=EU_CONSUMER_NO_TAX")
derive(
    "18 reverse",
    taxed_as("not_collecting", "DE", ids=LOCAL, is_reversed=True),
    "hold=EU_B2B_NO_VAT_ID",
)
derive("22 not_supported", taxed_as("not_supported", "DE"), "hold=TAX_UNSUPPORTED")
derive("22 proportionally zero", taxed_as("proportionally_rated", "PL"), "hold=TAX_UNSUPPORTED")
derive(
    "4: 22", taxed_as("not_available", "PL", amount=2200, rate="txr_PL22e"), "W[1]/P_12=22; P_13_1=100.00; P_14_1=22.00"
)
derive("4: 7", taxed_as(None, "PL", amount=700, rate="txr_PL7e"), "W[1]/P_12=7; P_13_2=100.00; P_14_2=7.00")
derive("4: country null", taxed_as(None, "PL", amount=500, rate="txr_XX5e"), "W[1]/P_12=5; P_13_3=100.00")
derive("5: 4", taxed_as(None, "PL", amount=400, rate="txr_PL4e"), "hold=UNKNOWN_RATE")
derive("5: 19 PL", taxed_as(None, "PL", amount=1900, rate="txr_PL19e"), "hold=UNKNOWN_RATE")
derive("6 off", taxed_as(None, "DE", amount=1900, rate="txr_DE19e"), "hold=FOREIGN_VAT")
derive(
    "6 on",
    taxed_as(None, "DE", amount=1900, rate="txr_DE19e", oss=True),
    "W[1]/P_12_XII=19; P_13_5=100.00; P_14_5=19.00; P_14_1=absent",
)
derive(
    "6 on 5.5 French", taxed_as(None, "DE", amount=550, rate="txr_FR5.5e", oss=True), "W[1]/P_12_XII=5.5; P_14_5=5.50"
)
derive("6 MC counts as FR", taxed_as(None, "DE", amount=2000, rate="txr_MC20e", oss=True), "W[1]/P_12_XII=20")
derive("7", taxed_as(None, "US", amount=800, rate="txr_US8e"), "hold=FOREIGN_TAX")
derive("7 GB", taxed_as(None, "US", amount=2000, rate="txr_GB20e"), "hold=FOREIGN_TAX")
derive(
    "7 even with a Polish-looking percentage", taxed_as(None, "US", amount=2300, rate="txr_US23e"), "hold=FOREIGN_TAX"
)
derive("2 two taxes", case(invoice(line(10000, [tax(2300), tax(800, "txr_PL8e")]))), "hold=MULTIPLE_TAXES")
derive(
    "one tax and a zero entry is one",
    case(invoice(line(10000, [tax(2300), tax(0, "txr_DE0e", "not_collecting")]))),
    "W[1]/P_12=23",
)
derive(
    "1 line metadata beats tax",
    case(invoice(line(10000, [tax(0, "txr_PL0e", None)], metadata={"ksef_p12": "0 KR"}))),
    "W[1]/P_12=0 KR; P_13_6_1=100.00; P_15=100.00",
)
derive(
    "1 product metadata np I for a PL buyer",
    case(invoice(line(10000, [], product={"id": "p", "metadata": {"ksef_p12": "np I"}}))),
    "W[1]/P_12=np I; P_13_8=100.00; P_15=100.00; Adnotacje/P_18=1",
)
derive(
    "1 rate map zw",
    case(invoice(line(10000, [tax(0, "txr_PL0e")])), tax_rate_map={"txr_PL0e": "zw"}, exempt_basis="art. 43"),
    "W[1]/P_12=zw; P_13_7=100.00; P_15=100.00",
)
derive(
    "1 rate map oo",
    case(invoice(line(10000, [tax(0, "txr_PL0e")])), tax_rate_map={"txr_PL0e": "oo"}),
    "W[1]/P_12=oo; P_13_10=100.00; P_15=100.00; Adnotacje/P_18=1; Podmiot1/PrefiksPodatnika=absent",
)
derive(
    "1 rate metadata",
    case(
        invoice(line(10000, [tax(0, "txr_PL0e")])),
        related={"tax_rates": {"txr_PL0e": {**tax_rate("txr_PL0e"), "metadata": {"ksef_p12": "0 KR"}}}},
    ),
    "W[1]/P_12=0 KR; P_13_6_1=100.00; P_15=100.00",
)
derive(
    "1 np II for a buyer without an EU number",
    case(invoice(line(10000, [], metadata={"ksef_p12": "np II"}), **AMERICAN)),
    "hold=EU_B2B_NO_VAT_ID",
)
derive(
    "auto tax: statutory 19 shown but nothing collected",
    case(invoice(line(10000, [tax(0, "txr_DE19e", "reverse_charge")]), **GERMAN)),
    "W[1]/P_12=np II; P_13_9=100.00; P_15=100.00",
)
derive(
    "rounds to zero: 0.01 at 23% -> 0.0023 -> 0.00",
    case(invoice(line(1, [tax(0)]), line(10000))),
    "W[1]/P_12=23; P_13_1=100.01",
)
derive("0.02 at 23% = .0046 -> 0 ", case(invoice(line(2, [tax(0)]), line(10000))), "W[1]/P_12=23")
derive(
    "0.03 at 23% = .0069 -> .01, so a zero is no tax",
    case(invoice(line(3, [tax(0)]), line(10000))),
    "hold=NO_TAX_DOMESTIC",
)
derive(
    "reverse charge and domestic lines together",
    case(invoice(line(10000, REVERSED), line(5000), **GERMAN), related=VERIFIED, fx=FX),
    "P_13_9=100.00; P_13_1=50.00; P_14_1=11.50; P_14_1W=48.96; Adnotacje/P_18=1; W[1]/KursWaluty=absent; "
    "W[2]/KursWaluty=4.2575; Podmiot1/PrefiksPodatnika=PL; P_15=161.50",
    warned=set(),
)
derive(
    "two exemption bases in one field",
    case(
        invoice(
            line(
                10000,
                [tax(0, "txr_PL0e", "product_exempt")],
                product={"id": "a", "metadata": {"ksef_exempt_basis": "art. 43 ust. 1 pkt 29"}},
            ),
            line(5000, [tax(0, "txr_PL0e", "product_exempt")]),
        ),
        exempt_basis="art. 43 ust. 1 pkt 18",
    ),
    {"Fa/P_13_7": "150.00", "Fa/Adnotacje/Zwolnienie/P_19A": {"contains": "pkt 29"}},
)
derive(
    "goods shipped abroad: B by shipping address",
    case(
        {
            **invoice(line(10000, [tax(0, "txr_PL0e", "zero_rated")])),
            "customer_shipping": {"address": {"country": "US"}},
        },
        supply="goods",
    ),
    "W[1]/P_12=0 EX; P_13_6_3=100.00; P_15=100.00",
)
derive(
    "goods of a US buyer delivered in Poland: zero_rated is domestic",
    case(
        {
            **invoice(line(10000, [tax(0, "txr_PL0e", "zero_rated")]), **AMERICAN),
            "shipping_details": {"address": {"country": "PL"}},
        },
        supply="goods",
    ),
    "W[1]/P_12=0 KR; P_13_6_1=100.00; P_15=100.00",
)
derive(
    "YT is outside: consumer of Mayotte",
    case(
        {
            **invoice(line(10000, NOT_COLLECTED), currency="eur", ids=[], customer_name="Ali"),
            "customer_address": {"country": "YT", "line1": "1", "city": "M"},
        }
    ),
    "W[1]/P_12=np I; P_13_8=100.00; P_15=100.00",
)
derive(
    "MC is EU: consumer of Monaco skip",
    case(
        {
            **invoice(line(10000, NOT_COLLECTED), currency="eur", ids=[], customer_name="Luc"),
            "customer_address": {"country": "MC", "line1": "1", "city": "M"},
        }
    ),
    "skip=B2C",
)
derive("np1_b2b_p18 0", case(invoice(line(10000, NOT_COLLECTED), **AMERICAN), np1_b2b_p18=0), "Adnotacje/P_18=2")
derive(
    "P_16 with np only is 2",
    case(invoice(line(10000, NOT_COLLECTED), **AMERICAN), cash_method=True),
    "Adnotacje/P_16=2",
)
derive(
    "P_18A: 15000.01 gross, annex 15",
    case(invoice(line(1219513, [tax(280488)], metadata={"ksef_annex15": "1"}))),
    "P_15=15000.01; Adnotacje/P_18A=1; W[1]/P_12_Zal_15=1",
)
derive(
    "P_18A: exactly 15000.00 is not above",
    case(invoice(line(1219512, [tax(280488)], metadata={"ksef_annex15": "1"}))),
    "P_15=15000.00; Adnotacje/P_18A=2; W[1]/P_12_Zal_15=1",
)
derive(
    "P_18A in EUR by the rate: 3523.2 EUR*4.2575=15000.02",
    case(invoice(line(286439, [tax(65881)], metadata={"ksef_annex15": "1"}), currency="eur"), fx=FX),
    "P_15=3523.20; Adnotacje/P_18A=1",
)
derive("FP by setting", case(invoice(), fiscal_receipt=True), "FP=1")
derive(
    "two OSS rates in one bucket",
    case(
        invoice(
            line(10000, taxed(10000, "txr_DE19e")),
            line(10000, taxed(10000, "txr_DE7e")),
            country="DE",
            ids=[],
            customer_name="Hans",
            currency="eur",
        ),
        oss=True,
        b2c_policy="file",
    ),
    "P_13_5=200.00; P_14_5=26.00; W[1]/P_12_XII=19; W[2]/P_12_XII=7; P_15=226.00",
)
derive(
    "OSS and Polish 23 together in EUR",
    case(
        invoice(
            line(10000, taxed(10000, "txr_DE19e")),
            line(10000),
            country="DE",
            ids=[],
            customer_name="Hans",
            currency="eur",
        ),
        oss=True,
        b2c_policy="file",
        fx=FX,
    ),
    "P_13_5=100.00; P_13_1=100.00; P_14_1W=97.92; W[1]/KursWaluty=absent; W[2]/KursWaluty=4.2575",
)
derive(
    "OSS procedure mark",
    case(
        invoice(
            line(10000, taxed(10000, "txr_DE19e"), product={"id": "p", "metadata": {"ksef_procedura": "WSTO_EE"}}),
            country="DE",
            ids=[],
            customer_name="Hans",
            currency="eur",
        ),
        oss=True,
        b2c_policy="file",
    ),
    "W[1]/Procedura=WSTO_EE",
)
derive(
    "OSS rounding off by 2",
    case(
        invoice(line(10000, [tax(1902, "txr_DE19e")]), country="DE", ids=[], customer_name="Hans", currency="eur"),
        oss=True,
        b2c_policy="file",
    ),
    "hold=TAX_MISMATCH",
)
derive(
    "British tax",
    case(invoice(line(10000, [tax(2000, "txr_GB20e")]), country="GB", ids=[], customer_name="John", currency="gbp")),
    "hold=FOREIGN_TAX",
)
derive(
    "exempt seller charging German OSS VAT",
    case(
        invoice(line(10000, taxed(10000, "txr_DE19e")), country="DE", ids=[], customer_name="Hans", currency="eur"),
        oss=True,
        b2c_policy="file",
        vat_status="exempt",
    ),
    "hold=EXEMPT_SELLER_CHARGED_VAT",
)
