"""Where the values of the rows of a document came from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apps.documents.mapping.origin import COPIED, REPEATED, Origin, original_prefix
from apps.documents.mapping.outcome import File
from apps.documents.mapping.read import as_object, id_of
from apps.documents.mapping.reasons import Text
from apps.documents.mapping.rows import SHIPPING, Row
from apps.fa3 import document as fa3

_NUMBER = Text("Kolejny numer; w korekcie numer wiersza faktury.", "Counted; in a correction the invoice's row number.")
_PRICE = Text(
    "Cena ze Stripe, jeżeli razy ilość daje wartość, inaczej wartość przez ilość.",
    "Stripe's price if times the quantity it gives the value, else the value by the quantity.",
)
_VALUE = Text("Kwota wiersza bez rabatów.", "The amount of the line less discounts.")
_CREDITED = Text("To, co odejmuje korekta.", "What the correction takes away.")
_MARKED = Text("Z metadanych produktu lub pozycji.", "From the metadata of the product or the line.")
_STATE = Text("Stan przed korektą.", "The state before the correction.")
_PERIOD_END = Text("Koniec okresu.", "The end of the period.")
_PER_UNIT = Text("Rabat na jednostkę.", "The discount per unit.")


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a row is described in Stripe, and the fields its quantity, price, value and tax were read from."""

    line: str
    names: tuple[str, ...]
    quantity: tuple[str, ...]
    price: tuple[str, ...]
    value: tuple[str, ...]
    taxes: tuple[str, ...]


def explain_rows(file: File) -> Iterator[Origin]:
    """The origin of every element of every row, in the order of the schema."""
    credited = _credited_lines(file)
    for place, (written, row) in enumerate(zip(file.document.rows, file.rows, strict=True), 1):
        yield from _row(f"Fa/FaWiersz[{place}]/", written, row, _source(row, file, credited))


def rate_note(rows: Iterable[Row]) -> Text:
    """The rates of the rows with the table each was published in."""
    rates = dict.fromkeys(row.rate for row in rows if row.rate)
    shown = "; ".join(f"{rate.value} {rate.table} {rate.published_on or ''}".strip() for rate in rates)
    return Text(f"Podatek razy kurs ({shown}).", f"The tax times the rate ({shown}).")


def _credited_lines(file: File) -> frozenset[str]:
    """Ids of the lines of the original a credit note was issued for; empty for other documents."""
    if not original_prefix(file):
        return frozenset()
    listed = as_object(as_object(file.setup.related.original_invoice).get("lines")).get("data")
    ids = map(id_of, listed) if isinstance(listed, list) else ()
    return frozenset((*ids, SHIPPING))


def _source(row: Row, file: File, credited: frozenset[str]) -> _Source:
    prefix = original_prefix(file)
    if row.path == "total":  # a bare amount: one row for the whole credit note
        totals = ("total", "total_excluding_tax")
        return _Source("", ("lines.data[0].description", "invoice"), totals, totals, totals, ("total_taxes",))
    is_shipping = row.line_id == SHIPPING
    line = prefix + row.path if row.line_id in credited else row.path
    amounts = row.path if line == row.path else "shipping_cost." if is_shipping else "lines.data."
    if is_shipping:
        value = (f"{amounts}amount_subtotal", f"{amounts}amount_total")
        return _Source(
            line, (f"{line}shipping_rate.display_name",), value, value, value, (f"{amounts}taxes", "total_taxes")
        )
    discount = "discount_amount" if file.document.correction and prefix else "discount_amounts"
    price = "unit_amount_decimal" if discount == "discount_amount" else "pricing.unit_amount_decimal"
    return _Source(
        line,
        (f"{line}description", "settings.fallback_item_name"),
        (f"{amounts}quantity_decimal", f"{amounts}quantity"),
        (f"{amounts}{price}", f"{amounts}amount"),
        (f"{amounts}amount", f"{amounts}{discount}"),
        (f"{amounts}taxes",),
    )


def _row(path: str, written: fa3.Row, row: Row, source: _Source) -> Iterator[Origin]:
    yield Origin(f"{path}NrWierszaFa", (source.line + "id" if source.line else "total",), _NUMBER)
    if written.uid:
        yield Origin(f"{path}UU_ID", (source.line + "id" if source.line else "id",), COPIED)
    if written.supplied_on:
        yield Origin(f"{path}P_6A", (f"{source.line}period.end",), _PERIOD_END)
    yield Origin(f"{path}P_7", source.names, COPIED)
    if written.pkwiu:
        yield Origin(f"{path}PKWiU", ("metadata.ksef_pkwiu",), _MARKED)
    yield Origin(f"{path}P_8A", ("product.unit_label", "settings.unit"), COPIED)
    yield from _figures(path, written, row, source)
    yield _category(path, row, source)
    if written.is_annex_15:
        yield Origin(f"{path}P_12_Zal_15", ("metadata.ksef_annex15",), _MARKED)
    if written.gtu:
        yield Origin(f"{path}GTU", ("metadata.ksef_gtu",), _MARKED)
    if written.procedure:
        yield Origin(f"{path}Procedura", ("metadata.ksef_procedura",), _MARKED)
    if written.exchange_rate is not None:
        yield Origin(f"{path}KursWaluty", ("rates",), rate_note([row]))
    if written.is_before:
        yield Origin(f"{path}StanPrzed", ("settings.correction_style",), _STATE)


def _figures(path: str, written: fa3.Row, row: Row, source: _Source) -> Iterator[Origin]:
    is_gross = written.gross is not None
    note = _VALUE if row.figures.value >= 0 else _CREDITED
    yield Origin(f"{path}P_8B", source.quantity, _quantity_note(row))
    yield Origin(f"{path}{'P_9B' if is_gross else 'P_9A'}", source.price, _PRICE)
    if written.discount is not None:
        yield Origin(f"{path}P_10", (f"{source.line}discount_amounts", "settings.discount_style"), _PER_UNIT)
    yield Origin(f"{path}{'P_11A' if is_gross else 'P_11'}", source.value, note)
    if written.tax is not None:
        yield Origin(f"{path}P_11Vat", source.taxes, COPIED)


def _quantity_note(row: Row) -> Text:
    if row.priced.lost_quantity is None:
        return COPIED
    return Text(
        f"Żadna cena razy {row.priced.lost_quantity} nie daje wartości.",
        f"No price times {row.priced.lost_quantity} gives the value.",
    )


def _category(path: str, row: Row, source: _Source) -> Origin:
    treatment = row.treatment
    element = "P_12" if treatment.decision.category else "P_12_XII"
    if not source.line:
        return Origin(path + element, ("original_invoice.lines.data.taxes",), REPEATED)
    if treatment.said_by:
        note = Text(
            f"Decyzja firmy (reguła {treatment.decision.rule}).", f"Your decision (rule {treatment.decision.rule})."
        )
        return Origin(path + element, (treatment.said_by,), note)
    note = Text(
        f"Reguła {treatment.decision.rule}: {treatment.value}.", f"Rule {treatment.decision.rule}: {treatment.value}."
    )
    return Origin(path + element, (f"{source.line}taxes", "customer_address.country", "customer_tax_ids"), note)
