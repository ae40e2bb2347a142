"""How pages write amounts, moments and statuses, in the reader's language."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.defaultfilters import date as write_date
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.documents.mapping.currency import currency_of
from apps.filings import wording as engine
from apps.filings.models import Filing
from apps.filings.wording import Words
from apps.stripe_intake import wording as intake

register = template.Library()

NO_BREAK = "\N{NO-BREAK SPACE}"


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Stripe's minor units as an amount with its currency; nothing when the amount is unknown."""
    if minor is None:
        return "–"
    known = currency_of(currency)
    amount = known.major(minor) if known else Decimal(minor)
    return f"{number(amount)}{NO_BREAK}{currency.upper()}"


@register.filter
def amount(value: Decimal | None, currency: str = "") -> str:
    """An amount of a document, in major units."""
    if value is None:
        return "–"
    return f"{number(value)}{NO_BREAK}{currency}" if currency else number(value)


def number(value: Decimal) -> str:
    return formats.number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """A moment in Warsaw time, as people there read it; the exact one stays in the markup."""
    if value is None:
        return "–"
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), write_date(local, "SHORT_DATETIME_FORMAT"))


@register.filter
def badge(filing: Filing) -> SafeString:
    """The status people see."""
    label = filing.label
    return format_html('<span class="badge {}">{}</span>', label.value.replace("_", "-"), label.label)


@register.filter
def hexadecimal(value: bytes | memoryview | None) -> str:
    return bytes(value).hex() if value is not None else ""


@register.simple_tag
def words(code: str, params: Mapping[str, Any] | None = None) -> Words:
    """The engine's or the intake's sentences for one of its codes: .text and .step."""
    if intake.knows(code):
        return intake.words_for(code, params or {})
    return engine.words_for(code, params or {})


@register.filter
def engine_code(code: str) -> bool:
    return engine.knows(code)
