"""A filed document in words: everything its XML says beside rows and totals, as people read an invoice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.template.defaultfilters import date as write_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.dashboard.templatetags.ksefkit import amount
from apps.fa3.codes import CorrectionType, PaymentForm
from apps.fa3.document import (
    Annotations,
    BuyerId,
    CorrectedDocument,
    Document,
    DueTerms,
    EuVat,
    ForeignId,
    Nip,
    OtherPaymentForm,
    Paid,
    PaidInParts,
    Payment,
    Period,
    Settlement,
    ToPay,
)
from apps.filings.models import Filing

FORMS: Mapping[PaymentForm, Promise] = {
    PaymentForm.CASH: gettext_lazy("cash"),
    PaymentForm.CARD: gettext_lazy("card"),
    PaymentForm.VOUCHER: gettext_lazy("voucher"),
    PaymentForm.CHEQUE: gettext_lazy("cheque"),
    PaymentForm.CREDIT: gettext_lazy("credit"),
    PaymentForm.TRANSFER: gettext_lazy("transfer"),
    PaymentForm.MOBILE: gettext_lazy("mobile payment"),
}
EFFECTS: Mapping[CorrectionType, Promise] = {
    CorrectionType.ORIGINAL_PERIOD: gettext_lazy("in the period of the corrected document"),
    CorrectionType.CORRECTION_PERIOD: gettext_lazy("in the period of the correction"),
    CorrectionType.OTHER: gettext_lazy("in another period"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the document; `field` is its name in FA(3), for those who compare."""

    label: str
    value: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Original:
    """The document that a correction corrects, with its page here where we filed it."""

    document: CorrectedDocument
    filing_id: UUID | None


def facts_of(content: Document) -> list[Fact]:
    """In the order of a printed invoice."""
    facts = [Fact(_("Number"), content.number, "P_2"), Fact(_("Date of issue"), day(content.issued_on), "P_1")]
    return [*facts, *_supply(content), *_correction(content), *_payment(content), *_remarks(content)]


def originals_of(content: Document, *, tenant_id: UUID) -> list[Original]:
    """What a correction corrects."""
    documents = content.correction.documents if content.correction else ()
    numbers = [document.ksef_number for document in documents if document.ksef_number]
    ours = dict(Filing.objects.filter(tenant_id=tenant_id, ksef_number__in=numbers).values_list("ksef_number", "id"))
    return [Original(document, ours.get(document.ksef_number or "")) for document in documents]


def written_id(identifier: BuyerId) -> str:
    """A buyer's number as people write it."""
    match identifier:
        case Nip(number=number):
            return f"NIP {number}"
        case EuVat(country=country, number=number):
            return f"{country}{number}"
        case ForeignId(number=number, country=country):
            return f"{country or ''} {number}".strip()
        case _:
            return ""


def day(value: date) -> str:
    return write_date(value, "SHORT_DATE_FORMAT")


def _supply(content: Document) -> Iterator[Fact]:
    if isinstance(content.supplied, Period):
        days = f"{day(content.supplied.first)} – {day(content.supplied.last)}"
        yield Fact(_("Period of the service"), days, "OkresFa")
    elif content.supplied:
        yield Fact(_("Date of supply"), day(content.supplied), "P_6")
    rates = sorted({row.exchange_rate for row in content.rows if row.exchange_rate})
    if rates:
        yield Fact(_("Exchange rate"), "; ".join(f"1 {content.currency} = {rate} PLN" for rate in rates), "KursWaluty")


def _correction(content: Document) -> Iterator[Fact]:
    correction = content.correction
    if correction is None:
        return
    if correction.reason:
        yield Fact(_("Reason of the correction"), correction.reason, "PrzyczynaKorekty")
    if correction.type:
        yield Fact(_("Takes effect"), str(EFFECTS[correction.type]), "TypKorekty")


def _payment(content: Document) -> Iterator[Fact]:
    if content.payment:
        yield from _paid(content.payment, content.currency)
    if content.settlement:
        yield from _settled(content.settlement, content.currency)


def _paid(payment: Payment, currency: str) -> Iterator[Fact]:
    match payment.received:
        case Paid(on=on):
            yield Fact(_("Paid"), day(on), "DataZaplaty")
        case PaidInParts(parts=parts):
            for part in parts:
                yield Fact(_("Paid in part"), f"{day(part.on)}: {amount(part.amount, currency)}", "ZaplataCzesciowa")
    for due in payment.due:
        words = due.terms
        told = f"{words.count} {words.unit} {words.event}" if isinstance(words, DueTerms) else ""
        yield Fact(_("Payment due"), day(due.on) if due.on else told, "TerminPlatnosci")
    if isinstance(payment.form, OtherPaymentForm):
        yield Fact(_("Form of payment"), payment.form.description, "PlatnoscInna")
    elif payment.form:
        yield Fact(_("Form of payment"), str(FORMS[payment.form]), "FormaPlatnosci")
    for account in payment.accounts:
        yield Fact(_("Bank account"), ", ".join(filter(None, [account.number, account.bank_name])), "NrRB")


def _settled(settlement: Settlement, currency: str) -> Iterator[Fact]:
    for charge in settlement.charges:
        yield Fact(_("Charged besides"), f"{charge.reason}: {amount(charge.amount, currency)}", "Obciazenia")
    for deduction in settlement.deductions:
        yield Fact(_("Deducted"), f"{deduction.reason}: {amount(deduction.amount, currency)}", "Odliczenia")
    if settlement.result:
        to_pay = isinstance(settlement.result, ToPay)
        label, name = (_("To pay"), "DoZaplaty") if to_pay else (_("To be settled"), "DoRozliczenia")
        yield Fact(label, amount(settlement.result.amount, currency), name)


def _remarks(content: Document) -> Iterator[Fact]:
    """Remarks that the law asks for, and free texts."""
    for name, text in _annotations(content.annotations):
        yield Fact(_("Remark"), text, name)
    for description in content.descriptions:
        yield Fact(description.key, description.value, "DodatkowyOpis")
    for text in content.footer.texts if content.footer else ():
        yield Fact(_("Footer"), text, "StopkaFaktury")


def _annotations(annotations: Annotations) -> Iterator[tuple[str, str]]:
    if annotations.is_cash_method:
        yield "P_16", _("cash method")
    if annotations.is_self_billing:
        yield "P_17", _("self-billing")
    if annotations.is_reverse_charge:
        yield "P_18", _("reverse charge")
    if annotations.is_split_payment:
        yield "P_18A", _("split payment mechanism")
    if annotations.exemption:
        yield "P_19", _("exempt: %(basis)s") % {"basis": annotations.exemption.text}
    if annotations.is_simplified_triangle:
        yield "P_23", _("simplified triangular transaction")
