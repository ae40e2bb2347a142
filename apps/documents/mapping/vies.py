"""Was the buyer's EU VAT number confirmed (fa3-mapping 2.5, step 9)."""

from collections.abc import Sequence

from apps.documents.mapping.overrides import ConfirmVies, Overrides
from apps.documents.mapping.reasons import Code, Reason
from apps.documents.mapping.related import Related
from apps.documents.mapping.rows import Row
from apps.documents.mapping.settings import Settings
from apps.fa3 import document as fa3
from apps.fa3.codes import VatCategory

VERIFIED = "verified"


def check_vies(
    rows: Sequence[Row], identity: fa3.BuyerId, related: Related, settings: Settings, overrides: Overrides
) -> Reason | None:
    """A hold or a warning where the number decides over the category and is not confirmed."""
    categories = {row.treatment.decision.category for row in rows}
    is_goods = VatCategory.ZERO_INTRA_EU in categories
    if not isinstance(identity, fa3.EuVat) or not (is_goods or VatCategory.EU_SERVICE in categories):
        return None
    status = (related.verifications or {}).get(identity.country + identity.number)
    if status == VERIFIED or overrides.has(ConfirmVies):
        return None
    params = {"value": identity.country + identity.number, "status": status or "–"}
    # A valid number is a condition of 0 % (art. 42(1)(1)); for services the Act only asks that there is one.
    if (is_goods and status is not None) or settings.require_vies == "hold":
        return Reason(Code.VIES_UNVERIFIED, "customer_tax_ids", params)
    return Reason(Code.VIES_UNCHECKED, "customer_tax_ids", params) if settings.require_vies == "warn" else None
