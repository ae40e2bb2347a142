"""Fetching UPO, the signed receipt, in all the ways KSeF offers it (API digest, 5.6)."""

from dataclasses import dataclass, field

from apps.ksef_client import classify, endpoints
from apps.ksef_client.crypto import sha256
from apps.ksef_client.ksef import Answer, Ksef
from apps.ksef_client.links import UnsafeLink, resolve
from apps.ksef_client.transport import Request

UPO_LIMIT = 25_000_000  # a page of 10 000 documents is about 8 MB
HASH_HEADER = "x-ms-meta-hash"


@dataclass(frozen=True, slots=True)
class UpoFile:
    """The bytes of a UPO exactly as received; its signature covers them, so they are stored unchanged."""

    content: bytes = field(repr=False)
    sha256: str
    hash_confirmed: bool  # KSeF sent the hash and it is equal


def download_upo_of_invoice(ksef: Ksef, session: str, invoice: str) -> UpoFile:
    """The UPO of one document by the reference it got when sent."""
    path = {"referenceNumber": session, "invoiceReferenceNumber": invoice}
    return _upo(ksef.call(endpoints.UPO_OF_INVOICE, path=path, accept="application/xml", max_answer=UPO_LIMIT))


def download_upo_by_ksef_number(ksef: Ksef, session: str, ksef_number: str) -> UpoFile:
    """The UPO of one document by its KSeF number, in the session that brought it in."""
    path = {"referenceNumber": session, "ksefNumber": ksef_number}
    return _upo(ksef.call(endpoints.UPO_BY_KSEF_NUMBER, path=path, accept="application/xml", max_answer=UPO_LIMIT))


def download_upo_of_session(ksef: Ksef, session: str, upo: str) -> UpoFile:
    """One page of the collective UPO of a session whose status is 200."""
    path = {"referenceNumber": session, "upoReferenceNumber": upo}
    return _upo(ksef.call(endpoints.UPO_OF_SESSION, path=path, accept="application/xml", max_answer=UPO_LIMIT))


def download_upo_link(ksef: Ksef, link: str) -> UpoFile:
    """A UPO by its pre-signed link: not counted by KSeF, and shown no bearer."""
    return _upo(follow(ksef, link, accept="application/xml", max_answer=UPO_LIMIT))


def follow(ksef: Ksef, link: str, *, accept: str = "*/*", max_answer: int) -> Answer:
    """GET a pre-signed link without a bearer."""
    endpoint = endpoints.DOWNLOAD_LINK
    try:
        url = resolve(ksef.environment, link)
    except UnsafeLink as problem:
        raise classify.lost(endpoint, str(problem)) from None
    request = Request(
        endpoint.method,
        url,
        headers={"Accept": accept, "User-Agent": ksef.user_agent},
        max_answer=max_answer,
        allow_loopback=ksef.environment.is_local,
    )
    return ksef.exchange(endpoint, request)


def confirm_hash(answer: Answer) -> tuple[str, bool]:
    """The hash of the body, and whether KSeF's header confirms it; a header that contradicts it is a damaged answer."""
    computed, claimed = sha256(answer.response.body), answer.header(HASH_HEADER)
    if claimed is not None and claimed.strip() != computed:
        raise answer.lost("the body does not match the hash KSeF sent with it")
    return computed, claimed is not None


def _upo(answer: Answer) -> UpoFile:
    body = answer.response.body
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or b"<html" in body[:500].lower():
        raise answer.lost("the answer is not a UPO")
    return UpoFile(body, *confirm_hash(answer))
