"""The buyer's tax numbers, cleaned and told apart (fa3-mapping 2.5, steps 1 to 5)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from apps.documents.mapping.geography import (
    COUNTRIES,
    NORTHERN_IRELAND,
    POLAND,
    UNITED_KINGDOM,
    country_of_prefix,
    eu_prefix,
    prefix_matches,
)
from apps.documents.mapping.overrides import SetBuyerId
from apps.documents.mapping.reasons import Code, Reason
from apps.documents.mapping.source import TaxId
from apps.fa3 import document as fa3
from apps.fa3.nip import is_valid_nip
from apps.fa3.text import clean_text

_SEPARATORS = re.compile(r"[\s./-]+")
_EU_NUMBER = re.compile(r"[0-9A-Z+*]{1,12}")  # TNrVatUE
_LONGEST_ID = 50  # NrID
_OVERRIDE_PATH = "override.set_buyer_id"
_IGNORED_TYPE = "eu_oss_vat"  # identifies the OSS scheme of a seller, not a buyer


@dataclass(frozen=True, slots=True)
class BuyerIds:
    """Every usable number of the buyer, in Stripe's order within each kind."""

    polish: tuple[str, ...] = ()
    eu: tuple[fa3.EuVat, ...] = ()
    other: tuple[fa3.ForeignId, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.polish or self.eu or self.other)

    def has_eu_number(self, *, for_goods: bool) -> bool:
        """Northern Ireland is part of the Union for goods only."""
        return any(for_goods or number.country != NORTHERN_IRELAND for number in self.eu)

    @property
    def has_northern_irish_number(self) -> bool:
        return any(number.country == NORTHERN_IRELAND for number in self.eu)

    @property
    def country(self) -> str | None:
        """The country of the number that would be chosen without knowing the categories."""
        if self.polish:
            return "PL"
        if self.eu:
            return country_of_prefix(self.eu[0].country)
        return self.other[0].country if self.other else None

    def eu_number(self, country: str, *, for_goods: bool) -> fa3.EuVat | None:
        """The EU number of the billing country if there are several, else the first."""
        usable = [number for number in self.eu if for_goods or number.country != NORTHERN_IRELAND]
        matching = (number for number in usable if prefix_matches(number.country, country))
        return next(matching, usable[0] if usable else None)

    def chosen(self, country: str, *, needs_eu_number: bool, has_goods: bool) -> fa3.BuyerId | None:
        """The number for the document; None when a foreign EU number is needed and there is none."""
        eu = self.eu_number(country, for_goods=has_goods)
        if needs_eu_number:
            return eu
        if self.polish:
            return fa3.Nip(number=self.polish[0])
        if eu is not None:
            return eu
        return next(iter((*self.other, *self._as_british())), fa3.NoId())

    def _as_british(self) -> Iterable[fa3.ForeignId]:
        """EU numbers that are not for services are Northern Irish: they identify a buyer in the United Kingdom."""
        return (fa3.ForeignId(number=number.number, country=UNITED_KINGDOM) for number in self.eu)


def read_ids(tax_ids: Sequence[TaxId], faults: list[Reason]) -> BuyerIds:
    """The numbers of an invoice; each wrong one becomes a reason that names its place."""
    ids = BuyerIds()
    for tax_id in tax_ids:
        ids = _add(ids, tax_id, faults)
    if len(set(ids.polish)) > 1:
        numbers = ", ".join(dict.fromkeys(ids.polish))
        faults.append(Reason(Code.BUYER_ID_CONFLICT, "customer_tax_ids", {"numbers": numbers}))
    return ids


def ids_from_override(override: SetBuyerId, faults: list[Reason]) -> BuyerIds:
    """The number a person entered, read by the same rules."""
    if override.id_type == "none":
        return BuyerIds()
    if override.id_type == "other":
        number = _without_country(clean_id(override.value), override.country)
        if override.country == POLAND and is_valid_nip(number):  # the buyer finds the document by NIP only
            return BuyerIds(polish=(number,))
        if 0 < len(number) <= _LONGEST_ID:
            return BuyerIds(other=(fa3.ForeignId(number=number, country=override.country),))
        faults.append(Reason(Code.BUYER_VAT_FORMAT, _OVERRIDE_PATH, {"value": clean_text(override.value)[:80]}))
        return BuyerIds()
    kind = "pl_nip" if override.id_type == "nip" else "eu_vat"
    return read_ids([TaxId(kind, override.value, _OVERRIDE_PATH)], faults)


def clean_id(value: str) -> str:
    compact = _SEPARATORS.sub("", clean_text(value))
    return compact.upper() if compact.isascii() else compact  # upper case would turn ß into two letters


def _add(ids: BuyerIds, tax_id: TaxId, faults: list[Reason]) -> BuyerIds:
    value = clean_id(tax_id.value)
    if tax_id.type == _IGNORED_TYPE:
        return ids
    if tax_id.type.startswith("pl_") or (tax_id.type == "eu_vat" and value.startswith("PL")):
        return _add_polish(ids, value.removeprefix("PL"), tax_id, faults)
    if tax_id.type == "eu_vat":
        return _add_eu(ids, value, tax_id, faults)
    return _add_other(ids, value, tax_id, faults)


def _add_polish(ids: BuyerIds, number: str, tax_id: TaxId, faults: list[Reason]) -> BuyerIds:
    if not is_valid_nip(number):
        faults.append(Reason(Code.BUYER_NIP_INVALID, tax_id.path, {"value": clean_text(tax_id.value)}))
        return ids
    return replace(ids, polish=(*ids.polish, number))


def _add_eu(ids: BuyerIds, value: str, tax_id: TaxId, faults: list[Reason]) -> BuyerIds:
    prefix, number = eu_prefix(value), value[2:]
    if prefix is None or not _EU_NUMBER.fullmatch(number):
        faults.append(Reason(Code.BUYER_VAT_FORMAT, tax_id.path, {"value": clean_text(tax_id.value)}))
        return ids
    return replace(ids, eu=(*ids.eu, fa3.EuVat(country=prefix, number=number)))


def _add_other(ids: BuyerIds, value: str, tax_id: TaxId, faults: list[Reason]) -> BuyerIds:
    country = tax_id.type[:2].upper()
    known = country if tax_id.type[2:3] == "_" and country in COUNTRIES else None
    number = _without_country(value, known or "")
    if not 0 < len(number) <= _LONGEST_ID:
        faults.append(Reason(Code.BUYER_VAT_FORMAT, tax_id.path, {"value": clean_text(tax_id.value)[:80]}))
        return ids
    return replace(ids, other=(*ids.other, fa3.ForeignId(number=number, country=known)))


def _without_country(value: str, country: str) -> str:
    """Handbook 2.1.5: the country stands in its own field, so a repeated one before the digits goes."""
    rest = value.removeprefix(country) if country else value
    return rest if rest[:1].isdigit() else value
