"""Drives the SDK ksef2 against the simulator. Runs in that SDK's own environment."""

from datetime import UTC, datetime, timedelta

import httpx
from ksef2 import Client, Environment
from ksef2.models import FormSchema, InvoicesFilter
from steps import Run, require, require_receipt, sha256

POLL = 0.3  # ten status calls a second are the limit


class ToSimulator(httpx.BaseTransport):
    """Sends everything meant for the TEST environment to the simulator: the SDK takes no other address."""

    def __init__(self, address: str) -> None:
        self._target = httpx.URL(address)
        self._transport = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = self._target
        request.url = request.url.copy_with(scheme=target.scheme, host=target.host, port=target.port)
        return self._transport.handle_request(request)


run = Run()
client = Client(Environment.TEST, http_client=httpx.Client(transport=ToSimulator(run.address), timeout=30))


def sign_in_with_token():
    return client.authentication.with_token(ksef_token=run.token, nip=run.nip, poll_interval=POLL)


def sign_in_with_signature():
    return client.authentication.with_test_certificate(nip=run.nip, poll_interval=POLL)


def send_online(auth):
    """Three invoices in one session, each with its receipt, then the receipt of the session."""
    numbers = []
    with auth.online_session(form_code=FormSchema.FA3) as session:
        for xml in run.invoices[:3]:
            submission = session.send_invoice(xml)
            status = submission.wait(poll_interval=POLL)
            require(status.ksef_number, "no KSeF number")
            require_receipt(submission.download_upo(), status.ksef_number, sha256(xml))
            numbers.append(status.ksef_number)
    session.wait(poll_interval=POLL)
    pages = session.download_upo()
    require(len(pages) == 1, f"{len(pages)} pages")
    require_receipt(pages[0], *numbers)
    return numbers


def send_duplicate(auth, original):
    with auth.online_session(form_code=FormSchema.FA3) as session:
        submission = session.send_invoice(run.invoices[0])
        try:
            submission.wait(poll_interval=POLL)
        except Exception as rejection:  # noqa: BLE001 - the class is checked by its status code below
            require(getattr(rejection, "invoice_status_code", None) == 440, f"not a duplicate: {rejection!r}")
            require(rejection.extensions["originalKsefNumber"] == original, "another original")
            return
    raise AssertionError("the duplicate was accepted")


def send_batch(auth, invoices, max_part_size, parts):
    prepared = auth.batch.prepare(invoices, max_part_size=max_part_size)
    with auth.batch_session(prepared_batch=prepared) as session:
        require(len(session.part_upload_requests) >= parts, "not enough parts")
        session.upload_parts()
    final = session.wait(poll_interval=POLL)
    require(final.successful_invoice_count == len(invoices), f"{final.successful_invoice_count} accepted")
    require_receipt(session.download_upo()[0], *(sha256(xml) for xml in invoices))


def filters_of_today():
    start = datetime.now(UTC) - timedelta(days=1)
    return InvoicesFilter(role="seller", date_type="permanent_storage", date_from=start)


def query_metadata(auth, numbers):
    found = {each.ksef_number: each for each in auth.invoices.search(filters_of_today())}
    require(set(numbers) <= set(found), f"{len(found)} found, some missing")
    require(found[numbers[0]].invoice_hash == sha256(run.invoices[0]), "another hash")


def download(auth, number):
    require(auth.invoices.download(number, timeout=10, poll_interval=POLL) == run.invoices[0], "other bytes")


def export(auth, numbers):
    exported = auth.invoices.export(filters_of_today()).wait(poll_interval=POLL)
    require(set(numbers) <= {each.ksef_number for each in exported.metadata}, "numbers are missing")


def list_sessions(auth):
    require(list(auth.invoice_sessions.all(session_type="online")), "no session is listed")


auth = run.step("token sign-in", sign_in_with_token)
if auth is not None:
    numbers = run.step("online: three invoices, receipts, session receipt", lambda: send_online(auth))
    run.step("duplicate", lambda: send_duplicate(auth, numbers[0]))
    run.step("batch, one part", lambda: send_batch(auth, run.invoices[3:6], 10_000_000, 1))
    run.step("batch, several parts", lambda: send_batch(auth, run.invoices[6:9], 1_000, 2))
    run.step("metadata query", lambda: query_metadata(auth, numbers))
    run.step("download", lambda: download(auth, numbers[0]))
    run.step("export", lambda: export(auth, numbers))
signed = run.step("XAdES sign-in", sign_in_with_signature)
if signed is not None:
    run.step("sessions seen by the other sign-in", lambda: list_sessions(signed))
run.end()
