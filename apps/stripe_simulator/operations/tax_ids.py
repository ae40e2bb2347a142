from __future__ import annotations

import re
from dataclasses import replace

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.records.parties import Customer, TaxId

from .announcing import announce
from .refusal import Refusal

# Stripe checks the form of a number, never its check digit.
_FORMS = {
    "eu_vat": re.compile(r"[A-Z]{2}[0-9A-Za-z+* ]{2,14}\Z"),
    "pl_nip": re.compile(r"\d{10}\Z"),
    "gb_vat": re.compile(r"(GB|XI)[0-9A-Z ]{3,14}\Z"),
    "us_ein": re.compile(r"\d{2}-\d{7}\Z"),
    "ch_vat": re.compile(r"CHE-?[0-9. ]{9,11} ?(MWST|TVA|IVA)\Z"),
}
_VERIFIED_TYPES = ("eu_vat", "gb_vat", "au_abn")
# Stripe's magic numbers for test mode, without the country's letters.
_MAGIC = {"000000000": "verified", "111111111": "unverified", "222222222": "pending"}


def add_tax_id(change: Change, customer: Customer, *, type: str, value: str) -> TaxId:
    form = _FORMS.get(type)
    if form and not form.match(value):
        raise Refusal(f"Invalid value for {type}.", code="tax_id_invalid", param="value")
    tax_id = change.put(
        TaxId(
            id=new_id("txi"),
            created=change.at,
            type=type,
            value=value,
            country=value[:2] if type == "eu_vat" else type[:2].upper(),
            customer=customer.id,
            verification_status=verification_of(type, value),
        )
    )
    change.put(replace(customer, tax_ids=(*customer.tax_ids, tax_id.id)))
    announce(change, "customer.tax_id.created", tax_id)
    return tax_id


def set_verification(change: Change, tax_id: TaxId, *, status: str, name: str | None, address: str | None) -> TaxId:
    """The answer of VIES, which comes some time after the number was given."""
    verified = replace(tax_id, verification_status=status, verified_name=name, verified_address=address)
    announce(change, "customer.tax_id.updated", change.put(verified), previous=tax_id)
    return verified


def verification_of(type: str, value: str) -> str | None:
    if type not in _VERIFIED_TYPES:
        return "unavailable"
    return _MAGIC.get(value[2:], "pending")
