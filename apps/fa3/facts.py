"""What a check must know beyond the document itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything is optional: a rule that lacks its fact says nothing."""

    filing_date: date | None = None  # the Warsaw day on which the document goes to KSeF
    stripe_total: Decimal | None = None  # with the sign the document must have: negative for a credit note
    currency_places: int = 2  # the currency's own decimal places
    nbp_rates: Mapping[date, Decimal] = field(default_factory=dict)  # table A for the currency, by day of the table
    is_vies_confirmed: bool = False  # the buyer's EU number was found valid
    is_account_listed: bool = False  # the seller's account was found on the VAT white list

    @property
    def grosz(self) -> Decimal:
        """The smallest amount of the currency: what one rounding can move."""
        return Decimal(1).scaleb(-self.currency_places)


NO_FACTS = Facts()
