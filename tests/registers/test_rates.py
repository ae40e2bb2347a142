"""Rates by day of publication: complete, with their table, and unmoved by what a register does wrong."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import responses
from django.db import ProgrammingError, transaction
from pytest_django import Settings

from apps.fa3.calendar import is_business_day
from apps.registers import ecb, nbp
from apps.registers.http import RegisterUnavailable, ask
from apps.registers.models import ExchangeRate
from apps.registers.rates import FIRST_DAY, fits_a_document, load_rates, missing_nbp_days, rates_of
from apps.registers_simulator.rates import is_published

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)
NBP = "https://nbp.example/api"
TABLE = {
    "table": "A",
    "no": "064/A/NBP/2026",
    "effectiveDate": "2026-04-02",
    "rates": [
        {"currency": "euro", "code": "EUR", "mid": 4.2533},
        {"currency": "rupia", "code": "IDR", "mid": 0.00021894},
    ],
}


@pytest.fixture
def web(settings: Settings) -> Iterator[responses.RequestsMock]:
    settings.NBP_URL, settings.ECB_URL = NBP, "https://ecb.example"
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def answer(web: responses.RequestsMock, **how: Any) -> None:
    web.get(f"{NBP}/exchangerates/tables/A/2026-04-01/2026-04-08/?format=json", **how)


def test_a_table_is_read_with_number_day_and_exact_rates(web: responses.RequestsMock) -> None:
    answer(web, json=[TABLE])

    euro, rupiah = nbp.published_between(date(2026, 4, 1), date(2026, 4, 8))

    assert (euro.currency, euro.value, euro.table, euro.published_on) == (
        "EUR",
        Decimal("4.2533"),
        "064/A/NBP/2026",
        date(2026, 4, 2),
    )
    assert rupiah.value == Decimal("0.00021894")
    assert fits_a_document(euro.value)
    assert not fits_a_document(rupiah.value)


def test_days_without_a_table_are_no_error(web: responses.RequestsMock) -> None:
    answer(web, status=404, body="404 NotFound - Not Found - Brak danych")

    assert nbp.published_between(date(2026, 4, 1), date(2026, 4, 8)) == []


@pytest.mark.parametrize(
    "how",
    [
        {"status": 500, "body": "x"},
        {"status": 400, "body": "400 BadRequest"},
        {"status": 302, "headers": {"Location": "http://127.0.0.1/"}},
        {"body": "<html>"},
        {"body": ""},
        {"json": {}},
        {"json": [{}]},
        {"json": [None]},
        {"json": [TABLE | {"rates": []}]},
        {"json": [TABLE | {"effectiveDate": "2026-03-02"}]},
        {"json": [TABLE | {"effectiveDate": 7}]},
        {"json": [TABLE | {"rates": [{"code": "EUR", "mid": -1}]}]},
        {"json": [TABLE | {"rates": [{"code": "EUR", "mid": "4.25"}]}]},
        {"json": [TABLE | {"rates": [{"code": "EURO", "mid": 4}]}]},
        {"json": [TABLE | {"rates": [{"code": "eur", "mid": 4}]}]},
        {"json": [TABLE | {"rates": [{"code": "EUR", "mid": 4.123456789}]}]},
        {"json": [TABLE | {"rates": [{"code": "EUR", "mid": 10**9}]}]},
        {"json": [TABLE | {"rates": [{"code": "EUR", "mid": 4.25}, {"code": "EUR", "mid": 4.26}]}]},
        {"json": [TABLE, TABLE | {"no": "065/A/NBP/2026"}]},
        {"json": [TABLE | {"table": "B"}]},
        {"body": '[{"table": "A", "no": "1", "effectiveDate": "2026-04-02", "rates": [{"code": "EUR", "mid": NaN}]}]'},
        {"status": 429, "body": "<html>Too Many Requests</html>"},
        {"status": 429, "json": {"rates": []}},
        {"body": "[" * 100_000},
        {"body": b" " * 5_000_001},
    ],
)
def test_what_nbp_does_wrong_stores_nothing(web: responses.RequestsMock, how: dict[str, Any]) -> None:
    answer(web, **how)

    with pytest.raises(RegisterUnavailable):
        nbp.published_between(date(2026, 4, 1), date(2026, 4, 8))


def test_a_table_that_comes_twice_is_kept_once(web: responses.RequestsMock) -> None:
    answer(web, json=[TABLE, TABLE])

    rates = nbp.published_between(date(2026, 4, 1), date(2026, 4, 8))

    assert [rate.currency for rate in rates] == ["EUR", "IDR"]


def test_loading_fills_every_business_day_and_asks_again_only_for_what_is_missing(registers: str) -> None:
    assert load_rates(at=NOON) > 1_000

    assert missing_nbp_days(NOON) == []
    assert set(ExchangeRate.objects.filter(source="NBP_A", currency="EUR").values_list("published_on", flat=True)) == {
        day for day in days(FIRST_DAY, NOON.date()) if is_business_day(day)
    }
    count = ExchangeRate.objects.count()
    assert load_rates(at=NOON) == 0
    assert ExchangeRate.objects.count() == count


def test_the_next_day_asks_for_one_table(registers: str) -> None:
    load_rates(at=NOON)

    assert missing_nbp_days(datetime(2026, 4, 12, tzinfo=UTC)) == [date(2026, 4, 9), date(2026, 4, 10)]


def test_todays_table_is_asked_for_from_the_hour_it_is_published(registers: str) -> None:
    load_rates(at=NOON)

    assert missing_nbp_days(datetime(2026, 4, 9, 9, 44, tzinfo=UTC)) == []
    assert missing_nbp_days(datetime(2026, 4, 9, 9, 45, tzinfo=UTC)) == [date(2026, 4, 9)]


def test_the_ecb_is_asked_once_its_rates_are_out_and_not_at_weekends(web: responses.RequestsMock) -> None:
    for source in ("NBP_A", "ECB"):
        for day in days(FIRST_DAY, date(2026, 4, 10)):
            ExchangeRate.objects.create(source=source, published_on=day, currency="EUR", value=4)

    for quiet in (datetime(2026, 4, 12, 20, tzinfo=UTC), datetime(2026, 4, 13, 9, tzinfo=UTC)):
        load_rates(at=quiet)
    assert len(web.calls) == 0
    load_rates(at=datetime(2026, 4, 13, 14, 15, tzinfo=UTC))
    load_rates(at=datetime(2026, 4, 13, 14, 16, tzinfo=UTC))
    assert [str(call.request.url).rsplit("/", 1)[1] for call in web.calls] == [
        "?format=json",
        "eurofxref-hist-90d.xml",
        "?format=json",
    ]


def test_both_calendars_agree_on_the_days_of_ten_years() -> None:
    for day in days(date(2025, 1, 1), date(2035, 1, 1)):
        assert is_published(day) == is_business_day(day), day


def test_a_register_that_is_away_leaves_what_is_known(web: responses.RequestsMock) -> None:
    ExchangeRate.objects.create(source="NBP_A", published_on=date(2026, 4, 2), currency="EUR", value=Decimal("4.2533"))

    assert load_rates(at=NOON) == 0

    assert ExchangeRate.objects.count() == 1


def test_rates_are_found_by_currency_and_days(registers: str) -> None:
    load_rates(at=NOON)

    found = list(rates_of("NBP_A", ["EUR", "USD"], first=date(2026, 4, 1), last=date(2026, 4, 7)))

    assert {rate.currency for rate in found} == {"EUR", "USD"}
    # Easter Monday 2026 was 6 April.
    assert {rate.published_on.day for rate in found} == {1, 2, 3, 7}


def test_a_published_rate_is_never_changed(registers: str) -> None:
    load_rates(at=NOON)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ExchangeRate.objects.update(value=1)


def test_the_ecb_is_read_through_a_safe_parser(web: responses.RequestsMock) -> None:
    web.get(
        "https://ecb.example/eurofxref-hist-90d.xml",
        body=b'<E xmlns="x"><Cube><Cube time="2026-04-07"><Cube currency="PLN" rate="4.2533"/></Cube></Cube></E>',
    )

    (rate,) = ecb.last_ninety_days()

    assert (rate.source, rate.published_on, rate.currency, rate.value) == (
        "ECB",
        date(2026, 4, 7),
        "PLN",
        Decimal("4.2533"),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'<E><Cube time="soon"><Cube currency="PLN" rate="4"/></Cube></E>',
        b'<E><Cube time="2026-04-07"><Cube currency="PLN" rate="NaN"/></Cube></E>',
        b'<E><Cube time="2026-04-07"><Cube currency="PLN"/></Cube></E>',
        b'<E><Cube time="2026-04-07"><Cube currency="PLNX" rate="4"/></Cube></E>',
        b'<E><Cube time="2026-04-07"><Cube currency="PLN" rate="4"/><Cube currency="PLN" rate="5"/></Cube></E>',
        b'<!DOCTYPE E [<!ENTITY a "4">]><E><Cube time="2026-04-07"><Cube currency="PLN" rate="&a;"/></Cube></E>',
    ],
)
def test_what_the_ecb_does_wrong_stores_nothing(web: responses.RequestsMock, body: bytes) -> None:
    web.get("https://ecb.example/eurofxref-hist-90d.xml", body=body)

    with pytest.raises(RegisterUnavailable):
        ecb.last_ninety_days()


def test_an_answer_that_never_ends_is_cut(web: responses.RequestsMock) -> None:
    web.get("https://ecb.example/", body=b"x" * 5_000_001)

    with pytest.raises(RegisterUnavailable, match="absurdly large"):
        ask("https://ecb.example/")


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
