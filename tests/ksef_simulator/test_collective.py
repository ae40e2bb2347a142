from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.ksef_simulator.numbers import has_right_crc
from tests.ksef_simulator.client import Client, codes
from tests.ksef_simulator.invoices import BUYER, SELLER, invoice
from tests.ksef_simulator.signing import SEAL, Signer


@pytest.fixture
def numbers(acme: Client) -> list[str]:
    session, envelope = acme.open_online()
    return [acme.sent(session, envelope, invoice(f"FV/{number}"))["ksefNumber"] for number in range(3)]


def made(client: Client, *numbers: str, **more: Any) -> str:
    answer = client.post("/collective-identifiers", {"invoices": [{"ksefNumber": each, **more} for each in numbers]})
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["collectiveIdentifierNumber"]
    return number


def listed(client: Client, **more: Any) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    dates = {"dateCreatedFrom": now - timedelta(days=1), "dateCreatedTo": now + timedelta(days=1)}
    body = {name: moment.isoformat() for name, moment in dates.items()} | more
    found: list[dict[str, Any]] = client.post("/collective-identifiers/query", body).json()["collectiveIdentifiers"]
    return found


def company(client: Client, nip: str) -> Client:
    signer = Signer({oid: value.replace(SELLER, nip) for oid, value in SEAL.items()})
    return client.signed_in(signer, context=f"<Nip>{nip}</Nip>")


def test_an_identifier_joins_invoices_of_one_seller(acme: Client, numbers: list[str]) -> None:
    number = made(acme, *numbers)

    assert number.startswith(f"{SELLER}-IZ")
    assert has_right_crc(number)
    assert [(each["collectiveIdentifierNumber"], each["invoiceCount"]) for each in listed(acme)] == [(number, 3)]
    found = acme.get(f"/collective-identifiers/ksef/{numbers[0]}").json()["collectiveIdentifiers"]
    assert [each["collectiveIdentifierNumber"] for each in found] == [number]


def test_payments_are_shown_to_those_concerned_only(acme: Client, numbers: list[str]) -> None:
    payment = {"payment": {"amount": 123.0, "currency": "PLN"}, "description": "Rata 1"}
    number = made(company(acme, BUYER), *numbers, **payment)
    body = {"collectiveIdentifierNumbers": [number]}

    def rows(client: Client) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = client.post("/collective-identifiers/invoices", body).json()["invoices"]
        return found

    stranger = company(acme, "1111111111")
    assert rows(acme)[0]["payment"] == payment["payment"]
    assert [each["ksefNumber"] for each in rows(acme)] == sorted(numbers, reverse=True)
    assert all(each["detailsHidden"] and "payment" not in each for each in rows(stranger))
    assert listed(acme)[0]["createdInCurrentContext"] is False
    assert listed(acme, createdInCurrentContext=True) == []
    assert listed(stranger) == []


def test_what_cannot_be_joined_is_refused(acme: Client, numbers: list[str]) -> None:
    acme.post("/testdata/attachment", {"nip": SELLER})
    globex = company(acme, "1111111111")
    session, envelope = globex.open_online()
    other = globex.sent(session, envelope, invoice("G/1", seller="1111111111"))["ksefNumber"]
    buyer = company(acme, BUYER)

    def refused(*wanted: str, client: Client = acme) -> list[int]:
        return codes(client.post("/collective-identifiers", {"invoices": [{"ksefNumber": each} for each in wanted]}))

    assert refused(numbers[0]) == [21405]
    assert refused(numbers[0], numbers[0]) == [71005]
    assert refused(numbers[0], f"{SELLER}-20260601-000000000000-AF") == [71001]
    assert refused(numbers[0], other) == [71001]
    assert refused(numbers[0], other, client=buyer) == [71004]


def test_an_invoice_belongs_to_132_identifiers_at_most(
    acme: Client, numbers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.ksef_simulator.reading.collective.MAX_PER_INVOICE", 1)
    made(acme, *numbers)

    answer = acme.post("/collective-identifiers", {"invoices": [{"ksefNumber": each} for each in numbers]})

    assert codes(answer) == [71002]


def test_queries_have_bounds(acme: Client, numbers: list[str]) -> None:
    made(acme, *numbers)

    def refused(path: str, body: dict[str, Any]) -> list[int]:
        return codes(acme.post(f"/collective-identifiers/{path}", body))

    dates = {"dateCreatedFrom": "2026-01-01T00:00:00Z", "dateCreatedTo": "2026-12-31T00:00:00Z"}
    assert refused("query", dates) == [21405]
    assert refused("invoices", {"collectiveIdentifierNumbers": []}) == [21405]
    assert refused("invoices", {"collectiveIdentifierNumbers": ["x"] * 11}) == [21405]
    assert listed(acme, invoiceCountFrom=4) == []
    assert len(listed(acme, invoiceCountFrom=3, invoiceCountTo=3)) == 1
