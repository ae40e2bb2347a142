"""Buyers, rates and invoices made through the API."""

from typing import Any

from tests.stripe_simulator.conftest import Acme

ADDRESS: Any = {"line1": "ul. Próbna 1", "postal_code": "00-001", "city": "Warszawa", "country": "PL"}


def buyer(acme: Acme, **more: Any) -> str:
    params: Any = {"name": "Globex sp. z o.o.", "address": ADDRESS, **more}
    return acme.client().v1.customers.create(params).id


def rate(acme: Acme, percentage: str = "23", *, inclusive: bool = False) -> str:
    params: Any = {"display_name": "VAT", "percentage": percentage, "inclusive": inclusive, "country": "PL"}
    return acme.client().v1.tax_rates.create(params).id


def draft(acme: Acme, items: list[dict[str, Any]], **more: Any) -> str:
    """A draft with these items."""
    client = acme.client()
    customer = more.pop("customer", None) or buyer(acme)
    params: Any = {"customer": customer, "currency": "pln", **more}
    invoice = client.v1.invoices.create(params)
    for item in items:
        item_params: Any = {"customer": customer, "invoice": invoice.id, "currency": invoice.currency, **item}
        client.v1.invoice_items.create(item_params)
    return invoice.id


def finalized(acme: Acme, items: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    id = draft(acme, items, **more)
    acme.client().v1.invoices.finalize_invoice(id)
    return acme.get(f"/v1/invoices/{id}")
