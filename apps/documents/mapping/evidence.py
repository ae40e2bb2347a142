"""What Stripe, metadata, settings and people say about the taxation of a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.documents.mapping.buyer_ids import BuyerIds
from apps.documents.mapping.category import REVERSE_CHARGE, UNTAXED_REASONS, Decision, Evidence, Place, decide
from apps.documents.mapping.geography import POLAND, UNITED_KINGDOM, is_other_member_state
from apps.documents.mapping.minor import round_half_up
from apps.documents.mapping.overrides import Overrides, SetExemptionBasis
from apps.documents.mapping.reasons import Code
from apps.documents.mapping.settings import RATE_MAP_CATEGORIES, Settings
from apps.documents.mapping.source import Tax, TaxRate
from apps.fa3.codes import VatCategory
from apps.fa3.text import clean_text

# With these a zero may mean that there is nothing to tax; other reasons say why no tax is due.
_CHARGING_REASONS = frozenset({"standard_rated", "reduced_rated", None})
_HIGHEST_EU_RATE = Decimal(27)
_NORTHERN_IRISH_POSTAL_AREA = "BT"
_PERCENTAGES = {
    category: None if category.percentage is None else Decimal(category.percentage) for category in VatCategory
}
_P12_VALUES = {category.value.lower(): category for category in RATE_MAP_CATEGORIES}


@dataclass(frozen=True, slots=True)
class TaxContext:
    """What is the same for all rows of a document."""

    settings: Settings
    overrides: Overrides
    ids: BuyerIds
    country: str | None  # billing country
    postal_code: str
    ship_to: str  # empty when not stated
    ship_to_postal_code: str
    is_reverse_customer: bool
    step: int = 1  # the smallest amount of the currency in minor units

    def place(self, *, is_goods: bool) -> Place | None:
        """Where the row is taxed: goods where they go to, services where the buyer is billed."""
        country, postal_code = self.country, self.postal_code
        if is_goods and self.ship_to:
            country, postal_code = self.ship_to, self.ship_to_postal_code
        if country is None:
            return None
        if is_goods and country == UNITED_KINGDOM and self._is_northern_ireland(postal_code):
            return Place.EU
        return _place_of(country)

    def _is_northern_ireland(self, postal_code: str) -> bool:
        """Part of the Union for goods; where no postal code tells, the buyer's number does."""
        is_there = postal_code.strip().upper().startswith(_NORTHERN_IRISH_POSTAL_AREA) or not postal_code.strip()
        return is_there and self.ids.has_northern_irish_number


@dataclass(frozen=True, slots=True)
class Treatment:
    """The decision about a row and what the document needs to know beside it."""

    decision: Decision
    is_goods: bool
    percentage: Decimal | None  # the rate the tax was charged at, None where none is charged
    exempt_basis: str
    said_by: str  # where a decided category comes from, empty when the evidence decided
    value: str = ""  # the evidence to show when there is no decision


def likeness(
    taxes: Sequence[Tax], marks: Mapping[str, str], context: TaxContext, *, is_goods: bool
) -> tuple[object, ...] | None:
    """Rows with equal likeness are treated alike; None for a row whose treatment depends on more than its taxes."""
    if marks or context.overrides.given or not taxes:
        return None
    like: list[object] = [is_goods]
    for tax in taxes:
        if not tax.amount and tax.reason in _CHARGING_REASONS:
            return None
        like.append((tax.key, tax.reason, tax.amount != 0))
    return tuple(like)


def treat(
    line_id: str, taxes: Sequence[Tax], value: int, marks: Mapping[str, str], context: TaxContext, *, is_goods: bool
) -> Treatment | None:
    """The category of one row; None when it cannot be told without the missing country."""
    charged = _charged(taxes, value, context.step)
    decided, decided_oss, said_by = _decided(line_id, charged or taxes, marks, context)
    place = context.place(is_goods=is_goods)
    basis = _basis(line_id, marks, context)
    if said_by and decided is None and decided_oss is None:
        return Treatment(Decision(1, refusal=Code.TAX_UNSUPPORTED), is_goods, None, basis, said_by, said_by)
    if place is None and not charged and not said_by:
        return None
    reasons = {tax.reason for tax in taxes if tax.reason}
    reason, has_mixed_reasons = _one_reason(reasons)
    percentage = _percentage(charged[0].rate) if charged else None
    evidence = Evidence(
        decided=decided,
        decided_oss=decided_oss,
        charged=len(charged),
        rate_place=_rate_place(charged[0].rate) if charged else Place.POLAND,
        percentage=percentage,
        reason=reason,
        has_mixed_reasons=has_mixed_reasons,
        is_reverse_customer=context.is_reverse_customer,
        place=place or Place.POLAND,
        is_goods=is_goods,
        has_eu_number=context.ids.has_eu_number(for_goods=is_goods),
        is_seller_exempt=context.settings.is_exempt,
        has_oss=context.settings.oss,
        has_exemption_basis=bool(basis),
    )
    decision = decide(evidence)
    rate = _rate_of(decision)
    shown = ", ".join(sorted(reasons)) or (f"{percentage.normalize():f}%" if percentage is not None else "–")
    return Treatment(decision, is_goods, rate, basis, said_by, shown)


def _one_reason(reasons: set[str]) -> tuple[str | None, bool]:
    """The reason no tax is charged, and whether there are several: those that all mean "not here" count as one."""
    if len(reasons) > 1 and reasons <= UNTAXED_REASONS:
        return REVERSE_CHARGE if REVERSE_CHARGE in reasons else min(reasons), False
    return next(iter(reasons), None), len(reasons) > 1


def _rate_of(decision: Decision) -> Decimal | None:
    if decision.oss_rate is not None:
        return decision.oss_rate
    return _PERCENTAGES[decision.category] if decision.category else None


def _charged(taxes: Sequence[Tax], value: int, step: int) -> list[Tax]:
    """Entries that charge tax, or would if there were anything to tax."""
    return [tax for tax in taxes if tax.amount] or [tax for tax in taxes if _is_zero_by_nature(tax, value, step)]


def _is_zero_by_nature(tax: Tax, value: int, step: int) -> bool:
    if tax.reason not in _CHARGING_REASONS:
        return False
    percentage = tax.rate.percentage if tax.rate else None
    if percentage is None:  # an unknown rate may be one that charges: then the row must not pass as untaxed
        percentage = _HIGHEST_EU_RATE
    divisor = 100 + percentage if tax.is_inclusive else 100
    return percentage > 0 and round_half_up(value * percentage, divisor, step) == 0


def _percentage(rate: TaxRate | None) -> Decimal | None:
    """`percentage` of a rate made by automatic tax is the statutory one; the effective one was used."""
    if rate is None:
        return None
    return rate.effective_percentage or rate.percentage


def _rate_place(rate: TaxRate | None) -> Place:
    return _place_of(rate.country) if rate and rate.country else Place.POLAND


def _place_of(country: str) -> Place:
    if country == POLAND:
        return Place.POLAND
    return Place.EU if is_other_member_state(country) else Place.ELSEWHERE


def _decided(
    line_id: str, taxes: Sequence[Tax], marks: Mapping[str, str], context: TaxContext
) -> tuple[VatCategory | None, Decimal | None, str]:
    """A category somebody decided, an OSS rate, and who decided; both None when the value is not readable."""
    if override := context.overrides.category_of(line_id):
        return override.category, override.oss_rate, "override.set_vat_category"
    if "ksef_p12" in marks:
        return _P12_VALUES.get(_spelled(marks["ksef_p12"])), None, f"metadata.ksef_p12 = {marks['ksef_p12']}"
    for tax in taxes:
        if mapped := context.settings.tax_rate_map.get(tax.rate_id):
            return mapped, None, f"settings.tax_rate_map.{tax.rate_id}"
        if tax.rate and tax.rate.p12 is not None:
            return _P12_VALUES.get(_spelled(tax.rate.p12)), None, f"tax_rate.metadata.ksef_p12 = {tax.rate.p12}"
    return None, None, ""


def _spelled(value: str) -> str:
    return " ".join(value.split()).lower()


def _basis(line_id: str, marks: Mapping[str, str], context: TaxContext) -> str:
    """The legal basis of an exemption: entered, from the product, or from the settings."""
    override = context.overrides.category_of(line_id)
    entered = context.overrides.get(SetExemptionBasis)
    candidates = (
        override.exempt_basis if override else "",
        entered.text if entered else "",
        marks.get("ksef_exempt_basis", ""),
        context.settings.exempt_basis,
    )
    return next(filter(None, map(clean_text, candidates)), "")
