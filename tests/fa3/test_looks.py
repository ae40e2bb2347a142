"""Guesses from names."""

import pytest

from apps.fa3.looks import looks_like_gtu_12, looks_like_person


@pytest.mark.parametrize("name", ["Jan Kowalski", "Anna Nowak-Wiśniewska", "Maria Del Carmen", "Siobhan O'Neill"])
def test_people(name):
    assert looks_like_person(name)


@pytest.mark.parametrize(
    "name",
    [
        "Globex",
        "Globex GmbH",
        "Globex Ltd",
        "Globex Inc.",
        "ACME SA",
        "Jan Kowalski i Synowie",
        "Studio 54",
        "Acme Software",
        "",
    ],
)
def test_companies(name):
    assert not looks_like_person(name)


@pytest.mark.parametrize(
    "name",
    ["Doradztwo podatkowe", "Konsultacje IT", "Szkolenie BHP", "Usługi księgowe", "Marketing plan", "Annual Audit"],
)
def test_services_of_gtu_12(name):
    assert looks_like_gtu_12(name)


@pytest.mark.parametrize("name", ["Plan Pro", "Subskrypcja", "Seats", "Nieprawny", ""])
def test_other_services(name):
    assert not looks_like_gtu_12(name)
