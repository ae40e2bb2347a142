"""Deliveries, good and bad: one row and 200, or one line and nothing stored."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client

from apps.connections.models import StripeConnection
from apps.stripe_intake.models import StripeEvent
from apps.tenants.context import acting_in
from tests.factories import Company, make_acme

from .deliveries import SECRET, deliver, event, make_stripe_connection, sign, stored

State = StripeEvent.State
NOW = datetime.now(tz=UTC).timestamp()


@pytest.fixture
def stripe(acme: Company) -> StripeConnection:
    return make_stripe_connection(acme)


def refused_in_one_line(answer: HttpResponse, status: int = 400) -> bool:
    text = answer.content.decode()
    plain = answer["Content-Type"].startswith("text/plain")
    return answer.status_code == status and plain and text.count("\n") == 1 and len(text.split()) > 3


def test_a_signed_event_is_stored_byte_for_byte_and_answered_with_an_empty_200(
    acme: Company, stripe: StripeConnection
) -> None:
    body = json.dumps(event(id="evt_1", account="acct_1QAcme")).encode() + b"  \n"

    answer = deliver(stripe, body)

    assert (answer.status_code, answer.content, answer["Content-Length"]) == (200, b"", "0")
    (row,) = stored(acme)
    assert bytes(row.body) == body
    assert (row.event_id, row.type, row.object_id, row.state) == ("evt_1", "invoice.finalized", "in_1", State.RECEIVED)
    assert row.created_at == datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)


def test_the_same_event_five_times_is_one_row(acme: Company, stripe: StripeConnection) -> None:
    body = event(id="evt_1")

    answers = [deliver(stripe, body).status_code for _ in range(5)]

    assert answers == [200] * 5
    assert len(stored(acme)) == 1


@pytest.mark.parametrize("event_type", ["invoice.created", "invoice.upcoming", "payout.paid", "v9.unheard.of"])
def test_an_event_we_do_not_use_is_acknowledged_and_its_content_is_not_kept(
    acme: Company, stripe: StripeConnection, event_type: str
) -> None:
    assert deliver(stripe, event(type=event_type)).status_code == 200

    (row,) = stored(acme)
    assert (row.state, bytes(row.body)) == (State.IGNORED, b"")


def test_a_live_event_on_a_test_connection_is_stored_as_refused(acme: Company, stripe: StripeConnection) -> None:
    assert deliver(stripe, event(livemode=True)).status_code == 200

    (row,) = stored(acme)
    assert row.state == State.REFUSED
    assert row.state_reason == "The event is from live mode, the connection is not."


def test_an_event_of_another_account_is_stored_as_refused(acme: Company, stripe: StripeConnection) -> None:
    assert deliver(stripe, event(account="acct_1QStranger")).status_code == 200

    (row,) = stored(acme)
    assert (row.state, row.state_reason) == (State.REFUSED, "The event is from account acct_1QStranger.")


def test_an_event_about_no_object_is_stored_as_refused(acme: Company, stripe: StripeConnection) -> None:
    assert deliver(stripe, event(data={"object": {"id": 7}})).status_code == 200

    assert [row.state for row in stored(acme)] == [State.REFUSED]


def test_a_thin_event_is_stored_under_the_name_of_its_snapshot(acme: Company, stripe: StripeConnection) -> None:
    thin = {
        "id": "evt_test_65a",
        "object": "v2.core.event",
        "type": "v1.invoice.finalized",
        "created": "2026-11-01T10:20:00.000Z",
        "livemode": False,
        "context": "acct_1QAcme",
        "reason": None,
        "related_object": {"id": "in_1R", "type": "invoice", "url": "/v1/invoices/in_1R"},
    }

    assert deliver(stripe, thin).status_code == 200

    (row,) = stored(acme)
    assert (row.type, row.object_id, row.account) == ("invoice.finalized", "in_1R", "acct_1QAcme")
    assert row.created_at == datetime(2026, 11, 1, 10, 20, tzinfo=UTC)
    assert row.state == State.RECEIVED


def test_both_secrets_sign_while_one_is_being_replaced(acme: Company) -> None:
    until = datetime.now(tz=UTC) + timedelta(hours=1)
    rolling = make_stripe_connection(
        acme, webhook_secret="whsec_new", previous_webhook_secret="whsec_old", previous_secret_until=until
    )
    body = json.dumps(event(id="evt_3")).encode()
    both = f"{sign(body, secret='whsec_old')},{sign(body, secret='whsec_new').partition(',')[2]}"

    assert deliver(rolling, event(id="evt_1"), secret="whsec_new").status_code == 200
    assert deliver(rolling, event(id="evt_2"), secret="whsec_old").status_code == 200
    assert deliver(rolling, body, signature=both).status_code == 200
    assert len(stored(acme)) == 3


def test_the_replaced_secret_stops_working_when_its_time_is_over(acme: Company) -> None:
    ended = datetime.now(tz=UTC) - timedelta(seconds=1)
    rolled = make_stripe_connection(
        acme, webhook_secret="whsec_new", previous_webhook_secret="whsec_old", previous_secret_until=ended
    )

    assert refused_in_one_line(deliver(rolled, event(), secret="whsec_old"))
    assert stored(acme) == []


BODY = json.dumps(event(id="evt_bad")).encode()
BAD_SIGNATURES = {
    "missing": "",
    "wrong secret": sign(BODY, secret="whsec_wrong"),
    "stale": sign(BODY, at=NOW - 310),
    "from the future": sign(BODY, at=NOW + 3_000),
    "of other bytes": sign(BODY + b" "),
    "v0 only": sign(BODY, scheme="v0"),
    "no time": sign(BODY).partition(",")[2],
    "two times": f"t=1,{sign(BODY)}",
    "time in other digits": sign(BODY).replace("t=", "t=٣"),
    "absurd time": "t=" + "9" * 400 + ",v1=00",
    "negative time": f"t=-{int(NOW)},v1=00",
    "empty v1": f"t={int(NOW)},v1=",
    "v1 that is no ASCII": f"t={int(NOW)},v1=żółw",
    "v1 in capitals": sign(BODY).upper().replace("T=", "t=").replace("V1=", "v1="),
    "noise": "=,=,,t",
}


@pytest.mark.parametrize("header", BAD_SIGNATURES.values(), ids=BAD_SIGNATURES)
def test_a_bad_signature_is_answered_in_one_line_and_nothing_is_stored(
    acme: Company, stripe: StripeConnection, header: str
) -> None:
    assert refused_in_one_line(deliver(stripe, BODY, signature=header))
    assert stored(acme) == []


BAD_BODIES = {
    "empty": b"",
    "not UTF-8": b'{"id": "evt_\xff"}',
    "not JSON": b"id=evt_1&object=event",
    "half a body": BODY[:-5],
    "a list": b"[]",
    "null": b"null",
    "a number": b"1e999",
    "ten thousand levels": b"[" * 10_000 + b"]" * 10_000,
    "an invoice": b'{"id": "in_1", "object": "invoice", "livemode": false, "type": "invoice.finalized"}',
    "no id": json.dumps(event(id=None)).encode(),
    "an id with a zero byte": json.dumps(event(id="evt_\x00")).encode(),
    "an id that is half a character": b'{"id": "evt_\\ud800", "object": "event", "livemode": false, "type": "a.b"}',
    "an endless id": json.dumps(event(id="evt_" + "1" * 5_000)).encode(),
    "a type that is an object": json.dumps(event(type={})).encode(),
    "livemode in words": json.dumps(event(livemode="false")).encode(),
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_signed_body_that_is_no_event_is_answered_in_one_line(
    acme: Company, stripe: StripeConnection, body: bytes
) -> None:
    assert refused_in_one_line(deliver(stripe, body))
    assert stored(acme) == []


ODD_EVENTS = {
    "created beyond time": event(created=10**30),
    "created as text": event(created="soon"),
    "created as a fraction": event(created=1.5),
    "created true": event(created=True),
    "a zero byte in the account": event(account="acct_\x00"),
    "half a character in the version": event(api_version="\ud800"),
    "not a number": event(data={"object": {"id": "in_1", "total": float("nan")}}),
}


@pytest.mark.parametrize("body", ODD_EVENTS.values(), ids=ODD_EVENTS)
def test_an_event_with_an_odd_field_is_stored_without_that_field(
    acme: Company, stripe: StripeConnection, body: dict[str, object]
) -> None:
    assert deliver(stripe, body).status_code == 200
    assert [row.state for row in stored(acme)] == [State.RECEIVED]


def test_five_megabytes_are_refused_in_one_line(acme: Company, stripe: StripeConnection) -> None:
    assert refused_in_one_line(deliver(stripe, b"x" * 5_000_000), status=413)
    assert stored(acme) == []


def test_another_tenants_secret_does_not_open_this_endpoint(
    acme: Company, globex: Company, stripe: StripeConnection
) -> None:
    theirs = make_stripe_connection(globex, webhook_secret="whsec_globex", account_id="acct_1QGlobex")

    assert refused_in_one_line(deliver(stripe, event(), secret="whsec_globex"))
    assert deliver(theirs, event(), secret="whsec_globex").status_code == 200
    assert (len(stored(acme)), len(stored(globex))) == (0, 1)


def test_an_unknown_endpoint_answers_404(acme: Company, stripe: StripeConnection) -> None:
    for path in (
        f"/hooks/stripe/{uuid.uuid4()}/",
        "/hooks/stripe/1/",
        "/hooks/",
        f"/hooks/stripe/{stripe.endpoint_key}",
    ):
        assert refused_in_one_line(deliver(stripe, event(), path=path), status=404), path
    assert stored(acme) == []


def test_a_disconnected_endpoint_answers_404(acme: Company) -> None:
    gone = make_stripe_connection(acme, status=StripeConnection.Status.DISCONNECTED)

    assert refused_in_one_line(deliver(gone, event()), status=404)


def test_an_unknown_endpoint_answers_404_whatever_the_signature(acme: Company, stripe: StripeConnection) -> None:
    nowhere = f"/hooks/stripe/{uuid.uuid4()}/"

    assert refused_in_one_line(deliver(stripe, event(), path=nowhere, signature=""), status=404)
    assert refused_in_one_line(deliver(stripe, event(), path=nowhere, signature="t=1,v1=00"), status=404)


def test_a_missing_header_is_refused_by_name(acme: Company, stripe: StripeConnection) -> None:
    answer = deliver(stripe, event(), signature="")

    assert refused_in_one_line(answer)
    assert b"Stripe-Signature" in answer.content
    assert stored(acme) == []


def test_anything_but_post_is_refused(stripe: StripeConnection) -> None:
    for method in ("get", "head", "put", "patch", "delete", "options"):
        assert getattr(Client(), method)(f"/hooks/stripe/{stripe.endpoint_key}/").status_code == 405


def test_when_the_database_is_away_stripe_is_asked_to_come_again(
    stripe: StripeConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("server closed the connection")

    assert deliver(stripe, event()).status_code == 200
    with monkeypatch.context() as patch:
        patch.setattr("apps.stripe_intake.receive._store", away)
        assert refused_in_one_line(deliver(stripe, event()), status=503)


def test_an_event_is_stored_although_the_server_has_ended_the_kept_connection(transactional_db: None) -> None:
    company = make_acme()
    stripe = make_stripe_connection(company)
    assert deliver(stripe, event()).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        process = cursor.fetchone()[0]
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [process])

    assert deliver(stripe, event()).status_code == 200
    assert len(stored(company)) == 2


def test_an_acknowledged_event_costs_one_short_transaction(
    stripe: StripeConnection, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    deliver(stripe, event())

    with django_assert_num_queries(1):
        deliver(stripe, event())


def test_an_event_is_invisible_to_other_tenants(acme: Company, globex: Company, stripe: StripeConnection) -> None:
    deliver(stripe, event())

    assert stored(globex) == []
    with acting_in(globex.tenant.id), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM stripe_intake_stripeevent")
        assert cursor.fetchone() == (0,)


def test_a_secret_never_shows_in_the_text_of_an_endpoint(stripe: StripeConnection) -> None:
    from apps.connections.stripe_endpoints import stripe_endpoint

    assert SECRET not in repr(stripe_endpoint(stripe.endpoint_key))
