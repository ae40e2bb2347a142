"""The legal clock: until when a document must reach KSeF, by the mode it was issued in (law table, rows 9 to 14)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from apps.fa3.calendar import add_business_days, day_begins, next_business_day, warsaw_date

from .models import Mode

_DAY = timedelta(days=1)
FAILURE_WORKING_DAYS = 7


@dataclass(frozen=True, slots=True)
class Outage:
    """What the Ministry announced; `until` is empty while it lasts."""

    mode: Mode  # UNAVAILABLE or FAILURE
    since: datetime
    until: datetime | None


def deadline(mode: Mode, issue_date: date, *, outage: Outage | None = None) -> datetime | None:
    """The moment after which it is late; None while an announced outage lasts."""
    if outage is not None and mode is not Mode.ONLINE and outage.mode is Mode.FAILURE:
        # A failure announced while a document waits moves its deadline, and a new failure starts the count again
        # (art. 106nf; API digest, 9.5).
        mode = Mode.FAILURE
    match mode:
        case Mode.ONLINE:
            return _end(issue_date)
        case Mode.OFFLINE24:
            return _end(next_business_day(issue_date))
        case Mode.UNAVAILABLE:
            return _end(next_business_day(warsaw_date(outage.until))) if outage and outage.until else None
        case Mode.FAILURE:
            ended = outage.until if outage else None
            return _end(add_business_days(warsaw_date(ended), FAILURE_WORKING_DAYS)) if ended else None


def next_midnight(moment: datetime) -> datetime:
    """When the Warsaw day of this moment ends."""
    return _end(warsaw_date(moment))


def _end(day: date) -> datetime:
    return day_begins(day + _DAY)
