"""The sweep: wakes what has documents but no plan, places documents that waited for a connection, tidies up."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import connection
from django.db.models import Q, QuerySet

from apps.connections.ksef import Clock
from apps.connections.models import KsefConnection
from apps.tenants.context import acting_in

from .again import map_again_without_lane
from .alarms import WARNED_BEFORE, warn_of_deadlines
from .lanes import connection_changed, fits, wake
from .ledger import forget_old
from .models import Filing
from .open import may_be_out, rerun_block
from .states import State

log = structlog.get_logger()

BLOCK = 200
MOST_AT_ONCE = 2_000


def sweep(*, clock: Clock) -> None:
    """One round over all tenants; each part is safe to run at any time, twice, and beside itself."""
    at = clock()
    for tenant_id, lane_id in _rows("SELECT * FROM ksefkit_stalled_lanes()"):
        with acting_in(tenant_id):
            wake(lane_id, at=at)
        log.warning("sweep.lane_woken", lane=str(lane_id))
    for tenant_id, lane_id in _rows("SELECT * FROM ksefkit_lanes_with_new_credential(%s)", at):
        with acting_in(tenant_id):
            connection_changed(KsefConnection.objects.get(lanes=lane_id), at=at)
    for tenant_id, lane_id in _rows("SELECT * FROM ksefkit_lanes_out_of_use()"):
        _move_away(tenant_id, lane_id, at=at)
    for (tenant_id,) in _rows("SELECT * FROM ksefkit_tenants_without_lane()"):
        _place(tenant_id, at=at)
    for (tenant_id,) in _rows("SELECT * FROM ksefkit_tenants_with_decided(%s)", at):
        map_again_without_lane(tenant_id, at=at)
    near = "SELECT * FROM ksefkit_tenants_near_deadline(%s) UNION SELECT * FROM ksefkit_tenants_told_of_deadlines()"
    for (tenant_id,) in _rows(near, at + WARNED_BEFORE):
        with acting_in(tenant_id):
            warn_of_deadlines(tenant_id, at=at)
    forget_old(at=at)


def _place(tenant_id: UUID, *, at: datetime) -> None:
    """Documents that came before there was a KSeF connection to send them through."""
    with acting_in(tenant_id):
        active = KsefConnection.objects.active().filter(tenant_id=tenant_id).first()
    served = [mode for mode in (False, True) if active and fits(active.environment, livemode=mode)]
    homeless = Filing.objects.filter(
        Q(document__livemode__in=served) | Q(next_action_at__lte=at),  # the others would only be found waiting again
        tenant_id=tenant_id,
        lane__isnull=True,
        state=State.WAITING,
    )
    _map_again(tenant_id, homeless, at=at)


def _move_away(tenant_id: UUID, lane_id: UUID, *, at: datetime) -> None:
    """Documents of a connection that was switched off go with the one in use, if it is for them; else they wait."""
    left = Filing.objects.filter(tenant_id=tenant_id, lane=lane_id, state__in=[State.READY, State.WAITING])
    # What may be out in these very bytes stays where it began (ready.py).
    _map_again(tenant_id, left.exclude(may_be_out()), at=at)


def _map_again(tenant_id: UUID, filings: QuerySet[Filing], *, at: datetime) -> None:
    with acting_in(tenant_id):
        ids = list(filings.values_list("pk", flat=True)[:MOST_AT_ONCE])
    for start in range(0, len(ids), BLOCK):
        with acting_in(tenant_id):
            rerun_block(tenant_id, ids[start : start + BLOCK], at=at)


def _rows(sql: str, *values: datetime) -> list[tuple[UUID, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
