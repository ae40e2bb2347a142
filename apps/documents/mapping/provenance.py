"""Where each value of a document came from: a Stripe field, a setting, the profile, a published rate or a person."""

from collections.abc import Iterator

from apps.documents.mapping.origin import COPIED, REPEATED, Origin, original_prefix
from apps.documents.mapping.outcome import File
from apps.documents.mapping.overrides import (
    Override,
    SetBuyerAddress,
    SetBuyerId,
    SetBuyerName,
    SetIssueDate,
    SetNumber,
)
from apps.documents.mapping.provenance_rows import explain_rows, rate_note
from apps.documents.mapping.reasons import Text
from apps.fa3 import document as fa3

_FORM = "FA(3)"  # the source of what is the same in every document we make
_PROFILE = Text("Z profilu firmy.", "From the company profile.")
_PERSON = Text("Wpisane przez osobę.", "Entered by a person.")
_SETTING = Text("Z ustawień.", "From the settings.")
_ALWAYS = Text("Zawsze tak samo.", "Always the same.")
_FROM_ROWS = Text("Wynika ze stawek wierszy.", "Follows from the categories of the rows.")
_METADATA = Text("Z metadanych klienta.", "From the customer's metadata.")
_DESCRIBED = {
    "Okres": ("lines.data.period",),
    "Ilość": ("lines.data.quantity_decimal", "lines.data.quantity"),
    "Rabat": ("lines.data.discount_amounts", "settings.show_discounts"),
    "Link do płatności": ("hosted_invoice_url", "settings.payment_link"),
}


def explain(file: File) -> tuple[Origin, ...]:
    """The origin of every element of the document, in the order of the schema."""
    return (
        Origin("Naglowek", (_FORM,), Text("Wzór i chwila wytworzenia.", "The form, and when this was made.")),
        *_parties(file),
        *_head(file),
        *_totals(file),
        *_annotations(file),
        *_kind(file),
        *_descriptions(file),
        *explain_rows(file),
        *_money(file),
    )


def _parties(file: File) -> Iterator[Origin]:
    document = file.document
    yield Origin("Podmiot1", ("seller",), _PROFILE)
    if document.seller.has_vat_prefix:
        note = Text("Są wiersze np II lub 0 WDT.", "There are rows of np II or 0 WDT.")
        yield Origin("Podmiot1/PrefiksPodatnika", ("Fa/FaWiersz/P_12",), note)
    yield _entered(file, "Podmiot2/DaneIdentyfikacyjne", SetBuyerId, "customer_tax_ids", _identity_note(document.buyer))
    yield _entered(file, "Podmiot2/DaneIdentyfikacyjne/Nazwa", SetBuyerName, "customer_name", COPIED)
    if document.buyer.address:
        yield _entered(file, "Podmiot2/Adres", SetBuyerAddress, "customer_address", COPIED)
    if document.buyer.contacts:
        yield Origin("Podmiot2/DaneKontaktowe", ("customer_email", "settings.send_buyer_email"), COPIED)
    if document.buyer.link_key:
        yield Origin("Podmiot2/IDNabywcy", (_FORM,), Text("Łączy nowe dane z dawnymi.", "Ties new data to old ones."))
    yield Origin("Podmiot2/JST", ("customer.metadata.ksef_jst_nip",), _METADATA)
    yield Origin("Podmiot2/GV", ("customer.metadata.ksef_gv_nip",), _METADATA)
    for place, _ in enumerate(document.third_parties, 1):
        fields = ("customer.metadata.ksef_jst_nip", "customer.metadata.ksef_gv_nip")
        yield Origin(f"Podmiot3[{place}]", fields, _METADATA)


def _identity_note(buyer: fa3.Buyer) -> Text:
    if isinstance(buyer.id, fa3.Nip):
        return Text("Polski numer nabywcy.", "The buyer's Polish number.")
    if isinstance(buyer.id, fa3.EuVat):
        return Text("Numer VAT UE nabywcy.", "The buyer's EU VAT number.")
    if isinstance(buyer.id, fa3.ForeignId):
        return Text("Inny numer podatkowy nabywcy.", "Another tax number of the buyer.")
    return Text("Nabywca nie ma numeru.", "The buyer has no number.")


def _entered(file: File, path: str, override: type[Override], field: str, note: Text) -> Origin:
    """Names the override where a person entered the value, else the Stripe field."""
    if path in _corrected(file.document):
        return Origin(path, ("buyer_correction",), _PERSON)
    if file.setup.overrides.has(override):
        return Origin(path, (f"override.{override.__name__}",), _PERSON)
    return Origin(path, (original_prefix(file) + field,), note)


def _corrected(document: fa3.Document) -> frozenset[str]:
    """What a correction of the buyer's data changes."""
    former = document.correction.former_buyers[0] if document.correction and document.correction.former_buyers else None
    if former is None:
        return frozenset()
    changed = set()
    if former.name != document.buyer.name:
        changed.add("Podmiot2/DaneIdentyfikacyjne/Nazwa")
    if former.address != document.buyer.address:
        changed.add("Podmiot2/Adres")
    return frozenset(changed)


def _head(file: File) -> Iterator[Origin]:
    document = file.document
    yield Origin("Fa/KodWaluty", ("currency",), COPIED)
    yield _issue_origin(file)
    yield _number_origin(file)
    if document.supplied:
        path = "Fa/OkresFa" if isinstance(document.supplied, fa3.Period) else "Fa/P_6"
        note = Text(
            "Okres wierszy; koniec okresu abonamentu w Stripe to początek następnego.",
            "The period of the rows; the end of a subscription period in Stripe is the start of the next.",
        )
        yield Origin(path, (original_prefix(file) + "lines.data.period",), note)


def _issue_origin(file: File) -> Origin:
    if file.setup.overrides.has(SetIssueDate):
        return Origin("Fa/P_1", ("override.SetIssueDate",), _PERSON)
    second = "status_transitions.finalized_at"
    if file.document.correction:
        second = "created" if original_prefix(file) else "status_transitions.voided_at"
    fields = ("effective_at", second, "settings.late_p1")
    if any(warning.code.value == "P1_REDATED" for warning in file.warnings):
        return Origin("Fa/P_1", fields, Text("Dzień wysyłki.", "The day of filing."))
    return Origin("Fa/P_1", fields, Text("Dzień w Warszawie.", "The day in Warsaw."))


def _number_origin(file: File) -> Origin:
    if file.setup.overrides.has(SetNumber):
        return Origin("Fa/P_2", ("override.SetNumber",), _PERSON)
    correction = file.document.correction
    if correction and correction.former_buyers:
        return Origin("Fa/P_2", ("buyer_correction",), _PERSON)
    is_of_a_void = correction is not None and not original_prefix(file)
    if is_of_a_void:
        note = Text("Numer faktury według wzoru z ustawień.", "The invoice's number in the pattern of the settings.")
        return Origin("Fa/P_2", ("number", "settings.void_number_pattern"), note)
    return Origin("Fa/P_2", ("number",), COPIED)


def _totals(file: File) -> Iterator[Origin]:
    net = Text("Suma wierszy tej stawki.", "The sum of the rows of this rate.")
    tax = Text("Podatek naliczony przez Stripe.", "The tax as Stripe charged it.")
    for bucket in file.document.buckets:
        yield Origin(f"Fa/P_13_{bucket.kind}", ("lines.data.amount", "lines.data.discount_amounts"), net)
        if bucket.tax is not None:
            yield Origin(f"Fa/P_14_{bucket.kind}", ("total_taxes.amount",), tax)
        if bucket.tax_pln is not None:
            yield Origin(f"Fa/P_14_{bucket.kind}W", ("rates",), rate_note(file.rows))
    yield Origin("Fa/P_15", ("total",), COPIED)


def _annotations(file: File) -> Iterator[Origin]:
    path = "Fa/Adnotacje/"
    yield Origin(f"{path}P_16", ("settings.cash_method",), _FROM_ROWS)
    yield Origin(f"{path}P_17", (_FORM,), _ALWAYS)
    yield Origin(f"{path}P_18", ("Fa/FaWiersz/P_12", "settings.np1_b2b_p18"), _FROM_ROWS)
    yield Origin(f"{path}P_18A", ("metadata.ksef_annex15", "total"), _FROM_ROWS)
    if file.document.annotations.exemption:
        yield Origin(f"{path}Zwolnienie/P_19", ("Fa/FaWiersz/P_12",), _FROM_ROWS)
        fields = ("metadata.ksef_exempt_basis", "settings.exempt_basis")
        yield Origin(f"{path}Zwolnienie/P_19A", fields, COPIED)
    else:
        yield Origin(f"{path}Zwolnienie/P_19N", ("Fa/FaWiersz/P_12",), _FROM_ROWS)
    for name in ("NoweSrodkiTransportu", "P_23", "PMarzy"):
        yield Origin(path + name, (_FORM,), _ALWAYS)


def _kind(file: File) -> Iterator[Origin]:
    """RodzajFaktury, what a correction corrects, and the marks of the whole document."""
    document = file.document
    yield Origin("Fa/RodzajFaktury", ("object", "status"), Text("Rodzaj dokumentu w Stripe.", "Its kind in Stripe."))
    if document.correction:
        yield from _why_corrected(document.correction)
        yield Origin("Fa/DaneFaKorygowanej", ("original_filing",), REPEATED)
        if document.correction.former_buyers:
            fields = (original_prefix(file) + "customer_name", original_prefix(file) + "customer_address")
            yield Origin("Fa/Podmiot2K", fields, REPEATED)
    if document.is_for_fiscal_receipt:
        yield Origin("Fa/FP", ("settings.fiscal_receipt",), _SETTING)
    if document.is_between_related_parties:
        yield Origin("Fa/TP", ("customer.metadata.ksef_tp",), _METADATA)


def _why_corrected(correction: fa3.Correction) -> Iterator[Origin]:
    if correction.former_buyers:
        yield Origin("Fa/PrzyczynaKorekty", ("buyer_correction",), _PERSON)
        yield Origin("Fa/TypKorekty", (_FORM,), Text("Błąd był już na fakturze.", "The invoice had the error."))
        return
    yield Origin("Fa/PrzyczynaKorekty", ("memo", "reason"), COPIED)
    yield Origin("Fa/TypKorekty", ("settings.correction_type",), _SETTING)


def _descriptions(file: File) -> Iterator[Origin]:
    for place, description in enumerate(file.document.descriptions, 1):
        yield Origin(f"Fa/DodatkowyOpis[{place}]", _DESCRIBED[description.key], COPIED)


def _money(file: File) -> Iterator[Origin]:
    document = file.document
    if document.settlement:
        note = Text("Wykorzystane saldo klienta.", "The customer's balance that was used.")
        yield Origin("Fa/Rozliczenie", ("starting_balance", "ending_balance"), note)
    if document.payment:
        fields = ("status", "status_transitions.paid_at", "payments", "due_date", "payment_method_type")
        yield Origin("Fa/Platnosc", fields, COPIED)
    if document.terms:
        yield Origin("Fa/WarunkiTransakcji/Zamowienia", ("custom_fields", "settings.order_field"), COPIED)
    if document.footer:
        yield Origin("Stopka", ("seller",), _PROFILE)
