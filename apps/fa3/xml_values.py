"""Simple values as FA(3) writes and reads them: text, numbers, dates, codes.

A number that does not fit its format is refused instead of rounded: what the document says must be what was computed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

_XML_BLANKS = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class Codec:
    """How one type of value is written and read."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]


def escape(text: str) -> str:
    """Markup escaped; a carriage return too, which a parser would turn into a line feed."""
    if "&" in text or "<" in text or ">" in text or "\r" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    return text


def collapse(text: str) -> str:
    """White space as xsd:token sees it."""
    return _XML_BLANKS.sub(" ", text).strip(" ")


def write_money(value: Decimal) -> str:
    """TKwotowy, always with two places."""
    return _with_two_places(value, most=2)


def write_price(value: Decimal) -> str:
    """TKwotowy2: two to eight places."""
    return _with_two_places(value, most=8)


def write_quantity(value: Decimal) -> str:
    """TIlosci: as many places as it needs, at most six."""
    text = str(value)
    return text if text.isdigit() else write_decimal(value, least=0, most=6)


def write_exchange_rate(value: Decimal) -> str:
    """TIlosci with the four places of the NBP tables, or more."""
    return write_decimal(value, least=4, most=6)


def _with_two_places(value: Decimal, *, most: int) -> str:
    """At least two places; the short way for nearly every amount, whose digits already stand as they should."""
    text = str(value)
    return text if text[-3:-2] == "." and text != "-0.00" else write_decimal(value, least=2, most=most)


def write_decimal(value: Decimal, *, least: int, most: int) -> str:
    """Exact digits without exponent, plus sign or minus zero; ValueError when there are more places than `most`."""
    whole, _, fraction = f"{value:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(least, "0")
    if len(fraction) > most:
        raise ValueError(f"{value} has more than {most} decimal places")
    if not value:
        whole = "0"
    return f"{whole}.{fraction}" if fraction else whole


def write_moment(value: datetime) -> str:
    """TDataCzas to the second, in UTC."""
    if value.tzinfo is None:
        raise ValueError("a moment in a document needs a time zone")
    return value.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(collapse(text))
    if moment.tzinfo is None:
        raise ValueError(f"{text} names no time zone")
    return moment.astimezone(UTC)


def code(codes: type[StrEnum]) -> Codec:
    """A member of one of the code lists."""
    return Codec(str.__str__, lambda text: codes(collapse(text)))


def number_as(write: Callable[[Decimal], str]) -> Codec:
    return Codec(write, lambda text: Decimal(collapse(text)))


TEXT = Codec(escape, collapse)
RAW_TEXT = Codec(escape, str)  # xsd:string keeps its white space
NATURAL = Codec(str, int)
MONEY = number_as(write_money)
PRICE = number_as(write_price)
QUANTITY = number_as(write_quantity)
PERCENTAGE = number_as(write_quantity)
EXCHANGE_RATE = number_as(write_exchange_rate)
DAY = Codec(date.isoformat, lambda text: date.fromisoformat(collapse(text)))
MOMENT = Codec(write_moment, read_moment)
YES_NO = Codec(lambda value: "1" if value else "2", lambda text: collapse(text) == "1")
