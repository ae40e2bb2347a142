"""One row of a document, with all that was decided about it."""

from dataclasses import dataclass
from datetime import date

from apps.documents.mapping.currency import Currency
from apps.documents.mapping.evidence import Treatment
from apps.documents.mapping.exchange import Rate
from apps.documents.mapping.figures import Figures
from apps.documents.mapping.pricing import Priced, price_discounted_row, price_row
from apps.documents.mapping.row_marks import RowMarks
from apps.documents.mapping.settings import Settings
from apps.documents.mapping.source import Line, Period, Tax
from apps.documents.mapping.wording import Wording
from apps.fa3 import document as fa3
from apps.fa3.codes import BucketKind

SHIPPING_NAME = "Koszt dostawy"
FALLBACK_NAME = "Usługa"
FALLBACK_UNIT = "szt."
SHIPPING = "shipping_cost"
_NAME_LIMIT = 512
_UNIT_LIMIT = 256
_UID_LIMIT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row before it is written; amounts in minor units."""

    number: int
    line_id: str  # Stripe's; SHIPPING for the row of the shipping cost
    path: str
    uid: str
    name: str
    unit: str
    figures: Figures
    taxes: tuple[Tax, ...]
    treatment: Treatment
    is_gross: bool  # P_9B and P_11A instead of P_9A and P_11
    priced: Priced
    period: Period | None
    marks: RowMarks
    is_recurring: bool = False
    credited_lines: tuple[str, ...] = ()
    rate: Rate | None = None

    @property
    def bucket(self) -> BucketKind:
        decision = self.treatment.decision
        return decision.category.bucket if decision.category else BucketKind.OSS

    @property
    def bears_polish_tax(self) -> bool:
        return self.bucket.bears_polish_tax

    @property
    def value(self) -> int:
        """What P_11 or P_11A says."""
        return self.figures.gross if self.is_gross else self.figures.net


def bears_tax(treatment: Treatment) -> bool:
    return treatment.percentage is not None


def is_gross_row(figures: Figures, treatment: Treatment, settings: Settings) -> bool:
    """Gross columns are for prices with tax inside, of rows that bear Polish or OSS tax (art. 106e(7)-(8))."""
    return figures.is_inclusive and settings.inclusive_style == "gross" and bears_tax(treatment)


def price_line(line: Line, figures: Figures, treatment: Treatment, settings: Settings, currency: Currency) -> Priced:
    """Quantity and price of an invoice line."""
    is_gross = is_gross_row(figures, treatment, settings)
    # In net style Stripe's price of an inclusive row contains tax, so it says nothing about the net price.
    has_net_price = is_gross or not figures.is_inclusive or not bears_tax(treatment)
    unit_price = line.unit_price if has_net_price else None
    value = figures.gross if is_gross else figures.net
    if figures.discount and settings.discount_style == "p10" and has_net_price:
        shown = price_discounted_row(line.quantity, unit_price, value, figures.discount, currency)
        if shown is not None:
            return shown
    return price_row(line.quantity, None if figures.discount else unit_price, value, currency)


def name_of_line(line: Line, settings: Settings, wording: Wording) -> str:
    """P_7: the description, else the product, else what the settings say."""
    for text in (line.description, line.product.name, settings.fallback_item_name):
        if name := wording.fit(text, _NAME_LIMIT, line.path + "description"):
            return name
    return FALLBACK_NAME


def unit_of_line(line: Line, wording: Wording) -> str:
    """The product's unit of measure, empty when it has none."""
    unit = line.product.unit
    return wording.fit(unit, _UNIT_LIMIT, line.path + "product.unit_label") if unit else ""


def default_unit(settings: Settings, wording: Wording) -> str:
    """The unit of the settings; a setting of which nothing can be written counts as none."""
    return wording.fit(settings.unit, _UNIT_LIMIT, "settings.unit") or FALLBACK_UNIT


def name_of_shipping(name: str, wording: Wording) -> str:
    return wording.fit(name, _NAME_LIMIT, "shipping_cost.shipping_rate.display_name") or SHIPPING_NAME


def uid_of(line_id: str, wording: Wording) -> str:
    return wording.fit(line_id, _UID_LIMIT, "lines.data.id")


def write_row(row: Row, *, currency: Currency, shows_tax: bool, supplied_on: date | None) -> fa3.Row:
    """FaWiersz; `shows_tax` when the taxes of the rows add up to the tax of their bucket."""
    decision, priced, marks = row.treatment.decision, row.priced, row.marks
    value = currency.major(row.value)
    return fa3.Row(
        number=row.number,
        uid=row.uid or None,
        supplied_on=supplied_on,
        name=row.name,
        pkwiu=marks.pkwiu,
        unit=row.unit,
        quantity=priced.quantity,
        net_price=None if row.is_gross else priced.price,
        gross_price=priced.price if row.is_gross else None,
        discount=priced.discount,
        net=None if row.is_gross else value,
        gross=value if row.is_gross else None,
        tax=currency.major(row.figures.tax) if shows_tax else None,
        category=decision.category,
        oss_rate=decision.oss_rate,
        is_annex_15=marks.is_annex_15,
        gtu=marks.gtu,
        procedure=marks.procedure,
        exchange_rate=row.rate.value if row.rate else None,
    )
