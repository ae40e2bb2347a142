"""The archive tells which credential was stored, replaced and used when, and opens nothing."""

import json
from datetime import UTC, datetime, timedelta

from apps.audit.models import AuditEntry
from apps.connections import credential_archive
from apps.connections.connect_ksef import KsefAccess, connect_ksef
from apps.connections.credential_archive import fingerprint, note_first_use_of_day
from apps.connections.models import KsefConnection
from apps.tenants.context import acting_in
from tests.factories import Company, make_stripe_connection

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LOCAL = KsefConnection.Environment.LOCAL


def test_a_replaced_token_is_known_by_its_fingerprint_only(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        for day, token in enumerate(["canary-first-token", " canary-second-token "]):
            connect_ksef(acme.tenant, KsefAccess(LOCAL, token), by=acme.people["ola"], at=NOW + timedelta(days=day))
        entries = list(AuditEntry.objects.filter(event="credential.stored").order_by("sequence"))

    first, second = (fingerprint(token) for token in ("canary-first-token", "canary-second-token"))
    assert [entry.data for entry in entries] == [
        {"kind": "token", "fingerprint": first, "replaces": ""},
        {"kind": "token", "fingerprint": second, "replaces": first},
    ]
    assert "canary" not in json.dumps([entry.data for entry in entries])


def test_keeping_the_stored_token_archives_nothing(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        connect_ksef(acme.tenant, KsefAccess(LOCAL, "canary"), by=acme.people["ola"], at=NOW)
        connect_ksef(acme.tenant, KsefAccess(LOCAL, ""), by=acme.people["ola"], at=NOW)

        assert AuditEntry.objects.filter(event="credential.stored").count() == 1


def test_a_key_that_every_request_carries_is_noted_once_a_day(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        connection = make_stripe_connection(acme)
        for hours in (0, 1, 13, 14):
            note_first_use_of_day(connection, "api_key", at=NOW + timedelta(hours=hours))
            credential_archive._noted.clear()  # another process

        moments = list(AuditEntry.objects.filter(event="credential.used").values_list("at", flat=True))
    assert moments == [NOW, NOW + timedelta(hours=13)]
