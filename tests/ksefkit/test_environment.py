"""Addresses of databases as the settings read them."""

import pytest

from ksefkit.environment import database

NAME = "SOME_DATABASE_URL"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch):
    return lambda url: monkeypatch.setenv(NAME, url)


def test_every_part_of_an_address_may_hold_signs_that_must_be_written_with_a_percent(given):
    given("postgres://o%40la:p%2Fw@db.example:6432/ksef%20kit")

    read = database(NAME)

    assert (read["USER"], read["PASSWORD"], read["NAME"]) == ("o@la", "p/w", "ksef kit")
    assert (read["HOST"], read["PORT"]) == ("db.example", "6432")


def test_a_database_that_takes_no_connection_is_given_up_after_a_while(given):
    given("postgres://app@db.example/ksefkit")

    assert database(NAME)["OPTIONS"]["connect_timeout"] == 10


def test_an_address_may_say_otherwise(given):
    given("postgres://app@db.example/ksefkit?connect_timeout=3&sslmode=verify-full")

    options = database(NAME)["OPTIONS"]

    assert (options["connect_timeout"], options["sslmode"]) == ("3", "verify-full")
