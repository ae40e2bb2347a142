import pytest

from launcher.demo_verdict import FILED, HELD, NO_DOCUMENT, NOT_FOR_KSEF, Expected, Seen, differences


def filed(stripe_id, number="5260309174-20261121-0100A0B0C0D0-4F"):
    return Seen(stripe_id, FILED, ksef_number=number, has_upo=True)


def test_samples_that_ended_as_promised_leave_nothing_to_say():
    expected = [
        Expected("domestic", "in_1", FILED),
        Expected("no NIP", "in_2", HELD),
        Expected("draft", "in_3", NO_DOCUMENT),
    ]

    assert differences(expected, [filed("in_1"), Seen("in_2", HELD, reason="buyer_nip")]) == []


@pytest.mark.parametrize(
    ("promised", "seen", "line"),
    [
        (FILED, [Seen("in_1", HELD, reason="buyer_nip")], "should be filed but is held, reason: buyer_nip"),
        (HELD, [filed("in_1")], "should be held but is filed"),
        (FILED, [], "should be filed but is no_document"),
        (NO_DOCUMENT, [filed("in_1")], "should be no_document but is filed"),
        (NOT_FOR_KSEF, [Seen("in_1", "queued")], "should be not_for_ksef but is queued"),
        (FILED, [Seen("in_1", FILED, ksef_number="x")], "has no UPO"),
        (FILED, [Seen("in_1", FILED)], "has no KSeF number"),
    ],
)
def test_each_sample_that_ended_otherwise_gets_a_line_that_names_it(promised, seen, line):
    [told] = differences([Expected("domestic", "in_1", promised)], seen)

    assert told.startswith("domestic (in_1) ")
    assert line in told


def test_two_documents_with_one_ksef_number_are_told():
    expected = [Expected("a", "in_1", FILED), Expected("b", "in_2", FILED)]

    [told] = differences(expected, [filed("in_1", "N"), filed("in_2", "N")])

    assert told == "in_2 has the KSeF number of in_1"


def test_the_correction_of_a_voided_invoice_is_the_second_document_with_its_id():
    promise = Expected("void_after_filing", "in_1", FILED, kind="void")

    assert differences([promise], [filed("in_1", "A"), filed("in_1", "B")]) == []
    [told] = differences([promise], [filed("in_1", "A")])
    assert "should be filed but is no_document" in told


def test_one_invoice_filed_twice_is_told():
    [told] = differences([Expected("domestic", "in_1", FILED)], [filed("in_1", "A"), filed("in_1", "B")])

    assert told == "domestic (in_1) should be one document but is 2"
