"""Holds, statements and items: one row each, with who and when, and nothing changed afterwards."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import ProgrammingError, transaction

from apps.audit.models import AuditEntry
from apps.documents.capture import Reading, capture
from apps.documents.mapping.overrides import SetBuyerId, SetIssueDate
from apps.documents.models import SourceDocument
from apps.reviews.holds import close_hold, open_hold
from apps.reviews.items import close_item, close_items_of, open_item
from apps.reviews.models import Hold, Override, ReviewItem
from apps.reviews.overrides import overrides_of, overrides_of_original, statement_hash, store_override
from apps.tenants.context import acting_in
from tests.factories import Company
from tests.stripe_intake.deliveries import make_stripe_connection
from tests.stripe_intake.stripe_data import credit_note, domestic_invoice

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NIP_INVALID = {"code": "BUYER_NIP_INVALID", "field": "customer_tax_ids[0]", "params": {"value": "1"}}
NO_NAME = {"code": "BUYER_NAME_MISSING", "field": "customer_name", "params": {}}


@pytest.fixture
def documents(acme: Company) -> list[SourceDocument]:
    connection = make_stripe_connection(acme)
    with acting_in(acme.tenant.id):
        return [
            capture(connection, Reading(content=content, side={}, at=NOON, api_version="2026-10-28.endive"))
            for content in (domestic_invoice(), credit_note())
        ]


def test_a_document_has_one_open_hold_with_its_present_reasons(acme: Company, documents: list[SourceDocument]) -> None:
    with acting_in(acme.tenant.id):
        first = open_hold(documents[0], [NIP_INVALID, NO_NAME], releases_itself=False, at=NOON)
        second = open_hold(documents[0], [NO_NAME], releases_itself=True, at=NOON + timedelta(hours=1))

        assert first.pk == second.pk
        hold = Hold.objects.get()
    assert (hold.reasons, hold.first_code, hold.releases_itself) == ([NO_NAME], "BUYER_NAME_MISSING", True)
    assert hold.opened_at == NOON


def test_a_closed_hold_stays_as_history(acme: Company, documents: list[SourceDocument]) -> None:
    ola = acme.people["ola"]
    with acting_in(acme.tenant.id):
        open_hold(documents[0], [NO_NAME], releases_itself=False, at=NOON)

        assert close_hold(documents[0], at=NOON, by=ola)
        assert not close_hold(documents[0], at=NOON, by=ola)
        open_hold(documents[0], [NIP_INVALID], releases_itself=False, at=NOON)

        assert list(Hold.objects.order_by("closed_at").values_list("state", "first_code")) == [
            ("released", "BUYER_NAME_MISSING"),
            ("open", "BUYER_NIP_INVALID"),
        ]


def test_statements_come_back_typed_and_in_order_with_their_entry_in_the_audit(
    acme: Company, documents: list[SourceDocument]
) -> None:
    ola = acme.people["ola"]
    number = SetBuyerId(id_type="nip", value="5252344078")
    day = SetIssueDate(day=date(2026, 11, 20))
    with acting_in(acme.tenant.id):
        store_override(documents[0], day, reason="agreed by phone", by=ola, at=NOON)
        store_override(documents[0], number, reason="typed it wrong", by=ola, at=NOON + timedelta(minutes=1))

        assert overrides_of(documents[0]).given == (day, number)
        assert overrides_of_original(documents[1]).given == (day, number)
        assert overrides_of(documents[1]).given == ()
        entry = AuditEntry.objects.filter(event="override.stated").order_by("sequence").last()
        stored = Override.objects.get(pk=entry.data["override"]) if entry else None
    assert entry
    assert stored
    assert (entry.actor, stored.reason) == (f"user:{ola.id}", "typed it wrong")
    assert entry.data["sha256"] == statement_hash(stored)
    assert "typed" not in str(entry.data)


def test_a_statement_is_never_changed(acme: Company, documents: list[SourceDocument]) -> None:
    with acting_in(acme.tenant.id):
        store_override(documents[0], SetIssueDate(day=date(2026, 11, 20)), reason="x", by=None, at=NOON)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Override.objects.update(reason="y")


def test_the_same_thing_is_laid_before_a_person_once_while_it_is_open(
    acme: Company, documents: list[SourceDocument]
) -> None:
    facts = {"stripe_id": "in_1"}
    with acting_in(acme.tenant.id):
        item = open_item(acme.tenant.id, "stripe_object_missing", facts, at=NOON)
        assert open_item(acme.tenant.id, "stripe_object_missing", facts, at=NOON).pk == item.pk
        assert close_item(item, at=NOON, by=acme.people["ola"], note="deleted by us")
        assert not close_item(item, at=NOON, by=acme.people["ola"])
        assert open_item(acme.tenant.id, "stripe_object_missing", facts, at=NOON).pk != item.pk

        item.refresh_from_db()
    assert (item.state, item.closing_note, item.closed_by_id) == ("resolved", "deleted by us", acme.people["ola"].id)


def test_everything_open_about_a_document_closes_when_it_is_settled_another_way(
    acme: Company, documents: list[SourceDocument]
) -> None:
    with acting_in(acme.tenant.id):
        for kind in ("rejected", "receipt_mismatch"):
            open_item(acme.tenant.id, kind, {}, at=NOON, document=documents[0])
        other = open_item(acme.tenant.id, "rejected", {}, at=NOON, document=documents[1])

        assert close_items_of(documents[0], at=NOON, note="filed again") == 2
        assert list(ReviewItem.objects.filter(state="open")) == [other]


def test_what_one_tenant_must_decide_is_no_business_of_another(
    acme: Company, globex: Company, documents: list[SourceDocument]
) -> None:
    with acting_in(acme.tenant.id):
        open_hold(documents[0], [NO_NAME], releases_itself=False, at=NOON)
        open_item(acme.tenant.id, "rejected", {}, at=NOON, document=documents[0])

    with acting_in(globex.tenant.id):
        assert not close_hold(documents[0], at=NOON)
        assert close_items_of(documents[0], at=NOON) == 0
