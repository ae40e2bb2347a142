from __future__ import annotations

from dataclasses import replace

from apps.stripe_simulator.api.calls import Answer, Call, Route
from apps.stripe_simulator.api.errors import missing
from apps.stripe_simulator.api.lists import get_or_404, page_of
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.operations.announcing import announce
from apps.stripe_simulator.operations.tax_ids import add_tax_id, verification_of
from apps.stripe_simulator.records.parties import Customer, TaxId


def create_for_customer(call: Call) -> Answer:
    params = call.params
    customer = get_or_404(call.change, Customer, call.path["customer"])
    type, value = params.required("type"), params.required("value")
    return add_tax_id(call.change, customer, type=type, value=value)


def create_own(call: Call) -> Answer:
    params = call.params
    owner = params.group("owner")
    customer = owner.text("customer") if owner and owner.text("type") == "customer" else None
    type, value = params.required("type"), params.required("value")
    if customer:
        return add_tax_id(call.change, get_or_404(call.change, Customer, customer), type=type, value=value)
    tax_id = TaxId(
        id=new_id("txi"),
        created=call.change.at,
        type=type,
        value=value,
        country=value[:2] if type == "eu_vat" else type[:2].upper(),
        customer=None,
        verification_status=verification_of(type, value),
    )
    return call.change.put(tax_id)


def retrieve(call: Call) -> Answer:
    return get_or_404(call.change, TaxId, call.id)


def retrieve_of_customer(call: Call) -> Answer:
    tax_id = get_or_404(call.change, TaxId, call.id)
    if tax_id.customer != call.path["customer"]:
        raise missing("tax_id", call.id)
    return tax_id


def list_of_customer(call: Call) -> Answer:
    customer = get_or_404(call.change, Customer, call.path["customer"])
    return page_of(
        call.change,
        TaxId,
        call.params,
        url=f"/v1/customers/{customer.id}/tax_ids",
        keep=lambda tax_id: tax_id.customer == customer.id,
    )


def list_own(call: Call) -> Answer:
    owner = call.params.group("owner")
    customer = owner.text("customer") if owner and owner.text("type") == "customer" else None
    return page_of(call.change, TaxId, call.params, url="/v1/tax_ids", keep=lambda tax_id: tax_id.customer == customer)


def delete(call: Call) -> Answer:
    tax_id = get_or_404(call.change, TaxId, call.id)
    if tax_id.customer != call.path.get("customer", tax_id.customer):
        raise missing("tax_id", call.id)
    if tax_id.customer:
        customer = call.change.get(Customer, tax_id.customer)
        call.change.put(replace(customer, tax_ids=tuple(id for id in customer.tax_ids if id != tax_id.id)))
        announce(call.change, "customer.tax_id.deleted", tax_id)
    call.change.delete(tax_id)
    return {"id": tax_id.id, "object": "tax_id", "deleted": True}


ROUTES = (
    Route("POST", "/v1/customers/<customer>/tax_ids", "rak_customer_write", create_for_customer),
    Route("GET", "/v1/customers/<customer>/tax_ids", "rak_customer_read", list_of_customer),
    Route("GET", "/v1/customers/<customer>/tax_ids/<id>", "rak_customer_read", retrieve_of_customer),
    Route("DELETE", "/v1/customers/<customer>/tax_ids/<id>", "rak_customer_write", delete),
    Route("POST", "/v1/tax_ids", "rak_customer_write", create_own),
    Route("GET", "/v1/tax_ids", "rak_customer_read", list_own),
    Route("GET", "/v1/tax_ids/<id>", "rak_customer_read", retrieve),
    Route("DELETE", "/v1/tax_ids/<id>", "rak_customer_write", delete),
)
