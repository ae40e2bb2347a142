"""What the webhook missed is found: by Stripe's events, by its lists, and by what is odd about our own."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from apps.connections.models import StripeConnection
from apps.documents.models import SourceDocument
from apps.reviews.models import Hold, ReviewItem
from apps.stripe_intake.errands import Hint, want
from apps.stripe_intake.gaps import find_gaps
from apps.stripe_intake.models import StripeErrand, StripeEvent
from apps.stripe_intake.work import work
from apps.tenants.context import acting_in
from tests.factories import Company

from .deliveries import deliver, event, make_stripe_connection, stored
from .fake_stripe import FakeStripe
from .stripe_data import customer, domestic_invoice, sample, tax_rates

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECONDS = int(NOON.timestamp())
DAY = timedelta(days=1)


@pytest.fixture
def stripe(settings: Settings) -> Iterator[FakeStripe]:
    settings.STRIPE_REQUESTS_PER_SECOND = 10_000
    fake = FakeStripe()
    fake.add(*tax_rates(), customer("cus_cn8hNsnDk8K5Yv"), endpoint())
    with fake.serving():
        yield fake


@pytest.fixture
def connection(acme: Company) -> StripeConnection:
    return make_stripe_connection(
        acme, account_id="", created_at=NOON, key_changed_at=NOON, import_from=date(2026, 11, 1)
    )


def endpoint(**values: Any) -> dict[str, Any]:
    from apps.connections.stripe_events import EVENTS

    return {"id": "we_1", "object": "webhook_endpoint", "status": "enabled", "enabled_events": sorted(EVENTS)} | values


def run(at: datetime = NOON) -> None:
    work(clock=lambda: at)


def invoice(number: int, *, made: datetime = NOON, **values: Any) -> dict[str, Any]:
    made_at = int(made.timestamp())
    return (
        domestic_invoice(id=f"in_{number:04}", number=f"FVS-{number:04}", created=made_at, effective_at=made_at)
        | values
    )


def ids(company: Company) -> set[str]:
    with acting_in(company.tenant.id):
        return set(SourceDocument.objects.values_list("stripe_id", flat=True))


def items(company: Company) -> list[tuple[str, dict[str, Any]]]:
    with acting_in(company.tenant.id):
        return [(item.kind, item.facts) for item in ReviewItem.objects.order_by("opened_at")]


def test_an_event_that_was_never_delivered_is_found_within_a_quarter_of_an_hour(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    run()
    later = NOON + timedelta(minutes=15)
    stripe.add(invoice(1, made=later), event(id="evt_1", created=SECONDS + 60, data={"object": invoice(1)}))

    run(later - timedelta(seconds=1))
    assert ids(acme) == set()
    run(later)

    assert ids(acme) == {"in_0001"}
    (found,) = stored(acme)
    assert (found.source, found.state) == (StripeEvent.Source.EVENTS_LIST, StripeEvent.State.ROUTED)


def test_an_event_that_was_delivered_is_not_stored_again(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    told = event(id="evt_1", created=SECONDS, data={"object": invoice(1)})
    stripe.add(invoice(1), told)
    deliver(connection, told)

    run(NOON + timedelta(minutes=15))

    assert [row.source for row in stored(acme)] == [StripeEvent.Source.WEBHOOK]


def test_an_event_of_this_minute_may_be_on_its_way_and_is_left_to_its_delivery(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(event(id="evt_1", created=SECONDS - 30, data={"object": invoice(1)}))

    run()

    assert stored(acme) == []


def test_more_events_than_a_page_holds_are_all_found(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    for number in range(230):
        told = invoice(number, made=NOON - timedelta(days=40))
        stripe.add(told, event(id=f"evt_{number}", created=SECONDS - 200 - number, data={"object": told}))

    run()

    assert len(stored(acme)) == 230
    assert len(ids(acme)) == 230


def test_connecting_imports_everything_since_the_import_day_and_nothing_older(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(*(invoice(number, made=NOON - number * timedelta(hours=1)) for number in range(250)))
    stripe.add(invoice(900, made=NOON - 40 * DAY), invoice(901, status="draft"))

    run()

    assert ids(acme) == {f"in_{number:04}" for number in range(250)}


def test_a_long_import_goes_on_where_it_was_interrupted(
    acme: Company, connection: StripeConnection, stripe: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.stripe_intake.compare.PAGES_AT_ONCE", 1)
    stripe.add(*(invoice(number, made=NOON - number * timedelta(minutes=1)) for number in range(250)))

    work(clock=lambda: NOON, seconds=0.01)
    with acting_in(acme.tenant.id):
        errand = StripeErrand.objects.get(kind="compare")
    assert errand.state == "due"
    run()

    assert len(ids(acme)) == 250
    with acting_in(acme.tenant.id):
        errand.refresh_from_db()
    assert (errand.progress["found"], errand.next_action_at) == (250, NOON + DAY)


def test_a_draft_made_long_ago_is_found_the_night_after_it_was_finalised(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    old = NOON - 15 * DAY
    stripe.add(invoice(1, made=old, status="draft"))
    run()
    for night in range(1, 9):
        run(NOON + night * DAY)
    assert ids(acme) == set()

    stripe.add(invoice(1, made=old))
    run(NOON + 9 * DAY)

    assert ids(acme) == {"in_0001"}


def test_a_state_that_changed_unheard_is_read_again_at_night(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(invoice(1))
    run()
    stripe.add(invoice(1, status="void"))

    run(NOON + DAY)

    with acting_in(acme.tenant.id):
        assert list(SourceDocument.objects.order_by("revision").values_list("stripe_status", flat=True)) == [
            "open",
            "void",
        ]


def test_a_comparison_that_finds_nothing_asks_for_nothing(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(*(invoice(number) for number in range(5)))
    run()
    stripe.calls.clear()

    run(NOON + DAY)

    assert stripe.calls == {
        "GET events": 1,
        "GET invoices": 1,
        "GET credit_notes": 1,
        "GET webhook_endpoints/we_1": 1,
    }


def test_documents_that_came_in_silence_are_laid_before_a_person_and_the_endpoint_is_looked_at(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    run()
    stripe.add(endpoint(status="disabled"))
    for night in range(1, 4):
        stripe.add(invoice(night, made=NOON + night * DAY - timedelta(hours=1)))
        run(NOON + night * DAY)

    assert [kind for kind, _ in items(acme)] == ["stripe_silent"]
    assert stripe.objects["we_1"]["status"] == "enabled"


def test_an_endpoint_that_is_gone_is_laid_before_a_person(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    del stripe.objects["we_1"]

    run(NOON + DAY)
    run(NOON + 2 * DAY)

    assert [kind for kind, _ in items(acme)] == ["stripe_endpoint_gone"]


def test_an_endpoint_that_asks_for_other_events_is_repaired(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(endpoint(enabled_events=["invoice.created"]))

    run()
    run(NOON + DAY)

    assert stripe.objects["we_1"]["enabled_events"] == endpoint()["enabled_events"]


def test_a_key_that_may_not_see_endpoints_is_no_trouble(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.denied = {"webhook_endpoints"}

    run(NOON + DAY)

    with acting_in(acme.tenant.id):
        assert StripeConnection.objects.get().status == "active"
    assert items(acme) == []


def test_an_endpoint_made_by_hand_is_not_looked_for(acme: Company, stripe: FakeStripe) -> None:
    make_stripe_connection(acme, account_id="", key_changed_at=NOON, created_at=NOON, stripe_endpoint_id="")

    run(NOON + DAY)

    assert not any("webhook_endpoints" in call for call in stripe.calls)


def test_a_hole_in_the_numbers_is_laid_before_a_person_once(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(*(invoice(number) for number in (*range(1, 12), 14)))

    run()
    run(NOON + DAY)
    run(NOON + 2 * DAY)

    assert items(acme) == [("number_gap", {"prefix": "FVS-", "missing": 2, "numbers": ["FVS-0012", "FVS-0013"]})]


def test_a_hole_that_fills_is_closed_and_what_is_left_of_it_is_named(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(*(invoice(number) for number in (*range(1, 12), 14)))
    for day in (0, 1):  # found, then read
        run(NOON + day * DAY)
    assert open_gaps(acme) == [["FVS-0012", "FVS-0013"]]

    stripe.add(invoice(12))
    for day in (2, 3):
        run(NOON + day * DAY)
    assert open_gaps(acme) == [["FVS-0013"]]

    stripe.add(invoice(13))
    for day in (4, 5):
        run(NOON + day * DAY)
    assert open_gaps(acme) == []


def open_gaps(company: Company) -> list[list[str]]:
    with acting_in(company.tenant.id):
        gaps = ReviewItem.objects.filter(kind="number_gap", state=ReviewItem.State.OPEN)
        return [gap.facts["numbers"] for gap in gaps]


def test_holes_are_looked_for_only_where_numbers_form_a_row() -> None:
    own_of_customers = [f"{prefix}-0001" for prefix in ("A", "B", "C")] + ["A-0009"]

    assert find_gaps([]) == []
    assert find_gaps(own_of_customers) == []
    assert find_gaps([f"F-{number}" for number in range(95, 105)]) == []
    assert find_gaps(["no digits", "", "7", "²"]) == []
    assert find_gaps([f"F-{number:04}" for number in range(1, 40, 2)])[0]["missing"] == 19
    assert len(find_gaps([f"F-{number:06}" for number in range(0, 100_000, 10_000)])[0]["numbers"]) == 20


def test_a_verified_tax_number_brings_held_documents_of_that_buyer_back(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(customer("cus_cn8hNsnDk8K5Yv", status="pending"), invoice(1), invoice(2))
    run()
    hold("in_0001", acme)
    stripe.add(customer("cus_cn8hNsnDk8K5Yv", status="verified"))
    changed = sample("customer_tax_id_updated_clover") | {"customer": "cus_cn8hNsnDk8K5Yv"}
    deliver(connection, event(type="customer.tax_id.updated", data={"object": changed}))

    run(NOON + timedelta(minutes=1))

    assert revisions(acme) == {"in_0001": 2, "in_0002": 1}


def test_a_tax_rate_that_was_marked_brings_held_documents_back(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    rate = next(each for each in tax_rates() if each["id"] == "txr_1R0xQVZ6JD8FdxxUibsMTX4B")
    stripe.add(invoice(1))
    run()
    hold("in_0001", acme)
    stripe.add(rate | {"metadata": {"ksef_p12": "23"}})
    deliver(connection, event(type="tax_rate.updated", data={"object": rate}))

    run(NOON + timedelta(minutes=1))

    assert revisions(acme) == {"in_0001": 2}


def hold(stripe_id: str, company: Company) -> None:
    with acting_in(company.tenant.id):
        document = SourceDocument.objects.get(stripe_id=stripe_id)
        Hold.objects.filter(document=document).delete()
        Hold.objects.create(tenant=company.tenant, document=document, reasons=[], first_code="VIES_UNVERIFIED")


def revisions(company: Company) -> dict[str, int]:
    with acting_in(company.tenant.id):
        return dict(SourceDocument.objects.order_by("revision").values_list("stripe_id", "revision"))


def test_a_number_that_is_known_and_only_not_read_yet_is_no_hole(
    acme: Company, connection: StripeConnection, stripe: FakeStripe
) -> None:
    stripe.add(*(invoice(number) for number in (*range(1, 12), 13)))
    with acting_in(acme.tenant.id):
        want(acme.tenant.id, connection.id, [Hint(StripeErrand.Kind.INVOICE, "in_0012")], at=NOON, due=NOON + 2 * DAY)

    run()
    run(NOON + DAY)

    assert items(acme) == []
    # It was read and is not there: now the hole is one.
    run(NOON + 2 * DAY)
    run(NOON + 3 * DAY)
    assert ("number_gap", {"prefix": "FVS-", "missing": 1, "numbers": ["FVS-0012"]}) in items(acme)
