import time
from collections.abc import Iterator
from concurrent.futures import Future
from uuid import uuid4

import pytest

from launcher import demo_watch
from launcher.demo_rows import Picture, Row
from launcher.demo_verdict import FILED, Expected
from launcher.demo_watch import Watch, seen

NUMBER = "5260309174-20261121-0100A0B0C0D0-4F"


def row(stripe_id="in_1", state="receipted", reason="", number=NUMBER):
    return Row(
        filing=stripe_id,
        kind="invoice",
        stripe_id=stripe_id,
        number=stripe_id,
        buyer="Globex",
        total="1.00 PLN",
        state=state,
        reason=reason,
        ksef_number=number if state == "receipted" else "",
        has_upo=state == "receipted",
    )


class Promises:
    """A stand-in for the Stripe simulator: promises, and stories with no further step."""

    def __init__(self, *expected: Expected) -> None:
        self.promised = list(expected)

    def expected(self) -> list[Expected]:
        return self.promised

    def go_on(self, filed: set[str]) -> bool:
        return False


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(demo_watch, "PAUSE", 0.0)
    monkeypatch.setattr(demo_watch, "SETTLED", 0.05)
    monkeypatch.setattr(demo_watch, "QUIET", 0.2)
    monkeypatch.setattr(demo_watch, "STRANGERS_SETTLED", 0.02)
    monkeypatch.setattr(demo_watch, "STRANGERS_QUIET", 0.3)


def watch(stripe, *pictures: Picture) -> Watch:
    made: Future[None] = Future()
    made.set_result(None)
    watching = Watch(uuid4(), stripe, made)
    shown: Iterator[Picture] = iter(pictures)
    last = [Picture((), 0)]

    def read() -> Picture:
        last[0] = next(shown, last[0])
        return last[0]

    watching.read = read
    return watching


def test_the_watch_ends_when_every_document_is_where_it_should_be():
    stripe = Promises(Expected("domestic", "in_1", FILED), Expected("wrong_nip", "in_2", "held:BUYER_NIP_INVALID"))
    held = row("in_2", "held", "BUYER_NIP_INVALID")

    lines = watch(stripe, Picture((), 2), Picture((row(state="sent"),), 1), Picture((row(), held), 0)).until_at_rest(
        wanted=1
    )

    assert lines == []


def test_a_document_that_ends_otherwise_is_told_once_nothing_moves_any_more():
    stripe = Promises(Expected("domestic", "in_1", FILED))

    [line] = watch(stripe, Picture((row(state="held", reason="NO_RATE"),), 0)).until_at_rest(wanted=1)

    assert line == "domestic (in_1) should be filed but is held:NO_RATE, reason: NO_RATE"


def test_a_document_that_never_comes_is_told():
    [line] = watch(Promises(Expected("domestic", "in_1", FILED))).until_at_rest(wanted=1)

    assert "in_1" in line


def test_documents_stuck_on_their_way_end_the_watch_too():
    [line] = watch(Promises(Expected("domestic", "in_1", FILED)), Picture((row(state="sent"),), 0)).until_at_rest(
        wanted=1
    )

    assert "should be filed but is filing" in line


def test_with_a_strange_stripe_the_number_of_documents_asked_for_is_waited_for():
    strange = watch(None, Picture((row(),), 0), Picture((row(), row("in_2", number="other")), 0))

    assert strange.until_at_rest(wanted=2) == []
    assert len(strange.picture.rows) == 2


def test_with_a_strange_stripe_too_few_documents_are_told():
    assert watch(None, Picture((row(),), 0)).until_at_rest(wanted=2) == ["1 of 2 documents have come"]


def test_with_a_strange_stripe_a_rejected_document_is_told():
    [line] = watch(None, Picture((row(state="rejected", reason="SCHEMA"),), 0)).until_at_rest(wanted=1)

    assert line == "in_1 (in_1) was rejected, reason: SCHEMA"


def test_the_first_document_of_a_strange_stripe_is_waited_for_longer_than_any_other():
    strange = watch(None, *[Picture((), 0)] * 20)
    began = time.monotonic()

    strange.until_at_rest(wanted=1)

    assert time.monotonic() - began > 0.3


def test_a_failure_while_making_documents_is_not_swallowed():
    broken: Future[None] = Future()
    broken.set_exception(ConnectionError("gone"))
    watching = Watch(uuid4(), None, broken)
    watching.read = lambda: Picture((), 0)

    with pytest.raises(ConnectionError):
        watching.until_at_rest(wanted=1)


@pytest.mark.parametrize(
    ("state", "reason", "outcome"),
    [
        ("receipted", "", "filed"),
        ("held", "BUYER_NIP_INVALID", "held:BUYER_NIP_INVALID"),
        ("excluded", "B2C", "skipped:B2C"),
        ("rejected", "x", "rejected"),
        ("waiting", "ORIGINAL", "queued"),
        ("accepted", "", "filing"),
    ],
)
def test_outcomes_are_named_as_scenarios_name_them(state, reason, outcome):
    assert seen(row(state=state, reason=reason)).outcome == outcome
