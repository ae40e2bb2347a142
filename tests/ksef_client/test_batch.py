import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from apps.ksef_client import batch
from apps.ksef_client.batch import BatchSession, PartUpload
from apps.ksef_client.crypto import SessionKey
from apps.ksef_client.errors import KsefError, OutcomeUnknown, Refused, Unavailable
from apps.ksef_client.keys import Keys
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.online import Closing
from apps.ksef_client.package import Package, build_package
from tests.ksef_client.answers import BATCH, HTML, problem
from tests.ksef_client.conftest import BASE
from tests.ksef_client.public_keys import PublishedKeys

KEY = SessionKey(bytes(range(32)), bytes(range(16)))
STORAGE = "https://api-test.ksef.mf.gov.pl/storage/01/parts"
OPEN_URL = f"{BASE}/sessions/batch"


@pytest.fixture
def package(tmp_path: Path) -> Iterator[Package]:
    documents = ((f"d{number}", f"<Faktura>{number * 7919}</Faktura>".encode()) for number in range(200))
    package = build_package(documents, KEY, tmp_path, part_bytes=500)
    assert len(package.parts) > 2
    yield package
    package.remove()


def upload_requests(count: int) -> list[dict[str, Any]]:
    return [
        {
            "ordinalNumber": number,
            "method": "PUT",
            "url": f"{STORAGE}/{number}?sig=secret{number}",
            "headers": {"x-ms-blob-type": "BlockBlob", "x-ms-part": str(number), "x-null": None},
        }
        for number in range(count, 0, -1)
    ]


def opened(count: int) -> BatchSession:
    uploads = [
        PartUpload(each["ordinalNumber"], each["method"], each["url"], {"x-ms-blob-type": "BlockBlob"})
        for each in upload_requests(count)
    ]
    return BatchSession(BATCH, tuple(uploads))


def test_a_package_is_announced_with_the_hashes_of_the_bytes_that_will_be_sent(
    ksef: Ksef, keys: Keys, http: responses.RequestsMock, published: PublishedKeys, package: Package
) -> None:
    answer = {"referenceNumber": BATCH, "partUploadRequests": upload_requests(len(package.parts))}
    http.post(OPEN_URL, json=answer, status=201)

    session = batch.open_batch(ksef, keys, KEY, package)

    sent = json.loads(http.calls[-1].request.body or "")
    assert published.unwrap(sent["encryption"]["encryptedSymmetricKey"]) == KEY.key
    assert sent["batchFile"]["compressionType"] == "TarGz"
    assert (sent["batchFile"]["fileSize"], sent["batchFile"]["fileHash"]) == (package.size, package.hash)
    assert [(part["ordinalNumber"], part["fileSize"]) for part in sent["batchFile"]["fileParts"]] == [
        (part.ordinal, part.path.stat().st_size) for part in package.parts
    ]
    assert session.upload_time.total_seconds() == len(package.parts) * 1200
    assert session.uploads[0].headers == {"x-ms-blob-type": "BlockBlob", "x-ms-part": str(len(package.parts))}
    assert "secret" not in repr(session)


@pytest.mark.parametrize("count", [-1, 1])
def test_places_that_do_not_fit_the_parts_leave_the_outcome_open(
    ksef: Ksef, keys: Keys, http: responses.RequestsMock, published: PublishedKeys, package: Package, count: int
) -> None:
    answer = {"referenceNumber": BATCH, "partUploadRequests": upload_requests(len(package.parts) + count)}
    http.post(OPEN_URL, json=answer, status=201)

    with pytest.raises(OutcomeUnknown):
        batch.open_batch(ksef, keys, KEY, package)


def test_a_request_to_send_the_bearer_to_the_storage_is_not_followed(
    ksef: Ksef, keys: Keys, http: responses.RequestsMock, published: PublishedKeys, package: Package
) -> None:
    uploads = upload_requests(len(package.parts))
    uploads[0]["headers"]["authorization"] = "Bearer x"
    http.post(OPEN_URL, json={"referenceNumber": BATCH, "partUploadRequests": uploads}, status=201)

    with pytest.raises(OutcomeUnknown):
        batch.open_batch(ksef, keys, KEY, package)


def test_every_part_is_sent_as_asked_and_without_a_bearer(
    ksef: Ksef, http: responses.RequestsMock, package: Package
) -> None:
    received: dict[str, bytes] = {}

    def take(request: Any) -> tuple[int, dict[str, str], str]:
        received[request.url] = request.body  # the mock has read the file
        assert "Authorization" not in request.headers
        assert request.headers["x-ms-blob-type"] == "BlockBlob"
        assert int(request.headers["Content-Length"]) == len(received[request.url])
        return 201, {}, ""

    for each in upload_requests(len(package.parts)):
        http.add_callback("PUT", each["url"], take)

    uploaded = batch.upload_parts(ksef, package, opened(len(package.parts)))

    assert uploaded.done == {part.ordinal for part in package.parts}
    assert not uploaded.failed
    for part in package.parts:
        assert received[f"{STORAGE}/{part.ordinal}?sig=secret{part.ordinal}"] == part.path.read_bytes()


def outcome(ksef: Ksef, package: Package) -> KsefError:
    with pytest.raises(KsefError) as raised:
        batch.upload_part(ksef, package.parts[0], opened(1).uploads[0])
    return raised.value


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status": 200, "body": ""}, OutcomeUnknown),
        ({"status": 200, "body": HTML}, OutcomeUnknown),
        ({"status": 500}, OutcomeUnknown),
        ({"status": 400}, Refused),
        ({"status": 401}, Refused),
        ({"status": 403, "body": "<Error/>"}, Refused),
        ({"status": 403, "body": HTML}, Unavailable),
        ({"status": 429}, Unavailable),
    ],
)
def test_only_201_means_a_part_arrived(
    ksef: Ksef, http: responses.RequestsMock, package: Package, answer: dict[str, Any], kind: type
) -> None:
    http.put(f"{STORAGE}/1", **answer)

    error = outcome(ksef, package)

    assert type(error) is kind
    assert "secret" not in f"{error}"
    assert not isinstance(error, OutcomeUnknown) or error.safe_to_repeat


def test_the_parts_that_failed_are_named_and_can_be_sent_again_alone(
    ksef: Ksef, http: responses.RequestsMock, package: Package
) -> None:
    for part in package.parts:
        http.put(f"{STORAGE}/{part.ordinal}", status=500 if part.ordinal == 2 else 201)
    session = opened(len(package.parts))

    first = batch.upload_parts(ksef, package, session)
    http.replace("PUT", f"{STORAGE}/2", status=201)
    again = batch.upload_parts(ksef, package, session, only=first.failed)

    assert set(first.failed) == {2}
    assert first.done == {part.ordinal for part in package.parts} - {2}
    assert (again.done, dict(again.failed)) == ({2}, {})


@pytest.mark.parametrize("answer", [{"status": 429}, {"status": 503}])
def test_no_further_part_is_started_once_the_storage_asks_for_a_pause(
    ksef: Ksef, http: responses.RequestsMock, package: Package, answer: dict[str, Any]
) -> None:
    http.put(f"{STORAGE}/1", headers={"Retry-After": "30"}, **answer)

    uploaded = batch.upload_parts(ksef, package, opened(len(package.parts)), workers=1)

    assert len(http.calls) == 1
    assert uploaded.done == set()
    assert {error.retry_after for error in uploaded.failed.values()} == {timedelta(seconds=30)}
    assert set(uploaded.failed) == {part.ordinal for part in package.parts}


@pytest.mark.parametrize(
    "url", ["http://storage.example/1", "https://127.0.0.1/1", "https://10.1.2.3/1", "https://user@storage.pl/1"]
)
def test_a_part_is_not_sent_to_an_unsafe_place(
    ksef: Ksef, http: responses.RequestsMock, package: Package, url: str
) -> None:
    with pytest.raises(OutcomeUnknown):
        batch.upload_part(ksef, package.parts[0], PartUpload(1, "PUT", url, {}))

    assert len(http.calls) == 0


def test_a_part_that_changed_on_disk_is_not_sent(ksef: Ksef, http: responses.RequestsMock, package: Package) -> None:
    package.parts[0].path.write_bytes(b"something else")

    with pytest.raises(ValueError, match="changed on disk"):
        batch.upload_part(ksef, package.parts[0], opened(1).uploads[0])

    assert len(http.calls) == 0


def test_a_batch_is_closed_like_any_session(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.post(f"{OPEN_URL}/{BATCH}/close", status=204)
    http.post(f"{OPEN_URL}/{BATCH}/close", json=problem(21180), status=400)

    assert batch.close_batch(ksef, BATCH) is Closing.ACCEPTED
    assert batch.close_batch(ksef, BATCH) is Closing.NOT_OPEN
