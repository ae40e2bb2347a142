"""Euro reference rates of the European Central Bank, for tenants who elected them (art. 31a(1), second sentence)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from django.conf import settings
from lxml import etree

from apps.ksef_client.safe_xml import parse

from .http import RegisterUnavailable, ask
from .models import ExchangeRate
from .published import each_once, published_rate

TABLE = "EBC"


def last_ninety_days() -> list[ExchangeRate]:
    """The unsaved rates of the last ninety days, units for one euro."""
    content = ask(f"{settings.ECB_URL.rstrip('/')}/eurofxref-hist-90d.xml")
    try:
        return each_once(_rates(parse(content)))
    except (ValueError, InvalidOperation):
        raise RegisterUnavailable("The ECB answered with something that is no list of rates.") from None


def _rates(root: etree._Element) -> Iterator[ExchangeRate]:
    for day in root.iterfind(".//{*}Cube[@time]"):
        published_on = date.fromisoformat(str(day.get("time")))
        for entry in day.iterfind("{*}Cube[@currency]"):
            value = Decimal(str(entry.get("rate")))
            yield published_rate(ExchangeRate.Source.ECB, published_on, str(entry.get("currency")), value, TABLE)
