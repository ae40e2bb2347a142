"""Figures of invoices through the API: taxes, coupons, quantities, currencies, shipping."""

from typing import Any

import pytest
import stripe

from tests.stripe_simulator.conftest import Acme, Start
from tests.stripe_simulator.selling import ADDRESS, buyer, draft, finalized, rate


def test_prices_with_tax_inside_keep_their_total(acme: Acme) -> None:
    invoice = finalized(
        acme,
        [
            {"unit_amount_decimal": "12300", "quantity": 1, "tax_rates": [rate(acme, "23", inclusive=True)]},
            {"unit_amount_decimal": "1050", "quantity": 2, "tax_rates": [rate(acme, "5", inclusive=True)]},
        ],
    )

    assert (invoice["subtotal"], invoice["total"], invoice["total_excluding_tax"]) == (14_400, 14_400, 12_000)
    assert [tax["amount"] for tax in invoice["total_taxes"]] == [2_300, 100]
    assert {tax["tax_behavior"] for tax in invoice["total_taxes"]} == {"inclusive"}


def test_a_coupon_on_a_line_is_inside_the_subtotal_and_one_on_the_invoice_is_not(acme: Acme) -> None:
    client = acme.client()
    client.v1.coupons.create({"id": "HALF", "percent_off": 50})
    client.v1.coupons.create({"id": "THIRTY", "amount_off": 3_000, "currency": "pln"})
    invoice = finalized(
        acme,
        [{"amount": 20_000, "discounts": [{"coupon": "HALF"}]}, {"amount": 10_000}],
        discounts=[{"coupon": "THIRTY"}],
        default_tax_rates=[rate(acme)],
    )

    first, second = invoice["lines"]["data"]
    assert invoice["subtotal"] == 20_000
    assert [part["amount"] for part in first["discount_amounts"]] == [10_000, 1_500]
    assert [part["amount"] for part in second["discount_amounts"]] == [1_500]
    assert [part["amount"] for part in invoice["total_discount_amounts"]] == [10_000, 3_000]
    assert invoice["total"] == 17_000 + 3_910
    assert acme.get("/v1/coupons/HALF")["times_redeemed"] == 1


def test_quantities_may_have_decimals_and_older_versions_cut_them(acme: Acme) -> None:
    invoice = finalized(acme, [{"unit_amount_decimal": "1.5", "quantity_decimal": "1250.25"}])

    (line,) = invoice["lines"]["data"]
    assert (line["amount"], line["quantity"], line["quantity_decimal"]) == (1_875, 1_250, "1250.25")
    assert line["pricing"]["unit_amount_decimal"] == "1.5"
    (old,) = acme.get(f"/v1/invoices/{invoice['id']}", version="2026-02-25.clover")["lines"]["data"]
    assert old["quantity"] == 1_250
    assert "quantity_decimal" not in old


@pytest.mark.parametrize(("currency", "amount", "tax"), [("jpy", 333, 77), ("kwd", 1_005, 231)])
def test_currencies_without_hundredths_round_to_their_own_unit(
    acme: Acme, currency: str, amount: int, tax: int
) -> None:
    invoice = finalized(acme, [{"amount": amount}], currency=currency, default_tax_rates=[rate(acme)])

    assert (invoice["currency"], invoice["total"]) == (currency, amount + tax)


def test_an_account_may_round_tax_once_per_invoice(start: Start) -> None:
    for rounding, total in (("line", 411), ("invoice", 410)):
        acme = start(account={"rounding": rounding})
        invoice = finalized(acme, [{"amount": 111}] * 3, default_tax_rates=[rate(acme)])
        assert invoice["total"] == total


def test_automatic_tax_follows_the_buyer(acme: Acme) -> None:
    def tax_of(country: str, **more: Any) -> tuple[str, int, float]:
        customer = buyer(acme, **({"address": {**ADDRESS, "country": country}} | more))
        invoice = finalized(acme, [{"amount": 10_000}], customer=customer, automatic_tax={"enabled": True})
        (tax,) = invoice["total_taxes"]
        record = acme.get(f"/v1/tax_rates/{tax['tax_rate_details']['tax_rate']}")
        assert record["effective_percentage"] == tax["amount"] / 100
        return tax["taxability_reason"], tax["amount"], record["percentage"]

    german: Any = {"tax_id_data": [{"type": "eu_vat", "value": "DE123456788"}]}
    assert tax_of("PL") == ("standard_rated", 2_300, 23.0)
    assert tax_of("DE", **german) == ("reverse_charge", 0, 19.0)
    assert tax_of("DE") == ("not_collecting", 0, 19.0)
    assert tax_of("US") == ("not_collecting", 0, 0.0)
    assert tax_of("PL", tax_exempt="exempt") == ("customer_exempt", 0, 23.0)
    assert tax_of("GB", tax_exempt="reverse") == ("reverse_charge", 0, 0.0)


def test_automatic_tax_and_rates_by_hand_exclude_each_other(acme: Acme) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="automatic tax together with tax rates"):
        draft(acme, [], automatic_tax={"enabled": True}, default_tax_rates=[rate(acme)])


def test_shipping_is_taxed_and_shows_its_rate_when_expanded(acme: Acme) -> None:
    shipping: Any = {"display_name": "Kurier", "fixed_amount": {"amount": 1_999, "currency": "pln"}}
    invoice = finalized(
        acme,
        [{"amount": 10_000}],
        default_tax_rates=[rate(acme)],
        shipping_cost={"shipping_rate_data": {"type": "fixed_amount", **shipping}},
    )

    cost = {key: invoice["shipping_cost"][key] for key in ("amount_subtotal", "amount_tax", "amount_total")}
    assert cost == {"amount_subtotal": 1_999, "amount_tax": 460, "amount_total": 2_459}
    assert (invoice["subtotal"], invoice["total"]) == (10_000, 10_000 + 1_999 + 2_300 + 460)
    assert "taxes" not in invoice["shipping_cost"]
    expanded = acme.get(f"/v1/invoices/{invoice['id']}", **{"expand[]": "shipping_cost.taxes"})
    assert expanded["shipping_cost"]["taxes"][0]["rate"]["percentage"] == 23.0
