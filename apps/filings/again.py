"""Held documents in line to be mapped again by a worker: one decision about hundreds is answered at once.

The line is a column of the document, so nothing of it is lost with a process: HELD, and due.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from apps.tenants.context import acting_in

from .doorbell import ring_for_changes
from .lanes import wake
from .models import Filing
from .open import rerun_block
from .states import State

# So few that a worker's death, or a person who looks on, never waits long for a commit.
BLOCK = 50
MOST_AT_ONCE = 1_000


def in_line(at: datetime) -> Q:
    """Held documents that a worker is about to map again; nobody need decide about them now."""
    return Q(state=State.HELD, next_action_at__lte=at)


def stand_in_line(tenant_id: UUID, ids: Iterable[UUID], *, at: datetime) -> None:
    """Have a worker map these held documents again, soon. Inside acting_in."""
    filings = Filing.objects.filter(tenant_id=tenant_id, pk__in=list(ids), state=State.HELD)
    filings.update(next_action_at=at)
    for lane_id in filings.filter(lane__isnull=False).order_by().values_list("lane_id", flat=True).distinct():
        wake(lane_id, at=at)
    if filings.filter(lane__isnull=True).exists():
        ring_for_changes()


def map_again_without_lane(tenant_id: UUID, *, at: datetime) -> None:
    """Those that no lane looks after, since there is no KSeF connection yet (sweep.py)."""
    with acting_in(tenant_id):
        due = Filing.objects.filter(in_line(at), tenant_id=tenant_id, lane__isnull=True).order_by("next_action_at")
        ids = list(due.values_list("pk", flat=True)[:MOST_AT_ONCE])
    for start in range(0, len(ids), BLOCK):
        with acting_in(tenant_id):
            rerun_block(tenant_id, ids[start : start + BLOCK], at=at)
