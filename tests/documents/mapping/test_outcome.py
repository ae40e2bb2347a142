"""The last look at a document: bytes that are wrong are our mistake and never leave."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from apps.documents.mapping.outcome import File, finish
from tests.documents.mapping.build import (
    NOON,
    SEPTEMBER,
    codes,
    credit_line,
    credit_note,
    filing,
    invoice,
    line,
    map_one,
)


def filed() -> File:
    result = map_one(invoice())
    assert isinstance(result, File)
    return result


def test_a_number_that_cannot_be_written_is_our_mistake() -> None:
    good = filed()
    row = replace(good.document.rows[0], net_price=Decimal("0.123456789"))

    result = finish(replace(good.document, rows=(row,)), good.rows, good.setup, (), good.facts)

    assert codes(result) == ["SCHEMA_INVALID"]


def test_a_document_that_breaks_a_check_is_held_with_the_place() -> None:
    good = filed()

    result = finish(replace(good.document, total=Decimal("1.00")), good.rows, good.setup, good.warnings, good.facts)

    assert [(reason.code, reason.field) for reason in result.reasons] == [("SCHEMA_INVALID", "Fa/P_15")]


def test_a_document_that_breaks_the_schema_is_held_with_the_place() -> None:
    good = filed()

    result = finish(replace(good.document, currency="XYZ"), good.rows, good.setup, (), good.facts)

    assert set(codes(result)) == {"SCHEMA_INVALID"}
    assert any("KodWaluty" in reason.field for reason in result.reasons)


def test_a_verdict_knows_itself() -> None:
    skipped = map_one(invoice(status="draft"))

    assert (filed().verdict, filed().reasons, skipped.verdict) == ("file", (), "skip")


def void(**more: Any) -> dict[str, Any]:
    transitions = {"finalized_at": SEPTEMBER, "paid_at": None, "voided_at": NOON}
    return invoice(*more.pop("lines", [line(10000)]), status="void", status_transitions=transitions, **more)


def test_a_void_is_asked_the_same_first_questions() -> None:
    related = {"original_filing": filing()}

    early = map_one(void(), related=related, ksef_start="2026-10-06")
    unreadable = map_one(void(lines=[line(10000, [])]), related=related)

    assert codes(early) == ["BEFORE_KSEF_START"]
    assert codes(unreadable) == ["NO_TAX_DOMESTIC"]


def test_a_voided_correction_is_asked_them_too() -> None:
    note = credit_note(credit_line(100), status="void", voided_at=NOON)
    related = {"original_invoice": invoice(), "original_filing": filing(), "own_filing": filing()}

    assert codes(map_one(note, related=related, ksef_start="2026-10-06")) == ["BEFORE_KSEF_START"]


def test_a_category_credited_in_full_leaves_no_total_behind() -> None:
    rows = [
        line(10000),
        line(5000, [{**line(5000)["taxes"][0], "amount": 400, "tax_rate_details": {"tax_rate": "txr_PL8e"}}]),
    ]
    priors = [{"p_2": "X", "P_13_2": "-50.00", "P_14_2": "-4.00", "P_15": "-54.00"}]

    result = map_one(void(lines=rows), related={"original_filing": filing(), "prior_corrections": priors})

    assert isinstance(result, File), result.reasons
    assert [bucket.kind.value for bucket in result.document.buckets] == ["1"]
