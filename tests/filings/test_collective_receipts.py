"""The receipt of a batch in several pages: each document is filed by the page that names it, and by no other."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Count

from apps.filings.models import Alarm, Filing, RequestLedger, Upo
from apps.filings.states import State
from apps.ksef_client.receipt import parse_upo
from apps.ksef_client.transport import Request, RequestsTransport, Response
from apps.reviews.models import ReviewItem
from apps.tenants.context import acting_in

from .house import MINUTE, SECOND, House, sha
from .paged_receipts import Pages

BY_NUMBER = "GET /sessions/{referenceNumber}/invoices/ksef/{ksefNumber}/upo"
FORGOTTEN = 4  # times; the simulator does not count what it refuses before looking
FOREIGN_HASH = b"A" * 43 + b"="


@pytest.fixture
def paged(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Pages]:
    def split(size: int, **how: Any) -> Pages:
        pages = Pages(size, **how)

        def send(transport: RequestsTransport, request: Request) -> Response:
            return pages.send(transport, request)

        monkeypatch.setattr(RequestsTransport, "send", send)
        return pages

    return split


def prove_all(house: House, filings: list[Filing]) -> None:
    """Each document is filed once, and its stored receipt names it by its own hash and number."""
    assert house.ksef.sends == len(filings)
    for filing in filings:
        filed = house.read(filing)
        assert filed.state == State.RECEIPTED
        with acting_in(house.tenant_id):
            receipt = parse_upo(bytes(Upo.objects.get(pk=filed.upo_id).content))
        named = {one.invoice_hash: str(one.ksef_number) for one in receipt.documents}
        assert named[sha(filed)] == filed.ksef_number


def kinds(house: House) -> list[tuple[str, int]]:
    with acting_in(house.tenant_id):
        return sorted(Upo.objects.values_list("kind", "document_count"))


def swap_hash(body: bytes) -> bytes:
    return re.sub(rb"<SkrotDokumentu>[^<]+<", b"<SkrotDokumentu>" + FOREIGN_HASH + b"<", body, count=1)


def one_number_for_two(body: bytes) -> bytes:
    number = re.findall(rb"<NumerKSeFDokumentu>([^<]+)<", body)
    return body.replace(number[1], number[0])


def another_seller(body: bytes) -> bytes:
    return re.sub(rb"<NipSprzedawcy>\d+<", b"<NipSprzedawcy>5252344078<", body, count=1)


def first_document_twice(body: bytes) -> bytes:
    first = re.findall(rb"<Dokument>.*?</Dokument>", body, re.S)[0]
    return body.replace(first, first + first, 1)


def test_every_page_files_the_documents_it_names(house: House, paged: Callable[..., Pages]) -> None:
    filings = house.invoices(5)
    pages = paged(2)

    house.work_for(MINUTE)

    prove_all(house, filings)
    assert kinds(house) == [("collective", 1), ("collective", 2), ("collective", 2)]
    assert pages.fetched == [1, 2, 3]
    assert house.ksef.requests.get("sessionInvoiceList", 0) == 0


def test_a_page_that_is_not_listed_yet_is_waited_for(house: House, paged: Callable[..., Pages]) -> None:
    filings = house.invoices(5)
    pages = paged(2, hidden={2})
    house.work_for(28 * SECOND)
    assert sorted(house.state(filing) for filing in filings) == [State.RECEIPTED] * 3 + [State.SENT] * 2

    pages.hidden.clear()
    house.work_for(MINUTE)

    prove_all(house, filings)
    assert ("own", 1) not in kinds(house)
    assert house.ksef.requests.get("sessionInvoiceList", 0) == 0


def test_documents_of_a_page_that_never_comes_get_receipts_of_their_own(
    house: House, paged: Callable[..., Pages]
) -> None:
    filings = house.invoices(5)
    paged(2, hidden={2})

    house.work_for(3 * MINUTE)

    prove_all(house, filings)
    assert kinds(house) == [("collective", 1), ("collective", 2), ("own", 1), ("own", 1)]


@pytest.mark.parametrize(
    "spoil",
    [
        swap_hash,
        one_number_for_two,
        another_seller,
        first_document_twice,
        lambda body: body.replace(b"-SB-", b"-SO-"),
        lambda body: body[: len(body) // 2],
    ],
)
def test_a_page_that_errs_is_not_kept_and_its_documents_are_proved_otherwise(
    house: House, paged: Callable[..., Pages], spoil: Callable[[bytes], bytes]
) -> None:
    filings = house.invoices(5)
    paged(2, spoil={1: spoil})

    house.work_for(3 * MINUTE)

    prove_all(house, filings)
    assert kinds(house) == [("collective", 1), ("collective", 2), ("own", 1), ("own", 1)]
    with acting_in(house.tenant_id):
        assert not Alarm.objects.filter(kind="internal_error").exists()
        assert not ReviewItem.objects.exists()


def test_a_page_that_names_the_number_of_another_of_our_documents_is_not_kept(
    house: House, paged: Callable[..., Pages]
) -> None:
    before = house.invoice("FV-before")
    house.work_for(5 * SECOND)
    taken = house.read(before).ksef_number.encode()
    filings = house.invoices(2)
    paged(2, spoil={1: lambda body: re.sub(rb"(<NumerKSeFDokumentu>)[^<]+", rb"\g<1>" + taken, body, count=1)})

    house.work_for(3 * MINUTE)

    prove_all(house, [before, *filings])
    with acting_in(house.tenant_id):
        assert not Alarm.objects.filter(kind="internal_error").exists()


@pytest.mark.parametrize("how", [{"statuses": {1: 404}}, {"spoil": {1: lambda body: b"not a receipt"}}])
def test_a_damaged_page_keeps_no_other_waiting(house: House, paged: Callable[..., Pages], how: dict[str, Any]) -> None:
    filings = house.invoices(4)
    paged(2, **how)

    house.work_for(28 * SECOND)
    assert sorted(house.state(filing) for filing in filings) == [State.RECEIPTED] * 2 + [State.SENT] * 2
    house.work_for(2 * MINUTE)

    prove_all(house, filings)


def test_a_page_handed_out_under_two_references_proves_its_documents_once(
    house: House, paged: Callable[..., Pages]
) -> None:
    filings = house.invoices(4)
    pages = paged(2)
    served: list[bytes] = []

    def always_the_first(body: bytes) -> bytes:
        served.append(body)
        return served[0]

    pages.spoil = {1: always_the_first, 2: always_the_first}
    house.work_for(3 * MINUTE)

    prove_all(house, filings)
    assert kinds(house) == [("collective", 2), ("own", 1), ("own", 1)]


def test_a_number_that_cannot_be_ours_is_never_kept_for_a_document_of_a_batch(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    filings = house.invoices(2)
    real = RequestsTransport.send

    def no_pages_and_absurd_numbers(transport: RequestsTransport, request: Request) -> Response:
        answer = real(transport, request)
        body = re.sub(rb'"upo":\s*\{', b'"other": {', answer.body)
        body = re.sub(rb'"ksefNumber":\s*"[^"]+"', b'"ksefNumber": "nonsense"', body)
        return Response(answer.status, answer.headers, body)

    with monkeypatch.context() as hostile:
        hostile.setattr(RequestsTransport, "send", no_pages_and_absurd_numbers)
        house.work_for(15 * MINUTE, step=5 * SECOND)
    assert {house.state(filing) for filing in filings} == {State.SENT}
    house.work_for(10 * MINUTE, step=5 * SECOND)

    prove_all(house, filings)


def test_a_receipt_that_never_fits_is_put_before_a_person(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    filings = house.invoices(2)
    real = RequestsTransport.send

    def with_other_hashes(transport: RequestsTransport, request: Request) -> Response:
        answer = real(transport, request)
        body = re.sub(rb"(SkrotDokumentu>)[^<]{6}", rb"\g<1>AAAAAA", answer.body)
        return answer if body == answer.body else Response(200, {"Content-Type": "application/xml"}, body)

    with monkeypatch.context() as hostile:
        hostile.setattr(RequestsTransport, "send", with_other_hashes)
        house.work_for(30 * MINUTE, step=5 * SECOND)

    assert {house.state(filing) for filing in filings} == {State.ACCEPTED}
    assert kinds(house) == []
    with acting_in(house.tenant_id):
        assert [item.kind for item in ReviewItem.objects.all()] == ["receipt_mismatch"] * 2
        assert Alarm.objects.filter(kind="receipts_missing", cleared_at__isnull=True).exists()
    house.work_for(10 * MINUTE, step=5 * SECOND)
    prove_all(house, filings)
    with acting_in(house.tenant_id):
        assert not ReviewItem.objects.filter(state=ReviewItem.State.OPEN).exists()
        assert not Alarm.objects.filter(cleared_at__isnull=True).exists()


def resent_batch(house: House, count: int) -> list[Filing]:
    """A batch that KSeF took and then forgot for a while: the same bytes have gone out in another one."""
    filings = house.invoices(count)
    house.ksef.fault("error", "session status", times=FORGOTTEN, code=21173)
    house.work_for(50 * SECOND)
    assert house.ksef.sends == count
    return filings


def test_what_the_original_receipt_contradicts_is_asked_about_by_itself(
    house: House, paged: Callable[..., Pages]
) -> None:
    paged(10, spoil={1: another_seller})
    filings = resent_batch(house, 4)

    house.work_for(5 * MINUTE)

    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert len(house.ksef.accepted) == 4
    assert kinds(house) == [("collective", 4), ("own", 1)]
    assert house.ksef.requests == ledger(house)


def test_an_original_receipt_that_never_fits_is_looked_at_a_few_times_and_then_by_a_person(
    house: House, paged: Callable[..., Pages], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = paged(10, spoil={1: another_seller})
    filings = resent_batch(house, 4)

    def no_seller_fits(transport: RequestsTransport, request: Request) -> Response:
        answer = pages.send(transport, request)
        is_receipt = b"<Potwierdzenie" in answer.body
        return Response(200, {"Content-Type": "application/xml"}, another_seller(answer.body)) if is_receipt else answer

    monkeypatch.setattr(RequestsTransport, "send", no_seller_fits)
    house.work_for(5 * MINUTE)
    before = house.ksef.requests
    house.work_for(30 * MINUTE, step=5 * SECOND)

    assert sorted(house.state(filing) for filing in filings) == [State.RECEIPTED] * 3 + [State.REJECTED]
    with acting_in(house.tenant_id):
        assert [item.kind for item in ReviewItem.objects.all()] == ["receipt_mismatch"]
    assert house.ksef.requests == before == ledger(house)


def ledger(house: House) -> dict[str, int]:
    """What we paid for, as far as the simulator counted it for the company."""
    account = house.lane().account
    paid = RequestLedger.objects.filter(account=account).values_list("group").annotate(count=Count("pk"))
    groups = dict(paid.order_by("group"))
    return groups | {"sessionMisc": groups["sessionMisc"] - FORGOTTEN}


def test_receipts_that_are_late_keep_no_other_document_waiting(house: House, paged: Callable[..., Pages]) -> None:
    """KSeF says 21178 of each: ten are asked for in one look, others in the next, and all keep their numbers."""
    filings = house.invoices(25)
    pages = paged(25, hidden={1})
    house.work_for(21 * SECOND)  # an upload's link would have ended too
    house.ksef.fault("expired_link", times=None)
    late = house.ksef.fault("error", BY_NUMBER, times=None, code=21178)
    house.work_for(34 * SECOND)

    assert sorted(house.state(filing) for filing in filings) == [State.ACCEPTED] * 10 + [State.SENT] * 15
    house.work_for(5 * MINUTE, step=2 * SECOND)
    assert {house.state(filing) for filing in filings} == {State.ACCEPTED}
    assert late.hits <= 70

    house.ksef.heal()
    pages.hidden.clear()
    house.work_for(75 * SECOND)  # the next look is a minute away at most
    prove_all(house, filings)


def test_a_page_that_ksef_does_not_have_yet_keeps_no_other_page_waiting(
    house: House, paged: Callable[..., Pages]
) -> None:
    filings = house.invoices(4)
    paged(2)
    house.work_for(21 * SECOND)  # an upload's link would have ended too
    house.ksef.fault("expired_link", times=1)
    house.ksef.fault("error", "GET /sessions/{referenceNumber}/upo/{upoReferenceNumber}", times=1, code=21178)
    house.work_for(3 * SECOND)

    assert sorted(house.state(filing) for filing in filings) == [State.RECEIPTED] * 2 + [State.SENT] * 2
    house.work_for(MINUTE)
    prove_all(house, filings)
