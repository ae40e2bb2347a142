"""The whole client against the simulator, a separate program that shares no code with it and checks every request."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apps.ksef_client import (
    auth,
    batch,
    certificates,
    exports,
    invoices,
    latarnia,
    limits,
    online,
    permissions,
    sessions,
    tokens,
    upo,
)
from apps.ksef_client.archives import Compression
from apps.ksef_client.certificates import CertificateType, IssuedCertificate, RevocationReason
from apps.ksef_client.context import Context
from apps.ksef_client.credentials import Credential, PrivateKey, from_pem
from apps.ksef_client.crypto import SessionKey, new_session_key, seal, sha256
from apps.ksef_client.csr import build_csr, new_ec_key, new_rsa_key
from apps.ksef_client.endpoints import Group
from apps.ksef_client.environments import TEST
from apps.ksef_client.errors import AccessDenied, OutcomeUnknown, Refused, Unavailable
from apps.ksef_client.invoices import InvoiceQuery, Role
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.online import Closing
from apps.ksef_client.package import build_package
from apps.ksef_client.pages import every
from apps.ksef_client.qr import code_two, verify_code_two
from apps.ksef_client.receipt import Expected, UpoProblem, check_upo
from apps.ksef_client.receipt_signature import verify_upo
from apps.ksef_client.second_opinion import agrees
from apps.ksef_client.sessions import SentInvoice, SessionType
from apps.ksef_client.tokens import TokenState
from tests.ksef_client.certificates import certificate_for, key_of, key_pem, pem, seal_of
from tests.ksef_client.simulator import KSEF_TOKEN, NIP, START, Simulator, faktura, running, until

CONTEXT = Context(NIP)
FINDINGS = (
    "bearerSentToStorage",
    "contractViolations",
    "unknownMembers",
    "unknownPaths",
    "retryAfterIgnored",
    "keyReuse",
    "uploadHeadersMissing",
    "internalErrors",
    "answerViolations",
)


@pytest.fixture(scope="module")
def program() -> Iterator[Simulator]:
    with running("--delay", "0.05", "--no-limits") as simulator:
        yield simulator


@pytest.fixture
def simulator(program: Simulator) -> Iterator[Simulator]:
    """A clean slate; afterwards the simulator must have nothing to complain about."""
    program.control("DELETE", "faults")
    program.control("DELETE", "report")
    yield program
    report = program.control("GET", "report")
    assert {kind: report[kind] for kind in FINDINGS if report.get(kind)} == {}
    assert report["tooManyRequests"] == {}


@pytest.fixture
def acme(simulator: Simulator) -> Ksef:
    return simulator.sign_in()


def open_online(simulator: Simulator, ksef: Ksef) -> tuple[str, SessionKey]:
    key = new_session_key()
    return online.open_session(ksef, simulator.keys, key).reference, key


def send(ksef: Ksef, session: str, key: SessionKey, document: bytes) -> SentInvoice:
    reference = online.send_invoice(ksef, session, seal(document, key))
    found = until(lambda: sessions.invoice_status(ksef, session, reference))
    assert isinstance(found, SentInvoice)
    return found


def by_seal(simulator: Simulator) -> Ksef:
    key = key_of("ec")
    holder = from_pem(pem(certificate_for(key, START, subject=seal_of(NIP))), key_pem(key))
    challenge = auth.request_challenge(simulator.ksef)
    started = auth.start_with_certificate(simulator.ksef, challenge, context=CONTEXT, credential=holder)
    return simulator.ksef.signed_in(auth.finish(simulator.ksef, started, wait=time.sleep).access.value)


def now() -> datetime:
    """signxml looks at certificates made on the real clock of the simulator's process."""
    return datetime.now(UTC)


def test_documents_sent_online_come_back_as_receipts_in_all_four_ways(simulator: Simulator, acme: Ksef) -> None:
    session, key = open_online(simulator, acme)
    documents = [faktura(f"ON/{number}") for number in range(3)]

    sent = [send(acme, session, key, document) for document in documents]
    assert online.close_session(acme, session) is Closing.ACCEPTED
    done = until(lambda: sessions.session_status(acme, session))

    assert [each.status.code for each in sent] == [200] * 3
    assert [each.invoice_hash for each in sent] == [sha256(document) for document in documents]
    assert (done.status.code, done.successful_count) == (200, 3)
    first = sent[0]
    assert first.ksef_number is not None
    assert first.upo_url is not None
    files = [
        upo.download_upo_of_invoice(acme, session, first.reference),
        upo.download_upo_by_ksef_number(acme, session, first.ksef_number),
        upo.download_upo_link(acme, first.upo_url),
        upo.download_upo_of_session(acme, session, done.upo_pages[0].reference),
        upo.download_upo_link(acme, done.upo_pages[0].url or ""),
    ]
    expected = Expected(first.invoice_hash, NIP, first.ksef_number, "ON/0", session)
    for file in files:
        assert file.hash_confirmed
        assert check_upo(verify_upo(file.content, at=now()).upo, expected) == ()
        assert agrees(file.content)


def test_a_duplicate_leads_to_its_original(simulator: Simulator, acme: Ksef) -> None:
    session, key = open_online(simulator, acme)
    first = send(acme, session, key, faktura("DUP/1"))

    twin = send(acme, session, key, faktura("DUP/1"))
    simulator.fault("no_extensions")
    another = send(acme, session, key, faktura("DUP/1", "Inna treść"))

    assert (twin.status.code, twin.ksef_number) == (440, None)
    for duplicate in (twin, another):
        assert duplicate.original == sessions.Original(str(first.ksef_number), session)
    stored = invoices.download_invoice(acme, str(first.ksef_number))
    assert (stored.sha256 == twin.invoice_hash, stored.sha256 == another.invoice_hash) == (True, False)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_company_seal_signs_in_and_out(simulator: Simulator, kind: str) -> None:
    key = key_of(kind)
    holder = from_pem(pem(certificate_for(key, START, subject=seal_of(NIP))), key_pem(key))
    challenge = auth.request_challenge(simulator.ksef)

    started = auth.start_with_certificate(simulator.ksef, challenge, context=CONTEXT, credential=holder)
    issued = auth.finish(simulator.ksef, started, wait=time.sleep)
    acme = simulator.ksef.signed_in(issued.access.value)
    refreshed = auth.refresh(simulator.ksef, issued.refresh.value)
    mine = list(every(lambda page: auth.list_sign_ins(acme, continuation=page)))

    assert not refreshed.needs_refresh(simulator.ksef.clock())
    assert started.reference in [each.reference for each in mine]
    auth.sign_out(acme)
    with pytest.raises(AccessDenied):
        auth.refresh(simulator.ksef, issued.refresh.value)


def test_a_wrong_token_ends_in_a_clear_refusal(simulator: Simulator) -> None:
    challenge = auth.request_challenge(simulator.ksef)
    wrong = KSEF_TOKEN[:-1] + "0"
    started = auth.start_with_token(simulator.ksef, simulator.keys, challenge, context=CONTEXT, ksef_token=wrong)

    with pytest.raises(AccessDenied) as raised:
        auth.finish(simulator.ksef, started, wait=time.sleep)

    assert raised.value.code == 450


def test_a_sign_in_that_takes_its_time_is_polled_to_its_end(simulator: Simulator) -> None:
    simulator.fault("signin_stuck", seconds=0.4)

    assert simulator.sign_in().bearer


@pytest.mark.parametrize("compression", list(Compression))
@pytest.mark.parametrize("part_bytes", [90_000_000, 2_000], ids=["one part", "many parts"])
def test_a_batch_is_taken_whole_and_every_document_found_again(
    simulator: Simulator, acme: Ksef, tmp_path: Path, compression: Compression, part_bytes: int
) -> None:
    key = new_session_key()
    mark = f"{compression}{part_bytes}"
    documents = {f"d-{number}": faktura(f"B/{mark}/{number}", f"Pozycja {number * 7919}") for number in range(60)}
    package = build_package(documents.items(), key, tmp_path, compression=compression, part_bytes=part_bytes)

    session = batch.open_batch(acme, simulator.keys, key, package)
    uploaded = batch.upload_parts(acme, package, session)
    assert not uploaded.failed
    assert batch.close_batch(acme, session.reference) is Closing.ACCEPTED
    done = until(lambda: sessions.session_status(acme, session.reference))

    assert (done.status.code, done.successful_count) == (200, 60)
    found = list(
        every(lambda page: sessions.session_invoices(acme, session.reference, continuation=page, page_size=25))
    )
    assert {each.file_name: each.invoice_hash for each in found} == {
        f"{name}.xml": sha256(content) for name, content in documents.items()
    }
    receipt = verify_upo(upo.download_upo_link(acme, done.upo_pages[0].url or "").content, at=now()).upo
    assert {each.invoice_hash for each in receipt.documents} == {entry.invoice_hash for entry in package.entries}
    assert receipt.pages is not None
    assert receipt.pages.documents_in_all == 60


def test_rejected_documents_are_listed_with_their_reason_and_can_be_corrected(simulator: Simulator, acme: Ksef) -> None:
    session, key = open_online(simulator, acme)
    broken = faktura("BAD/1").replace(b"<P_15>123.00</P_15>", b"<P_15>many</P_15>")
    sealed = seal(broken, key)
    reference = online.send_invoice(acme, session, sealed, offline=True)
    rejected = until(lambda: sessions.invoice_status(acme, session, reference))

    (failed,) = every(lambda page: sessions.failed_invoices(acme, session, continuation=page))
    correction = online.send_invoice(acme, session, seal(faktura("BAD/1"), key), offline=True, corrects=sealed.hash)
    corrected = until(lambda: sessions.invoice_status(acme, session, correction))

    assert (rejected.status.code, failed.reference) == (450, reference)
    assert rejected.status.details
    assert (corrected.status.code, corrected.mode) == (200, "Offline")


def test_a_key_withdrawn_at_once_is_replaced_without_anybody_noticing(
    simulator: Simulator, acme: Ksef, tmp_path: Path
) -> None:
    open_online(simulator, acme)  # the key is cached now
    simulator.control("POST", "keys", kind="emergency")

    session, key = open_online(simulator, acme)
    simulator.control("POST", "keys", kind="emergency")
    package = build_package([("one", faktura("KEY/B"))], package_key := new_session_key(), tmp_path)

    assert send(acme, session, key, faktura("KEY/1")).status.code == 200
    assert batch.open_batch(acme, simulator.keys, package_key, package).reference
    simulator.control("POST", "keys", kind="emergency")
    assert simulator.sign_in().bearer


def test_a_send_whose_answer_is_lost_is_found_by_its_hash(simulator: Simulator, acme: Ksef) -> None:
    session, key = open_online(simulator, acme)
    landed, lost = seal(faktura("LOST/1"), key), seal(faktura("LOST/2"), key)
    simulator.fault("drop_after", "send")
    with pytest.raises(OutcomeUnknown):
        online.send_invoice(acme, session, landed)
    simulator.fault("drop_before", "send")
    with pytest.raises(OutcomeUnknown):
        online.send_invoice(acme, session, lost)

    found = {
        each.invoice_hash for each in every(lambda page: sessions.session_invoices(acme, session, continuation=page))
    }

    assert (landed.hash in found, lost.hash in found) == (True, False)


@pytest.mark.parametrize(
    ("effect", "more"),
    [
        ("status", {"status": 502, "body": "html", "when": "after"}),
        ("status", {"status": 504, "body": "empty", "when": "before"}),
        ("status", {"status": 500, "body": "json", "when": "after"}),
        ("malformed", {}),
        ("truncated", {}),
    ],
    ids=["502 html", "504 empty", "500 json", "malformed", "truncated"],
)
def test_every_broken_answer_to_a_send_leaves_its_outcome_open(
    simulator: Simulator, acme: Ksef, effect: str, more: dict[str, object]
) -> None:
    session, key = open_online(simulator, acme)
    simulator.fault(effect, "send", **more)

    with pytest.raises(OutcomeUnknown):
        online.send_invoice(acme, session, seal(faktura(f"BROKEN/{effect}/{more.get('status')}"), key))


@pytest.mark.parametrize("effect", ["drop_before", "drop_after", "malformed", "truncated", "html"])
def test_every_broken_answer_to_a_read_is_only_unavailability(simulator: Simulator, acme: Ksef, effect: str) -> None:
    session, _ = open_online(simulator, acme)
    simulator.fault(effect, "session status", **({"status": 403} if effect == "html" else {}))

    with pytest.raises(Unavailable):
        sessions.session_status(acme, session)
    assert sessions.session_status(acme, session).status.code == 100


def test_a_lost_close_may_be_repeated(simulator: Simulator, acme: Ksef) -> None:
    session, key = open_online(simulator, acme)
    send(acme, session, key, faktura("CLOSE/1"))
    simulator.fault("status", "close online", status=502, body="html", when="after")

    with pytest.raises(OutcomeUnknown) as raised:
        online.close_session(acme, session)

    assert raised.value.safe_to_repeat
    assert online.close_session(acme, session) is Closing.NOT_OPEN


def test_receipts_that_are_not_ours_or_not_whole_are_noticed(simulator: Simulator, acme: Ksef) -> None:
    session, key = open_online(simulator, acme)
    send(acme, session, key, faktura("UPO/0"))
    sent = send(acme, session, key, faktura("UPO/1"))
    expected = Expected(sent.invoice_hash, NIP, sent.ksef_number)

    simulator.fault("wrong_hash_header", "upo")
    with pytest.raises(Unavailable):
        upo.download_upo_of_invoice(acme, session, sent.reference)
    simulator.fault("wrong_upo", "upo")
    foreign = upo.download_upo_of_invoice(acme, session, sent.reference)
    assert check_upo(verify_upo(foreign.content, at=now()).upo, expected) != ()
    simulator.fault("broken_upo", "upo")
    broken = upo.download_upo_of_invoice(acme, session, sent.reference)
    with pytest.raises(UpoProblem):
        verify_upo(broken.content, at=now())
    assert not agrees(broken.content)
    simulator.fault("expired_link", "storage")
    with pytest.raises(Refused):
        upo.download_upo_link(acme, sent.upo_url or "")


def test_a_part_the_storage_refuses_is_named_and_may_be_sent_again(
    simulator: Simulator, acme: Ksef, tmp_path: Path
) -> None:
    key = new_session_key()
    documents = [(f"d{number}", faktura(f"PART/{number}", f"{number * 104729}")) for number in range(40)]
    package = build_package(documents, key, tmp_path, part_bytes=1_000)
    session = batch.open_batch(acme, simulator.keys, key, package)
    simulator.fault("upload_refused", "upload part", times=1)
    simulator.fault("status", "upload part", status=500, body="empty", when="before", times=1)

    first = batch.upload_parts(acme, package, session)
    second = batch.upload_parts(acme, package, session, only=first.failed)

    assert len(first.failed) == 2
    assert not second.failed
    batch.close_batch(acme, session.reference)
    assert until(lambda: sessions.session_status(acme, session.reference)).successful_count == 40


def test_a_new_token_signs_in_until_it_is_revoked(simulator: Simulator, acme: Ksef) -> None:
    with pytest.raises(AccessDenied):
        tokens.generate_token(acme, description="A token made by a token")
    acme = by_seal(simulator)
    made = tokens.generate_token(acme, description="Acme, filing only")
    until(
        lambda: tokens.token_status(acme, made.reference),
        lambda token: token.state is not TokenState.PENDING,
    )
    listed = every(lambda page: tokens.list_tokens(acme, description="filing only", continuation=page))
    assert made.reference in [token.reference for token in listed]

    def sign_in() -> Ksef:
        challenge = auth.request_challenge(simulator.ksef)
        started = auth.start_with_token(
            simulator.ksef, simulator.keys, challenge, context=CONTEXT, ksef_token=made.token
        )
        return simulator.ksef.signed_in(auth.finish(simulator.ksef, started, wait=time.sleep).access.value)

    limited = sign_in()
    claims = permissions.read_claims(limited.bearer or "")
    assert claims is not None
    assert claims.permissions == {"InvoiceWrite", "InvoiceRead"}
    session, key = open_online(simulator, limited)
    assert send(limited, session, key, faktura("TOKEN/1")).status.code == 200
    tokens.revoke_token(limited, made.reference)
    with pytest.raises(AccessDenied):
        sign_in()


def enrolled(ksef: Ksef, kind: CertificateType, key: PrivateKey) -> IssuedCertificate:
    csr = build_csr(certificates.enrolment_data(ksef), key)
    reference = certificates.enrol(ksef, name=f"Acme {kind}", certificate_type=kind, csr=csr)
    done = until(lambda: certificates.enrolment_status(ksef, reference))
    assert done.status.is_success
    (issued,) = certificates.retrieve_certificates(ksef, [done.serial_number])
    assert issued.type == kind
    return issued


def with_key(issued: IssuedCertificate, key: PrivateKey) -> Credential:
    return from_pem(pem(issued.certificate), key_pem(key))


def test_a_certificate_is_requested_signs_in_and_is_revoked(simulator: Simulator) -> None:
    sealed = by_seal(simulator)
    assert certificates.certificate_limits(sealed).can_request
    key = new_ec_key()
    issued = enrolled(sealed, CertificateType.AUTHENTICATION, key)

    challenge = auth.request_challenge(simulator.ksef)
    started = auth.start_with_certificate(simulator.ksef, challenge, context=CONTEXT, credential=with_key(issued, key))
    certified = simulator.ksef.signed_in(auth.finish(simulator.ksef, started, wait=time.sleep).access.value)

    listed, _ = certificates.list_certificates(certified, certificate_type=CertificateType.AUTHENTICATION)
    assert issued.serial_number in [each.serial_number for each in listed]
    certificates.revoke_certificate(certified, issued.serial_number, reason=RevocationReason.SUPERSEDED)
    with pytest.raises(Refused) as raised:
        certificates.revoke_certificate(certified, issued.serial_number)
    assert raised.value.code == 25009


def test_an_offline_certificate_signs_code_two(simulator: Simulator) -> None:
    key = new_rsa_key()
    issued = enrolled(by_seal(simulator), CertificateType.OFFLINE, key)

    text = code_two(
        TEST,
        context=CONTEXT,
        seller_nip=NIP,
        invoice_hash=sha256(faktura("QR/1")),
        credential=with_key(issued, key),
    )

    assert issued.serial_number in text
    assert verify_code_two(text, issued.certificate)


def test_a_token_sign_in_cannot_ask_for_a_certificate(acme: Ksef) -> None:
    with pytest.raises(AccessDenied):
        certificates.enrolment_data(acme)


@pytest.mark.parametrize("compression", list(Compression))
def test_what_was_filed_is_read_back_by_metadata_download_and_export(
    simulator: Simulator, acme: Ksef, tmp_path: Path, compression: Compression
) -> None:
    session, key = open_online(simulator, acme)
    documents = {f"READ/{compression}/{number}": faktura(f"READ/{compression}/{number}") for number in range(3)}
    sent = [send(acme, session, key, document) for document in documents.values()]
    query = InvoiceQuery(Role.SELLER, START - timedelta(days=1))

    one = replace(query, invoice_number=f"READ/{compression}/1")
    found = until(lambda: invoices.query_metadata(acme, one), lambda page: bool(page.invoices))
    assert found.invoices[0].invoice_hash == sent[1].invoice_hash
    assert invoices.download_invoice(acme, str(sent[1].ksef_number)).content == documents[f"READ/{compression}/1"]

    export_key = new_session_key()
    reference = exports.start_export(acme, simulator.keys, export_key, query, compression=compression)
    export = until(lambda: exports.export_status(acme, reference))
    assert export.package is not None
    exports.download_export(acme, export.package, export_key, tmp_path / "export")
    contents = {file.ksef_number: file.content for file in exports.read_export(tmp_path / "export", compression)}
    described = exports.read_export_metadata(tmp_path / "export", compression)
    for document, each in zip(documents.values(), sent, strict=True):
        assert contents[str(each.ksef_number)] == document
    assert {each.ksef_number for each in described} == set(contents)
    assert export.package.invoice_count == len(contents)


def test_limits_permissions_and_the_status_service_are_read(simulator: Simulator, acme: Ksef) -> None:
    rates = limits.rate_limits(acme)
    assert rates.rate_of(Group.INVOICE_SEND) == limits.Rate(10, 30, 180)
    assert limits.context_limits(acme).package_limits().documents == 10_000
    assert limits.subject_limits(acme).certificates
    assert permissions.may_file(permissions.my_permissions(acme).names)
    assert permissions.attachments_allowed(acme) is False
    simulator.control("POST", "latarnia", status="MAINTENANCE")
    assert latarnia.latarnia_status(simulator.ksef).availability is latarnia.Availability.MAINTENANCE
    simulator.control("POST", "latarnia", status="AVAILABLE")
    assert isinstance(latarnia.latarnia_messages(simulator.ksef), tuple)


def test_a_lost_session_is_found_in_the_list_of_sessions(simulator: Simulator, acme: Ksef) -> None:
    session, _ = open_online(simulator, acme)

    found = every(
        lambda page: sessions.list_sessions(
            acme, SessionType.ONLINE, created_from=START - timedelta(hours=1), continuation=page, page_size=10
        )
    )

    assert session in [each.reference for each in found]


def test_sign_ins_can_be_ended_one_by_one(simulator: Simulator, acme: Ksef) -> None:
    other = simulator.sign_in()
    claims = permissions.read_claims(other.bearer or "")
    assert claims is not None

    auth.end_sign_in(acme, claims.sign_in or "")

    left = every(lambda page: auth.list_sign_ins(acme, continuation=page))
    assert claims.sign_in not in [each.reference for each in left if each.status.is_success]


def test_a_pause_ksef_asks_for_is_long_enough() -> None:
    with running() as limited:
        acme = limited.sign_in()
        session, _ = open_online(limited, acme)
        limited.control("POST", "clock", freeze=True)  # however slow this machine is, it asks within one second

        def ask_too_often() -> None:
            for _ in range(20):
                sessions.session_status(acme, session)

        with pytest.raises(Unavailable) as raised:
            ask_too_often()

        assert raised.value.http_status == 429
        assert raised.value.retry_after is not None
        limited.control("POST", "clock", advance=raised.value.retry_after.total_seconds())
        assert sessions.session_status(acme, session).status.code == 100
        assert limited.control("GET", "report").get("retryAfterIgnored", []) == []
