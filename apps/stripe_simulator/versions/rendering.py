from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records import catalogue, credit_notes, events, invoices, parties, payments
from apps.stripe_simulator.records.base import Json, Record
from apps.stripe_simulator.shapes import catalogue as catalogue_shapes
from apps.stripe_simulator.shapes import integration
from apps.stripe_simulator.shapes import parties as party_shapes
from apps.stripe_simulator.shapes import payments as payment_shapes
from apps.stripe_simulator.shapes.credit_notes import credit_line_shape, credit_note_shape
from apps.stripe_simulator.shapes.invoices import invoice_item_shape, invoice_shape, line_shape

from .history import HISTORY
from .names import day_of

_SHAPES: dict[type[Record], Callable[[Change, Any], Json]] = {
    parties.Account: party_shapes.account_shape,
    parties.Customer: party_shapes.customer_shape,
    parties.TaxId: party_shapes.tax_id_shape,
    catalogue.TaxRate: catalogue_shapes.tax_rate_shape,
    catalogue.Product: catalogue_shapes.product_shape,
    catalogue.Price: catalogue_shapes.price_shape,
    catalogue.Coupon: catalogue_shapes.coupon_shape,
    catalogue.Discount: catalogue_shapes.discount_shape,
    catalogue.ShippingRate: catalogue_shapes.shipping_rate_shape,
    invoices.Invoice: invoice_shape,
    invoices.InvoiceItem: invoice_item_shape,
    credit_notes.CreditNote: credit_note_shape,
    payments.InvoicePayment: payment_shapes.invoice_payment_shape,
    payments.PaymentIntent: payment_shapes.payment_intent_shape,
    payments.Charge: payment_shapes.charge_shape,
    payments.PaymentMethod: payment_shapes.payment_method_shape,
    payments.Refund: payment_shapes.refund_shape,
    payments.BalanceTransaction: payment_shapes.balance_transaction_shape,
    events.WebhookEndpoint: integration.webhook_endpoint_shape,
    events.AppSecret: integration.app_secret_shape,
}


def render(change: Change, record: Record, version: str) -> Json:
    """An object as the given API version writes it."""
    shape = _SHAPES[type(record)](change, record)
    if isinstance(record, invoices.Invoice | credit_notes.CreditNote):
        for line, line_json in zip(record.lines, shape["lines"]["data"], strict=False):
            _take_back(change, line, line_json, version)
    _take_back(change, record, shape, version)
    return shape


def render_line(change: Change, invoice: invoices.Invoice, line: invoices.Line, version: str) -> Json:
    shape = line_shape(change, invoice, line)
    _take_back(change, line, shape, version)
    return shape


def render_credit_line(change: Change, line: credit_notes.CreditLine, version: str) -> Json:
    shape = credit_line_shape(change, line)
    _take_back(change, line, shape, version)
    return shape


def _take_back(change: Change, source: Any, shape: Json, version: str) -> None:
    for step in HISTORY:
        if step.since <= day_of(version):
            return
        undo = step.undo.get(shape["object"])
        if undo:
            undo(change, source, shape)
