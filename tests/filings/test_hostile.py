"""Wrong, hostile and absurd answers: never stored as truth, always a wait or a person (R17, B6)."""

import pytest

from apps.filings.collect import decode_hash
from apps.filings.models import Filing, Upo
from apps.filings.states import State
from apps.ksef_client import transport
from apps.ksef_client.transport import Request, Response
from apps.tenants.context import acting_in

from .house import MINUTE, SECOND, House

BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<Potwierdzenie xmlns="http://upo.schematy.mf.gov.pl/KSeF/v4-3">&d;</Potwierdzenie>"""


def stored(house: House) -> list[bytes]:
    with acting_in(house.tenant_id):
        return [bytes(upo.content) for upo in Upo.objects.all()]


@pytest.mark.parametrize("effect", ["wrong_upo", "wrong_hash_header", "expired_link"])
def test_a_receipt_that_proves_nothing_is_not_stored_and_the_right_one_is_fetched(house: House, effect: str) -> None:
    house.invoice("FV-0")
    house.work_for(5 * SECOND)
    house.pass_time(2 * MINUTE)  # so that it is the only one of the last minute and goes online too
    filing = house.invoice("FV-1")
    house.ksef.fault(effect, times=2)

    house.work_for(60 * SECOND)

    filed = house.read(filing)
    assert filed.state == State.RECEIPTED
    receipts = stored(house)
    assert len(receipts) == 2
    assert all(b"FV-0" in receipt or b"FV-1" in receipt for receipt in receipts)
    with acting_in(house.tenant_id):
        assert filed.ksef_number.encode() in bytes(Upo.objects.get(pk=filed.upo_id).content)


@pytest.mark.parametrize("effect", ["wrong_hash_header", "expired_link"])
def test_the_same_for_a_batch(house: House, effect: str) -> None:
    filings = house.invoices(3)
    house.ksef.fault(effect, times=2)

    house.work_for(2 * MINUTE)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    for filing in filings:
        filed = house.read(filing)
        with acting_in(house.tenant_id):
            assert filed.ksef_number.encode() in bytes(Upo.objects.get(pk=filed.upo_id).content)


def test_a_document_with_a_number_but_no_receipt_keeps_its_number_and_waits(house: House) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("expired_link", times=None)
    by_number = "GET /sessions/{referenceNumber}/invoices/ksef/{ksefNumber}/upo"
    house.ksef.fault("error", by_number, times=None, code=21178)

    house.work_for(30 * SECOND)
    waiting = house.read(filing)
    assert waiting.state == State.ACCEPTED
    assert waiting.ksef_number
    assert waiting.reason_code == "receipt_missing"
    assert stored(house) == []
    house.ksef.heal()
    house.work_for(3 * MINUTE)

    assert house.state(filing) == State.RECEIPTED
    assert house.ksef.sends == 1


def test_a_receipt_with_a_broken_signature_is_kept_and_flagged(house: House) -> None:
    filing = house.invoice("FV-1")
    house.ksef.fault("broken_upo")

    house.work_for(10 * SECOND)

    with acting_in(house.tenant_id):
        upo = Upo.objects.get(pk=house.read(filing).upo_id)
        assert upo.signature_valid is False


@pytest.mark.parametrize(
    "body",
    [BOMB, b"<a>" * 200_000, b"<" + b"x" * 30_000_000, b"\xff\xfe<\x00a\x00/\x00>\x00", b"<Potwierdzenie/>", b""],
)
def test_a_hostile_receipt_costs_nothing_and_is_not_stored(
    house: House, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = house.invoice("FV-1")
    real = transport.RequestsTransport.send

    def poisoned(self: transport.RequestsTransport, request: Request) -> Response:
        answer = real(self, request)
        if "xml" in request.headers.get("Accept", "") and answer.status == 200:
            if len(body) > request.max_answer:
                raise transport.AnswerLost("too large")
            return Response(200, {"Content-Type": "application/xml"}, body)
        return answer

    with monkeypatch.context() as hostile:
        hostile.setattr(transport.RequestsTransport, "send", poisoned)
        house.work_for(20 * SECOND)
    assert house.state(filing) == State.ACCEPTED
    assert stored(house) == []

    house.work_for(MINUTE)
    assert house.state(filing) == State.RECEIPTED


@pytest.mark.parametrize("operation", ["send", "document status", "open online", "session status"])
@pytest.mark.parametrize("effect", ["malformed", "truncated"])
def test_half_an_answer_is_a_lost_answer(house: House, effect: str, operation: str) -> None:
    filings = house.invoices(2) if operation == "session status" else [house.invoice("FV-1")]
    house.ksef.fault(effect, operation)

    house.work_for(2 * MINUTE)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert house.ksef.sends == len(filings)


def test_a_number_that_is_none_of_ours_is_not_believed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    filing = house.invoice("FV-1")
    real = transport.RequestsTransport.send

    def renumbered(self: transport.RequestsTransport, request: Request) -> Response:
        answer = real(self, request)
        body = answer.body.replace(b'"ksefNumber": "5265877635', b'"ksefNumber": "5252344078')
        return Response(answer.status, answer.headers, body.replace(b'"ksefNumber":"52658', b'"ksefNumber":"52523'))

    with monkeypatch.context() as hostile:
        hostile.setattr(transport.RequestsTransport, "send", renumbered)
        house.work_for(10 * SECOND)
    waiting = house.read(filing)
    assert waiting.state == State.SENT
    assert waiting.ksef_number == ""

    house.work_for(MINUTE)
    assert house.state(filing) == State.RECEIPTED


def test_the_receipt_of_another_document_never_proves_this_one(house: House) -> None:
    first = house.invoice("FV-1")
    house.work_for(5 * SECOND)
    filed = house.read(first)
    with acting_in(house.tenant_id):
        upo = Upo.objects.get(pk=filed.upo_id)
        other = Filing(number="FV-2", invoice_hash=b"0" * 32, ksef_number="", state=State.SENT)

    from apps.ksef_client.receipt import parse_upo

    (confirmed,) = parse_upo(bytes(upo.content)).documents
    assert decode_hash(confirmed.invoice_hash) != bytes(other.invoice_hash or b"")
    assert decode_hash("nonsense") is None
    assert decode_hash("AAAA") is None
