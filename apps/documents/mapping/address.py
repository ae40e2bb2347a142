"""The buyer's address in the two lines of FA(3) (fa3-mapping 2.6)."""

from apps.documents.mapping.geography import POLAND, writes_state_before_postal_code
from apps.documents.mapping.source import Address
from apps.documents.mapping.wording import Wording
from apps.fa3 import document as fa3

_LIMIT = 512


def fa3_address(address: Address, country: str, wording: Wording) -> fa3.Address | None:
    """Adres, None when nothing but a country is known."""
    lines = [line for line in (_street(address, wording), _town(address, country, wording)) if line]
    if not lines:
        return None
    field = "customer_address"
    fitted = [wording.fit(line, _LIMIT, field) for line in lines]
    return fa3.Address(country=country, line1=fitted[0], line2=fitted[1] if len(fitted) > 1 else None)


def _street(address: Address, wording: Wording) -> str:
    return ", ".join(filter(None, (wording.clean(address.line1), wording.clean(address.line2))))


def _town(address: Address, country: str, wording: Wording) -> str:
    city, state, postal_code = map(wording.clean, (address.city, address.state, address.postal_code))
    if writes_state_before_postal_code(country):
        return ", ".join(filter(None, (city, " ".join(filter(None, (state, postal_code))))))
    town = " ".join(filter(None, (postal_code, city)))
    return ", ".join(filter(None, (town, "" if country == POLAND else state)))
