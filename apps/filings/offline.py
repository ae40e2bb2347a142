"""Documents issued offline on purpose: their bytes and date are fixed, they carry both QR codes, and a deadline runs.

Done by a person, or late in the evening for a tenant who chose so, while KSeF is out of reach (art. 106nda, nh and nf).
"""

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from apps.audit.record import SYSTEM, Happening, lock_chain, record_all
from apps.connections.ksef import Access, Clock, environment_of
from apps.connections.models import KsefConnection
from apps.connections.secrets import open_secret
from apps.fa3.calendar import warsaw_date
from apps.ksef_client import qr
from apps.ksef_client.context import Context
from apps.ksef_client.credentials import Credential, from_pem
from apps.tenants.context import acting_in

from .announcements import outage_for, outage_now, refresh
from .deadlines import deadline, next_midnight
from .models import Filing, Lane, Mode
from .states import State

log = structlog.get_logger()

LATE_EVENING = timedelta(minutes=10)
BLOCK = 500
_OPEN = (State.READY, State.SENDING, State.SENT, State.UNKNOWN, State.HELD, State.REJECTED)


class CannotGoOffline(Exception):
    """There is no Offline certificate, or the document is not waiting with bytes of today."""


def issue_offline(filings: Sequence[Filing], *, at: datetime, actor: str = SYSTEM) -> int:
    """Fix waiting documents as they are, declared offline. Inside acting_in; returns how many that was."""
    if not filings:
        return 0
    tenant_id = filings[0].tenant_id
    lock_chain(tenant_id)
    waiting = Filing.objects.select_for_update(of=("self",)).filter(
        pk__in=[filing.pk for filing in filings],
        state=State.READY,
        offline_at__isnull=True,
        keep_bytes=False,
        issue_date=warsaw_date(at),
    )
    fixed = list(waiting.select_related("lane__connection"))
    for filing in fixed:
        _fix(filing, at)
    happenings = [
        Happening(event="filing.issued_offline", subject=filing, actor=actor, data={"mode": filing.mode}, at=at)
        for filing in fixed
    ]
    record_all(tenant_id=tenant_id, happenings=happenings)
    return len(fixed)


def _fix(filing: Filing, at: datetime) -> None:
    lane = filing.lane
    if lane is None or filing.invoice_hash is None or filing.issue_date is None:
        raise CannotGoOffline(filing.pk)
    connection, outage = lane.connection, outage_now(lane.place, at=at)
    filing.mode = outage.mode if outage else Mode.OFFLINE24
    filing.offline_at = at
    filing.certificate_link = qr.code_two(
        environment_of(connection),
        context=Context(connection.context_nip),
        seller_nip=connection.context_nip,
        invoice_hash=base64.b64encode(bytes(filing.invoice_hash)).decode(),
        credential=offline_credential(connection),
    )
    filing.deadline = deadline(Mode(filing.mode), filing.issue_date, outage=outage)
    filing.save(update_fields=["mode", "offline_at", "certificate_link", "deadline"])


def offline_credential(connection: KsefConnection) -> Credential:
    """The certificate of the kind Offline that signs QR code II."""
    key = open_secret(connection, "offline_private_key")
    if not connection.offline_certificate_pem or key is None:
        raise CannotGoOffline(connection.pk)
    return from_pem(connection.offline_certificate_pem.encode(), key.encode())


def issue_offline_before_midnight(lane: Lane, *, at: datetime) -> int:
    """KSeF is out of reach and the day ends: whoever chose so issues today's documents today, offline."""
    if not lane.offline_when_down or next_midnight(at) - at > LATE_EVENING:
        return 0
    done = 0
    with acting_in(lane.tenant_id):
        waiting = Filing.objects.filter(
            tenant_id=lane.tenant_id, lane=lane, state=State.READY, offline_at__isnull=True, keep_bytes=False
        )
        ids = list(waiting.values_list("pk", flat=True))
    for start in range(0, len(ids), BLOCK):
        with acting_in(lane.tenant_id):
            try:
                done += issue_offline(list(Filing.objects.filter(pk__in=ids[start : start + BLOCK])), at=at)
            except CannotGoOffline:
                log.warning("offline.no_certificate", lane=str(lane.pk))
                return done
    log.info("offline.issued", lane=str(lane.pk), documents=done)
    return done


def renew_deadlines(lane: Lane) -> int:
    """Announcements move the deadlines of documents issued offline; returns how many were moved."""
    moved = 0
    with acting_in(lane.tenant_id):
        waiting = Filing.objects.filter(tenant_id=lane.tenant_id, lane=lane, offline_at__isnull=False, state__in=_OPEN)
        for filing in waiting.only("issue_date", "offline_at", "mode", "deadline"):
            if filing.issue_date is None or filing.offline_at is None:
                continue
            outage = outage_for(lane.place, issued_at=filing.offline_at)
            due = deadline(Mode(filing.mode), filing.issue_date, outage=outage)
            if due != filing.deadline:
                moved += Filing.objects.filter(pk=filing.pk, state__in=_OPEN).update(deadline=due)
    return moved


def waits_offline(lane: Lane) -> bool:
    """Whether a document issued offline has not reached KSeF yet."""
    with acting_in(lane.tenant_id):
        return Filing.objects.filter(
            tenant_id=lane.tenant_id, lane=lane, state__in=_OPEN, offline_at__isnull=False
        ).exists()


def read_announcements(lane: Lane, *, clock: Clock) -> None:
    """Ask the status service; how it answers says nothing about KSeF itself, so the weather does not hear of it."""
    with acting_in(lane.tenant_id):
        connection = KsefConnection.objects.get(pk=lane.connection_id)
    access = Access(lane.tenant_id, connection.pk, clock)
    refresh(lane.place, access.anonymous(connection), at=clock())
