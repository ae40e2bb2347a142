"""The 31 worked examples of the mapping rules, each value of them."""

import json
from typing import Any

import pytest

from apps.documents.mapping.case import preview
from tests.documents.mapping.build import (
    SEPTEMBER,
    case,
    credit_line,
    credit_note,
    filing,
    invoice,
    line,
    moment,
    tax,
    taxed,
)
from tests.documents.mapping.expectations import differences

SUBSCRIPTION = {"is_subscription": True, "period": (SEPTEMBER, moment("2026-10-01 10:00"))}
NOTHING = [tax(0, "txr_DE19e", "reverse_charge")]
NOT_COLLECTING = [tax(0, "txr_GB20e", "not_collecting")]


def original(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"original_invoice": invoice(*rows, finalized=SEPTEMBER, **more), "original_filing": filing()}


def e1() -> Any:
    start = moment("2026-09-15 10:00")
    row = line(9900, [tax(2277)], is_subscription=True, period=(start, moment("2026-10-15 10:00")))
    return case(invoice(row, finalized=start), filing_date="2026-09-15"), {
        "Fa/P_1": "2026-09-15",
        "Fa/OkresFa/P_6_Od": "2026-09-15",
        "Fa/OkresFa/P_6_Do": "2026-10-14",
        "Fa/P_13_1": "99.00",
        "Fa/P_14_1": "22.77",
        "Fa/P_15": "121.77",
    }


def e2() -> Any:
    return case(invoice(line(23988, [tax(5517)], quantity=12, unit="1999"))), {
        "Fa/FaWiersz[1]/P_8B": "12",
        "Fa/FaWiersz[1]/P_9A": "19.99",
        "Fa/FaWiersz[1]/P_11": "239.88",
        "Fa/P_13_1": "239.88",
        "Fa/P_14_1": "55.17",
        "Fa/P_15": "295.05",
    }


def e3() -> Any:
    return case(invoice(*(line(111, [tax(26)]) for _ in range(3)))), {
        "Fa/P_13_1": "3.33",
        "Fa/P_14_1": "0.78",
        "Fa/P_15": "4.11",
        "Fa/FaWiersz[1]/P_11Vat": "0.26",
    }


def e4() -> Any:
    return case(invoice(*(line(111, [tax(26)]) for _ in range(3)), total_taxes=[tax(77)])), {
        "Fa/P_13_1": "3.33",
        "Fa/P_14_1": "0.77",
        "Fa/P_15": "4.10",
        "Fa/FaWiersz[1]/P_11Vat": None,
    }


def e5() -> Any:
    return case(invoice(line(21600, [tax(1600, "txr_PL8i")]))), {
        "Fa/P_13_2": "200.00",
        "Fa/P_14_2": "16.00",
        "Fa/P_15": "216.00",
        "Fa/FaWiersz[1]/P_9B": "216.00",
        "Fa/FaWiersz[1]/P_11A": "216.00",
        "Fa/FaWiersz[1]/P_12": "8",
        "Fa/FaWiersz[1]/P_9A": None,
        "Fa/FaWiersz[1]/P_11": None,
    }


def e6() -> Any:
    return case(invoice(line(12300, [tax(2300, "txr_PL23i")]), line(1050, [tax(50, "txr_PL5i")]))), {
        "Fa/P_13_1": "100.00",
        "Fa/P_14_1": "23.00",
        "Fa/P_13_3": "10.00",
        "Fa/P_14_3": "0.50",
        "Fa/P_15": "133.50",
    }


def e7() -> Any:
    rows = line(10000, [tax(1725)], discount=2500), line(4000, [tax(690)], discount=1000)
    return case(invoice(*rows, discounts=["di_1"])), {
        "Fa/FaWiersz[1]/P_9A": "75.00",
        "Fa/FaWiersz[1]/P_11": "75.00",
        "Fa/FaWiersz[2]/P_11": "30.00",
        "Fa/P_13_1": "105.00",
        "Fa/P_14_1": "24.15",
        "Fa/P_15": "129.15",
    }


def e8() -> Any:
    rows = line(20000, [tax(4140)], quantity=3, unit=None, discount=2000), line(10000, [tax(2070)], discount=1000)
    return case(invoice(*rows, discounts=["di_1"])), {
        "Fa/FaWiersz[1]/P_8B": "3",
        "Fa/FaWiersz[1]/P_9A": "60.00",
        "Fa/FaWiersz[1]/P_11": "180.00",
        "Fa/FaWiersz[2]/P_9A": "90.00",
        "Fa/P_13_1": "270.00",
        "Fa/P_14_1": "62.10",
        "Fa/P_15": "332.10",
    }


def e9() -> Any:
    rows = line(10000, [tax(2300)], quantity=100, unit="100"), line(4000, [tax(920)], quantity=50, unit="80")
    return case(invoice(*rows)), {
        "Fa/FaWiersz[1]/P_9A": "1.00",
        "Fa/FaWiersz[2]/P_9A": "0.80",
        "Fa/FaWiersz[2]/P_11": "40.00",
        "Fa/P_13_1": "140.00",
        "Fa/P_14_1": "32.20",
        "Fa/P_15": "172.20",
    }


def e10() -> Any:
    return case(invoice(line(10000, [tax(2300)], quantity=7, unit=None))), {
        "Fa/FaWiersz[1]/P_8B": "7",
        "Fa/FaWiersz[1]/P_9A": "14.28571429",
        "Fa/FaWiersz[1]/P_11": "100.00",
        "Fa/P_15": "123.00",
    }


def e11() -> Any:
    return case(invoice(line(1100, [tax(253)], quantity=1001, unit=None))), {
        "Fa/FaWiersz[1]/P_8B": "1001",
        "Fa/FaWiersz[1]/P_9A": "0.01098901",
        "Fa/FaWiersz[1]/P_11": "11.00",
        "Fa/P_14_1": "2.53",
        "Fa/P_15": "13.53",
    }


def e12() -> Any:
    past = (moment("2026-09-20 10:00"), moment("2026-10-05 10:00"))
    ahead = (moment("2026-10-05 10:00"), moment("2026-11-05 10:00"))
    rows = (
        line(-5000, [tax(-1150)], is_subscription=True, is_proration=True, period=past, description="Unused"),
        line(7500, [tax(1725)], is_subscription=True, is_proration=True, period=past, description="Remaining"),
        line(15000, [tax(3450)], is_subscription=True, period=ahead, description="Pro"),
    )
    return case(invoice(*rows)), {
        "Fa/OkresFa/P_6_Od": None,
        "Fa/P_6": None,
        "Fa/FaWiersz[1]/P_6A": "2026-10-04",
        "Fa/FaWiersz[3]/P_6A": "2026-11-04",
        "Fa/FaWiersz[1]/P_9A": "-50.00",
        "Fa/P_13_1": "175.00",
        "Fa/P_14_1": "40.25",
        "Fa/P_15": "215.25",
    }


def e13() -> Any:
    stripe = invoice(
        line(10000, [tax(0, "txr_FR20e", "reverse_charge")]),
        currency="eur",
        country="FR",
        ids=[("eu_vat", "FR XX 999 999 999")],
    )
    return case(stripe), {
        "Podmiot2/DaneIdentyfikacyjne/KodUE": "FR",
        "Podmiot2/DaneIdentyfikacyjne/NrVatUE": "XX999999999",
        "Podmiot1/PrefiksPodatnika": "PL",
        "Fa/P_13_9": "100.00",
        "Fa/FaWiersz[1]/P_12": "np II",
        "Fa/Adnotacje/P_18": "1",
        "Fa/P_15": "100.00",
    }


def e14() -> Any:
    stripe = invoice(line(8000, NOT_COLLECTING), currency="gbp", country="GB", ids=[("gb_vat", "GB 123 4567 89")])
    return case(stripe), {
        "Podmiot2/DaneIdentyfikacyjne/KodKraju": "GB",
        "Podmiot2/DaneIdentyfikacyjne/NrID": "123456789",
        "Podmiot1/PrefiksPodatnika": None,
        "Fa/P_13_8": "80.00",
        "Fa/FaWiersz[1]/P_12": "np I",
        "Fa/Adnotacje/P_18": "1",
        "Fa/P_15": "80.00",
    }


def e15() -> Any:
    stripe = invoice(line(5000, NOT_COLLECTING), currency="chf", country="CH", ids=[("ch_vat", "CHE-123.456.789 MWST")])
    return case(stripe), {
        "Podmiot2/DaneIdentyfikacyjne/KodKraju": "CH",
        "Podmiot2/DaneIdentyfikacyjne/NrID": "CHE123456789MWST",
        "Fa/P_13_8": "50.00",
        "Fa/P_15": "50.00",
    }


def e16() -> Any:
    day = moment("2026-11-12 10:00")
    stripe = invoice(line(50000, [tax(11500)], period=(day, day)), currency="usd", finalized=day)
    return case(stripe, filing_date="2026-11-12"), {
        "Fa/FaWiersz[1]/KursWaluty": "3.6377",
        "Fa/P_13_1": "500.00",
        "Fa/P_14_1": "115.00",
        "Fa/P_14_1W": "418.34",
        "Fa/P_15": "615.00",
    }


def e17() -> Any:
    usage = (moment("2026-08-31 22:00"), moment("2026-10-01 00:00"))
    stripe = invoice(
        line(20000, [tax(4600)], is_subscription=True, period=usage), currency="eur", paid=moment("2026-10-05 10:05")
    )
    return case(stripe), {
        "Fa/P_1": "2026-10-05",
        "Fa/OkresFa/P_6_Do": "2026-09-30",
        "Fa/FaWiersz[1]/KursWaluty": "4.2480",
        "Fa/P_14_1": "46.00",
        "Fa/P_14_1W": "195.41",
        "Fa/P_15": "246.00",
    }


def e18() -> Any:
    basis = "art. 43 ust. 1 pkt 29 ustawy o VAT"
    return case(
        invoice(line(40000, [tax(0, reason="product_exempt")]), line(10000, [tax(2300)])), exempt_basis=basis
    ), {
        "Fa/P_13_7": "400.00",
        "Fa/P_13_1": "100.00",
        "Fa/P_14_1": "23.00",
        "Fa/FaWiersz[1]/P_12": "zw",
        "Fa/Adnotacje/Zwolnienie/P_19A": basis,
        "Fa/P_15": "523.00",
    }


def e19() -> Any:
    return case(invoice(line(30000, [tax(0, "txr_PL0e", "zero_rated")]))), {
        "Fa/P_13_6_1": "300.00",
        "Fa/FaWiersz[1]/P_12": "0 KR",
        "Fa/Adnotacje/P_18": "2",
        "Fa/P_15": "300.00",
    }


def e20() -> Any:
    stripe = invoice(
        line(25000, [tax(0, "txr_US0e", "zero_rated")]), currency="usd", country="US", ids=[("us_ein", "98-7654321")]
    )
    return case(stripe, supply="goods"), {
        "Fa/P_13_6_3": "250.00",
        "Fa/FaWiersz[1]/P_12": "0 EX",
        "Fa/Adnotacje/P_18": "2",
        "Podmiot2/DaneIdentyfikacyjne/NrID": "987654321",
        "Podmiot2/Adres/AdresL2": "Austin, TX 73301",
        "Fa/P_15": "250.00",
    }


def e21() -> Any:
    return case(invoice(line(10000, [tax(2300)]), starting_balance=2000, ending_balance=0)), {
        "Fa/P_15": "123.00",
        "Fa/Rozliczenie/Obciazenia/Kwota": "20.00",
        "Fa/Rozliczenie/DoZaplaty": "143.00",
    }


def e22() -> Any:
    stripe = invoice(
        line(1000000, [tax(0, "txr_HU27e", "reverse_charge")]),
        currency="huf",
        country="HU",
        ids=[("eu_vat", "HU12345678")],
    )
    return case(stripe), {"Fa/KodWaluty": "HUF", "Fa/P_13_9": "10000.00", "Fa/P_15": "10000.00"}


def e23() -> Any:
    stripe = invoice(
        line(3000, [tax(0, "txr_CA5e", "not_collecting")]),
        currency="cad",
        country="CA",
        ids=[],
        customer_name="Jane Doe",
    )
    return case(stripe), {
        "Podmiot2/DaneIdentyfikacyjne/BrakID": "1",
        "Fa/P_13_8": "30.00",
        "Fa/FaWiersz[1]/P_12": "np I",
        "Fa/Adnotacje/P_18": "2",
        "Podmiot2/Adres/AdresL2": "Toronto, ON M5H 1A1",
        "Fa/P_15": "30.00",
    }


def e24() -> Any:
    late = moment("2026-10-05 23:30")
    stripe = invoice(line(10000, [tax(2300)], period=(late, late)), finalized=late, paid=late)
    return case(stripe, related={"payment": {"payment_method_type": "blik"}}, filing_date="2026-10-06"), {
        "Fa/P_1": "2026-10-06",
        "Fa/P_6": None,
        "Fa/Platnosc/DataZaplaty": "2026-10-06",
        "Fa/Platnosc/FormaPlatnosci": "7",
        "Fa/P_15": "123.00",
    }


def e25() -> Any:
    return case(invoice(line(2997, [tax(560, "txr_PL23i")], quantity=3, unit="999")), inclusive_style="net"), {
        "Fa/FaWiersz[1]/P_8B": "3",
        "Fa/FaWiersz[1]/P_9A": "8.12333333",
        "Fa/FaWiersz[1]/P_11": "24.37",
        "Fa/FaWiersz[1]/P_9B": None,
        "Fa/P_13_1": "24.37",
        "Fa/P_14_1": "5.60",
        "Fa/P_15": "29.97",
    }


def e26() -> Any:
    note = credit_note(credit_line(10000, [tax(2300)], quantity=2, unit="5000"))
    return case(note, related=original(line(25000, quantity=5, unit="5000", **SUBSCRIPTION))), {
        "Fa/RodzajFaktury": "KOR",
        "Fa/FaWiersz[1]/P_8B": "-2",
        "Fa/FaWiersz[1]/P_9A": "50.00",
        "Fa/FaWiersz[1]/P_11": "-100.00",
        "Fa/P_13_1": "-100.00",
        "Fa/P_14_1": "-23.00",
        "Fa/P_15": "-123.00",
    }


def e27() -> Any:
    note = credit_note(
        credit_line(5000, [tax(1150)]), credit_line(10000, [tax(800, "txr_PL8e")], of="il_2", id="cnli_2")
    )
    rows = line(20000, **SUBSCRIPTION), line(10000, taxed(10000, "txr_PL8e"), **SUBSCRIPTION)
    return case(note, related=original(*rows)), {
        "Fa/FaWiersz[1]/P_8B": "1",
        "Fa/FaWiersz[1]/P_9A": "-50.00",
        "Fa/FaWiersz[2]/P_8B": "-1",
        "Fa/FaWiersz[2]/P_9A": "100.00",
        "Fa/P_13_1": "-50.00",
        "Fa/P_14_1": "-11.50",
        "Fa/P_13_2": "-100.00",
        "Fa/P_14_2": "-8.00",
        "Fa/P_15": "-169.50",
    }


def e28() -> Any:
    note = credit_note(credit_line(4000, [tax(920)]), currency="eur", created=moment("2026-10-20 10:00"))
    related = {
        "original_invoice": invoice(line(10000, [tax(2300)]), currency="eur"),
        "original_filing": filing(p_1="2026-10-05", fx="4.2575", P_14_1W="97.92"),
    }
    return case(note, related=related, filing_date="2026-10-20"), {
        "Fa/FaWiersz[1]/KursWaluty": "4.2575",
        "Fa/P_13_1": "-40.00",
        "Fa/P_14_1": "-9.20",
        "Fa/P_14_1W": "-39.17",
        "Fa/P_15": "-49.20",
    }


def e29() -> Any:
    note = credit_note(credit_line(4100, [tax(767, "txr_PL23i")]))
    return case(note, related=original(line(12300, [tax(2300, "txr_PL23i")], **SUBSCRIPTION))), {
        "Fa/FaWiersz[1]/P_9B": "-41.00",
        "Fa/FaWiersz[1]/P_11A": "-41.00",
        "Fa/FaWiersz[1]/P_11Vat": "-7.67",
        "Fa/P_13_1": "-33.33",
        "Fa/P_14_1": "-7.67",
        "Fa/P_15": "-41.00",
    }


def e30() -> Any:
    note = credit_note(credit_line(10000, NOTHING), currency="eur")
    bought = original(
        line(10000, NOTHING, **SUBSCRIPTION), currency="eur", country="DE", ids=[("eu_vat", "DE123456789")]
    )
    return case(note, related=bought), {
        "Fa/P_13_9": "-100.00",
        "Fa/P_15": "-100.00",
        "Fa/FaWiersz[1]/P_12": "np II",
        "Fa/FaWiersz[1]/P_8B": "-1",
        "Fa/Adnotacje/P_18": "1",
        "Podmiot1/PrefiksPodatnika": "PL",
        "Fa/P_14_1": None,
    }


def e31() -> Any:
    note = credit_note(amount=6150, total=6150, total_excluding_tax=5000, total_taxes=[tax(1150)])
    return case(note, related=original(line(20000, **SUBSCRIPTION))), {
        "Fa/FaWiersz[1]/NrWierszaFa": "2",
        "Fa/FaWiersz[1]/P_9A": "-50.00",
        "Fa/FaWiersz[1]/P_11": "-50.00",
        "Fa/P_13_1": "-50.00",
        "Fa/P_14_1": "-11.50",
        "Fa/P_15": "-61.50",
    }


EXAMPLES = {f"E{number}": globals()[f"e{number}"] for number in range(1, 32)}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_worked_example_has_every_value(name: str) -> None:
    data, expected = EXAMPLES[name]()

    assert differences(preview(json.dumps(data)), expected) == []
