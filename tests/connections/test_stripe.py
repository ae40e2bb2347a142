"""Connecting Stripe: the key is tried by real calls, the endpoint made, and one account feeds one tenant."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import translation
from pytest_django import Settings

from apps.audit.models import AuditEntry
from apps.connections.models import StripeConnection
from apps.connections.secrets import open_secret
from apps.connections.stripe import (
    Connected,
    StripeNotConnected,
    connect_stripe,
    disconnect_stripe,
    enter_signing_secret,
    rotate_signing_secret,
)
from apps.connections.stripe_endpoints import stripe_endpoint
from apps.connections.stripe_events import EVENTS
from apps.connections.stripe_keys import mode_of_key
from apps.connections.stripe_permissions import PERMISSIONS, SECRETS, creation_link
from apps.connections.stripe_wording import PROBLEMS, WHY
from apps.connections.token_keeper import STRIPE
from apps.tenants.context import acting_in
from tests.factories import Company
from tests.stripe_intake.fake_stripe import FakeStripe

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = "rk_test_51QAcmeKeyForTests"


@pytest.fixture
def stripe(settings: Settings) -> Iterator[FakeStripe]:
    settings.STRIPE_REQUESTS_PER_SECOND = 10_000
    settings.PUBLIC_URL = "https://kit.example.pl"
    fake = FakeStripe()
    with fake.serving():
        yield fake


def connect(company: Company, key: str = KEY, *, at: datetime = NOON, import_from: date | None = None) -> Connected:
    owner = next(iter(company.people.values()))
    return connect_stripe(company.tenant, key, by=owner, at=at, import_from=import_from)


def secret_of(row: StripeConnection, name: str) -> str | None:
    with acting_in(row.tenant_id):
        return open_secret(StripeConnection.objects.get(id=row.id), name)


def test_connecting_stores_the_key_and_makes_an_endpoint_for_our_events_at_our_version(
    acme: Company, stripe: FakeStripe
) -> None:
    done = connect(acme, import_from=date(2026, 11, 1))

    row = done.connection
    assert (done.has_endpoint, done.lacking) == (True, ())
    assert (row.account_id, row.account_name, row.livemode, row.status) == ("acct_1QAcme", "Acme", False, "active")
    assert row.import_from == date(2026, 11, 1)
    assert secret_of(row, "api_key") == KEY
    ((path, form),) = stripe.posted
    assert path == "webhook_endpoints"
    assert form["url"] == f"https://kit.example.pl/hooks/stripe/{row.endpoint_key}/"
    assert form["api_version"] == "2026-10-28.endive"
    assert sorted(value for name, value in form.items() if name.startswith("enabled_events")) == sorted(EVENTS)
    assert secret_of(row, "webhook_secret") == "whsec_made_1"
    endpoint = stripe_endpoint(row.endpoint_key)
    assert endpoint is not None
    assert endpoint.secrets(at=NOON) == ["whsec_made_1"]
    with acting_in(acme.tenant.id):
        told = [(entry.event, entry.actor) for entry in AuditEntry.objects.order_by("sequence")]
    assert told == [
        ("credential.stored", f"user:{acme.people['ola'].id}"),
        ("stripe.connected", f"user:{acme.people['ola'].id}"),
        ("stripe.endpoint_made", f"user:{acme.people['ola'].id}"),
    ]


def test_invoice_created_is_never_asked_for() -> None:
    assert "invoice.created" not in EVENTS


def test_each_permission_is_tried_and_the_missing_ones_are_named(acme: Company, stripe: FakeStripe) -> None:
    stripe.denied = {"credit_notes", "events", "products"}

    with pytest.raises(StripeNotConnected) as refusal:
        connect(acme)

    assert refusal.value.code == "permissions_missing"
    assert [permission.name for permission in refusal.value.missing] == ["rak_credit_note_read", "rak_event_read"]
    assert connections(acme) == []
    assert stripe.posted == []


def test_a_list_that_this_stripe_does_not_know_says_nothing_about_the_key(acme: Company, stripe: FakeStripe) -> None:
    stripe.trouble = [(404, {}, '{"error": {"message": "Unrecognized request URL", "type": "invalid_request_error"}}')]

    done = connect(acme)

    assert (done.has_endpoint, done.lacking) == (True, ())


def test_what_is_optional_may_be_missing(acme: Company, stripe: FakeStripe) -> None:
    stripe.denied = {"products", "payment_intents", "account"}

    done = connect(acme)

    assert done.has_endpoint
    assert {permission.name for permission in done.lacking} == {
        "rak_product_read",
        "rak_payment_intent_read",
        "rak_connected_account_read",
    }
    assert done.connection.account_id == ""


def test_without_leave_to_make_endpoints_the_person_makes_it_and_pastes_its_secret(
    acme: Company, stripe: FakeStripe
) -> None:
    stripe.denied = {"webhook_endpoints"}
    done = connect(acme)
    assert (done.has_endpoint, "rak_webhook_endpoint" in done.why_no_endpoint) == (False, True)

    enter_signing_secret(done.connection, " whsec_pasted_by_hand_0123 \n", by=acme.people["ola"], at=NOON)

    assert secret_of(done.connection, "webhook_secret") == "whsec_pasted_by_hand_0123"


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "sk_test_123456789012345678901", "whsec_żółć_0123456789012", "x" * 300]
)
def test_a_pasted_secret_must_look_like_one(acme: Company, stripe: FakeStripe, secret: str) -> None:
    row = connect(acme).connection

    with pytest.raises(StripeNotConnected, match="no_signing_secret"):
        enter_signing_secret(row, secret, by=acme.people["ola"], at=NOON)


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("", "not_a_key"),
        ("rk_test_ with blanks inside", "not_a_key"),
        ("rk_test_żółć12345", "not_a_key"),
        ("pk_test_51QAcme", "publishable_key"),
        ("sk_live_51QAcme", "secret_key"),
        ("whsec_51QAcme", "not_a_key"),
        ("rk_prod_51QAcme", "not_a_key"),
    ],
)
def test_only_a_restricted_key_is_taken(acme: Company, stripe: FakeStripe, key: str, problem: str) -> None:
    with pytest.raises(StripeNotConnected, match=problem):
        connect(acme, key)

    assert not stripe.calls


def test_the_mode_is_read_from_the_key() -> None:
    assert mode_of_key("rk_live_51QAcme", strict=True).livemode is True
    assert mode_of_key("rk_test_51QAcme", strict=True).livemode is False
    assert mode_of_key("sk_anything_local", strict=False).problem == ""


def test_a_key_stripe_does_not_know_is_refused_in_stripes_words(acme: Company, stripe: FakeStripe) -> None:
    stripe.bad_key = True

    with pytest.raises(StripeNotConnected) as refusal:
        connect(acme)

    assert (refusal.value.code, refusal.value.detail) == ("key_refused", "Invalid API Key provided: rk_test_****acme")
    assert connections(acme) == []


def test_a_silent_stripe_stores_nothing(acme: Company, stripe: FakeStripe) -> None:
    stripe.trouble = [(502, {}, "<html>") for _ in range(3)]

    with pytest.raises(StripeNotConnected, match="stripe_unreachable"):
        connect(acme)

    assert connections(acme) == []


def test_one_account_feeds_one_tenant_and_the_other_learns_nothing_more(
    acme: Company, globex: Company, stripe: FakeStripe
) -> None:
    connect(acme)

    with pytest.raises(StripeNotConnected) as refusal:
        connect(globex, "rk_test_51QGlobexOfTheSameAccount")

    assert (refusal.value.code, refusal.value.detail, refusal.value.missing) == ("account_taken", "", ())
    assert connections(globex) == []


def test_an_account_that_was_let_go_may_be_connected_elsewhere(
    acme: Company, globex: Company, stripe: FakeStripe
) -> None:
    row = connect(acme).connection
    disconnect_stripe(row, by=acme.people["ola"], at=NOON)

    assert connect(globex).connection.account_id == "acct_1QAcme"


def test_claims_are_out_of_the_applications_reach(acme: Company, stripe: FakeStripe) -> None:
    connect(acme)

    with (
        acting_in(acme.tenant.id),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT * FROM connections_stripeclaim")


def test_without_a_tenant_nothing_can_be_claimed(acme: Company) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ksefkit_claim_stripe_account('acct_x', false)")
        assert cursor.fetchone() == (False,)


def test_a_new_key_for_a_known_account_keeps_the_connection_and_its_documents(
    acme: Company, stripe: FakeStripe
) -> None:
    first = connect(acme).connection
    again = connect(acme, "rk_test_51QAcmeSecondKey", at=NOON + timedelta(days=1)).connection

    assert again.id == first.id
    assert len(connections(acme)) == 1
    assert secret_of(again, "api_key") == "rk_test_51QAcmeSecondKey"
    assert (secret_of(again, "webhook_secret"), secret_of(again, "previous_webhook_secret")) == (
        "whsec_made_2",
        "whsec_made_1",
    )
    assert [name for name in stripe.objects if name.startswith("we_")] == ["we_2"]


def test_rotating_the_secret_accepts_both_for_a_day(acme: Company, stripe: FakeStripe) -> None:
    row = connect(acme).connection

    rotate_signing_secret(row, by=acme.people["ola"], at=NOON)

    endpoint = stripe_endpoint(row.endpoint_key)
    assert endpoint is not None
    assert endpoint.secrets(at=NOON + timedelta(hours=23)) == ["whsec_made_2", "whsec_made_1"]
    assert endpoint.secrets(at=NOON + timedelta(hours=25)) == ["whsec_made_2"]
    assert row.stripe_endpoint_id == "we_2"
    assert [name for name in stripe.objects if name.startswith("we_")] == ["we_2"]


def test_a_rotation_stripe_refuses_changes_nothing(acme: Company, stripe: FakeStripe) -> None:
    row = connect(acme).connection
    stripe.denied = {"webhook_endpoints"}

    with pytest.raises(StripeNotConnected, match="endpoint_refused"):
        rotate_signing_secret(row, by=acme.people["ola"], at=NOON)

    assert secret_of(row, "webhook_secret") == "whsec_made_1"


def test_an_endpoint_whose_secret_could_not_be_stored_is_deleted_again(
    acme: Company, stripe: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr("apps.connections.stripe._use_secret", fails)

    with pytest.raises(RuntimeError):
        connect(acme)

    assert stripe.calls["DELETE webhook_endpoints/we_1"] == 1
    assert [name for name in stripe.objects if name.startswith("we_")] == []


def test_disconnecting_wipes_the_secrets_and_keeps_the_row(acme: Company, stripe: FakeStripe) -> None:
    row = connect(acme).connection

    disconnect_stripe(row, by=acme.people["ola"], at=NOON)

    assert (row.status, row.stripe_endpoint_id) == ("disconnected", "")
    assert [secret_of(row, name) for name in ("api_key", "webhook_secret", "previous_webhook_secret")] == [None] * 3
    assert stripe.objects == {}
    assert stripe_endpoint(row.endpoint_key) is None


def test_disconnecting_works_with_a_key_that_stripe_has_withdrawn(acme: Company, stripe: FakeStripe) -> None:
    row = connect(acme).connection
    stripe.bad_key = True

    disconnect_stripe(row, by=acme.people["ola"], at=NOON)

    assert row.status == "disconnected"


def test_no_secret_is_shown_by_what_connecting_returns(acme: Company, stripe: FakeStripe) -> None:
    done = connect(acme)

    assert KEY not in repr(done)
    assert "whsec_made" not in repr(done)


def test_the_link_that_makes_a_key_asks_for_each_permission() -> None:
    assert all(permission.name in creation_link() for permission in PERMISSIONS)
    assert SECRETS.name not in creation_link()


def test_where_stripe_keeps_the_tokens_the_key_is_asked_to_keep_secrets(
    acme: Company, stripe: FakeStripe, settings: Settings
) -> None:
    settings.KSEF_TOKEN_KEEPER = STRIPE
    stripe.denied = {"apps"}

    done = connect(acme)

    assert f"={SECRETS.name}" in creation_link()
    assert done.lacking == (SECRETS,)


def test_every_problem_and_permission_has_its_sentence_in_both_languages() -> None:
    assert {permission.name for permission in (*PERMISSIONS, SECRETS)} == set(WHY)
    for text in (*PROBLEMS.values(), *WHY.values()):
        with translation.override("en"):
            english = str(text)
        with translation.override("pl"):
            assert str(text) != english


def connections(company: Company) -> list[StripeConnection]:
    with acting_in(company.tenant.id):
        return list(StripeConnection.objects.all())
