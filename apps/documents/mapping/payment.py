"""Payment and settlement of balances (fa3-mapping 2.11)."""

from datetime import date

from apps.documents.mapping.currency import Currency
from apps.documents.mapping.seller import Seller
from apps.documents.mapping.source import Invoice
from apps.documents.mapping.wording import Wording
from apps.fa3 import document as fa3

_BALANCE = "Rozliczenie salda klienta"
_FORM_LIMIT = 256
_MOST_PARTS = 100

_CARDS = ("card", "card_present", "interac_present", "apple_pay", "google_pay", "samsung_pay")
_TRANSFERS = (
    "p24",
    "sepa_debit",
    "sepa_credit_transfer",
    "customer_balance",
    "bank_transfer",
    "us_bank_account",
    "ach_debit",
    "ach_credit_transfer",
    "acss_debit",
    "au_becs_debit",
    "bacs_debit",
    "nz_bank_account",
    "ideal",
    "bancontact",
    "eps",
    "giropay",
    "sofort",
    "fpx",
    "multibanco",
    "pay_by_bank",
    "trustly",
)
_FORMS = {
    **dict.fromkeys(_CARDS, fa3.PaymentForm.CARD),
    **dict.fromkeys(_TRANSFERS, fa3.PaymentForm.TRANSFER),
    "blik": fa3.PaymentForm.MOBILE,
}


def paid_day(invoice: Invoice, filing_date: date) -> date | None:
    """The day the whole amount came in; None when nothing was paid, or only after the day of filing."""
    payment = invoice.payment
    if invoice.status != "paid" or payment.paid <= 0 or payment.paid_on is None:
        return None
    return payment.paid_on if payment.paid_on <= filing_date else None


def payment_of(
    invoice: Invoice, filing_date: date, seller: Seller, currency: Currency, wording: Wording
) -> fa3.Payment | None:
    """Platnosc, None when there is nothing to say."""
    payment = invoice.payment
    if invoice.status == "paid" and payment.paid == 0:  # the balance covered it, which Rozliczenie tells
        return None
    received = _received(invoice, filing_date, currency)
    is_open = received is None or (isinstance(received, fa3.PaidInParts) and not received.is_complete)
    form = _form(payment.method, wording)
    due_on = payment.due_on if is_open else None
    account = seller.account if is_open and form is fa3.PaymentForm.TRANSFER else None
    if received is None and due_on is None and account is None:
        return None  # an automatic charge that has not happened yet
    return fa3.Payment(
        received=received,
        due=(fa3.Due(on=due_on),) if due_on else (),
        form=form,
        accounts=(account,) if account else (),
    )


def settlement_of(invoice: Invoice, currency: Currency) -> fa3.Settlement | None:
    """Rozliczenie: what the customer's balance adds to or takes from the amount to pay."""
    payment = invoice.payment
    if payment.ending_balance is None:
        return None
    used = payment.starting_balance - payment.ending_balance
    if used == 0 or not (currency.fits(used) and currency.fits(invoice.total + used)):
        return None
    amount = currency.major(abs(used))
    adjustments = (fa3.Adjustment(amount=amount, reason=_BALANCE),)
    left = invoice.total + used
    result = fa3.ToPay(amount=currency.major(left)) if left >= 0 else fa3.ToSettle(amount=currency.major(-left))
    if used > 0:
        return fa3.Settlement(charges=adjustments, total_charges=amount, result=result)
    return fa3.Settlement(deductions=adjustments, total_deductions=amount, result=result)


def _received(invoice: Invoice, filing_date: date, currency: Currency) -> fa3.Paid | fa3.PaidInParts | None:
    payment = invoice.payment
    parts = tuple(part for part in payment.parts if part.on <= filing_date and currency.fits(part.amount))
    is_paid = invoice.status == "paid"
    if parts and len(parts) <= _MOST_PARTS and (len(parts) > 1 or not is_paid):
        is_complete = is_paid and len(parts) == len(payment.parts)
        written = tuple(fa3.PartPayment(amount=currency.major(part.amount), on=part.on) for part in parts)
        return fa3.PaidInParts(parts=written, is_complete=is_complete)
    day = paid_day(invoice, filing_date)
    return fa3.Paid(on=day) if day else None


def _form(method: str, wording: Wording) -> fa3.PaymentForm | fa3.OtherPaymentForm | None:
    """Known forms by their code, every other by its name."""
    if method in _FORMS:
        return _FORMS[method]
    name = wording.fit(method, _FORM_LIMIT, "payment_method_type")
    return fa3.OtherPaymentForm(description=name) if name else None
