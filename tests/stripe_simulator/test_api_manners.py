"""Keys, versions, errors, idempotency, lists and expansion, as the real library meets them."""

import base64
from typing import Any

import pytest
import requests
import stripe

from tests.stripe_simulator.conftest import ACACIA, CLOVER, ENDIVE, KEY, Acme, Start


def error_of(answer: requests.Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["error"]
    return found


def test_a_wrong_key_is_turned_away_without_being_repeated(acme: Acme) -> None:
    with pytest.raises(stripe.AuthenticationError) as caught:
        acme.client(key="rk_test_51Globex0000000000000000009999").v1.accounts.retrieve_current()

    assert caught.value.http_status == 401
    assert "rk_test_" in str(caught.value)
    assert "51Globex" not in str(caught.value)
    assert str(caught.value.request_id).startswith("req_")


def test_a_key_may_come_as_basic_auth(acme: Acme) -> None:
    for credentials, status in ((f"{KEY}:", 200), ("nobody:", 401), ("", 401)):
        header = "Basic " + base64.b64encode(credentials.encode()).decode()
        answer = requests.get(f"{acme.url}/v1/account", headers={"Authorization": header}, timeout=30)
        assert answer.status_code == status
    assert requests.get(f"{acme.url}/v1/account", timeout=30).status_code == 401


def test_a_missing_permission_is_named(acme: Acme) -> None:
    acme.control("POST", "key", remove=["rak_tax_rate_read", "rak_tax_rate_write"])

    with pytest.raises(stripe.PermissionError, match="'rak_tax_rate_read'") as caught:
        acme.client().v1.tax_rates.list()

    assert caught.value.http_status == 403
    acme.client().v1.invoices.list()


def test_write_includes_read(acme: Acme) -> None:
    acme.control("POST", "key", permissions=["rak_invoice_write"])

    acme.client().v1.invoices.list()

    with pytest.raises(stripe.PermissionError, match="rak_customer_read"):
        acme.client().v1.customers.list()


def test_a_secret_key_may_do_everything(start: Start) -> None:
    acme = start(key="sk_test_51Everything00000000000000000", permissions=frozenset())

    acme.client().v1.invoices.list()


def test_a_revoked_key_stops_working(acme: Acme) -> None:
    acme.control("POST", "key", revoked=True)

    with pytest.raises(stripe.AuthenticationError, match="Expired API Key"):
        acme.client().v1.invoices.list()


def test_an_unknown_object_is_a_404_with_its_name(acme: Acme) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        acme.client().v1.invoices.retrieve("in_nothing")

    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    assert "No such invoice: 'in_nothing'" in str(caught.value)


def test_an_unknown_parameter_is_refused_and_nothing_happens(acme: Acme) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        acme.client().v1.customers.create({"name": "Globex", "nmae": "Globex"})  # type: ignore[typeddict-unknown-key]  # on purpose

    assert (caught.value.code, caught.value.param) == ("parameter_unknown", "nmae")
    assert acme.get("/v1/customers")["data"] == []


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/nonsense", 404), ("PUT", "/v1/invoices", 405)])
def test_an_unknown_address_is_answered_in_json(acme: Acme, method: str, path: str, status: int) -> None:
    answer = requests.request(method, acme.url + path, headers={"Authorization": f"Bearer {KEY}"}, timeout=30)

    assert answer.status_code == status
    assert error_of(answer)["type"] == "invalid_request_error"
    assert answer.headers["Request-Id"].startswith("req_")


@pytest.mark.parametrize("version", ["2026-11-01.endive", "2025-08-27.clover", "2019-01-01", "yesterday"])
def test_a_version_it_does_not_speak_is_refused(acme: Acme, version: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Stripe-Version": version}
    answer = requests.get(f"{acme.url}/v1/account", headers=headers, timeout=30)

    assert answer.status_code == 400
    assert "Invalid Stripe API version" in error_of(answer)["message"]


def test_without_a_version_the_accounts_own_holds(start: Start) -> None:
    acme = start(account={"api_version": ACACIA})
    document = acme.play("domestic")[0]

    url = f"{acme.url}/v1/invoices/{document['id']}"
    answer = requests.get(url, headers={"Authorization": f"Bearer {KEY}"}, timeout=30)

    assert answer.headers["Stripe-Version"] == ACACIA
    assert "total_tax_amounts" in answer.json()


def test_the_same_idempotency_key_gives_the_same_answer_once(acme: Acme) -> None:
    client = acme.client()
    first = client.v1.customers.create({"name": "Globex"}, options={"idempotency_key": "once"})
    again = client.v1.customers.create({"name": "Globex"}, options={"idempotency_key": "once"})

    assert first.id == again.id
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(acme.get("/v1/customers")["data"]) == 1


def test_an_idempotency_key_belongs_to_its_parameters(acme: Acme) -> None:
    client = acme.client()
    client.v1.customers.create({"name": "Globex"}, options={"idempotency_key": "once"})

    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({"name": "Acme"}, options={"idempotency_key": "once"})


def test_a_refused_request_does_not_use_its_key_up(acme: Acme) -> None:
    client = acme.client()
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.invoices.create({"customer": "cus_nobody"}, options={"idempotency_key": "k"})

    assert client.v1.customers.create({"name": "Globex"}, options={"idempotency_key": "k"}).id


def test_lists_are_newest_first_and_page_both_ways(acme: Acme) -> None:
    client = acme.client()
    made = [client.v1.customers.create({"name": f"Buyer {number}"}).id for number in range(7)]
    newest_first = made[::-1]

    paged = [found.id for found in client.v1.customers.list({"limit": 3}).auto_paging_iter()]
    middle = acme.get("/v1/customers", limit=2, starting_after=newest_first[1])
    back = acme.get("/v1/customers", limit=2, ending_before=newest_first[4])

    assert paged == newest_first
    assert [found["id"] for found in middle["data"]] == newest_first[2:4]
    assert middle["has_more"] is True
    assert [found["id"] for found in back["data"]] == newest_first[2:4]
    assert acme.get("/v1/customers", limit=7)["has_more"] is False


@pytest.mark.parametrize("limit", ["0", "101", "many"])
def test_a_limit_outside_1_to_100_is_refused(acme: Acme, limit: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    assert requests.get(f"{acme.url}/v1/invoices?limit={limit}", headers=headers, timeout=30).status_code == 400


def test_created_filters_by_bounds_and_by_the_second(acme: Acme) -> None:
    client = acme.client()
    times = []
    for _ in range(3):
        times.append(client.v1.customers.create({"name": "Globex"}).created)
        acme.control("POST", "clock", advance=100)

    def count(**bounds: int) -> int:
        return len(client.v1.customers.list({"created": bounds}).data)  # type: ignore[typeddict-item]  # gt, gte, lt, lte

    assert count(gte=times[1]) == 2
    assert count(gt=times[1]) == 1
    assert count(lte=times[1]) == 2
    assert count(lt=times[1]) == 1
    assert count(gte=times[0], lt=times[2]) == 2
    assert len(client.v1.customers.list({"created": times[1]}).data) == 1


def test_an_id_expands_into_its_object_in_the_same_version(acme: Acme) -> None:
    document = acme.play("domestic_paid")[0]

    invoice = acme.get(
        f"/v1/invoices/{document['id']}",
        **{"expand[0]": "customer.tax_ids", "expand[1]": "payments.data.payment.payment_intent.latest_charge"},
    )

    assert invoice["customer"]["tax_ids"]["data"][0]["type"] == "eu_vat"
    (payment,) = invoice["payments"]["data"]
    assert payment["payment"]["payment_intent"]["latest_charge"]["payment_method_details"]["type"] == "card"
    assert "payments" not in acme.get(f"/v1/invoices/{document['id']}")


def test_lists_expand_their_items(acme: Acme) -> None:
    acme.play("inclusive_business")

    (invoice,) = acme.get("/v1/invoices", **{"expand[]": "data.discounts.source.coupon"})["data"]

    assert invoice["discounts"][0]["source"]["coupon"]["percent_off"] == 15.0
    (old,) = acme.get("/v1/invoices", version="2025-08-27.basil", **{"expand[]": "data.discounts"})["data"]
    assert old["discounts"][0]["coupon"]["id"] == "JESIEN15"


@pytest.mark.parametrize(
    "path", ["number", "nonsense", "lines.data.taxes.tax_rate_details.tax_rate", "customer.a.b.c.d", "account_name"]
)
def test_what_cannot_be_expanded_is_refused(acme: Acme, path: str) -> None:
    document = acme.play("domestic")[0]
    url = f"{acme.url}/v1/invoices/{document['id']}?expand[]={path}"

    answer = requests.get(url, headers={"Authorization": f"Bearer {KEY}"}, timeout=30)

    assert answer.status_code == 400
    assert "expand" in error_of(answer)["message"]


def test_trouble_on_demand_is_what_the_library_expects(acme: Acme) -> None:
    client = acme.client()
    acme.control("POST", "faults/api", path="/v1/invoices", status=429, reason="endpoint-rate", times=2)

    for _ in range(2):
        with pytest.raises(stripe.RateLimitError) as caught:
            client.v1.invoices.list()
        assert (caught.value.headers or {})["Stripe-Rate-Limited-Reason"] == "endpoint-rate"
    client.v1.invoices.list()

    acme.control("POST", "faults/api", status=500)
    with pytest.raises(stripe.APIError):
        client.v1.customers.list()
    acme.control("POST", "faults/api", html=True)
    with pytest.raises(stripe.APIError):
        client.v1.customers.list()
    acme.control("POST", "faults/api", truncated=True)
    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.list()
    client.v1.customers.list()


def test_a_fault_lasts_until_it_is_cleared(acme: Acme) -> None:
    acme.control("POST", "faults/api", status=503, times=0)
    for _ in range(3):
        with pytest.raises(stripe.APIError):
            acme.client().v1.invoices.list()

    acme.control("DELETE", "faults")

    acme.client().v1.invoices.list()


def test_the_account_is_polish_and_knows_its_name(acme: Acme) -> None:
    account = acme.client().v1.accounts.retrieve_current().to_dict(for_json=True)

    assert (account["country"], account["default_currency"]) == ("PL", "pln")
    assert acme.client().v1.accounts.retrieve(account["id"]).id == account["id"]
    with pytest.raises(stripe.PermissionError):
        acme.client().v1.accounts.retrieve("acct_somebody")


def test_every_version_renders_every_object(acme: Acme) -> None:
    """A version may lack fields, but nothing may break."""
    for scenario in acme.control("GET", "scenarios")["scenarios"]:
        acme.play(scenario["name"])
    versions = ["2024-06-20", "2024-09-30.acacia", ACACIA, "2025-03-31.basil", "2025-05-28.basil", CLOVER]
    versions += ["2025-09-30.clover", "2025-12-15.clover", "2026-03-25.dahlia", "2026-08-26.dahlia", ENDIVE]
    lists = ["invoices", "credit_notes", "customers", "tax_rates", "products", "prices", "coupons"]
    lists += ["invoiceitems", "invoice_payments", "payment_intents", "charges", "events", "shipping_rates"]

    counts = [
        [len(acme.get(f"/v1/{name}", version=version, limit=100)["data"]) for name in lists] for version in versions
    ]

    assert all(count == counts[0] for count in counts)
    assert min(counts[0]) > 0
