"""Corrections together with settings, marks and currencies (3)."""

from tests.documents.mapping.build import (
    SEPTEMBER,
    case,
    credit_line,
    credit_note,
    filing,
    line,
    moment,
    of,
    tax,
    taxed,
)
from tests.documents.mapping.derived.parts import GERMAN, REVERSED, Cases

CASES = Cases()
derive = CASES.derive
derive(
    "full credit of an invoice with a negative proration",
    case(
        credit_note(credit_line(20000), credit_line(-5000, of="il_2", id="c2")),
        related=of(line(20000), line(-5000, is_proration=True)),
    ),
    "W[1]/P_8B=-1; W[1]/P_9A=200.00; W[1]/P_11=-200.00; W[2]/P_8B=-1; W[2]/P_9A=-50.00; W[2]/P_11=50.00; "
    "P_13_1=-150.00; P_15=-184.50",
)
derive(
    "p10 original, whole credited",
    case(
        credit_note(credit_line(20000, [tax(4140)], discount=2000)),
        related=of(line(20000, [tax(4140)], quantity=20, unit="1000", discount=2000), discounts=["di_1"]),
        discount_style="p10",
    ),
    "W[1]/P_8B=-20; W[1]/P_9A=10.00; W[1]/P_11=-180.00; P_13_1=-180.00",
)
derive(
    "p10 original, part",
    case(
        credit_note(credit_line(9000)),
        related=of(line(20000, [tax(4140)], quantity=20, unit="1000", discount=2000), discounts=["di_1"]),
        discount_style="p10",
    ),
    "W[1]/P_8B=1; W[1]/P_9A=-90.00; W[1]/P_10=absent",
)
derive(
    "p10 before_after part",
    case(
        credit_note(credit_line(9000)),
        related=of(line(20000, [tax(4140)], quantity=20, unit="1000", discount=2000), discounts=["di_1"]),
        discount_style="p10",
        correction_style="before_after",
    ),
    "W[1]/P_11=180.00; W[2]/P_11=90.00",
)
derive(
    "net style inclusive, partial",
    case(
        credit_note(credit_line(4100, [tax(767, "txr_PL23i")])),
        related=of(line(12300, [tax(2300, "txr_PL23i")])),
        inclusive_style="net",
    ),
    "W[1]/P_9A=-33.33; W[1]/P_11=-33.33; W[1]/P_9B=absent; P_13_1=-33.33; P_14_1=-7.67",
)
derive(
    "two note lines for one row",
    case(credit_note(credit_line(1000), credit_line(500, id="c2")), related=of(line(10000))),
    "count(W)=1; W[1]/P_11=-15.00; P_13_1=-15.00",
)
derive(
    "JPY partial",
    case(
        credit_note(credit_line(111, [tax(26)]), currency="jpy"),
        related=of(line(333, [tax(77)]), filed=filing(p_1="2026-10-05", fx="0.0257"), currency="jpy"),
        fx={"rates": {"JPY": {"2026-10-02": "0.0257"}}},
    ),
    "P_13_1=-111.00; P_14_1=-26.00; P_14_1W=-0.67",
)
derive(
    "JPY three thirds close",
    case(
        credit_note(credit_line(111, [tax(25)]), currency="jpy", number="CN-3"),
        related={
            **of(line(333, [tax(77)]), filed=filing(p_1="2026-10-05", fx="0.0257", P_14_1W="1.98"), currency="jpy"),
            "prior_corrections": [
                {"p_2": f"CN-{n}", "P_13_1": "-111.00", "P_14_1": "-26.00", "P_14_1W": "-0.67", "P_15": "-137.00"}
                for n in (1, 2)
            ],
        },
    ),
    "P_14_1=-25.00; P_14_1W=-0.64",
)
derive(
    "KWD partial",
    case(
        credit_note(credit_line(6170, [tax(1420)]), currency="kwd"),
        related=of(line(12340, [tax(2840)]), filed=filing(p_1="2026-10-05", fx="11.8"), currency="kwd"),
    ),
    "P_13_1=-6.17; P_14_1=-1.42; P_14_1W=-16.76",
)
derive(
    "reverse and domestic: credit the domestic row only: no prefix, P_18 repeated",
    case(
        credit_note(credit_line(5000, of="il_2"), currency="eur"),
        related=of(line(10000, REVERSED), line(5000), filed=filing(p_1="2026-10-05", fx="4.2575"), **GERMAN),
    ),
    "P_13_1=-50.00; P_14_1W=-48.96; P_13_9=absent; Podmiot1/PrefiksPodatnika=absent; Adnotacje/P_18=1; P2/KodUE=DE",
)
derive(
    "fx_on_untaxed in a correction",
    case(
        credit_note(credit_line(10000, REVERSED), currency="eur"),
        related=of(line(10000, REVERSED), filed=filing(p_1="2026-10-05", fx="4.2575"), **GERMAN),
        fx_on_untaxed=True,
    ),
    "W[1]/KursWaluty=4.2575; P_13_9=-100.00",
)
derive(
    "original without a known rate: the rule it was filed by",
    case(
        credit_note(credit_line(4000), currency="eur", created=moment("2026-10-20 10:00")),
        related=of(line(10000, period=(SEPTEMBER, SEPTEMBER)), filed=filing(p_1="2026-10-05"), currency="eur"),
        filing_date="2026-10-20",
        fx={"rates": {"EUR": {"2026-08-31": "4.3", "2026-10-02": "4.2"}}},
    ),
    "W[1]/KursWaluty=4.3",
)
derive(
    "memo of control characters falls back to the reason",
    case(credit_note(credit_line(1000), reason="duplicate", memo="\x00"), related=of(line(10000))),
    "PrzyczynaKorekty=Duplikat",
)
derive(
    "buyer data of the original",
    case(
        {**credit_note(credit_line(1000)), "customer": "cus_1"},
        related=of(line(10000), customer_name="Dawna nazwa sp. z o.o."),
    ),
    "P2/Nazwa=Dawna nazwa sp. z o.o.",
)
derive(
    "cash method repeated",
    case(credit_note(credit_line(1000)), related=of(line(10000)), cash_method=True),
    "Adnotacje/P_16=1",
)
derive(
    "FP and TP repeated",
    case(
        credit_note(credit_line(1000)),
        related={**of(line(10000)), "customer": {"metadata": {"ksef_tp": "1"}}},
        fiscal_receipt=True,
    ),
    "FP=1; TP=1",
)
derive(
    "JST unit repeated",
    case(
        credit_note(credit_line(1000)),
        related={
            **of(line(10000)),
            "customer": {"metadata": {"ksef_jst_nip": "5260250995", "ksef_jst_name": "Szkoła"}},
        },
    ),
    "Podmiot2/JST=1; Podmiot3/Rola=8",
)
derive(
    "split payment repeated, small row",
    case(credit_note(credit_line(1000)), related=of(line(1219513, [tax(280488)], metadata={"ksef_annex15": "1"}))),
    "Adnotacje/P_18A=1; W[1]/P_12_Zal_15=1",
)
derive("zero total note", case(credit_note(credit_line(0, [])), related=of(line(10000))), "skip=ZERO_TOTAL")
derive(
    "custom line on a two-rate invoice with its own tax in EUR has the rate",
    case(
        credit_note(credit_line(1000, of=None, id="c9"), currency="eur"),
        related=of(
            line(10000),
            line(5000, taxed(5000, "txr_PL8e")),
            filed=filing(p_1="2026-10-05", fx="4.2575"),
            currency="eur",
        ),
    ),
    "W[1]/KursWaluty=4.2575; P_14_1W=-9.79; W[1]/NrWierszaFa=3",
)
derive(
    "oss note rate",
    case(
        credit_note(credit_line(10000, taxed(10000, "txr_DE19e")), currency="eur"),
        related=of(line(10000, taxed(10000, "txr_DE19e")), country="DE", ids=[], customer_name="Hans", currency="eur"),
        oss=True,
        b2c_policy="file",
    ),
    "W[1]/P_8B=-1; W[1]/P_11Vat=-19.00",
)
derive(
    "consumer original skipped by policy now, but it was filed",
    case(credit_note(credit_line(1000)), related=of(line(10000), ids=[], customer_name="Jan")),
    "P2/BrakID=1; P_13_1=-10.00",
)
derive(
    "two rates one note one row each, gross, before_after",
    case(
        credit_note(
            credit_line(6150, [tax(1150, "txr_PL23i")]), credit_line(5400, [tax(400, "txr_PL8i")], of="il_2", id="c2")
        ),
        related=of(line(12300, [tax(2300, "txr_PL23i")]), line(10800, [tax(800, "txr_PL8i")])),
        correction_style="before_after",
    ),
    "count(W)=4; W[2]/P_11A=61.50; W[4]/P_11A=54.00; P_13_1=-50.00; P_13_2=-50.00; P_15=-115.50",
)
derive(
    "row credited to zero in before_after",
    case(credit_note(credit_line(10000)), related=of(line(10000)), correction_style="before_after"),
    "count(W)=2; W[2]/P_11=0.00; W[2]/P_12=23; P_13_1=-100.00",
)
derive(
    "note with rounding: tax .01 off from the row share",
    case(credit_note(credit_line(3333, [tax(767)])), related=of(line(10000))),
    "P_14_1=-7.67",
    warned=set(),
)
derive(
    "note tax nonsense", case(credit_note(credit_line(3333, [tax(900)])), related=of(line(10000))), "hold=TAX_MISMATCH"
)
derive(
    "line of the note unknown on the original",
    case(credit_note(credit_line(1000, of="il_9")), related=of(line(10000))),
    "hold=CREDIT_NOTE_UNALLOCATED",
)
derive(
    "the list of discounts on the note instead of their sum",
    case(
        {
            **credit_note(credit_line(10000, taxed(7500), discount=2500)),
            "lines": {
                "object": "list",
                "has_more": False,
                "data": [
                    {
                        **credit_line(10000, taxed(7500), discount=2500),
                        "discount_amount": None,
                        "discount_amounts": [{"amount": 2500, "discount": "di_1"}],
                    }
                ],
            },
        },
        related=of(line(10000, taxed(7500), discount=2500), discounts=["di_1"]),
    ),
    "P_13_1=-75.00",
)
