"""Brings waiting documents up to date before anything is planned: what time may have solved, and what is dated
yesterday. Runs outside the lane's lock, since mapping takes its time; each move is conditional anyway."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from apps.tenants.context import acting_in

from .models import Filing, Lane
from .open import rerun_block
from .ready import dated_before_today
from .states import State

# A person may look on while these are mapped (again.py), and other work of the company waits for each block.
BLOCK = 50
MOST_AT_ONCE = 2_000


def prepare(lane: Lane, *, at: datetime) -> bool:
    """Map again what is due for it, up to so many at once; False when more is left."""
    with acting_in(lane.tenant_id):
        ids = _due(lane, at)
    for start in range(0, len(ids), BLOCK):
        with acting_in(lane.tenant_id):
            rerun_block(lane.tenant_id, ids[start : start + BLOCK], at=at)
    return len(ids) < MOST_AT_ONCE


def _due(lane: Lane, at: datetime) -> Sequence[UUID]:
    ours = Filing.objects.filter(tenant_id=lane.tenant_id, lane=lane)
    # A held document is due again only when something it depends on has changed (followers.py).
    again = ours.filter(state__in=[State.WAITING, State.HELD], next_action_at__lte=at).order_by("next_action_at")
    dated_before = ours.filter(dated_before_today(at), state=State.READY).order_by("built_at")
    found = list(again.values_list("pk", flat=True)[:MOST_AT_ONCE])
    return found + list(dated_before.values_list("pk", flat=True)[: MOST_AT_ONCE - len(found)])
