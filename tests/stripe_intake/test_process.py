"""From an event to a captured document, whatever the order, the copies and the troubles on the way."""

import itertools
import json
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings
from requests import PreparedRequest

from apps.audit.models import AuditEntry
from apps.connections.models import StripeConnection
from apps.documents.models import SourceDocument
from apps.reviews.models import ReviewItem
from apps.stripe_intake import serve
from apps.stripe_intake.models import StripeErrand, StripeEvent, StripeFeed
from apps.stripe_intake.route import route_events
from apps.stripe_intake.visit import LEASE, claim
from apps.stripe_intake.work import work
from apps.tenants.context import acting_in
from tests.factories import Company

from .deliveries import deliver, event, make_stripe_connection
from .fake_stripe import Answer, FakeStripe
from .stripe_data import INVOICE, credit_note, customer, domestic_invoice, tax_rates

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def stripe(settings: Settings) -> Iterator[FakeStripe]:
    settings.STRIPE_REQUESTS_PER_SECOND = 10_000
    fake = FakeStripe()
    fake.add(*tax_rates(), customer("cus_cn8hNsnDk8K5Yv"))
    with fake.serving():
        yield fake


@pytest.fixture
def connection(acme: Company) -> StripeConnection:
    return make_stripe_connection(acme, account_id="")


def run(at: datetime = NOON) -> None:
    work(clock=lambda: at)


def documents(company: Company) -> list[SourceDocument]:
    with acting_in(company.tenant.id):
        return list(SourceDocument.objects.order_by("captured_at", "stripe_id", "revision"))


def errands(company: Company, **filters: Any) -> list[StripeErrand]:
    with acting_in(company.tenant.id):
        return list(StripeErrand.objects.filter(**filters).order_by("kind", "subject"))


def test_an_event_becomes_a_document_as_stripe_has_it_now(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    told = domestic_invoice()
    stripe.add(domestic_invoice(status="paid", amount_paid=42923))
    deliver(connection, event(data={"object": told}))

    run()

    (document,) = documents(acme)
    assert (document.kind, document.stripe_id, document.stripe_status) == ("invoice", INVOICE, "paid")
    assert (document.number, document.buyer_name) == ("FVS-0351", "Zakład Testowy Kowalski sp. z o.o.")
    assert (document.currency, document.total_minor, document.livemode) == ("PLN", 42923, False)
    assert document.api_version == "2026-10-28.endive"
    assert json.loads(bytes(document.payload))["amount_paid"] == 42923
    assert [errand.state for errand in errands(acme)] == ["done"]


def test_a_document_costs_one_request_once_its_tax_rate_is_known(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.denied = {"products"}
    for number in range(1, 4):
        invoice = domestic_invoice(id=f"in_{number}", number=f"FVS-{number}")
        stripe.add(invoice)
        deliver(connection, event(data={"object": invoice}))
        run()

    assert len(documents(acme)) == 3
    assert sum(stripe.calls.values()) == 3 + 1 + 1  # an invoice each, one tax rate, one refusal to show products


def test_side_data_hold_what_the_mapping_reads_and_nothing_else_of_the_customer(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(domestic_invoice(), {"id": "prod_bXkhtPvwArEoC2", "object": "product", "name": "Plan Team",
                                    "metadata": {"ksef_gtu": "GTU_12", "shelf": "3"}})  # fmt: skip
    deliver(connection, event(data={"object": domestic_invoice()}))

    run()

    (document,) = documents(acme)
    side = json.loads(bytes(document.side_data))
    assert list(side["tax_rates"]) == ["txr_1R0xQVZ6JD8FdxxUibsMTX4B"]
    assert side["tax_rates"]["txr_1R0xQVZ6JD8FdxxUibsMTX4B"]["percentage"] == 23.0
    assert side["tax_ids"] == [{"type": "eu_vat", "value": "PL1234563218", "verification": "verified"}]
    assert side["customer"] == {"id": "cus_cn8hNsnDk8K5Yv", "metadata": {"ksef_buyer_type": "business"}}
    assert side["products"]["prod_bXkhtPvwArEoC2"]["metadata"] == {"ksef_gtu": "GTU_12"}
    assert json.loads(bytes(document.payload))["customer"] == "cus_cn8hNsnDk8K5Yv"
    assert b"private@example.pl" not in bytes(document.payload) + bytes(document.side_data)


def test_all_lines_are_read_beyond_the_first_page(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    invoice = domestic_invoice()
    line = invoice["lines"]["data"][0]
    invoice["lines"]["data"] = [line | {"id": f"il_{number:03}"} for number in range(250)]
    stripe.add(invoice)
    deliver(connection, event(data={"object": {"id": INVOICE, "created": 1772356500}}))

    run()

    (document,) = documents(acme)
    lines = json.loads(bytes(document.payload))["lines"]
    assert [line["id"] for line in lines["data"]] == [f"il_{number:03}" for number in range(250)]
    assert lines["has_more"] is False
    assert stripe.calls[f"GET invoices/{INVOICE}/lines"] == 3


def test_many_at_once_are_read_from_the_list(acme: Company, connection: StripeConnection, stripe: FakeStripe) -> None:
    invoices = [domestic_invoice(id=f"in_{n:03}", number=f"FVS-{n}", created=1772356500 + n) for n in range(120)]
    stripe.add(*invoices)
    for invoice in random.Random(1).sample(invoices, k=len(invoices)):
        deliver(connection, event(data={"object": invoice}))

    run()

    assert {document.stripe_id for document in documents(acme)} == {invoice["id"] for invoice in invoices}
    assert stripe.calls["GET invoices"] <= 5
    assert not any(call.startswith("GET invoices/") for call in stripe.calls)


STATES = ("open", "paid", "void")


@pytest.mark.parametrize("order", list(itertools.permutations(STATES)))
def test_the_order_of_events_does_not_matter(
    acme: Company, connection: StripeConnection, stripe: FakeStripe, order: tuple[str, ...]
) -> None:
    """All events are delivered after the last change, in any order and twice: only the present state is captured."""
    types = {"open": "invoice.finalized", "paid": "invoice.paid", "void": "invoice.voided"}
    stripe.add(domestic_invoice(status="void"))
    for status in order + order:
        deliver(
            connection, event(id=f"evt_{status}", type=types[status], data={"object": domestic_invoice(status=status)})
        )
        run()

    assert [document.stripe_status for document in documents(acme)] == ["void"]


def test_a_changed_state_is_a_further_revision_and_the_first_stays(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(domestic_invoice())
    deliver(connection, event(data={"object": domestic_invoice()}))
    run()
    stripe.add(domestic_invoice(status="void"))
    deliver(connection, event(type="invoice.voided", data={"object": domestic_invoice(status="void")}))
    run(NOON + timedelta(minutes=1))

    assert [(each.revision, each.stripe_status) for each in documents(acme)] == [(1, "open"), (2, "void")]


def test_what_changes_at_every_reading_makes_no_revision(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    for number in range(3):
        notes = {"order_ref": "ZAM/2025/118", "ksef_number": f"5265877635-{number}"}
        stripe.add(domestic_invoice(hosted_invoice_url=f"https://x/{number}", attempt_count=number, metadata=notes))
        deliver(connection, event(data={"object": domestic_invoice()}))
        run(NOON + timedelta(minutes=number))

    assert [document.revision for document in documents(acme)] == [1]


def test_a_storm_of_duplicates_has_one_effect(acme: Company, connection: StripeConnection, stripe: FakeStripe) -> None:
    invoices = [domestic_invoice(id=f"in_{n:02}", number=f"FVS-{n}") for n in range(20)]
    stripe.add(*invoices)
    events = [event(id=f"evt_{invoice['id']}", data={"object": invoice}) for invoice in invoices]
    storm = events * 5
    random.Random(7).shuffle(storm)

    for number, each in enumerate(storm):
        assert deliver(connection, each).status_code == 200
        if number % 17 == 0:
            run()
    run()

    assert len(documents(acme)) == 20
    assert all(document.revision == 1 for document in documents(acme))


def test_a_draft_is_no_document_yet(acme: Company, connection: StripeConnection, stripe: FakeStripe) -> None:
    stripe.add(domestic_invoice(status="draft"))
    deliver(connection, event(data={"object": domestic_invoice()}))

    run()

    assert documents(acme) == []
    assert [errand.state for errand in errands(acme)] == ["done"]


def test_a_credit_note_brings_the_invoice_it_corrects(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(domestic_invoice(), credit_note())
    deliver(connection, event(type="credit_note.created", data={"object": credit_note()}))

    run()

    invoice, note = sorted(documents(acme), key=lambda document: document.kind, reverse=True)
    assert (invoice.kind, invoice.stripe_id) == ("invoice", INVOICE)
    assert (note.kind, note.original_stripe_id, note.buyer_name) == ("credit_note", INVOICE, invoice.buyer_name)


def test_an_object_stripe_does_not_know_is_laid_before_a_person_and_not_asked_for_again(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    deliver(connection, event(data={"object": {"id": "in_gone"}}))

    run()
    run(NOON + timedelta(hours=1))

    (errand,) = errands(acme)
    assert (errand.state, errand.next_action_at) == ("failed", None)
    assert errand.reason.startswith("Stripe has no such object")
    assert stripe.calls["GET invoices/in_gone"] == 1
    with acting_in(acme.tenant.id):
        assert [item.facts for item in ReviewItem.objects.all()] == [{"object": "invoice", "stripe_id": "in_gone"}]


def test_a_revoked_key_degrades_the_connection_and_keeps_the_work(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(domestic_invoice())
    stripe.bad_key = True
    deliver(connection, event(data={"object": domestic_invoice()}))
    run()
    connection = reload(connection)
    assert (connection.status, connection.status_reason) == ("degraded", "Invalid API Key provided: rk_test_****acme")
    assert documents(acme) == []
    assert [errand.state for errand in errands(acme)] == ["due"]

    stripe.bad_key = False
    run(NOON + timedelta(minutes=16))

    assert len(documents(acme)) == 1
    assert (reload(connection).status, reload(connection).status_reason) == ("active", "")
    with acting_in(acme.tenant.id):
        told = AuditEntry.objects.filter(event__startswith="stripe.").order_by("sequence")
        assert [entry.event for entry in told] == ["stripe.degraded", "stripe.recovered"]


def test_a_missing_permission_is_named_and_stops_only_what_needs_it(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(domestic_invoice(), credit_note())
    stripe.denied = {"credit_notes"}
    deliver(connection, event(type="credit_note.created", data={"object": credit_note()}))
    deliver(connection, event(data={"object": domestic_invoice()}))

    run()

    assert [document.kind for document in documents(acme)] == ["invoice"]
    assert reload(connection).status == "degraded"
    assert "rak_credit_note_read" in reload(connection).status_reason

    run(NOON + timedelta(minutes=5))
    assert stripe.calls[f"GET credit_notes/{credit_note()['id']}"] == 1

    stripe.denied = set()
    run(NOON + timedelta(minutes=16))
    assert len(documents(acme)) == 2
    assert reload(connection).status == "active"


@pytest.mark.parametrize(
    ("status", "headers", "pause"),
    [(429, {"Retry-After": "30"}, 30), (429, {}, 2), (500, {}, 60), (503, {}, 60)],
)
def test_a_busy_stripe_is_left_alone_for_as_long_as_it_asks(
    acme: Company,
    connection: StripeConnection,
    stripe: FakeStripe,
    status: int,
    headers: dict[str, str],
    pause: int,
) -> None:
    stripe.add(domestic_invoice())
    stripe.trouble = [(status, headers, json.dumps({"error": {"type": "api_error", "message": "Slow down."}}))]
    deliver(connection, event(data={"object": domestic_invoice()}))

    run()
    run(NOON + timedelta(seconds=pause - 1))
    assert sum(stripe.calls.values()) == 1
    with acting_in(acme.tenant.id):
        feed = StripeFeed.objects.get()
    assert (feed.paused_until, feed.pause_reason) == (NOON + timedelta(seconds=pause), "Slow down.")
    assert reload(connection).status == "active"

    run(NOON + timedelta(seconds=pause))
    assert len(documents(acme)) == 1


@pytest.mark.parametrize("body", ["<html>502</html>", "", "[]", "null", '{"error": ', '{"error": "x"}'])
@pytest.mark.parametrize("status", [200, 502])
def test_an_answer_that_is_no_answer_waits(
    acme: Company, connection: StripeConnection, stripe: FakeStripe, body: str, status: int
) -> None:
    stripe.add(domestic_invoice())
    stripe.trouble = [(status, {}, body)]
    deliver(connection, event(data={"object": domestic_invoice()}))

    run()
    assert documents(acme) == []
    run(NOON + timedelta(minutes=2))

    assert len(documents(acme)) == 1


def test_an_object_of_another_kind_is_not_captured(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add({"id": "in_odd", "object": "charge", "livemode": False})
    deliver(connection, event(data={"object": {"id": "in_odd"}}))

    run()

    assert documents(acme) == []
    assert [(errand.state, errand.reason) for errand in errands(acme)] == [
        ("failed", "Stripe answered with 'charge' where an invoice or credit note was asked for.")
    ]


def test_our_own_fault_stays_visible_and_does_not_stop_the_others(
    acme: Company, connection: StripeConnection, stripe: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(documents: list[SourceDocument], **_: Any) -> None:
        if any(document.stripe_id == "in_1" for document in documents):
            raise ZeroDivisionError

    monkeypatch.setattr("apps.stripe_intake.bring.open_filings", broken)
    for number in (1, 2):
        invoice = domestic_invoice(id=f"in_{number}", number=f"FVS-{number}")
        stripe.add(invoice)
        deliver(connection, event(data={"object": invoice}))

    run()

    assert len(documents(acme)) == 2
    first, second = errands(acme)
    assert (first.state, first.attempts, first.next_action_at) == ("due", 1, NOON + timedelta(minutes=1))
    assert first.reason.startswith("ZeroDivisionError")
    assert second.state == "done"


def test_a_hint_that_comes_while_the_object_is_read_leads_to_another_reading(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    def paid_meanwhile() -> None:
        stripe.add(domestic_invoice(status="paid"))
        deliver(connection, event(type="invoice.paid", data={"object": domestic_invoice()}))
        route_events(acme.tenant.id, at=NOON)

    stripe.add(domestic_invoice())
    stripe.meanwhile = paid_meanwhile
    deliver(connection, event(data={"object": domestic_invoice()}))

    run()

    assert [document.stripe_status for document in documents(acme)] == ["open", "paid"]


def test_a_worker_that_lost_its_lease_writes_nothing(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    def taken_over() -> None:
        with acting_in(acme.tenant.id):
            StripeFeed.objects.update(lease_token=uuid.uuid4())

    stripe.add(domestic_invoice())
    stripe.meanwhile = taken_over
    deliver(connection, event(data={"object": domestic_invoice()}))

    run()
    assert documents(acme) == []
    assert [errand.state for errand in errands(acme)] == ["due"]

    run(NOON + timedelta(minutes=4))  # the other worker never came back either
    assert len(documents(acme)) == 1


def test_a_worker_that_takes_its_time_keeps_the_connection(
    acme: Company, connection: StripeConnection, stripe: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = NOON
    answer = stripe.answer

    def slow_answer(request: PreparedRequest) -> Answer:
        nonlocal now
        now += timedelta(seconds=25)
        assert claim(lambda: now, uuid.uuid4()) is None
        return answer(request)

    monkeypatch.setattr(stripe, "answer", slow_answer)
    for number in range(1, 7):
        invoice = domestic_invoice(id=f"in_{number}", number=f"FVS-{number}")
        stripe.add(invoice)
        deliver(connection, event(data={"object": invoice}))
    work(clock=lambda: now)

    assert len(documents(acme)) == 6
    assert now - NOON > 2 * LEASE


def test_what_a_dead_worker_held_is_free_again_within_a_minute(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(domestic_invoice())
    deliver(connection, event(data={"object": domestic_invoice()}))
    route_events(acme.tenant.id, at=NOON)
    assert claim(lambda: NOON, uuid.uuid4()) is not None  # and died

    run(NOON + timedelta(seconds=59))
    assert documents(acme) == []
    run(NOON + timedelta(seconds=61))
    assert len(documents(acme)) == 1


def paid_by_blik() -> tuple[dict[str, Any], dict[str, Any]]:
    payment = {"status": "paid", "payment": {"type": "payment_intent", "payment_intent": "pi_1"}}
    invoice = domestic_invoice(status="paid", payments={"object": "list", "data": [payment], "has_more": False})
    charge = {"id": "ch_1", "payment_method_details": {"type": "blik"}, "amount_refunded": 0}
    return invoice, {"id": "pi_1", "object": "payment_intent", "latest_charge": charge}


def test_the_form_of_payment_is_read_from_the_payment(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(*paid_by_blik())
    deliver(connection, event(type="invoice.paid", data={"object": {"id": INVOICE}}))

    run()

    side = json.loads(bytes(documents(acme)[0].side_data))
    assert side["payment"] == {"payment_method_type": "blik", "amount_refunded": 0}


def test_without_leave_to_read_payments_the_form_is_left_out_and_not_asked_for_each_time(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    invoice, payment = paid_by_blik()
    stripe.denied = {"payment_intents"}
    for number in (1, 2):
        stripe.add(payment, invoice | {"id": f"in_{number}", "number": f"FVS-{number}"})
        deliver(connection, event(data={"object": {"id": f"in_{number}"}}))
        run(NOON + timedelta(minutes=number))

    assert [json.loads(bytes(document.side_data))["payment"] for document in documents(acme)] == [{}, {}]
    assert stripe.calls["GET payment_intents/pi_1"] == 1
    assert reload(connection).status == "active"

    stripe.denied = set()
    stripe.add(invoice | {"id": "in_3", "number": "FVS-3"})
    deliver(connection, event(data={"object": {"id": "in_3"}}))
    run(NOON + timedelta(days=2))
    assert json.loads(bytes(documents(acme)[-1].side_data))["payment"]["payment_method_type"] == "blik"


def test_a_credit_note_whose_invoice_stripe_does_not_show_is_captured_all_the_same(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(credit_note())
    deliver(connection, event(type="credit_note.created", data={"object": credit_note()}))

    run()

    assert [document.kind for document in documents(acme)] == ["credit_note"]


def test_an_object_of_the_other_mode_is_not_captured(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(domestic_invoice(livemode=True))
    deliver(connection, event(data={"object": domestic_invoice()}))

    run()

    assert documents(acme) == []
    assert [errand.reason for errand in errands(acme)] == ["Stripe answered with an object of the other mode."]


def test_a_connection_without_a_key_says_so_and_waits(acme: Company, stripe: FakeStripe) -> None:
    keyless = make_stripe_connection(acme, account_id="", api_key=None)
    deliver(keyless, event(data={"object": domestic_invoice()}))

    run()

    assert not stripe.calls
    assert (reload(keyless).status, reload(keyless).status_reason) == (
        "degraded",
        "This connection has no key. Connect Stripe again.",
    )


def test_a_fault_outside_any_errand_rises_and_lets_the_others_work(
    acme: Company,
    globex: Company,
    connection: StripeConnection,
    stripe: FakeStripe,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = make_stripe_connection(globex, account_id="")
    stripe.add(domestic_invoice())
    deliver(connection, event(data={"object": domestic_invoice()}))
    run_once = serve.serve_one
    route_events(acme.tenant.id, at=NOON)
    with monkeypatch.context() as patch:
        patch.setattr("apps.stripe_intake.serve.fetch", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_once(clock=lambda: NOON)

    deliver(other, event(data={"object": domestic_invoice()}))
    run(NOON + timedelta(seconds=1))
    assert (len(documents(acme)), len(documents(globex))) == (0, 1)

    run(NOON + timedelta(minutes=2))
    assert len(documents(acme)) == 1


def test_a_thin_event_leads_to_the_same_document(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(domestic_invoice())
    deliver(
        connection,
        {"id": "evt_thin", "object": "v2.core.event", "type": "v1.invoice.finalized", "livemode": False,
         "created": "2026-11-01T10:20:00.000Z", "related_object": {"id": INVOICE, "type": "invoice"}},
    )  # fmt: skip

    run()

    assert [document.stripe_id for document in documents(acme)] == [INVOICE]


def test_a_withdrawn_permission_of_the_account_revokes_the_connection(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    deliver(connection, event(type="account.application.deauthorized", data={"object": {"id": "ca_1"}}))

    run()

    assert reload(connection).status == "revoked"
    assert [row.state for row in events_of(acme)] == ["routed"]


def test_two_tenants_do_not_see_each_others_work(
    acme: Company, globex: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(domestic_invoice())
    deliver(connection, event(data={"object": domestic_invoice()}))

    run()

    assert documents(globex) == []
    assert errands(globex) == []


def reload(connection: StripeConnection) -> StripeConnection:
    with acting_in(connection.tenant_id):
        return StripeConnection.objects.get(id=connection.id)


def events_of(company: Company) -> list[StripeEvent]:
    with acting_in(company.tenant.id):
        return list(StripeEvent.objects.all())
