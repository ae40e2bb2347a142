"""When credentials end. KSeF does not say it of a token, so a person may, and otherwise the law does."""

from datetime import date, datetime, timedelta

from cryptography import x509
from django.conf import settings

from apps.audit.record import record
from apps.fa3.calendar import day_begins
from apps.tenants.models import User

from .models import KsefConnection


def end_of_token(connection: KsefConnection) -> datetime | None:
    """The moment after the last Warsaw day of the token; None when neither a person nor the settings name one."""
    last_day = connection.token_ends_on or settings.KSEF_TOKENS_END_ON
    return day_begins(last_day + timedelta(days=1)) if last_day else None


def end_of_offline_certificate(connection: KsefConnection) -> datetime | None:
    """When the certificate behind QR code II ends, if there is one."""
    if not connection.offline_certificate_pem:
        return None
    return x509.load_pem_x509_certificate(connection.offline_certificate_pem.encode()).not_valid_after_utc


def set_token_end(connection: KsefConnection, last_day: date | None, *, by: User, at: datetime) -> None:
    """Keep the last day a person knows for their token; None goes back to the law's. Runs inside acting_in."""
    record(
        tenant_id=connection.tenant_id,
        event="ksef.token_end_set",
        subject=connection,
        actor=f"user:{by.id}",
        data={"last_day": last_day.isoformat() if last_day else ""},
        at=at,
    )
    row = KsefConnection.objects.select_for_update().get(pk=connection.pk)
    row.token_ends_on = last_day
    if row.method == KsefConnection.Method.TOKEN:
        row.credential_expires_at = end_of_token(row)
    row.save(update_fields=["token_ends_on", "credential_expires_at"])
