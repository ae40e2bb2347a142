"""People are told in time that a credential ends or is old, once for each step."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from apps.alerts.credentials import days_threshold, watch_credentials
from apps.connections.models import KsefConnection, StripeConnection
from apps.filings.models import Alarm
from apps.filings.wording import knows
from apps.tenants.context import acting_in
from tests.factories import Company

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def alarms(company: Company) -> list[tuple[str, str]]:
    found = Alarm.objects.filter(tenant=company.tenant, cleared_at__isnull=True).order_by("kind")
    return [(alarm.kind, alarm.subject.rpartition(":")[2] if "ends" in alarm.kind else "") for alarm in found]


@pytest.mark.parametrize(
    ("days", "step"),
    [(61, None), (60, 60), (31, 60), (30, 30), (14, 14), (8, 14), (7, 7), (2, 7), (1, 1), (0, 0), (-3, 0)],
)
def test_the_step_is_the_nearest_that_was_reached(days: int, step: int | None) -> None:
    assert days_threshold(NOW + timedelta(days=days), NOW) == step


def test_each_step_tells_once_and_a_new_credential_ends_it(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        connection = KsefConnection.objects.create(
            tenant=acme.tenant,
            environment="test",
            context_nip=acme.tenant.nip,
            is_active=True,
            credential_expires_at=NOW + timedelta(days=30),
            credential_changed_at=NOW,
        )
        seen = []
        for day in (-31, 0, 0, 1, 16, 29):
            watch_credentials(acme.tenant.id, at=NOW + timedelta(days=day))
            seen.append(alarms(acme))
        assert seen == [[]] + [[("credential_ends", step)] for step in ("30", "30", "30", "14", "1")]
        assert Alarm.objects.filter(kind="credential_ends").count() == 3

        watch_credentials(acme.tenant.id, at=NOW + timedelta(days=30))
        assert alarms(acme) == [("credential_ended", "")]

        connection.credential_expires_at = NOW + timedelta(days=400)
        connection.save()
        watch_credentials(acme.tenant.id, at=NOW + timedelta(days=31))
        assert alarms(acme) == []


def test_after_ninety_days_a_change_is_asked_for_on_both_sides(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        KsefConnection.objects.create(
            tenant=acme.tenant, environment="test", context_nip="5265877635", is_active=True, credential_changed_at=NOW
        )
        StripeConnection.objects.create(
            tenant=acme.tenant, livemode=False, api_version="x", api_key_sealed=b"x", key_changed_at=NOW
        )

        watch_credentials(acme.tenant.id, at=NOW + timedelta(days=89))
        assert alarms(acme) == []
        watch_credentials(acme.tenant.id, at=NOW + timedelta(days=90))
        assert alarms(acme) == [("credential_old", ""), ("credential_old", "")]

        KsefConnection.objects.update(credential_changed_at=NOW + timedelta(days=90))
        StripeConnection.objects.update(api_key_sealed=None)
        watch_credentials(acme.tenant.id, at=NOW + timedelta(days=91))
        assert alarms(acme) == []


def test_the_certificate_for_offline_documents_is_watched_too(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        KsefConnection.objects.create(
            tenant=acme.tenant,
            environment="test",
            context_nip=acme.tenant.nip,
            is_active=True,
            credential_changed_at=NOW,
            offline_certificate_pem=certificate_ending(NOW + timedelta(days=14)),
        )
        watch_credentials(acme.tenant.id, at=NOW)
        assert alarms(acme) == [("offline_certificate_ends", "14")]

        watch_credentials(acme.tenant.id, at=NOW + timedelta(days=15))
        assert [kind for kind, _ in alarms(acme)] == ["offline_certificate_ended"]


def certificate_ending(moment: datetime) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Acme")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(moment - timedelta(days=730)).not_valid_after(moment)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize(
    "kind",
    [
        "credential_ends",
        "credential_ended",
        "credential_old",
        "offline_certificate_ends",
        "offline_certificate_ended",
        "audit_broken",
    ],
)
def test_every_alarm_has_its_sentence(kind: str) -> None:
    assert knows(kind)
