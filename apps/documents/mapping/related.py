"""Side data: what a real run has fetched from Stripe or knows from earlier filings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from apps.documents.mapping.buyer_ids import clean_id
from apps.documents.mapping.exchange import PublishedRates
from apps.documents.mapping.geography import eu_prefix
from apps.documents.mapping.normalise import SideData
from apps.documents.mapping.overrides import Overrides
from apps.documents.mapping.read import Json, as_decimal
from apps.documents.mapping.seller import Seller
from apps.documents.mapping.settings import Settings
from apps.fa3.codes import BucketKind

_PRIOR_FIELDS = {f"P_13_{kind}": kind for kind in BucketKind}


class RelatedError(ValueError):
    """The side data have an impossible form; the text names the place."""


class FilingStatus(StrEnum):
    """What became of the original of a correction."""

    ACCEPTED = "accepted"
    PENDING = "pending"
    HELD = "held"
    REJECTED = "rejected"
    SKIPPED = "skipped"
    OUTSIDE_KSEF = "outside_ksef"


@dataclass(frozen=True, slots=True)
class OriginalFiling:
    """The original as it was filed."""

    status: FilingStatus
    p_1: date | None = None
    p_2: str = ""
    ksef_number: str = ""
    rate: Decimal | None = None  # the rate used on every row …
    row_rates: Mapping[str, Decimal] = field(default_factory=dict)  # … or by Stripe line id or UU_ID
    tax_pln: Mapping[BucketKind, Decimal] = field(default_factory=dict)  # P_14_xW


@dataclass(frozen=True, slots=True)
class PriorTotals:
    """One bucket of an earlier correction; differences, so negative for a decrease."""

    net: Decimal
    tax: Decimal
    tax_pln: Decimal | None


@dataclass(frozen=True, slots=True)
class PriorCorrection:
    """A correction already filed for the same original."""

    p_2: str
    total: Decimal
    buckets: Mapping[BucketKind, PriorTotals]
    rows: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)  # line id or UU_ID: net and tax


@dataclass(frozen=True, slots=True)
class Related:
    """Everything beside the Stripe object itself; each part may be missing."""

    side: SideData = field(default_factory=SideData)
    rates: PublishedRates = field(default_factory=PublishedRates)
    verifications: Mapping[str, str] | None = None  # VIES status by cleaned number; None: nothing was fetched
    original_invoice: Json | None = None
    original_filing: OriginalFiling | None = None
    original_settings: Settings | None = None  # those of the original's day; None: the same as now
    original_seller: Seller | None = None  # the profile of the original's day; None: the same as now
    original_overrides: Overrides = field(default_factory=Overrides)
    own_filing: OriginalFiling | None = None  # of a credit note that was filed and later voided
    prior_corrections: tuple[PriorCorrection, ...] = ()
    used_numbers: frozenset[str] = frozenset()  # P_2 already used for this kind of document by this seller
    credited_rates: Mapping[str, Decimal] = field(default_factory=dict)  # rates of filed rows, by Stripe line id
    has_balance_topup: bool = False

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, rates: PublishedRates | None = None) -> "Related":
        """The `related` part of a case, which has the form of the stored side data."""
        original = _object(data, "original_invoice")
        filing, own = _object(data, "original_filing"), _object(data, "own_filing")
        return cls(
            side=SideData(
                tax_rates=_objects(data, "tax_rates"),
                products=_objects(data, "products"),
                customer=_object(data, "customer"),
                payment=_object(data, "payment"),
            ),
            rates=rates or PublishedRates(),
            verifications=_verifications(data),
            original_invoice=original or None,
            original_filing=_filing(filing, "related.original_filing") if filing else None,
            own_filing=_filing(own, "related.own_filing") if own else None,
            prior_corrections=tuple(
                _prior(f"related.prior_corrections[{place}]", item)
                for place, item in enumerate(_list(data, "prior_corrections"))
            ),
            used_numbers=frozenset(str(number) for number in _list(data, "used_numbers")),
            credited_rates=_rates(data.get("credited_rates") or {}, "related.credited_rates"),
            has_balance_topup=data.get("balance_topup") is True,
        )


def _object(data: Mapping[str, Any], key: str) -> Json:
    value = data.get(key)
    if value is not None and not isinstance(value, Mapping):
        raise RelatedError(f"related.{key} must be an object")
    return value or {}


def _objects(data: Mapping[str, Any], key: str) -> Mapping[str, Json]:
    """An object of objects; what is no object below it counts as not fetched."""
    return {str(name): item for name, item in _object(data, key).items() if isinstance(item, Mapping)}


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    if value is not None and not isinstance(value, list):
        raise RelatedError(f"related.{key} must be a list")
    return value or []


def _verifications(data: Mapping[str, Any]) -> Mapping[str, str] | None:
    """VIES answers; each comes as a status, or as Stripe's object that holds one."""
    if data.get("tax_ids") is None:
        return None
    found = {}
    for item in _list(data, "tax_ids"):
        if not isinstance(item, Mapping):
            raise RelatedError("related.tax_ids must hold objects")
        status = item.get("verification")
        status = status.get("status") if isinstance(status, Mapping) else status
        if item.get("type") == "eu_vat" and isinstance(item.get("value"), str):
            number = clean_id(item["value"])
            found[(eu_prefix(number) or number[:2]) + number[2:]] = str(status)
    return found


def _filing(data: Json, path: str) -> OriginalFiling:
    if data.get("status") not in tuple(FilingStatus):
        raise RelatedError(f"{path}.status must be one of {', '.join(FilingStatus)}")
    rate = data.get("fx")
    if isinstance(rate, Mapping) and "rate" in rate:
        rate = rate["rate"]
    return OriginalFiling(
        status=FilingStatus(data["status"]),
        p_1=_day(data.get("p_1"), f"{path}.p_1"),
        p_2=_text(data.get("p_2"), f"{path}.p_2"),
        ksef_number=_text(data.get("ksef_number"), f"{path}.ksef_number"),
        rate=None if rate is None or isinstance(rate, Mapping) else _rate(rate, f"{path}.fx"),
        row_rates=_rates(rate, f"{path}.fx") if isinstance(rate, Mapping) else {},
        tax_pln={
            kind: _zlotys(data[f"P_14_{kind}W"], f"{path}.P_14_{kind}W")
            for kind in BucketKind
            if data.get(f"P_14_{kind}W") is not None
        },
    )


def _prior(path: str, data: Any) -> PriorCorrection:
    if not isinstance(data, Mapping):
        raise RelatedError(f"{path} must be an object")
    buckets = {
        kind: PriorTotals(
            net=_number(data[key], f"{path}.{key}"),
            tax=_number(data.get(f"P_14_{kind}") or 0, f"{path}.P_14_{kind}"),
            tax_pln=None
            if data.get(f"P_14_{kind}W") is None
            else _zlotys(data[f"P_14_{kind}W"], f"{path}.P_14_{kind}W"),
        )
        for key, kind in _PRIOR_FIELDS.items()
        if data.get(key) is not None
    }
    total = data.get("P_15")
    sums = sum((bucket.net + bucket.tax for bucket in buckets.values()), Decimal(0))
    return PriorCorrection(
        p_2=_text(data.get("p_2"), f"{path}.p_2"),
        total=sums if total is None else _number(total, f"{path}.P_15"),
        buckets=buckets,
        rows=_prior_rows(data.get("rows") or {}, f"{path}.rows"),
    )


def _prior_rows(data: Any, path: str) -> Mapping[str, tuple[Decimal, Decimal]]:
    if not isinstance(data, Mapping) or not all(isinstance(row, Mapping) for row in data.values()):
        raise RelatedError(f"{path} must hold an object for each line id")
    return {
        str(line): (_number(row.get("net"), f"{path}.{line}.net"), _number(row.get("tax"), f"{path}.{line}.tax"))
        for line, row in data.items()
    }


def _rates(data: Any, path: str) -> Mapping[str, Decimal]:
    if not isinstance(data, Mapping):
        raise RelatedError(f"{path} must be an object")
    return {str(line): _rate(value, f"{path}.{line}") for line, value in data.items()}


def _rate(value: object, path: str) -> Decimal:
    rate = _number(value, path)
    if not 0 < rate < 10**6:
        raise RelatedError(f"{path} is not an exchange rate")
    return rate


def _number(value: object, path: str) -> Decimal:
    number = as_decimal(value)
    if number is None or abs(number) >= 10**15 or number != round(number, 6):
        raise RelatedError(f"{path} must be a number")
    return number


def _zlotys(value: object, path: str) -> Decimal:
    amount = _number(value, path)
    if amount != round(amount, 2):
        raise RelatedError(f"{path} must be an amount with at most two decimal places")
    return amount


def _day(value: object, path: str) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise RelatedError(f"{path} must be a day written YYYY-MM-DD") from error


def _text(value: object, path: str) -> str:
    if value is not None and not isinstance(value, str):
        raise RelatedError(f"{path} must be text")
    return value or ""
