"""The sweep: wakes what has documents but no plan, places documents that waited for a connection, tidies up."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import connection

from apps.connections.ksef import Clock
from apps.connections.models import KsefConnection
from apps.tenants.context import acting_in

from .again import map_again_without_lane
from .alarms import WARNED_BEFORE, warn_of_deadlines
from .lanes import connection_changed, wake
from .ledger import forget_old
from .models import Filing
from .open import rerun_block
from .states import State

log = structlog.get_logger()

BLOCK = 200


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
        homeless = Filing.objects.filter(tenant_id=tenant_id, lane__isnull=True, state=State.WAITING)
        rerun_block(tenant_id, list(homeless.values_list("pk", flat=True)[:BLOCK]), at=at)


def _move_away(tenant_id: UUID, lane_id: UUID, *, at: datetime) -> None:
    """Documents of a connection that was switched off go with the one in use, if it is for them; else they wait."""
    with acting_in(tenant_id):
        left = Filing.objects.filter(tenant_id=tenant_id, lane=lane_id, state__in=[State.READY, State.WAITING])
        rerun_block(tenant_id, list(left.values_list("pk", flat=True)[:BLOCK]), at=at)


def _rows(sql: str, *values: datetime) -> list[tuple[UUID, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
