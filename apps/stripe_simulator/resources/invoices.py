from __future__ import annotations

from dataclasses import replace

from apps.stripe_simulator.api.calls import Answer, Call, Route
from apps.stripe_simulator.api.errors import ApiError
from apps.stripe_simulator.api.lists import Listing, created_filter, get_or_404, page_of, page_of_parts
from apps.stripe_simulator.operations.announcing import announce
from apps.stripe_simulator.operations.closing import mark_uncollectible, pay, void
from apps.stripe_simulator.operations.drafting import must_be_draft, retotal
from apps.stripe_simulator.operations.finalizing import finalize
from apps.stripe_simulator.records.invoices import Invoice
from apps.stripe_simulator.versions.rendering import render_line

from .invoice_drafts import create, with_draft_params

_STATUSES = ("draft", "open", "paid", "uncollectible", "void")
# What may still change once an invoice is finalized.
_ALWAYS_EDITABLE = ("metadata", "auto_advance")


def retrieve(call: Call) -> Answer:
    return _invoice(call)


def update(call: Call) -> Answer:
    """A draft may change in everything, a finalized invoice only in its metadata."""
    known = _invoice(call)
    params = call.params
    changed = replace(
        known,
        metadata=params.metadata(known.metadata),
        auto_advance=params.flag("auto_advance", known.auto_advance),
    )
    if known.status == "draft":
        changed = retotal(call.change, with_draft_params(call, changed))
    elif refused := params.unread():
        raise ApiError(
            400,
            f"Finalized invoices can't be updated in this way: {', '.join(sorted(refused))}. "
            f"Only {' and '.join(_ALWAYS_EDITABLE)} can still change.",
            code="invoice_not_editable",
            param=min(refused),
        )
    if changed != known:
        announce(call.change, "invoice.updated", call.change.put(changed), previous=known)
    return changed


def delete(call: Call) -> Answer:
    invoice = _invoice(call)
    must_be_draft(invoice)
    announce(call.change, "invoice.deleted", invoice)
    call.change.delete(invoice)
    return {"id": invoice.id, "object": "invoice", "deleted": True}


def finalize_it(call: Call) -> Answer:
    invoice = _invoice(call)
    auto_advance = call.params.flag("auto_advance", invoice.auto_advance)
    return finalize(call.change, replace(invoice, auto_advance=auto_advance))


def pay_it(call: Call) -> Answer:
    params = call.params
    out_of_band = params.flag("paid_out_of_band")
    method = params.text("payment_method")
    params.text("source")
    invoice = _invoice(call)
    if invoice.status == "draft":
        invoice = finalize(call.change, invoice)
    return pay(call.change, invoice, method=_method_type(method), out_of_band=out_of_band)


def void_it(call: Call) -> Answer:
    return void(call.change, _invoice(call))


def mark_it_uncollectible(call: Call) -> Answer:
    return mark_uncollectible(call.change, _invoice(call))


def send_it(call: Call) -> Answer:
    invoice = _invoice(call)
    if invoice.status == "draft":
        invoice = finalize(call.change, invoice)
    if invoice.collection_method != "send_invoice":
        raise ApiError(400, "You can only send invoices whose collection_method is send_invoice.")
    announce(call.change, "invoice.sent", invoice)
    return invoice


def list_all(call: Call) -> Answer:
    params = call.params
    customer, subscription = params.text("customer"), params.text("subscription")
    status = params.choice("status", _STATUSES)
    method = params.choice("collection_method", ("charge_automatically", "send_invoice"))
    created = created_filter(params)

    def keep(invoice: Invoice) -> bool:
        return (
            customer in (None, invoice.customer)
            and subscription in (None, invoice.subscription)
            and status in (None, invoice.status)
            and method in (None, invoice.collection_method)
            and created(invoice)
        )

    return page_of(call.change, Invoice, params, url="/v1/invoices", keep=keep)


def list_lines(call: Call) -> Answer:
    invoice = _invoice(call)
    page = page_of_parts(invoice.lines, lambda line: line.id, call.params, url=f"/v1/invoices/{invoice.id}/lines")
    return Listing(
        page.items,
        page.has_more,
        page.url,
        item=lambda line: render_line(call.change, invoice, line, call.version),
    )


def _invoice(call: Call) -> Invoice:
    return get_or_404(call.change, Invoice, call.id)


def _method_type(method: str | None) -> str:
    """`pm_card_visa`, `pm_blik` and the like name their type; without one it is a card."""
    parts = (method or "pm_card").split("_")
    return parts[1] if len(parts) > 1 and parts[0] == "pm" and not parts[1][0].isdigit() else "card"


ROUTES = (
    Route("POST", "/v1/invoices", "rak_invoice_write", create),
    Route("GET", "/v1/invoices", "rak_invoice_read", list_all),
    Route("GET", "/v1/invoices/<id>", "rak_invoice_read", retrieve),
    Route("POST", "/v1/invoices/<id>", "rak_invoice_write", update),
    Route("DELETE", "/v1/invoices/<id>", "rak_invoice_write", delete),
    Route("POST", "/v1/invoices/<id>/finalize", "rak_invoice_write", finalize_it),
    Route("POST", "/v1/invoices/<id>/pay", "rak_invoice_write", pay_it),
    Route("POST", "/v1/invoices/<id>/void", "rak_invoice_write", void_it),
    Route("POST", "/v1/invoices/<id>/send", "rak_invoice_write", send_it),
    Route("POST", "/v1/invoices/<id>/mark_uncollectible", "rak_invoice_write", mark_it_uncollectible),
    Route("GET", "/v1/invoices/<id>/lines", "rak_invoice_read", list_lines),
)
