"""The book: changes are whole or nothing, and what is written can be read again."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from apps.stripe_simulator.book import Book, Missing
from apps.stripe_simulator.codec import KINDS, decode_record, encode
from apps.stripe_simulator.journal import Journal
from apps.stripe_simulator.records.base import Record
from apps.stripe_simulator.records.parties import Address, Customer
from tests.stripe_simulator.conftest import Acme

NOON = 1_791_201_600
OLA = Customer(id="cus_ola", created=NOON, name="Ola", address=Address(city="Łódź"), metadata={"a": "b"})
JAN = Customer(id="cus_jan", created=NOON, name="Jan")


class Mishap(Exception):
    pass


def fail_in_the_middle(book: Book) -> None:
    with book.change(at=NOON) as change:
        change.put(JAN)
        change.put(replace(OLA, name="Olga"))
        change.delete(OLA)
        raise Mishap


def names(book: Book) -> list[str | None]:
    with book.change(at=NOON) as change:
        return [found.name for found in change.newest_first(Customer)]


def test_a_change_that_fails_leaves_nothing(tmp_path: Path) -> None:
    book = Book(Journal(tmp_path / "book.sqlite"))
    with book.change(at=NOON) as change:
        change.put(OLA)

    with pytest.raises(Mishap):
        fail_in_the_middle(book)

    assert names(book) == ["Ola"]
    assert names(Book(Journal(tmp_path / "book.sqlite"))) == ["Ola"]


def test_a_change_sees_its_own_edits() -> None:
    book = Book()
    with book.change(at=NOON) as change:
        change.put(OLA)
        change.put(replace(OLA, name="Olga"))
        assert change.get(Customer, OLA.id).name == "Olga"
        assert [found.name for found in change.newest_first(Customer)] == ["Olga"]
        change.delete(OLA)
        with pytest.raises(Missing, match="No such customer: 'cus_ola'"):
            change.get(Customer, OLA.id)
    assert names(book) == []


def test_a_change_that_cannot_be_written_is_not_seen(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "book.sqlite")
    book = Book(journal)
    journal.close()

    with pytest.raises(sqlite3.ProgrammingError), book.change(at=NOON) as change:
        change.put(OLA)

    assert names(book) == []


def test_records_stay_in_the_order_of_their_making_also_after_edits_and_a_restart(tmp_path: Path) -> None:
    book = Book(Journal(tmp_path / "book.sqlite"))
    for record in (OLA, JAN, replace(OLA, name="Olga")):
        with book.change(at=NOON) as change:
            change.put(record)

    assert names(book) == ["Jan", "Olga"]
    assert names(Book(Journal(tmp_path / "book.sqlite"))) == ["Jan", "Olga"]


def test_listeners_hear_of_what_was_committed_and_of_nothing_else() -> None:
    book = Book()
    heard: list[Record] = []
    book.listeners.append(heard.extend)

    with book.change(at=NOON) as change:
        change.put(OLA)
    with pytest.raises(Mishap):
        fail_in_the_middle(book)

    assert heard == [OLA]


def test_every_record_of_a_busy_account_is_read_as_it_was_written(acme: Acme) -> None:
    acme.client().v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["invoice.finalized"]})
    acme.client().v1.apps.secrets.create({"name": "s", "payload": "x", "scope": {"type": "account"}})
    customer = acme.client().v1.customers.create({"name": "Globex"}, options={"idempotency_key": "k"}).id
    acme.client().v1.customers.balance_transactions.create(customer, {"amount": -100, "currency": "pln"})
    acme.control("POST", "scenarios")
    acme.control("POST", "generate", count=40)

    kinds = set()
    with acme.simulator.change() as change:
        for kind in KINDS.values():
            for record in change.newest_first(kind):
                kinds.add(kind)
                assert decode_record(json.loads(json.dumps(encode(record)))) == record

    assert kinds == set(KINDS.values())
