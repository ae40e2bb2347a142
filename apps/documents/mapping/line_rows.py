"""The rows of an invoice: every line in Stripe's order, then shipping (fa3-mapping 2.8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.documents.mapping.currency import Currency
from apps.documents.mapping.evidence import TaxContext, Treatment, likeness, treat
from apps.documents.mapping.figures import Figures, Sums
from apps.documents.mapping.pricing import price_row
from apps.documents.mapping.reasons import Code, Reason
from apps.documents.mapping.row_marks import NO_MARKS, RowMarks, read_row_marks
from apps.documents.mapping.rows import (
    SHIPPING,
    Row,
    default_unit,
    is_gross_row,
    name_of_line,
    name_of_shipping,
    price_line,
    uid_of,
    unit_of_line,
)
from apps.documents.mapping.settings import Settings
from apps.documents.mapping.source import Invoice, Line
from apps.documents.mapping.wording import Wording


@dataclass(frozen=True, slots=True)
class _Writing:
    """What the rows of one document are written with."""

    settings: Settings
    currency: Currency
    wording: Wording
    unit: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """A line on its way to a row."""

    line: Line
    figures: Figures
    marks: RowMarks
    treatment: Treatment


def build_rows(
    invoice: Invoice,
    sums: Sums,
    context: TaxContext,
    currency: Currency,
    wording: Wording,
    *,
    keeps_zero_lines: bool,
) -> tuple[tuple[Row, ...] | None, list[Reason]]:
    """The rows with their categories, None while one has none; and why."""
    reasons: list[Reason] = []
    drafts: list[_Draft | None] = []
    kept = _kept_lines(invoice, sums, keeps_zero_lines=keeps_zero_lines)
    known: dict[tuple[object, ...], Treatment | None] = {}
    for line, figures in kept:
        marks = read_row_marks(line.marks, line.path, reasons)
        is_goods = context.settings.supply == "goods" if marks.is_goods is None else marks.is_goods
        like = likeness(line.taxes, line.marks, context, is_goods=is_goods)
        treatment = known.get(like) if like else None
        if treatment is None:
            treatment = treat(line.id, line.taxes, figures.value, line.marks, context, is_goods=is_goods)
            if like:
                known[like] = treatment
        refused = _refusal(treatment, line.path + "taxes")
        if refused:
            reasons.append(refused)
        is_decided = treatment is not None and refused is None
        drafts.append(_Draft(line, figures, marks, treatment) if is_decided and treatment else None)
    shipping, refused = _shipping_treatment(invoice, sums, context, drafts, keeps_zero=keeps_zero_lines)
    if refused:
        reasons.append(refused)
    if None in drafts or refused or (shipping is None and _has_shipping(invoice, keeps_zero=keeps_zero_lines)):
        return None, reasons
    decided = [draft for draft in drafts if draft]
    writing = _Writing(context.settings, currency, wording, default_unit(context.settings, wording))
    rows = [_row(place, draft, writing) for place, draft in enumerate(decided, 1)]
    if shipping and sums.shipping:
        rows.append(_shipping_row(len(rows) + 1, invoice, sums, shipping, writing))
    return tuple(rows), reasons


def _kept_lines(invoice: Invoice, sums: Sums, *, keeps_zero_lines: bool) -> list[tuple[Line, Figures]]:
    """Lines without those of zero before discount: trial texts, unused meters."""
    pairs = list(zip(invoice.lines, sums.lines, strict=True))
    kept = [pair for pair in pairs if pair[0].amount or keeps_zero_lines]
    # A document that is filed although nothing is due needs its rows.
    return kept if kept or _has_shipping(invoice, keeps_zero=False) else pairs


def _has_shipping(invoice: Invoice, *, keeps_zero: bool) -> bool:
    shipping = invoice.shipping
    return shipping is not None and (keeps_zero or not shipping.is_free)


def _refusal(treatment: Treatment | None, path: str) -> Reason | None:
    code = treatment.decision.refusal if treatment else None
    return Reason(code, path, {"value": treatment.value}) if treatment and code else None


def _shipping_treatment(
    invoice: Invoice, sums: Sums, context: TaxContext, drafts: Sequence[_Draft | None], *, keeps_zero: bool
) -> tuple[Treatment | None, Reason | None]:
    """Shipping shares the fate of the goods, but is decided by its own taxes."""
    if not _has_shipping(invoice, keeps_zero=keeps_zero):
        return None, None
    if sums.shipping is None:
        return None, Reason(Code.TAX_UNSUPPORTED, f"{SHIPPING}.taxes", {"value": "?"})
    is_goods = any(draft is not None and draft.treatment.is_goods for draft in drafts)
    is_goods = is_goods or context.settings.supply == "goods"
    treatment = treat(SHIPPING, sums.shipping_taxes, sums.shipping.value, {}, context, is_goods=is_goods)
    return treatment, _refusal(treatment, f"{SHIPPING}.taxes")


def _row(place: int, draft: _Draft, writing: _Writing) -> Row:
    line, figures, treatment, settings = draft.line, draft.figures, draft.treatment, writing.settings
    return Row(
        number=place,
        line_id=line.id,
        path=line.path,
        uid=uid_of(line.id, writing.wording),
        name=name_of_line(line, settings, writing.wording),
        unit=unit_of_line(line, writing.wording) or writing.unit,
        figures=figures,
        taxes=line.taxes,
        treatment=treatment,
        is_gross=is_gross_row(figures, treatment, settings),
        priced=price_line(line, figures, treatment, settings, writing.currency),
        # The creation day of a one-off item is not always the day of supply.
        period=line.period if line.is_recurring or settings.one_off_p6 == "item_period" else None,
        marks=draft.marks,
        is_recurring=line.is_recurring,
        credited_lines=line.credited_lines,
    )


def _shipping_row(place: int, invoice: Invoice, sums: Sums, treatment: Treatment, writing: _Writing) -> Row:
    assert invoice.shipping
    assert sums.shipping
    figures = sums.shipping
    is_gross = is_gross_row(figures, treatment, writing.settings)
    return Row(
        number=place,
        line_id=SHIPPING,
        path=f"{SHIPPING}.",
        uid=uid_of(f"{invoice.id}-shipping", writing.wording),
        name=name_of_shipping(invoice.shipping.name, writing.wording),
        unit=writing.unit,
        figures=figures,
        taxes=sums.shipping_taxes,
        treatment=treatment,
        is_gross=is_gross,
        priced=price_row(None, None, figures.gross if is_gross else figures.net, writing.currency),
        period=None,
        marks=NO_MARKS,
    )
