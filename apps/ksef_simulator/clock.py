"""The simulator's own time: real time plus an offset, or standing still."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# When KSeF 2.0 began its tests: nothing of a simulated system is older.
BEGINNING = datetime(2025, 9, 1, tzinfo=UTC)
WARSAW = ZoneInfo("Europe/Warsaw")


class Clock:
    """Every moment the simulator writes or compares comes from here, so that tests can move it."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self.offset = 0.0
        self.frozen_at: float | None = None

    def seconds(self) -> float:
        return self.frozen_at if self.frozen_at is not None else self._real() + self.offset

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    def set(self, moment: datetime) -> None:
        """Continue from this moment; a frozen clock stays frozen there."""
        if self.frozen_at is not None:
            self.frozen_at = moment.timestamp()
        else:
            self.offset = moment.timestamp() - self._real()

    def advance(self, seconds: float) -> None:
        if self.frozen_at is not None:
            self.frozen_at += seconds
        else:
            self.offset += seconds

    def freeze(self) -> None:
        self.frozen_at = self.seconds()

    def release(self) -> None:
        """Let a frozen clock run again from where it stands."""
        if self.frozen_at is not None:
            self.offset = self.frozen_at - self._real()
            self.frozen_at = None


def stamp(moment: datetime) -> str:
    """Seven fraction digits and an offset, as KSeF writes its timestamps."""
    # KSeF counts in 100 ns; a last digit that is never 0 keeps clients honest about the seventh place.
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}{moment.microsecond % 9 + 1}+00:00"


def stamp_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


def warsaw_stamp(moment: datetime) -> str:
    """Local time with offset and milliseconds, as receipts (UPO) carry it."""
    return moment.astimezone(WARSAW).isoformat(timespec="milliseconds")


def warsaw_day(moment: datetime) -> date:
    return moment.astimezone(WARSAW).date()


def read_moment(text: str) -> datetime:
    """A timestamp from a request; without an offset it means Polish time (API docs, 2.1.2)."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=WARSAW)).astimezone(UTC)


def later(moment: datetime, seconds: float) -> datetime:
    return moment + timedelta(seconds=seconds)
