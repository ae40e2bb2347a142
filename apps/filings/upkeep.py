"""What a lane needs once a night: limits read anew, orphan sessions closed, both sides compared."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import connection

from apps.connections.ksef import Clock
from apps.ksef_client import online as online_calls
from apps.ksef_client import sessions as calls
from apps.ksef_client.errors import KsefError
from apps.ksef_client.pages import every
from apps.ksef_client.sessions import SessionOutcome, SessionType
from apps.tenants.context import acting_in

from .compare import compare
from .limits import read_limits
from .line import Line, line_of
from .models import KsefSession, Lane
from .nights import next_night
from .trouble import TROUBLES

log = structlog.get_logger()

TRY_AGAIN = timedelta(minutes=30)
ORPHANS_FROM = timedelta(hours=13)  # KSeF itself ends a session after 12 h


def keep_up(*, clock: Clock, wait: Callable[[float], None] = time.sleep, most: int = 50) -> int:
    """Look after the lanes that are due; one that cannot be served now comes again in half an hour."""
    for done in range(most):
        at = clock()
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM ksefkit_claim_comparison(%s, %s)", [at, at + TRY_AGAIN])
            claimed = cursor.fetchone()
        if claimed is None:
            return done
        _serve(*claimed, clock=clock, wait=wait)
    return most


def _serve(tenant_id: UUID, lane_id: UUID, *, clock: Clock, wait: Callable[[float], None]) -> None:
    with acting_in(tenant_id):
        lane = Lane.objects.select_related("connection").get(pk=lane_id)
    try:
        with line_of(lane, clock=clock, wait=wait) as line:
            read_limits(lane, line, at=clock())
            close_orphans(lane, line, at=clock())
            compare(lane, line, clock=clock)
    except TROUBLES as trouble:
        log.warning("upkeep.put_off", lane=str(lane_id), why=str(trouble)[:200])
        return
    with acting_in(tenant_id):
        Lane.objects.filter(pk=lane_id).update(next_comparison_at=next_night(lane_id, at=clock()))


def close_orphans(lane: Lane, line: Line, *, at: datetime) -> int:
    """Close online sessions that were opened for us although the answer never came; an empty batch ends by itself."""
    since = at - ORPHANS_FROM
    with acting_in(lane.tenant_id):
        lost = KsefSession.objects.filter(lane=lane, plan_code="orphan", opening_at__gt=since)
        if not lost.exists():
            return 0
        ours = set(KsefSession.objects.filter(lane=lane, opening_at__gt=since).values_list("reference", flat=True))
    pages = line.call(
        lambda ksef: list(
            every(
                lambda page: calls.list_sessions(
                    ksef,
                    SessionType.ONLINE,
                    created_from=since,
                    outcomes=(SessionOutcome.IN_PROGRESS,),
                    continuation=page,
                )
            )
        )
    )
    # One that holds documents belongs to another program of the company.
    orphans = [one.reference for one in pages if one.reference and one.reference not in ours and not one.invoice_count]
    for reference in orphans:
        _close(line, reference)
    log.info("orphans.closed", lane=str(lane.pk), count=len(orphans))
    return len(orphans)


def _close(line: Line, reference: str) -> None:
    try:
        line.call(lambda ksef: online_calls.close_session(ksef, reference))
    except KsefError as error:
        log.info("orphan.not_closed", session=reference, why=str(error)[:200])
