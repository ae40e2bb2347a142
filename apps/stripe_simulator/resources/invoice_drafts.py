"""Parameters of an invoice that only a draft can take."""

from __future__ import annotations

from dataclasses import replace

from apps.stripe_simulator.api.calls import Answer, Call
from apps.stripe_simulator.api.errors import ApiError
from apps.stripe_simulator.api.lists import get_or_404
from apps.stripe_simulator.api.params import Params
from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.operations.announcing import announce
from apps.stripe_simulator.operations.drafting import add_lines, open_draft
from apps.stripe_simulator.records.catalogue import ShippingRate, TaxRate
from apps.stripe_simulator.records.invoices import CustomField, Invoice, InvoiceItem, ShippingCost
from apps.stripe_simulator.records.parties import Customer, TaxId

from .addresses import read_delivery
from .catalogue import read_shipping_rate
from .invoice_items import read_discounts


def create(call: Call) -> Answer:
    params, change = call.params, call.change
    revised = params.group("from_invoice")
    if revised:
        return _revise(call, revised)
    customer = get_or_404(change, Customer, params.required("customer"), param="customer")
    draft = Invoice(
        id=new_id("in"),
        created=change.at,
        customer=customer.id,
        currency=(params.text("currency") or customer.currency or change.account.default_currency).lower(),
        period_start=change.at,
        period_end=change.at,
        auto_advance=params.flag("auto_advance"),
        metadata=params.metadata({}),
    )
    pending = params.choice("pending_invoice_items_behavior", ("include", "exclude"), "exclude")
    invoice = open_draft(change, with_draft_params(call, draft))
    return _with_pending_items(change, invoice) if pending == "include" else invoice


def with_draft_params(call: Call, known: Invoice) -> Invoice:
    params, change = call.params, call.change
    automatic = params.group("automatic_tax")
    rendering = params.group("rendering")
    issuer = params.group("issuer")
    days = params.integer("days_until_due", known.days_until_due)
    method = params.choice("collection_method", ("charge_automatically", "send_invoice"), known.collection_method)
    draft = replace(
        known,
        automatic_tax=automatic.flag("enabled") if automatic else known.automatic_tax,
        collection_method=method or known.collection_method,
        days_until_due=days,
        due_date=params.integer("due_date", known.due_date),
        effective_at=params.integer("effective_at", known.effective_at),
        number=params.text("number", known.number),
        description=params.text("description", known.description),
        footer=params.text("footer", known.footer),
        on_behalf_of=params.text("on_behalf_of", known.on_behalf_of),
        issuer_account=issuer.text("account") if issuer and issuer.text("type") == "account" else known.issuer_account,
        default_tax_rates=_rates(change, params) if "default_tax_rates" in params else known.default_tax_rates,
        account_tax_ids=_own_tax_ids(change, params) if "account_tax_ids" in params else known.account_tax_ids,
        custom_fields=_custom_fields(params) if "custom_fields" in params else known.custom_fields,
        shipping_cost=_shipping(change, params) if "shipping_cost" in params else known.shipping_cost,
        shipping_details=read_delivery(params.group("shipping_details")) or known.shipping_details,
        amount_tax_display=rendering.text("amount_tax_display") if rendering else known.amount_tax_display,
    )
    if draft.automatic_tax and (draft.default_tax_rates or any(line.tax_rates for line in draft.lines)):
        raise ApiError(400, "You cannot use automatic tax together with tax rates.", param="automatic_tax")
    if draft.collection_method == "send_invoice" and draft.days_until_due is None and draft.due_date is None:
        raise ApiError(400, "send_invoice needs days_until_due or due_date.", param="days_until_due")
    if "discounts" in params:
        discounts = read_discounts(change, params, customer=draft.customer, invoice=draft.id)
        draft = replace(draft, discounts=discounts)
    return draft


def _revise(call: Call, revised: Params) -> Invoice:
    change = call.change
    revised.choice("action", ("revision",))
    original = get_or_404(change, Invoice, revised.required("invoice"), param="from_invoice[invoice]")
    if original.status not in ("open", "uncollectible") or original.subscription:
        raise ApiError(400, f"Invoice {original.id} cannot be revised: only open, one-off invoices can.")
    draft = Invoice(
        id=new_id("in"),
        created=change.at,
        customer=original.customer,
        currency=original.currency,
        period_start=change.at,
        period_end=change.at,
        collection_method=original.collection_method,
        days_until_due=original.days_until_due,
        due_date=original.due_date,
        description=original.description,
        footer=original.footer,
        automatic_tax=original.automatic_tax,
        default_tax_rates=original.default_tax_rates,
        discounts=original.discounts,
        custom_fields=original.custom_fields,
        account_tax_ids=original.account_tax_ids,
        shipping_cost=original.shipping_cost,
        shipping_details=original.shipping_details,
        from_invoice=original.id,
        metadata=call.params.metadata(original.metadata),
    )
    lines = [replace(line, id=new_id("il"), invoice_item=new_id("ii")) for line in original.lines]
    return open_draft(change, with_draft_params(call, draft), lines=lines)


def _with_pending_items(change: Change, invoice: Invoice) -> Invoice:
    pending = [
        item
        for item in change.newest_first(InvoiceItem)
        if item.invoice is None and item.customer == invoice.customer and item.currency == invoice.currency
    ]
    for item in pending:
        change.put(replace(item, invoice=invoice.id))
    filled = add_lines(change, invoice, [item.line for item in pending])
    announce(change, "invoice.updated", filled, previous=invoice)
    return filled


def _rates(change: Change, params: Params) -> tuple[str, ...]:
    ids = params.texts("default_tax_rates") or ()
    return tuple(get_or_404(change, TaxRate, id, param="default_tax_rates").id for id in ids)


def _own_tax_ids(change: Change, params: Params) -> tuple[str, ...]:
    ids = params.texts("account_tax_ids") or ()
    return tuple(get_or_404(change, TaxId, id, param="account_tax_ids").id for id in ids)


def _custom_fields(params: Params) -> tuple[CustomField, ...]:
    groups = params.groups("custom_fields") or []
    if len(groups) > 4:
        raise ApiError(400, "An invoice has at most 4 custom fields.", param="custom_fields")
    return tuple(CustomField(name=group.required("name"), value=group.required("value")) for group in groups)


def _shipping(change: Change, params: Params) -> ShippingCost | None:
    group = params.group("shipping_cost")
    if group is None:
        return None
    data = group.group("shipping_rate_data")
    if data:
        return ShippingCost(shipping_rate=change.put(read_shipping_rate(change, data)).id)
    rate = get_or_404(change, ShippingRate, group.required("shipping_rate"), param="shipping_cost[shipping_rate]")
    return ShippingCost(shipping_rate=rate.id)
