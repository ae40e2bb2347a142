"""How an invoice was paid, from every API version."""

from apps.documents.mapping.read import FIRST_PAYMENT, Json, Reader, as_object, as_text
from apps.documents.mapping.reasons import Code
from apps.documents.mapping.source import PartPaid, PaymentState


def read_payment(data: Json, fetched: Json, reader: Reader) -> PaymentState:
    transitions = as_object(data.get("status_transitions"))
    return PaymentState(
        paid=reader.optional_amount(data, "amount_paid", "") or 0,
        remaining=reader.optional_amount(data, "amount_remaining", "") or 0,
        paid_on=reader.day(transitions, "paid_at", "status_transitions.", Code.LINES_INCOMPLETE, since=FIRST_PAYMENT),
        due_on=reader.day(data, "due_date", "", Code.LINES_INCOMPLETE, since=FIRST_PAYMENT),
        parts=_parts(data, reader),
        method=as_text(fetched.get("payment_method_type")) or _method_inside(data),
        link=as_text(data.get("hosted_invoice_url")),
        refunded=_refunded(data, fetched),
        credited_after_payment=reader.optional_amount(data, "post_payment_credit_notes_amount", "") or 0,
        starting_balance=reader.optional_amount(data, "starting_balance", "") or 0,
        ending_balance=reader.optional_amount(data, "ending_balance", ""),
    )


def _parts(data: Json, reader: Reader) -> tuple[PartPaid, ...]:
    """Payments that went through; the list is there only when expanded."""
    found = []
    listed = as_object(data.get("payments"))
    for path, item in reader.objects(listed, "data", "payments.", Code.TOTAL_MISMATCH):
        if item.get("status") != "paid":
            continue
        transitions = as_object(item.get("status_transitions"))
        place = path + "status_transitions."
        day = reader.day(transitions, "paid_at", place, Code.LINES_INCOMPLETE, since=FIRST_PAYMENT)
        amount = reader.optional_amount(item, "amount_paid", path)
        if day is not None and amount:
            found.append(PartPaid(amount, day))
    return tuple(found)


def _method_inside(data: Json) -> str:
    """The payment method type where the payment came expanded."""
    listed = as_object(data.get("payments")).get("data")
    payments = [as_object(as_object(item).get("payment")) for item in listed] if isinstance(listed, list) else []
    for holder in (data, *payments):
        intent = as_object(holder.get("payment_intent"))
        charge = as_object(holder.get("charge")) or as_object(intent.get("latest_charge"))
        kind = as_object(charge.get("payment_method_details")).get("type")
        kind = kind or as_object(intent.get("payment_method")).get("type")
        if isinstance(kind, str):
            return kind
    return ""


def _refunded(data: Json, fetched: Json) -> int:
    amounts = (fetched.get("amount_refunded"), as_object(data.get("charge")).get("amount_refunded"))
    return max((amount for amount in amounts if type(amount) is int), default=0)
