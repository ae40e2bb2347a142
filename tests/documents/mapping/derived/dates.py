"""Dates, periods and the days whose rate counts (fa3-mapping 2.2, 2.12)."""

from typing import Any

from tests.documents.mapping.build import NOON, case, invoice, line, moment, taxed
from tests.documents.mapping.derived.parts import GERMAN, REVERSED, VERIFIED, Cases, Json, plan

CASES = Cases()
derive = CASES.derive
midnight = moment("2026-08-31 22:30")
derive(
    "22:30Z on 31 Aug is 1 Sep",
    case(invoice(line(10000, period=(midnight, midnight)), finalized=midnight), filing_date="2026-09-01"),
    "P_1=2026-09-01; P_6=absent",
)
midnight = moment("2026-12-31 23:30")
derive(
    "23:30Z on 31 Dec is 1 Jan; Mon 4 Jan is the next business day",
    case(invoice(line(10000, period=(midnight, midnight)), finalized=midnight), filing_date="2027-01-04"),
    "P_1=2027-01-01; P_6=absent",
    warned=set(),
)
derive(
    "Thu 31 Dec filed on the next business day, Mon 4 Jan",
    case(
        invoice(line(10000, period=(moment("2026-12-31 10:00"),) * 2), finalized=moment("2026-12-31 10:00")),
        filing_date="2027-01-04",
    ),
    "P_1=2026-12-31",
    warned=set(),
)
derive(
    "Thu 31 Dec filed on Tue 5 Jan is late",
    case(
        invoice(line(10000, period=(moment("2026-12-31 10:00"),) * 2), finalized=moment("2026-12-31 10:00")),
        filing_date="2027-01-05",
    ),
    "P_1=2027-01-05; P_6=2026-12-31",
    warned={"P1_REDATED"},
)
derive(
    "5 Jan 2027 Tue -> next business Thu 7 Jan (6 Jan holiday)",
    case(
        invoice(line(10000, period=(moment("2027-01-05 10:00"),) * 2), finalized=moment("2027-01-05 10:00")),
        filing_date="2027-01-07",
    ),
    "P_1=2027-01-05",
    warned=set(),
)
derive(
    "23 Dec 2026 Wed -> next business Mon 28 Dec",
    case(invoice(finalized=moment("2026-12-23 10:00")), filing_date="2026-12-28"),
    "P_1=2026-12-23",
    warned=set(),
)
derive(
    "23 Dec filed 29 Dec late keep",
    case(invoice(finalized=moment("2026-12-23 10:00")), filing_date="2026-12-29", late_p1="keep"),
    "P_1=2026-12-23",
    warned=set(),
)
derive(
    "23 Dec filed 29 Dec late hold",
    case(invoice(finalized=moment("2026-12-23 10:00")), filing_date="2026-12-29", late_p1="hold"),
    "hold=P1_TOO_OLD",
)
derive("future", case(invoice(finalized=moment("2026-10-06 10:00")), filing_date="2026-10-05"), "hold=P1_IN_FUTURE")
derive(
    "DST end: 22:30Z on 25 Oct is still 25 Oct",
    case(
        invoice(line(10000, period=(moment("2026-10-25 22:30"),) * 2), finalized=moment("2026-10-25 22:30")),
        filing_date="2026-10-26",
    ),
    "P_1=2026-10-25; P_6=absent",
)
derive(
    "before DST end: 22:30Z on 24 Oct is 25 Oct",
    case(
        invoice(line(10000, period=(moment("2026-10-24 22:30"),) * 2), finalized=moment("2026-10-24 22:30")),
        filing_date="2026-10-26",
    ),
    "P_1=2026-10-25",
)
derive(
    "DST start 2027-03-28: 22:30Z on 28 Mar is 29 Mar",
    case(
        invoice(line(10000, period=(moment("2027-03-28 22:30"),) * 2), finalized=moment("2027-03-28 22:30")),
        filing_date="2027-03-29",
    ),
    "P_1=2027-03-29",
)
derive(
    "month over DST",
    case(invoice(line(10000, **plan("2026-09-30 22:00", "2026-10-31 23:00")))),
    "OkresFa/P_6_Od=2026-10-01; OkresFa/P_6_Do=2026-10-31",
)
derive(
    "month over DST with UTC ends 22:00Z (23:00 on 31 Oct in Warsaw)",
    case(invoice(line(10000, **plan("2026-09-30 22:00", "2026-10-31 22:00")))),
    "OkresFa/P_6_Od=2026-10-01; OkresFa/P_6_Do=2026-10-30",
)
derive(
    "year plan across the year",
    case(invoice(line(10000, **plan("2026-10-05 10:00", "2027-10-05 10:00")))),
    "OkresFa/P_6_Od=2026-10-05; OkresFa/P_6_Do=2027-10-04",
)
derive(
    "one-day subscription, same day as P_1",
    case(invoice(line(10000, **plan("2026-10-05 10:00", "2026-10-06 10:00")))),
    "OkresFa/P_6_Od=absent; P_6=absent",
)
derive(
    "period within one day: e = max(s, end-1) = s",
    case(invoice(line(10000, **plan("2026-10-04 10:00", "2026-10-04 18:00")))),
    "P_6=2026-10-04",
)
derive(
    "one-off over several days keeps its end",
    case(invoice(line(10000, period=(moment("2026-09-01 10:00"), moment("2026-09-30 10:00"))))),
    "OkresFa/P_6_Od=2026-09-01; OkresFa/P_6_Do=2026-09-30",
)
derive(
    "one_off_p6 none",
    case(invoice(line(10000, period=(moment("2026-09-20 10:00"),) * 2)), one_off_p6="none"),
    "P_6=absent",
)
derive("one_off_p6 item_period", case(invoice(line(10000, period=(moment("2026-09-20 10:00"),) * 2))), "P_6=2026-09-20")
derive(
    "rows differ: P_6A and Okres",
    case(invoice(line(10000, **plan("2026-09-05 10:00", "2026-10-05 10:00")), line(5000))),
    "OkresFa/P_6_Od=absent; P_6=absent; W[1]/P_6A=2026-10-04; W[2]/P_6A=absent; "
    "DodatkowyOpis[1]/NrWiersza=1; DodatkowyOpis[1]/Klucz=Okres; "
    "DodatkowyOpis[1]/Wartosc=2026-09-05 – 2026-10-04; count(Fa/DodatkowyOpis)=1",
)
derive(
    "effective_at earlier than finalized_at wins",
    case({**invoice(), "effective_at": moment("2026-10-02 10:00")}, filing_date="2026-10-05"),
    "P_1=2026-10-02",
)
derive("effective_at null -> finalized_at", case({**invoice(), "effective_at": None}), "P_1=2026-10-05")
derive(
    "before start",
    case(invoice(finalized=moment("2026-03-31 10:00")), filing_date="2026-10-05"),
    "skip=BEFORE_KSEF_START",
)
derive(
    "23:00Z 31 March is 1 April in Warsaw: in scope",
    case(invoice(finalized=moment("2026-03-31 22:30")), filing_date="2026-04-01"),
    "P_1=2026-04-01",
)
derive("small seller start 2027", case(invoice(), ksef_start="2027-01-01"), "skip=BEFORE_KSEF_START")
derive(
    "start earlier by setting",
    case(invoice(finalized=moment("2026-02-10 10:00")), filing_date="2026-02-10", ksef_start="2026-02-01"),
    "P_1=2026-02-10",
)
LONG_AGO = moment("2007-03-01 10:00")
IN_2011 = moment("2011-03-01 10:00")
derive("due 2011", case(invoice(due_date=IN_2011)), "hold=LINES_INCOMPLETE")
derive("paid 2007", case(invoice(paid=LONG_AGO)), "hold=LINES_INCOMPLETE")
derive("period 2007", case(invoice(line(10000, period=(LONG_AGO, IN_2011)))), "OkresFa/P_6_Od=2007-03-01")
derive("P_6 2007", case(invoice(line(10000, period=(LONG_AGO, LONG_AGO)))), "P_6=2007-03-01")
derive("P_6A 2007", case(invoice(line(10000, period=(LONG_AGO, LONG_AGO)), line(10000))), "W[1]/P_6A=2007-03-01")
derive(
    "period to 2049",
    case(invoice(line(10000, **plan("2026-10-05 10:00", "2049-12-01 10:00")))),
    "OkresFa/P_6_Do=2049-11-30",
)
OLD_PAYMENTS = {
    "object": "list",
    "data": [
        {"status": "paid", "amount_paid": 10000, "status_transitions": {"paid_at": LONG_AGO}},
        {"status": "paid", "amount_paid": 2300, "status_transitions": {"paid_at": IN_2011}},
    ],
}
derive("parts 2007", case({**invoice(paid=NOON), "payments": OLD_PAYMENTS}), "hold=LINES_INCOMPLETE")


def euro(rates: dict[str, str]) -> Json:
    return {"source": "NBP_A", "rates": {"EUR": rates}}


def in_euro(
    finalized: str, filing_date: str, *, rows: list[Json] | None = None, paid: int | None = None, **settings: Any
) -> Json:
    """The case of an invoice in euro, of one row supplied on the day unless told otherwise."""
    at = moment(finalized)
    stripe = invoice(*(rows or [line(10000, period=(at, at))]), currency="eur", finalized=at, paid=paid)
    return case(stripe, filing_date=filing_date, **settings)


derive(
    "Mon 28 Dec 2026: last table 23 Dec (24 Dec holiday since 2025, 25-27 off)",
    in_euro(
        "2026-12-28 10:00",
        "2026-12-28",
        fx=euro({"2026-12-22": "4.1", "2026-12-23": "4.2", "2026-12-24": "4.9", "2026-12-28": "4.3"}),
    ),
    "W[1]/KursWaluty=4.2; P_14_1W=96.60",
)
derive(
    "Easter Monday 29 March 2027: Tue 30 March -> Good Friday, a business day",
    in_euro("2027-03-30 10:00", "2027-03-30", fx=euro({"2027-03-25": "4.1", "2027-03-26": "4.2", "2027-03-29": "4.8"})),
    "W[1]/KursWaluty=4.2",
)
derive(
    "Tue 4 May 2027: 3 May Monday off, 1 May Saturday -> Fri 30 Apr",
    in_euro("2027-05-04 10:00", "2027-05-04", fx=euro({"2027-04-30": "4.2", "2027-05-03": "4.9", "2027-04-29": "4.1"})),
    "W[1]/KursWaluty=4.2",
)
derive(
    "Corpus Christi 4 June 2026 Thu; Fri 5 June -> Wed 3 June",
    in_euro("2026-06-05 10:00", "2026-06-05", fx=euro({"2026-06-03": "4.2", "2026-06-04": "4.9", "2026-06-02": "4.1"})),
    "W[1]/KursWaluty=4.2",
)
derive(
    "Corpus Christi 27 May 2027; Fri 28 May -> Wed 26 May",
    in_euro("2027-05-28 10:00", "2027-05-28", fx=euro({"2027-05-26": "4.2", "2027-05-27": "4.9"})),
    "W[1]/KursWaluty=4.2",
)
derive(
    "15 Aug 2026 is Saturday: Mon 17 Aug -> Fri 14",
    in_euro("2026-08-17 10:00", "2026-08-17", fx=euro({"2026-08-14": "4.2", "2026-08-13": "4.1"})),
    "W[1]/KursWaluty=4.2",
)
derive(
    "7 Jan 2027 Thu -> Tue 5 Jan",
    in_euro("2027-01-07 10:00", "2027-01-07", fx=euro({"2027-01-05": "4.2", "2027-01-06": "4.9"})),
    "W[1]/KursWaluty=4.2",
)
derive(
    "2 Nov 2026 Mon: 1 Nov Sunday -> Fri 30 Oct",
    in_euro("2026-11-02 10:00", "2026-11-02", fx=euro({"2026-10-30": "4.2", "2026-10-29": "4.1"})),
    "W[1]/KursWaluty=4.2",
)
derive(
    "rate missing: never an older one",
    in_euro("2026-10-05 10:00", "2026-10-05", fx=euro({"2026-10-01": "4.2"})),
    "hold=FX_RATE_MISSING",
)
derive(
    "paid before P_1: payment day earlier than P_1 and e",
    in_euro(
        "2026-10-05 10:00",
        "2026-10-05",
        paid=moment("2026-10-02 10:00"),
        rows=[line(10000, **plan("2026-10-05 10:00", "2026-11-05 10:00"))],
        fx=euro({"2026-10-01": "4.1", "2026-10-02": "4.2"}),
    ),
    "W[1]/KursWaluty=4.1; P_1=2026-10-05",
)
derive(
    "prepaid plan: e in the future, unpaid -> P_1",
    in_euro(
        "2026-10-05 10:00",
        "2026-10-05",
        rows=[line(10000, **plan("2026-10-05 10:00", "2026-11-05 10:00"))],
        fx=euro({"2026-10-01": "4.1", "2026-10-02": "4.2"}),
    ),
    "W[1]/KursWaluty=4.2",
)
derive(
    "usage: e 30 Sep before P_1 -> table 29 Sep",
    in_euro(
        "2026-10-05 10:00",
        "2026-10-05",
        rows=[line(10000, **plan("2026-08-31 22:00", "2026-09-30 22:00"))],
        fx=euro({"2026-09-29": "4.1", "2026-10-02": "4.2"}),
    ),
    "W[1]/KursWaluty=4.1",
)
derive(
    "cash method: e plays no part, paid on P_1",
    in_euro(
        "2026-10-05 10:00",
        "2026-10-05",
        paid=NOON,
        cash_method=True,
        rows=[line(10000, **plan("2026-08-31 22:00", "2026-09-30 22:00"))],
        fx=euro({"2026-09-29": "4.1", "2026-10-02": "4.2"}),
    ),
    "W[1]/KursWaluty=4.2; Adnotacje/P_16=1",
)
derive(
    "cash method unpaid -> P_1",
    in_euro(
        "2026-10-05 10:00",
        "2026-10-05",
        cash_method="on",
        rows=[line(10000, **plan("2026-08-31 22:00", "2026-09-30 22:00"))],
        fx=euro({"2026-09-29": "4.1", "2026-10-02": "4.2"}),
    ),
    "W[1]/KursWaluty=4.2",
)
derive(
    "ksef_tax_point issue",
    in_euro(
        "2026-10-05 10:00",
        "2026-10-05",
        paid=moment("2026-10-02 10:00"),
        rows=[
            line(
                10000,
                product={"id": "p", "name": "x", "metadata": {"ksef_tax_point": "issue"}},
                **plan("2026-08-31 22:00", "2026-09-30 22:00"),
            )
        ],
        fx=euro({"2026-09-29": "4.1", "2026-10-01": "4.0", "2026-10-02": "4.2"}),
    ),
    "W[1]/KursWaluty=4.2",
)
derive(
    "redated: reference still the supply",
    in_euro("2026-10-02 10:00", "2026-10-20", fx=euro({"2026-10-01": "4.1", "2026-10-19": "4.2", "2026-10-02": "4.7"})),
    "W[1]/KursWaluty=4.1; P_1=2026-10-20",
)
derive(
    "two rates: 23.00 x 4.1 + 11.50 x 4.2 = 94.30 + 48.30",
    in_euro(
        "2026-10-05 10:00",
        "2026-10-05",
        rows=[line(10000, **plan("2026-08-31 22:00", "2026-09-30 22:00")), line(5000)],
        fx=euro({"2026-09-29": "4.1", "2026-10-02": "4.2"}),
    ),
    "W[1]/KursWaluty=4.1; W[2]/KursWaluty=4.2; P_14_1W=142.60",
)
derive(
    "one rounding at the end: 3.45 x 4.3333 = 14.9499 -> 14.95, by rows 3 x 4.98",
    in_euro(
        "2026-10-05 10:00", "2026-10-05", rows=[line(500), line(500), line(500)], fx=euro({"2026-10-02": "4.3333"})
    ),
    "P_14_1W=14.95",
)
derive(
    "a tie goes up: 0.80 x 4.25625 = 3.405 -> 3.41",
    in_euro(
        "2026-10-05 10:00", "2026-10-05", rows=[line(1000, taxed(1000, "txr_PL8e"))], fx=euro({"2026-10-02": "4.25625"})
    ),
    "P_14_2W=3.41",
)
derive(
    "np rows have no rate",
    case(invoice(line(10000, REVERSED), **GERMAN), related=VERIFIED, fx=euro({"2026-10-02": "4.2"})),
    "W[1]/KursWaluty=absent; P_14_1W=absent",
)
derive(
    "fx_on_untaxed",
    case(
        invoice(line(10000, REVERSED), **GERMAN), related=VERIFIED, fx_on_untaxed="on", fx=euro({"2026-10-02": "4.2"})
    ),
    "W[1]/KursWaluty=4.2",
)
derive(
    "OSS never",
    case(
        invoice(
            line(10000, taxed(10000, "txr_DE19e")), country="DE", ids=[], customer_name="Hans Meier", currency="eur"
        ),
        oss="on",
        b2c_policy="file",
        fx_on_untaxed="on",
        fx=euro({"2026-10-02": "4.2"}),
    ),
    "W[1]/KursWaluty=absent; P_13_5=100.00; P_14_5=19.00; W[1]/P_12=absent; W[1]/P_12_XII=19; P_15=119.00; "
    "P2/BrakID=1; Adnotacje/P_18=2",
)
ECB = {
    "source": "ECB",
    "rates": {"EUR": {"2026-10-02": "4.25"}, "PLN": {"2026-10-02": "4.25"}, "USD": {"2026-10-02": "1.10"}},
}
derive(
    "EUR through PLN quote",
    case(invoice(currency="eur"), fx_source="ECB", fx=ECB),
    "W[1]/KursWaluty=4.25; P_14_1W=97.75",
)
derive(
    "USD cross 4.25/1.10=3.863636",
    case(invoice(currency="usd"), fx_source="ECB", fx=ECB),
    "W[1]/KursWaluty=3.863636; P_14_1W=88.86",
)
derive(
    "ECB open on 11 Nov: Thu 12 Nov -> 11 Nov",
    case(
        invoice(
            line(10000, period=(moment("2026-11-12 10:00"),) * 2), currency="eur", finalized=moment("2026-11-12 10:00")
        ),
        filing_date="2026-11-12",
        fx_source="ECB",
        fx={"source": "ECB", "rates": {"PLN": {"2026-11-11": "4.3", "2026-11-10": "4.2"}}},
    ),
    "W[1]/KursWaluty=4.3",
)
