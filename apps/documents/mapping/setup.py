"""What a mapping works with besides the Stripe object."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from apps.documents.mapping.overrides import OF_ONE_DOCUMENT, Overrides
from apps.documents.mapping.related import Related
from apps.documents.mapping.seller import Seller
from apps.documents.mapping.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    related: Related
    seller: Seller
    settings: Settings
    filing_date: date  # the Warsaw day on which the mapping runs
    overrides: Overrides
    created_at: datetime

    @property
    def for_original(self) -> "Setup":
        """The same for the original of a correction: its own settings, profile and decisions.

        What a person says about buyer, categories and rates while correcting concerns the original's content too.
        """
        said_now = tuple(item for item in self.overrides.given if not isinstance(item, OF_ONE_DOCUMENT))
        return replace(
            self,
            settings=self.related.original_settings or self.settings,
            seller=self.related.original_seller or self.seller,
            overrides=Overrides((*self.related.original_overrides.given, *said_now)),
        )
