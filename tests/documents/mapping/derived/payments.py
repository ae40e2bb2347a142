"""What is filed at all, payment and settlement, voids (2.1, 2.11, 3.7, 5)."""

from tests.documents.mapping.build import (
    FX,
    NOON,
    SELLER,
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
)
from tests.documents.mapping.derived.parts import (
    GERMAN,
    KSEF,
    REVERSED,
    Cases,
    more_lines,
    paid_with,
    payments,
    plan,
    prior,
    shipped,
    shipping,
    voided,
)

CASES = Cases()
derive = CASES.derive
derive("draft", case({**invoice(), "status": "draft", "number": None}), "skip=NOT_FINALIZED")
derive("live on test", case(invoice(livemode=True)), "hold=MODE_MISMATCH")
derive("on_behalf_of", case(invoice(on_behalf_of="acct_2")), "hold=ISSUER_NOT_TENANT")
derive("issuer account", case(invoice(issuer={"type": "account", "account": "acct_2"})), "hold=ISSUER_NOT_TENANT")
derive("zero total", case(invoice(line(10000, [tax(0)], discount=10000))), "skip=ZERO_TOTAL")
derive(
    "zero total filed",
    case(invoice(line(10000, [tax(0)], discount=10000)), zero_total_policy="file"),
    "P_15=0.00; P_13_1=0.00; P_14_1=0.00; W[1]/P_11=0.00",
)
derive(
    "zero total filed trial line only",
    case(invoice(line(0, [tax(0)])), zero_total_policy="file"),
    "P_15=0.00; W[1]/P_11=0.00",
)
derive("ksef_skip", case(invoice(metadata={"ksef_skip": "w innym systemie"})), "skip=EXCLUDED")
derive("more lines", case(more_lines(invoice())), "hold=LINES_INCOMPLETE")
WRONG_EVERYWHERE = invoice(
    line(10000, []),
    livemode=True,
    ids=[("pl_nip", "1234567890")],
    customer_name="",
    finalized=moment("2026-10-06 10:00"),
    issuer={"type": "account", "account": "a"},
)
derive(
    "all reasons at once",
    case(WRONG_EVERYWHERE, seller={**SELLER, "nip": "1"}),
    "hold=MODE_MISMATCH",
    codes=[
        "MODE_MISMATCH",
        "ISSUER_NOT_TENANT",
        "SELLER_NIP_INVALID",
        "BUYER_NIP_INVALID",
        "BUYER_NAME_MISSING",
        "NO_TAX_DOMESTIC",
        "P1_IN_FUTURE",
    ],
)
derive(
    "consumer and no tax: B2C first",
    case(invoice(line(10000, []), ids=[], customer_name="Jan")),
    "skip=B2C",
    codes=["B2C", "NO_TAX_DOMESTIC"],
)
derive(
    "mismatch, negative, bucket",
    case({**invoice(line(1000), line(-5000)), "total": -4921}),
    "hold=TOTAL_MISMATCH",
    codes=["TOTAL_MISMATCH", "NEGATIVE_TOTAL"],
)
derive(
    "draft beats the seller's NIP",
    case({**invoice(), "status": "draft"}, seller={**SELLER, "nip": "1"}),
    "skip=NOT_FINALIZED",
)
derive("mode beats draft", case({**invoice(livemode=True), "status": "draft"}), "hold=MODE_MISMATCH")
derive(
    "waiting beats incomplete lines",
    case(more_lines(credit_note(credit_line(1000))), related=of(line(10000), filed={"status": "pending"})),
    "hold=WAITING_ORIGINAL",
    codes=["WAITING_ORIGINAL", "LINES_INCOMPLETE"],
)
derive(
    "vies hold then fx missing",
    case(invoice(line(10000, REVERSED), line(5000), **GERMAN), require_vies="hold", fx={"rates": {"EUR": {}}}),
    "hold=VIES_UNVERIFIED",
    codes=["VIES_UNVERIFIED", "FX_RATE_MISSING"],
)
derive(
    "unpaid, due date",
    case(invoice(due_date=moment("2026-10-19 10:00"))),
    "Platnosc/TerminPlatnosci/Termin=2026-10-19; Platnosc/Zaplacono=absent; Platnosc/FormaPlatnosci=absent",
)
derive("unpaid without due date: nothing", case(invoice()), "Platnosc=absent")
derive(
    "due date at 22:30Z is the next day",
    case(invoice(due_date=moment("2026-10-19 22:30"))),
    "Platnosc/TerminPlatnosci/Termin=2026-10-20",
)
for method, form in (
    ("card", "2"),
    ("blik", "7"),
    ("p24", "6"),
    ("sepa_debit", "6"),
    ("customer_balance", "6"),
    ("us_bank_account", "6"),
    ("ideal", "6"),
    ("bancontact", "6"),
):
    derive(
        f"paid with {method}",
        case(invoice(paid=NOON), related=paid_with(method)),
        f"Platnosc/Zaplacono=1; Platnosc/DataZaplaty=2026-10-05; Platnosc/FormaPlatnosci={form}",
    )
for method in ("klarna", "paypal", "afterpay_clearpay", "whatever"):
    derive(
        f"paid with {method}",
        case(invoice(paid=NOON), related=paid_with(method)),
        f"Platnosc/FormaPlatnosci=absent; Platnosc/PlatnoscInna=1; Platnosc/OpisPlatnosci={method}",
    )
derive(
    "paid, form unknown",
    case(invoice(paid=NOON)),
    "Platnosc/Zaplacono=1; Platnosc/FormaPlatnosci=absent; Platnosc/PlatnoscInna=absent",
)
derive(
    "paid from balance only",
    case({**invoice(paid=NOON), "amount_paid": 0, "starting_balance": -12300, "ending_balance": 0}),
    "Platnosc=absent; Rozliczenie/Odliczenia/Kwota=123.00; "
    "Rozliczenie/Odliczenia/Powod=Rozliczenie salda klienta; Rozliczenie/SumaOdliczen=123.00; "
    "Rozliczenie/DoZaplaty=0.00; P_15=123.00",
)
derive(
    "partly from balance",
    case({**invoice(), "starting_balance": -5000, "ending_balance": 0}),
    "Rozliczenie/SumaOdliczen=50.00; Rozliczenie/DoZaplaty=73.00; P_15=123.00",
)
derive(
    "credit larger than the invoice: starting -200.00 ending -77.00",
    case({**invoice(paid=NOON), "amount_paid": 0, "starting_balance": -20000, "ending_balance": -7700}),
    "Rozliczenie/Odliczenia/Kwota=123.00; Rozliczenie/DoZaplaty=0.00",
)
derive(
    "balance unchanged", case({**invoice(), "starting_balance": -20000, "ending_balance": -20000}), "Rozliczenie=absent"
)
derive(
    "owed",
    case({**invoice(), "starting_balance": 700, "ending_balance": 0}),
    "Rozliczenie/Obciazenia/Kwota=7.00; Rozliczenie/SumaObciazen=7.00; Rozliczenie/DoZaplaty=130.00",
)
derive(
    "two payments",
    case(
        {
            **invoice(paid=NOON),
            "payments": payments((10000, "2026-10-03 10:00", "paid"), (2300, "2026-10-05 10:00", "paid")),
        }
    ),
    "Platnosc/Zaplacono=absent; Platnosc/ZnacznikZaplatyCzesciowej=2; count(Fa/Platnosc/ZaplataCzesciowa)=2; "
    "Platnosc/ZaplataCzesciowa/KwotaZaplatyCzesciowej=100.00; "
    "Platnosc/ZaplataCzesciowa/DataZaplatyCzesciowej=2026-10-03",
)
derive(
    "one paid, one failed: simple",
    case(
        {
            **invoice(paid=NOON),
            "payments": payments((12300, "2026-10-05 10:00", "paid"), (12300, "2026-10-04 10:00", "canceled")),
        }
    ),
    "Platnosc/Zaplacono=1; Platnosc/ZnacznikZaplatyCzesciowej=absent",
)
derive(
    "partly paid, open",
    case(
        {
            **invoice(due_date=moment("2026-10-19 10:00")),
            "amount_paid": 5000,
            "amount_remaining": 7300,
            "payments": payments((5000, "2026-10-05 10:00", "paid")),
        }
    ),
    "Platnosc/ZnacznikZaplatyCzesciowej=1; Platnosc/ZaplataCzesciowa/KwotaZaplatyCzesciowej=50.00; "
    "Platnosc/TerminPlatnosci/Termin=2026-10-19",
)
derive("uncollectible is a document", case({**invoice(), "status": "uncollectible"}), "P_15=123.00")
derive(
    "bank account when unpaid and transfer",
    case(invoice(due_date=moment("2026-10-19 10:00")), related=paid_with("customer_balance")),
    "Platnosc/FormaPlatnosci=6; Platnosc/RachunekBankowy/NrRB=PL61109010140000071219812874",
)
derive(
    "no bank account when paid",
    case(invoice(paid=NOON), related=paid_with("customer_balance")),
    "Platnosc/RachunekBankowy=absent",
)
derive(
    "link on",
    case(invoice(), payment_link="on"),
    {
        "Fa/DodatkowyOpis/Klucz": "Link do płatności",
        "Fa/DodatkowyOpis/Wartosc": "https://invoice.stripe.com/i/acct_1/test_1?s=ap",
        "Fa/Platnosc/LinkDoPlatnosci": None,
        "Fa/DodatkowyOpis/NrWiersza": None,
    },
)
derive("link, paid: none", case(invoice(paid=NOON), payment_link="on"), "DodatkowyOpis=absent")
derive(
    "link too long: none",
    case({**invoice(), "hosted_invoice_url": "https://x/" + "a" * 250}, payment_link="on"),
    "DodatkowyOpis=absent",
)
derive(
    "link of 256",
    case({**invoice(), "hosted_invoice_url": "https://x/" + "a" * 246}, payment_link="on"),
    {"Fa/DodatkowyOpis/Wartosc": {"length": 256}},
)
derive(
    "refund without a note",
    case(invoice(paid=NOON), related={"payment": {"payment_method_type": "card", "amount_refunded": 5000}}),
    "P_15=123.00",
    warned={"REFUND_WITHOUT_CREDIT_NOTE"},
)
derive("paid 23:30Z", case(invoice(paid=moment("2026-10-04 22:30"))), "Platnosc/DataZaplaty=2026-10-05")
MONTH_AHEAD = plan("2026-10-05 10:00", "2026-11-05 10:00")
derive(
    "hold when paid before",
    case(invoice(line(10000, **MONTH_AHEAD), paid=moment("2026-10-04 10:00")), prepaid_document="hold"),
    "hold=PREPAID_DOCUMENT",
)
derive("same day: filed", case(invoice(line(10000, **MONTH_AHEAD), paid=NOON), prepaid_document="hold"), "P_15=123.00")
derive("never filed", case(voided()), "skip=VOID")
derive(
    "filed",
    case(voided(line(10000, quantity=2)), related={"original_filing": filing()}),
    {
        "rodzaj": "KOR",
        "Fa/P_1": "2026-10-05",
        "Fa/P_2": "ABC-0001-VOID",
        "Fa/PrzyczynaKorekty": "Unieważnienie faktury",
        "Fa/FaWiersz[1]/P_8B": "-2",
        "Fa/FaWiersz[1]/P_9A": "50.00",
        "Fa/FaWiersz[1]/P_11": "-100.00",
        "Fa/P_13_1": "-100.00",
        "Fa/P_15": "-123.00",
        "Fa/DaneFaKorygowanej/NrKSeFFaKorygowanej": KSEF,
        "Fa/TypKorekty": "2",
    },
)
derive(
    "policy hold", case(voided(), related={"original_filing": filing()}, void_policy="hold"), "hold=VOID_AFTER_FILING"
)
derive(
    "pattern",
    case(voided(), related={"original_filing": filing()}, void_number_pattern="KOR/{number}"),
    "P_2=KOR/ABC-0001",
)
derive(
    "pending waits",
    case(voided(), related={"original_filing": {"status": "pending", "p_1": "2026-09-01", "p_2": "ABC-0001"}}),
    "hold=WAITING_ORIGINAL",
)
derive("skipped original", case(voided(), related={"original_filing": {"status": "skipped"}}), "skip=VOID")
derive("held original never left", case(voided(), related={"original_filing": {"status": "held"}}), "skip=VOID")
derive(
    "after a credit note of 40: what is left",
    case(
        voided(),
        related={"original_filing": filing(), "prior_corrections": [prior("CN-1", "-40.00", "-9.20", "-49.20")]},
    ),
    "W[1]/P_8B=1; W[1]/P_9A=-60.00; P_13_1=-60.00; P_14_1=-13.80; P_15=-73.80",
)
derive(
    "two rows, one credited whole",
    case(
        voided(line(10000), line(5000)),
        related={"original_filing": filing(), "prior_corrections": [prior("CN-1", "-50.00", "-11.50", "-61.50")]},
    ),
    "count(W)=1; W[1]/NrWierszaFa=1; W[1]/P_8B=-1; P_13_1=-100.00",
)
derive(
    "EUR: the zloty closes",
    case(
        voided(currency="eur"),
        related={
            "original_filing": filing(fx="4.2575", P_14_1W="97.92"),
            "prior_corrections": [prior("CN-1", "-40.00", "-9.20", "-49.20", P_14_1W="-39.17")],
        },
        fx=FX,
    ),
    "P_14_1W=-58.75; P_14_1=-13.80",
)
derive(
    "void np II",
    case(voided(line(10000, REVERSED), **GERMAN), related={"original_filing": filing()}),
    "P_13_9=-100.00; W[1]/P_8B=-1; Podmiot1/PrefiksPodatnika=PL; Adnotacje/P_18=1",
)
derive(
    "void outside",
    case(voided(), related={"original_filing": {"status": "outside_ksef"}}),
    "DaneFaKorygowanej/NrKSeFN=1; P_13_1=-100.00",
)
derive(
    "void at 22:30Z",
    case(voided(at=moment("2026-10-04 22:30")), related={"original_filing": filing()}),
    "P_1=2026-10-05",
)
derive(
    "void before start (d0 = day of the void)",
    case(voided(), related={"original_filing": filing()}, ksef_start="2026-11-01"),
    "skip=BEFORE_KSEF_START",
)
derive(
    "void with shipping",
    case(
        {
            **shipped([line(10000)], shipping(1500, "txr_PL23e"), "txr_PL23e", finalized=SEPTEMBER),
            "status": "void",
            "status_transitions": voided()["status_transitions"],
        },
        related={"original_filing": filing()},
    ),
    "W[2]/P_8B=-1; W[2]/UU_ID=in_1-shipping; P_13_1=-115.00; P_15=-141.45",
)
derive(
    "void gross",
    case(voided(line(12300, [tax(2300, "txr_PL23i")], quantity=3, unit="4100")), related={"original_filing": filing()}),
    "W[1]/P_8B=-3; W[1]/P_9B=41.00; W[1]/P_11A=-123.00; P_13_1=-100.00",
)
derive(
    "void invoice-level rounding",
    case(
        voided(*[line(111, [tax(26)]) for _ in range(3)], total_taxes=[tax(77)]), related={"original_filing": filing()}
    ),
    "P_13_1=-3.33; P_14_1=-0.77; P_15=-4.10; W[1]/P_11Vat=absent",
)
derive(
    "void credited in full before",
    case(
        voided(),
        related={"original_filing": filing(), "prior_corrections": [prior("CN-1", "-100.00", "-23.00", "-123.00")]},
    ),
    "skip=ZERO_TOTAL",
)
derive(
    "void p10",
    case(
        voided(line(20000, [tax(4140)], quantity=20, unit="1000", discount=2000), discounts=["di_1"]),
        related={"original_filing": filing()},
        discount_style="p10",
    ),
    "W[1]/P_8B=-20; W[1]/P_9A=10.00; W[1]/P_10=1.00; W[1]/P_11=-180.00",
)
derive(
    "void EUR untouched: W = -(as filed) even if our product differs",
    case(voided(currency="eur"), related={"original_filing": filing(fx="4.2575", P_14_1W="97.93")}),
    "P_14_1W=-97.93",
)
derive(
    "void late",
    case(voided(at=moment("2026-09-10 10:00")), related={"original_filing": filing()}),
    "P_1=2026-10-05",
    warned={"P1_REDATED"},
)
derive(
    "void number taken by a prior",
    case(
        voided(),
        related={
            "original_filing": filing(),
            "prior_corrections": [prior("ABC-0001-VOID", "-10.00", "-2.30", "-12.30")],
        },
    ),
    "hold=DUPLICATE_NUMBER",
)
