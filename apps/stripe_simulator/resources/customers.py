from __future__ import annotations

from dataclasses import replace

from apps.stripe_simulator.api.calls import Answer, Call, Route
from apps.stripe_simulator.api.lists import created_filter, get_or_404, page_of
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.operations.announcing import announce
from apps.stripe_simulator.operations.balances import move_balance
from apps.stripe_simulator.operations.tax_ids import add_tax_id
from apps.stripe_simulator.records.parties import Customer
from apps.stripe_simulator.records.payments import BalanceTransaction

from .addresses import read_address, read_delivery

_EXEMPTIONS = ("none", "exempt", "reverse")


def create(call: Call) -> Answer:
    customer = Customer(id=new_id("cus"), created=call.change.at)
    customer = call.change.put(_with_params(call, customer))
    announce(call.change, "customer.created", customer)
    for tax_id in call.params.groups("tax_id_data") or []:
        type, value = tax_id.required("type"), tax_id.required("value")
        add_tax_id(call.change, call.change.get(Customer, customer.id), type=type, value=value)
    return call.change.get(Customer, customer.id)


def retrieve(call: Call) -> Answer:
    return get_or_404(call.change, Customer, call.id)


def update(call: Call) -> Answer:
    known = get_or_404(call.change, Customer, call.id)
    changed = call.change.put(_with_params(call, known))
    announce(call.change, "customer.updated", changed, previous=known)
    return changed


def delete(call: Call) -> Answer:
    known = get_or_404(call.change, Customer, call.id)
    deleted = call.change.put(replace(known, deleted=True))
    announce(call.change, "customer.deleted", known)
    return deleted


def list_all(call: Call) -> Answer:
    created, email = created_filter(call.params), call.params.text("email")

    def keep(customer: Customer) -> bool:
        return not customer.deleted and created(customer) and email in (None, customer.email)

    return page_of(call.change, Customer, call.params, url="/v1/customers", keep=keep)


def move(call: Call) -> Answer:
    customer = get_or_404(call.change, Customer, call.id)
    call.params.required("amount")
    amount = call.params.integer("amount", 0) or 0
    currency = call.params.required("currency").lower()
    customer = call.change.put(replace(customer, currency=customer.currency or currency))
    return move_balance(call.change, customer, amount, type="adjustment")


def list_moves(call: Call) -> Answer:
    customer = get_or_404(call.change, Customer, call.id)
    return page_of(
        call.change,
        BalanceTransaction,
        call.params,
        url=f"/v1/customers/{customer.id}/balance_transactions",
        keep=lambda moved: moved.customer == customer.id,
    )


def _with_params(call: Call, known: Customer) -> Customer:
    params = call.params
    address, shipping = params.group("address"), params.group("shipping")
    return replace(
        known,
        name=params.text("name") if "name" in params else known.name,
        email=params.text("email") if "email" in params else known.email,
        phone=params.text("phone") if "phone" in params else known.phone,
        description=params.text("description") if "description" in params else known.description,
        address=read_address(address) if "address" in params else known.address,
        shipping=read_delivery(shipping) if "shipping" in params else known.shipping,
        tax_exempt=params.choice("tax_exempt", _EXEMPTIONS, known.tax_exempt) or "none",
        balance=params.integer("balance", known.balance) or 0,
        preferred_locales=params.texts("preferred_locales") or known.preferred_locales,
        metadata=params.metadata(known.metadata),
    )


ROUTES = (
    Route("POST", "/v1/customers", "rak_customer_write", create),
    Route("GET", "/v1/customers", "rak_customer_read", list_all),
    Route("GET", "/v1/customers/<id>", "rak_customer_read", retrieve),
    Route("POST", "/v1/customers/<id>", "rak_customer_write", update),
    Route("DELETE", "/v1/customers/<id>", "rak_customer_write", delete),
    Route("POST", "/v1/customers/<id>/balance_transactions", "rak_customer_write", move),
    Route("GET", "/v1/customers/<id>/balance_transactions", "rak_customer_read", list_moves),
)
