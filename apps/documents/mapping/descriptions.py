"""DodatkowyOpis: what a row or the document says beside its fields."""

from collections.abc import Sequence

from apps.documents.mapping.currency import Currency
from apps.documents.mapping.dating import Supply
from apps.documents.mapping.rows import Row
from apps.documents.mapping.settings import Settings
from apps.documents.mapping.source import Invoice, Period
from apps.fa3 import document as fa3
from apps.fa3.text import clean_text

_VALUE_LIMIT = 256


def describe_rows(rows: Sequence[Row], periods: Sequence[Period | None]) -> list[fa3.Description]:
    """Periods of rows that differ, and quantities no price could go with."""
    found = []
    for row, period in zip(rows, periods, strict=True):
        if period is not None:
            found.append(_of(row, "Okres", f"{period.first} – {period.last}"))
        if row.priced.lost_quantity is not None:
            found.append(_of(row, "Ilość", f"{row.priced.lost_quantity.normalize():f}"))
    return found


def describe_invoice(
    invoice: Invoice, rows: Sequence[Row], supply: Supply, settings: Settings, currency: Currency
) -> tuple[fa3.Description, ...]:
    found = describe_rows(rows, supply.periods)
    if settings.show_discounts:
        found += (
            _of(row, "Rabat", str(currency.major(row.figures.discount)))
            for row in rows
            if row.figures.discount and row.priced.discount is None
        )
    # Never LinkDoPlatnosci: its pattern asks for a number of a payment operator registered with KSeF.
    link = clean_text(invoice.payment.link)
    if settings.payment_link and invoice.status != "paid" and 0 < len(link) <= _VALUE_LIMIT:
        found.append(fa3.Description(key="Link do płatności", value=link))
    return tuple(found)


def _of(row: Row, key: str, value: str) -> fa3.Description:
    return fa3.Description(row=row.number, key=key, value=value[:_VALUE_LIMIT])
