"""Every way a call can go wrong, and what the caller may then do: the answers of F25 and R12 on calls of each kind."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
import responses
from urllib3.exceptions import NewConnectionError, ReadTimeoutError

from apps.ksef_client import auth, online, sessions, tokens
from apps.ksef_client.codes import ACCESS_DENIED, UNAVAILABLE
from apps.ksef_client.crypto import SessionKey, seal
from apps.ksef_client.errors import AccessDenied, KsefError, OutcomeUnknown, Refused, Unavailable
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.upo import download_upo_link
from tests.ksef_client.answers import (
    HTML,
    INVOICE,
    SESSION,
    TOO_MANY,
    UNAUTHORIZED,
    forbidden,
    old_problem,
    problem,
    sent_invoice,
    status,
)
from tests.ksef_client.conftest import BASE, Ledger

KEY = SessionKey(bytes(32), bytes(16))
STATUS_URL = f"{BASE}/sessions/{SESSION}"
SEND_URL = f"{BASE}/sessions/online/{SESSION}/invoices"
CLOSE_URL = f"{BASE}/sessions/online/{SESSION}/close"
Call = Callable[[Ksef], Any]


def read(ksef: Ksef) -> object:
    return sessions.session_status(ksef, SESSION)


def send(ksef: Ksef) -> object:
    return online.send_invoice(ksef, SESSION, seal(b"<Faktura/>", KEY))


def close(ksef: Ksef) -> object:
    return online.close_session(ksef, SESSION)


CALLS = pytest.mark.parametrize(
    ("call", "method", "url", "lost"),
    [
        (read, "GET", STATUS_URL, Unavailable),
        (send, "POST", SEND_URL, OutcomeUnknown),
        (close, "POST", CLOSE_URL, OutcomeUnknown),
    ],
    ids=["read", "send", "close"],
)


def failure_of(call: Call, ksef: Ksef) -> KsefError:
    with pytest.raises(KsefError) as raised:
        call(ksef)
    return raised.value


@CALLS
@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500, "json": {"title": "Internal Server Error"}},
        {"status": 500, "body": b""},
        {"status": 502, "body": HTML, "content_type": "text/html"},
        {"status": 503, "body": HTML, "content_type": "text/html"},
        {"status": 504, "body": b""},
        {"status": 408, "body": b""},
        {"status": 302, "headers": {"Location": "https://example.com/"}},
    ],
    ids=lambda answer: f"{answer['status']} {'html' if 'content_type' in answer else ''}",
)
def test_a_failing_server_may_have_done_what_was_asked(
    ksef: Ksef, http: responses.RequestsMock, call: Call, method: str, url: str, lost: type, answer: dict[str, Any]
) -> None:
    http.add(method, url, **answer)

    assert type(failure_of(call, ksef)) is lost


@CALLS
@pytest.mark.parametrize(
    "fault",
    [
        requests.ReadTimeout("slow"),
        requests.ConnectionError("Connection aborted.", ConnectionResetError(104, "reset")),
        requests.ConnectionError(ReadTimeoutError(None, "/x", "late")),  # type: ignore[arg-type]
        requests.exceptions.ChunkedEncodingError("IncompleteRead"),
        requests.exceptions.SSLError("bad record"),
        OSError("broken"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_connection_lost_after_sending_leaves_the_outcome_open(
    ksef: Ksef, http: responses.RequestsMock, call: Call, method: str, url: str, lost: type, fault: Exception
) -> None:
    http.add(method, url, body=fault)

    assert type(failure_of(call, ksef)) is lost


@CALLS
@pytest.mark.parametrize(
    "fault",
    [
        requests.ConnectTimeout("no route"),
        requests.ConnectionError(NewConnectionError(None, "refused")),  # type: ignore[arg-type]
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_call_that_never_left_did_nothing(
    ksef: Ksef, http: responses.RequestsMock, call: Call, method: str, url: str, lost: type, fault: Exception
) -> None:
    http.add(method, url, body=fault)

    assert type(failure_of(call, ksef)) is Unavailable


@pytest.mark.parametrize(("call", "url", "lost"), [(read, STATUS_URL, Unavailable), (send, SEND_URL, OutcomeUnknown)])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"referenceNumber":',
        b"{}",
        b"[]",
        b"null",
        b'{"referenceNumber": null, "status": {}}',
        b'{"referenceNumber": 5, "status": {"code": "150"}}',
        HTML.encode(),
        b"\xff\xfe{\x00",
        b'{"a":' * 50_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_success_that_cannot_be_understood_counts_as_lost(
    ksef: Ksef, http: responses.RequestsMock, call: Call, url: str, lost: type, body: bytes
) -> None:
    http.add("GET" if call is read else "POST", url, body=body, status=202)

    assert type(failure_of(call, ksef)) is lost


def test_a_send_may_not_be_repeated_blindly_but_a_close_may(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.post(SEND_URL, status=504)
    http.post(CLOSE_URL, status=504)

    sending, closing = failure_of(send, ksef), failure_of(close, ksef)

    assert isinstance(sending, OutcomeUnknown)
    assert not sending.safe_to_repeat
    assert isinstance(closing, OutcomeUnknown)
    assert closing.safe_to_repeat


@CALLS
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("30", timedelta(seconds=30)),
        ("2680", timedelta(seconds=2680)),
        ("86400", timedelta(days=1)),
        ("Mon, 23 Nov 2026 11:02:00 GMT", timedelta(minutes=2)),
        ("Mon, 23 Nov 2026 10:00:00 GMT", timedelta(0)),
        (None, None),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_a_429_did_nothing_and_says_when_to_come_back(
    ksef: Ksef,
    http: responses.RequestsMock,
    call: Call,
    method: str,
    url: str,
    lost: type,
    value: str | None,
    expected: timedelta | None,
) -> None:
    http.add(method, url, json=TOO_MANY, status=429, headers={"Retry-After": value} if value is not None else {})

    error = failure_of(call, ksef)

    assert type(error) is Unavailable
    assert error.retry_after == expected
    assert "20 żądań na minutę" in error.details[0]


@CALLS
@pytest.mark.parametrize(
    "answer",
    [
        {"json": forbidden("security-service-blocked", incidentId="1"), "content_type": "application/problem+json"},
        {"body": HTML, "content_type": "text/html"},
        {"body": HTML, "content_type": "application/json"},
    ],
    ids=["json", "html", "html called json"],
)
def test_the_firewall_is_told_from_ksef(
    ksef: Ksef,
    http: responses.RequestsMock,
    ledger: Ledger,
    call: Call,
    method: str,
    url: str,
    lost: type,
    answer: dict[str, Any],
) -> None:
    http.add(method, url, status=403, **answer)

    error = failure_of(call, ksef)

    assert type(error) is Unavailable
    assert error.is_waf
    assert ledger.exchanges[0].is_waf


def test_a_page_of_the_firewall_is_known_even_as_a_success(
    ksef: Ksef, http: responses.RequestsMock, ledger: Ledger
) -> None:
    http.post(SEND_URL, body=HTML, status=200)

    error = failure_of(send, ksef)

    assert type(error) is OutcomeUnknown
    assert error.is_waf
    assert ledger.exchanges[0].is_waf


@CALLS
def test_an_old_access_token_asks_for_a_refresh(
    ksef: Ksef, http: responses.RequestsMock, call: Call, method: str, url: str, lost: type
) -> None:
    http.add(method, url, json=UNAUTHORIZED, status=401)

    error = failure_of(call, ksef)

    assert isinstance(error, AccessDenied)
    assert error.needs_refresh


@CALLS
@pytest.mark.parametrize("body", ["empty", "details"])
def test_a_missing_right_is_named(
    ksef: Ksef, http: responses.RequestsMock, call: Call, method: str, url: str, lost: type, body: str
) -> None:
    lacking = forbidden("missing-permissions", requiredAnyOfPermissions=["InvoiceWrite"], presentPermissions=[])
    http.add(method, url, status=403, **({"json": lacking} if body == "details" else {"body": b""}))

    error = failure_of(call, ksef)

    assert isinstance(error, AccessDenied)
    assert not error.needs_refresh
    if body == "details":
        assert error.trouble.reason_code == "missing-permissions"
        assert error.trouble.security["requiredAnyOfPermissions"] == ["InvoiceWrite"]
        assert error.trace_id == "abc"


@pytest.mark.parametrize("form", [problem, old_problem])
def test_both_forms_of_a_refusal_say_the_same(
    ksef: Ksef, http: responses.RequestsMock, form: Callable[..., dict[str, Any]]
) -> None:
    http.post(SEND_URL, json=form(21405, "Błąd walidacji danych wejściowych.", "Pole X", "Pole Y"), status=400)

    error = failure_of(send, ksef)

    assert type(error) is Refused
    assert (error.code, error.http_status) == (21405, 400)
    assert error.trouble.text == "Błąd walidacji danych wejściowych."
    assert error.details == ("Pole X", "Pole Y")
    assert error.trace_id in ("673843e023c432286660bc0501a3af44", "00-c02c-00")
    assert "21405" in str(error)


@pytest.mark.parametrize("code", sorted(ACCESS_DENIED | UNAVAILABLE | {21405, 21155, 99999}))
def test_a_code_decides_what_may_be_done(ksef: Ksef, http: responses.RequestsMock, code: int) -> None:
    http.post(SEND_URL, json=problem(code), status=400)

    kind = AccessDenied if code in ACCESS_DENIED else Unavailable if code in UNAVAILABLE else Refused

    assert type(failure_of(send, ksef)) is kind


def test_of_several_codes_the_gravest_decides(ksef: Ksef, http: responses.RequestsMock) -> None:
    both = problem(21184)
    both["errors"] += problem(21405)["errors"]
    http.post(SEND_URL, json=both, status=400)

    error = failure_of(send, ksef)

    assert type(error) is Refused
    assert error.has_code(21405)
    assert error.has_code(21184, 1)
    assert not error.has_code(1, 2)


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b'{"errors": "none"}', b"[1]"])
def test_a_refusal_whose_reason_was_cut_off_is_not_final(ksef: Ksef, http: responses.RequestsMock, body: bytes) -> None:
    http.post(SEND_URL, body=body, status=400)

    assert type(failure_of(send, ksef)) is Unavailable


@pytest.mark.parametrize("http_status", [404, 405, 406, 410, 413, 415])
def test_other_refusals_are_final(ksef: Ksef, http: responses.RequestsMock, http_status: int) -> None:
    http.get(STATUS_URL, json={"title": "Gone", "status": http_status, "detail": "Nie ma."}, status=http_status)

    error = failure_of(read, ksef)

    assert type(error) is Refused
    assert error.trouble.text == "Nie ma."


def test_an_error_with_strange_types_is_still_only_an_error(ksef: Ksef, http: responses.RequestsMock) -> None:
    strange = {"errors": [{"code": "21405", "description": 7, "details": "x"}, 5], "detail": ["a"], "traceId": 1}
    http.post(SEND_URL, json=strange, status=400)

    assert type(failure_of(send, ksef)) is Refused


def test_errors_about_secrets_quote_nothing(anonymous: Ksef, ksef: Ksef, http: responses.RequestsMock) -> None:
    http.post(f"{BASE}/auth/token/refresh", body=b'{"accessToken": {"token": "sec.ret.one', status=400)
    http.post(f"{BASE}/tokens", body=b'{"token": "sec.ret.two', status=500)

    shown = [
        failure_of(lambda _: auth.refresh(anonymous, "sec.ret.three"), ksef),
        failure_of(lambda _: tokens.generate_token(ksef, description="Acme filing"), ksef),
    ]

    assert all("sec.ret" not in f"{error} {error.trouble}" for error in shown)


def test_a_bearer_is_never_shown(ksef: Ksef) -> None:
    assert "access-token" not in repr(ksef)


def test_every_request_is_reported_with_its_group_and_outcome(
    ksef: Ksef, http: responses.RequestsMock, ledger: Ledger
) -> None:
    http.get(STATUS_URL, json=status(150) | {"dateCreated": "x"}, headers={"X-System-Warning": "[1]: Prace serwisowe"})
    http.post(SEND_URL, json=TOO_MANY, status=429, headers={"Retry-After": "30"})
    http.post(CLOSE_URL, body=requests.ReadTimeout("slow"))

    read(ksef)
    failure_of(send, ksef)
    failure_of(close, ksef)

    assert [(each.endpoint.group, each.http_status) for each in ledger.exchanges] == [
        ("sessionMisc", 200),
        ("invoiceSend", 429),
        ("onlineSessionClose", None),
    ]
    assert ledger.exchanges[0].system_warning == "[1]: Prace serwisowe"
    assert ledger.exchanges[1].retry_after == timedelta(seconds=30)
    assert [str(endpoint) for endpoint in ledger.asked] == [str(each.endpoint) for each in ledger.exchanges]
    assert all(SESSION not in str(each.endpoint) for each in ledger.exchanges)


def test_an_observer_can_keep_a_request_from_being_made(
    ksef: Ksef, http: responses.RequestsMock, ledger: Ledger
) -> None:
    class NoBudget(Exception):
        pass

    def refuse(_: object) -> None:
        raise NoBudget

    ledger.before = refuse  # type: ignore[method-assign]

    with pytest.raises(NoBudget):
        read(ksef)

    assert len(http.calls) == 0


def test_a_call_that_needs_a_sign_in_is_not_made_without(anonymous: Ksef, http: responses.RequestsMock) -> None:
    with pytest.raises(ValueError, match="signed-in"):
        read(anonymous)

    assert len(http.calls) == 0


def test_unknown_fields_and_statuses_are_taken_as_they_come(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.get(f"{STATUS_URL}/invoices/{INVOICE}", json=sent_invoice(177, newField={"a": 1}, ksefNumber=None))

    found = sessions.invoice_status(ksef, SESSION, INVOICE)

    assert (found.status.code, found.status.is_final, found.ksef_number) == (177, False, None)


@pytest.mark.parametrize("http_status", [400, 401, 403, 404])
def test_a_refusal_by_the_storage_is_no_missing_right_of_the_tenant(
    ksef: Ksef, http: responses.RequestsMock, http_status: int
) -> None:
    link = "https://storage.ksef.mf.gov.pl/upo?sig=secret"
    http.get(link, body="<Error><Code>AuthenticationFailed</Code></Error>", status=http_status)

    error = failure_of(lambda each: download_upo_link(each, link), ksef)

    assert type(error) is Refused
    assert "secret" not in str(error)
