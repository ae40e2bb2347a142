"""Products, prices and what is bought at them."""

from typing import Any

import pytest
import stripe

from tests.stripe_simulator.conftest import ACACIA, Acme
from tests.stripe_simulator.selling import buyer, finalized, rate


def test_a_price_carries_its_amount_name_and_tax_behaviour_to_the_line(acme: Acme) -> None:
    client = acme.client()
    product = client.v1.products.create({"name": "Plan Team", "metadata": {"ksef_gtu": "GTU_12"}})
    params: Any = {
        "currency": "pln",
        "product": product.id,
        "unit_amount_decimal": "19900",
        "recurring": {"interval": "month"},
        "tax_behavior": "inclusive",
        "nickname": "Team",
    }
    price = client.v1.prices.create(params)

    invoice = finalized(acme, [{"pricing": {"price": price.id}, "quantity": 2}], automatic_tax={"enabled": True})

    (line,) = invoice["lines"]["data"]
    assert (line["amount"], line["description"]) == (39_800, "Plan Team")
    assert line["pricing"]["price_details"] == {"price": price.id, "product": product.id}
    assert (line["taxes"][0]["tax_behavior"], line["taxes"][0]["amount"]) == ("inclusive", 7_442)
    assert invoice["total"] == 39_800
    (old,) = acme.get(f"/v1/invoices/{invoice['id']}", version=ACACIA)["lines"]["data"]
    assert (old["price"]["id"], old["plan"]["interval"], old["amount_excluding_tax"]) == (price.id, "month", 32_358)


def test_older_versions_name_the_price_directly(acme: Acme) -> None:
    client = acme.client(ACACIA)
    product = client.v1.products.create({"name": "E-book"})
    price = client.v1.prices.create({"currency": "pln", "product": product.id, "unit_amount": 3_900})
    customer = buyer(acme)

    item: Any = {"customer": customer, "price": price.id}
    made = client.v1.invoice_items.create(item).to_dict(for_json=True)

    assert (made["amount"], made["price"]["unit_amount"], made["unit_amount"]) == (3_900, 3_900, 3_900)


def test_inline_prices_and_products_are_kept(acme: Acme) -> None:
    client = acme.client()
    product = client.v1.products.create({"name": "Szkolenie"})
    data: Any = {"currency": "pln", "product": product.id, "unit_amount_decimal": "1.5"}
    invoice = finalized(acme, [{"price_data": data, "quantity": 1_250}])

    price_id = invoice["lines"]["data"][0]["pricing"]["price_details"]["price"]
    price = acme.get(f"/v1/prices/{price_id}")
    assert (price["unit_amount"], price["unit_amount_decimal"], price["active"]) == (None, "1.5", False)
    assert invoice["total"] == 1_875
    inline: Any = {"currency": "pln", "unit_amount": 100, "product_data": {"name": "Inne"}}
    made = client.v1.prices.create(inline)
    assert acme.get(f"/v1/products/{made.product}")["name"] == "Inne"


def test_a_product_can_be_renamed(acme: Acme) -> None:
    client = acme.client()
    product = client.v1.products.create({"name": "Plan"})

    client.v1.products.update(product.id, {"name": "Plan Nowy", "metadata": {"ksef_supply": "goods"}})

    found = acme.get(f"/v1/products/{product.id}")
    assert (found["name"], found["metadata"]) == ("Plan Nowy", {"ksef_supply": "goods"})
    assert acme.get("/v1/products")["data"] == [found]


@pytest.mark.parametrize(
    "params",
    [
        {"percent_off": 10, "amount_off": 100, "currency": "pln"},
        {},
        {"percent_off": 101},
        {"amount_off": 100},
    ],
)
def test_a_coupon_is_a_share_or_an_amount(acme: Acme, params: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        acme.client().v1.coupons.create(params)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({}, "an amount, a unit amount or a price"),
        ({"amount": 100, "quantity": 2}, "only one of amount and quantity"),
        ({"unit_amount_decimal": "1", "unit_amount": 1}, "only one of unit_amount"),
        ({"amount": 100, "currency": "eur"}, "its invoice in pln"),
        ({"amount": 100, "period": {"start": 10, "end": 5}}, "period"),
        ({"amount": 100, "tax_rates": ["txr_no"]}, "No such tax_rate"),
        ({"amount": 100, "discounts": [{"coupon": "NO"}]}, "No such coupon"),
        ({"amount": 100, "customer": "cus_no"}, "No such customer"),
    ],
)
def test_an_item_that_makes_no_sense_is_refused(acme: Acme, item: dict[str, Any], message: str) -> None:
    client = acme.client()
    customer = buyer(acme)
    invoice = client.v1.invoices.create({"customer": customer, "currency": "pln"})
    asked: Any = {"customer": customer, "invoice": invoice.id, "currency": "pln", **item}

    with pytest.raises(stripe.InvalidRequestError, match=message):
        client.v1.invoice_items.create(asked)

    assert acme.get(f"/v1/invoices/{invoice.id}")["lines"]["data"] == []


def test_the_period_and_rates_of_an_item_are_its_lines(acme: Acme) -> None:
    vat = rate(acme, "8")
    item = {"amount": 100, "period": {"start": 1_791_000_000, "end": 1_793_000_000}, "tax_rates": [vat]}

    invoice = finalized(acme, [item], default_tax_rates=[rate(acme)])

    (line,) = invoice["lines"]["data"]
    assert line["period"] == {"start": 1_791_000_000, "end": 1_793_000_000}
    assert line["taxes"][0]["tax_rate_details"]["tax_rate"] == vat
    assert invoice["default_tax_rates"][0]["percentage"] == 23.0
