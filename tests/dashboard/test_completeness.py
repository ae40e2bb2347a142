"""Is anything missing? Stripe, what is here and KSeF, on one page and in one file."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.dashboard.completeness import completeness
from apps.filings.models import Difference, Lane
from apps.filings.states import Label
from apps.filings.upkeep import keep_up
from apps.reviews.items import open_item
from apps.stripe_intake.errands import Hint, want
from apps.stripe_intake.models import StripeErrand
from apps.tenants.context import acting_in
from tests.filings import stripe_objects
from tests.filings.house import HOUR, SECOND, House


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.MFA_REQUIRED = False


def client_of(house: House, name: str = "ola") -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.company.people[name])
    return client


def compared_with_stripe(house: House) -> None:
    """As the nightly look at Stripe's lists leaves it."""
    with acting_in(house.tenant_id):
        want(house.tenant_id, house.stripe.id, [Hint(StripeErrand.Kind.COMPARE)], at=house.now)
        StripeErrand.objects.filter(kind="compare").update(progress={"compared_at": house.now.isoformat()})


def test_documents_are_counted_by_their_month_in_warsaw_and_what_became_of_them(house: House) -> None:
    house.invoice("FV-1")
    house.work()
    house.work(3 * SECOND)
    # 23:30 UTC on 30 November is December in Warsaw.
    late = house.now.replace(day=30, hour=23, minute=30)
    house.capture(stripe_objects.invoice("FV-2", issued_at=late))
    house.invoice("FV-3", customer_tax_ids=[{"type": "pl_nip", "value": "1234567890"}])

    with acting_in(house.tenant_id):
        report = completeness(house.tenant_id, at=house.now)

    (november,) = report.months
    assert november.first == date(2026, 11, 1)
    assert november.last == date(2026, 11, 30)
    assert november.counts == {Label.FILED: 1, Label.NEEDS_YOU: 1}
    assert (november.total, november.open, report.open) == (2, 1, 1)
    # FV-2 was captured, and nobody decided what becomes of it.
    assert report.without_filing == 1
    assert report.is_missing_something


def test_nothing_is_proven_before_both_sides_were_compared(house: House) -> None:
    house.invoice("FV-1")
    house.work()
    house.work(3 * SECOND)
    page = client_of(house)
    address = f"/c/{house.tenant_id}/completeness/"
    assert "Not proven yet." in page.get(address).content.decode()

    compared_with_stripe(house)
    assert "Not proven yet." in page.get(address).content.decode()
    house.pass_time(3 * HOUR)
    with acting_in(house.tenant_id):
        Lane.objects.update(next_comparison_at=house.now)
    keep_up(clock=house.clock, wait=lambda _seconds: None)

    assert "Nothing is missing." in page.get(address).content.decode()


def test_each_difference_is_named(house: House) -> None:
    house.invoice("FV-1")
    house.work()
    house.work(3 * SECOND)
    with acting_in(house.tenant_id):
        open_item(house.tenant_id, "number_gap", {"prefix": "FV-", "missing": 1, "numbers": ["FV-0"]}, at=house.now)
        Difference.objects.create(
            tenant_id=house.tenant_id,
            lane=house.lane(),
            kind=Difference.Kind.MISSING_HERE,
            ksef_number="1",
            found_at=house.now,
        )
        hint = Hint(StripeErrand.Kind.INVOICE, "in_9")
        want(house.tenant_id, house.stripe.id, [hint], at=house.now)
    compared_with_stripe(house)

    text = client_of(house).get(f"/c/{house.tenant_id}/completeness/").content.decode()

    assert "Something does not fit." in text
    assert "FV-0" in text
    assert "1 difference" in text
    assert "1 is known and not read yet" in text


def test_a_hole_that_was_filled_since_is_none(house: House) -> None:
    house.invoice("FV-1")
    with acting_in(house.tenant_id):
        open_item(house.tenant_id, "number_gap", {"prefix": "FV-", "missing": 1, "numbers": ["FV-1"]}, at=house.now)
        open_item(house.tenant_id, "number_gap", {"prefix": "FX-", "missing": 2, "numbers": ["FX-1"]}, at=house.now)

        report = completeness(house.tenant_id, at=house.now)

    assert [gap.facts["prefix"] for gap in report.gaps] == ["FX-"]


def test_the_file_holds_every_document_of_the_period_with_its_proof(house: House) -> None:
    filing = house.invoice("FV-1")
    house.work()
    house.work(3 * SECOND)
    filed = house.read(filing)
    client, address = client_of(house, "jan"), f"/c/{house.tenant_id}/completeness/documents.csv"

    answer = client.get(address, {"since": "2026-11-01", "until": "2026-11-30"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    other = client.get(address, {"since": "2026-12-01", "until": "nonsense"})

    assert [row["number"] for row in rows] == ["FV-1"]
    assert rows[0]["ksef_number"] == filed.ksef_number
    assert rows[0]["total"] == "123.00"
    assert rows[0]["status"] == "Filed"
    assert rows[0]["receipt_stored_at"]
    assert rows[0]["sha256"] == bytes(filed.invoice_hash or b"").hex()
    assert len(other.content.splitlines()) == 1


def test_comparing_now_makes_both_sides_due_but_not_again_and_again(house: House) -> None:
    house.invoice("FV-1")
    house.work()
    client, address = client_of(house), f"/c/{house.tenant_id}/completeness/compare/"

    client.post(address)

    with acting_in(house.tenant_id):
        assert set(StripeErrand.objects.filter(state="due").values_list("kind", flat=True)) == {"compare", "events"}
        lane = Lane.objects.get()
        assert lane.next_comparison_at is not None
        assert lane.next_comparison_at <= timezone.now()
        Lane.objects.update(compared_until=house.now + timedelta(days=3650), next_comparison_at=None)
    client.post(address)
    with acting_in(house.tenant_id):
        assert Lane.objects.get().next_comparison_at is None


def test_a_viewer_may_read_the_proof_but_not_ask_for_it(house: House) -> None:
    client = client_of(house, "jan")

    assert "compare/" not in client.get(f"/c/{house.tenant_id}/completeness/").content.decode()
    assert client.post(f"/c/{house.tenant_id}/completeness/compare/").status_code == 403
