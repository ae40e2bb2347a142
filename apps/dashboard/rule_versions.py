"""The filing rules in groups a person can find their way in, and their versions in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.dashboard.content import day
from apps.dashboard.filing_rules import FilingRulesForm
from apps.documents.models import MappingSettings

GROUPS: tuple[tuple[Promise, tuple[str, ...]], ...] = (
    (_("From when"), ("valid_from", "ksef_start")),
    (_("Your VAT"), ("vat_status", "exempt_basis", "cash_method", "supply", "oss", "tax_rate_map")),
    (_("Buyers"), ("consumers_pl", "consumers_eu", "consumers_non_eu", "require_vies", "np1_b2b_p18")),
    (_("Time and dates"), ("file_on", "late_p1", "one_off_p6", "prepaid_document")),
    (_("Foreign currency"), ("fx_source", "fx_rule", "fx_on_untaxed")),
    (_("Prices and discounts"), ("inclusive_style", "discount_style", "show_discounts", "billing_credits")),
    (
        _("Rows"),
        ("line_vat", "negative_lines", "zero_lines", "zero_total_policy", "unit", "fallback_item_name"),
    ),
    (_("Corrections"), ("correction_style", "correction_type", "void_policy", "void_number_pattern")),
    (_("What buyers see besides"), ("payment_link", "send_buyer_email")),
)


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """One version of the rules: what it chose that differs from the presets."""

    version: MappingSettings
    choices: list[tuple[str, str]]


def groups_of(form: FilingRulesForm) -> list[tuple[Promise, list[forms.BoundField]]]:
    """The form's fields under their headings."""
    return [(title, [form[name] for name in names]) for title, names in GROUPS]


def shown_version(version: MappingSettings) -> ShownVersion:
    return ShownVersion(version, list(_choices(version.values)))


def _choices(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    regions = {"PL": "consumers_pl", "EU": "consumers_eu", "NON_EU": "consumers_non_eu"}
    for name, value in values.items():
        if name == "b2c_policy":
            for region, policy in value.items():
                yield _worded(regions[region], policy)
        else:
            yield _worded(name, value)


def _worded(name: str, value: Any) -> tuple[str, str]:
    """The form's own words; a rule of an earlier release keeps its name."""
    field = FilingRulesForm.base_fields.get(name)
    if field is None:
        return name, str(value)
    if isinstance(value, Mapping):
        return str(field.label), "; ".join(f"{key} = {category}" for key, category in value.items())
    if isinstance(field, forms.DateField):
        return str(field.label), day(date.fromisoformat(str(value)))
    if isinstance(field, forms.ChoiceField):
        told: dict[str, Any] = {str(key): label for key, label in list(field.choices)}  # type: ignore[arg-type]  # groups are not used
        return str(field.label), str(told.get(str(value), value))
    return str(field.label), str(value)
