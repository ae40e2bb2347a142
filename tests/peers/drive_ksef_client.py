"""Drives the SDK ksef-client against the simulator. Runs in that SDK's own environment."""

import io
import socket
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from ksef_client import KsefClient, KsefClientOptions
from ksef_client import models as m
from ksef_client.services import AuthCoordinator, BatchSessionWorkflow, OnlineSessionWorkflow
from ksef_client.services.batch import encrypt_batch_parts
from ksef_client.services.crypto import build_encryption_data
from ksef_client.services.workflows import BatchUploadHelper, ExportWorkflow
from steps import Run, require, require_receipt, sha256

FORM = m.FormCode(system_code="FA (3)", schema_version="1-0E", value="FA")
ATTEMPTS, PAUSE = 100, 0.3  # ten status calls a second are the limit

run = Run()
_real_lookup = socket.getaddrinfo


def _lookup(host, *rest, **more):
    """The SDK refuses links to a loopback address, so the simulator goes by a name that only this process knows."""
    known = urlsplit(run.public_url).hostname
    return _real_lookup("127.0.0.1" if host == known else host, *rest, **more)


socket.getaddrinfo = _lookup
client = KsefClient(
    KsefClientOptions(
        base_url=run.public_url, strict_presigned_url_validation=False, allow_private_network_presigned_urls=True
    )
)


def key_for(usage):
    return client.security.get_public_key_certificate(usage)


def sign_in_with_token():
    key = key_for(m.PublicKeyCertificateUsage.KSEFTOKENENCRYPTION)
    return (
        AuthCoordinator(client.auth)
        .authenticate_with_ksef_token(
            token=run.token,
            public_certificate=key.certificate,
            public_key_id=key.public_key_id,
            context_identifier_type="nip",
            context_identifier_value=run.nip,
            max_attempts=ATTEMPTS,
            poll_interval_seconds=PAUSE,
        )
        .access_token
    )


def sign_in_with_signature(schema_version):
    key = ec.generate_private_key(ec.SECP256R1())
    attributes = {
        NameOID.COUNTRY_NAME: "PL",
        NameOID.ORGANIZATION_NAME: "Acme",
        NameOID.ORGANIZATION_IDENTIFIER: f"VATPL-{run.nip}",
        NameOID.COMMON_NAME: "Acme",
    }
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes.items()])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    return (
        AuthCoordinator(client.auth)
        .authenticate_with_xades(
            context_identifier_type="nip",
            context_identifier_value=run.nip,
            subject_identifier_type="certificateSubject",
            certificate_pem=certificate.public_bytes(serialization.Encoding.PEM).decode(),
            private_key_pem=key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ).decode(),
            auth_request_schema_version=schema_version,
            max_attempts=ATTEMPTS,
            poll_interval_seconds=PAUSE,
        )
        .access_token
    )


def until_final(read):
    for _ in range(ATTEMPTS):
        status = read()
        if status.status.code >= 200:
            return status
        time.sleep(PAUSE)
    raise TimeoutError("no final status")


def open_online(token):
    key = key_for(m.PublicKeyCertificateUsage.SYMMETRICKEYENCRYPTION)
    return OnlineSessionWorkflow(client.sessions).open_session(
        form_code=FORM, public_certificate=key.certificate, public_key_id=key.public_key_id, access_token=token
    )


def send_online(token):
    """Three invoices in one session, each with its receipt, then the receipt of the session."""
    session, numbers = open_online(token), []
    for xml in run.invoices[:3]:
        reference = session.send_invoice(xml).reference_number
        status = until_final(lambda reference=reference: session.get_invoice_status(reference))
        require(status.status.code == 200, f"{status.status}")
        by_reference = session.get_invoice_upo_by_ref(reference)
        by_number = session.get_invoice_upo_by_ksef(status.ksef_number)
        require(content_of(by_reference) == content_of(by_number), "two receipts for one invoice")
        require_receipt(content_of(by_reference), status.ksef_number, sha256(xml))
        numbers.append(status.ksef_number)
    session.close()
    final = until_final(session.get_status)
    page = final.upo.pages[0]
    require_receipt(content_of(session.get_upo(page.reference_number)), *numbers)
    return numbers


def content_of(answer):
    return answer if isinstance(answer, bytes) else answer.content


def send_duplicate(token, original):
    session = open_online(token)
    reference = session.send_invoice(run.invoices[0]).reference_number
    status = until_final(lambda: session.get_invoice_status(reference))
    session.close()
    require(status.status.code == 440, f"{status.status}")
    require(status.status.extensions["originalKsefNumber"] == original, "another original")


def archive(invoices):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for number, xml in enumerate(invoices, 1):
            package.writestr(f"{number}.xml", xml)
    return target.getvalue()


def send_batch(token, invoices):
    key = key_for(m.PublicKeyCertificateUsage.SYMMETRICKEYENCRYPTION)
    reference = BatchSessionWorkflow(client.sessions, client.http_client).open_upload_and_close(
        form_code=FORM,
        zip_bytes=archive(invoices),
        public_certificate=key.certificate,
        public_key_id=key.public_key_id,
        access_token=token,
    )
    require_batch(token, reference, invoices)


def send_batch_in_parts(token, invoices):
    """The workflow takes no part size, so this puts the same pieces together for smaller parts."""
    key = key_for(m.PublicKeyCertificateUsage.SYMMETRICKEYENCRYPTION)
    secret = build_encryption_data(key.certificate, public_key_id=key.public_key_id)
    parts, file = encrypt_batch_parts(archive(invoices), secret.key, secret.iv, max_part_size=1_000)
    require(len(parts) > 1, "one part only")
    opened = client.sessions.open_batch_session(
        m.OpenBatchSessionRequest(
            form_code=FORM,
            batch_file=replace(file, compression_type=m.CompressionType.ZIP),
            encryption=secret.encryption_info,
        ),
        access_token=token,
    )
    BatchUploadHelper(client.http_client).upload_parts(opened.part_upload_requests, parts, parallelism=2)
    client.sessions.close_batch_session(opened.reference_number, access_token=token)
    require_batch(token, opened.reference_number, invoices)


def require_batch(token, reference, invoices):
    final = until_final(lambda: client.sessions.get_session_status(reference, access_token=token))
    require(final.successful_invoice_count == len(invoices), f"{final.status}")
    page = final.upo.pages[0].reference_number
    receipt = client.sessions.get_session_upo(reference, page, access_token=token)
    require_receipt(content_of(receipt), *(sha256(xml) for xml in invoices))
    linked = client.invoices.download_export_part_with_hash(final.upo.pages[0].download_url)
    require(linked.sha256_base64 == sha256(linked.content), "the link's hash is wrong")


def filters():
    start = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    return m.InvoiceQueryFilters(
        subject_type=m.InvoiceQuerySubjectType.SUBJECT1,
        date_range=m.InvoiceQueryDateRange(date_type=m.InvoiceQueryDateType.PERMANENTSTORAGE, from_=start),
    )


def query_metadata(token, numbers):
    found = {each.ksef_number: each for each in client.invoices.iter_invoice_metadata(filters(), access_token=token)}
    require(set(numbers) <= set(found), f"{len(found)} found, some missing")
    require(found[numbers[0]].invoice_hash == sha256(run.invoices[0]), "another hash")


def download(token, number):
    got = client.invoices.get_invoice_bytes(number, access_token=token)
    require(got.content == run.invoices[0] and got.sha256_base64 == sha256(got.content), "other bytes")


def export(token, numbers):
    key = key_for(m.PublicKeyCertificateUsage.SYMMETRICKEYENCRYPTION)
    secret = build_encryption_data(key.certificate, public_key_id=key.public_key_id)
    request = m.InvoiceExportRequest(encryption=secret.encryption_info, filters=filters())
    reference = client.invoices.export_invoices(request, access_token=token).reference_number
    status = until_final(lambda: client.invoices.get_export_status(reference, access_token=token))
    package = ExportWorkflow(client.invoices, client.http_client).download_and_process_package(status.package, secret)
    require({f"{number}.xml" for number in numbers} <= set(package.invoice_xml_files), "files are missing")


token = run.step("token sign-in", sign_in_with_token)
if token is not None:
    numbers = run.step("online: three invoices, receipts, session receipt", lambda: send_online(token))
    run.step("duplicate", lambda: send_duplicate(token, numbers[0]))
    run.step("batch, one part", lambda: send_batch(token, run.invoices[3:6]))
    run.step("batch, several parts", lambda: send_batch_in_parts(token, run.invoices[6:9]))
    run.step("metadata query", lambda: query_metadata(token, numbers))
    run.step("download", lambda: download(token, numbers[0]))
    run.step("export", lambda: export(token, numbers))
run.step("XAdES sign-in, schema 2.1", lambda: sign_in_with_signature("2.1"))
run.step("XAdES sign-in, schema 2.0", lambda: sign_in_with_signature("2.0"))
run.end()
