"""The tenant's choices (fa3-mapping 7), with their defaults, and what each choice means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, cast

from apps.fa3.codes import CorrectionType, VatCategory

Region = Literal["PL", "EU", "NON_EU"]
ConsumerPolicy = Literal["skip", "file", "hold"]

# A cab driver's lump sum (4, 3) has no place in a document made from Stripe.
RATE_MAP_CATEGORIES = tuple(item for item in VatCategory if item not in (VatCategory.TAXI_4, VatCategory.TAXI_3))
DEFAULT_B2C_POLICY: Mapping[str, ConsumerPolicy] = MappingProxyType({"PL": "skip", "EU": "skip", "NON_EU": "file"})


class SettingsError(ValueError):
    """A setting has an impossible value; the text names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one tenant's documents are mapped. A document is always mapped with the settings of its day."""

    vat_status: Literal["active", "exempt"] = "active"
    exempt_basis: str = ""
    cash_method: bool = False
    supply: Literal["service", "goods"] = "service"
    oss: bool = False
    tax_rate_map: Mapping[str, VatCategory] = field(default_factory=dict)
    b2c_policy: Mapping[str, ConsumerPolicy] = field(default_factory=lambda: DEFAULT_B2C_POLICY)
    file_on: Literal["finalized", "paid", "manual"] = "finalized"
    late_p1: Literal["redate", "keep", "hold"] = "redate"
    one_off_p6: Literal["item_period", "none"] = "item_period"
    prepaid_document: Literal["vat", "hold"] = "vat"
    inclusive_style: Literal["gross", "net"] = "gross"
    discount_style: Literal["in_price", "p10"] = "in_price"
    show_discounts: bool = False
    line_vat: Literal["always", "never"] = "always"
    negative_lines: Literal["allow", "hold"] = "allow"
    billing_credits: Literal["hold", "discount"] = "hold"
    zero_total_policy: Literal["skip", "file"] = "skip"
    zero_lines: Literal["drop", "keep"] = "drop"
    np1_b2b_p18: bool = True
    fx_source: Literal["NBP_A", "ECB"] = "NBP_A"
    fx_rule: Literal["vat", "income_tax"] = "vat"
    fx_on_untaxed: bool = False
    correction_style: Literal["difference", "before_after"] = "difference"
    correction_type: CorrectionType = CorrectionType.CORRECTION_PERIOD
    void_policy: Literal["auto_kor", "hold"] = "auto_kor"
    void_number_pattern: str = "{number}-VOID"
    require_vies: Literal["off", "warn", "hold"] = "warn"
    unit: str = "szt."
    fallback_item_name: str = "Usługa"
    payment_link: bool = False
    send_buyer_email: bool = False
    ksef_start: date = date(2026, 4, 1)
    # Not in section 7, but left to the tenant by its text.
    fiscal_receipt: bool = False
    order_field: str = ""
    # Facts about the connection rather than choices.
    livemode: bool = False
    own_accounts: frozenset[str] = frozenset()

    @property
    def is_exempt(self) -> bool:
        return self.vat_status == "exempt"

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Settings":
        """Settings from what differs from the defaults; SettingsError names an unknown name or an impossible value."""
        if unknown := sorted(map(str, values.keys() - NAMES)):
            raise SettingsError(f"settings.{unknown[0]} is not a setting")
        return cls(**{name: _READERS[name](f"settings.{name}", value) for name, value in values.items()})


def _choice(*options: str) -> Callable[[str, Any], Any]:
    def read(name: str, value: Any) -> Any:
        if value not in options or not isinstance(value, str):
            raise SettingsError(f"{name} must be one of {', '.join(options)}")
        return value

    return read


def _switch(name: str, value: Any) -> bool:
    """Switches are named off and on, and also come as false and true or 0 and 1."""
    if isinstance(value, bool):
        return value
    switches = {"off": False, "on": True, "0": False, "1": True}
    if not isinstance(value, str | int) or str(value) not in switches:
        raise SettingsError(f"{name} must be on or off")
    return switches[str(value)]


def _text(limit: int, *, is_needed: bool = False) -> Callable[[str, Any], str]:
    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) or len(value) > limit:
            raise SettingsError(f"{name} must be text of at most {limit} characters")
        if is_needed and not value.strip():
            raise SettingsError(f"{name} must not be empty")
        return value

    return read


def _pattern(name: str, value: Any) -> str:
    text = _text(200)(name, value)
    if text.count("{number}") != 1 or text.replace("{number}", "").strip() == "" or "{" in text.replace("{number}", ""):
        raise SettingsError(f"{name} must contain {{number}} once and something beside it")
    return text


def _rate_map(name: str, value: Any) -> Mapping[str, VatCategory]:
    if not isinstance(value, Mapping):
        raise SettingsError(f"{name} must be an object of tax rate ids")
    known = {category.value: category for category in RATE_MAP_CATEGORIES}
    for rate, category in value.items():
        if isinstance(category, bool) or not isinstance(category, str | int) or str(category) not in known:
            raise SettingsError(f"{name}.{rate} must be one of {', '.join(known)}")
    return {str(rate): known[str(category)] for rate, category in value.items()}


def _consumer_policy(name: str, value: Any) -> Mapping[str, ConsumerPolicy]:
    read = _choice("skip", "file", "hold")
    if isinstance(value, Mapping):
        if unknown := sorted(map(str, value.keys() - DEFAULT_B2C_POLICY.keys())):
            raise SettingsError(f"{name}.{unknown[0]} is not a region; known are {', '.join(DEFAULT_B2C_POLICY)}")
        return {**DEFAULT_B2C_POLICY, **{key: read(f"{name}.{key}", item) for key, item in value.items()}}
    return dict.fromkeys(DEFAULT_B2C_POLICY, cast(ConsumerPolicy, read(name, value)))


def _correction_type(name: str, value: Any) -> CorrectionType:
    if isinstance(value, bool) or not isinstance(value, str | int) or str(value) not in tuple(CorrectionType):
        raise SettingsError(f"{name} must be one of 1, 2, 3")
    return CorrectionType(str(value))


def _day(name: str, value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"{name} must be a day written YYYY-MM-DD") from error


def _accounts(name: str, value: Any) -> frozenset[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise SettingsError(f"{name} must be a list of account ids")
    return frozenset(value)


_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "vat_status": _choice("active", "exempt"),
    "exempt_basis": _text(256),
    "cash_method": _switch,
    "supply": _choice("service", "goods"),
    "oss": _switch,
    "tax_rate_map": _rate_map,
    "b2c_policy": _consumer_policy,
    "file_on": _choice("finalized", "paid", "manual"),
    "late_p1": _choice("redate", "keep", "hold"),
    "one_off_p6": _choice("item_period", "none"),
    "prepaid_document": _choice("vat", "hold"),
    "inclusive_style": _choice("gross", "net"),
    "discount_style": _choice("in_price", "p10"),
    "show_discounts": _switch,
    "line_vat": _choice("always", "never"),
    "negative_lines": _choice("allow", "hold"),
    "billing_credits": _choice("hold", "discount"),
    "zero_total_policy": _choice("skip", "file"),
    "zero_lines": _choice("drop", "keep"),
    "np1_b2b_p18": _switch,
    "fx_source": _choice("NBP_A", "ECB"),
    "fx_rule": _choice("vat", "income_tax"),
    "fx_on_untaxed": _switch,
    "correction_style": _choice("difference", "before_after"),
    "correction_type": _correction_type,
    "void_policy": _choice("auto_kor", "hold"),
    "void_number_pattern": _pattern,
    "require_vies": lambda name, value: _choice("off", "warn", "hold")(name, "off" if value is False else value),
    "unit": _text(256, is_needed=True),
    "fallback_item_name": _text(512, is_needed=True),
    "payment_link": _switch,
    "send_buyer_email": _switch,
    "ksef_start": _day,
    "fiscal_receipt": _switch,
    "order_field": _text(40),
    "livemode": _switch,
    "own_accounts": _accounts,
}
NAMES = frozenset(item.name for item in fields(Settings))
