"""Adnotacje: what the categories, the buyer and the amount ask for (fa3-mapping 2.9, 2.13)."""

from collections.abc import Sequence
from decimal import Decimal

from apps.documents.mapping.buyer import Buyer
from apps.documents.mapping.currency import Currency
from apps.documents.mapping.rows import Row
from apps.documents.mapping.settings import Settings
from apps.documents.mapping.wording import Wording
from apps.fa3 import document as fa3
from apps.fa3.codes import VatCategory

# Services and goods a foreign EU business accounts for; the seller's number carries the prefix PL.
INTRA_EU = frozenset({VatCategory.EU_SERVICE, VatCategory.ZERO_INTRA_EU})
_ALWAYS_REVERSED = frozenset({VatCategory.EU_SERVICE, VatCategory.DOMESTIC_REVERSE_CHARGE})
_SPLIT_PAYMENT_LIMIT = Decimal(15000)  # PLN with tax, art. 106e(1)(18a)
_BASIS_LIMIT = 256


def annotate(
    rows: Sequence[Row], buyer: Buyer, settings: Settings, total: int, currency: Currency, wording: Wording
) -> fa3.Annotations:
    categories = {row.treatment.decision.category for row in rows}
    # Some countries outside the Union know no tax of the VAT kind; the note is then arguable, hence the setting.
    reverses_np1 = settings.np1_b2b_p18 and buyer.is_known_business and VatCategory.OUTSIDE_POLAND in categories
    return fa3.Annotations(
        is_cash_method=settings.cash_method and any(row.bears_polish_tax for row in rows),
        is_reverse_charge=reverses_np1 or not _ALWAYS_REVERSED.isdisjoint(categories),
        is_split_payment=not buyer.is_consumer and _needs_split_payment(rows, total, currency),
        exemption=_exemption(rows, wording),
    )


def _exemption(rows: Sequence[Row], wording: Wording) -> fa3.Exemption | None:
    """P_19A; several bases are described in one field (handbook 2.4)."""
    bases = (row.treatment.exempt_basis for row in rows if row.treatment.decision.category is VatCategory.EXEMPT)
    text = wording.fit("; ".join(dict.fromkeys(bases)), _BASIS_LIMIT, "settings.exempt_basis")
    return fa3.Exemption(law=fa3.ExemptionLaw.POLISH, text=text) if text else None


def _needs_split_payment(rows: Sequence[Row], total: int, currency: Currency) -> bool:
    """Annex 15 and more than 15 000 PLN; in a foreign currency by the rate of such a row."""
    for row in rows:
        if row.marks.is_annex_15 and (row.rate or not currency.is_foreign):
            rate = row.rate.value if row.rate else Decimal(1)
            return currency.major(total) * rate > _SPLIT_PAYMENT_LIMIT
    return False
