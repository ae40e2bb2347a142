from __future__ import annotations

from dataclasses import replace

from apps.stripe_simulator.api.calls import Answer, Call, Route
from apps.stripe_simulator.api.errors import ApiError
from apps.stripe_simulator.api.lists import Listing, created_filter, get_or_404, page_of, page_of_parts
from apps.stripe_simulator.api.params import Params
from apps.stripe_simulator.operations.announcing import announce
from apps.stripe_simulator.operations.credit_lines import LineWish
from apps.stripe_simulator.operations.crediting import Wish, credit, void_credit_note
from apps.stripe_simulator.operations.refunding import Settlement
from apps.stripe_simulator.records.credit_notes import CreditNote
from apps.stripe_simulator.records.invoices import Invoice
from apps.stripe_simulator.versions.rendering import render_credit_line

from .catalogue import read_unit_amount

_REASONS = ("duplicate", "fraudulent", "order_change", "product_unsatisfactory")


def create(call: Call) -> Answer:
    params = call.params
    invoice = get_or_404(call.change, Invoice, params.required("invoice"), param="invoice")
    params.text("email_type")
    wish = Wish(
        lines=[_line(group) for group in params.groups("lines") or ()],
        shipping=_shipping(params, invoice),
        amount=params.integer("amount"),
        reason=params.choice("reason", _REASONS),
        memo=params.text("memo"),
        metadata=params.metadata({}),
        effective_at=params.integer("effective_at"),
        settlement=Settlement(
            refund=params.integer("refund_amount", 0) or 0,
            credit=params.integer("credit_amount", 0) or 0,
            out_of_band=params.integer("out_of_band_amount", 0) or 0,
        ),
    )
    return credit(call.change, invoice, wish)


def retrieve(call: Call) -> Answer:
    return get_or_404(call.change, CreditNote, call.id)


def update(call: Call) -> Answer:
    """Memo and metadata are all that can change."""
    known = get_or_404(call.change, CreditNote, call.id)
    changed = replace(
        known,
        memo=call.params.text("memo") if "memo" in call.params else known.memo,
        metadata=call.params.metadata(known.metadata),
    )
    if changed != known:
        announce(call.change, "credit_note.updated", call.change.put(changed), previous=known)
    return changed


def void_it(call: Call) -> Answer:
    return void_credit_note(call.change, get_or_404(call.change, CreditNote, call.id))


def list_all(call: Call) -> Answer:
    params = call.params
    customer, invoice, created = params.text("customer"), params.text("invoice"), created_filter(params)

    def keep(note: CreditNote) -> bool:
        return customer in (None, note.customer) and invoice in (None, note.invoice) and created(note)

    return page_of(call.change, CreditNote, params, url="/v1/credit_notes", keep=keep)


def list_lines(call: Call) -> Answer:
    note = get_or_404(call.change, CreditNote, call.id)
    page = page_of_parts(note.lines, lambda line: line.id, call.params, url=f"/v1/credit_notes/{note.id}/lines")
    return Listing(
        page.items, page.has_more, page.url, item=lambda line: render_credit_line(call.change, line, call.version)
    )


def _line(params: Params) -> LineWish:
    params.required("type")
    type = params.choice("type", ("invoice_line_item", "custom_line_item"))
    if params.groups("tax_amounts"):
        raise ApiError(400, "This simulator works the tax of a line out itself: leave tax_amounts out.", param="lines")
    return LineWish(
        invoice_line_item=params.required("invoice_line_item") if type == "invoice_line_item" else None,
        quantity=params.decimal("quantity"),
        amount=params.integer("amount"),
        description=params.text("description"),
        unit_amount=read_unit_amount(params),
        tax_rates=params.texts("tax_rates") or (),
        metadata=params.metadata({}),
    )


def _shipping(params: Params, invoice: Invoice) -> bool:
    group = params.group("shipping_cost")
    if group is None:
        return False
    rate = group.required("shipping_rate")
    if invoice.shipping_cost is None or invoice.shipping_cost.shipping_rate != rate:
        raise ApiError(400, f"Shipping rate {rate} is not on this invoice.", param="shipping_cost[shipping_rate]")
    return True


ROUTES = (
    Route("POST", "/v1/credit_notes", "rak_credit_note_write", create),
    Route("GET", "/v1/credit_notes", "rak_credit_note_read", list_all),
    Route("GET", "/v1/credit_notes/<id>", "rak_credit_note_read", retrieve),
    Route("POST", "/v1/credit_notes/<id>", "rak_credit_note_write", update),
    Route("POST", "/v1/credit_notes/<id>/void", "rak_credit_note_write", void_it),
    Route("GET", "/v1/credit_notes/<id>/lines", "rak_credit_note_read", list_lines),
)
