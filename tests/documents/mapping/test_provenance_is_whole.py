"""Every element of a document is explained, and every explanation points at an element."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from apps.documents.mapping.buyer_correction import BuyerCorrection
from apps.documents.mapping.case import read_case
from apps.documents.mapping.map import correct_buyer
from apps.documents.mapping.outcome import File
from apps.documents.mapping.provenance import explain
from tests.documents.mapping.build import (
    SEPTEMBER,
    case,
    credit_line,
    credit_note,
    filing,
    invoice,
    line,
    tax,
    taxed,
)

CASES = sorted((Path(__file__).resolve().parents[2] / "data" / "cases").glob("*.json"))
CUSTOMER = {"id": "cus_1", "metadata": {"ksef_jst_nip": "5555555555", "ksef_tp": "1"}}
MARKED = {"ksef_gtu": "GTU_12", "ksef_annex15": "1", "ksef_procedura": "TT_D", "ksef_pkwiu": "62.01.11.0"}
BOUGHT = {"original_invoice": invoice(line(20000, metadata=MARKED), finalized=SEPTEMBER), "original_filing": filing()}
AMOUNT = {"total": 6150, "amount": 6150, "total_excluding_tax": 5000, "total_taxes": [tax(1150)]}
SHIPPED = {"amount_subtotal": 1000, "amount_tax": 230, "amount_total": 1230, "taxes": None, "shipping_rate": None}
MORE: dict[str, dict[str, Any]] = {
    "everything": case(
        invoice(
            line(24600, metadata=MARKED, quantity=2, unit="12300", discount=600),
            line(12300, taxed(12300, "txr_PL23i"), period=(SEPTEMBER, SEPTEMBER + 10**6)),
            line(12346, [tax(2840)], quantity=98765432101, unit=None),
            customer=CUSTOMER,
            discounts=["di_1"],
            starting_balance=100,
            custom_fields=[{"name": "PO", "value": "7"}],
        ),
        send_buyer_email=True,
        show_discounts=True,
        payment_link=True,
        fiscal_receipt=True,
        order_field="PO",
    ),
    "p10": case(invoice(line(20000, quantity=2, unit="10000", discount=200)), discount_style="p10"),
    "amount-only": case(credit_note(**AMOUNT), related=BOUGHT),
    "own-line": case(credit_note(credit_line(500, of=None)), related=BOUGHT),
    "both-states": case(credit_note(credit_line(500)), related=BOUGHT, correction_style="before_after"),
    "shipped": case(invoice(line(100), shipping_cost=SHIPPED, total_taxes=[tax(253)])),
}


def filed(data: str) -> File | None:
    result = read_case(data).run()
    return result if isinstance(result, File) else None


def leaves(element: etree._Element, path: str = "") -> Iterator[str]:
    """Paths of the elements that hold a value, each step with its place where it stands more than once."""
    children = [child for child in element if isinstance(child.tag, str)]
    if not children:
        yield path
    places: Counter[str] = Counter()
    names = Counter(etree.QName(child).localname for child in children)
    for child in children:
        name = etree.QName(child).localname
        places[name] += 1
        is_listed = names[name] > 1 or name in ("FaWiersz", "DodatkowyOpis", "Podmiot3")
        step = f"{name}[{places[name]}]" if is_listed else name
        yield from leaves(child, f"{path}/{step}" if path else step)


def unexplained(file: File) -> list[str]:
    explained = {origin.path for origin in explain(file)}
    found = leaves(etree.fromstring(file.xml))
    return [path for path in found if not any(path == known or path.startswith(f"{known}/") for known in explained)]


def pointing_nowhere(file: File) -> list[str]:
    found = list(leaves(etree.fromstring(file.xml)))
    paths = [origin.path for origin in explain(file)]
    return [path for path in paths if not any(leaf == path or leaf.startswith(f"{path}/") for leaf in found)]


FILED = {path.stem: file for path in CASES if (file := filed(path.read_text()))}
FILED |= {name: file for name, data in MORE.items() if (file := filed(json.dumps(data)))}


def test_the_documents_are_there() -> None:
    assert MORE.keys() <= FILED.keys()
    assert len(FILED) > 40


@pytest.mark.parametrize("name", FILED)
def test_every_element_is_explained_and_every_explanation_points_at_one(name: str) -> None:
    assert unexplained(FILED[name]) == []
    assert pointing_nowhere(FILED[name]) == []
    assert all(origin.fields and origin.note.pl and origin.note.en for origin in explain(FILED[name]))


def fields_of(name: str) -> dict[str, tuple[str, ...]]:
    return {origin.path: origin.fields for origin in explain(FILED[name])}


def test_a_correction_tells_what_is_the_originals_and_what_is_its_own() -> None:
    found = fields_of("case-17")

    assert found["Fa/FaWiersz[1]/P_7"][0] == "original_invoice.lines.data[0].description"
    assert found["Fa/FaWiersz[1]/P_11"] == ("lines.data.amount", "lines.data.discount_amount")
    assert found["Fa/OkresFa"] == ("original_invoice.lines.data.period",)


def test_a_voided_invoice_is_its_own_original() -> None:
    found = fields_of("own-void-after-filing")

    assert found["Podmiot2/Adres"] == ("customer_address",)
    assert found["Fa/P_2"] == ("number", "settings.void_number_pattern")
    assert "status_transitions.voided_at" in found["Fa/P_1"]
    assert found["Fa/FaWiersz[1]/P_7"][0] == "lines.data[0].description"


def test_a_bare_amount_is_explained_by_the_total() -> None:
    found = fields_of("amount-only")

    assert found["Fa/FaWiersz[1]/P_11"] == ("total", "total_excluding_tax")
    assert found["Fa/FaWiersz[1]/P_11Vat"] == ("total_taxes",)


def test_a_line_of_its_own_is_explained_by_the_credit_note() -> None:
    assert fields_of("own-line")["Fa/FaWiersz[1]/P_7"][0] == "lines.data[0].description"


def test_corrected_data_of_the_buyer_were_entered_by_a_person() -> None:
    given = read_case(json.dumps(case(credit_note(credit_line(500)), related=BOUGHT)))
    correction = BuyerCorrection(number="K/1", reason="Literówka", name="CDE S.A.")
    result = correct_buyer(correction, given.related, given.seller, given.settings, given.filing_date)
    assert isinstance(result, File)

    found = {origin.path: origin.fields for origin in explain(result)}

    assert unexplained(result) == pointing_nowhere(result) == []
    entered = {path for path, fields in found.items() if fields == ("buyer_correction",)}
    assert entered == {"Podmiot2/DaneIdentyfikacyjne/Nazwa", "Fa/P_2", "Fa/PrzyczynaKorekty"}
