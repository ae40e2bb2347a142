"""The rows of a difference correction, from a credit note and the rows of its original (fa3-mapping 3.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from apps.documents.mapping.currency import Currency
from apps.documents.mapping.evidence import treat
from apps.documents.mapping.figures import Figures, Sums, plain_figures
from apps.documents.mapping.original import Original
from apps.documents.mapping.overrides import AllocateCredit
from apps.documents.mapping.pricing import Priced, major_price, written_quantity
from apps.documents.mapping.reasons import Code, Reason
from apps.documents.mapping.row_marks import NO_MARKS, read_row_marks
from apps.documents.mapping.rows import SHIPPING, Row, default_unit, is_gross_row, uid_of
from apps.documents.mapping.settings import Settings
from apps.documents.mapping.setup import Setup
from apps.documents.mapping.source import CreditLine, CreditNote, Tax
from apps.documents.mapping.wording import Wording
from apps.fa3.rounding import round_to_grosz

_ONE = Decimal(1)
_NAME_LIMIT = 512


@dataclass(frozen=True, slots=True)
class _Credited:
    """What a credit note takes from one row, with Stripe's positive sign."""

    figures: Figures
    taxes: tuple[Tax, ...]
    quantity: Decimal | None = None
    unit_price: Decimal | None = None


def credit_rows(
    note: CreditNote, sums: Sums, original: Original, setup: Setup, wording: Wording
) -> tuple[tuple[Row, ...], list[Reason]]:
    """One row for every row that is credited, with negative values; and what could not be allocated."""
    if is_amount_only(note):
        return _amount_only_rows(note, original, setup, wording)
    reasons: list[Reason] = []
    credited: dict[str, list[_Credited]] = {}
    own: list[Row] = []
    for line, figures in zip(note.lines, sums.lines, strict=True):
        part = _Credited(figures, line.taxes, line.quantity, line.unit_price)
        if line.original_line is None:
            number = original.next_number + len(own)
            own += _own_row(line, part, number, original, setup, wording, reasons)
        elif original.row_of(line.original_line):
            credited.setdefault(line.original_line, []).append(part)
        elif figures.gross or figures.net:
            reasons.append(_unallocated(line.path + "invoice_line_item"))
    reasons += _add_shipping(note, sums, original, credited)
    rows = [
        _row(row, credited[row.line_id], original.draft.currency) for row in original.rows if row.line_id in credited
    ]
    return tuple(row for row in (*rows, *own) if row.figures.gross or row.figures.net), reasons


def is_amount_only(note: CreditNote) -> bool:
    """No lines, or the one line of its own without taxes that may stand for the bare amount."""
    shipping = note.shipping
    if shipping is not None and not shipping.is_free:
        return False
    if len(note.lines) == 1:
        (line,) = note.lines
        return line.original_line is None and not line.taxes and not line.marks
    return not note.lines


def _amount_only_rows(
    note: CreditNote, original: Original, setup: Setup, wording: Wording
) -> tuple[tuple[Row, ...], list[Reason]]:
    if entered := setup.overrides.get(AllocateCredit):
        return _allocated_rows(entered, original)
    categories = {(row.bucket, row.treatment.percentage) for row in original.rows}
    if len(categories) != 1:
        return (), [_unallocated("lines")]
    if original.rows[0].treatment.percentage is not None and not note.taxes:  # which part of the amount is tax?
        return (), [_unallocated("total_taxes")]
    tax = sum(entry.amount for entry in note.taxes)
    net = note.total - tax if note.total_without_tax is None else note.total_without_tax
    is_inclusive = any(entry.is_inclusive for entry in note.taxes)
    figures = plain_figures(net, tax, is_inclusive=is_inclusive)
    line = note.lines[0] if note.lines else None
    first = original.rows[0]
    name = line.description if line else f"Korekta faktury {original.reference.number}"
    row = replace(
        first,
        number=original.next_number,
        line_id=line.id if line else note.id,
        path="total",
        uid=uid_of(line.id if line else note.id, wording),
        name=wording.fit(name, _NAME_LIMIT, "lines.data[0].description")
        or f"Korekta faktury {original.reference.number}",
        unit=default_unit(setup.for_original.settings, wording),
        is_gross=is_gross_row(figures, first.treatment, setup.for_original.settings),
        period=None,
        marks=NO_MARKS,
    )
    return (_row(row, [_Credited(figures, note.taxes)], original.draft.currency, is_new=True),), []


def _allocated_rows(entered: AllocateCredit, original: Original) -> tuple[tuple[Row, ...], list[Reason]]:
    """The shares a person chose."""
    rows, reasons = [], []
    for share in entered.shares:
        row = original.row_of(share.line)
        if row is None:
            reasons.append(_unallocated("override.allocate_credit"))
            continue
        figures = plain_figures(share.net, share.tax, is_inclusive=row.is_gross)
        taxes = tuple(replace(tax, amount=share.tax) for tax in row.taxes[:1])
        rows.append(_row(row, [_Credited(figures, taxes)], original.draft.currency))
    return tuple(rows), reasons


def _own_row(
    line: CreditLine,
    part: _Credited,
    number: int,
    original: Original,
    setup: Setup,
    wording: Wording,
    reasons: list[Reason],
) -> Iterable[Row]:
    """A line without an original: next free number, its own id and description, category by the table."""
    settings: Settings = setup.for_original.settings
    context = original.draft.context
    marks = read_row_marks(line.marks, line.path, reasons)
    is_goods = settings.supply == "goods" if marks.is_goods is None else marks.is_goods
    treatment = treat(line.id, line.taxes, part.figures.value, line.marks, context, is_goods=is_goods)
    if treatment is None or treatment.decision.refusal:
        code = treatment.decision.refusal if treatment else None
        reasons.append(
            Reason(code or Code.TAX_UNSUPPORTED, line.path + "taxes", {"value": treatment.value if treatment else "–"})
        )
        return
    like = original.rows[0]
    row = replace(
        like,
        number=number,
        line_id=line.id,
        path=line.path,
        uid=uid_of(line.id, wording),
        name=wording.fit(line.description, _NAME_LIMIT, line.path + "description") or settings.fallback_item_name,
        unit=default_unit(settings, wording),
        treatment=treatment,
        is_gross=is_gross_row(part.figures, treatment, settings),
        period=None,
        marks=marks,
        rate=_shared_rate_row(original.rows).rate if treatment.percentage is not None else None,
    )
    yield _row(row, [part], original.draft.currency, is_new=True)


def _shared_rate_row(rows: Sequence[Row]) -> Row:
    """A row that has the exchange rate of the original, if any has."""
    return next((row for row in rows if row.rate), rows[0])


def _add_shipping(
    note: CreditNote, sums: Sums, original: Original, credited: dict[str, list[_Credited]]
) -> list[Reason]:
    shipping = note.shipping
    if shipping is None or shipping.is_free:
        return []
    if sums.shipping is None or original.row_of(SHIPPING) is None:
        return [_unallocated("shipping_cost")]
    credited[SHIPPING] = [_Credited(sums.shipping, sums.shipping_taxes)]
    return []


def _row(row: Row, parts: Sequence[_Credited], currency: Currency, *, is_new: bool = False) -> Row:
    """The original row with what is taken from it, several lines for one row together."""
    figures = _negated([part.figures for part in parts])
    value = currency.major(figures.gross if row.is_gross else figures.net)
    return replace(
        row,
        figures=figures,
        taxes=tuple(replace(tax, amount=-tax.amount) for part in parts for tax in part.taxes),
        priced=_priced(row, figures, parts, value, currency, is_new=is_new),
    )


def _negated(parts: Sequence[Figures]) -> Figures:
    """All parts together, as what they take away."""
    is_inclusive = any(part.is_inclusive for part in parts)
    net, tax = sum(part.net for part in parts), sum(part.tax for part in parts)
    return plain_figures(-net, -tax, is_inclusive=is_inclusive)


def _priced(
    row: Row, figures: Figures, parts: Sequence[_Credited], value: Decimal, currency: Currency, *, is_new: bool
) -> Priced:
    """The whole row back, so many pieces back, or an amount back."""
    is_whole = figures.net == -row.figures.net and figures.gross == -row.figures.gross
    if is_whole and not is_new:
        return replace(row.priced, quantity=-row.priced.quantity, lost_quantity=None)
    part = parts[0]
    if len(parts) == 1 and part.quantity and part.unit_price is not None:
        count, price = written_quantity(part.quantity), major_price(part.unit_price, currency)
        if round_to_grosz(price * count) == -value:
            return Priced(-count, price)
    return Priced(_ONE, value)


def _unallocated(field: str) -> Reason:
    return Reason(Code.CREDIT_NOTE_UNALLOCATED, field)
