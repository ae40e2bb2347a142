"""Who the buyer is: numbers, names, addresses, consumers."""

from typing import Any

import pytest

from apps.documents.mapping.company_name import looks_like_company
from tests.documents.mapping.build import codes, invoice, line, map_one, tax, value

ID = "Podmiot2/DaneIdentyfikacyjne/"
REVERSED = [tax(0, "txr_DE19e", "reverse_charge")]
ABROAD = {"currency": "eur", "country": "DE"}


@pytest.mark.parametrize(
    ("ids", "element", "expected"),
    [
        ([("pl_nip", "111-111-11-11")], "NIP", "1111111111"),
        ([("pl_nip", "PL 1111111111")], "NIP", "1111111111"),
        ([("eu_vat", "pl1111111111")], "NIP", "1111111111"),
        ([("eu_vat", "PL1111111111"), ("pl_nip", "1111111111")], "NIP", "1111111111"),
        ([("gb_vat", "GB123456789"), ("pl_nip", "1111111111")], "NIP", "1111111111"),
        ([("eu_oss_vat", "EU123456789"), ("pl_nip", "1111111111")], "NIP", "1111111111"),
        ([("us_ein", "12-3456789"), ("eu_vat", "DE 123.456/789")], "NrVatUE", "123456789"),
        ([("es_cif", "A12345678")], "NrID", "A12345678"),
        ([("no_vat", "NO123456789MVA")], "NrID", "123456789MVA"),
        ([("ch_vat", "CHE-123.456.789 MWST")], "NrID", "CHE123456789MWST"),
        ([("jp_trn", "T1234567890123")], "NrID", "T1234567890123"),
        ([("unknown", "ABC 1")], "NrID", "ABC1"),
    ],
)
def test_the_number_of_a_buyer_charged_polish_tax(ids: list[tuple[str, str]], element: str, expected: str) -> None:
    assert value(map_one(invoice(ids=ids)), ID + element) == expected


def test_a_national_number_carries_its_country_and_an_unknown_kind_none() -> None:
    spanish, unknown = (map_one(invoice(ids=[item])) for item in (("es_cif", "A12345678"), ("unknown", "A1")))

    assert (value(spanish, f"{ID}KodKraju"), value(unknown, f"{ID}KodKraju")) == ("ES", None)


@pytest.mark.parametrize("number", ["1234567890", "PL123", "", "0000000000", "١١١١١١١١١١"])
def test_a_wrong_polish_number_holds_and_makes_no_consumer(number: str) -> None:
    result = map_one(invoice(ids=[("pl_nip", number)]))

    assert codes(result) == ["BUYER_NIP_INVALID"]
    assert result.reasons[0].field == "customer_tax_ids[0]"


@pytest.mark.parametrize("number", ["123456789", "GB123456789", "DE", "DE12345678901234", "DE12ß", "XX1"])
def test_an_eu_number_must_have_a_prefix_and_a_form(number: str) -> None:
    assert codes(map_one(invoice(ids=[("eu_vat", number)]))) == ["BUYER_VAT_FORMAT"]


def test_another_number_has_at_most_fifty_characters() -> None:
    short, long = (map_one(invoice(ids=[("us_ein", "1" * count)])) for count in (50, 51))

    assert (short.verdict.value, codes(long)) == ("file", ["BUYER_VAT_FORMAT"])


def test_the_eu_number_of_the_billing_country_goes_first() -> None:
    ids = [("eu_vat", "FRXX999999999"), ("eu_vat", "DE123456789"), ("pl_nip", "1111111111")]

    result = map_one(invoice(line(10000, REVERSED), ids=ids, **ABROAD))

    assert value(result, f"{ID}KodUE") == "DE"
    assert value(result, "Fa/FaWiersz/P_12") == "np II"


def test_a_number_of_another_member_state_serves_where_it_is_the_only_one() -> None:
    result = map_one(invoice(line(10000, REVERSED), ids=[("eu_vat", "FRXX999999999")], **ABROAD))

    assert (value(result, f"{ID}KodUE"), value(result, "Podmiot2/Adres/KodKraju")) == ("FR", "DE")


def test_greece_is_el_in_the_number_whatever_stripe_calls_it() -> None:
    assert value(map_one(invoice(ids=[("eu_vat", "GR123456789")])), f"{ID}KodUE") == "EL"


@pytest.mark.parametrize(
    ("ids", "country"),
    [([("pl_nip", "1111111111")], "PL"), ([("eu_vat", "EL123456789")], "GR"), ([("ch_vat", "CHE123456789")], "CH")],
)
def test_without_a_billing_country_the_number_tells_it(ids: list[tuple[str, str]], country: str) -> None:
    address = {"line1": "X", "city": "Y", "country": None}

    result = map_one(invoice(customer_address=address, ids=ids))

    assert value(result, "Podmiot2/Adres/KodKraju") == country


def test_several_wrong_things_about_the_buyer_are_told_at_once() -> None:
    ids = [("eu_vat", "XX1"), ("pl_nip", "1")]

    result = map_one(invoice(customer_name=None, customer_address=None, ids=ids))

    assert codes(result)[:5] == [
        "BUYER_VAT_FORMAT",
        "BUYER_NIP_INVALID",
        "BUYER_NAME_MISSING",
        "BUYER_ADDRESS_MISSING",
        "BUYER_COUNTRY_MISSING",
    ]


COMPANIES = """ACME sp. z o.o. | Acme Sp. z o. o. | ACME SP. Z O.O. | ACME Sp.z o.o. | Acme S.A. | ACME SA
XYZ sp. k. | XYZ sp.j. | XYZ s.c. | Acme spółka z ograniczoną odpowiedzialnością | Acme spółka jawna | Acme P.S.A.
Muster GmbH | Muster GmbH & Co. KG | Muster AG | Gesellschaft mbH | Widgets Ltd | Widgets Ltd. | Widgets Limited
Widgets, Inc. | Widgets LLC | Widgets PLC | Acme Corp. | Firma s.r.o. | Firma a.s. | Azienda S.r.l. | Azienda S.p.A.
Société SARL | Bedrijf B.V. | Bedrijf BV | Yritys Oy | Bolaget AB | Firma Kft. | Tvrtka d.o.o. | Empresa S.L.
Empresa Lda | Acme sp. z o.o. w likwidacji | Acme Sp. z o.o. sp. k. | Kwiaty s.c. Jan Nowak, Anna Nowak
Acme sp. z o.o., oddział w Łodzi | ACME SP Z O O | Acme sp. z.o.o. | Acme spzoo | Acme S.A | XYZ s.c
Société S.A.R.L. | Firma s.r.o | Acme sp. z o.o"""
PEOPLE = [
    "Anna Nowak",
    "Jan Kowalski",
    "Jane Doe",
    "Zlatan As",
    "Maria Sa",
    "Inga",
    "Oskar Ltdowski",
    "",
    "Ag",
    "Incze Bela",
]


@pytest.mark.parametrize("name", [name.strip() for name in COMPANIES.replace("\n", " | ").split(" | ")])
def test_the_name_of_a_company_is_seen(name: str) -> None:
    assert looks_like_company(name)


@pytest.mark.parametrize("name", PEOPLE)
def test_the_name_of_a_person_is_no_company(name: str) -> None:
    assert not looks_like_company(name)


def buyer(country: str, name: str, kind: str | None = None) -> dict[str, Any]:
    customer = {"id": "cus_1", "metadata": {"ksef_buyer_type": kind} if kind else {}}
    rows = line(10000) if country == "PL" else line(10000, taxed_abroad(country))
    return invoice(rows, country=country, ids=[], customer_name=name, customer=customer)


def taxed_abroad(country: str) -> list[dict[str, Any]]:
    return [tax(2300)] if country in ("DE", "FR") else [tax(0, "txr_US0e", "not_collecting")]


@pytest.mark.parametrize(
    ("country", "name", "kind", "policy", "expected"),
    [
        ("PL", "Anna Nowak", None, {}, ["B2C"]),
        ("DE", "Anna Nowak", None, {}, ["B2C"]),
        ("US", "Anna Nowak", None, {}, []),
        ("PL", "Anna Nowak", None, {"b2c_policy": "file"}, []),
        ("US", "Anna Nowak", None, {"b2c_policy": "skip"}, ["B2C"]),
        ("US", "Anna Nowak", None, {"b2c_policy": {"NON_EU": "hold"}}, ["B2C_DECISION"]),
        ("PL", "ACME SA", None, {"b2c_policy": "file"}, ["BUYER_LOOKS_LIKE_COMPANY"]),
        ("DE", "ACME GmbH", None, {}, ["BUYER_LOOKS_LIKE_COMPANY"]),
        ("DE", "ACME GmbH", None, {"b2c_policy": {"EU": "file"}}, []),
        ("DE", "ACME GmbH", None, {"b2c_policy": {"EU": "hold"}}, ["B2C_DECISION"]),
        ("US", "ACME Inc", None, {}, []),
        ("US", "ACME Inc", None, {"b2c_policy": "skip"}, ["BUYER_LOOKS_LIKE_COMPANY"]),
        ("PL", "ACME SA", "consumer", {}, ["B2C"]),
        ("PL", "Anna Nowak", "business", {}, ["BUYER_LOOKS_LIKE_COMPANY"]),
        ("DE", "Anna Nowak", "business", {}, []),
    ],
)
def test_the_policy_for_buyers_without_a_number(
    country: str, name: str, kind: str | None, policy: dict[str, Any], expected: list[str]
) -> None:
    assert codes(map_one(buyer(country, name, kind), **policy)) == expected


def test_a_declared_consumer_is_identified_by_no_number() -> None:
    data = invoice(ids=[("pl_nip", "1111111111")], customer={"id": "c", "metadata": {"ksef_buyer_type": "consumer"}})

    assert value(map_one(data, b2c_policy="file"), f"{ID}BrakID") == "1"


def test_metadata_of_a_fetched_customer_count_too() -> None:
    related = {"customer": {"metadata": {"ksef_buyer_type": "consumer"}}}

    assert codes(map_one(invoice(), related=related)) == ["B2C"]


def test_a_consumer_needs_no_address() -> None:
    result = map_one(invoice(customer_address={"country": "PL"}, ids=[], customer_name="Jan"), b2c_policy="file")

    assert value(result, "Podmiot2/Adres/KodKraju") is None


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        (
            {"line1": "A 1", "line2": "m. 2", "postal_code": "00-001", "city": "W", "state": "MZ", "country": "PL"},
            ("A 1, m. 2", "00-001 W"),
        ),
        ({"line1": "A 1", "postal_code": "1", "city": "B", "state": "BY", "country": "DE"}, ("A 1", "1 B, BY")),
        ({"line1": "", "line2": "m. 2", "city": "W", "country": "PL"}, ("m. 2", "W")),
        ({"postal_code": "00-001", "city": "W", "country": "PL"}, ("00-001 W", None)),
        (
            {"line1": "1 St", "city": "Sydney", "state": "NSW", "postal_code": "2000", "country": "AU"},
            ("1 St", "Sydney, NSW 2000"),
        ),
        ({"line1": "1 St", "postal_code": "2000", "country": "US"}, ("1 St", "2000")),
        ({"line1": "1 St", "city": "Austin", "country": "US"}, ("1 St", "Austin")),
        ({"line1": "1 St", "state": "TX", "country": "US"}, ("1 St", "TX")),
    ],
)
def test_an_address_has_two_lines(address: dict[str, str], lines: tuple[str, str | None]) -> None:
    result = map_one(invoice(customer_address=address))

    assert (value(result, "Podmiot2/Adres/AdresL1"), value(result, "Podmiot2/Adres/AdresL2")) == lines


def test_a_vat_group_member_stands_beside_the_buyer() -> None:
    metadata = {"ksef_gv_nip": "1234563218"}

    result = map_one(invoice(customer={"id": "c", "metadata": metadata}))

    assert [value(result, path) for path in ("Podmiot2/JST", "Podmiot2/GV", "Podmiot3/Rola")] == ["2", "1", "10"]


def test_a_wrong_unit_number_holds() -> None:
    result = map_one(invoice(customer={"id": "c", "metadata": {"ksef_jst_nip": "1"}}))

    assert [(reason.code, reason.field) for reason in result.reasons] == [
        ("BUYER_NIP_INVALID", "customer.metadata.ksef_jst_nip")
    ]


@pytest.mark.parametrize(
    ("email", "written"),
    [
        ("a@b", "a@b"),
        ("nobody", None),
        ("@b", None),
        (None, None),
        ("a" * 253 + "@b", "a" * 253 + "@b"),
        ("a" * 254 + "@b", None),
        ("a@b\x00.pl", "a@b.pl"),
    ],
)
def test_an_email_is_written_only_when_it_is_one(email: str | None, written: str | None) -> None:
    result = map_one(invoice(customer_email=email), send_buyer_email=True)

    assert value(result, "Podmiot2/DaneKontaktowe/Email") == written


def test_the_handover_goes_through_ksef_only_for_polish_sales_to_polish_buyers() -> None:
    results = [
        map_one(invoice()),
        map_one(invoice(country="DE")),
        map_one(invoice(ids=[("eu_vat", "DE123456789")])),
        map_one(invoice(line(10000, [], metadata={"ksef_p12": "np I"}))),
        map_one(invoice(ids=[], customer_name="Jan"), b2c_policy="file"),
    ]

    assert [result.handover.value for result in results] == ["ksef", "agreed", "agreed", "agreed", "agreed"]
