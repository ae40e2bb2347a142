"""A whole run of the client over a tapped wire, and the proof that the judge of that wire sees what is wrong."""

import json
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from apps.ksef_client import (
    auth,
    batch,
    certificates,
    exports,
    invoices,
    limits,
    online,
    permissions,
    sessions,
    tokens,
    upo,
)
from apps.ksef_client.archives import Compression
from apps.ksef_client.certificates import CertificateState, CertificateType
from apps.ksef_client.context import Context, IpPolicy
from apps.ksef_client.credentials import from_pem
from apps.ksef_client.crypto import new_session_key, seal, sha256
from apps.ksef_client.csr import build_csr, new_ec_key, new_rsa_key
from apps.ksef_client.endpoints import IN_CONTRACT
from apps.ksef_client.invoices import DateType, InvoiceQuery, Role
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.package import build_package
from apps.ksef_client.pages import every
from apps.ksef_client.sessions import SessionOutcome, SessionType
from apps.ksef_client.tokens import TokenState
from tests.ksef_client.certificates import certificate_for, key_of, key_pem, pem, seal_of
from tests.ksef_client.simulator import KSEF_TOKEN, NIP, START, Simulator, faktura, running, until
from tests.ksef_client.wire import Message, Said
from tests.ksef_client.wire_rules import judge

CONTEXT = Context(NIP)
EVERYBODY = IpPolicy(masks=("127.0.0.0/8",))


def test_a_whole_run_uses_every_operation_and_breaks_no_rule(tmp_path: Path) -> None:
    with running("--delay", "0.05", "--no-limits") as simulator:
        acme, by_certificate = _sign_in_by_token(simulator), _sign_in_by_seal(simulator)
        number = _file_online(simulator, acme)
        for compression in Compression:
            _file_a_batch(simulator, acme, tmp_path / compression, compression)
        _read_back(simulator, acme, number, tmp_path)
        _credentials(by_certificate)
        _questions(acme)
        auth.sign_out(by_certificate)
        verdict = simulator.verdict()

    assert verdict.complaints == []
    assert {(each.method, each.path) for each in IN_CONTRACT} - verdict.operations == set()


def _sign_in_by_token(simulator: Simulator) -> Ksef:
    challenge = auth.request_challenge(simulator.ksef)
    started = auth.start_with_token(
        simulator.ksef, simulator.keys, challenge, context=CONTEXT, ksef_token=KSEF_TOKEN, policy=EVERYBODY
    )
    issued = auth.finish(simulator.ksef, started, wait=time.sleep, first_pause=0.02)
    return simulator.ksef.signed_in(auth.refresh(simulator.ksef, issued.refresh.value).value)


def _sign_in_by_seal(simulator: Simulator) -> Ksef:
    key = key_of("rsa")
    holder = from_pem(pem(certificate_for(key, START, subject=seal_of(NIP))), key_pem(key))
    challenge = auth.request_challenge(simulator.ksef)
    started = auth.start_with_certificate(
        simulator.ksef, challenge, context=CONTEXT, credential=holder, policy=EVERYBODY, verify_chain=False
    )
    return simulator.ksef.signed_in(auth.finish(simulator.ksef, started, wait=time.sleep).access.value)


def _file_online(simulator: Simulator, acme: Ksef) -> str:
    key = new_session_key()
    session = online.open_session(acme, simulator.keys, key, check_identifiers=True).reference
    broken = seal(faktura("WIRE/2").replace(b"<P_15>123.00</P_15>", b"<P_15>many</P_15>"), key)
    sent = [
        online.send_invoice(acme, session, seal(faktura("WIRE/1"), key)),
        online.send_invoice(acme, session, broken, offline=True),
    ]
    first, _ = [until(partial(sessions.invoice_status, acme, session, each)) for each in sent]
    online.send_invoice(acme, session, seal(faktura("WIRE/2"), key), offline=True, corrects=broken.hash)
    assert [each.reference for each in every(lambda page: sessions.failed_invoices(acme, session, continuation=page))]
    online.close_session(acme, session)
    done = until(lambda: sessions.session_status(acme, session))
    upo.download_upo_of_invoice(acme, session, first.reference)
    upo.download_upo_by_ksef_number(acme, session, first.ksef_number)
    upo.download_upo_of_session(acme, session, done.upo_pages[0].reference)
    upo.download_upo_link(acme, first.upo_url)
    return str(first.ksef_number)


def _file_a_batch(simulator: Simulator, acme: Ksef, folder: Path, compression: Compression) -> None:
    key = new_session_key()
    folder.mkdir()
    documents = [(f"d{number}", faktura(f"WIRE/{compression}/{number}", str(number * 7919))) for number in range(30)]
    package = build_package(documents, key, folder, compression=compression, part_bytes=2_000)
    session = batch.open_batch(acme, simulator.keys, key, package, offline=True, check_identifiers=True)
    assert not batch.upload_parts(acme, package, session).failed
    batch.close_batch(acme, session.reference)
    assert until(lambda: sessions.session_status(acme, session.reference)).successful_count == 30
    pages = every(lambda page: sessions.session_invoices(acme, session.reference, continuation=page, page_size=10))
    assert len(list(pages)) == 30


def _read_back(simulator: Simulator, acme: Ksef, number: str, folder: Path) -> None:
    everything = InvoiceQuery(Role.SELLER, START - timedelta(days=1), START + timedelta(days=1), only_settled=False)
    narrow = InvoiceQuery(
        Role.BUYER,
        START - timedelta(days=80),
        date_type=DateType.ISSUED,
        ksef_number=number,
        invoice_number="WIRE/1",
        seller_nip=NIP,
        invoice_types=("Vat", "Kor"),
    )
    for query in (everything, narrow):
        invoices.query_metadata(acme, query, page_size=10)
    assert b"WIRE/1" in invoices.download_invoice(acme, number).content
    key = new_session_key()
    reference = exports.start_export(acme, simulator.keys, key, everything, compression=Compression.TAR_GZ)
    export = until(lambda: exports.export_status(acme, reference))
    exports.download_export(acme, export.package, key, folder / "export")
    for outcome in SessionOutcome:
        sessions.list_sessions(acme, SessionType.BATCH, created_from=START, outcomes=(outcome,), page_size=10)


def _credentials(ksef: Ksef) -> None:
    made = tokens.generate_token(ksef, description="Acme: tylko wysyłka")
    until(lambda: tokens.token_status(ksef, made.reference), lambda token: token.state is not TokenState.PENDING)
    list(every(lambda page: tokens.list_tokens(ksef, description="tylko", continuation=page)))
    tokens.revoke_token(ksef, made.reference)
    for kind, key in ((CertificateType.AUTHENTICATION, new_ec_key()), (CertificateType.OFFLINE, new_rsa_key())):
        assert certificates.certificate_limits(ksef).can_request
        reference = certificates.enrol(
            ksef,
            name=f"Acme - {kind} żółć",
            certificate_type=kind,
            csr=build_csr(certificates.enrolment_data(ksef), key),
            valid_from=ksef.clock(),
        )
        serial = until(partial(certificates.enrolment_status, ksef, reference)).serial_number
        assert certificates.retrieve_certificates(ksef, [serial])
        certificates.list_certificates(
            ksef, name="Acme", certificate_type=kind, state=CertificateState.ACTIVE, expires_after=START
        )
        certificates.revoke_certificate(ksef, serial)


def _questions(acme: Ksef) -> None:
    limits.rate_limits(acme)
    limits.context_limits(acme)
    limits.subject_limits(acme)
    permissions.my_permissions(acme)
    permissions.attachments_allowed(acme)
    (*_, last) = every(lambda page: auth.list_sign_ins(acme, continuation=page, page_size=10))
    auth.end_sign_in(acme, str(last.reference))


BEARER = "Bearer aaa.bbb.ccc"
GIVEN = {"accessToken": {"token": "aaa.bbb.ccc"}, "refreshToken": {"token": "ddd.eee.fff"}}
COMMON = {"Host": "ksef", "User-Agent": "test/1", "Accept": "application/json", "X-Error-Format": "problem-details"}

OPENING = {
    "formCode": {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"},
    "encryption": {
        "publicKeyId": sha256(b"key"),
        "encryptedSymmetricKey": "QUJD",
        "initializationVector": "MDEyMzQ1Njc4OUFCQ0RFRg==",
    },
}


def said(
    start: str, headers: dict[str, str], body: Any = None, *, answer: Any = None, status: int = 200, at: float = 1.0
) -> Said:
    content = json.dumps(body).encode() if isinstance(body, dict) else body or b""
    sized = {"Content-Type": "application/json", "Content-Length": str(len(content))} if content else {}
    if start.startswith("POST") and not content:
        sized = {"Content-Length": "0"}
    given = {name: value for name, value in (COMMON | sized | headers).items() if value}
    request = Message(at, f"{start} HTTP/1.1", list(given.items()), content)
    return Said(request, Message(at, f"HTTP/1.1 {status} X", [], json.dumps(answer or {}).encode()))


SIGNED_IN = said("POST /v2/auth/challenge", {}, answer=GIVEN)
REVOKE = "/v2/certificates/0123456789ABCDEF/revoke"
QUERY = "/v2/invoices/query/metadata"
FILTERS = {"subjectType": "Subject1", "dateRange": {"dateType": "Issue", "from": "2026-11-01T00:00:00+00:00"}}


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        (said("GET /v2/rate-limits", {}), "no bearer"),
        (said("GET /v2/rate-limit", {"Authorization": BEARER}), "no such operation"),
        (said("GET /v2/rate-limits", {"Authorization": "Bearer ddd.eee.fff"}), "instead of {'accessToken'}"),
        (said("GET /v2/security/public-key-certificates", {"Authorization": BEARER}), "where none is due"),
        (said("GET /v2/rate-limits", {"Authorization": BEARER}, {"a": 1}), "a body"),
        (said("GET /v2/rate-limits", {"Authorization": BEARER, "Cookie": "a=b"}), "cookie"),
        (said("GET /v2/rate-limits", {"Authorization": BEARER, "X-Error-Format": "old"}), "problem details"),
        (said("GET /v2/rate-limits?a=b", {"Authorization": BEARER}), "a is no query parameter"),
        (said("GET /v2/sessions?sessionType=Online&pageSize=9", {"Authorization": BEARER}), "minimum 10"),
        (said("GET /v2/sessions?sessionType=Online&pageSize=1001", {"Authorization": BEARER}), "maximum 1000"),
        (said("GET /v2/sessions?pageSize=10", {"Authorization": BEARER}), "sessionType is missing"),
        (said("GET /v2/sessions?sessionType=Online&sessionType=Batch", {"Authorization": BEARER}), "2 times"),
        (
            said("GET /v2/sessions?sessionType=Online&dateCreatedFrom=2026-11-01", {"Authorization": BEARER}),
            "no moment",
        ),
        (said("GET /v2/sessions/short", {"Authorization": BEARER}), "minLength 36"),
        (said(f"POST {REVOKE}", {"Authorization": BEARER}, {"revocationReason": "Bored"}), "enum"),
        (said(f"POST {REVOKE}", {"Authorization": BEARER}, {"reason": "Superseded"}), "no member"),
        (said(f"POST {REVOKE}", {"Authorization": BEARER}, b"{"), "no JSON"),
        (said(f"POST {REVOKE}", {"Authorization": BEARER}, b'{"a": 1, "a": 1}'), "given twice"),
        (
            said(f"POST {REVOKE}", {"Authorization": BEARER, "Content-Type": "text/json"}, {"a": 1}),
            "content type",
        ),
        (said(f"POST {QUERY}", {"Authorization": BEARER}, FILTERS | {"dateRange": {"dateType": "Issue"}}), "missing"),
        (said(f"POST {QUERY}", {"Authorization": BEARER}, FILTERS | {"sellerNip": "12"}), "pattern"),
        (said("GET /storage/upo?sig=x", {"Authorization": BEARER}), "storage link"),
        (said("PUT /storage/part?sig=x", {}, b"part"), "nobody handed out"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_judge_sees_what_is_wrong(request_: Said, complaint: str) -> None:
    found = judge([SIGNED_IN, request_]).complaints

    assert [each for each in found if complaint in each], found


def test_the_judge_has_nothing_against_what_is_right() -> None:
    right = said(f"POST {QUERY}?pageSize=10&pageOffset=0&sortOrder=Asc", {"Authorization": BEARER}, FILTERS)

    assert judge([SIGNED_IN, right]).complaints == []


def test_an_upload_repeats_the_headers_it_was_given_to_the_letter() -> None:
    part = {"ordinalNumber": 1, "fileSize": 4, "fileHash": sha256(b"part")}
    headers = {"x-ms-blob-type": "BlockBlob"}
    link = {"ordinalNumber": 1, "method": "PUT", "url": "http://storage/p?sig=x", "headers": headers}
    batch_file = {"fileSize": 4, "fileHash": part["fileHash"], "fileParts": [part]}
    opened = said(
        "POST /v2/sessions/batch",
        {"Authorization": BEARER},
        OPENING | {"batchFile": batch_file},
        answer={"partUploadRequests": [link]},
    )

    def complaints(headers: dict[str, str], body: bytes) -> list[str]:
        put = said("PUT /p?sig=x", {"Content-Type": "", "X-Error-Format": ""} | headers, body)
        return [each for each in judge([SIGNED_IN, opened, put]).complaints if each.startswith("PUT")]

    assert complaints(headers, b"part") == []
    assert complaints({}, b"part")
    assert complaints(headers | {"x-ms-meta-own": "1"}, b"part")
    assert complaints({"x-ms-blob-type": "PageBlob"}, b"part")
    assert complaints(headers, b"prat")


@pytest.mark.parametrize("repeated", ["challenge", "initialization vector", "redeem"])
def test_what_may_be_used_once_is_not_used_twice(repeated: str) -> None:
    one = {
        "challenge": said(
            "POST /v2/auth/ksef-token",
            {},
            {
                "challenge": "20261121-CR-0000000000-0000000000-00",
                "contextIdentifier": {"type": "Nip", "value": NIP},
                "encryptedToken": "QUJD",
                "publicKeyId": sha256(b"key"),
            },
        ),
        "initialization vector": said("POST /v2/sessions/online", {"Authorization": BEARER}, OPENING),
        "redeem": said("POST /v2/auth/token/redeem", {"Authorization": BEARER}),
    }[repeated]

    assert [each for each in judge([one, one]).complaints if f"a {repeated} is used 2 times" in each]
