"""KSeF's lists lag behind its statuses: nothing is sent twice because of that, and nothing is declared lost early."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from apps.filings.models import Alarm, Filing, FilingAttempt
from apps.filings.states import State
from apps.ksef_client.transport import Request, RequestsTransport, Response
from apps.reviews.models import ReviewItem
from apps.tenants.context import acting_in

from .house import MINUTE, SECOND, House

Answer = dict[str, Any]
Bend = Callable[[Answer], Answer | None]


@pytest.fixture
def bend(house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Change what KSeF says of a batch until a moment: its status, its list, its list of refused documents."""

    def until(moment: datetime, **changes: Bend) -> None:
        real = RequestsTransport.send

        def send(transport: RequestsTransport, request: Request) -> Response:
            answer, path = real(transport, request), request.url.split("?")[0]
            kind = {"invoices": "documents", "failed": "refused"}.get(path.rsplit("/", 1)[-1], "status")
            is_read = request.method == "GET" and "-SB-" in path and "/upo" not in path
            if not is_read or kind not in changes or house.now >= moment or answer.status != 200:
                return answer
            told = changes[kind](json.loads(answer.body))
            if told is None:
                problem = {
                    "exception": {"exceptionDetailList": [{"exceptionCode": 21405, "exceptionDescription": "?"}]}
                }
                return Response(400, {"Content-Type": "application/json"}, json.dumps(problem).encode())
            return Response(200, {"Content-Type": "application/json"}, json.dumps(told).encode())

        monkeypatch.setattr(RequestsTransport, "send", send)

    return until


def without_receipt(told: Answer) -> Answer:
    return {name: value for name, value in told.items() if name != "upo"}


def all_filed_once(house: House, filings: list[Filing]) -> None:
    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert house.ksef.sends == len(filings)
    with acting_in(house.tenant_id):
        assert FilingAttempt.objects.count() == len(filings)


def test_documents_missing_from_a_list_that_is_short_are_waited_for(house: House, bend: Callable[..., None]) -> None:
    filings = house.invoices(5)
    bend(
        house.now + 40 * MINUTE,
        status=without_receipt,
        documents=lambda told: told | {"invoices": told["invoices"][:2]},
    )

    house.work_for(20 * MINUTE, step=2 * SECOND)
    assert sorted(house.state(filing) for filing in filings) == [State.RECEIPTED] * 2 + [State.SENT] * 3
    with acting_in(house.tenant_id):
        alarm = Alarm.objects.get(cleared_at__isnull=True)
        assert (alarm.kind, alarm.params["count"]) == ("session_stuck", 3)
    house.work_for(30 * MINUTE, step=5 * SECOND)

    all_filed_once(house, filings)
    with acting_in(house.tenant_id):
        assert not Alarm.objects.filter(cleared_at__isnull=True).exists()


def test_a_list_whose_pages_shift_loses_nobody(house: House, bend: Callable[..., None]) -> None:
    filings = house.invoices(5)

    def shifted(told: Answer) -> Answer:
        """One document is on two pages and another on none."""
        return told | {"invoices": [*told["invoices"][:4], told["invoices"][0]]}

    bend(house.now + 40 * MINUTE, status=without_receipt, documents=shifted)
    house.work_for(50 * MINUTE, step=5 * SECOND)

    all_filed_once(house, filings)


def test_a_document_the_list_shows_in_work_is_waited_for_however_long_it_takes(
    house: House, bend: Callable[..., None]
) -> None:
    filings = house.invoices(3)

    def one_in_work(told: Answer) -> Answer:
        first, *others = told["invoices"]
        kept = {name: first[name] for name in ("ordinalNumber", "referenceNumber", "invoiceHash", "invoicingDate")}
        return told | {"invoices": [kept | {"status": {"code": 150, "description": "?"}}, *others]}

    bend(house.now + 40 * MINUTE, status=without_receipt, documents=one_in_work)
    house.work_for(50 * MINUTE, step=5 * SECOND)

    all_filed_once(house, filings)


def test_a_list_of_refused_documents_that_is_not_there_yet_stops_nothing(
    house: House, bend: Callable[..., None]
) -> None:
    filings = house.invoices(3)
    house.ksef.fault("document_status", code=450, details=["Nieprawidłowy XML"])
    bend(house.now + 40 * MINUTE, refused=lambda told: None)

    house.work_for(MINUTE)

    assert sorted(house.state(filing) for filing in filings) == [State.RECEIPTED] * 2 + [State.REJECTED]
    with acting_in(house.tenant_id):
        assert ReviewItem.objects.get().facts["details"] == ["Nieprawidłowy XML"]


def test_a_refusal_that_no_list_shows_yet_is_waited_for(house: House, bend: Callable[..., None]) -> None:
    filings = house.invoices(3)
    house.ksef.fault("document_status", code=450, details=["Nieprawidłowy XML"], times=3)
    nothing: Bend = lambda told: told | {"invoices": []}  # noqa: E731  used twice
    bend(house.now + 40 * MINUTE, refused=nothing, documents=nothing)

    house.work_for(20 * MINUTE, step=5 * SECOND)
    assert {house.state(filing) for filing in filings} == {State.SENT}
    house.work_for(30 * MINUTE, step=5 * SECOND)

    assert {house.state(filing) for filing in filings} == {State.REJECTED}
    with acting_in(house.tenant_id):
        assert FilingAttempt.objects.count() == 3


def test_a_session_that_failed_inside_ksef_is_believed_only_when_its_list_was_read_again(
    house: House, bend: Callable[..., None]
) -> None:
    filings = house.invoices(3)
    failed = {"status": {"code": 500, "description": "Nieznany błąd"}, "invoiceCount": 0}
    shown_at: list[datetime] = []

    def at_first_nothing(told: Answer) -> Answer:
        shown_at.append(house.now)
        return told if len(shown_at) > 2 else told | {"invoices": []}

    bend(
        house.now + 40 * MINUTE,
        status=lambda told: without_receipt(told) | failed if told["status"]["code"] == 200 else told,
        documents=at_first_nothing,
    )
    house.work_for(2 * MINUTE)

    all_filed_once(house, filings)


def test_a_document_that_a_whole_list_does_not_show_goes_again_after_several_looks(
    house: House, bend: Callable[..., None]
) -> None:
    filings = house.invoices(3)
    bend(
        house.now + 12 * MINUTE,
        status=lambda told: without_receipt(told) | {"invoiceCount": 2},
        documents=lambda told: told | {"invoices": told["invoices"][:2]},
    )

    house.work_for(8 * MINUTE, step=2 * SECOND)
    assert sorted(house.state(filing) for filing in filings) == [State.RECEIPTED] * 2 + [State.SENT]
    house.work_for(20 * MINUTE, step=2 * SECOND)

    # KSeF refuses the second copy, and by the receipt of the first it is known to be ours.
    assert {house.state(filing) for filing in filings} == {State.RECEIPTED}
    assert len(house.ksef.accepted) == 3
    with acting_in(house.tenant_id):
        assert FilingAttempt.objects.count() == 4
