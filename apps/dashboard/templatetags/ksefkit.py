"""How pages write amounts, moments and statuses, in the reader's language."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.template.defaultfilters import date as write_date
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from apps.documents.mapping.currency import currency_of
from apps.filings import wording as engine
from apps.filings.models import Filing
from apps.filings.wording import Words
from apps.ksef_client.qr import svg
from apps.stripe_intake import wording as intake

register = template.Library()

NO_BREAK = "\N{NO-BREAK SPACE}"
FEW = 3


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Stripe's minor units as an amount with its currency; nothing when the amount is unknown."""
    worth = major(minor, currency)
    return "–" if worth is None else f"{number(worth)}{NO_BREAK}{currency.upper()}"


def major(minor: int | None, currency: str) -> Decimal | None:
    """Minor units as an amount; those of an unknown currency as they are."""
    if minor is None:
        return None
    known = currency_of(currency)
    return known.major(minor) if known else Decimal(minor)


@register.filter
def amount(value: Decimal | None, currency: str = "") -> str:
    """An amount of a document, in major units."""
    if value is None:
        return "–"
    return f"{number(value)}{NO_BREAK}{currency}" if currency else number(value)


def number(value: Decimal) -> str:
    """With the separators of the language, and a minus sign that does not look like a hyphen."""
    return formats.number_format(value, use_l10n=True, force_grouping=True).replace("-", "\N{MINUS SIGN}")


@register.filter
def duration(seconds: float | None) -> str:
    """A span of time as people say it: 24 s, 1 min 35 s, 2 h 5 min."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{formats.number_format(round(seconds, 1), use_l10n=True)}{NO_BREAK}s"
    if whole < 3600:
        return f"{whole // 60}{NO_BREAK}min {whole % 60}{NO_BREAK}s"
    return f"{whole // 3600}{NO_BREAK}h {whole % 3600 // 60}{NO_BREAK}min"


@register.filter
def breakable(path: str, sign: str = "/") -> SafeString:
    """A path that may break after a step, not inside one."""
    steps = (format_html("{}", step) for step in path.split(sign))
    return mark_safe(f"{sign}<wbr>".join(steps))  # noqa: S308  # nosec B308 B703  # each step is escaped


@register.filter
def cut_before(text: str, sign: str) -> str:
    """What follows the sign."""
    return text.partition(sign)[2] or text


@register.filter
def qr(text: str) -> SafeString:
    """A QR code as SVG, drawn here: nothing is loaded from another host."""
    return mark_safe(svg(text))  # noqa: S308  # nosec B308 B703  # our own drawing


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """A moment in Warsaw time, as people there read it; the exact one stays in the markup."""
    if value is None:
        return "–"
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), write_date(local, "SHORT_DATETIME_FORMAT"))


@register.filter
def last_day(deadline: datetime | None) -> SafeString | str:
    """The day by whose end something must be done: a deadline at midnight means the day before it."""
    if deadline is None:
        return "–"
    day = timezone.localtime(deadline - timedelta(microseconds=1)).date()
    written = write_date(day, "SHORT_DATE_FORMAT")
    return format_html('<time datetime="{}">{}</time>', deadline.isoformat(), written)


@register.filter
def badge(filing: Filing) -> SafeString:
    """The status people see."""
    label = filing.label
    return format_html('<span class="badge {}">{}</span>', label.value.replace("_", "-"), label.label)


@register.filter
def hexadecimal(value: bytes | memoryview | None) -> str:
    return bytes(value).hex() if value is not None else ""


@register.filter
def listed(value: object) -> list[str]:
    """What may be one text or several."""
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    return [str(value)] if value else []


@register.filter
def brief(value: object) -> str:
    """A detail of an audit entry in one line: of a long list the first few, and how many more there are."""
    if isinstance(value, list | tuple) and len(value) > FEW:
        return f"{', '.join(brief(one) for one in value[:FEW])} … (+{len(value) - FEW})"
    if isinstance(value, list | tuple):
        return ", ".join(brief(one) for one in value)
    return "–" if value is None or value == "" else str(value)


@register.simple_tag
def words(code: str, params: Mapping[str, Any] | None = None) -> Words:
    """The engine's or the intake's sentences for one of its codes: .text and .step."""
    told = {name: _told(value) for name, value in (params or {}).items()}
    return intake.words_for(code, told) if intake.knows(code) else engine.words_for(code, told)


def _told(value: Any) -> Any:
    """A moment inside a sentence is written in Warsaw time; anything else as it is."""
    read = parse_datetime(value) if isinstance(value, str) and "T" in value else None
    if read is None or read.tzinfo is None:
        return value
    return write_date(timezone.localtime(read), "SHORT_DATETIME_FORMAT")


@register.filter
def engine_code(code: str) -> bool:
    return engine.knows(code)
