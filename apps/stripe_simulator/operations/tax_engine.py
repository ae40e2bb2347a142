"""A small stand-in for Stripe Tax: which rate an account in Poland charges, by where the buyer is and who it is."""

from __future__ import annotations

from decimal import Decimal

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.catalogue import TaxRate
from apps.stripe_simulator.records.invoices import Buyer

# Standard VAT rates of the member states; a rate object of a reverse charge names the buyer's, and collects nothing.
_STANDARD: dict[str, int | str] = {
    "AT": 20, "BE": 21, "BG": 20, "CY": 19, "CZ": 21, "DE": 19, "DK": 25, "EE": 24, "ES": 21, "FI": "25.5", "FR": 20,
    "GR": 24, "HR": 25, "HU": 27, "IE": 23, "IT": 22, "LT": 21, "LU": 17, "LV": 21, "MT": 18, "NL": 21, "PL": 23,
    "PT": 23, "RO": 21, "SE": 25, "SI": 22, "SK": 23,
}  # fmt: skip


def automatic_rate(change: Change, buyer: Buyer, *, inclusive: bool) -> tuple[TaxRate, str]:
    """The rate and the reason that goes with it."""
    country = (buyer.address.country if buyer.address else None) or change.account.country
    reason = _reason(buyer, country, home=change.account.country)
    collected = Decimal(_STANDARD.get(country, 0)) if reason == "standard_rated" else Decimal(0)
    id = f"txr_1SAuto{country}{reason.title().replace('_', '')}{'Inclusive' if inclusive else ''}"
    known = change.find(TaxRate, id)
    if known is not None:
        return known, reason
    rate = TaxRate(
        id=id,
        created=change.at,
        percentage=Decimal(_STANDARD.get(country, 0)),
        effective_percentage=collected,
        inclusive=inclusive,
        country=country,
        jurisdiction=country,
        jurisdiction_level="country",
        rate_type="percentage",
    )
    return change.put(rate), reason


def _reason(buyer: Buyer, country: str, *, home: str) -> str:
    if buyer.tax_exempt == "reverse":
        return "reverse_charge"
    if buyer.tax_exempt == "exempt":
        return "customer_exempt"
    if country == home:
        return "standard_rated"
    european = any(tax_id.type == "eu_vat" and not tax_id.value.startswith(home) for tax_id in buyer.tax_ids)
    if country in _STANDARD and european:
        return "reverse_charge"
    return "not_collecting"
