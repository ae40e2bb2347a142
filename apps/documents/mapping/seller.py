"""The seller's profile: the only source of Podmiot1, never the account name in Stripe."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from apps.documents.mapping.geography import COUNTRIES
from apps.fa3 import document as fa3
from apps.fa3.nip import clean, is_valid_nip
from apps.fa3.text import clean_text

_FORMATS = {
    "krs": re.compile(r"[0-9]{10}"),
    "regon": re.compile(r"[0-9]{9}|[0-9]{14}"),
    "bdo": re.compile(r"[0-9]{1,9}"),
    "bank_account": re.compile(r"[0-9A-Z]{10,34}"),
    "swift": re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?"),
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
}
_LIMITS = {
    "name": 512,
    "address_l1": 512,
    "address_l2": 512,
    "email": 255,
    "footer": 3500,
    "bank_name": 256,
    "eori": 256,
}
_NEEDED = ("name", "address_l1")


class SellerError(ValueError):
    """The profile has an impossible value; the text names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """The company as it stands on its documents; optional values are empty."""

    nip: str
    name: str
    address_l1: str
    address_l2: str = ""
    country: str = "PL"
    email: str = ""
    eori: str = ""
    krs: str = ""
    regon: str = ""
    bdo: str = ""
    bank_account: str = ""
    swift: str = ""
    bank_name: str = ""
    footer: str = ""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Seller":
        """The profile from text values; SellerError names what is missing or impossible. The NIP is judged later."""
        known = {item.name for item in fields(cls)}
        texts = {name: _text(name, values[name]) for name in known & values.keys() if values[name] is not None}
        for name in _NEEDED:
            if not texts.get(name, "").strip():
                raise SellerError(f"seller.{name} is missing")
        seller = cls(**{"nip": "", **texts, "bank_account": re.sub(r"[\s-]", "", texts.get("bank_account", ""))})
        seller._check()
        return seller

    def _check(self) -> None:
        if self.country not in COUNTRIES:
            raise SellerError(f"seller.country is {self.country!r}, not a country code")
        for name, pattern in _FORMATS.items():
            value = getattr(self, name)
            if value and not pattern.fullmatch(value):
                raise SellerError(f"seller.{name} has an impossible form: {value!r}")
        for name, limit in _LIMITS.items():
            if len(getattr(self, name)) > limit:
                raise SellerError(f"seller.{name} is longer than {limit} characters")

    @property
    def has_valid_nip(self) -> bool:
        return is_valid_nip(clean(self.nip))

    def party(self, *, has_vat_prefix: bool) -> fa3.Seller:
        """Podmiot1."""
        return _party(self, has_vat_prefix=has_vat_prefix)

    @property
    def account(self) -> fa3.BankAccount | None:
        if not self.bank_account:
            return None
        return fa3.BankAccount(number=self.bank_account, swift=self.swift or None, bank_name=self.bank_name or None)

    @property
    def stopka(self) -> fa3.Footer | None:
        """Footer text and register numbers, None when the profile has neither."""
        registers = fa3.Registers(krs=self.krs or None, regon=self.regon or None, bdo=self.bdo or None)
        has_registers = registers != fa3.Registers()
        if not has_registers and not self.footer:
            return None
        return fa3.Footer(texts=(self.footer,) if self.footer else (), registers=(registers,) if has_registers else ())


# The same seller stands on thousands of documents.
@lru_cache(maxsize=256)
def _party(seller: Seller, *, has_vat_prefix: bool) -> fa3.Seller:
    return fa3.Seller(
        nip=clean(seller.nip),
        name=seller.name,
        address=fa3.Address(country=seller.country, line1=seller.address_l1, line2=seller.address_l2 or None),
        has_vat_prefix=has_vat_prefix,
        eori=seller.eori or None,
        contacts=(fa3.Contact(email=seller.email),) if seller.email else (),
    )


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise SellerError(f"seller.{name} must be text")
    return clean_text(value)
