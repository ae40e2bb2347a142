"""One case: a Stripe object with its side data, seller and settings as JSON, and what the mapping makes of it.

Nothing here needs Django, a database or the network. The form of a case is described in tests/data/cases/README.md.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from apps.documents.mapping.catalogue import action_of, message_of
from apps.documents.mapping.exchange import PublishedRates, RatesError
from apps.documents.mapping.map import map_document
from apps.documents.mapping.outcome import File, Mapped
from apps.documents.mapping.override_json import from_dicts
from apps.documents.mapping.overrides import OverrideError, Overrides
from apps.documents.mapping.reasons import Language, Reason
from apps.documents.mapping.related import Related, RelatedError
from apps.documents.mapping.seller import Seller, SellerError
from apps.documents.mapping.settings import NAMES, Settings, SettingsError
from apps.fa3.calendar import is_writable_day

LARGEST_CASE = 20_000_000  # bytes; a document may have at most one million
_OF_THE_RUN = ("filing_date", "fx")
_OBJECTS = ("invoice", "credit_note")


class NotACase(ValueError):
    """The input is no case; one clear line says why."""


@dataclass(frozen=True, slots=True)
class Case:
    stripe: Mapping[str, Any]
    related: Related
    seller: Seller
    settings: Settings
    filing_date: date
    overrides: Overrides
    unknown_settings: tuple[str, ...]  # told to the person, otherwise ignored

    def run(self) -> Mapped:
        return map_document(self.stripe, self.related, self.seller, self.settings, self.filing_date, self.overrides)


def preview(text: str | bytes, *, language: Language = "en") -> dict[str, Any]:
    """The verdict on a case as plain JSON values."""
    return as_json(read_case(text).run(), language)


def read_case(text: str | bytes) -> Case:
    """The case in a JSON text; NotACase when it is none."""
    data = _object(_parse(text), "the input")
    settings = dict(_object(data.get("settings", {}), "settings"))
    run = {name: settings.pop(name, None) for name in _OF_THE_RUN}
    unknown = tuple(sorted(settings.keys() - NAMES))
    chosen = {name: value for name, value in settings.items() if name in NAMES and value is not None}
    stripe = _object(data.get("stripe"), "stripe")
    kind = stripe.get("object")
    if isinstance(kind, str) and kind not in _OBJECTS:
        raise NotACase(f"stripe.object is {kind[:40]!r}, not an invoice or a credit note")
    try:
        given = Settings.from_dict(chosen)
        rates = PublishedRates.from_dict({"source": given.fx_source, **_object(run["fx"] or {}, "settings.fx")})
        return Case(
            stripe=stripe,
            related=Related.from_dict(_object(data.get("related") or {}, "related"), rates=rates),
            seller=Seller.from_dict(_object(data.get("seller"), "seller")),
            settings=given,
            filing_date=_filing_date(run["filing_date"]),
            overrides=_overrides(data.get("overrides") or []),
            unknown_settings=unknown,
        )
    except (RatesError, RelatedError, SellerError, SettingsError, OverrideError) as error:
        raise NotACase(_one_line(str(error))) from error


def as_json(mapped: Mapped, language: Language = "en") -> dict[str, Any]:
    return {
        "verdict": mapped.verdict.value,
        "reasons": [_reason(reason, language) for reason in mapped.reasons],
        "warnings": [
            {"code": warning.code.value, "message": message_of(warning, language)} for warning in mapped.warnings
        ],
        "xml": mapped.xml.decode() if isinstance(mapped, File) else None,
    }


def _reason(reason: Reason, language: Language) -> dict[str, str]:
    return {
        "code": reason.code.value,
        "field": reason.field,
        "message": message_of(reason, language),
        "action": action_of(reason, language),
    }


def _parse(text: str | bytes) -> Any:
    if len(text) > LARGEST_CASE:
        raise NotACase(f"the input is larger than {LARGEST_CASE} bytes")
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError:
        raise NotACase("the input is nested too deeply") from None
    except (ValueError, ArithmeticError) as error:  # JSON, UTF-8, an integer or a float out of bounds
        raise NotACase(f"the input is not JSON: {_one_line(str(error))}") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise NotACase(f"{name} is missing" if value is None else f"{name} must be an object")
    return value


def _filing_date(value: Any) -> date:
    if value is None:
        raise NotACase("settings.filing_date is missing")
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise NotACase("settings.filing_date must be a day written YYYY-MM-DD") from error
    if not is_writable_day(day):
        raise NotACase("settings.filing_date lies outside the years 2006 to 2049")
    return day


def _overrides(items: Any) -> Overrides:
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise NotACase("overrides must be a list of objects")
    return from_dicts(items)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


def main(text: bytes, language: Language = "en") -> tuple[str, str, int]:
    """What the command prints on standard output and on standard error, and its exit status."""
    try:
        case = read_case(text)
    except NotACase as error:
        return "", f"{error}\n", 2
    notes = "".join(f"settings.{name} is not a setting and was ignored\n" for name in case.unknown_settings)
    return json.dumps(as_json(case.run(), language)) + "\n", notes, 0
