"""Invented buyers. The Polish numbers pass the checksum and are plain patterns, not numbers of firms."""

from __future__ import annotations

from dataclasses import dataclass

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.operations.announcing import announce
from apps.stripe_simulator.operations.tax_ids import add_tax_id
from apps.stripe_simulator.records.parties import Address, Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    name: str
    email: str
    address: Address
    tax_ids: tuple[tuple[str, str], ...] = ()
    phone: str | None = None
    locale: str = "pl"
    currency: str = "pln"


def _polish(line1: str, postal_code: str, city: str, *, line2: str | None = None) -> Address:
    return Address(line1=line1, line2=line2, postal_code=postal_code, city=city, country="PL")


PERSONAS = {
    "zaklad": Persona(
        name="Zakład Testowy Kowalski sp. z o.o.",
        email="faktury@zaklad-testowy.example",
        phone="+48710000000",
        address=_polish("ul. Próbna 12/4", "50-101", "Wrocław"),
        tax_ids=(("eu_vat", "PL1234563218"), ("pl_nip", "1234563218")),
    ),
    "pracownia": Persona(
        name="Pracownia Przykład s.c. A. Nowak, B. Wiśniewska",
        email="biuro@pracownia-przyklad.example",
        phone="+48580000000",
        address=_polish("ul. Wymyślona 8", "80-233", "Gdańsk"),
        tax_ids=(("pl_nip", "5555555555"),),
    ),
    "drukarnia": Persona(
        name="Drukarnia Wzorcowa S.A.",
        email="ksiegowosc@drukarnia-wzorcowa.example",
        address=_polish("ul. Fikcyjna 101", "00-950", "Warszawa", line2="budynek B"),
        tax_ids=(("pl_nip", "1111111111"),),
    ),
    "kawiarnia": Persona(
        name="Kawiarnia „Pod Próbą” Zofia Zmyślona",
        email="zofia@pod-proba.example",
        address=_polish("Rynek Zmyślony 3", "31-010", "Kraków"),
        tax_ids=(("pl_nip", "2222222222"),),
    ),
    "transport": Persona(
        name="Szybki Przykład Transport sp. k.",
        email="faktury@szybki-przyklad.example",
        address=_polish("ul. Dostawcza-Testowa 44", "90-057", "Łódź"),
        tax_ids=(("eu_vat", "PL3333333333"),),
    ),
    "fundacja": Persona(
        name="Fundacja Dane Nieprawdziwe",
        email="biuro@dane-nieprawdziwe.example",
        address=_polish("al. Umowna 7/21", "60-311", "Poznań"),
        tax_ids=(("pl_nip", "4444444444"),),
    ),
    "klinika": Persona(
        name="Klinika Wyobraźnia sp. z o.o.",
        email="finanse@klinika-wyobraznia.example",
        address=_polish("ul. Zdrowa-Próbna 15", "40-014", "Katowice"),
        tax_ids=(("pl_nip", "6666666666"),),
    ),
    "wydawnictwo": Persona(
        name="Wydawnictwo Lorem & Ipsum sp. j.",
        email="faktury@lorem-ipsum.example",
        address=_polish("ul. Papierowa 2 lok. 9", "20-601", "Lublin"),
        tax_ids=(("pl_nip", "7777777777"),),
    ),
    "mleczarnia": Persona(
        name="Spółdzielnia Mleczarska „Atrapa”",
        email="kontrahenci@atrapa.example",
        address=_polish("Kolonia Przykładowa 1", "15-111", "Białystok"),
        tax_ids=(("pl_nip", "8888888888"),),
    ),
    "wrong_nip": Persona(
        name="Pomyłka Handel sp. z o.o.",
        email="biuro@pomylka.example",
        address=_polish("ul. Błędna 13", "70-001", "Szczecin"),
        tax_ids=(("pl_nip", "1234567890"),),
    ),
    "consumer": Persona(
        name="Jan Przykładowy",
        email="jan.przykladowy@poczta.example",
        address=_polish("os. Wzorcowe 3/15", "31-901", "Kraków"),
    ),
    "german": Persona(
        name="Muster Software GmbH",
        email="rechnung@muster-software.example",
        address=Address(line1="Beispielstraße 7", line2="Hinterhaus", postal_code="10115", city="Berlin", country="DE"),
        tax_ids=(("eu_vat", "DE123456788"),),
        locale="de",
        currency="eur",
    ),
    "czech": Persona(
        name="Vzorová Data s.r.o.",
        email="faktury@vzorova-data.example",
        address=Address(line1="Zkušební 5", postal_code="110 00", city="Praha", country="CZ"),
        tax_ids=(("eu_vat", "CZ12345679"),),
        locale="cs",
        currency="eur",
    ),
    "british": Persona(
        name="Sample Trading Ltd",
        email="accounts@sample-trading.example",
        address=Address(line1="1 Invented Lane", postal_code="SW1A 0ZZ", city="London", country="GB"),
        tax_ids=(("gb_vat", "GB123456782"),),
        locale="en-GB",
        currency="gbp",
    ),
    "american": Persona(
        name="Placeholder Analytics Inc.",
        email="ap@placeholder-analytics.example",
        address=Address(line1="500 Example Ave", postal_code="73301", city="Austin", state="TX", country="US"),
        locale="en-US",
        currency="usd",
    ),
    # The same firm with a second customer, because a Stripe customer has one currency.
    "drukarnia_eur": Persona(
        name="Drukarnia Wzorcowa S.A.",
        email="ksiegowosc@drukarnia-wzorcowa.example",
        address=_polish("ul. Fikcyjna 101", "00-950", "Warszawa", line2="budynek B"),
        tax_ids=(("pl_nip", "1111111111"),),
        currency="eur",
    ),
}


def customer(change: Change, key: str) -> Customer:
    """The customer of a persona; made when it is first needed."""
    persona = PERSONAS[key]
    id = f"cus_SCast{key.title().replace('_', '')}"
    known = change.find(Customer, id)
    if known is not None:
        return known
    made = change.put(
        Customer(
            id=id,
            created=change.at,
            name=persona.name,
            email=persona.email,
            phone=persona.phone,
            address=persona.address,
            currency=persona.currency,
            preferred_locales=(persona.locale,),
        )
    )
    announce(change, "customer.created", made)
    for type, value in persona.tax_ids:
        add_tax_id(change, change.get(Customer, id), type=type, value=value)
    return change.get(Customer, id)
