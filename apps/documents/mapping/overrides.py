"""What a person may decide about one document. Stored beside the immutable source; the mapping applies it on top."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeVar

from apps.documents.mapping.geography import COUNTRIES
from apps.fa3.calendar import is_writable_day
from apps.fa3.codes import VatCategory
from apps.fa3.ksef_number import is_valid_ksef_number
from apps.fa3.nip import clean, is_valid_nip
from apps.fa3.text import clean_text

_NUMBER_LIMIT = 256  # P_2
_PLACES = 6  # of exchange rates and percentages


class OverrideError(ValueError):
    """The override cannot be applied; the text says which value is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBuyerId:
    """The buyer's tax number, instead of those in Stripe; with "none" the buyer is a business without one."""

    id_type: Literal["nip", "eu_vat", "other", "none"]
    value: str = ""
    country: str = ""  # of an "other" number

    def __post_init__(self) -> None:
        _demand(self.id_type in ("nip", "eu_vat", "other", "none"), "id_type", self.id_type)
        if self.id_type == "nip":
            _demand(is_valid_nip(clean(self.value)), "value", self.value)
        if self.id_type == "other":
            _demand(self.country in COUNTRIES, "country", self.country)
        _demand(self.id_type == "none" or bool(clean_text(self.value)), "value", self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBuyerName:
    name: str

    def __post_init__(self) -> None:
        _demand(bool(clean_text(self.name)), "name", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBuyerAddress:
    country: str
    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    state: str = ""

    def __post_init__(self) -> None:
        _demand(self.country in COUNTRIES, "country", self.country)
        _demand(bool(clean_text(f"{self.line1}{self.line2}{self.postal_code}{self.city}")), "line1", self.line1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBuyerCountry:
    country: str

    def __post_init__(self) -> None:
        _demand(self.country in COUNTRIES, "country", self.country)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatAsConsumer:
    """The buyer is a natural person outside business; their tax numbers, if any, are not used."""

    file: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWithoutId:
    """A business abroad that has no tax number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVatCategory:
    """P_12 of one row, or of all; `oss_rate` instead of a category for a sale under OSS."""

    category: VatCategory | None = None
    oss_rate: Decimal | None = None
    line: str | None = None  # Stripe line id, None for every row
    exempt_basis: str = ""

    def __post_init__(self) -> None:
        _demand((self.category is None) != (self.oss_rate is None), "category", self.category)
        _demand(self.category not in (VatCategory.TAXI_3, VatCategory.TAXI_4), "category", self.category)
        is_rate = self.oss_rate is None or (0 < self.oss_rate <= 100 and self.oss_rate == round(self.oss_rate, _PLACES))
        _demand(is_rate, "oss_rate", self.oss_rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetExemptionBasis:
    text: str

    def __post_init__(self) -> None:
        _demand(bool(clean_text(self.text)), "text", self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetIssueDate:
    """P_1; never after the day of filing."""

    day: date

    def __post_init__(self) -> None:
        _demand(is_writable_day(self.day), "day", self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetExchangeRate:
    """PLN for one unit of the currency, for every row of the document."""

    rate: Decimal
    table: str = ""
    published_on: date | None = None

    def __post_init__(self) -> None:
        _demand(0 < self.rate < 10**6 and self.rate == round(self.rate, _PLACES), "rate", self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmMinorUnit:
    """How many decimals the amounts of an uncertain currency have."""

    exponent: int

    def __post_init__(self) -> None:
        _demand(self.exponent in (0, 2), "exponent", self.exponent)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOriginal:
    """The document a correction corrects, as it was filed; without a KSeF number it was issued outside KSeF."""

    number: str
    issued_on: date
    ksef_number: str = ""

    def __post_init__(self) -> None:
        _demand(0 < len(clean_text(self.number)) <= _NUMBER_LIMIT, "number", self.number)
        _demand(is_writable_day(self.issued_on), "issued_on", self.issued_on)
        _demand(not self.ksef_number or is_valid_ksef_number(self.ksef_number), "ksef_number", self.ksef_number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmVies:
    """The buyer's EU VAT number was confirmed by other means; the evidence is kept with the decision."""

    evidence: str

    def __post_init__(self) -> None:
        _demand(bool(clean_text(self.evidence)), "evidence", self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveNegative:
    """File rows, rates or a total below zero as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptTax:
    """File the tax as Stripe charged it although it does not fit the rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditsAsDiscount:
    """Billing credits of this document reduce the price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclude:
    """Do not file this document."""

    reason: str

    def __post_init__(self) -> None:
        _demand(bool(clean_text(self.reason)), "reason", self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Include:
    """File it all the same: takes back an earlier exclusion, of a person or of Stripe's metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNumber:
    """P_2 instead of Stripe's number."""

    number: str

    def __post_init__(self) -> None:
        _demand(0 < len(clean_text(self.number)) <= _NUMBER_LIMIT, "number", self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveCorrection:
    """Correct what was filed and later voided in Stripe."""

    price_restored_by_agreement: bool = False  # a new agreement, not an error, brought the old price back


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocateCredit:
    """Which rows of the original a credit note without lines reduces."""

    shares: tuple["CreditShare", ...]

    def __post_init__(self) -> None:
        _demand(bool(self.shares), "shares", self.shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditShare:
    """Part of a credit note for one row, in minor units; positive values reduce the row."""

    line: str  # Stripe line id of the original row
    net: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveToCategory:
    """A credit note over the tax alone: the base moves to another category, as when a VAT number came in later."""

    category: VatCategory
    eu_vat: str = ""  # the buyer's number, for np II and 0 WDT

    def __post_init__(self) -> None:
        _demand(self.category.percentage is None, "category", self.category)


Override = (
    SetBuyerId
    | SetBuyerName
    | SetBuyerAddress
    | SetBuyerCountry
    | TreatAsConsumer
    | FileWithoutId
    | SetVatCategory
    | SetExemptionBasis
    | SetIssueDate
    | SetExchangeRate
    | ConfirmMinorUnit
    | SetOriginal
    | ConfirmVies
    | ApproveNegative
    | AcceptTax
    | CreditsAsDiscount
    | Exclude
    | Include
    | SetNumber
    | ApproveCorrection
    | AllocateCredit
    | MoveToCategory
)
# Decisions about one document that say nothing about another one's content.
OF_ONE_DOCUMENT = (
    SetIssueDate,
    SetNumber,
    SetOriginal,
    Exclude,
    Include,
    ApproveNegative,
    AcceptTax,
    ApproveCorrection,
)
KINDS: Mapping[str, type[Override]] = {
    "set_buyer_id": SetBuyerId,
    "set_buyer_name": SetBuyerName,
    "set_buyer_address": SetBuyerAddress,
    "set_buyer_country": SetBuyerCountry,
    "treat_as_consumer": TreatAsConsumer,
    "file_without_id": FileWithoutId,
    "set_vat_category": SetVatCategory,
    "set_exemption_basis": SetExemptionBasis,
    "set_issue_date": SetIssueDate,
    "set_exchange_rate": SetExchangeRate,
    "confirm_minor_unit": ConfirmMinorUnit,
    "set_original": SetOriginal,
    "confirm_vies": ConfirmVies,
    "approve_negative": ApproveNegative,
    "accept_tax": AcceptTax,
    "credits_as_discount": CreditsAsDiscount,
    "exclude": Exclude,
    "include": Include,
    "set_number": SetNumber,
    "approve_correction": ApproveCorrection,
    "allocate_credit": AllocateCredit,
    "move_to_category": MoveToCategory,
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Overrides:
    """All decisions about one document; of two of the same kind the later one counts."""

    given: tuple[Override, ...] = ()

    def get(self, kind: type[T]) -> T | None:
        for override in reversed(self.given):
            if isinstance(override, kind):
                return override
        return None

    def has(self, kind: type[T]) -> bool:
        return self.get(kind) is not None

    def about_filing(self) -> Exclude | Include | None:
        """The last word on whether the document is to be filed at all."""
        return next((item for item in reversed(self.given) if isinstance(item, Exclude | Include)), None)

    def category_of(self, line: str) -> SetVatCategory | None:
        """The decision for one row; one that names the row goes before one for all rows."""
        if not self.given:
            return None
        found = [override for override in reversed(self.given) if isinstance(override, SetVatCategory)]
        named = (override for override in found if override.line == line)
        return next(named, None) or next((override for override in found if override.line is None), None)


def _demand(holds: bool, name: str, value: object) -> None:
    if not holds:
        raise OverrideError(f"{name}: {value!r} is not possible here")
