"""Forms with which a person solves a hold: each states one fact or decision about a document, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.dashboard.country_names import choices
from apps.dashboard.stripe_view import lines_of
from apps.dashboard.templatetags.ksefkit import money
from apps.documents.mapping.currency import Currency, currency_of
from apps.documents.mapping.override_json import from_dict
from apps.documents.mapping.overrides import KINDS, Override, OverrideError
from apps.documents.models import SourceDocument
from apps.fa3.codes import VatCategory

CATEGORIES: list[tuple[str, str | Promise]] = [
    ("23", "23 %"),
    ("8", "8 %"),
    ("5", "5 %"),
    ("22", "22 %"),
    ("7", "7 %"),
    ("0 KR", _("0 KR: 0 % in Poland")),
    ("0 WDT", _("0 WDT: goods to another EU country")),
    ("0 EX", _("0 EX: export of goods")),
    ("zw", _("zw: exempt")),
    ("oo", _("oo: domestic reverse charge")),
    ("np I", _("np I: not taxed in Poland")),
    ("np II", _("np II: services to a business in the EU")),
]
UNTAXED = [(value, label) for value, label in CATEGORIES if VatCategory(value).percentage is None]


@dataclass(frozen=True, slots=True)
class OriginalRow:
    """A row of the invoice that a credit note corrects."""

    line: str  # Stripe line id
    text: str


class StatementForm(forms.Form):
    """One kind of statement; `statement()` is the typed value, checked by the mapping's own rules."""

    kind: ClassVar[str]
    title: ClassVar[str | Promise]
    title_for_many: ClassVar[str | Promise] = ""
    button: ClassVar[str | Promise] = _("Save and check again")

    why = forms.CharField(
        label=_("Why"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept with your name and the time, beside the document from Stripe, which does not change."),
    )

    @classmethod
    def name_for_many(cls) -> str:
        return str(cls.title_for_many or cls.title)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.order_fields([name for name in self.fields if name != "why"])

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "why"}

    def statement(self) -> Override:
        return from_dict({"kind": self.kind, **{name: _plain(value) for name, value in self.values().items()}})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.statement()
            except OverrideError as error:
                field = str(error).partition(":")[0]
                known = field if field in self.fields else None
                self.add_error(known, _("This value is not possible here. Please look for a typing error."))
        return cleaned


class SetBuyerIdForm(StatementForm):
    kind = "set_buyer_id"
    title = _("Enter the buyer's tax number")
    id_type = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            ("nip", _("Polish NIP")),
            ("eu_vat", _("EU VAT number")),
            ("other", _("another country's tax number")),
            ("none", _("a business without a number")),
        ],
    )
    value = forms.CharField(label=_("Number"), max_length=50, required=False)
    country = forms.ChoiceField(label=_("Country, for another country's number"), choices=choices, required=False)

    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {"id_type": cleaned["id_type"], "value": cleaned["value"], "country": cleaned["country"]}


class SetBuyerNameForm(StatementForm):
    kind = "set_buyer_name"
    title = _("Enter the buyer's name")
    name = forms.CharField(label=_("Name"), max_length=512)


class SetBuyerAddressForm(StatementForm):
    kind = "set_buyer_address"
    title = _("Enter the buyer's address")
    country = forms.ChoiceField(label=_("Country"), choices=choices)
    line1 = forms.CharField(label=_("Street and number"), max_length=256, required=False)
    line2 = forms.CharField(label=_("Second line"), max_length=256, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    city = forms.CharField(label=_("Town"), max_length=100, required=False)
    state = forms.CharField(label=_("State or province"), max_length=100, required=False)


class SetBuyerCountryForm(StatementForm):
    kind = "set_buyer_country"
    title = _("Enter the buyer's country")
    country = forms.ChoiceField(label=_("Country"), choices=choices)


class TreatAsConsumerForm(StatementForm):
    kind = "treat_as_consumer"
    title = _("The buyer is a consumer")
    title_for_many = _("The buyers are consumers")
    file = forms.BooleanField(
        label=_("File it all the same, without a tax number"),
        required=False,
        help_text=_("Not ticked: it is not filed. For consumers KSeF is voluntary."),
    )


class FileWithoutIdForm(StatementForm):
    kind = "file_without_id"
    title = _("A business abroad without a tax number: file without one")
    title_for_many = _("Businesses abroad without a tax number: file without one")


class SetVatCategoryForm(StatementForm):
    kind = "set_vat_category"
    title = _("Choose the VAT category")
    category = forms.ChoiceField(
        label=_("Category"), choices=[("", _("OSS: enter the rate below")), *CATEGORIES], required=False
    )
    oss_rate = forms.DecimalField(label=_("OSS rate in per cent"), required=False, min_value=0, max_value=100)
    line = forms.ChoiceField(label=_("Which rows"), choices=[("", _("every row of the document"))], required=False)
    exempt_basis = forms.CharField(label=_("Legal basis, for zw"), max_length=256, required=False)

    def __init__(self, *arguments: Any, rows: Sequence[OriginalRow] = (), **named: Any) -> None:
        super().__init__(*arguments, **named)
        line = self.fields["line"]
        assert isinstance(line, forms.ChoiceField)
        line.choices = [("", _("every row of the document")), *((row.line, row.text) for row in rows)]

    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return cleaned | {"category": cleaned["category"] or None, "line": cleaned.get("line") or None}

    def statement(self) -> Override:
        values = {name: _plain(value) for name, value in self.values().items() if name != "why"}
        return from_dict({"kind": self.kind, **{name: value for name, value in values.items() if value is not None}})


class SetExemptionBasisForm(StatementForm):
    kind = "set_exemption_basis"
    title = _("Enter the legal basis of the exemption")
    text = forms.CharField(label=_("Legal basis"), max_length=256)


class SetIssueDateForm(StatementForm):
    kind = "set_issue_date"
    title = _("Set the date of issue")
    day = forms.DateField(label=_("Date of issue (P_1)"), widget=forms.DateInput(attrs={"type": "date"}))


class SetExchangeRateForm(StatementForm):
    kind = "set_exchange_rate"
    title = _("Enter the exchange rate")
    rate = forms.DecimalField(label=_("PLN for one unit"), max_digits=12, decimal_places=6, min_value=0)
    table = forms.CharField(label=_("NBP table number"), max_length=30, required=False)
    published_on = forms.DateField(
        label=_("Published on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def statement(self) -> Override:
        values = {name: _plain(value) for name, value in self.values().items() if value is not None}
        return from_dict({"kind": self.kind, **values})


class ConfirmMinorUnitForm(StatementForm):
    kind = "confirm_minor_unit"
    title = _("Say how many decimals the amounts have")
    exponent = forms.TypedChoiceField(label=_("Decimals"), choices=[(0, "0"), (2, "2")], coerce=int)


class SetOriginalForm(StatementForm):
    kind = "set_original"
    title = _("State the document that is corrected")
    number = forms.CharField(label=_("Its number"), max_length=256)
    issued_on = forms.DateField(label=_("Its date of issue"), widget=forms.DateInput(attrs={"type": "date"}))
    ksef_number = forms.CharField(
        label=_("Its KSeF number"), max_length=36, required=False, help_text=_("Empty: it was issued outside KSeF.")
    )


class ConfirmViesForm(StatementForm):
    kind = "confirm_vies"
    title = _("Confirm the EU VAT number")
    evidence = forms.CharField(
        label=_("Evidence"), max_length=256, help_text=_("For example the VIES consultation number.")
    )


class ApproveNegativeForm(StatementForm):
    kind = "approve_negative"
    title = _("File the negative amounts as they are")


class AcceptTaxForm(StatementForm):
    kind = "accept_tax"
    title = _("File the tax as Stripe charged it")


class CreditsAsDiscountForm(StatementForm):
    kind = "credits_as_discount"
    title = _("Treat the billing credits as a discount")


class ExcludeForm(StatementForm):
    kind = "exclude"
    title = _("Do not file this document")
    title_for_many = _("Do not file them")
    button = _("Exclude with this reason")

    def values(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["why"]}


class IncludeForm(StatementForm):
    kind = "include"
    title = _("File this document after all")
    button = _("Take the exclusion back")


class SetNumberForm(StatementForm):
    kind = "set_number"
    title = _("Enter another number")
    number = forms.CharField(label=_("Number (P_2)"), max_length=256)


class ApproveCorrectionForm(StatementForm):
    kind = "approve_correction"
    title = _("File a correction of what was filed")
    price_restored_by_agreement = forms.BooleanField(
        label=_("A new agreement restored the price (not an error)"), required=False
    )


class MoveToCategoryForm(StatementForm):
    kind = "move_to_category"
    title = _("Move the base to another VAT category")
    category = forms.ChoiceField(label=_("Category"), choices=UNTAXED)
    eu_vat = forms.CharField(label=_("The buyer's EU VAT number"), max_length=20, required=False)


class AllocateCreditForm(StatementForm):
    """Net and tax for each row of the original; rows left empty are not reduced."""

    kind = "allocate_credit"
    title = _("Say which rows the credit reduces")

    def __init__(self, *arguments: Any, rows: Sequence[OriginalRow] = (), currency: str = "PLN", **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.rows = rows
        self.currency = currency_of(currency) or Currency(currency, 2)
        for place, row in enumerate(rows):
            for name, label in (("net", _("net reduced by")), ("tax", _("VAT reduced by"))):
                self.fields[f"{name}_{place}"] = forms.DecimalField(
                    label=format_lazy("{}: {}", row.text, label), required=False, min_value=0, decimal_places=2
                )
        self.order_fields([name for name in self.fields if name != "why"])

    def values(self) -> dict[str, Any]:
        return {"shares": [share for place in range(len(self.rows)) if (share := self._share(place))]}

    def _share(self, place: int) -> dict[str, Any] | None:
        net, tax = (self.cleaned_data.get(f"{name}_{place}") for name in ("net", "tax"))
        if not net and not tax:
            return None
        return {"line": self.rows[place].line, "net": self._minor(net), "tax": self._minor(tax)}

    def _minor(self, amount: Decimal | None) -> int:
        minor = self.currency.minor(amount or Decimal(0))
        if minor is None:
            raise OverrideError("amount: more decimals than the currency has")
        return minor


FORMS: Mapping[str, type[StatementForm]] = {form.kind: form for form in StatementForm.__subclasses__()}


def forms_for(solutions: tuple[type[Override], ...], document: SourceDocument) -> list[StatementForm]:
    """An empty form for each kind of statement that can solve a hold."""
    kinds = {made: kind for kind, made in KINDS.items()}
    return [form_for(kinds[solution], document) for solution in solutions]


def form_for(kind: str, document: SourceDocument, data: QueryDict | None = None) -> StatementForm:
    """The form of a kind, for one document; KeyError for a kind that does not exist."""
    if kind == AllocateCreditForm.kind:
        return AllocateCreditForm(data, prefix=kind, rows=_rows_of_original(document), currency=document.currency)
    if kind == SetVatCategoryForm.kind:
        return SetVatCategoryForm(data, prefix=kind, rows=_rows(document))
    return FORMS[kind](data, prefix=kind)


def _rows_of_original(document: SourceDocument) -> list[OriginalRow]:
    originals = SourceDocument.objects.filter(
        tenant_id=document.tenant_id, connection_id=document.connection_id, stripe_id=document.original_stripe_id
    )
    original = originals.order_by("-revision").first()
    return _rows(original) if original else []


def _rows(document: SourceDocument) -> list[OriginalRow]:
    """Each row with its amount, by which people know it."""
    lines = [line for line in lines_of(document) if line.id]
    return [OriginalRow(line.id, f"{line.text or line.id} ({money(line.amount, document.currency)})") for line in lines]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value
