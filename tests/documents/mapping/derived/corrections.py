"""Corrections (3.1 to 3.6)."""

from tests.documents.mapping.build import (
    FX,
    MONTH,
    NOON,
    SEPTEMBER,
    case,
    credit_line,
    credit_note,
    filing,
    invoice,
    line,
    moment,
    of,
    tax,
    taxed,
)
from tests.documents.mapping.derived.parts import (
    EURO_FILING,
    GERMAN,
    REVERSED,
    Cases,
    bare,
    more_lines,
    plan,
    prior,
    shipped,
    shipping,
)

CASES = Cases()
derive = CASES.derive
derive(
    "whole",
    case(credit_note(credit_line(10000, quantity=1, unit="10000")), related=of(line(10000))),
    "rodzaj=KOR; W[1]/P_8B=-1; W[1]/P_9A=100.00; W[1]/P_11=-100.00; W[1]/P_11Vat=-23.00; P_13_1=-100.00; "
    "P_14_1=-23.00; P_15=-123.00; DaneFaKorygowanej/NrKSeF=1; TypKorekty=2; "
    "PrzyczynaKorekty=Korekta wartości sprzedaży; W[1]/UU_ID=il_1; W[1]/NrWierszaFa=1; P_1=2026-10-05; "
    "Platnosc=absent",
)
for reason, written in (
    ("duplicate", "Duplikat"),
    ("fraudulent", "Transakcja oszukańcza"),
    ("order_change", "Zmiana zamówienia"),
    ("product_unsatisfactory", "Reklamacja"),
):
    derive(
        f"reason {reason}",
        case(credit_note(credit_line(1000), reason=reason), related=of(line(10000))),
        f"PrzyczynaKorekty={written}",
    )
derive(
    "memo beats reason",
    case(credit_note(credit_line(1000), reason="duplicate", memo="Rabat  za\nopóźnienie"), related=of(line(10000))),
    "PrzyczynaKorekty=Rabat za opóźnienie",
)
derive(
    "memo long",
    case(credit_note(credit_line(1000), memo="m" * 300), related=of(line(10000))),
    {"Fa/PrzyczynaKorekty": {"length": 256, "ends": "…"}},
    warned={"TEXT_TRUNCATED"},
)
derive("type 1", case(credit_note(credit_line(1000)), related=of(line(10000)), correction_type=1), "TypKorekty=1")
derive(
    "type 3 text", case(credit_note(credit_line(1000)), related=of(line(10000)), correction_type="3"), "TypKorekty=3"
)
derive(
    "outside ksef",
    case(credit_note(credit_line(1000)), related=of(line(10000), filed={"status": "outside_ksef"})),
    "DaneFaKorygowanej/NrKSeFN=1; DaneFaKorygowanej/NrKSeF=absent; "
    "DaneFaKorygowanej/NrKSeFFaKorygowanej=absent; DaneFaKorygowanej/DataWystFaKorygowanej=2026-09-01; "
    "DaneFaKorygowanej/NrFaKorygowanej=ABC-0001",
)
derive(
    "pending",
    case(
        credit_note(credit_line(1000)),
        related=of(line(10000), filed={"status": "pending", "p_1": "2026-09-01", "p_2": "ABC-0001"}),
    ),
    "hold=WAITING_ORIGINAL",
)
derive(
    "held",
    case(credit_note(credit_line(1000)), related=of(line(10000), filed={"status": "held"})),
    "hold=WAITING_ORIGINAL",
)
derive(
    "skipped",
    case(credit_note(credit_line(1000)), related=of(line(10000), filed={"status": "skipped"})),
    "skip=ORIGINAL_NOT_IN_SCOPE",
)
derive("unknown", case(credit_note(credit_line(1000))), "hold=ORIGINAL_UNKNOWN")
derive(
    "original invoice known, filing unknown, in scope",
    case(credit_note(credit_line(1000)), related={"original_invoice": invoice(line(10000), finalized=SEPTEMBER)}),
    "hold=ORIGINAL_UNKNOWN",
)
derive(
    "p_2 and p_1 as filed, not Stripe's",
    case(credit_note(credit_line(1000)), related=of(line(10000), filed=filing(p_1="2026-09-03", p_2="FV/1/9"))),
    "DaneFaKorygowanej/DataWystFaKorygowanej=2026-09-03; DaneFaKorygowanej/NrFaKorygowanej=FV/1/9",
)
derive(
    "original P_6 equalled P_1: KOR repeats P_6 = original P_1",
    case(credit_note(credit_line(1000)), related=of(line(10000, period=(SEPTEMBER, SEPTEMBER)))),
    "P_6=2026-09-01",
)
derive(
    "KOR on the same day: no P_6",
    case(
        credit_note(credit_line(1000), created=SEPTEMBER),
        related=of(line(10000, period=(SEPTEMBER, SEPTEMBER))),
        filing_date="2026-09-01",
    ),
    "P_6=absent",
)
derive(
    "rows differ: P_6A repeated",
    case(
        credit_note(credit_line(1000, of="il_1"), credit_line(500, of="il_2", id="c2")),
        related=of(
            line(10000, period=(SEPTEMBER, SEPTEMBER)), line(5000, **plan("2026-09-01 10:00", "2026-10-01 10:00"))
        ),
    ),
    "P_6=absent; W[1]/P_6A=2026-09-01; W[2]/P_6A=2026-09-30",
)
derive(
    "period repeated",
    case(credit_note(credit_line(1000)), related=of(line(10000, **MONTH))),
    "OkresFa/P_6_Od=2026-09-01; OkresFa/P_6_Do=2026-09-30",
)
derive(
    "by quantity 2 of 5",
    case(credit_note(credit_line(10000, quantity=2, unit="5000")), related=of(line(25000, quantity=5))),
    "W[1]/P_8B=-2; W[1]/P_9A=50.00",
)
derive(
    "quantity with a price that does not fit: 1 x -value",
    case(credit_note(credit_line(9999, quantity=2, unit="5000")), related=of(line(25000, quantity=5))),
    "W[1]/P_8B=1; W[1]/P_9A=-99.99",
)
derive(
    "line discount on the note: 100.00-25.00",
    case(
        credit_note(credit_line(10000, taxed(7500), discount=2500)),
        related=of(line(10000, taxed(7500), discount=2500), discounts=["di_1"]),
    ),
    "W[1]/P_11=-75.00; P_13_1=-75.00; P_14_1=-17.25; W[1]/P_8B=-1; W[1]/P_9A=75.00",
)
derive(
    "custom line",
    case(
        credit_note(credit_line(1000, of=None, description="Rekompensata", id="cnli_9")),
        related=of(line(10000), line(5000)),
    ),
    "W[1]/NrWierszaFa=3; W[1]/UU_ID=cnli_9; W[1]/P_7=Rekompensata; W[1]/P_12=23; W[1]/P_8B=1; "
    "W[1]/P_9A=-10.00; P_13_1=-10.00",
)
derive(
    "custom line at another rate",
    case(
        credit_note(credit_line(1000, taxed(1000, "txr_PL8e"), of=None, id="c9")),
        related=of(line(10000), line(5000, taxed(5000, "txr_PL8e"))),
    ),
    "P_13_2=-10.00; P_14_2=-0.80; W[1]/NrWierszaFa=3",
)
derive(
    "amount only, two rates: unallocated",
    case(bare(1000, 230), related=of(line(10000), line(5000, taxed(5000, "txr_PL8e")))),
    "hold=CREDIT_NOTE_UNALLOCATED",
)
derive(
    "amount only, two rows one rate",
    case(bare(1000, 230), related=of(line(10000), line(5000))),
    "W[1]/NrWierszaFa=3; W[1]/UU_ID=cn_1; W[1]/P_7=Korekta faktury ABC-0001; W[1]/P_9A=-10.00; "
    "W[1]/P_11Vat=-2.30; W[1]/P_8B=1",
)
derive(
    "amount only gross",
    case(bare(1000, 230, "txr_PL23i"), related=of(line(12300, [tax(2300, "txr_PL23i")]))),
    "P_13_1=-10.00; P_14_1=-2.30; P_15=-12.30; W[1]/P_11A=-12.30",
)
derive(
    "amount only np II",
    case(
        credit_note(total=5000, total_excluding_tax=5000, total_taxes=[], currency="eur"),
        related=of(line(10000, REVERSED), **GERMAN),
    ),
    "P_13_9=-50.00; W[1]/P_12=np II; P_15=-50.00; Podmiot1/PrefiksPodatnika=PL; Adnotacje/P_18=1",
)
derive(
    "tax only",
    case(credit_note(total=2300, total_excluding_tax=0, total_taxes=[tax(2300)]), related=of(line(10000))),
    "hold=TAX_ONLY_CREDIT",
)
derive(
    "second note up to zero",
    case(
        credit_note(credit_line(4000), number="CN-2"),
        related={**of(line(10000)), "prior_corrections": [prior("CN-1", "-60.00", "-13.80", "-73.80")]},
    ),
    "P_13_1=-40.00; P_15=-49.20",
)
derive(
    "one grosz more than is left (total)",
    case(
        credit_note(credit_line(4001, [tax(920)]), number="CN-2"),
        related={**of(line(10000)), "prior_corrections": [prior("CN-1", "-60.00", "-13.80", "-73.80")]},
    ),
    "hold=OVER_CORRECTION",
)
derive("over at once", case(credit_note(credit_line(10001)), related=of(line(10000))), "hold=OVER_CORRECTION")
derive(
    "one rate over, total within",
    case(
        credit_note(credit_line(6000, taxed(6000, "txr_PL8e"), of="il_2")),
        related=of(line(10000), line(5000, taxed(5000, "txr_PL8e"))),
    ),
    "hold=OVER_CORRECTION",
)
derive(
    "EUR closing: 97.92 - 39.17 = 58.75",
    case(
        credit_note(credit_line(6000), currency="eur", number="CN-2"),
        related={
            **of(line(10000), filed=EURO_FILING, currency="eur"),
            "prior_corrections": [prior("CN-1", "-40.00", "-9.20", "-49.20", P_14_1W="-39.17")],
        },
        fx=FX,
    ),
    "P_14_1W=-58.75; W[1]/KursWaluty=4.2575",
)
derive(
    "EUR closing: 97.92 - 2 x 32.66 = 32.60, where 7.66 x 4.2575 = 32.61",
    case(
        credit_note(credit_line(3333, [tax(766)]), currency="eur", number="CN-3"),
        related={
            **of(line(10000), filed=EURO_FILING, currency="eur"),
            "prior_corrections": [
                {"p_2": "CN-1", "P_13_1": "-33.34", "P_14_1": "-7.67", "P_14_1W": "-32.66", "P_15": "-41.01"},
                {"p_2": "CN-2", "P_13_1": "-33.33", "P_14_1": "-7.67", "P_14_1W": "-32.66", "P_15": "-41.00"},
            ],
        },
        fx=FX,
    ),
    "P_14_1W=-32.60; P_14_1=-7.66",
)
derive(
    "EUR note uses the original's rate even if ours differs",
    case(
        credit_note(credit_line(4000), currency="eur", created=moment("2026-10-20 10:00")),
        related=of(line(10000), filed=filing(p_1="2026-10-05", fx="4.1111"), currency="eur"),
        filing_date="2026-10-20",
        fx=FX,
    ),
    "W[1]/KursWaluty=4.1111; P_14_1W=-37.82",
)
derive(
    "before_after: 100 -> 60",
    case(credit_note(credit_line(4000)), related=of(line(10000)), correction_style="before_after"),
    "count(W)=2; W[1]/StanPrzed=1; W[1]/P_11=100.00; W[1]/P_9A=100.00; W[2]/StanPrzed=absent; "
    "W[2]/P_11=60.00; W[1]/NrWierszaFa=1; W[2]/NrWierszaFa=1; W[2]/UU_ID=il_1; P_13_1=-40.00; P_15=-49.20",
)
derive(
    "before_after with an earlier note: 60 -> 50",
    case(
        credit_note(credit_line(1000), number="CN-2"),
        related={**of(line(10000)), "prior_corrections": [prior("CN-1", "-40.00", "-9.20", "-49.20")]},
        correction_style="before_after",
    ),
    "W[1]/StanPrzed=1; W[1]/P_11=60.00; W[2]/P_11=50.00; P_13_1=-10.00",
)
derive(
    "before_after quantity 5 -> 3",
    case(
        credit_note(credit_line(10000, quantity=2, unit="5000")),
        related=of(line(25000, quantity=5)),
        correction_style="before_after",
    ),
    "W[1]/P_8B=5; W[2]/P_8B=3; W[2]/P_9A=50.00; W[2]/P_11=150.00",
)
derive(
    "before_after in EUR",
    case(
        credit_note(credit_line(4000), currency="eur"),
        related=of(line(10000), filed=EURO_FILING, currency="eur"),
        correction_style="before_after",
        fx=FX,
    ),
    "W[1]/KursWaluty=4.2575; W[2]/KursWaluty=4.2575; P_14_1W=-39.17",
)
derive(
    "before_after gross",
    case(
        credit_note(credit_line(4100, [tax(767, "txr_PL23i")])),
        related=of(line(12300, [tax(2300, "txr_PL23i")])),
        correction_style="before_after",
    ),
    "W[1]/P_11A=123.00; W[2]/P_11A=82.00; P_13_1=-33.33; P_14_1=-7.67",
)
derive(
    "automatic tax: net line amounts on inclusive prices",
    case(
        credit_note(
            credit_line(10000, [tax(2300, "txr_PL23i")]),
            total=12300,
            total_excluding_tax=10000,
            total_taxes=[tax(2300, "txr_PL23i")],
        ),
        related=of(line(12300, [tax(2300, "txr_PL23i")])),
    ),
    "P_13_1=-100.00; P_14_1=-23.00; P_15=-123.00; W[1]/P_8B=-1; W[1]/P_9B=123.00; W[1]/P_11A=-123.00",
)
derive(
    "neither way adds up",
    case(
        credit_note(
            credit_line(10000, [tax(2300, "txr_PL23i")]),
            total=12301,
            total_excluding_tax=10000,
            total_taxes=[tax(2300, "txr_PL23i")],
        ),
        related=of(line(12300, [tax(2300, "txr_PL23i")])),
    ),
    "hold=TOTAL_MISMATCH",
)
derive(
    "invoice-level rounding on the note: 3x1.11, tax .77",
    case(
        credit_note(*[credit_line(111, [tax(26)], of=f"il_{n}", id=f"c{n}") for n in (1, 2, 3)], total_taxes=[tax(77)]),
        related=of(*[line(111, [tax(26)]) for _ in range(3)], total_taxes=[tax(77)]),
    ),
    "P_13_1=-3.33; P_14_1=-0.77; P_15=-4.10; W[1]/P_11Vat=absent",
)
derive(
    "line_vat never follows",
    case(credit_note(credit_line(1000)), related=of(line(10000)), line_vat="never"),
    "W[1]/P_11Vat=absent",
)
derive(
    "gtu follows the original row",
    case(credit_note(credit_line(1000)), related=of(line(10000, metadata={"ksef_gtu": "GTU_12"}))),
    "W[1]/GTU=GTU_12",
)
derive(
    "unit and name follow",
    case(
        credit_note(credit_line(1000, description="x")),
        related=of(line(10000, description="Plan", product={"id": "p", "unit_label": "lic."})),
    ),
    "W[1]/P_7=Plan; W[1]/P_8A=lic.",
)
derive(
    "note row 2 only keeps number 2",
    case(credit_note(credit_line(1000, of="il_2")), related=of(line(10000), line(5000))),
    "W[1]/NrWierszaFa=2; W[1]/UU_ID=il_2",
)
derive(
    "note voided unfiled",
    case(credit_note(credit_line(1000), status="void", voided_at=NOON), related=of(line(10000))),
    "skip=CREDIT_NOTE_VOID",
)
derive(
    "note voided after filing",
    case(
        credit_note(credit_line(1000), status="void", voided_at=NOON),
        related={**of(line(10000)), "prior_corrections": [prior("ABC-0001-CN-01", "-10.00", "-2.30", "-12.30")]},
    ),
    "hold=CREDIT_NOTE_VOIDED_AFTER_FILING",
)
derive(
    "late note is redated",
    case(credit_note(credit_line(1000), created=moment("2026-09-10 10:00")), related=of(line(10000))),
    "P_1=2026-10-05",
    warned={"P1_REDATED"},
)
derive(
    "currency differs",
    case(credit_note(credit_line(1000), currency="eur"), related=of(line(10000)), fx=FX),
    "hold=CURRENCY_UNSUPPORTED",
)
derive("more lines", case(more_lines(credit_note(credit_line(1000))), related=of(line(10000))), "hold=LINES_INCOMPLETE")
derive(
    "zw note",
    case(
        credit_note(credit_line(1000, [tax(0, "txr_PL0e", "product_exempt")])),
        related=of(line(10000, [tax(0, "txr_PL0e", "product_exempt")])),
        exempt_basis="art. 43 ust. 1",
    ),
    "P_13_7=-10.00; W[1]/P_12=zw; Adnotacje/Zwolnienie/P_19A=art. 43 ust. 1",
)
derive(
    "OSS note",
    case(
        credit_note(credit_line(1000, taxed(1000, "txr_DE19e")), currency="eur"),
        related=of(line(10000, taxed(10000, "txr_DE19e")), country="DE", ids=[], customer_name="Hans", currency="eur"),
        oss=True,
        b2c_policy="file",
    ),
    "P_13_5=-10.00; P_14_5=-1.90; W[1]/P_12_XII=19",
)
derive(
    "post payment: refund side plays no part",
    case(
        {
            **credit_note(credit_line(1000)),
            "type": "post_payment",
            "refunds": [{"refund": "re_1"}],
            "post_payment_amount": 1230,
        },
        related=of(line(10000), paid=SEPTEMBER),
    ),
    "P_15=-12.30; Platnosc=absent; Rozliczenie=absent",
)
derive(
    "shipping taken back",
    case(
        credit_note(
            shipping_cost=shipping(1500, "txr_PL23e"), total=1845, total_excluding_tax=1500, total_taxes=[tax(345)]
        ),
        related={
            "original_invoice": shipped([line(10000)], shipping(1500, "txr_PL23e"), "txr_PL23e", finalized=SEPTEMBER),
            "original_filing": filing(),
        },
    ),
    "W[1]/NrWierszaFa=2; W[1]/UU_ID=in_1-shipping; W[1]/P_7=Kurier; W[1]/P_11=-15.00; P_13_1=-15.00; P_15=-18.45",
)
