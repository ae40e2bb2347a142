from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from apps.stripe_simulator.api.calls import Answer, Call, Route
from apps.stripe_simulator.api.errors import ApiError
from apps.stripe_simulator.api.lists import created_filter, get_or_404, page_of
from apps.stripe_simulator.api.params import Params
from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.operations.announcing import announce
from apps.stripe_simulator.operations.drafting import add_lines, line, must_be_draft, redeem, retotal
from apps.stripe_simulator.records.catalogue import Price, Product, TaxRate
from apps.stripe_simulator.records.invoices import Invoice, InvoiceItem, Line
from apps.stripe_simulator.records.parties import Customer

from .catalogue import read_unit_amount


def create(call: Call) -> Answer:
    params, change = call.params, call.change
    customer = get_or_404(change, Customer, params.required("customer"), param="customer")
    invoice_id = params.text("invoice")
    invoice = get_or_404(change, Invoice, invoice_id, param="invoice") if invoice_id else None
    if invoice and invoice.customer != customer.id:
        raise ApiError(400, f"Invoice {invoice.id} belongs to another customer.", param="invoice")
    new_line, currency = _read_line(change, params, customer=customer.id, invoice=invoice)
    item = change.put(
        InvoiceItem(
            id=new_line.invoice_item or new_id("ii"),
            created=change.at,
            customer=customer.id,
            currency=currency,
            line=new_line,
            invoice=invoice_id,
        )
    )
    if invoice:
        add_lines(change, invoice, [new_line])
    announce(change, "invoiceitem.created", item)
    return item


def retrieve(call: Call) -> Answer:
    return get_or_404(call.change, InvoiceItem, call.id)


def update(call: Call) -> Answer:
    params, change = call.params, call.change
    known = get_or_404(change, InvoiceItem, call.id)
    amount = params.integer("amount", known.line.amount)
    changed_line = replace(
        known.line,
        amount=known.line.amount if amount is None else amount,
        unit_amount=known.line.unit_amount if amount in (None, known.line.amount) else Decimal(amount),
        description=params.text("description", known.line.description),
        metadata=params.metadata(known.line.metadata),
        tax_rates=_read_tax_rates(change, params) if "tax_rates" in params else known.line.tax_rates,
    )
    if known.invoice:
        invoice = change.get(Invoice, known.invoice)
        must_be_draft(invoice)
        lines = tuple(changed_line if part.id == changed_line.id else part for part in invoice.lines)
        retotal(change, replace(invoice, lines=lines))
    return change.put(replace(known, line=changed_line))


def delete(call: Call) -> Answer:
    change = call.change
    known = get_or_404(change, InvoiceItem, call.id)
    if known.invoice:
        invoice = change.get(Invoice, known.invoice)
        must_be_draft(invoice)
        retotal(change, replace(invoice, lines=tuple(part for part in invoice.lines if part.id != known.line.id)))
    change.delete(known)
    return {"id": known.id, "object": "invoiceitem", "deleted": True}


def list_all(call: Call) -> Answer:
    params = call.params
    customer, invoice, created = params.text("customer"), params.text("invoice"), created_filter(params)
    pending = params.flag("pending") if "pending" in params else None

    def keep(item: InvoiceItem) -> bool:
        return (
            customer in (None, item.customer)
            and invoice in (None, item.invoice)
            and pending in (None, item.invoice is None)
            and created(item)
        )

    return page_of(call.change, InvoiceItem, params, url="/v1/invoiceitems", keep=keep)


def _read_line(change: Change, params: Params, *, customer: str, invoice: Invoice | None) -> tuple[Line, str]:
    price = _read_price(change, params)
    currency = (params.text("currency") or (price and price.currency) or (invoice and invoice.currency) or "").lower()
    currency = currency or change.account.default_currency
    if invoice and currency != invoice.currency:
        raise ApiError(400, f"The item is in {currency}, its invoice in {invoice.currency}.", param="currency")
    amount, unit, quantity = _read_value(params, price)
    item_id = new_id("ii")
    product = change.find(Product, price.product) if price else None
    made = line(
        description=params.text("description") or (product.name if product else None),
        at=change.at,
        amount=amount,
        quantity=quantity,
        unit_amount=unit,
        price=price.id if price else None,
        product=price.product if price else None,
        period=_read_period(params),
        tax_rates=_read_tax_rates(change, params),
        discounts=read_discounts(change, params, customer=customer, item=item_id),
        discountable=params.flag("discountable") if "discountable" in params else None,
        metadata=params.metadata({}),
    )
    return replace(made, invoice_item=item_id), currency


def _read_price(change: Change, params: Params) -> Price | None:
    pricing, data = params.group("pricing"), params.group("price_data")
    id = params.text("price") or (pricing.text("price") if pricing else None)
    if id:
        return get_or_404(change, Price, id, param="price")
    if data is None:
        behavior = params.choice("tax_behavior", ("inclusive", "exclusive", "unspecified"))
        return _price_of_behavior(change, params, behavior) if behavior else None
    return change.put(
        Price(
            id=new_id("price"),
            created=change.at,
            product=get_or_404(change, Product, data.required("product"), param="price_data[product]").id,
            currency=data.required("currency").lower(),
            unit_amount_decimal=read_unit_amount(data),
            tax_behavior=data.choice("tax_behavior", ("inclusive", "exclusive", "unspecified")) or "unspecified",
            active=False,
        )
    )


def _price_of_behavior(change: Change, params: Params, behavior: str) -> Price:
    """An item given by amount with a tax behaviour gets a price of its own to carry it."""
    product = Product(id=new_id("prod"), created=change.at, name=params.text("description") or "Item", active=False)
    currency = (params.text("currency") or change.account.default_currency).lower()
    amount = params.integer("amount")
    unit = Decimal(amount) if amount is not None else read_unit_amount(params)
    return change.put(
        Price(
            id=new_id("price"),
            created=change.at,
            product=change.put(product).id,
            currency=currency,
            unit_amount_decimal=unit,
            tax_behavior=behavior,
            active=False,
        )
    )


def _read_value(params: Params, price: Price | None) -> tuple[int | None, Decimal | None, Decimal]:
    amount, unit = params.integer("amount"), read_unit_amount(params)
    quantity = params.decimal("quantity_decimal") or Decimal(params.integer("quantity", 1) or 0)
    if amount is not None and "quantity" not in params and "quantity_decimal" not in params:
        return amount, None, Decimal(1)
    if amount is not None:
        raise ApiError(400, "You can give only one of amount and quantity.", param="amount")
    if unit is None and price is not None:
        unit = price.unit_amount_decimal
    if unit is None:
        raise ApiError(
            400, "You must give an amount, a unit amount or a price.", code="parameter_missing", param="amount"
        )
    return None, unit, quantity


def _read_period(params: Params) -> tuple[int, int] | None:
    period = params.group("period")
    if period is None:
        return None
    start, end = period.integer("start"), period.integer("end")
    if start is None or end is None or end < start:
        raise ApiError(400, "A period needs a start and an end that is not before it.", param="period")
    return start, end


def _read_tax_rates(change: Change, params: Params) -> tuple[str, ...]:
    return tuple(get_or_404(change, TaxRate, id, param="tax_rates").id for id in params.texts("tax_rates") or ())


def read_discounts(
    change: Change, params: Params, *, customer: str, invoice: str | None = None, item: str | None = None
) -> tuple[str, ...]:
    """`discounts[0][coupon]`: each use of a coupon becomes a discount of its own."""
    return tuple(
        redeem(change, group.required("coupon"), customer=customer, invoice=invoice, item=item)
        for group in params.groups("discounts") or ()
    )


ROUTES = (
    Route("POST", "/v1/invoiceitems", "rak_invoice_write", create),
    Route("GET", "/v1/invoiceitems", "rak_invoice_read", list_all),
    Route("GET", "/v1/invoiceitems/<id>", "rak_invoice_read", retrieve),
    Route("POST", "/v1/invoiceitems/<id>", "rak_invoice_write", update),
    Route("DELETE", "/v1/invoiceitems/<id>", "rak_invoice_write", delete),
)
