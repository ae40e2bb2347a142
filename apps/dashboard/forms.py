"""Forms of the pages: they say what is wrong with a field and how to put it right."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.connections.models import KsefConnection
from apps.fa3.nip import clean, is_valid_nip
from apps.ksef_client.credentials import Credential, CredentialProblem, from_pem, from_pkcs12
from apps.tenants.models import ApiKey
from apps.tenants.roles import Role

LARGEST_CREDENTIAL = 100_000


class NipField(forms.CharField):
    """A Polish tax number: ten digits with a right check digit, however it is punctuated."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("NIP"))
        options.setdefault("help_text", _("Ten digits; blanks and dashes do not matter."))
        super().__init__(
            max_length=20,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            **options,
        )

    def clean(self, value: Any) -> str:
        digits = clean(super().clean(value))
        digits = digits.removeprefix("PL")
        if not digits and not self.required:
            return ""
        if len(digits) != 10 or not digits.isdecimal():
            raise forms.ValidationError(
                _("A NIP has ten digits; this one has %(count)d."), code="length", params={"count": len(digits)}
            )
        if not is_valid_nip(digits):
            raise forms.ValidationError(
                _("The last digit of this NIP does not match the others. Please look for a typing error."),
                code="checksum",
            )
        return digits


class CompanyForm(forms.Form):
    """The seller's data for a new account."""

    name = forms.CharField(
        label=_("Company name"), max_length=512, help_text=_("As in the register; it stands on every document.")
    )
    nip = NipField()
    address_l1 = forms.CharField(label=_("Street and number"), max_length=512)
    address_l2 = forms.CharField(label=_("Postal code and town"), max_length=512)
    email = forms.EmailField(label=_("E-mail on documents"), required=False, help_text=_("Optional. Buyers see it."))


class StripeKeyForm(forms.Form):
    """A restricted key; never shown again."""

    api_key = forms.CharField(
        label=_("Restricted key"),
        max_length=300,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "placeholder": "rk_…"}),
        help_text=_("It is stored encrypted and never shown again."),
    )
    import_from = forms.DateField(
        label=_("File documents issued from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Leave empty to begin with the next document. Older ones are never filed by themselves."),
    )


class SigningSecretForm(forms.Form):
    """The signing secret of an endpoint that a person made in Stripe."""

    secret = forms.CharField(
        label=_("Signing secret"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "placeholder": "whsec_…"}),
        help_text=_("It is stored encrypted and never shown again."),
    )


class KsefConnectionForm(forms.Form):
    """Environment first, TEST preselected; the token is write-only and blank keeps the stored one."""

    ENVIRONMENTS = [
        (KsefConnection.Environment.TEST, _("TEST: to try everything out. Nothing filed there counts in law.")),
        (
            KsefConnection.Environment.DEMO,
            _("DEMO: the Ministry's pre-production. Nothing filed there counts in law."),
        ),
        (
            KsefConnection.Environment.PROD,
            _("PROD: real. What is filed there is an issued invoice and cannot be taken back."),
        ),
    ]

    environment = forms.ChoiceField(
        label=_("Environment"),
        initial=KsefConnection.Environment.TEST,
        widget=forms.RadioSelect,
        choices=ENVIRONMENTS,
    )
    token = forms.CharField(
        label=_("KSeF token"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Blank keeps the stored access. It is stored encrypted and never shown again."),
    )
    certificate = forms.FileField(
        label=_("Or a certificate"),
        required=False,
        max_length=200,
        help_text=_("PEM, or .p12/.pfx with its key. Tokens work until the end of 2026; certificates go on."),
    )
    key = forms.FileField(label=_("Its private key, when it is a file of its own"), required=False, max_length=200)
    key_password = forms.CharField(
        label=_("Password of the key"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    confirm_nip = forms.CharField(
        label=_("For PROD: type the company's NIP"),
        required=False,
        max_length=20,
        help_text=_("So that nobody switches to PROD by accident."),
    )

    def __init__(self, *arguments: Any, nip: str, has_token: bool, local: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.nip = nip
        self.has_token = has_token
        self.credential: Credential | None = None
        if local:
            choice = (KsefConnection.Environment.LOCAL.value, _("LOCAL: the simulator of this installation."))
            field = self.fields["environment"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [choice, *self.ENVIRONMENTS]
            self.fields["environment"].initial = KsefConnection.Environment.LOCAL

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("certificate"):
            self._read_certificate(cleaned)
        elif not cleaned.get("token") and not self.has_token:
            self.add_error("token", _("Please paste the KSeF token, or choose a certificate."))
        if (
            cleaned.get("environment") == KsefConnection.Environment.PROD
            and clean(cleaned.get("confirm_nip", "")) != self.nip
        ):
            self.add_error(
                "confirm_nip",
                _("This is not the company's NIP (%(nip)s). PROD was not switched on.") % {"nip": self.nip},
            )
        return cleaned

    def _read_certificate(self, cleaned: dict[str, Any]) -> None:
        """A certificate and its key as people have them; what is wrong is said at the field."""
        if cleaned.get("token"):
            self.add_error("certificate", _("Please give either a token or a certificate, not both."))
            return
        password = cleaned["key_password"].encode() or None
        content, key = _bytes(cleaned["certificate"]), _bytes(cleaned.get("key"))
        try:
            is_pem = content.lstrip().startswith(b"-----BEGIN")
            credential = from_pem(content, key or content, password) if is_pem else from_pkcs12(content, password)
            credential.check_valid(timezone.now())
        except CredentialProblem as problem:
            polish = (get_language() or "").startswith("pl")
            self.add_error("certificate", problem.pl if polish else problem.en)
        else:
            self.credential = credential


def _bytes(upload: Any) -> bytes:
    return bytes(upload.read(LARGEST_CREDENTIAL)) if upload else b""


class InvitationForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.VIEWER)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


class ProfileForm(forms.Form):
    """The company's data on documents, from a day on."""

    valid_from = forms.DateField(
        label=_("Valid from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Documents of earlier days keep the data of their day."),
    )
    name = forms.CharField(label=_("Company name"), max_length=512)
    address_l1 = forms.CharField(label=_("Street and number"), max_length=512)
    address_l2 = forms.CharField(label=_("Postal code and town"), max_length=512)
    email = forms.EmailField(label=_("E-mail on documents"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=16, required=False)
    krs = forms.RegexField(
        r"^\d{10}$", label="KRS", required=False, error_messages={"invalid": _("A KRS number has ten digits.")}
    )
    regon = forms.RegexField(
        r"^(\d{9}|\d{14})$",
        label="REGON",
        required=False,
        error_messages={"invalid": _("A REGON number has nine or fourteen digits.")},
    )
    bdo = forms.CharField(label="BDO", max_length=9, required=False)
    bank_account = forms.CharField(
        label=_("Bank account"),
        max_length=42,
        required=False,
        help_text=_("Written on unpaid documents that are paid by transfer."),
    )
    swift = forms.RegexField(
        r"^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$",
        label="SWIFT",
        required=False,
        error_messages={"invalid": _("A SWIFT code has eight or eleven letters and digits.")},
    )
    bank_name = forms.CharField(label=_("Bank"), max_length=256, required=False)
    footer = forms.CharField(label=_("Footer of documents"), max_length=3500, required=False, widget=forms.Textarea)

    def clean_bank_account(self) -> str:
        account: str = "".join(self.cleaned_data["bank_account"].split()).upper()
        if account and (not account.isalnum() or not 10 <= len(account) <= 34):
            raise forms.ValidationError(_("A bank account has 10 to 34 letters and digits, e.g. PL and 26 digits."))
        return account


class ApiKeyForm(forms.Form):
    """A name to know the key by, and what it may do."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("For example the program that will use it."))
    scope = forms.ChoiceField(label=_("May"), choices=ApiKey.Scope.choices, initial=ApiKey.Scope.READ)
    days = forms.TypedChoiceField(
        label=_("Works for"),
        choices=[(90, _("90 days")), (365, _("one year")), (0, _("until it is revoked"))],
        initial=365,
        coerce=int,
        help_text=_("A key that ends by itself is safer: a forgotten one does no harm."),
    )
