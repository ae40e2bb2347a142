"""The form of a company's filing rules: every choice says what it means (fa3-mapping section 7)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.dashboard.statements import CATEGORIES
from apps.documents.mapping.settings import Settings, SettingsError

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Choices = list[tuple[str, "str | _StrPromise"]]

OFF_ON: Choices = [("off", _("Off")), ("on", _("On"))]


def choice(label: "str | _StrPromise", choices: Choices, help_text: "str | _StrPromise" = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, help_text=help_text)


def consumers(label: "str | _StrPromise", help_text: "str | _StrPromise" = "") -> forms.ChoiceField:
    return choice(
        label,
        [
            ("skip", _("Do not file: consumers are outside the duty")),
            ("file", _("File, without a buyer's tax number")),
            ("hold", _("Ask me each time")),
        ],
        help_text,
    )


class FilingRulesForm(forms.Form):
    """Valid from a day on: a document is always mapped with the rules of its day."""

    valid_from = forms.DateField(
        label=_("Valid from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Documents of earlier days keep the rules of their day."),
    )
    vat_status = choice(
        _("VAT status"),
        [("active", _("Active VAT payer")), ("exempt", _("Exempt (art. 113): documents carry zw and no VAT"))],
        _("A document on which Stripe charged VAT although you are exempt is held."),
    )
    exempt_basis = forms.CharField(
        label=_("Legal basis of the exemption"),
        required=False,
        max_length=256,
        help_text=_("Written on exempt documents, for example: art. 113 ust. 1 ustawy o VAT."),
    )
    cash_method = choice(_("Cash method"), OFF_ON, _("On if you settle VAT when you are paid (art. 21); marks P_16."))
    supply = choice(
        _("What you mostly sell"),
        [("service", _("Services")), ("goods", _("Goods"))],
        _("Where a product does not say it: services to EU businesses are np II, goods sent there 0 WDT."),
    )
    oss = choice(_("OSS"), OFF_ON, _("On if you are registered for the Union OSS: foreign VAT is then filed as OSS."))
    tax_rate_map = forms.CharField(
        label=_("Fixed categories of Stripe tax rates"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "txr_123 = np I"}),
        help_text=_("One a line: the tax rate's id, an equals sign, the category. Useful for manual 0 % rates."),
    )
    consumers_pl = consumers(
        _("Consumers in Poland"),
        _("A buyer without a tax number counts as a consumer, unless the name is a company's."),
    )
    consumers_eu = consumers(
        _("Consumers in other EU countries"),
        _("Sales under OSS are declared there whether they are filed here or not."),
    )
    consumers_non_eu = consumers(
        _("Buyers without a tax number outside the EU"),
        _("Stripe often knows no tax number of businesses there; their invoices belong in KSeF."),
    )
    file_on = choice(
        _("When to file"),
        [
            ("finalized", _("When Stripe finalizes: the date on Stripe's document is then the date of issue")),
            ("paid", _("When it is paid, or on the 10th of the month after the service at the latest")),
            ("manual", _("When a person says so; an alarm comes on the 10th of the month after the service")),
        ],
        _("What is filed is issued: it can only be corrected. Waiting leaves time to void a mistake in Stripe."),
    )
    late_p1 = choice(
        _("A document that reaches KSeF later than the next business day"),
        [
            ("redate", _("Date it on the day of filing")),
            ("keep", _("Keep Stripe's date")),
            ("hold", _("Ask me")),
        ],
        _("An earlier date makes it an offline document by law (art. 106nda), late from the next business day on."),
    )
    one_off_p6 = choice(
        _("Date of supply of one-off items"),
        [("item_period", _("The day the item was made in Stripe")), ("none", _("Do not write one"))],
        _("P_6. Without it the date of issue counts as the date of supply."),
    )
    prepaid_document = choice(
        _("Subscriptions paid in advance"),
        [("vat", _("File as an ordinary invoice")), ("hold", _("Hold, if you issue advance invoices for them"))],
        _("An invoice issued before the service, on the day of payment at the latest, is an ordinary one."),
    )
    inclusive_style = choice(
        _("Prices with VAT inside"),
        [("gross", _("Write gross prices (exact)")), ("net", _("Write net prices, for programs that need them"))],
        _("Net prices of gross sales have many decimal places; totals are Stripe's either way."),
    )
    discount_style = choice(
        _("Discounts"),
        [("in_price", _("Inside the unit price")), ("p10", _("In a field of their own, per unit"))],
        _("The field (P_10) is read differently by different programs; inside the price nobody can go wrong."),
    )
    show_discounts = choice(
        _("Note each discount beside its row"), OFF_ON, _("As an additional description; it changes no amount.")
    )
    line_vat = choice(
        _("VAT of each row"),
        [("always", _("Write it when it adds up")), ("never", _("Never write it"))],
        _("P_11Vat. Some bookkeeping programs compare it with the totals."),
    )
    negative_lines = choice(
        _("Negative rows (unused time)"),
        [("allow", _("File them with a warning")), ("hold", _("Ask me"))],
        _("Strictly they correct an earlier invoice (art. 106j); the VAT falls into the same period either way."),
    )
    billing_credits = choice(
        _("Billing credits"),
        [("hold", _("Ask me: a paid credit is an advance")), ("discount", _("Treat them as a discount"))],
    )
    zero_total_policy = choice(
        _("Documents of 0.00"), [("skip", _("Do not file")), ("file", _("File"))], _("Trials and full discounts.")
    )
    zero_lines = choice(_("Rows of 0.00"), [("drop", _("Leave out")), ("keep", _("Keep"))])
    np1_b2b_p18 = choice(
        _("Reverse-charge note for businesses outside the EU"), OFF_ON, _("Marks P_18 on services to them.")
    )
    fx_source = choice(_("Exchange rates"), [("NBP_A", _("NBP, table A")), ("ECB", _("European Central Bank"))])
    fx_rule = choice(
        _("Day of the rate"),
        [("vat", _("By the VAT Act (art. 31a)")), ("income_tax", _("By the income tax rules, elected for 12 months"))],
    )
    fx_on_untaxed = choice(_("Rate also on rows without Polish VAT"), OFF_ON, _("Some bookkeeping programs need it."))
    correction_style = choice(
        _("Corrections"),
        [("difference", _("Rows with the difference")), ("before_after", _("Rows before and after"))],
        _("Both are legal; ask what your buyers' programs can read."),
    )
    correction_type = choice(
        _("Corrections take effect"),
        [
            ("2", _("in the period of the correction")),
            ("1", _("in the period of the corrected document")),
            ("3", _("otherwise")),
        ],
        _("A price lowered later counts in the period of the correction; an error in that of the document."),
    )
    void_policy = choice(
        _("An invoice voided after it was filed"),
        [("auto_kor", _("Correct it to zero by itself")), ("hold", _("Ask me"))],
        _("Voiding must mean that there was no sale. For a customer who used the service and did not pay it is wrong."),
    )
    void_number_pattern = forms.CharField(
        label=_("Number of such a correction"),
        max_length=200,
        help_text=_("{number} is the voided document's number."),
    )
    require_vies = choice(
        _("EU VAT numbers that VIES did not confirm"),
        [("off", _("File")), ("warn", _("File with a warning")), ("hold", _("Ask me"))],
        _("A number that VIES does not confirm may cost you the 0 % rate."),
    )
    unit = forms.CharField(
        label=_("Unit of measure"), max_length=256, help_text=_("Where the product in Stripe names none (P_8A).")
    )
    fallback_item_name = forms.CharField(label=_("Name of rows without a description"), max_length=512)
    payment_link = choice(
        _("Link to Stripe's payment page on unpaid documents"), OFF_ON, _("As an additional description.")
    )
    send_buyer_email = choice(
        _("The buyer's e-mail on documents"), OFF_ON, _("KSeF keeps what stands on a document for ten years.")
    )
    ksef_start = forms.DateField(
        label=_("Your duty begins"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Older documents are never filed by themselves."),
    )

    def __init__(self, *arguments: Any, values: Mapping[str, Any], valid_from: date, **named: Any) -> None:
        named["initial"] = {**_initial(Settings.from_dict(values)), "valid_from": valid_from}
        super().__init__(*arguments, **named)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                Settings.from_dict(self.values())
            except SettingsError as error:
                name = str(error).removeprefix("settings.").split(" ")[0].split(".")[0]
                self.add_error(name if name in self.fields else None, str(error))
        return cleaned

    def clean_tax_rate_map(self) -> str:
        text: str = self.cleaned_data["tax_rate_map"]
        known = {value for value, _label in CATEGORIES}
        for number, (rate, category) in enumerate(_mapped(text), start=1):
            if not rate.startswith("txr_") or category not in known:
                raise forms.ValidationError(
                    _("Line %(number)d is not of the form txr_… = category."), params={"number": number}
                )
        return text

    def values(self) -> dict[str, Any]:
        """What differs from the defaults, as it is stored."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "valid_from"}
        regions = {"PL": "consumers_pl", "EU": "consumers_eu", "NON_EU": "consumers_non_eu"}
        given["b2c_policy"] = {region: given.pop(name) for region, name in regions.items()}
        given["tax_rate_map"] = dict(_mapped(given["tax_rate_map"]))
        given["ksef_start"] = given["ksef_start"].isoformat()
        defaults = _stored_defaults()
        return {name: value for name, value in given.items() if value != defaults[name]}


def _mapped(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if line.strip():
            rate, _sign, category = line.partition("=")
            yield rate.strip(), category.strip()


def _initial(settings: Settings) -> dict[str, Any]:
    plain = {name: getattr(settings, name) for name in FilingRulesForm.base_fields if hasattr(settings, name)}
    switches = {name: "on" if value else "off" for name, value in plain.items() if isinstance(value, bool)}
    lines = [f"{rate} = {category.value}" for rate, category in settings.tax_rate_map.items()]
    return {
        **plain,
        **switches,
        "correction_type": settings.correction_type.value,
        "tax_rate_map": "\n".join(lines),
        "consumers_pl": settings.b2c_policy["PL"],
        "consumers_eu": settings.b2c_policy["EU"],
        "consumers_non_eu": settings.b2c_policy["NON_EU"],
    }


def _stored_defaults() -> dict[str, Any]:
    defaults = Settings()
    shown = _initial(defaults)
    return {
        **shown,
        "b2c_policy": dict(defaults.b2c_policy),
        "tax_rate_map": {},
        "ksef_start": defaults.ksef_start.isoformat(),
    }
