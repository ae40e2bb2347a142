"""Platform staff see state, and a company's pages only through a grant that ends and is audited."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.audit.record import PLATFORM
from apps.audit.words import with_words
from apps.connections.models import StripeConnection
from apps.filings.models import Alarm
from apps.filings.states import State
from apps.tenants.context import acting_in
from apps.tenants.models import SupportGrant
from apps.tenants.support import LASTS, NotStaff, open_grant
from tests.factories import Company, make_document, make_filing, make_stripe_connection, make_tenant, make_user
from tests.tenants.signed_in import signed_in

REASON = "Ticket 17: documents wait"


@pytest.fixture
def helper(acme: Company, settings: Any) -> Client:
    settings.MFA_REQUIRED = False
    with acting_in(acme.tenant.id):
        make_filing(make_document(make_stripe_connection(acme)))
    staff = make_user("staff")
    staff.is_platform_staff = True
    staff.save()
    client = signed_in(staff)
    client.staff = staff  # type: ignore[attr-defined]
    return client


def pages(company: Company) -> str:
    return f"/c/{company.tenant.id}/documents/"


def test_staff_see_state_and_no_document(helper: Client, acme: Company) -> None:
    page = helper.get("/staff/").content.decode()

    assert "Acme" in page
    assert "Zażółć" not in page
    assert helper.get(pages(acme)).status_code == 404


def test_a_grant_opens_reading_for_a_while_and_is_in_both_chains(
    helper: Client, acme: Company, globex: Company
) -> None:
    assert helper.post(f"/staff/{acme.tenant.id}/grant/", {"reason": REASON}).status_code == 302

    assert helper.get(pages(acme)).status_code == 200
    assert helper.get(pages(globex)).status_code == 404
    assert helper.get(f"/c/{acme.tenant.id}/settings/people/").status_code == 403
    with acting_in(acme.tenant.id):
        told = list(AuditEntry.objects.order_by("sequence").values_list("event", flat=True))
        assert told[0] == "support.granted"
        assert "support.read" in told
        assert with_words([AuditEntry.objects.get(event="support.granted")])[0].words == {"reason": REASON}
    with acting_in(PLATFORM):
        assert AuditEntry.objects.filter(event="support.granted").count() == 1


def test_an_ended_grant_opens_nothing(helper: Client, acme: Company) -> None:
    open_grant(acme.tenant.id, staff=helper.staff, reason=REASON, at=timezone.now() - LASTS)  # type: ignore[attr-defined]

    assert helper.get(pages(acme)).status_code == 404


def test_its_end_cannot_be_moved_and_it_is_never_long(helper: Client, acme: Company) -> None:
    now = timezone.now()
    grant = open_grant(acme.tenant.id, staff=helper.staff, reason=REASON, at=now)  # type: ignore[attr-defined]
    with acting_in(acme.tenant.id):
        with pytest.raises(DatabaseError), transaction.atomic():
            SupportGrant.objects.filter(pk=grant.pk).update(expires_at=now + timedelta(days=9))
        with pytest.raises(DatabaseError), transaction.atomic():
            SupportGrant.objects.create(
                tenant=acme.tenant, staff=grant.staff, reason="x", opened_at=now, expires_at=now + timedelta(hours=9)
            )


def test_a_reason_is_needed(helper: Client, acme: Company) -> None:
    assert helper.post(f"/staff/{acme.tenant.id}/grant/", {"reason": " "}).status_code == 400
    assert helper.get(pages(acme)).status_code == 404


def test_nobody_else_finds_these_pages(acme: Company, settings: Any) -> None:
    settings.MFA_REQUIRED = False
    ola = signed_in(acme.people["ola"])

    assert ola.get("/staff/").status_code == 404
    assert ola.post(f"/staff/{acme.tenant.id}/grant/", {"reason": REASON}).status_code == 404
    with pytest.raises(NotStaff):
        open_grant(acme.tenant.id, staff=acme.people["ola"], reason=REASON, at=timezone.now())


def test_staff_need_a_second_factor(helper: Client, settings: Any) -> None:
    settings.MFA_REQUIRED = True

    assert helper.get("/staff/").status_code == 404


def names_on(page: bytes) -> list[str]:
    return re.findall(r'data-label="Company">([^<]+)<', page.decode())


def test_every_company_is_reached_page_by_page_with_as_many_queries_as_one(
    helper: Client, acme: Company, globex: Company, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper.get("/staff/")
    with CaptureQueriesContext(connection) as two:
        helper.get("/staff/")
    for place in range(5):
        make_tenant(f"Initech {place}", f"{5250000000 + place}", {})
    with django_assert_num_queries(len(two)):
        page = helper.get("/staff/", headers={"accept-language": "en"}).content
    monkeypatch.setattr("apps.dashboard.views.staff.SHOWN", 3)

    pages = [helper.get("/staff/", {"page": number}, headers={"accept-language": "en"}).content for number in (1, 2, 3)]

    assert [name for one in pages for name in names_on(one)] == names_on(page)
    assert len(set(names_on(page))) == 7
    assert [(b'rel="prev"' in one, b'rel="next"' in one) for one in pages] == [
        (False, True),
        (True, True),
        (True, False),
    ]


def test_a_company_is_found_by_its_nip_and_shows_what_waits(helper: Client, acme: Company, globex: Company) -> None:
    with acting_in(acme.tenant.id):
        make_filing(make_document(StripeConnection.objects.get(), number="FV-9"), state=State.HELD)
        Alarm.objects.create(tenant=acme.tenant, kind="access_denied", raised_at=timezone.now())

    page = helper.get("/staff/", {"q": acme.tenant.nip}, headers={"accept-language": "en"}).content

    assert names_on(page) == [acme.tenant.name]
    assert re.findall(r'data-label="(?:Waiting|Need someone)">(\d+)<', page.decode()) == ["1", "1"]
    assert b"access_denied" in page


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "9" * 30, "999999"])
def test_a_made_up_page_breaks_nothing(helper: Client, page: str) -> None:
    assert helper.get("/staff/", {"page": page, "q": "%\0_"}).status_code == 200
