"""Each value of a document is shown with the field it came from."""

from datetime import date
from typing import Any

from apps.documents.mapping.map import map_document
from apps.documents.mapping.outcome import File
from apps.documents.mapping.related import Related
from apps.documents.mapping.seller import Seller
from apps.documents.mapping.settings import Settings
from apps.documents.origins import shown_origins, stored_origins
from tests.stripe_intake.stripe_data import domestic_invoice, tax_rates

SELLER = Seller(nip="5265877635", name="Acme sp. z o.o.", address_l1="ul. Polna 1", address_l2="00-001 Warszawa")


def filed(**values: Any) -> File:
    related = Related.from_dict({"tax_rates": {rate["id"]: rate for rate in tax_rates()}})
    settings = Settings(ksef_start=date(2026, 2, 1))
    outcome = map_document(domestic_invoice(**values), related, SELLER, settings, date(2026, 3, 1))
    assert isinstance(outcome, File), outcome
    return outcome


def test_values_come_from_the_final_bytes_and_sources_in_the_readers_language() -> None:
    file = filed()
    stored = stored_origins(file)

    english = {origin["path"]: origin for origin in shown_origins(stored, file.xml, "en")}
    polish = {origin["path"]: origin for origin in shown_origins(stored, file.xml, "pl")}

    assert english["Fa/P_2"] == {"path": "Fa/P_2", "value": "FVS-0351", "source": "number · Copied."}
    assert polish["Fa/P_2"]["source"] == "number · Przepisano."
    assert english["Fa/P_15"]["value"] == "429.23"
    assert english["Fa/FaWiersz[2]/P_8B"]["value"] == "3"
    assert "Zakład Testowy" in english["Podmiot2/DaneIdentyfikacyjne"]["value"]


def test_every_origin_points_at_a_value_of_the_document() -> None:
    file = filed()

    assert [
        origin["path"] for origin in shown_origins(stored_origins(file), file.xml, "en") if not origin["value"]
    ] == []


def test_a_document_without_origins_shows_none() -> None:
    assert shown_origins([], b"", "en") == []
