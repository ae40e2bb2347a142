"""Ways through the mapping that few invoices take."""

import json

from apps.documents.mapping.buyer_correction import BuyerCorrection
from apps.documents.mapping.case import read_case
from apps.documents.mapping.map import correct_buyer
from tests.documents.mapping.build import SELLER, case, filing, invoice, line, map_one, taxed, value


def test_a_draft_without_any_moment_lacks_nothing_but_its_status() -> None:
    nowhen = {"finalized_at": None, "paid_at": None, "voided_at": None}

    result = map_one(invoice(status="draft", number=None, effective_at=None, status_transitions=nowhen))

    assert [(reason.code.value, reason.field) for reason in result.reasons] == [("NOT_FINALIZED", "status")]


def test_a_person_may_say_that_the_buyer_has_no_number() -> None:
    american = invoice(country="US", ids=[("us_ein", "98-7654321")], currency="usd")

    result = map_one(american, {"kind": "set_buyer_id", "id_type": "none"})

    assert value(result, "Podmiot2/DaneIdentyfikacyjne/BrakID") == "1"
    assert value(result, "Podmiot2/DaneIdentyfikacyjne/NrID") is None


def test_a_discount_that_no_price_can_show_stays_in_the_price() -> None:
    row = line(99999, taxed(99999, discount=1), quantity=98765432, unit=None, discount=1)

    result = map_one(invoice(row), discount_style="p10")

    assert [value(result, f"Fa/FaWiersz/{name}") for name in ("P_8B", "P_9A", "P_10", "P_11")] == [
        "1",
        "999.98",
        None,
        "999.98",
    ]


def test_a_correction_of_the_buyer_needs_a_seller_with_a_nip() -> None:
    related = {"original_invoice": invoice(line(10000)), "original_filing": filing()}
    given = read_case(json.dumps(case(invoice(), related=related, seller={**SELLER, "nip": "1234567890"})))
    correction = BuyerCorrection(number="KOR/1", reason="błędna nazwa", name="CeDeE s.c.")

    result = correct_buyer(correction, given.related, given.seller, given.settings, given.filing_date)

    assert [(reason.code.value, reason.field) for reason in result.reasons] == [("SELLER_NIP_INVALID", "seller.nip")]
