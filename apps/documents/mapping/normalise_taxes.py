"""Tax entries and tax rates of every API version."""

from collections.abc import Mapping
from decimal import Decimal

from apps.documents.mapping.read import Json, Reader, as_decimal, as_object, as_text, id_of, marks_of
from apps.documents.mapping.reasons import Code, Fault
from apps.documents.mapping.source import Shipping, Tax, TaxRate

_NO_REASON = frozenset({None, "", "not_available"})
_HUNDRED = Decimal(100)
_FINEST = Decimal("0.000001")


class RateBook:
    """The tax rates an object refers to: those given as side data, and those that came inside the object."""

    __slots__ = ("_given", "_inside", "_read")

    def __init__(self, given: Mapping[str, Json]) -> None:
        self._given = given
        self._inside: dict[str, Json] = {}
        self._read: dict[str, TaxRate | None] = {}

    def remember(self, rates: object) -> None:
        """Keep the full objects of a list of rates."""
        if rates and isinstance(rates, list):
            for rate in rates:
                self.remember_one(rate)

    def remember_one(self, rate: object) -> None:
        if isinstance(rate, dict) and "percentage" in rate:
            self._inside.setdefault(id_of(rate), rate)

    def get(self, rate_id: str) -> TaxRate | None:
        if rate_id not in self._read:
            raw = self._given.get(rate_id) or self._inside.get(rate_id)
            self._read[rate_id] = read_rate(rate_id, raw) if isinstance(raw, dict) else None
        return self._read[rate_id]


def read_rate(rate_id: str, raw: Json) -> TaxRate:
    country = as_text(raw.get("country")).upper()
    return TaxRate(
        id=rate_id,
        percentage=_percentage(raw.get("percentage")),
        effective_percentage=_percentage(raw.get("effective_percentage")),
        country=country or None,
        is_inclusive=raw.get("inclusive") is True,
        p12=marks_of(raw.get("metadata")).get("ksef_p12"),
    )


def _percentage(value: object) -> Decimal | None:
    """TProcentowy takes six places; anything finer is no tax rate."""
    number = as_decimal(value)
    if number is None or not 0 <= number <= _HUNDRED or (number and number.adjusted() < -6):
        return None
    return number if number == number.quantize(_FINEST) else None


def read_taxes(data: Json, path: str, keys: tuple[str, str], rates: RateBook, reader: Reader) -> tuple[Tax, ...]:
    """Tax entries under the new key (basil and later) or the old one."""
    new, old = keys
    key = new if new in data else old
    entries = reader.objects(data, key, path, Code.TAX_UNSUPPORTED)
    return tuple([_read_tax(entry, entry_path, rates, reader) for entry_path, entry in entries])


def _read_tax(entry: Json, path: str, rates: RateBook, reader: Reader) -> Tax:
    rate = as_object(entry.get("tax_rate_details")).get("tax_rate", entry.get("tax_rate"))
    rates.remember_one(rate)
    reason = entry.get("taxability_reason")
    if reason is not None and not isinstance(reason, str):
        reader.note(Code.TAX_UNSUPPORTED, path + "taxability_reason", Fault.NOT_TEXT)
        reason = None
    rate_id = id_of(rate)
    return Tax(
        amount=reader.amount(entry, "amount", path),
        is_inclusive=_is_inclusive(entry, path, reader),
        rate_id=rate_id,
        rate=rates.get(rate_id),
        reason=None if reason in _NO_REASON else reason,
        base=reader.optional_amount(entry, "taxable_amount", path),
    )


def _is_inclusive(entry: Json, path: str, reader: Reader) -> bool:
    if "tax_behavior" in entry:
        behavior = entry["tax_behavior"]
        if behavior not in ("inclusive", "exclusive"):
            reader.note(Code.TAX_UNSUPPORTED, path + "tax_behavior", Fault.UNKNOWN_VALUE)
        return bool(behavior == "inclusive")
    inclusive = entry.get("inclusive")
    if not isinstance(inclusive, bool):
        fault = Fault.MISSING if inclusive is None else Fault.NOT_YES_NO
        reader.note(Code.TAX_UNSUPPORTED, path + "inclusive", fault)
    return inclusive is True


def read_shipping(data: Json, rates: RateBook, reader: Reader) -> Shipping | None:
    """Shipping cost with its own tax entries, which hold whole rates and are there only when expanded."""
    cost = reader.object(data, "shipping_cost", "", Code.TOTAL_MISMATCH)
    if not cost:
        return None
    path = "shipping_cost."
    taxes = None
    if isinstance(cost.get("taxes"), list):
        entries = reader.objects(cost, "taxes", path, Code.TAX_UNSUPPORTED)
        taxes = tuple(_read_shipping_tax(entry, entry_path, rates, reader) for entry_path, entry in entries)
    return Shipping(
        before_tax=reader.amount(cost, "amount_subtotal", path),
        tax=reader.amount(cost, "amount_tax", path),
        after_tax=reader.amount(cost, "amount_total", path),
        taxes=taxes,
        name=as_text(as_object(cost.get("shipping_rate")).get("display_name")),
    )


def _read_shipping_tax(entry: Json, path: str, rates: RateBook, reader: Reader) -> Tax:
    rate = entry.get("rate")
    rates.remember_one(rate)
    known = rates.get(id_of(rate))
    reason = as_text(entry.get("taxability_reason"))
    return Tax(
        amount=reader.amount(entry, "amount", path),
        is_inclusive=known is not None and known.is_inclusive,
        rate_id=id_of(rate),
        rate=known,
        reason=None if reason in _NO_REASON else reason,
        base=reader.optional_amount(entry, "taxable_amount", path),
    )
