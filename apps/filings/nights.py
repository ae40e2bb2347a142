"""When a lane is looked after: once a night, each at a time of its own."""

from datetime import datetime, timedelta
from uuid import UUID

from apps.fa3.calendar import day_begins, warsaw_date

# KSeF promises more room between 20:00 and 6:00 (API digest, 8.1). Counted back from the midnight to come, for the
# clocks change after the midnight before.
QUIET_BEGINS, QUIET_ENDS = timedelta(hours=4), timedelta(hours=18)
# Between 1 and 5 o'clock in Warsaw.
NIGHT_BEGINS, NIGHT_LASTS = timedelta(hours=1), timedelta(hours=4)


def next_night(lane_id: UUID, *, at: datetime) -> datetime:
    """When this lane is due tonight, or the night after."""
    own = NIGHT_BEGINS + NIGHT_LASTS * ((lane_id.int % 10_007) / 10_007)
    tonight = day_begins(warsaw_date(at)) + own
    return tonight if tonight > at else day_begins(warsaw_date(at) + timedelta(days=1)) + own


def is_night(at: datetime) -> bool:
    """Whether imports of old documents may go out."""
    left = day_begins(warsaw_date(at) + timedelta(days=1)) - at
    return left <= QUIET_BEGINS or left > QUIET_ENDS
