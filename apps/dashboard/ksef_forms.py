"""Forms of the pages of one KSeF connection."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.ksef_client.credentials import Credential, CredentialProblem, from_pem, from_pkcs12

# A certificate with its chain and key, or a signed sign-in file, which has some kilobytes.
LARGEST_UPLOAD = 1_000_000


class TokenEndForm(forms.Form):
    """KSeF does not say when a token ends; a person may know."""

    last_day = forms.DateField(
        label=_("Last day of the token"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave empty for the day on which the law ends tokens. You are reminded before it."),
    )


class SignedFileForm(forms.Form):
    """The sign-in file as it comes back from the signing program."""

    signed = forms.FileField(label=_("The signed file"), max_length=200, help_text=_("An .xml file, signed as XAdES."))

    def clean_signed(self) -> bytes:
        return bytes(self.cleaned_data["signed"].read(LARGEST_UPLOAD))


class SigningKeyForm(forms.Form):
    """A seal or signature whose key is a file: used for one sign-in, and kept nowhere."""

    certificate = forms.FileField(
        label=_("Certificate"), max_length=200, help_text=_("PEM, or .p12/.pfx with its key.")
    )
    key = forms.FileField(label=_("Its private key, when it is a file of its own"), required=False, max_length=200)
    key_password = forms.CharField(
        label=_("Password of the key"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    credential: Credential | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("certificate"):
            return cleaned
        content = bytes(cleaned["certificate"].read(LARGEST_UPLOAD))
        key = bytes(cleaned["key"].read(LARGEST_UPLOAD)) if cleaned.get("key") else content
        password = cleaned["key_password"].encode() or None
        try:
            is_pem = content.lstrip().startswith(b"-----BEGIN")
            credential = from_pem(content, key, password) if is_pem else from_pkcs12(content, password)
            credential.check_valid(timezone.now())
        except CredentialProblem as problem:
            self.add_error("certificate", said(problem))
        else:
            self.credential = credential
        return cleaned


def said(words: Any) -> str:
    """Something the KSeF client says in both languages, in the reader's."""
    return str(words.pl if (get_language() or "").startswith("pl") else words.en)
