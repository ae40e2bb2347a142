"""CertificateRequest rows: begun once, held while they change, wiped when they end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q

from apps.audit.record import SYSTEM, record
from apps.tenants.context import acting_in
from apps.tenants.models import User

from .models import CertificateRequest, KsefConnection
from .secrets import sealed_columns

# Longer than one step's calls may take together.
STEP_LEASE = timedelta(minutes=3)


def begin(
    connection: KsefConnection, purpose: CertificateRequest.Purpose, *, by: User, at: datetime
) -> CertificateRequest:
    """The open request for a certificate, begun now unless there is one: pressing twice asks once."""
    with acting_in(connection.tenant_id):
        if found := open_request(connection, purpose):
            return found
        try:
            with transaction.atomic():
                request = CertificateRequest.objects.create(
                    tenant_id=connection.tenant_id, connection=connection, purpose=purpose, begun_by=by, began_at=at
                )
        except IntegrityError:
            return CertificateRequest.objects.get(connection=connection, purpose=purpose, ended_at__isnull=True)
        note(request, "certificate.request_begun", at, by=by)
        return request


def open_request(connection: KsefConnection, purpose: str) -> CertificateRequest | None:
    """Runs inside acting_in."""
    rows = CertificateRequest.objects.filter(connection=connection, purpose=purpose, ended_at__isnull=True)
    return rows.first()


def latest_request(connection: KsefConnection, purpose: str) -> CertificateRequest | None:
    """The open request, or the last that ended. Runs inside acting_in."""
    rows = CertificateRequest.objects.filter(connection=connection, purpose=purpose)
    return rows.order_by("-began_at").first()


@contextmanager
def holding(request: CertificateRequest) -> Iterator[CertificateRequest]:
    """Change the row under its lock, save it, and let the caller's copy see what was saved."""
    with acting_in(request.tenant_id):
        row = CertificateRequest.objects.select_for_update().get(pk=request.pk)
        yield row
        row.save()
        request.refresh_from_db()


@contextmanager
def leased(request: CertificateRequest, at: datetime) -> Iterator[bool]:
    """Whether this caller may take the next step; nobody else does meanwhile."""
    token = uuid4()
    with acting_in(request.tenant_id):
        free = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
        due = Q(next_at__isnull=True) | Q(next_at__lte=at)
        mine = CertificateRequest.objects.filter(free, due, pk=request.pk, ended_at__isnull=True)
        taken = bool(mine.update(lease_until=at + STEP_LEASE, lease_token=token))
    try:
        yield taken
    finally:
        if taken:
            _release(request, token)


def end(request: CertificateRequest, event: str, *, at: datetime, by: User | None = None) -> None:
    """Close a request and wipe its secrets; what it won is in the connection by now."""
    with acting_in(request.tenant_id):
        note(request, event, at, by=by)
        row = CertificateRequest.objects.select_for_update().get(pk=request.pk)
        for column in sealed_columns(row):
            setattr(row, column, None)
        row.ended_at = at
        row.save()


def note(request: CertificateRequest, event: str, at: datetime, *, by: User | None = None, **data: str) -> None:
    """An audit entry about a request. Runs inside acting_in, before rows are locked."""
    record(
        tenant_id=request.tenant_id,
        event=event,
        subject=request,
        actor=f"user:{by.id}" if by else SYSTEM,
        data={"purpose": request.purpose, **data},
        at=at,
    )


def _release(request: CertificateRequest, token: UUID) -> None:
    with acting_in(request.tenant_id):
        CertificateRequest.objects.filter(pk=request.pk, lease_token=token).update(lease_until=None, lease_token=None)
