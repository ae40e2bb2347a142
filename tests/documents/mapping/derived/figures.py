"""Rows, discounts, shipping and the four legal ways to the tax (2.8, 2.10)."""

from tests.documents.mapping.build import FX, case, invoice, line, moment, tax, taxed
from tests.documents.mapping.derived.parts import (
    AMERICAN,
    GERMAN,
    NOT_COLLECTED,
    REVERSED,
    Cases,
    billed,
    plan,
    shipped,
    shipping,
    untaxed_shipping,
    with_credits,
)

CASES = Cases()
derive = CASES.derive
derive("way a tie: 0.50*23%=0.115 -> 0.12", billed(line(50, [tax(12)])), "P_14_1=0.12; P_15=0.62", warned=set())
derive("way c: 0.61 x 23/123 = 0.1141 -> 0.11", billed(line(50, [tax(11)])), "P_14_1=0.11", warned=set())
derive("two off on one row: mismatch", billed(line(50, [tax(10)])), "hold=TAX_MISMATCH")
derive(
    "way b: rows 0.50 x3: per row .12 -> .36; a: 1.50*.23=.345->.35",
    billed(*[line(50, [tax(12)]) for _ in range(3)]),
    "P_14_1=0.36; W[1]/P_11Vat=0.12",
    warned=set(),
)
derive(
    "way a for same rows, invoice-level 0.35",
    billed(*[line(50, [tax(12)]) for _ in range(3)], total_taxes=[tax(35)]),
    "P_14_1=0.35; W[1]/P_11Vat=absent; P_15=1.85",
    warned=set(),
)
derive(
    "way c: 1.84 x 23/123 = 0.344 -> 0.34",
    billed(*[line(50, [tax(12)]) for _ in range(3)], total_taxes=[tax(34)]),
    "P_14_1=0.34",
    warned=set(),
)
derive(
    "0.32 = a-.03 ok with 3 rows",
    billed(*[line(50, [tax(12)]) for _ in range(3)], total_taxes=[tax(32)]),
    "P_14_1=0.32",
    warned={"TAX_ROUNDING"},
)
derive(
    "0.31 = a-.04 mismatch",
    billed(*[line(50, [tax(12)]) for _ in range(3)], total_taxes=[tax(31)]),
    "hold=TAX_MISMATCH",
)
derive(
    "way d",
    billed(*[line(100, [tax(19, "txr_PL23i")]) for _ in range(3)]),
    "P_14_1=0.57; P_13_1=2.43; P_15=3.00; W[1]/P_11A=1.00; W[1]/P_11Vat=0.19",
    warned=set(),
)
derive(
    "way c invoice-level",
    billed(*[line(100, [tax(19, "txr_PL23i")]) for _ in range(3)], total_taxes=[tax(56, "txr_PL23i")]),
    "P_14_1=0.56; P_13_1=2.44; P_15=3.00; W[1]/P_11Vat=absent",
    warned=set(),
)
derive(
    "way c in net style: rows 0.81 each, P_13 2.44 within .01/row",
    case(
        invoice(*[line(100, [tax(19, "txr_PL23i")]) for _ in range(3)], total_taxes=[tax(56, "txr_PL23i")]),
        inclusive_style="net",
    ),
    "P_13_1=2.44; W[1]/P_11=0.81; W[1]/P_11A=absent",
    warned=set(),
)
derive("line_vat never", case(invoice(), line_vat="never"), "W[1]/P_11Vat=absent")
derive(
    "negative row tie: -0.50*.23=-.115 -> -.12 and +10.00*.23=2.30",
    billed(line(1000, [tax(230)]), line(-50, [tax(-12)])),
    "P_13_1=9.50; P_14_1=2.18; W[2]/P_9A=-0.50; W[2]/P_8B=1",
    warned={"NEGATIVE_LINES"},
)
derive(
    "JPY: 333 net -> tax 76.59 -> 77 whole yen; W: 77*0.0257=1.9789->1.98",
    case(invoice(line(333, [tax(77)]), currency="jpy"), fx={"rates": {"JPY": {"2026-10-02": "0.0257"}}}),
    "P_13_1=333.00; P_14_1=77.00; P_14_1W=1.98; P_15=410.00",
    warned=set(),
)
derive(
    "JPY, way c: 409 x 23/123 = 76.48 -> 76",
    case(invoice(line(333, [tax(76)]), currency="jpy"), fx={"rates": {"JPY": {"2026-10-02": "0.0257"}}}),
    "P_14_1=76.00",
    warned=set(),
)
derive(
    "JPY: 75 is a mismatch",
    case(invoice(line(333, [tax(75)]), currency="jpy"), fx={"rates": {"JPY": {"2026-10-02": "0.0257"}}}),
    "hold=TAX_MISMATCH",
)
derive(
    "KWD: 12340 -> 12.34; tax 2840 -> 2.84; W 2.84*11.8=33.512->33.51",
    case(invoice(line(12340, [tax(2840)]), currency="kwd"), fx={"rates": {"KWD": {"2026-10-02": "11.8"}}}),
    "P_13_1=12.34; P_14_1=2.84; P_14_1W=33.51; P_15=15.18",
    warned=set(),
)
derive(
    "KWD not divisible",
    case(invoice(line(12345, [tax(2840)]), currency="kwd"), fx={"rates": {"KWD": {"2026-10-02": "11.8"}}}),
    "hold=AMOUNT_PRECISION",
)
derive("UGX", case(invoice(currency="ugx")), "hold=CURRENCY_UNSUPPORTED")
derive("SLE", case(invoice(currency="sle")), "hold=CURRENCY_UNSUPPORTED")
derive(
    "ISK two-decimal",
    case(invoice(line(12300, NOT_COLLECTED, unit=None), country="US", ids=[("us_ein", "98-7654321")], currency="isk")),
    "P_13_8=123.00; P_15=123.00",
)
derive(
    "TWD",
    case(invoice(line(12300, NOT_COLLECTED, unit=None), country="US", ids=[("us_ein", "98-7654321")], currency="twd")),
    "P_15=123.00; KodWaluty=TWD",
)
derive(
    "gross, three rates share one inclusive discount: 10% of 123.00/108.00/105.00",
    billed(
        line(12300, [tax(2070, "txr_PL23i")], discount=1230),
        line(10800, [tax(720, "txr_PL8i")], discount=1080),
        line(10500, [tax(450, "txr_PL5i")], discount=1050),
        discounts=["di_1"],
    ),
    "P_13_1=90.00; P_14_1=20.70; P_13_2=90.00; P_14_2=7.20; P_13_3=90.00; P_14_3=4.50; P_15=302.40; "
    "W[1]/P_9B=110.70; W[1]/P_11A=110.70; W[2]/P_11A=97.20; W[3]/P_11A=94.50; W[1]/P_10=absent",
)
derive(
    "p10 net: 20 pieces 10.00, discount 20.00 -> 1.00 each",
    case(
        invoice(line(20000, [tax(4140)], quantity=20, unit="1000", discount=2000), discounts=["di_1"]),
        discount_style="p10",
    ),
    "W[1]/P_9A=10.00; W[1]/P_10=1.00; W[1]/P_11=180.00; W[1]/P_8B=20",
)
derive(
    "p10 gross",
    case(
        invoice(line(24600, [tax(4140, "txr_PL23i")], quantity=20, unit="1230", discount=2460), discounts=["di_1"]),
        discount_style="p10",
    ),
    "W[1]/P_9B=12.30; W[1]/P_10=1.23; W[1]/P_11A=221.40; P_13_1=180.00",
)
derive(
    "show_discounts",
    case(
        invoice(line(20000, [tax(4140)], quantity=20, unit="1000", discount=2000), discounts=["di_1"]),
        show_discounts="on",
    ),
    "W[1]/P_9A=9.00; W[1]/P_10=absent; DodatkowyOpis[1]/Klucz=Rabat; DodatkowyOpis[1]/Wartosc=20.00; "
    "DodatkowyOpis[1]/NrWiersza=1",
)
derive(
    "discount to zero keeps the row at its rate",
    billed(line(10000, [tax(0)], discount=10000), line(5000)),
    "count(W)=2; W[1]/P_11=0.00; W[1]/P_12=23; P_13_1=50.00",
)
derive(
    "zero line dropped", billed(line(0, [tax(0)], description="Trial"), line(5000)), "count(W)=1; W[1]/NrWierszaFa=1"
)
derive(
    "zero line kept",
    case(invoice(line(0, [tax(0)], description="Trial"), line(5000)), zero_lines="keep"),
    "count(W)=2; W[1]/P_7=Trial",
)
derive("quantity null", billed(line(5000, quantity=None)), "W[1]/P_8B=1; W[1]/P_9A=50.00")
derive("quantity 0", billed(line(5000, quantity=0)), "W[1]/P_8B=1; W[1]/P_9A=50.00")
derive(
    "quantity_decimal 0.333333333333 -> .333333; 10.00/.333333=30.00003",
    billed(line(1000, quantity=0, quantity_decimal="0.333333333333", unit="3000")),
    "W[1]/P_8B=0.333333; W[1]/P_9A=30.00; W[1]/P_11=10.00",
)
derive(
    "tiny price: 1e6 x 0.0001 minor",
    billed(line(100, quantity=1000000, unit="0.0001")),
    "W[1]/P_8B=1000000; W[1]/P_9A=0.000001; W[1]/P_11=1.00",
)
derive(
    "a price finer than eight places: one piece at the value",
    billed(line(37, quantity=1000000000, unit="0.000000037")),
    "W[1]/P_8B=1; W[1]/P_9A=0.37; DodatkowyOpis[1]/Klucz=Ilość; DodatkowyOpis[1]/Wartosc=1000000000",
)
derive(
    "net style quantity",
    case(invoice(line(2997, [tax(560, "txr_PL23i")], quantity=3, unit="999")), inclusive_style="net"),
    "W[1]/P_9A=8.12333333; W[1]/P_11=24.37",
)
derive(
    "inclusive untaxed row uses net columns",
    case(invoice(line(10000, [tax(0, "txr_US0i", "not_collecting")]), **AMERICAN), fx=FX),
    "W[1]/P_9A=100.00; W[1]/P_9B=absent; P_13_8=100.00",
)
derive(
    "oss inclusive gross",
    case(
        invoice(line(11900, [tax(1900, "txr_DE19i")]), country="DE", ids=[], customer_name="Hans", currency="eur"),
        oss=True,
        b2c_policy={"EU": "file"},
    ),
    "W[1]/P_9B=119.00; W[1]/P_11A=119.00; P_13_5=100.00; P_14_5=19.00; W[1]/P_11Vat=19.00",
)
derive(
    "tax inclusive + proration negative line: 123.00 and -61.50 @23i",
    billed(line(12300, [tax(2300, "txr_PL23i")]), line(-6150, [tax(-1150, "txr_PL23i")], is_proration=True)),
    "P_13_1=50.00; P_14_1=11.50; P_15=61.50; W[2]/P_11A=-61.50; W[2]/P_9B=-61.50",
    warned={"NEGATIVE_LINES"},
)
derive(
    "negative_lines hold",
    case(invoice(line(12300, [tax(2300, "txr_PL23i")]), line(-6150, [tax(-1150, "txr_PL23i")])), negative_lines="hold"),
    "hold=NEGATIVE_LINE",
)
derive("negative bucket", billed(line(20000), line(-1000, [tax(-80, "txr_PL8e")])), "hold=NEGATIVE_BUCKET")
derive("negative total", billed(line(1000), line(-5000)), "hold=NEGATIVE_TOTAL")
derive(
    "description empty -> product name",
    billed(line(1000, description="\x00", product={"id": "p", "name": "Produkt X"})),
    "W[1]/P_7=Produkt X",
)
derive(
    "description empty, none -> fallback",
    case(invoice(line(1000, description=None)), fallback_item_name="Usługa SaaS"),
    "W[1]/P_7=Usługa SaaS",
)
derive("unit_label", billed(line(1000, product={"id": "p", "unit_label": "godz."})), "W[1]/P_8A=godz.")
derive("unit default", billed(line(1000)), "W[1]/P_8A=szt.")
derive(
    "long description cut at 511 + ellipsis",
    billed(line(1000, description="x" * 600)),
    {"Fa/FaWiersz[1]/P_7": {"length": 512, "ends": "…"}},
    warned={"TEXT_TRUNCATED"},
)
derive(
    "cut is at n-1 code points even at a blank",
    billed(line(1000, description="x" * 510 + " " + "y" * 90)),
    {"Fa/FaWiersz[1]/P_7": {"length": 512}},
    warned={"TEXT_TRUNCATED"},
)
derive("billing credits hold", case(with_credits()), "hold=BILLING_CREDITS", codes=["BILLING_CREDITS"])
derive(
    "billing credits as a discount",
    case(with_credits(), billing_credits="discount"),
    "P_13_1=80.00; W[1]/P_9A=80.00; P_15=98.40",
)
derive(
    "line discount already in the amount (retry)",
    case({**invoice(line(9000, [tax(2070)], discount=1000)), "total": 11070, "total_excluding_tax": 9000}),
    "P_13_1=90.00; P_15=110.70",
)
derive("mismatch", case({**invoice(line(9000, [tax(2070)])), "total": 11071}), "hold=TOTAL_MISMATCH")
derive(
    "total_excluding_tax mismatch alone",
    case({**invoice(line(9000, [tax(2070)])), "total_excluding_tax": 9001}),
    "hold=TOTAL_MISMATCH",
)
derive(
    "gtu 12 + pkwiu + procedure",
    billed(
        line(
            1000,
            product={
                "id": "p",
                "metadata": {"ksef_gtu": "GTU_12", "ksef_pkwiu": "62.01.11.0", "ksef_procedura": "TT_D"},
            },
        )
    ),
    "W[1]/GTU=GTU_12; W[1]/PKWiU=62.01.11.0; W[1]/Procedura=TT_D",
)
derive(
    "inclusive and exclusive 23 together",
    case(invoice(line(12300, [tax(2300, "txr_PL23i")]), line(10000))),
    "P_13_1=200.00; P_14_1=46.00; W[1]/P_11A=123.00; W[2]/P_11=100.00; P_15=246.00",
)
derive(
    "two rate ids, both 23, invoice-level",
    case(
        invoice(
            line(111, [tax(26, "txr_PL23e")]),
            line(111, [tax(26, "txr_XX23e")]),
            total_taxes=[tax(26, "txr_PL23e"), tax(25, "txr_XX23e")],
        )
    ),
    "P_13_1=2.22; P_14_1=0.51",
)
derive(
    "23 and 22 share P_13_1",
    case(invoice(line(10000), line(10000, taxed(10000, "txr_PL22e")))),
    "P_13_1=200.00; P_14_1=45.00",
    warned=set(),
)
derive("emoji stays", case(invoice(line(1000, description="Plan 🚀 <b>&"))), "W[1]/P_7=Plan 🚀 <b>&")
derive(
    "U+2028, nbsp, tab folded, C1 deleted",
    case(invoice(line(1000, description="a\u2028b\xa0c\td\x80e\x85f"))),
    "W[1]/P_7=a b c de f",
)
derive("zero-width kept", case(invoice(line(1000, description="a\u200bb"))), "W[1]/P_7=a\u200bb")
derive(
    "fractional quantity and exact unit",
    case(invoice(line(250, quantity=2, quantity_decimal="2.5", unit="100"))),
    "W[1]/P_8B=2.5; W[1]/P_9A=1.00",
)
derive(
    "unit of 12 places rounded to 8",
    case(invoice(line(1234, quantity=1000, unit="1.234499999999"))),
    "W[1]/P_8B=1000; W[1]/P_11=12.34",
)
derive(
    "discount with p10 that does not divide: 10.00/3",
    case(
        invoice(line(10000, taxed(9000), quantity=3, unit=None, discount=1000), discounts=["di_1"]),
        discount_style="p10",
    ),
    "W[1]/P_11=90.00; W[1]/P_10=3.33333333",
)
derive(
    "row discounted to zero in p10: full price and full discount",
    case(invoice(line(10000, [tax(0)], quantity=2, unit="5000", discount=10000), line(5000)), discount_style="p10"),
    "W[1]/P_9A=50.00; W[1]/P_10=50.00; W[1]/P_11=0.00",
)
derive(
    "negative row with discount (proration of a discounted plan)",
    case(
        invoice(
            line(20000),
            {
                **line(-5000, [tax(-920)], unit=None, is_proration=True),
                "discount_amounts": [{"amount": -1000, "discount": "di_1"}],
            },
            discounts=["di_1"],
        )
    ),
    "W[2]/P_11=-40.00; P_13_1=160.00; P_14_1=36.80",
    warned={"NEGATIVE_LINES"},
)
derive(
    "annex 15 consumer: no split",
    case(invoice(line(2000000, metadata={"ksef_annex15": "1"}), ids=[], customer_name="Jan"), b2c_policy="file"),
    "Adnotacje/P_18A=2",
)
derive(
    "two equal DodatkowyOpis: discount and period",
    case(
        invoice(
            line(10000, taxed(9000), discount=1000, **plan("2026-09-05 10:00", "2026-10-05 10:00")),
            line(5000),
            discounts=["di_1"],
        ),
        show_discounts=True,
    ),
    "count(Fa/DodatkowyOpis)=2",
)
derive(
    "metadata order number",
    case(invoice(custom_fields=[{"name": "PO", "value": "PO-77"}]), order_field="PO"),
    "WarunkiTransakcji/Zamowienia/NrZamowienia=PO-77",
)
derive(
    "shipping 15.00 @23 last row",
    case(shipped([line(10000)], shipping(1500, "txr_PL23e"), "txr_PL23e")),
    "count(W)=2; W[2]/P_7=Kurier; W[2]/P_8B=1; W[2]/P_9A=15.00; W[2]/P_11Vat=3.45; W[2]/UU_ID=in_1-shipping; "
    "P_13_1=115.00; P_14_1=26.45",
    warned=set(),
)
derive(
    "no name",
    case(shipped([line(10000)], shipping(1500, "txr_PL23e", name=None), "txr_PL23e")),
    "W[2]/P_7=Koszt dostawy",
)
derive(
    "taxes not expanded: remainder",
    case(shipped([line(10000)], shipping(1500, "txr_PL23e", is_expanded=False), "txr_PL23e")),
    "W[2]/P_11Vat=3.45; P_14_1=26.45",
)
derive(
    "another rate: warning",
    case(shipped([line(10000, taxed(10000, "txr_PL8e"))], shipping(1500, "txr_PL23e"), "txr_PL23e")),
    "P_13_1=15.00; P_13_2=100.00",
    warned={"SHIPPING_RATE_DIFFERS"},
)
derive(
    "inclusive",
    case(shipped([line(12300, [tax(2300, "txr_PL23i")])], shipping(1230, "txr_PL23i"), "txr_PL23i")),
    "W[2]/P_9B=12.30; W[2]/P_11A=12.30; P_13_1=110.00; P_15=135.30",
)
SHIPPED = shipped([line(10000)], shipping(1500, "txr_PL23e", is_expanded=False), "txr_PL23e")
derive(
    "two rates remain",
    case(
        {
            **SHIPPED,
            "total": SHIPPED["total"] + 100,
            "total_taxes": [*SHIPPED["total_taxes"], tax(100, "txr_PL8e")],
            "shipping_cost": {**SHIPPED["shipping_cost"], "amount_tax": 445, "amount_total": 1945},
        }
    ),
    "hold=TAX_UNSUPPORTED",
)
derive(
    "inclusive unexpanded",
    case(shipped([line(12300, [tax(2300, "txr_PL23i")])], shipping(1230, "txr_PL23i", is_expanded=False), "txr_PL23i")),
    "W[2]/P_11A=12.30; P_13_1=110.00",
)
derive(
    "a rate that one of the rows has: no warning",
    case(shipped([line(10000, taxed(10000, "txr_PL8e")), line(10000)], shipping(1500, "txr_PL23e"), "txr_PL23e")),
    "P_13_1=115.00",
    warned=set(),
)
derive(
    "free shipping is dropped",
    case({**invoice(), "shipping_cost": untaxed_shipping(0, "txr_PL23e", None)}),
    "count(W)=1",
)
derive(
    "free shipping is kept",
    case({**invoice(), "shipping_cost": untaxed_shipping(0, "txr_PL23e", "standard_rated")}, zero_lines="keep"),
    "count(W)=2; W[2]/P_11=0.00",
)
derive(
    "shipping in reverse charge",
    case(
        shipped([line(10000, REVERSED)], untaxed_shipping(1500, "txr_DE19e", "reverse_charge"), "txr_DE19e", **GERMAN)
    ),
    "W[2]/P_12=np II; P_13_9=115.00",
)
derive(
    "shipping in reverse charge, not expanded",
    case(shipped([line(10000, REVERSED)], untaxed_shipping(1500, "txr_DE19e", None), "txr_DE19e", **GERMAN)),
    "W[2]/P_12=np II; P_13_9=115.00",
)
derive("markup in a name", case(invoice(customer_name="A & B <i> \"x\" 'y'")), "P2/Nazwa=A & B <i> \"x\" 'y'")
derive(
    "name 513",
    case(invoice(customer_name="n" * 513)),
    {"Podmiot2/DaneIdentyfikacyjne/Nazwa": {"length": 512, "ends": "…"}},
    warned={"TEXT_TRUNCATED"},
)
derive(
    "address 600",
    case(
        {**invoice(), "customer_address": {"country": "PL", "line1": "l" * 600, "city": "W", "postal_code": "00-001"}}
    ),
    {"Podmiot2/Adres/AdresL1": {"length": 512}},
    warned={"TEXT_TRUNCATED"},
)
derive("surrogate", case(invoice(customer_name="A\ud800B")), "P2/Nazwa=AB")
derive("U+FDD0 and U+1FFFE", case(invoice(customer_name="A\ufdd0B\U0001fffeC")), "P2/Nazwa=ABC")
derive(
    "line id of 60 characters",
    case(invoice(line(1000, line_id="il_" + "x" * 57))),
    {"Fa/FaWiersz[1]/UU_ID": {"max_length": 50}},
)
derive(
    "uncollectible with a due date",
    case({**invoice(due_date=moment("2026-10-19 10:00")), "status": "uncollectible"}),
    "Platnosc/TerminPlatnosci/Termin=2026-10-19",
)
