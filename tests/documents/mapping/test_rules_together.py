"""Rules where they meet: cases worked out by hand from the text of fa3-mapping, several rules in each."""

import json
from typing import Any

import pytest

from apps.documents.mapping.case import preview
from apps.fa3.schema import validate_xml
from tests.documents.mapping.build import (
    NOON,
    ROW,
    SELLER,
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

SEPTEMBER = (moment("2026-08-31 22:00"), moment("2026-09-30 22:00"))  # a whole month in Warsaw
OCTOBER = (NOON, moment("2026-11-05 11:00"))
REVERSED = [tax(0, "txr_DE19e", "reverse_charge")]
GERMAN: dict[str, Any] = {"country": "DE", "ids": [("eu_vat", "DE123456789")]}
WRONG_NIP: dict[str, Any] = {"ids": [("pl_nip", "1234567890")]}
Case = tuple[dict[str, Any], dict[str, Any]]


def month(amount: int, period: tuple[int, int] = SEPTEMBER, **more: Any) -> dict[str, Any]:
    return line(amount, is_subscription=True, period=period, **more)


def one_off(amount: int, day: str, **more: Any) -> dict[str, Any]:
    return line(amount, period=(moment(day), moment(day)), **more)


def of(*rows: dict[str, Any], filed: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    bought = invoice(*rows, finalized=moment("2026-09-01 10:00"), **more)
    return {"original_invoice": bought, "original_filing": filed or filing()}


def late(day: str, filed_on: str, *rows: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return case(invoice(*(rows or [one_off(10000, day)]), finalized=moment(day)), filing_date=filed_on, **settings)


DATES: dict[str, Case] = {
    "half past midnight in summer, hours before in UTC": (
        late("2026-08-31 22:30", "2026-09-01"),
        {"Fa/P_1": "2026-09-01", "Fa/P_6": None},
    ),
    "the hour is turned back: 22:30 UTC is still the same day": (
        late("2026-10-25 22:30", "2026-10-26"),
        {"Fa/P_1": "2026-10-25"},
    ),
    "New Year's Day begins in Warsaw; filed on the next business day": (
        late("2026-12-31 23:30", "2027-01-04"),
        {"Fa/P_1": "2027-01-01"},
    ),
    "Christmas Eve is a holiday: five days later is the next business day": (
        late("2026-12-23 10:00", "2026-12-28"),
        {"Fa/P_1": "2026-12-23"},
    ),
    "a re-dated invoice keeps its day as the day of supply": (
        late("2026-10-02 10:00", "2026-10-06"),
        {"Fa/P_1": "2026-10-06", "Fa/P_6": "2026-10-02"},
    ),
    "rows that end together but began apart stand apart": (
        case(invoice(month(10000), month(5000, (moment("2026-09-15 10:00"), SEPTEMBER[1])))),
        {
            "Fa/OkresFa": None,
            f"{ROW}[1]/P_6A": "2026-09-30",
            f"{ROW}[2]/P_6A": "2026-09-30",
            "Fa/DodatkowyOpis[2]/Wartosc": "2026-09-15 – 2026-09-30",
        },
    ),
    "a dropped zero row has no say in the period": (
        case(invoice(month(0, taxes=[tax(0)], unit="0"), one_off(10000, "2026-10-05 08:00"))),
        {f"count({ROW})": "1", "Fa/P_6": None, f"{ROW}/P_6A": None, f"{ROW}/NrWierszaFa": "1"},
    ),
}

CURRENCY: dict[str, Case] = {
    # 23.00 × 4.2480 = 97.704; 46.00 × 4.2575 = 195.845; together 293.549.
    "two rates in one bucket are rounded once": (
        case(invoice(month(10000), month(20000, OCTOBER), currency="eur")),
        {f"{ROW}[1]/KursWaluty": "4.2480", f"{ROW}[2]/KursWaluty": "4.2575", "Fa/P_14_1W": "293.55"},
    ),
    # The tax of the whole document, 0.77, counts, not the 0.78 of the rows: 0.77 × 4.2575 = 3.278.
    "one rate is applied to the tax of the bucket": (
        case(invoice(*(line(111, [tax(26)]) for _ in range(3)), total_taxes=[tax(77)], currency="eur")),
        {"Fa/P_14_1": "0.77", "Fa/P_14_1W": "3.28", f"{ROW}/P_11Vat": None},
    ),
    "under the cash method the end of the period plays no part": (
        case(invoice(month(10000), currency="eur"), cash_method="on"),
        {f"{ROW}/KursWaluty": "4.2575", "Fa/Adnotacje/P_16": "1"},
    ),
    "re-dated, the day of supply still gives the rate": (
        case(invoice(one_off(10000, "2026-10-05 08:00"), currency="eur"), filing_date="2026-10-20"),
        {"Fa/P_1": "2026-10-20", "Fa/P_6": "2026-10-05", f"{ROW}/KursWaluty": "4.2575"},
    ),
    "only the row with Polish tax has a rate": (
        case(invoice(line(10000, REVERSED), line(10000), currency="eur", **GERMAN)),
        {f"{ROW}[1]/KursWaluty": None, f"{ROW}[2]/KursWaluty": "4.2575", "Fa/P_14_1W": "97.92", "Fa/P_13_9": "100.00"},
    ),
    # 3000.00 + 690.00 EUR at 4.2575 are 15 710.18 PLN.
    "the limit of split payment is one in złoty": (
        case(invoice(line(300000, metadata={"ksef_annex15": "1"}), currency="eur")),
        {"Fa/P_15": "3690.00", "Fa/Adnotacje/P_18A": "1", f"{ROW}/P_12_Zal_15": "1"},
    ),
}

CORRECTIONS: dict[str, Case] = {
    "a dropped zero row is not counted in the original either": (
        case(
            credit_note(credit_line(5000, of="il_2")),
            related=of(month(0, taxes=[tax(0)], unit="0"), month(20000)),
        ),
        {f"{ROW}/NrWierszaFa": "1", f"{ROW}/UU_ID": "il_2", "Fa/OkresFa/P_6_Do": "2026-09-30"},
    ),
    "the note of reverse charge is repeated with a row that bears tax": (
        case(
            credit_note(credit_line(5000, of="il_2")), related=of(month(20000, taxes=REVERSED), month(10000), **GERMAN)
        ),
        {f"{ROW}/P_12": "23", "Fa/Adnotacje/P_18": "1", "Fa/P_13_1": "-50.00", "Fa/P_13_9": None},
    ),
    # Tax on the whole: 3.33 × 23/123 = 0.62, although the rows say 3 × 0.21.
    "gross rows and tax rounded on the whole note": (
        case(
            credit_note(
                *(credit_line(111, [tax(21, "txr_PL23i")], of=f"il_{place}") for place in (1, 2, 3)),
                total_taxes=[tax(62, "txr_PL23i")],
            ),
            related=of(
                *(month(111, taxes=[tax(21, "txr_PL23i")]) for _ in range(3)), total_taxes=[tax(62, "txr_PL23i")]
            ),
        ),
        {
            "Fa/P_13_1": "-2.71",
            "Fa/P_14_1": "-0.62",
            "Fa/P_15": "-3.33",
            f"{ROW}/P_11A": "-1.11",
            f"{ROW}/P_11Vat": None,
        },
    ),
    # 97.92 as filed, 39.20 taken back before: 58.72 is left, although 13.80 × 4.2575 = 58.75.
    "the last note closes the złoty, whatever the rate would give": (
        case(
            credit_note(credit_line(6000), currency="eur"),
            related={
                **of(month(10000), currency="eur", filed=filing(fx="4.2575", P_14_1W="97.92")),
                "prior_corrections": [
                    {"p_2": "X", "P_13_1": "-40.00", "P_14_1": "-9.20", "P_14_1W": "-39.20", "P_15": "-49.20"}
                ],
            },
        ),
        {"Fa/P_14_1W": "-58.72", f"{ROW}/KursWaluty": "4.2575"},
    ),
    "three decimals: two pieces of 3.085 dinars go back": (
        case(
            credit_note(
                credit_line(6170, [tax(0, "txr_US0e", "not_collecting")], quantity=2, unit="3085"), currency="kwd"
            ),
            related=of(
                month(12340, taxes=[tax(0, "txr_US0e", "not_collecting")], quantity=4, unit="3085"),
                currency="kwd",
                country="US",
                ids=[("us_ein", "98-7654321")],
            ),
        ),
        {f"{ROW}/P_8B": "-2", f"{ROW}/P_9A": "3.085", f"{ROW}/P_11": "-6.17", "Fa/P_13_8": "-6.17"},
    ),
    "a void takes a negative row back by a negative quantity": (
        case(
            {
                **invoice(month(20000), month(-5000), finalized=moment("2026-09-01 10:00"), status="void"),
                "status_transitions": {"finalized_at": moment("2026-09-01 10:00"), "voided_at": NOON},
            },
            related={"original_filing": filing()},
        ),
        {f"{ROW}[2]/P_8B": "-1", f"{ROW}[2]/P_9A": "-50.00", f"{ROW}[2]/P_11": "50.00", "Fa/P_15": "-184.50"},
    ),
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [*DATES.values(), *CURRENCY.values(), *CORRECTIONS.values()],
    ids=[*DATES, *CURRENCY, *CORRECTIONS],
)
def test_rules_give_together_what_they_give_by_hand(given: dict[str, Any], expected: dict[str, Any]) -> None:
    result = preview(json.dumps(given))

    assert differences(result, expected) == []
    assert validate_xml(result["xml"].encode()) == []


REASONS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "mode, buyer, name, sums": (
        case(invoice(line(10000), total=1, livemode=True, customer_name="", **WRONG_NIP)),
        ["MODE_MISMATCH", "BUYER_NIP_INVALID", "BUYER_NAME_MISSING", "TOTAL_MISMATCH"],
    ),
    "issuer, seller, buyer": (
        case(invoice(on_behalf_of="acct_9", **WRONG_NIP), seller={**SELLER, "nip": "1"}),
        ["ISSUER_NOT_TENANT", "SELLER_NIP_INVALID", "BUYER_NIP_INVALID"],
    ),
    "a consumer comes before the category": (
        case(invoice(line(10000, []), ids=[], customer_name="Anna Nowak")),
        ["B2C", "NO_TAX_DOMESTIC"],
    ),
    "a zero total comes before the category": (
        case(invoice(line(0, [], unit="0"))),
        ["ZERO_TOTAL", "NO_TAX_DOMESTIC"],
    ),
    "the number is checked before the date": (
        case(invoice(line(10000, REVERSED), **GERMAN), require_vies="hold", filing_date="2026-10-01"),
        ["VIES_UNVERIFIED", "P1_IN_FUTURE"],
    ),
    "date, tax, rate": (
        case(
            invoice(line(10000, [tax(2310)]), currency="eur"),
            filing_date="2026-10-20",
            late_p1="hold",
            fx={"source": "NBP_A", "rates": {}},
        ),
        ["P1_TOO_OLD", "TAX_MISMATCH", "FX_RATE_MISSING"],
    ),
    "the original, the lines, its buyer": (
        case(
            {**credit_note(credit_line(5000)), "lines": {"data": [credit_line(5000)], "has_more": True}},
            related=of(month(20000), filed={"status": "pending"}, **WRONG_NIP),
        ),
        ["WAITING_ORIGINAL", "LINES_INCOMPLETE", "BUYER_NIP_INVALID"],
    ),
    "every row with its own code, in Stripe's order": (
        case(
            invoice(
                line(10000, [tax(2300), tax(800, "txr_PL8e")]), line(10000, []), line(1000, taxed(1000, "txr_DE19e"))
            )
        ),
        ["MULTIPLE_TAXES", "NO_TAX_DOMESTIC", "FOREIGN_VAT"],
    ),
}


@pytest.mark.parametrize(("given", "expected"), REASONS.values(), ids=REASONS)
def test_all_reasons_stand_in_the_order_of_evaluation(given: dict[str, Any], expected: list[str]) -> None:
    assert [reason["code"] for reason in preview(json.dumps(given))["reasons"]] == expected
