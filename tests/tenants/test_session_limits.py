"""A session ends by itself: an hour after its last use, and twelve hours after it began whatever happens in it."""

import time
from typing import Any

import pytest
from django.conf import settings as installed
from django.test import Client

from apps.audit.models import AuditEntry
from apps.tenants.context import acting_in
from apps.tenants.session_limits import BEGAN, USED
from tests.factories import Company
from tests.tenants.signed_in import signed_in


@pytest.fixture
def jan(acme: Company) -> Client:
    client = signed_in(acme.people["jan"])
    assert client.get(f"/c/{acme.tenant.id}/").status_code == 200
    return client


def set_back(client: Client, **seconds: float) -> None:
    session = client.session
    for name, ago in seconds.items():
        session[name] = time.time() - ago
    session.save()


def ended(company: Company) -> list[dict[str, Any]]:
    with acting_in(company.tenant.id):
        return list(AuditEntry.objects.filter(event="person.session_ended").values_list("data", flat=True))


def test_a_session_unused_for_an_hour_is_over(acme: Company, jan: Client) -> None:
    set_back(jan, **{USED: installed.SESSION_IDLE_SECONDS + 1})

    answer = jan.get(f"/c/{acme.tenant.id}/", follow=True)

    assert answer.redirect_chain[0][0].startswith("/account/login/")
    assert "You were signed out" in answer.content.decode()
    assert ended(acme) == [{"why": "idle"}]


def test_a_session_in_use_goes_on(acme: Company, jan: Client) -> None:
    set_back(jan, **{USED: installed.SESSION_IDLE_SECONDS - 60})
    assert jan.get(f"/c/{acme.tenant.id}/").status_code == 200

    assert time.time() - jan.session[USED] < 60
    assert ended(acme) == []


def test_after_twelve_hours_a_session_is_over_however_busy(acme: Company, jan: Client) -> None:
    set_back(jan, **{BEGAN: installed.SESSION_LASTS_SECONDS + 1, USED: 5})

    assert jan.get(f"/c/{acme.tenant.id}/")["Location"].startswith("/account/login/")
    assert ended(acme) == [{"why": "age"}]


def test_a_page_that_watches_by_itself_does_not_keep_a_session_alive(acme: Company, jan: Client) -> None:
    set_back(jan, **{USED: 600})

    jan.get(f"/c/{acme.tenant.id}/documents/", headers={"HX-Request": "true"})
    assert time.time() - jan.session[USED] >= 600

    set_back(jan, **{USED: installed.SESSION_IDLE_SECONDS})
    answer = jan.get(f"/c/{acme.tenant.id}/documents/", headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"
    assert answer.content == b""


def test_an_ended_session_cannot_be_resumed_with_its_cookie(acme: Company, jan: Client) -> None:
    cookie = jan.cookies["sessionid"].value
    set_back(jan, **{USED: installed.SESSION_IDLE_SECONDS})
    jan.get(f"/c/{acme.tenant.id}/")

    again = Client()
    again.cookies["sessionid"] = cookie

    assert again.get(f"/c/{acme.tenant.id}/")["Location"].startswith("/account/login/")
