"""When the next try is due. Pure: durations in, durations out; `jitter` is a number from 0 to 1."""

from collections.abc import Sequence
from datetime import timedelta
from statistics import median

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)

# A document whose landing is unknown is looked for so long after the doubt arose. KSeF does not say how late a sent
# document may appear in the session's list (API digest, 10.3).
LOOKS = (10 * SECOND, 30 * SECOND, 60 * SECOND)

# From so long on a person is told that KSeF is slow; nothing else changes.
STUCK_AFTER = 15 * MINUTE

_BETWEEN_POLLS = ((10 * MINUTE, MINUTE), (2 * 60 * MINUTE, 5 * MINUTE), (timedelta.max, 15 * MINUTE))
_GROWTH = 0.6  # each poll comes when the wait so far has grown by this part
_LONGEST_FAULT_PAUSE = 5 * MINUTE
_LOOKS_EACH_MINUTE = 13  # 2, 6, 18, 54 s and nine minutes: ten in all
_LONGEST_CLOSE_PAUSE = MINUTE
_LONGEST_PROBE_PAUSE = 5 * MINUTE


def first_poll(recent: Sequence[float], *, documents: int, batch: bool) -> timedelta:
    """How long KSeF lately took for such a session; before there is any experience, a guess on the short side."""
    if recent:
        return max(0.3 * SECOND, median(recent) * 1.05 * SECOND)
    return (2.0 + documents * 0.001) * SECOND if batch else 2.1 * SECOND


def next_poll(age: timedelta, *, jitter: float) -> timedelta:
    """The pause after a poll that found nothing final, `age` after the document or session went out."""
    longest = next(cap for until, cap in _BETWEEN_POLLS if age < until)
    return min(max(age * _GROWTH, 0.5 * SECOND) * _around_one(jitter), longest)


def next_look(looks: int) -> timedelta | None:
    """The pause before the next look for a document whose landing is unknown; None when it surely did not land."""
    before = LOOKS[looks - 1] if looks else timedelta(0)
    return LOOKS[looks] - before if looks < len(LOOKS) else None


def after_fault(faults: int, *, jitter: float) -> timedelta:
    """The pause after the n-th trouble in a row: 2 s, 6 s, 18 s … 5 min."""
    return min(_grown(2.0, 3.0, faults), _LONGEST_FAULT_PAUSE) * _around_one(jitter)


def look_again(looks: int, *, often: bool, jitter: float) -> timedelta:
    """The pause after the n-th look at a session whose lists or receipts lag behind its status.

    It grows as after a fault; where looking costs little (`often`), in the first ten minutes to a minute at most.
    """
    return _between_looks(looks, often) * _around_one(jitter)


def looks_in(long: timedelta, *, often: bool) -> int:
    """How many such looks go by until so much time has passed."""
    looks, passed = 0, timedelta(0)
    while passed < long:
        passed += _between_looks(looks, often)
        looks += 1
    return looks


def _between_looks(looks: int, often: bool) -> timedelta:
    longest = MINUTE if often and looks < _LOOKS_EACH_MINUTE else _LONGEST_FAULT_PAUSE
    return min(_grown(2.0, 3.0, looks), longest)


def next_close(faults: int, *, jitter: float) -> timedelta:
    """The pause before a close is repeated: 1, 2, 4 … 60 s."""
    return min(_grown(1.0, 2.0, faults), _LONGEST_CLOSE_PAUSE) * _around_one(jitter)


def next_probe(failures: int) -> timedelta:
    """The pause before one request finds out whether KSeF answers again: 5, 10, 20 … 300 s."""
    return min(_grown(5.0, 2.0, failures), _LONGEST_PROBE_PAUSE)


def _grown(first: float, factor: float, times: int) -> timedelta:
    return timedelta(seconds=first * factor ** min(times, 10))


def _around_one(jitter: float) -> float:
    return 0.8 + 0.4 * jitter
