"""A few words for each reason why documents wait for a person: the name of a group, without one document's values."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.documents.mapping.reasons import Code
from apps.filings.wording import words_for

TITLES: dict[str, str | Promise] = {
    Code.MODE_MISMATCH: _("Test document for PROD, or the other way round"),
    Code.ISSUER_NOT_TENANT: _("Issued by another Stripe account"),
    Code.SELLER_NIP_INVALID: _("Your own NIP is wrong"),
    Code.WAITING_ORIGINAL: _("The original has no KSeF number yet"),
    Code.ORIGINAL_UNKNOWN: _("The corrected document is not known"),
    Code.VOID_AFTER_FILING: _("Voided in Stripe after it was filed"),
    Code.CREDIT_NOTE_VOIDED_AFTER_FILING: _("Credit note voided after it was filed"),
    Code.LINES_INCOMPLETE: _("Not fully read from Stripe"),
    Code.BUYER_NIP_INVALID: _("The buyer's NIP is wrong"),
    Code.BUYER_ID_CONFLICT: _("The buyer has several tax numbers"),
    Code.BUYER_VAT_FORMAT: _("The buyer's tax number has a wrong form"),
    Code.BUYER_LOOKS_LIKE_COMPANY: _("Looks like a company, has no tax number"),
    Code.B2C_DECISION: _("No tax number: a consumer?"),
    Code.BUYER_NAME_MISSING: _("The buyer's name is missing"),
    Code.BUYER_ADDRESS_MISSING: _("The buyer's address is missing"),
    Code.BUYER_COUNTRY_MISSING: _("The buyer's country is not known"),
    Code.EU_B2B_NO_VAT_ID: _("The EU VAT number is missing"),
    Code.VIES_UNVERIFIED: _("The EU VAT number is not confirmed"),
    Code.EU_CONSUMER_NO_TAX: _("A consumer in the EU was charged no VAT"),
    Code.FOREIGN_VAT: _("VAT of another EU country"),
    Code.FOREIGN_TAX: _("Tax of a country outside the EU"),
    Code.UNKNOWN_RATE: _("Unknown VAT rate"),
    Code.MULTIPLE_TAXES: _("Several taxes on one row"),
    Code.TAX_UNSUPPORTED: _("The VAT category is not clear"),
    Code.ZERO_RATE_AMBIGUOUS: _("What the 0 % stands for is not clear"),
    Code.NO_TAX_DOMESTIC: _("A sale in Poland without VAT"),
    Code.DOMESTIC_REVERSE_CHARGE: _("Domestic reverse charge"),
    Code.EXEMPT_SELLER_CHARGED_VAT: _("VAT charged although you are exempt"),
    Code.EXEMPTION_BASIS_MISSING: _("The legal basis of the exemption is missing"),
    Code.TOTAL_MISMATCH: _("The amounts do not add up"),
    Code.TAX_MISMATCH: _("The VAT does not follow from the rate"),
    Code.NEGATIVE_TOTAL: _("The total is negative"),
    Code.NEGATIVE_BUCKET: _("The sum at one rate is negative"),
    Code.NEGATIVE_LINE: _("A row is negative"),
    Code.BILLING_CREDITS: _("Billing credits were used"),
    Code.AMOUNT_PRECISION: _("An amount with more than two decimals"),
    Code.CURRENCY_UNSUPPORTED: _("The currency is not supported"),
    Code.FX_RATE_MISSING: _("The exchange rate is missing"),
    Code.TAX_ONLY_CREDIT: _("The credit note gives back VAT alone"),
    Code.CREDIT_NOTE_UNALLOCATED: _("Which rows does the credit note reduce?"),
    Code.OVER_CORRECTION: _("More credited than was invoiced"),
    Code.DUPLICATE_NUMBER: _("The number is taken"),
    "NUMBER_INVALID": _("The number cannot be filed"),
    Code.P1_IN_FUTURE: _("The date of issue is ahead"),
    Code.P1_TOO_OLD: _("The date of issue is too old"),
    Code.PREPAID_DOCUMENT: _("Paid before the service"),
    Code.DOCUMENT_TOO_LARGE: _("Too large for KSeF"),
    Code.SCHEMA_INVALID: _("KSeF's form cannot hold it"),
    "INTERNAL_ERROR": _("The program failed"),
    "profile_missing": _("The company data are missing"),
    "document_too_large": _("Too large for KSeF"),
    "keeps_failing": _("Sent several times, failed each time"),
    "rejected": _("Refused by KSeF"),
    "duplicate_foreign": _("KSeF has another document with this number"),
    "duplicate_unverified": _("KSeF has this number; whose it is could not be checked"),
    "duplicate_unnamed": _("KSeF has this number; whose it is could not be checked"),
    "receipt_mismatch": _("The receipt does not fit the document"),
}


def title_of(code: str, params: Mapping[str, Any]) -> str:
    """The name of a group; a reason without one is named by the sentence of its first document."""
    return str(TITLES.get(code) or words_for(code, params).text)
