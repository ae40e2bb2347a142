"""For each code, in both languages: what it means and why nothing was sent, and what a person can do."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.documents.mapping.catalogue_holds import HOLD_TEXTS
from apps.documents.mapping.catalogue_others import SKIP_TEXTS, WARNING_TEXTS
from apps.documents.mapping.overrides import (
    AcceptTax,
    AllocateCredit,
    ApproveCorrection,
    ApproveNegative,
    ConfirmMinorUnit,
    ConfirmVies,
    CreditsAsDiscount,
    Exclude,
    FileWithoutId,
    Include,
    MoveToCategory,
    Override,
    SetBuyerAddress,
    SetBuyerCountry,
    SetBuyerId,
    SetBuyerName,
    SetExchangeRate,
    SetExemptionBasis,
    SetIssueDate,
    SetNumber,
    SetOriginal,
    SetVatCategory,
    TreatAsConsumer,
)
from apps.documents.mapping.reasons import HOLDS, Code, Language, Reason, Text
from apps.fa3.text import clean_text

_FAULT = Text("Pole {field}: {fault}", "Field {field}: {fault}")
_LONGEST_VALUE = 120


@dataclass(frozen=True, slots=True)
class Entry:
    """What people are told about a code, and which decisions can solve it."""

    code: Code
    message: Text
    action: Text
    solved_by: tuple[type[Override], ...]


_CATEGORY = (SetVatCategory,)
_SOLUTIONS: Mapping[Code, tuple[type[Override], ...]] = {
    Code.ORIGINAL_UNKNOWN: (SetOriginal,),
    Code.VOID_AFTER_FILING: (ApproveCorrection,),
    Code.CREDIT_NOTE_VOIDED_AFTER_FILING: (ApproveCorrection,),
    Code.BUYER_NIP_INVALID: (SetBuyerId, TreatAsConsumer),
    Code.BUYER_ID_CONFLICT: (SetBuyerId,),
    Code.BUYER_VAT_FORMAT: (SetBuyerId,),
    Code.BUYER_LOOKS_LIKE_COMPANY: (SetBuyerId, FileWithoutId, TreatAsConsumer),
    Code.B2C_DECISION: (TreatAsConsumer, SetBuyerId, FileWithoutId),
    Code.BUYER_NAME_MISSING: (SetBuyerName,),
    Code.BUYER_ADDRESS_MISSING: (SetBuyerAddress,),
    Code.BUYER_COUNTRY_MISSING: (SetBuyerCountry, SetBuyerAddress),
    Code.EU_B2B_NO_VAT_ID: (SetBuyerId, SetVatCategory),
    Code.VIES_UNVERIFIED: (ConfirmVies, SetBuyerId, SetVatCategory),
    Code.EU_CONSUMER_NO_TAX: _CATEGORY,
    Code.FOREIGN_VAT: _CATEGORY,
    Code.FOREIGN_TAX: (),
    Code.UNKNOWN_RATE: _CATEGORY,
    Code.MULTIPLE_TAXES: _CATEGORY,
    Code.TAX_UNSUPPORTED: _CATEGORY,
    Code.ZERO_RATE_AMBIGUOUS: _CATEGORY,
    Code.NO_TAX_DOMESTIC: _CATEGORY,
    Code.DOMESTIC_REVERSE_CHARGE: _CATEGORY,
    Code.EXEMPT_SELLER_CHARGED_VAT: _CATEGORY,
    Code.EXEMPTION_BASIS_MISSING: (SetExemptionBasis,),
    Code.TAX_MISMATCH: (AcceptTax,),
    Code.NEGATIVE_TOTAL: (ApproveNegative,),
    Code.NEGATIVE_BUCKET: (ApproveNegative,),
    Code.NEGATIVE_LINE: (ApproveNegative,),
    Code.BILLING_CREDITS: (CreditsAsDiscount,),
    Code.CURRENCY_UNSUPPORTED: (ConfirmMinorUnit,),
    Code.FX_RATE_MISSING: (SetExchangeRate,),
    Code.P1_TOO_OLD: (SetIssueDate,),
    Code.PREPAID_DOCUMENT: (SetIssueDate,),
    Code.DUPLICATE_NUMBER: (SetNumber,),
    Code.NUMBER_INVALID: (SetNumber,),
    Code.TAX_ONLY_CREDIT: (MoveToCategory,),
    Code.CREDIT_NOTE_UNALLOCATED: (AllocateCredit,),
    # Documents that are not filed by a rule or by somebody's decision, where a person may decide otherwise.
    Code.EXCLUDED: (Include,),
    Code.B2C: (SetBuyerId, TreatAsConsumer),
}
# Nothing to decide about: the document is not for this tenant, or the profile must be put right first.
_NOT_EXCLUDABLE = frozenset({Code.SELLER_NIP_INVALID, Code.SCHEMA_INVALID})


def _solutions(code: Code) -> tuple[type[Override], ...]:
    """Every hold a person may also end by excluding the document, with a reason."""
    found = _SOLUTIONS.get(code, ())
    return (*found, Exclude) if code in HOLDS and code not in _NOT_EXCLUDABLE else found


CATALOGUE: Mapping[Code, Entry] = {
    code: Entry(code, message, action, _solutions(code))
    for code, (message, action) in {**HOLD_TEXTS, **SKIP_TEXTS, **WARNING_TEXTS}.items()
}


def message_of(reason: Reason, language: Language) -> str:
    """What the reason means, with the values it is about."""
    params = _shown(reason)
    message = CATALOGUE[reason.code].message.fill(params, language)
    if "fault" not in reason.params:
        return message
    fault = _FAULT.fill(params, language)
    return f"{message} {fault.removesuffix('.')}."


def action_of(reason: Reason, language: Language) -> str:
    """What a person can do about it."""
    return CATALOGUE[reason.code].action.fill(_shown(reason), language)


def _shown(reason: Reason) -> dict[str, object]:
    """Parameters fit for a page: values from outside are cleaned and kept short."""
    shown = {
        key: clean_text(value)[:_LONGEST_VALUE] if isinstance(value, str) else value
        for key, value in reason.params.items()
    }
    return {**shown, "field": reason.field or "–"}
