"""Where each value of a document came from: a Stripe field, a setting, the profile, a published rate or a person."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apps.documents.mapping.outcome import File
from apps.documents.mapping.overrides import (
    Override,
    SetBuyerAddress,
    SetBuyerId,
    SetBuyerName,
    SetIssueDate,
    SetNumber,
)
from apps.documents.mapping.reasons import Text
from apps.documents.mapping.rows import SHIPPING, Row
from apps.fa3 import document as fa3


@dataclass(frozen=True, slots=True)
class Origin:
    """One value: the element, the fields it was read from, and in words how."""

    path: str  # below Faktura, rows by their place from 1
    fields: tuple[str, ...]
    note: Text


_COPIED = Text("Przepisano.", "Copied.")
_PROFILE = Text("Z profilu firmy.", "From the company profile.")
_PERSON = Text("Wpisane przez osobę.", "Entered by a person.")
_REPEATED = Text("Powtórzono z faktury pierwotnej.", "Repeated from the original.")


def explain(file: File) -> tuple[Origin, ...]:
    """The origin of every value a person may ask about, in the order of the document."""
    return (*_parties(file), *_head(file), *_totals(file), *_annotations(file), *_rows(file), *_money(file))


def _parties(file: File) -> Iterator[Origin]:
    yield Origin("Podmiot1", ("seller",), _PROFILE)
    if file.document.seller.has_vat_prefix:
        yield Origin(
            "Podmiot1/PrefiksPodatnika",
            ("Fa/FaWiersz/P_12",),
            Text("Są wiersze np II lub 0 WDT.", "There are rows of np II or 0 WDT."),
        )
    by = _by_person(file)
    yield by("Podmiot2/DaneIdentyfikacyjne", SetBuyerId, "customer_tax_ids", _identity_note(file.document.buyer))
    yield by("Podmiot2/DaneIdentyfikacyjne/Nazwa", SetBuyerName, "customer_name", _COPIED)
    if file.document.buyer.address:
        yield by("Podmiot2/Adres", SetBuyerAddress, "customer_address", _COPIED)


def _identity_note(buyer: fa3.Buyer) -> Text:
    if isinstance(buyer.id, fa3.Nip):
        return Text("Polski numer nabywcy.", "The buyer's Polish number.")
    if isinstance(buyer.id, fa3.EuVat):
        return Text("Numer VAT UE nabywcy.", "The buyer's EU VAT number.")
    if isinstance(buyer.id, fa3.ForeignId):
        return Text("Inny numer podatkowy nabywcy.", "Another tax number of the buyer.")
    return Text("Nabywca nie ma numeru.", "The buyer has no number.")


def _by_person(file: File) -> "_Chooser":
    return _Chooser(file)


class _Chooser:
    """Names the override where a person entered the value, else the Stripe field."""

    __slots__ = ("_file", "_prefix")

    def __init__(self, file: File) -> None:
        self._file = file
        self._prefix = "original_invoice." if file.document.kind is fa3.Kind.CORRECTION else ""

    def __call__(self, path: str, override: type[Override], field: str, note: Text) -> Origin:
        if self._file.setup.overrides.has(override):
            return Origin(path, (f"override.{override.__name__}",), _PERSON)
        return Origin(path, (self._prefix + field,), note)


def _head(file: File) -> Iterator[Origin]:
    document, overrides = file.document, file.setup.overrides
    yield Origin("Fa/KodWaluty", ("currency",), _COPIED)
    yield _issue_origin(file)
    number = "override.SetNumber" if overrides.has(SetNumber) else "number"
    yield Origin("Fa/P_2", (number,), _PERSON if overrides.has(SetNumber) else _COPIED)
    if document.supplied:
        path = "Fa/OkresFa" if isinstance(document.supplied, fa3.Period) else "Fa/P_6"
        note = Text(
            "Okres wierszy; koniec okresu abonamentu w Stripe to początek następnego.",
            "The period of the rows; the end of a subscription period in Stripe is the start of the next.",
        )
        yield Origin(path, ("lines.data.period",), note)
    if document.correction:
        yield Origin("Fa/PrzyczynaKorekty", ("memo", "reason"), _COPIED)
        yield Origin("Fa/TypKorekty", ("settings.correction_type",), Text("Z ustawień.", "From the settings."))
        yield Origin("Fa/DaneFaKorygowanej", ("original_filing",), _REPEATED)


def _issue_origin(file: File) -> Origin:
    if file.setup.overrides.has(SetIssueDate):
        return Origin("Fa/P_1", ("override.SetIssueDate",), _PERSON)
    fields = ("effective_at", "status_transitions.finalized_at", "settings.late_p1")
    if any(warning.code.value == "P1_REDATED" for warning in file.warnings):
        return Origin("Fa/P_1", fields, Text("Dzień wysyłki.", "The day of filing."))
    return Origin("Fa/P_1", fields, Text("Dzień w Warszawie.", "The day in Warsaw."))


def _totals(file: File) -> Iterator[Origin]:
    net = Text("Suma wierszy tej stawki.", "The sum of the rows of this rate.")
    tax = Text("Podatek naliczony przez Stripe.", "The tax as Stripe charged it.")
    for bucket in file.document.buckets:
        yield Origin(f"Fa/P_13_{bucket.kind}", ("lines.data.amount", "lines.data.discount_amounts"), net)
        if bucket.tax is not None:
            yield Origin(f"Fa/P_14_{bucket.kind}", ("total_taxes.amount",), tax)
        if bucket.tax_pln is not None:
            yield Origin(f"Fa/P_14_{bucket.kind}W", ("rates",), _rate_note(file.rows))
    yield Origin("Fa/P_15", ("total",), _COPIED)


def _rate_note(rows: Iterable[Row]) -> Text:
    rates = dict.fromkeys(row.rate for row in rows if row.rate)
    shown = "; ".join(f"{rate.value} {rate.table} {rate.published_on or ''}".strip() for rate in rates)
    return Text(f"Podatek razy kurs ({shown}).", f"The tax times the rate ({shown}).")


def _annotations(file: File) -> Iterator[Origin]:
    rows = Text("Wynika ze stawek wierszy.", "Follows from the categories of the rows.")
    yield Origin("Fa/Adnotacje/P_16", ("settings.cash_method",), rows)
    yield Origin("Fa/Adnotacje/P_18", ("Fa/FaWiersz/P_12", "settings.np1_b2b_p18"), rows)
    yield Origin("Fa/Adnotacje/P_18A", ("metadata.ksef_annex15", "total"), rows)
    if file.document.annotations.exemption:
        fields = ("metadata.ksef_exempt_basis", "settings.exempt_basis")
        yield Origin("Fa/Adnotacje/Zwolnienie/P_19A", fields, _COPIED)


def _rows(file: File) -> Iterator[Origin]:
    for place, (written, row) in enumerate(zip(file.document.rows, file.rows, strict=True), 1):
        path, source = f"Fa/FaWiersz[{place}]/", row.path
        if row.line_id == SHIPPING:
            yield Origin(f"{path}P_7", ("shipping_cost.shipping_rate.display_name",), _COPIED)
        else:
            yield Origin(f"{path}P_7", (f"{source}description", "settings.fallback_item_name"), _COPIED)
        yield Origin(f"{path}P_8A", ("product.unit_label", "settings.unit"), _COPIED)
        yield Origin(f"{path}P_8B", (f"{source}quantity_decimal", f"{source}quantity"), _quantity_note(row))
        price = "P_9B" if written.gross_price is not None else "P_9A"
        yield Origin(f"{path}{price}", (f"{source}pricing.unit_amount_decimal", f"{source}amount"), _PRICE)
        value = "P_11A" if written.gross is not None else "P_11"
        yield Origin(f"{path}{value}", (f"{source}amount", f"{source}discount_amounts"), _VALUE)
        if written.tax is not None:
            yield Origin(f"{path}P_11Vat", (f"{source}taxes",), _COPIED)
        yield _category_origin(path, row)
        if written.supplied_on:
            yield Origin(f"{path}P_6A", (f"{source}period.end",), Text("Koniec okresu.", "The end of the period."))
        if row.rate and written.exchange_rate is not None:
            yield Origin(f"{path}KursWaluty", ("rates",), _rate_note([row]))


_PRICE = Text(
    "Cena ze Stripe, jeżeli razy ilość daje wartość, inaczej wartość przez ilość.",
    "Stripe's price if times the quantity it gives the value, else the value by the quantity.",
)
_VALUE = Text("Kwota wiersza bez rabatów.", "The amount of the line less discounts.")


def _quantity_note(row: Row) -> Text:
    if row.priced.lost_quantity is None:
        return _COPIED
    return Text(
        f"Żadna cena razy {row.priced.lost_quantity} nie daje wartości.",
        f"No price times {row.priced.lost_quantity} gives the value.",
    )


def _category_origin(path: str, row: Row) -> Origin:
    treatment = row.treatment
    element = "P_12" if treatment.decision.category else "P_12_XII"
    if treatment.said_by:
        note = Text(
            f"Decyzja firmy (reguła {treatment.decision.rule}).", f"Your decision (rule {treatment.decision.rule})."
        )
        return Origin(path + element, (treatment.said_by,), note)
    note = Text(
        f"Reguła {treatment.decision.rule}: {treatment.value}.", f"Rule {treatment.decision.rule}: {treatment.value}."
    )
    return Origin(path + element, (f"{row.path}taxes", "customer_address.country", "customer_tax_ids"), note)


def _money(file: File) -> Iterator[Origin]:
    document = file.document
    if document.settlement:
        note = Text("Wykorzystane saldo klienta.", "The customer's balance that was used.")
        yield Origin("Fa/Rozliczenie", ("starting_balance", "ending_balance"), note)
    if document.payment:
        fields = ("status", "status_transitions.paid_at", "payments", "due_date", "payment_method_type")
        yield Origin("Fa/Platnosc", fields, _COPIED)
    if document.terms:
        yield Origin("Fa/WarunkiTransakcji/Zamowienia", ("custom_fields", "settings.order_field"), _COPIED)
    if document.footer:
        yield Origin("Stopka", ("seller",), _PROFILE)
