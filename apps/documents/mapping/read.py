"""Reading typed values out of JSON that may be anything: what cannot be read is noted, never raised."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from apps.documents.mapping.currency import LARGEST_MINOR
from apps.documents.mapping.reasons import Code, Fault, Reason, Text
from apps.fa3.calendar import warsaw_date

# Objects are told by `dict`, which is what a JSON parser makes; asking for a Mapping costs ten times as much.
Json = Mapping[str, Any]
_EMPTY: Json = {}
# Days FA(3) can write (TDataT), in seconds: 2006-01-02 to 2049-12-30; those of payments (TData) from 2016-07-02 on.
_FIRST_MOMENT, _LAST_MOMENT = 1_136_160_000, 2_524_435_200
FIRST_PAYMENT = 1_467_417_600
_LARGEST_QUANTITY = Decimal(10) ** 15
_NUMERIC = (str, float, Decimal)  # a tuple: a union would be built anew for every number


@lru_cache(maxsize=4096)
def warsaw_day(moment: int) -> date:
    """The Warsaw day of a Stripe timestamp."""
    return warsaw_date(datetime.fromtimestamp(moment, UTC))


def id_of(value: object) -> str:
    """The id of a field that holds an id or the expanded object, empty when neither."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        return str(value["id"])
    return ""


def as_object(value: object) -> Json:
    """The value when it is an object, else an empty one."""
    return value if isinstance(value, dict) else _EMPTY


def as_text(value: object) -> str:
    return value if isinstance(value, str) else ""


def as_decimal(value: object) -> Decimal | None:
    """A finite number from a JSON number or its text; percentages arrive as binary floats."""
    if type(value) is int:
        return Decimal(value)
    if not isinstance(value, _NUMERIC):
        return None
    try:
        number = Decimal(str(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def marks_of(*sources: object) -> Mapping[str, str]:
    """The ksef_* metadata of several objects, later ones winning."""
    marks: dict[str, str] = {}
    for source in sources:
        if source and isinstance(source, dict):  # hardly any object has metadata
            marks.update((key, str(value)) for key, value in source.items() if _is_mark(key, value))
    return marks


def _is_mark(key: object, value: object) -> bool:
    is_simple = isinstance(value, str) or (isinstance(value, int) and abs(value) < LARGEST_MINOR)
    return isinstance(key, str) and key.startswith("ksef_") and is_simple and value != ""


class Reader:
    """Reads one object and keeps its faults, each with the hold or skip code of the field it stands in."""

    __slots__ = ("faults",)

    def __init__(self) -> None:
        self.faults: list[Reason] = []

    def note(self, code: Code, path: str, fault: Text) -> None:
        self.faults.append(Reason(code, path, {"fault": fault}))

    def amount(self, data: Json, key: str, path: str) -> int:
        """An amount that must be there; 0 after a fault."""
        value = data.get(key)
        if type(value) is int and -LARGEST_MINOR < value < LARGEST_MINOR:
            return value
        if value is None:
            self.note(Code.TOTAL_MISMATCH, path + key, Fault.MISSING)
        elif type(value) is int:
            self.note(Code.AMOUNT_PRECISION, path + key, Fault.OUT_OF_RANGE)
        else:
            self.note(Code.TOTAL_MISMATCH, path + key, Fault.NOT_INTEGER)
        return 0

    def optional_amount(self, data: Json, key: str, path: str) -> int | None:
        return None if data.get(key) is None else self.amount(data, key, path)

    def number(self, data: Json, key: str, path: str) -> Decimal | None:
        """An optional decimal, in whatever type it comes."""
        value = data.get(key)
        if value is None:
            return None
        number = as_decimal(value)
        if number is None:
            self.note(Code.TOTAL_MISMATCH, path + key, Fault.NOT_NUMBER)
        elif abs(number) >= _LARGEST_QUANTITY or (number and number.adjusted() < -20):
            self.note(Code.TOTAL_MISMATCH, path + key, Fault.OUT_OF_RANGE)
        else:
            return number
        return None

    def text(self, data: Json, key: str, path: str, code: Code) -> str:
        """Optional text, empty when missing."""
        value = data.get(key)
        if value is None or isinstance(value, str):
            return value or ""
        self.note(code, path + key, Fault.NOT_TEXT)
        return ""

    def object(self, data: Json, key: str, path: str, code: Code) -> Json:
        """An optional object, empty when missing."""
        value = data.get(key)
        if value is None:
            return _EMPTY
        if isinstance(value, dict):
            return value
        self.note(code, path + key, Fault.NOT_OBJECT)
        return _EMPTY

    def objects(self, data: Json, key: str, path: str, code: Code) -> Sequence[tuple[str, Json]]:
        """An optional list of objects, each with its path; null, missing and [] all mean none."""
        items = data.get(key)
        if not items and (items is None or isinstance(items, list)):
            return ()
        if not isinstance(items, list):
            self.note(code, path + key, Fault.NOT_LIST)
            return ()
        found = []
        for place, item in enumerate(items):
            item_path = f"{path}{key}[{place}]"
            if isinstance(item, dict):
                found.append((item_path + ".", item))
            else:
                self.note(code, item_path, Fault.NOT_OBJECT)
        return found

    def day(self, data: Json, key: str, path: str, code: Code, *, since: int = _FIRST_MOMENT) -> date | None:
        """The Warsaw day of an optional timestamp."""
        value = data.get(key)
        if value is None:
            return None
        if type(value) is not int:
            self.note(code, path + key, Fault.NOT_INTEGER)
        elif not since <= value <= _LAST_MOMENT:
            self.note(code, path + key, Fault.OUT_OF_RANGE)
        else:
            return warsaw_day(value)
        return None
