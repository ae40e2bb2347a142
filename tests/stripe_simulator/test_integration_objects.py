"""Webhook endpoints, events and app secrets."""

from typing import Any

import pytest
import stripe

from tests.stripe_simulator.conftest import ACACIA, CLOVER, Acme, Start

URL = "http://127.0.0.1:9/hooks/"


def test_the_secret_is_in_the_answer_to_create_and_nowhere_else(acme: Acme) -> None:
    endpoints = acme.client().v1.webhook_endpoints

    made = endpoints.create({"url": URL, "enabled_events": ["invoice.finalized"], "api_version": CLOVER})

    assert str(made.secret).startswith("whsec_")
    assert "secret" not in acme.get(f"/v1/webhook_endpoints/{made.id}")
    assert "secret" not in acme.get("/v1/webhook_endpoints")["data"][0]
    assert (made.api_version, made.status) == (CLOVER, "enabled")


def test_an_endpoint_changes_and_goes(acme: Acme) -> None:
    endpoints = acme.client().v1.webhook_endpoints
    made = endpoints.create({"url": URL, "enabled_events": ["invoice.finalized"], "metadata": {"by": "ksefkit"}})

    endpoints.update(made.id, {"enabled_events": ["invoice.paid", "invoice.voided"], "disabled": True})

    found = acme.get(f"/v1/webhook_endpoints/{made.id}")
    assert (found["enabled_events"], found["status"]) == (["invoice.paid", "invoice.voided"], "disabled")
    assert found["metadata"] == {"by": "ksefkit"}
    assert endpoints.delete(made.id).deleted
    with pytest.raises(stripe.InvalidRequestError):
        endpoints.retrieve(made.id)


def test_there_are_at_most_sixteen_endpoints(acme: Acme) -> None:
    endpoints = acme.client().v1.webhook_endpoints
    for _ in range(16):
        endpoints.create({"url": URL, "enabled_events": ["*"]})

    with pytest.raises(stripe.InvalidRequestError, match="maximum of 16"):
        endpoints.create({"url": URL, "enabled_events": ["*"]})


@pytest.mark.parametrize(
    "params",
    [
        {"url": "ftp://x/", "enabled_events": ["*"]},
        {"url": "http://[broken/", "enabled_events": ["*"]},
        {"url": "http://127.0.0.1:99999/", "enabled_events": ["*"]},
        {"url": URL, "enabled_events": []},
        {"url": URL, "enabled_events": ["*"], "api_version": "2019-01-01"},
    ],
)
def test_an_endpoint_needs_an_address_and_events(acme: Acme, params: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        acme.client().v1.webhook_endpoints.create(params)


def test_live_mode_insists_on_https(start: Start) -> None:
    acme = start(key="rk_live_51SAcme", account={"livemode": True})

    with pytest.raises(stripe.InvalidRequestError, match="https"):
        acme.client().v1.webhook_endpoints.create({"url": URL, "enabled_events": ["*"]})


def test_events_keep_the_version_of_their_day(start: Start) -> None:
    acme = start(account={"api_version": ACACIA})
    acme.play("domestic")

    (event,) = acme.get("/v1/events", version=CLOVER, type="invoice.finalized")["data"]

    assert event["api_version"] == ACACIA
    assert "total_tax_amounts" in event["data"]["object"]
    assert acme.get(f"/v1/events/{event['id']}", version=CLOVER) == event


def test_events_filter_by_types_and_pattern(acme: Acme) -> None:
    acme.play("full_credit")
    client = acme.client()

    wanted = client.v1.events.list({"types": ["invoice.paid", "credit_note.created"], "limit": 100})

    assert sorted(event.type for event in wanted.data) == ["credit_note.created", "invoice.paid"]
    assert {event["type"] for event in acme.get("/v1/events", type="credit_note.*")["data"]} == {"credit_note.created"}
    with pytest.raises(stripe.InvalidRequestError, match="at most 20"):
        client.v1.events.list({"types": [f"invoice.{number}" for number in range(21)]})


def test_events_are_readable_for_thirty_days(acme: Acme) -> None:
    acme.play("domestic")

    acme.control("POST", "clock", advance=31 * 86_400)

    assert acme.get("/v1/events")["data"] == []


def test_an_app_secret_is_written_replaced_found_and_deleted(acme: Acme) -> None:
    secrets = acme.client().v1.apps.secrets
    scope: Any = {"type": "account"}

    made = secrets.create({"name": "ksef_token", "payload": "first", "scope": scope})
    again = secrets.create({"name": "ksef_token", "payload": "second", "scope": scope})

    assert made.id == again.id
    assert "payload" not in made
    found = secrets.find({"name": "ksef_token", "scope": scope, "expand": ["payload"]})
    assert found.payload == "second"
    assert "payload" not in secrets.find({"name": "ksef_token", "scope": scope})
    assert [secret.name for secret in secrets.list({"scope": scope}).data] == ["ksef_token"]
    assert secrets.delete_where({"name": "ksef_token", "scope": scope}).deleted
    with pytest.raises(stripe.InvalidRequestError) as caught:
        secrets.find({"name": "ksef_token", "scope": scope})
    assert caught.value.http_status == 404


def test_scopes_of_app_secrets_are_apart_and_hold_ten(acme: Acme) -> None:
    secrets = acme.client().v1.apps.secrets
    ola: Any = {"type": "user", "user": "usr_ola"}
    jan: Any = {"type": "user", "user": "usr_jan"}
    for number in range(10):
        secrets.create({"name": f"s{number}", "payload": "x", "scope": ola})

    with pytest.raises(stripe.InvalidRequestError, match="limit of 10"):
        secrets.create({"name": "s10", "payload": "x", "scope": ola})

    secrets.create({"name": "s10", "payload": "x", "scope": jan})
    assert len(secrets.list({"scope": ola, "limit": 100}).data) == 10


def test_an_expired_app_secret_is_gone(acme: Acme) -> None:
    secrets = acme.client().v1.apps.secrets
    scope: Any = {"type": "account"}
    now = acme.control("GET", "report")["now"]
    secrets.create({"name": "short", "payload": "x", "scope": scope, "expires_at": now + 60})
    assert len(secrets.list({"scope": scope}).data) == 1

    acme.control("POST", "clock", advance=61)

    assert secrets.list({"scope": scope}).data == []


def test_a_tax_id_must_have_the_form_of_its_type(acme: Acme) -> None:
    client = acme.client()
    customer = client.v1.customers.create({"name": "Globex"}).id

    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.customers.tax_ids.create(customer, {"type": "pl_nip", "value": "PL123"})

    assert caught.value.code == "tax_id_invalid"
    magic = client.v1.customers.tax_ids.create(customer, {"type": "eu_vat", "value": "DE000000000"})
    assert magic.verification is not None
    assert magic.verification.status == "verified"
    assert client.v1.customers.tax_ids.delete(customer, magic.id).deleted
    assert acme.get(f"/v1/customers/{customer}/tax_ids")["data"] == []


def test_a_tax_rate_keeps_its_percentage(acme: Acme) -> None:
    client = acme.client()
    params: Any = {"display_name": "VAT", "percentage": "8.875", "inclusive": False}
    rate = client.v1.tax_rates.create(params)

    client.v1.tax_rates.update(rate.id, {"active": False, "metadata": {"ksef_p12": "8"}})

    assert acme.get(f"/v1/tax_rates/{rate.id}")["percentage"] == 8.875
    assert acme.get("/v1/tax_rates", active="true")["data"] == []
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.tax_rates.update(rate.id, {"percentage": "9"})  # type: ignore[typeddict-unknown-key]  # on purpose


def test_deleting_a_customer_leaves_a_stub(acme: Acme) -> None:
    client = acme.client()
    customer = client.v1.customers.create({"name": "Globex"}).id

    client.v1.customers.delete(customer)

    assert acme.get(f"/v1/customers/{customer}") == {"id": customer, "object": "customer", "deleted": True}
