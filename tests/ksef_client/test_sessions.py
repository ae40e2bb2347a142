from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from apps.ksef_client import sessions
from apps.ksef_client.errors import Unavailable
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.pages import every
from apps.ksef_client.sessions import Original, SessionOutcome, SessionType, find_original
from apps.ksef_client.statuses import Status
from tests.ksef_client.answers import BATCH, HASH, INVOICE, KSEF_NUMBER, LATER, SESSION, UPO, sent_invoice, status
from tests.ksef_client.conftest import BASE, NOON

URL = f"{BASE}/sessions/{SESSION}"
DUPLICATE_DETAIL = (
    f"Duplikat faktury. Faktura o numerze KSeF: {KSEF_NUMBER} została już prawidłowo przesłana do systemu "
    f"w sesji: {BATCH}"
)


def test_a_session_is_read_with_its_counts_and_upo_pages(ksef: Ksef, http: responses.RequestsMock) -> None:
    page = {"referenceNumber": UPO, "downloadUrl": "https://x/y?sig=1", "downloadUrlExpirationDate": LATER}
    more = {"dateCreated": "2026-11-23T11:00:00.1234567+00:00", "upo": {"pages": [page]}, "invoiceCount": 3}
    http.get(URL, json=status(200) | more | {"successfulInvoiceCount": 2, "failedInvoiceCount": 1})

    session = sessions.session_status(ksef, SESSION)

    assert session.status.is_success
    assert session.created_at == datetime(2026, 11, 23, 11, 0, 0, 123456, UTC)
    assert (session.invoice_count, session.successful_count, session.failed_count) == (3, 2, 1)
    assert session.upo_pages[0].reference == UPO
    assert "sig" not in repr(session)


@pytest.mark.parametrize(
    "sparse", [{}, {"invoiceCount": None, "upo": None, "validUntil": None, "failedInvoiceCount": None}]
)
def test_absent_and_null_are_the_same(ksef: Ksef, http: responses.RequestsMock, sparse: dict[str, Any]) -> None:
    http.get(URL, json=status(100) | sparse)

    session = sessions.session_status(ksef, SESSION)

    assert (session.invoice_count, session.failed_count, session.upo_pages, session.valid_until) == (
        None,
        None,
        (),
        None,
    )


@pytest.mark.parametrize(
    ("code", "final"), [(100, False), (150, False), (170, False), (199, False), (200, True), (300, False), (405, True)]
)
def test_only_200_and_400_upwards_are_final(code: int, final: bool) -> None:
    assert Status(code).is_final is final


def test_a_document_is_read_with_its_number_and_dates(ksef: Ksef, http: responses.RequestsMock) -> None:
    more = {"ksefNumber": KSEF_NUMBER, "acquisitionDate": LATER, "permanentStorageDate": None, "invoiceNumber": "1/2"}
    http.get(f"{URL}/invoices/{INVOICE}", json=sent_invoice(200, **more, invoicingMode="Offline", upoDownloadUrl="u"))

    document = sessions.invoice_status(ksef, SESSION, INVOICE)

    assert (document.reference, document.invoice_hash, document.ksef_number) == (INVOICE, HASH, KSEF_NUMBER)
    assert (document.mode, document.invoice_number, document.stored_at) == ("Offline", "1/2", None)
    assert document.original is None


@pytest.mark.parametrize(
    ("extensions", "details", "expected"),
    [
        (
            {"originalSessionReferenceNumber": SESSION, "originalKsefNumber": KSEF_NUMBER},
            [DUPLICATE_DETAIL],
            Original(KSEF_NUMBER, SESSION),
        ),
        ({"originalKsefNumber": KSEF_NUMBER}, [], Original(KSEF_NUMBER, None)),
        (None, [DUPLICATE_DETAIL], Original(KSEF_NUMBER, BATCH)),
        ({}, [f"Faktura {KSEF_NUMBER} istnieje."], Original(KSEF_NUMBER, None)),
        (None, ["Duplikat."], None),
        (None, [], None),
    ],
)
def test_a_duplicate_names_its_original_in_its_extensions_or_failing_those_in_its_details(
    ksef: Ksef, http: responses.RequestsMock, extensions: Any, details: list[str], expected: Original | None
) -> None:
    answer = sent_invoice() | status(440, "Duplikat faktury", *details, extensions=extensions)
    http.get(f"{URL}/invoices/{INVOICE}", json=answer)

    assert sessions.invoice_status(ksef, SESSION, INVOICE).original == expected


def test_only_a_duplicate_has_an_original() -> None:
    assert find_original(Status(450, details=(DUPLICATE_DETAIL,))) is None


def test_lists_are_read_to_their_end_with_the_largest_pages(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.get(f"{URL}/invoices", json={"invoices": [sent_invoice(), sent_invoice(440)], "continuationToken": "more"})
    http.get(f"{URL}/invoices", json={"invoices": [sent_invoice(100)], "continuationToken": None})

    found = list(every(lambda page: sessions.session_invoices(ksef, SESSION, continuation=page)))

    assert [each.status.code for each in found] == [200, 440, 100]
    assert "x-continuation-token" not in http.calls[0].request.headers
    assert http.calls[1].request.headers["x-continuation-token"] == "more"
    assert all("pageSize=1000" in str(call.request.url) for call in http.calls)


def test_a_list_that_leads_in_circles_is_left(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.get(f"{URL}/invoices/failed", json={"invoices": [], "continuationToken": "again"})

    with pytest.raises(Unavailable, match="already read"):
        list(every(lambda page: sessions.failed_invoices(ksef, SESSION, continuation=page)))

    assert len(http.calls) == 2


def test_sessions_are_searched_by_date_and_outcome(ksef: Ksef, http: responses.RequestsMock) -> None:
    item = status(200) | {"referenceNumber": SESSION, "totalInvoiceCount": 7, "dateCreated": LATER}
    http.get(f"{BASE}/sessions", json={"sessions": [item]})

    page = sessions.list_sessions(
        ksef,
        SessionType.ONLINE,
        created_from=NOON,
        reference=SESSION,
        outcomes=(SessionOutcome.IN_PROGRESS, SessionOutcome.FAILED),
    )

    assert [(each.reference, each.invoice_count) for each in page.items] == [(SESSION, 7)]
    url = str(http.calls[0].request.url)
    assert "statuses=InProgress&statuses=Failed" in url
    assert "dateCreatedFrom=2026-11-23T11%3A00%3A00%2B00%3A00" in url


def test_a_moment_without_an_offset_is_never_sent(ksef: Ksef) -> None:
    with pytest.raises(ValueError, match="offset"):
        sessions.list_sessions(ksef, SessionType.BATCH, created_from=NOON.replace(tzinfo=None))


@pytest.mark.parametrize("reference", ["", "..", "."])
def test_a_reference_that_would_change_the_address_is_not_sent(ksef: Ksef, reference: str) -> None:
    with pytest.raises(ValueError, match="referenceNumber"):
        sessions.session_status(ksef, reference)
