"""Dates, exchange rates, payment, settlement, marks of the whole document."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.documents.mapping.dating import date_supply, issue_day, issue_deadline
from apps.documents.mapping.exchange import PublishedRates, Rate, RatesError
from apps.documents.mapping.overrides import Overrides
from apps.documents.mapping.settings import Settings
from apps.documents.mapping.source import Period
from apps.fa3 import document as fa3
from tests.documents.mapping.build import NOON, ROW, codes, invoice, line, map_one, moment, value, warned

FRIDAY, MONDAY, TUESDAY = date(2026, 10, 2), date(2026, 10, 5), date(2026, 10, 6)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("issued", "filed", "expected"),
    [
        ("2026-10-05", "2026-10-05", "2026-10-05"),
        ("2026-10-05", "2026-10-06", "2026-10-05"),
        ("2026-10-05", "2026-10-07", "2026-10-07"),
        ("2026-10-02", "2026-10-05", "2026-10-02"),  # Friday, filed on Monday
        ("2026-10-02", "2026-10-06", "2026-10-06"),
        ("2026-10-03", "2026-10-05", "2026-10-03"),  # Saturday
        ("2026-12-23", "2026-12-28", "2026-12-23"),  # 24, 25, 26 December and a Sunday between
        ("2026-12-23", "2026-12-29", "2026-12-29"),
        ("2026-11-10", "2026-11-12", "2026-11-10"),  # Independence Day between
        ("2026-12-31", "2027-01-04", "2026-12-31"),
    ],
)
def test_the_date_of_issue_stays_until_the_next_business_day(issued: str, filed: str, expected: str) -> None:
    issue = issue_day(day(issued), day(filed), Settings(), Overrides(), "effective_at")

    assert issue.day == day(expected)
    assert (issue.warning is not None) == (issued != expected)


def test_a_late_date_may_be_kept_or_held() -> None:
    kept = map_one(invoice(), filing_date="2026-10-12", late_p1="keep")
    held = map_one(invoice(), filing_date="2026-10-12", late_p1="hold")
    decided = map_one(
        invoice(), {"kind": "set_issue_date", "day": "2026-10-05"}, filing_date="2026-10-12", late_p1="hold"
    )

    assert (value(kept, "Fa/P_1"), warned(kept)) == ("2026-10-05", set())
    assert codes(held) == ["P1_TOO_OLD"]
    assert value(decided, "Fa/P_1") == "2026-10-05"


def test_an_entered_date_of_issue_may_not_lie_ahead() -> None:
    result = map_one(invoice(), {"kind": "set_issue_date", "day": "2026-10-06"})

    assert [(reason.code, reason.field) for reason in result.reasons] == [("P1_IN_FUTURE", "override.set_issue_date")]


def test_redating_across_the_fifteenth_is_said() -> None:
    row = line(100, period=(moment("2026-09-30 10:00"), moment("2026-09-30 10:00")))

    late = map_one(invoice(row), filing_date="2026-10-19")
    timely = map_one(invoice(row), filing_date="2026-10-14")

    assert [item.warnings[0].params["deadline"] for item in (late, timely)] == [date(2026, 10, 15), "–"]
    assert [issue_deadline(day(text)) for text in ("2026-09-30", "2026-12-01", "2026-11-30")] == [
        date(2026, 10, 15),
        date(2027, 1, 15),
        date(2026, 12, 15),
    ]


ONE, OTHER = Period(FRIDAY, MONDAY), Period(MONDAY, MONDAY)


@pytest.mark.parametrize(
    ("periods", "whole", "rows"),
    [
        ([None, None], None, (None, None)),
        ([OTHER, None], None, (None, None)),  # the day of issue needs no P_6
        ([Period(FRIDAY, FRIDAY)], FRIDAY, (None,)),
        ([ONE, ONE, None], fa3.Period(first=FRIDAY, last=MONDAY), (None, None, None)),
        ([ONE, OTHER, None, Period(FRIDAY, FRIDAY)], None, (None, None, None, FRIDAY)),
    ],
)
def test_one_period_stands_once_and_different_ones_on_the_rows(periods: Any, whole: Any, rows: Any) -> None:
    supply = date_supply(periods, MONDAY)

    assert (supply.whole, supply.rows) == (whole, rows)


def test_only_longer_periods_of_differing_rows_are_described() -> None:
    assert date_supply([ONE, OTHER, None], TUESDAY).periods == (ONE, None, None)
    assert date_supply([ONE, ONE], TUESDAY).periods == (None, None)


def test_one_off_items_may_have_no_date() -> None:
    earlier = (moment("2026-09-20 10:00"),) * 2
    rows = [line(100, period=earlier), line(100, is_subscription=True, period=(NOON, moment("2026-11-05 10:00")))]

    with_day, without = (map_one(invoice(*rows), one_off_p6=choice) for choice in ("item_period", "none"))

    assert value(with_day, f"{ROW}[1]/P_6A") == "2026-09-20"
    assert (value(without, f"{ROW}[1]/P_6A"), value(without, "Fa/OkresFa/P_6_Do")) == (None, "2026-11-04")


# --- exchange rates -------------------------------------------------------------------------------------------------


def rates(source: str = "NBP_A", **by_currency: dict[str, Any]) -> dict[str, Any]:
    return {"source": source, "rates": by_currency}


def test_the_rate_is_the_last_one_before_the_day() -> None:
    published = PublishedRates.from_dict(
        rates(EUR={"2026-10-02": 4.2575, "2026-10-05": {"rate": "4.26", "table": "194/A"}})
    )

    assert published.before(MONDAY, "EUR", "NBP_A") == Rate(Decimal("4.2575"), FRIDAY, "")
    assert published.before(TUESDAY, "EUR", "NBP_A") == Rate(Decimal("4.26"), MONDAY, "194/A")
    assert published.before(FRIDAY, "EUR", "NBP_A") is None
    assert published.before(MONDAY, "USD", "NBP_A") is None
    assert published.before(MONDAY, "EUR", "ECB") is None


def test_ecb_rates_go_through_the_euro_on_target_days() -> None:
    published = PublishedRates.from_dict(
        rates("ECB", PLN={"2026-11-11": "4.25", "2026-04-02": "4.2"}, USD={"2026-11-11": "1.08", "2026-04-02": "1.1"})
    )

    assert published.before(day("2026-11-12"), "EUR", "ECB") == Rate(Decimal("4.25"), day("2026-11-11"))
    assert published.before(day("2026-11-12"), "USD", "ECB") == Rate(Decimal("3.935185"), day("2026-11-11"))
    assert published.before(day("2026-04-07"), "EUR", "ECB") == Rate(Decimal("4.2"), day("2026-04-02"))  # over Easter
    assert published.before(day("2026-11-12"), "CHF", "ECB") is None
    assert published.before(day("2026-11-13"), "USD", "ECB") is None


def test_ecb_rates_may_come_in_pln_already() -> None:
    published = PublishedRates.from_dict(rates("ECB", EUR={"2026-10-02": "4.25"}))

    assert published.before(MONDAY, "EUR", "ECB") == Rate(Decimal("4.25"), FRIDAY)


@pytest.mark.parametrize(
    "data",
    [
        {"source": "EBC"},
        {"rates": []},
        {"rates": {"EUR": "4.25"}},
        rates(EUR={"yesterday": "4"}),
        rates(EUR={"2026-10-02": "0"}),
        rates(EUR={"2026-10-02": "4.1234567"}),
        rates(EUR={"2026-10-02": None}),
        rates(EUR={"2026-10-02": "1e9"}),
    ],
)
def test_rates_of_an_impossible_form_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(RatesError, match="fx"):
        PublishedRates.from_dict(data)


SEPTEMBER = (moment("2026-09-01 10:00"), moment("2026-10-01 10:00"))
AHEAD = (NOON, moment("2026-11-05 10:00"))
EUR = {"2026-09-29": "4.2480", "2026-10-01": "4.2533", "2026-10-02": "4.2575"}


@pytest.mark.parametrize(
    ("period", "paid", "choices", "rate"),
    [
        (AHEAD, None, {}, "4.2575"),
        (AHEAD, "2026-10-02 10:00", {}, "4.2533"),
        (SEPTEMBER, None, {}, "4.2480"),
        (SEPTEMBER, "2026-10-02 10:00", {}, "4.2480"),
        (SEPTEMBER, None, {"cash_method": True}, "4.2575"),
        (SEPTEMBER, "2026-10-02 10:00", {"cash_method": True}, "4.2533"),
        (AHEAD, "2026-10-02 10:00", {"fx_rule": "income_tax"}, "4.2575"),
        (SEPTEMBER, "2026-10-02 10:00", {"fx_rule": "income_tax"}, "4.2480"),
        (AHEAD, None, {"fx_source": "ECB", "fx": rates("ECB", EUR={"2026-10-02": "4.2611"})}, "4.2611"),
    ],
)
def test_the_reference_day_is_the_earlier_of_issue_and_tax_point(
    period: Any, paid: str | None, choices: dict[str, Any], rate: str
) -> None:
    data = invoice(line(10000, is_subscription=True, period=period), currency="eur", paid=paid and moment(paid))

    result = map_one(data, **{"fx": rates(EUR=EUR), **choices})

    assert value(result, f"{ROW}/KursWaluty") == rate


def test_shipping_and_undated_rows_follow_the_date_of_issue() -> None:
    earlier = (moment("2026-09-30 10:00"),) * 2

    result = map_one(invoice(line(10000, period=earlier), currency="eur"), one_off_p6="none")

    assert value(result, f"{ROW}/KursWaluty") == "4.2575"


def test_a_row_that_takes_back_a_filed_one_has_its_rate() -> None:
    back = line(-1000, is_proration=True, period=AHEAD)
    details = back["parent"]["invoice_item_details"]
    details["proration_details"] = {"credited_items": {"invoice": "in_0", "invoice_line_items": ["il_0"]}}
    data = invoice(back, line(10000, is_subscription=True, period=AHEAD), currency="eur")

    known = map_one(data, related={"credited_rates": {"il_0": "4.1000"}})
    unknown = map_one(data)

    assert [value(known, f"{ROW}[{place}]/KursWaluty") for place in (1, 2)] == ["4.1000", "4.2575"]
    assert value(unknown, f"{ROW}[1]/KursWaluty") == "4.2575"


def test_an_entered_rate_serves_every_row() -> None:
    override = {"kind": "set_exchange_rate", "rate": "4.5", "table": "1/A", "published_on": "2026-10-02"}

    result = map_one(invoice(currency="eur"), override, fx={})

    assert (value(result, f"{ROW}/KursWaluty"), value(result, "Fa/P_14_1W")) == ("4.5000", "103.50")
    assert result.rates == (Rate(Decimal("4.5"), FRIDAY, "1/A"),)


def test_untaxed_rows_have_a_rate_only_where_a_tenant_wants_it() -> None:
    data = invoice(line(10000, []), currency="eur", country="DE", ids=[("eu_vat", "DE123456789")])
    oss = invoice(
        line(10000, [{**line(10000)["taxes"][0], "tax_rate_details": {"tax_rate": "txr_DE23e"}}]), currency="eur"
    )

    assert value(map_one(data), f"{ROW}/KursWaluty") is None
    assert value(map_one(data, fx_on_untaxed=True), f"{ROW}/KursWaluty") == "4.2575"
    assert value(map_one(oss, oss=True, fx_on_untaxed=True), f"{ROW}/KursWaluty") is None


def test_zloty_need_no_rate() -> None:
    result = map_one(invoice(), fx={})

    assert (value(result, f"{ROW}/KursWaluty"), value(result, "Fa/P_14_1W")) == (None, None)


def test_split_payment_counts_in_zloty() -> None:
    row = line(300000, metadata={"ksef_annex15": "1"})  # 3 690 EUR × 4.2575 = 15 710 PLN
    small = line(280000, metadata={"ksef_annex15": "1"})  # 3 444 EUR = 14 663 PLN

    assert [value(map_one(invoice(item, currency="eur")), "Fa/Adnotacje/P_18A") for item in (row, small)] == ["1", "2"]


def test_split_payment_is_for_businesses_and_taxed_rows() -> None:
    row = line(2000000, metadata={"ksef_annex15": "1"})
    abroad = line(2000000, [], metadata={"ksef_annex15": "1"})

    consumer = map_one(invoice(row, ids=[], customer_name="Jan"), b2c_policy="file")
    service = map_one(invoice(abroad, currency="eur", country="DE", ids=[("eu_vat", "DE123456789")]))

    assert [value(item, "Fa/Adnotacje/P_18A") for item in (consumer, service)] == ["2", "2"]


def test_an_unsupported_currency_is_told_without_rates() -> None:
    assert codes(map_one(invoice(currency="ugx"), fx={})) == ["CURRENCY_UNSUPPORTED"]


def test_a_person_confirms_an_uncertain_minor_unit() -> None:
    data = invoice(line(10000, []), currency="ugx", country="US", ids=[("us_ein", "12-3456789")])

    assert value(map_one(data, {"kind": "confirm_minor_unit", "exponent": 0}), "Fa/P_15") == "10000.00"


# --- payment --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "form"),
    [
        ("card", "2"),
        ("blik", "7"),
        ("p24", "6"),
        ("sepa_debit", "6"),
        ("customer_balance", "6"),
        ("us_bank_account", "6"),
        ("ideal", "6"),
        ("bancontact", "6"),
        ("klarna", None),
        ("paypal", None),
        ("", None),
    ],
)
def test_the_form_of_payment(method: str, form: str | None) -> None:
    result = map_one(invoice(paid=NOON), related={"payment": {"payment_method_type": method}})

    assert value(result, "Fa/Platnosc/FormaPlatnosci") == form
    assert value(result, "Fa/Platnosc/OpisPlatnosci") == (method if not form and method else None)
    assert value(result, "Fa/Platnosc/DataZaplaty") == "2026-10-05"


def test_a_payment_after_the_day_of_filing_is_not_stated() -> None:
    paid = moment("2026-10-06 10:00")
    part = {"status": "paid", "amount_paid": 5000, "status_transitions": {"paid_at": paid}}

    once = map_one(invoice(paid=paid))
    twice = map_one(invoice(paid=paid, payments={"data": [part, {**part, "status_transitions": {"paid_at": NOON}}]}))

    assert value(once, "Fa/Platnosc") is None
    assert [value(twice, f"Fa/Platnosc/{name}") for name in ("ZnacznikZaplatyCzesciowej", "Zaplacono")] == [None, None]


def test_nothing_is_said_of_an_automatic_charge_to_come() -> None:
    assert value(map_one(invoice(), related={"payment": {"payment_method_type": "card"}}), "Fa/Platnosc") is None


def test_the_account_is_given_for_transfers_that_are_awaited() -> None:
    transfer = {"payment": {"payment_method_type": "customer_balance"}}

    awaited, paid = map_one(invoice(), related=transfer), map_one(invoice(paid=NOON), related=transfer)

    assert value(awaited, "Fa/Platnosc/RachunekBankowy/NrRB") == "PL61109010140000071219812874"
    assert value(paid, "Fa/Platnosc/RachunekBankowy") is None


@pytest.mark.parametrize("status", ["open", "uncollectible"])
def test_an_unpaid_invoice_says_when_it_is_due(status: str) -> None:
    result = map_one(invoice(status=status, due_date=moment("2026-10-19 22:30")))

    assert value(result, "Fa/Platnosc/TerminPlatnosci/Termin") == "2026-10-20"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 0, None),
        (2000, None, None),
        (2000, 0, ("Obciazenia", "20.00", "143.00")),
        (-5000, 0, ("Odliczenia", "50.00", "73.00")),
        (-5000, -2000, ("Odliczenia", "30.00", "93.00")),
    ],
)
def test_a_balance_is_settled_beside_the_total(
    start: int, end: int | None, expected: tuple[str, str, str] | None
) -> None:
    result = map_one(invoice(starting_balance=start, ending_balance=end))

    kind = expected[0] if expected else "Odliczenia"
    found = value(result, f"Fa/Rozliczenie/{kind}/Kwota"), value(result, "Fa/Rozliczenie/DoZaplaty")
    assert found == (expected[1:] if expected else (None, None))
    assert value(result, "Fa/P_15") == "123.00"


def test_a_balance_beyond_the_total_is_left_to_settle() -> None:
    assert value(map_one(invoice(starting_balance=-20000, ending_balance=0)), "Fa/Rozliczenie/DoRozliczenia") == "77.00"


def test_a_link_that_is_too_long_or_paid_already_is_left_out() -> None:
    results = [
        map_one(invoice(hosted_invoice_url="https://x/" + "y" * 247), payment_link=True),
        map_one(invoice(paid=NOON), payment_link=True),
        map_one(invoice(hosted_invoice_url=None), payment_link=True),
        map_one(invoice()),
    ]

    assert [value(result, "Fa/DodatkowyOpis") for result in results] == [None] * 4


def test_the_order_number_comes_from_the_field_the_tenant_names() -> None:
    fields = [{"name": "Inne", "value": "1"}, {"name": "Nr Zamówienia ", "value": " ZAM/1 "}, "x"]

    named = map_one(invoice(custom_fields=fields), order_field="nr zamówienia")
    other = map_one(invoice(custom_fields=fields), order_field="PO")
    unnamed = map_one(invoice(custom_fields=fields))

    path = "Fa/WarunkiTransakcji/Zamowienia/NrZamowienia"
    assert [value(item, path) for item in (named, other, unnamed)] == ["ZAM/1", None, None]


def test_receipts_are_marked_where_the_tenant_says_so() -> None:
    assert [value(map_one(invoice(), fiscal_receipt=choice), "Fa/FP") for choice in (True, False)] == ["1", None]


def test_a_number_entered_by_a_person_goes_first() -> None:
    result = map_one(invoice(), {"kind": "set_number", "number": "FV/1"}, related={"used_numbers": ["ABC-0001"]})

    assert value(result, "Fa/P_2") == "FV/1"


@pytest.mark.parametrize(
    "change",
    [
        {"on_behalf_of": "acct_9"},
        {
            "automatic_tax": {
                "enabled": True,
                "status": "complete",
                "liability": {"type": "account", "account": "acct_9"},
            }
        },
        {"issuer": {"type": "account", "account": "acct_9"}},
    ],
)
def test_another_issuer_holds_unless_it_is_the_same_company(change: dict[str, Any]) -> None:
    assert codes(map_one(invoice(**change))) == ["ISSUER_NOT_TENANT"]
    assert map_one(invoice(**change), own_accounts=["acct_9"]).verdict.value == "file"


def test_a_live_invoice_belongs_to_a_live_tenant() -> None:
    live = map_one(invoice(livemode=True), livemode=True)

    assert live.verdict.value == "file"
    assert codes(map_one(invoice(), livemode=True)) == ["MODE_MISMATCH"]


def test_a_draft_is_told_beside_a_wrong_mode_and_nothing_else() -> None:
    result = map_one(invoice(status="draft", livemode=True, customer_name=None, effective_at=None, number=None))

    assert codes(result) == ["MODE_MISMATCH", "NOT_FINALIZED"]


def test_refunds_without_a_note_are_seen_in_an_expanded_charge() -> None:
    result = map_one(invoice(paid=NOON, charge={"id": "ch_1", "amount_refunded": 700}))

    assert warned(result) == {"REFUND_WITHOUT_CREDIT_NOTE"}
