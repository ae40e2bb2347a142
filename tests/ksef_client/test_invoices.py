import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import responses

from apps.ksef_client import invoices
from apps.ksef_client.crypto import sha256
from apps.ksef_client.errors import Refused, Unavailable
from apps.ksef_client.invoices import DateType, InvoiceQuery, MetadataPage, Role, next_query, read_metadata, resume_from
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.reading import Fields
from tests.ksef_client.answers import HASH, KSEF_NUMBER, problem
from tests.ksef_client.conftest import BASE, NOON

URL = f"{BASE}/invoices/ksef/{KSEF_NUMBER}"
QUERY = InvoiceQuery(Role.SELLER, NOON - timedelta(days=30))


def metadata(**more: Any) -> dict[str, Any]:
    return {
        "ksefNumber": KSEF_NUMBER,
        "invoiceNumber": "1/2026",
        "issueDate": "2026-11-20",
        "invoicingDate": "2026-11-20T10:00:00+00:00",
        "acquisitionDate": "2026-11-20T10:00:01+00:00",
        "permanentStorageDate": "2026-11-20T10:01:00+00:00",
        "seller": {"nip": "5265877635", "name": "Acme"},
        "netAmount": 100.10,
        "grossAmount": 123.12,
        "vatAmount": 23.02,
        "currency": "PLN",
        "invoicingMode": "Online",
        "invoiceType": "Vat",
        "invoiceHash": HASH,
        **more,
    }


def test_a_document_is_downloaded_with_its_hash(ksef: Ksef, http: responses.RequestsMock) -> None:
    content = b"\xef\xbb\xbf<Faktura/>\n"
    http.get(URL, body=content, headers={"x-ms-meta-hash": sha256(content)})

    file = invoices.download_invoice(ksef, KSEF_NUMBER)

    assert (file.content, file.sha256, file.hash_confirmed) == (content, sha256(content), True)
    assert http.calls[0].request.headers["Accept"] == "application/xml"


@pytest.mark.parametrize(("code", "kind"), [(21164, Refused), (21165, Unavailable)])
def test_a_number_that_is_unknown_differs_from_one_that_is_not_stored_yet(
    ksef: Ksef, http: responses.RequestsMock, code: int, kind: type
) -> None:
    http.get(URL, json=problem(code), status=400)

    with pytest.raises(kind) as raised:
        invoices.download_invoice(ksef, KSEF_NUMBER)

    assert type(raised.value) is kind


def test_metadata_are_asked_for_oldest_first_with_all_filters(ksef: Ksef, http: responses.RequestsMock) -> None:
    answer = {"hasMore": True, "isTruncated": False, "permanentStorageHwmDate": None, "invoices": [metadata()]}
    http.post(f"{BASE}/invoices/query/metadata", json=answer)
    query = replace(
        QUERY,
        until=NOON,
        only_settled=True,
        ksef_number=KSEF_NUMBER,
        invoice_number="1/2026",
        seller_nip="5265877635",
        invoice_types=("Vat", "Kor"),
        page=3,
    )

    page = invoices.query_metadata(ksef, query)

    assert "sortOrder=Asc&pageOffset=3&pageSize=250" in str(http.calls[0].request.url)
    sent = json.loads(http.calls[0].request.body or "")
    assert sent["dateRange"]["restrictToPermanentStorageHwmDate"] is True
    assert sent["subjectType"] == "Subject1"
    (found,) = page.invoices
    assert (found.invoice_hash, found.issued_on, found.net) == (HASH, date(2026, 11, 20), Decimal("100.1"))
    assert next_query(query, page) == replace(query, page=4)


def page(*stored: datetime, more: bool, truncated: bool = False, mark: datetime | None = None) -> MetadataPage:
    base = read_metadata(Fields(metadata()))
    return MetadataPage(tuple(replace(base, stored_at=moment) for moment in stored), more, truncated, mark)


def test_reading_everything_ends_goes_on_or_narrows() -> None:
    last = NOON - timedelta(days=3)

    assert next_query(QUERY, page(last, more=False)) is None
    assert next_query(QUERY, page(last, more=True)) == replace(QUERY, page=1)
    assert next_query(replace(QUERY, page=39), page(last, more=True, truncated=True)) == replace(QUERY, since=last)


@pytest.mark.parametrize(
    ("query", "stored"),
    [(QUERY, [QUERY.since]), (QUERY, []), (replace(QUERY, date_type=DateType.ISSUED), [NOON])],
)
def test_a_query_that_cannot_be_narrowed_says_so_instead_of_looping(
    query: InvoiceQuery, stored: list[datetime]
) -> None:
    with pytest.raises(ValueError, match="10 000"):
        next_query(query, page(*stored, more=True, truncated=True))


def test_the_next_round_starts_at_the_high_water_mark() -> None:
    mark = datetime(2026, 11, 23, 10, 55, tzinfo=UTC)

    assert resume_from(QUERY, page(more=False, mark=mark)) == mark
    assert resume_from(QUERY, page(more=False)) == QUERY.since
