"""A captured state never changes; the same words make no second one."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from pytest_django import Settings

from apps.connections.models import StripeConnection
from apps.documents.canonical import canonical
from apps.documents.capture import NotADocument, Reading, capture, fingerprint
from apps.documents.models import SourceDocument
from apps.registers.models import RegisterCheck
from apps.tenants.context import acting_in
from tests.factories import Company
from tests.stripe_intake.deliveries import make_stripe_connection
from tests.stripe_intake.stripe_data import credit_note, domestic_invoice

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SIDE: dict[str, Any] = {"tax_rates": {}, "tax_ids": []}


@pytest.fixture
def connection(acme: Company) -> StripeConnection:
    return make_stripe_connection(acme)


def take(connection: StripeConnection, content: dict[str, Any], side: dict[str, Any] = SIDE) -> SourceDocument:
    with acting_in(connection.tenant_id):
        return capture(connection, Reading(content=content, side=side, at=NOON, api_version="2026-10-28.endive"))


def test_the_hash_is_of_the_bytes_that_are_kept(connection: StripeConnection) -> None:
    document = take(connection, domestic_invoice())

    assert bytes(document.sha256) == hashlib.sha256(bytes(document.payload) + bytes(document.side_data)).digest()
    assert json.loads(bytes(document.payload)) == domestic_invoice()
    assert document.issued_at == datetime(2026, 3, 1, 10, 20, tzinfo=UTC)


def test_the_order_of_keys_makes_no_difference(connection: StripeConnection) -> None:
    shuffled = dict(reversed(domestic_invoice().items()))

    assert take(connection, domestic_invoice()).pk == take(connection, shuffled).pk


def test_side_data_that_changed_make_a_further_revision(connection: StripeConnection) -> None:
    take(connection, domestic_invoice())

    assert take(connection, domestic_invoice(), SIDE | {"payment": {"payment_method_type": "card"}}).revision == 2


def test_a_state_that_comes_back_is_a_further_revision_too(connection: StripeConnection) -> None:
    revisions = [take(connection, domestic_invoice(status=status)).revision for status in ("open", "paid", "open")]

    assert revisions == [1, 2, 3]


def test_a_captured_document_is_never_changed(acme: Company, connection: StripeConnection) -> None:
    take(connection, domestic_invoice())

    for change in (
        lambda: SourceDocument.objects.update(number="X"),
        lambda: SourceDocument.objects.all().delete(),
    ):
        with (
            acting_in(acme.tenant.id),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
        ):
            change()


def test_our_own_notes_in_stripe_make_no_revision(connection: StripeConnection) -> None:
    plain, noted = domestic_invoice(metadata={"a": "1"}), domestic_invoice(metadata={"a": "1", "ksef_number": "52…"})

    assert fingerprint(plain, SIDE) == fingerprint(noted, SIDE)
    assert fingerprint(plain, SIDE) != fingerprint(domestic_invoice(metadata={"ksef_skip": "paper"}), SIDE)


def test_a_credit_note_shows_the_buyer_of_its_invoice(connection: StripeConnection) -> None:
    take(connection, domestic_invoice())

    note = take(connection, credit_note())

    assert (note.buyer_name, note.original_stripe_id) == (
        "Zakład Testowy Kowalski sp. z o.o.",
        domestic_invoice()["id"],
    )


ODD = {
    "half a character": {"customer_name": "A\ud800B"},
    "a zero byte": {"customer_name": "A\x00B", "number": "F\x001"},
    "very long": {"customer_name": "x" * 10_000, "number": "9" * 10_000},
    "wrong types": {
        "customer_name": {},
        "number": 7,
        "currency": None,
        "total": "12",
        "effective_at": [],
        "created": {},
    },
    "enormous": {"total": 10**40, "effective_at": 10**30, "created": -5},
    "no metadata": {"metadata": None},
    "metadata of another type": {"metadata": "x"},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_whatever_stripe_says_is_kept_as_it_was_said(connection: StripeConnection, odd: dict[str, Any]) -> None:
    document = take(connection, domestic_invoice(**odd))

    assert json.loads(bytes(document.payload)) == domestic_invoice(**odd)


@pytest.mark.parametrize("odd", [{"object": "charge"}, {"object": None}, {"id": ""}, {"id": 7}, {"id": "x" * 81}])
def test_what_is_no_document_is_refused(connection: StripeConnection, odd: dict[str, Any]) -> None:
    with pytest.raises(NotADocument):
        take(connection, domestic_invoice(**odd))


def test_one_value_has_one_form() -> None:
    assert canonical({"b": [1, 2.5, None, True], "a": "ż\ud800"}) == b'{"a":"\\u017c\\ud800","b":[1,2.5,null,true]}'
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical(float("nan"))


@pytest.mark.parametrize(("livemode", "simulated", "asked"), [(False, False, 0), (False, True, 1), (True, False, 1)])
def test_registers_are_asked_about_real_buyers_only(
    acme: Company, settings: Settings, livemode: bool, simulated: bool, asked: int
) -> None:
    settings.REGISTERS_IN_TEST_MODE = simulated
    connection = make_stripe_connection(acme, livemode=livemode)

    take(connection, domestic_invoice(livemode=livemode))

    with acting_in(acme.tenant.id):
        assert RegisterCheck.objects.count() == asked
