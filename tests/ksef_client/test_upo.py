import base64
import hashlib
from collections.abc import Callable

import pytest
import responses

from apps.ksef_client import upo
from apps.ksef_client.errors import Unavailable
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.upo import UpoFile
from tests.ksef_client.answers import HTML, INVOICE, KSEF_NUMBER, SESSION, UPO, problem
from tests.ksef_client.conftest import BASE

CONTENT = "<?xml version='1.0'?><Potwierdzenie>ż</Potwierdzenie>\n".encode()
HASH = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()
LINK = "https://api-test.ksef.mf.gov.pl/storage/upo/1.xml?sig=secret"

WAYS = pytest.mark.parametrize(
    ("fetch", "url"),
    [
        (
            lambda ksef: upo.download_upo_of_invoice(ksef, SESSION, INVOICE),
            f"{BASE}/sessions/{SESSION}/invoices/{INVOICE}/upo",
        ),
        (
            lambda ksef: upo.download_upo_by_ksef_number(ksef, SESSION, KSEF_NUMBER),
            f"{BASE}/sessions/{SESSION}/invoices/ksef/{KSEF_NUMBER}/upo",
        ),
        (lambda ksef: upo.download_upo_of_session(ksef, SESSION, UPO), f"{BASE}/sessions/{SESSION}/upo/{UPO}"),
        (lambda ksef: upo.download_upo_link(ksef, LINK), LINK),
        (
            lambda ksef: upo.download_upo_link(ksef, "/storage/upo/1.xml?sig=secret"),
            LINK,
        ),
    ],
    ids=["by reference", "by number", "collective", "absolute link", "relative link"],
)
Fetch = Callable[[Ksef], UpoFile]


@WAYS
def test_every_way_gives_the_bytes_unchanged_with_their_hash(
    ksef: Ksef, http: responses.RequestsMock, fetch: Fetch, url: str
) -> None:
    http.get(url, body=CONTENT, headers={"x-ms-meta-hash": HASH}, content_type="application/xml")

    file = fetch(ksef)

    assert (file.content, file.sha256, file.hash_confirmed) == (CONTENT, HASH, True)
    request = http.calls[0].request
    assert ("Authorization" in request.headers) == url.startswith(BASE)
    assert request.headers["Accept"] == "application/xml"


@WAYS
def test_bytes_that_contradict_their_hash_are_not_taken(
    ksef: Ksef, http: responses.RequestsMock, fetch: Fetch, url: str
) -> None:
    http.get(url, body=CONTENT + b" ", headers={"x-ms-meta-hash": HASH})

    with pytest.raises(Unavailable, match="hash"):
        fetch(ksef)


@WAYS
def test_without_a_hash_header_the_hash_is_only_ours(
    ksef: Ksef, http: responses.RequestsMock, fetch: Fetch, url: str
) -> None:
    http.get(url, body=CONTENT)

    assert fetch(ksef).hash_confirmed is False


@pytest.mark.parametrize("body", [b"", HTML.encode(), b"<html>", b'{"a": 1}', b"\x00\x01"])
def test_what_is_no_xml_is_no_upo(ksef: Ksef, http: responses.RequestsMock, body: bytes) -> None:
    http.get(LINK, body=body)

    with pytest.raises(Unavailable, match="not a UPO"):
        upo.download_upo_link(ksef, LINK)


def test_a_upo_that_is_not_there_yet_may_come(ksef: Ksef, http: responses.RequestsMock) -> None:
    url = f"{BASE}/sessions/{SESSION}/invoices/ksef/{KSEF_NUMBER}/upo"
    http.get(url, json=problem(21178), status=400)

    with pytest.raises(Unavailable) as raised:
        upo.download_upo_by_ksef_number(ksef, SESSION, KSEF_NUMBER)

    assert raised.value.code == 21178


def test_a_link_that_redirects_is_not_followed(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.get(LINK, status=302, headers={"Location": "https://elsewhere.example/"})

    with pytest.raises(Unavailable):
        upo.download_upo_link(ksef, LINK)

    assert len(http.calls) == 1


@pytest.mark.parametrize(
    "link", ["http://x.pl/u", "https://169.254.169.254/u", "file:///etc/passwd", "https://localhost"]
)
def test_an_unsafe_link_is_not_followed(ksef: Ksef, http: responses.RequestsMock, link: str) -> None:
    with pytest.raises(Unavailable):
        upo.download_upo_link(ksef, link)

    assert len(http.calls) == 0


def test_a_upo_larger_than_any_upo_is_not_read_to_its_end(
    ksef: Ksef, http: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upo, "UPO_LIMIT", 1_000)
    http.get(LINK, body=b"<" + b"x" * 2_000)

    with pytest.raises(Unavailable, match="larger than 1000 bytes"):
        upo.download_upo_link(ksef, LINK)
