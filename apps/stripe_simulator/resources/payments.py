from __future__ import annotations

from collections.abc import Callable

from apps.stripe_simulator.api.calls import Answer, Call, Handler, Route
from apps.stripe_simulator.api.lists import created_filter, get_or_404, page_of
from apps.stripe_simulator.records.base import Record
from apps.stripe_simulator.records.invoices import Invoice
from apps.stripe_simulator.records.payments import Charge, InvoicePayment, PaymentIntent, PaymentMethod, Refund


def list_invoice_payments(call: Call) -> Answer:
    params = call.params
    invoice, status = params.text("invoice"), params.text("status")
    paid_with = params.group("payment")
    intent = paid_with.text("payment_intent") if paid_with and paid_with.text("type") else None
    created = created_filter(params)
    if invoice:
        get_or_404(call.change, Invoice, invoice, param="invoice")

    def keep(payment: InvoicePayment) -> bool:
        return (
            invoice in (None, payment.invoice)
            and status in (None, payment.status)
            and intent in (None, payment.payment_intent)
            and created(payment)
        )

    return page_of(call.change, InvoicePayment, params, url="/v1/invoice_payments", keep=keep)


def _retrieve(kind: type[Record]) -> Handler:
    def retrieve(call: Call) -> Answer:
        return get_or_404(call.change, kind, call.id)

    return retrieve


def _list_of(kind: type[PaymentIntent] | type[Charge], url: str) -> Callable[[Call], Answer]:
    def list_all(call: Call) -> Answer:
        customer, created = call.params.text("customer"), created_filter(call.params)
        return page_of(
            call.change,
            kind,
            call.params,
            url=url,
            keep=lambda record: customer in (None, record.customer) and created(record),
        )

    return list_all


ROUTES = (
    Route("GET", "/v1/invoice_payments", "rak_invoice_read", list_invoice_payments),
    Route("GET", "/v1/invoice_payments/<id>", "rak_invoice_read", _retrieve(InvoicePayment)),
    Route("GET", "/v1/payment_intents", "rak_payment_intent_read", _list_of(PaymentIntent, "/v1/payment_intents")),
    Route("GET", "/v1/payment_intents/<id>", "rak_payment_intent_read", _retrieve(PaymentIntent)),
    Route("GET", "/v1/charges", "rak_charge_read", _list_of(Charge, "/v1/charges")),
    Route("GET", "/v1/charges/<id>", "rak_charge_read", _retrieve(Charge)),
    Route("GET", "/v1/payment_methods/<id>", "rak_payment_intent_read", _retrieve(PaymentMethod)),
    Route("GET", "/v1/refunds/<id>", "rak_charge_read", _retrieve(Refund)),
)
