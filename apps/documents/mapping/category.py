"""The VAT category of a row: a table read from the top, first match wins (fa3-mapping 2.9)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from apps.documents.mapping.reasons import Code
from apps.fa3.codes import VatCategory

POLISH_RATES: Mapping[Decimal | None, VatCategory] = {
    Decimal(category.value): category
    for category in (
        VatCategory.RATE_23,
        VatCategory.RATE_22,
        VatCategory.RATE_8,
        VatCategory.RATE_7,
        VatCategory.RATE_5,
    )
}
_EXEMPT_REASONS = frozenset({"product_exempt", "customer_exempt"})
REVERSE_CHARGE = "reverse_charge"
_ZERO_RATED = "zero_rated"
# None: no reason given, or no tax entry at all.
UNTAXED_REASONS = frozenset({REVERSE_CHARGE, "not_collecting", "not_subject_to_tax", None})


class Place(Enum):
    """Where the buyer is, or the goods go, seen from Poland."""

    POLAND = "PL"
    EU = "EU"
    ELSEWHERE = "NON_EU"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known about the taxation of one row."""

    decided: VatCategory | None  # a person, metadata or the map of tax rates said so
    decided_oss: Decimal | None  # the same for a sale under OSS
    charged: int  # how many tax entries charge tax, or do not only because there is nothing to tax
    rate_place: Place  # country of the charged rate; none counts as Poland
    percentage: Decimal | None  # of the charged rate, None when it is not known
    reason: str | None  # taxability_reason of the entries without tax
    has_mixed_reasons: bool
    is_reverse_customer: bool  # customer_tax_exempt = reverse
    place: Place
    is_goods: bool
    has_eu_number: bool  # a foreign EU VAT number exists
    is_seller_exempt: bool
    has_oss: bool
    has_exemption_basis: bool

    @property
    def is_reversed(self) -> bool:
        return self.reason == REVERSE_CHARGE or self.is_reverse_customer

    @property
    def is_untaxed(self) -> bool:
        return self.reason in UNTAXED_REASONS and not self.has_mixed_reasons

    @property
    def is_exempt(self) -> bool:
        return self.reason in _EXEMPT_REASONS and not self.has_mixed_reasons

    @property
    def is_zero_rated(self) -> bool:
        return self.reason == _ZERO_RATED and not self.has_mixed_reasons


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome for one row: a category or an OSS rate, or the code that says why there is none."""

    rule: int
    category: VatCategory | None = None
    oss_rate: Decimal | None = None
    refusal: Code | None = None


Outcome = VatCategory | Code | Callable[[Evidence], "VatCategory | Decimal | Code"]


@dataclass(frozen=True, slots=True)
class Rule:
    number: int
    holds: Callable[[Evidence], bool]
    outcome: Outcome


def _decided(row: Evidence) -> VatCategory | Decimal | Code:
    if row.decided_oss is not None:
        return row.decided_oss
    if row.decided is VatCategory.EXEMPT and not row.has_exemption_basis:
        return Code.EXEMPTION_BASIS_MISSING
    return row.decided or Code.TAX_UNSUPPORTED


def _exempt_with_basis(row: Evidence) -> VatCategory | Code:
    return VatCategory.EXEMPT if row.has_exemption_basis else Code.EXEMPTION_BASIS_MISSING


def _oss(row: Evidence) -> Decimal | Code:
    if not row.has_oss:
        return Code.FOREIGN_VAT
    return Code.UNKNOWN_RATE if row.percentage is None else row.percentage


def _no_eu_number(row: Evidence) -> Code:
    return Code.EU_B2B_NO_VAT_ID if row.is_reversed else Code.EU_CONSUMER_NO_TAX


RULES = (
    Rule(1, lambda row: row.decided is not None or row.decided_oss is not None, _decided),
    Rule(2, lambda row: row.charged > 1, Code.MULTIPLE_TAXES),
    # Tax shown is tax due (art. 108), also for a seller who is exempt.
    Rule(3, lambda row: row.charged > 0 and row.is_seller_exempt, Code.EXEMPT_SELLER_CHARGED_VAT),
    Rule(
        4,
        lambda row: row.charged > 0 and row.rate_place is Place.POLAND and row.percentage in POLISH_RATES,
        lambda row: POLISH_RATES[row.percentage],
    ),
    Rule(5, lambda row: row.charged > 0 and row.rate_place is Place.POLAND, Code.UNKNOWN_RATE),
    Rule(6, lambda row: row.charged > 0 and row.rate_place is Place.EU, _oss),
    Rule(7, lambda row: row.charged > 0, Code.FOREIGN_TAX),
    # From here on nothing is charged.
    Rule(8, lambda row: row.is_seller_exempt and row.place is Place.POLAND, _exempt_with_basis),
    Rule(9, lambda row: row.is_exempt and row.place is Place.POLAND, _exempt_with_basis),
    Rule(10, lambda row: row.is_exempt, Code.TAX_UNSUPPORTED),
    Rule(11, lambda row: row.is_zero_rated and row.place is Place.POLAND, VatCategory.ZERO_DOMESTIC),
    Rule(12, lambda row: row.is_zero_rated and row.is_goods and row.place is Place.EU, VatCategory.ZERO_INTRA_EU),
    Rule(13, lambda row: row.is_zero_rated and row.is_goods, VatCategory.ZERO_EXPORT),
    Rule(14, lambda row: row.is_zero_rated, Code.ZERO_RATE_AMBIGUOUS),
    Rule(15, lambda row: row.is_reversed and row.place is Place.POLAND, Code.DOMESTIC_REVERSE_CHARGE),
    Rule(
        16,
        lambda row: row.is_untaxed and row.place is Place.EU and row.has_eu_number and not row.is_goods,
        VatCategory.EU_SERVICE,
    ),
    Rule(17, lambda row: row.is_untaxed and row.place is Place.EU and row.has_eu_number, VatCategory.ZERO_INTRA_EU),
    Rule(18, lambda row: row.is_untaxed and row.place is Place.EU, _no_eu_number),
    Rule(
        19, lambda row: row.is_untaxed and row.place is Place.ELSEWHERE and not row.is_goods, VatCategory.OUTSIDE_POLAND
    ),
    Rule(20, lambda row: row.is_untaxed and row.place is Place.ELSEWHERE, VatCategory.ZERO_EXPORT),
    Rule(21, lambda row: row.is_untaxed and row.place is Place.POLAND, Code.NO_TAX_DOMESTIC),
    Rule(22, lambda _: True, Code.TAX_UNSUPPORTED),
)


def decide(evidence: Evidence) -> Decision:
    """The first rule that holds."""
    rule = next(rule for rule in RULES if rule.holds(evidence))
    outcome = rule.outcome
    found = outcome if isinstance(outcome, VatCategory | Code) else outcome(evidence)
    if isinstance(found, Code):
        return Decision(rule.number, refusal=found)
    if isinstance(found, VatCategory):
        return Decision(rule.number, category=found)
    return Decision(rule.number, oss_rate=found)
