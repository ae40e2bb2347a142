"""The archive of credentials: which was stored, used and replaced when, as fingerprints that open nothing.

It lives in the audit chain, so that nobody can write it again.
"""

import hashlib
from datetime import date, datetime
from uuid import UUID

from apps.audit.models import AuditEntry
from apps.audit.record import SYSTEM, record
from apps.tenants.models import User

from .models import KsefConnection, StripeConnection
from .secrets import open_secret

USED = "credential.used"
_noted: dict[UUID, date] = {}

Connection = KsefConnection | StripeConnection


def fingerprint(secret: str) -> str:
    """Tells two credentials apart; 64 bits of a hash of 128 random bits or more lead back to nothing."""
    return hashlib.sha256(b"ksefkit-credential-1\x1f" + secret.encode()).hexdigest()[:16]


def archive(connection: Connection, name: str, secret: str, *, by: User | None, at: datetime) -> None:
    """A credential takes the place of another. Runs inside acting_in, before the new one is sealed."""
    before = open_secret(connection, name)
    record(
        tenant_id=connection.tenant_id,
        event="credential.stored",
        subject=connection,
        actor=f"user:{by.id}" if by else SYSTEM,
        data={"kind": name, "fingerprint": fingerprint(secret), "replaces": fingerprint(before) if before else ""},
        at=at,
    )


def note_use(connection: Connection, name: str, *, at: datetime, outcome: str) -> None:
    """A stored credential was used to sign in. Runs inside acting_in."""
    record(
        tenant_id=connection.tenant_id,
        event=USED,
        subject=connection,
        data={"kind": name, "outcome": outcome},
        at=at,
    )


def note_first_use_of_day(connection: Connection, name: str, *, at: datetime) -> None:
    """For a credential that every request carries: one entry a day. Runs inside acting_in."""
    if _noted.get(connection.pk) == at.date():
        return
    known = AuditEntry.objects.filter(
        tenant_id=connection.tenant_id,
        subject_kind=connection._meta.model_name,
        subject_id=str(connection.pk),
        event=USED,
        at__gte=at.replace(hour=0, minute=0, second=0, microsecond=0),
    )
    if not known.exists():
        note_use(connection, name, at=at, outcome="first use of the day")
    _noted[connection.pk] = at.date()
