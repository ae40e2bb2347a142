"""What is asked before anything else."""

import pytest

from tests.documents.mapping.build import credit_line, credit_note, filing, invoice, line, map_one


@pytest.mark.parametrize("number", ["\ud800", "\x00\ufffe", "   "])
def test_a_number_of_which_nothing_can_be_written_is_named_as_the_field_to_look_at(number: str) -> None:
    related = {"original_invoice": invoice(line(10000)), "original_filing": filing()}

    results = (
        map_one(invoice(line(10000), number=number)),
        map_one(credit_note(credit_line(100), number=number), related=related),
    )

    for result in results:
        assert [(reason.code.value, reason.field) for reason in result.reasons] == [("NUMBER_INVALID", "number")]
