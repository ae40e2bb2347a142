"""Online or batch, now or later: the policy of sending. Pure: a situation in, a decision with its reason out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

SECOND = timedelta(seconds=1)

BATCH_SIZE = 5_000
BACKFILL_SIZE = 10_000  # KSeF's own limit for a session
TAR_GZ_FROM = 20

RECENT = 60 * SECOND
FEW_SENDS = 0.5  # up to this part of the hour's sends a single document goes online
# How far the hour's openings are used up, and how long documents are then gathered before a batch.
_WINDOWS = ((0.50, 20 * SECOND), (0.66, 60 * SECOND), (0.80, 150 * SECOND))
_WIDEST_WINDOW = 300 * SECOND

FLUSH_BEFORE_MIDNIGHT = timedelta(minutes=10)
LAST_ONLINE_BEFORE_MIDNIGHT = 30 * SECOND
LAST_BATCH_BEFORE_MIDNIGHT = 10 * SECOND
AFTER_MIDNIGHT = 2 * SECOND


@dataclass(frozen=True, slots=True)
class Situation:
    """What the policy looks at."""

    now: datetime
    midnight: datetime  # the next one in Warsaw
    waiting: int
    oldest_at: datetime | None  # since when the first of them waits
    recent: int  # documents that arrived within the last minute, waiting or not
    sends_used: float  # part of the hour's allowance of online sends
    opens_used: float  # part of the hour's allowance of batch openings


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to send before `until`; without it, until something arrives."""

    until: datetime | None
    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendOnline:
    """Send the one waiting document at once."""


@dataclass(frozen=True, slots=True)
class SendBatch:
    """Send up to so many documents as one package."""

    size: int


Decision = Wait | SendOnline | SendBatch


def decide(situation: Situation) -> Decision:
    """What to do with what waits (architecture, section 4)."""
    if not situation.waiting or situation.oldest_at is None:
        return Wait(None, "nothing_waits")
    size = BACKFILL_SIZE if situation.waiting > BATCH_SIZE else BATCH_SIZE
    left_today = situation.midnight - situation.now
    if left_today <= LAST_BATCH_BEFORE_MIDNIGHT:
        # Sent after midnight with today's date it would count as offline (art. 106nda(16)); it is dated anew instead.
        return Wait(situation.midnight + AFTER_MIDNIGHT, "new_day")
    if left_today <= LAST_ONLINE_BEFORE_MIDNIGHT:
        return SendBatch(size)
    if _is_single(situation):
        return SendOnline()
    if left_today <= FLUSH_BEFORE_MIDNIGHT or situation.waiting >= BATCH_SIZE:
        return SendBatch(size)
    ready_at = situation.oldest_at + window(situation.opens_used)
    if situation.now >= ready_at:
        return SendBatch(size)
    return Wait(ready_at, "gathering", {"count": situation.waiting})


def window(opens_used: float) -> timedelta:
    """How long documents are gathered before a batch: longer the more of the hour's openings are used up."""
    return next((length for part, length in _WINDOWS if opens_used < part), _WIDEST_WINDOW)


def _is_single(situation: Situation) -> bool:
    return situation.waiting == 1 and situation.recent < 2 and situation.sends_used < FEW_SENDS
