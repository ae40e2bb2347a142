"""What people stated about a document, in words: the title of the form they filled in, and what they entered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.dashboard.statements import FORMS
from apps.reviews.models import Override


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement as people read it."""

    override: Override
    title: str | Promise
    values: list[tuple[str | Promise, str | Promise]]


def stated(override: Override) -> Stated:
    """Kinds of an earlier release that no form makes any more keep their name."""
    form = FORMS.get(override.kind)
    fields = form.base_fields if form else {}
    return Stated(override, form.title if form else override.kind, list(_values(fields, override.value)))


def _values(
    fields: Mapping[str, forms.Field], value: Mapping[str, Any]
) -> Iterator[tuple[str | Promise, str | Promise]]:
    for name, given in value.items():
        # The reason of an exclusion is its explanation, which stands beside it anyway.
        if name in ("kind", "reason") or given in (None, "", False):
            continue
        field = fields.get(name)
        yield (field.label if field and field.label else name), _written(field, given)


def _written(field: forms.Field | None, given: Any) -> str | Promise:
    if given is True:
        return _("yes")
    if isinstance(given, list):
        return "; ".join(", ".join(f"{key} {part}" for key, part in item.items()) for item in given)
    if isinstance(field, forms.ChoiceField):
        named: dict[str, Any] = {str(key): label for key, label in list(field.choices)}  # type: ignore[arg-type]  # groups are not used
        return str(named.get(str(given), given))
    return str(given)
